import pytest

from mtdsl import Reading
from mtdsl.registry import installed


def plateau(least=0.0):
    return installed().build("gate", "plateau", {"metric": "loss", "over": 100, "least": least})


def readings(value, until):
    return {"loss": [Reading(tokens, value(tokens)) for tokens in range(10, until + 10, 10)]}


def test_a_metric_that_falls_is_on_no_plateau():
    assert not plateau()(readings(lambda tokens: 5 - tokens / 1000, 400))


def test_one_that_stands_still_is():
    assert plateau(least=0.01)(readings(lambda tokens: 2.0, 400))


@pytest.mark.parametrize(("least", "holds"), [(0.09, False), (0.11, True)])
def test_how_little_is_nothing(least, holds):
    """It falls by 0.001 a token, so the mean of 100 tokens by 0.1 from one to the next."""
    assert plateau(least)(readings(lambda tokens: 5 - tokens / 1000, 400)) is holds


@pytest.mark.parametrize("until", [0, 190])
def test_too_little_is_known(until):
    assert not plateau(least=1.0)(readings(lambda tokens: 2.0, until))


def test_what_it_must_be_told_of():
    assert plateau().metrics() == ("loss",)


def test_it_holds_no_earlier_than_it_says():
    first = plateau().earliest({"loss": 10.0})
    assert first == 200
    assert not plateau(least=1.0)(readings(lambda tokens: 2.0, int(first) - 10))
    assert plateau(least=1.0)(readings(lambda tokens: 2.0, int(first)))
