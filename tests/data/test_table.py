from pathlib import Path

import numpy as np
import pytest

from mtdsl.data import table as tables


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "BATCH", 8)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("lengths", [[3, 30, 1, 5, 8], [8], [16, 8], [1]])
def test_documents_come_back_whole(tmp_path: Path, lengths: list[int]):
    rng = np.random.default_rng(1)
    documents = [rng.integers(0, 60_000, length).astype(np.uint16) for length in lengths]
    tables.write(tmp_path, iter([(tokens, at) for at, tokens in enumerate(documents)]), np.dtype(np.uint16))
    table = tables.read(tmp_path, 0.0)
    for at, tokens in enumerate(documents):
        assert (table.tokens(at) == tokens).all()
    part = np.zeros(lengths[0] - 1, np.int64)
    table.copy(0, 1, part)
    assert (part == documents[0][1:]).all()
    assert table.size == sum(lengths)


def test_tokens_stay_on_disk(tmp_path: Path):
    tables.write(tmp_path, iter([(np.arange(100, dtype=np.uint8), 0)]), np.dtype(np.uint8))
    batch = tables.read(tmp_path, 0.0).batches[0]
    assert batch.dtype == np.uint8
    assert not batch.flags.owndata
    assert not batch.flags.writeable
