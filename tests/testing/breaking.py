"""Runs one test of a suite on a technique that breaks its rule, and looks at what it then says."""

import pytest

from mtdsl.testing import Broken


def case(suite, technique, **given):
    """The suite for a technique, as pytest makes it."""
    return type("Case", (suite,), {"technique": technique, **given})()


def check(suite, technique, test, rule, way_out, **given):
    """Fails unless the test says that the technique breaks `rule`, and what to do, in one sentence and without a traceback."""
    with pytest.raises(Broken) as raised:
        getattr(case(suite, technique, **given), test)()
    said = str(raised.value)
    name = technique.rpartition(":")[2].lower()
    assert said.startswith(f"the {suite.kind} `{name}")
    found, _, rest = said.partition(", but ")
    assert (rule in rest.partition(": ")[0], way_out in rest.partition(": ")[2]) == (True, True), said
    assert found.count(" ") > 3
    assert raised.value.pytrace is False


def passes(suite, technique, **given):
    """Runs every test of the suite on a technique that breaks nothing."""
    right = case(suite, technique, **given)
    tests = [name for name in dir(right) if name.startswith("test_")]
    for name in tests:
        getattr(right, name)()
    return len(tests)
