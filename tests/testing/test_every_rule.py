"""Every rule of every suite is broken by some technique of these tests."""

from pathlib import Path

import pytest

import mtdsl.testing

HERE = "".join(path.read_text() for path in Path(__file__).parent.glob("test_broken_*.py"))
SUITES = [getattr(mtdsl.testing, name) for name in mtdsl.testing.__all__ if name.endswith("Suite")]
NEVER = {"test_an_exported_model_is_the_extended_one"}
"""What `extend` leaves no way to break: it makes the model from the configuration that is exported."""


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.__name__)
def test_each_of_its_tests_is_seen_to_fail(suite):
    own = {name for name in vars(suite) if name.startswith("test_")}
    assert own
    assert [name for name in own - NEVER if name not in HERE] == []
