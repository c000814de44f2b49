from pathlib import Path

import pytest

from mtdsl.diag import Source
from mtdsl.lang import parse
from mtdsl.lang.tree import AnyItem

CHAINS = sorted((Path(__file__).parent / "chains").glob("*.mtr"))


@pytest.fixture(params=CHAINS, ids=lambda path: path.stem)
def chain(request) -> Path:
    return request.param


@pytest.fixture
def items():
    def read(text: str) -> tuple[AnyItem, ...]:
        file, found = parse(Source("t.mtr", text))
        assert found == ()
        return file.items

    return read


@pytest.fixture
def item(items):
    def read(text: str) -> AnyItem:
        (only,) = items(text)
        return only

    return read
