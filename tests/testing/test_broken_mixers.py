"""What the suites of mixers say of each that breaks a rule."""

from collections import Counter
from dataclasses import dataclass
from itertools import count
from math import nan
from typing import ClassVar

import pytest
from breaking import check, passes

from mtdsl.testing import MixerSuite, OnlineMixerSuite

CALLS = count()
SEEN = Counter()


@dataclass(frozen=True)
class Even:
    """Equal weights."""

    def __call__(self, sources):
        return [1.0 for _ in sources]


@dataclass(frozen=True)
class Few:
    """No weight for a source without a share."""

    def __call__(self, sources):
        return [1.0 for source in sources if source.share != 0]


@dataclass(frozen=True)
class Undefined:
    """No number where sources are only named."""

    def __call__(self, sources):
        return [nan if source.share is None else 1.0 for source in sources]


@dataclass(frozen=True)
class Negative:
    """A tenth less than the share."""

    def __call__(self, sources):
        return [1.0 if source.share is None else source.share - 0.1 for source in sources]


@dataclass(frozen=True)
class Nothing:
    """All of them 0, where sources are only named."""

    def __call__(self, sources):
        return [source.share or 0.0 for source in sources]


@dataclass(frozen=True)
class Counting:
    """Other weights each time."""

    def __call__(self, sources):
        return [1.0 + next(CALLS) for _ in sources]


@dataclass(frozen=True)
class Sorting:
    """Sorts the list that it is given."""

    def __call__(self, sources):
        if isinstance(sources, list):
            sources.reverse()
        return [1.0 for _ in sources]


@dataclass(frozen=True)
class Learning(Even):
    """Weighs by how often a source was read."""

    def begin(self, sources):
        return {"names": [source.name for source in sources], "read": [1 for _ in sources]}

    def observe(self, state, feedback):
        read = [old + (name in feedback.losses) for name, old in zip(state["names"], state["read"], strict=True)]
        return {**state, "read": read}

    def weights(self, state):
        return [float(one) for one in state["read"]]


@dataclass(frozen=True)
class Sinking(Learning):
    """Its weights fall below 0 while it learns."""

    def weights(self, state):
        return [20.0 - one for one in state["read"]]


@dataclass(frozen=True)
class Remembering(Learning):
    """Keeps what it learns in its module."""

    def observe(self, state, feedback):
        SEEN.update(feedback.losses.keys())
        return {**state, "read": [1 + SEEN[name] for name in state["names"]]}


@dataclass(frozen=True)
class Overwriting(Learning):
    """Writes into the state."""

    def observe(self, state, feedback):
        state["read"][0] += 1
        return {**state}


@dataclass(frozen=True)
class Keeping(Learning):
    """Keeps a set."""

    def begin(self, sources):
        return {**super().begin(sources), "seen": set()}


@dataclass(frozen=True)
class Asking(Learning):
    """Asks for what it does not say that it needs."""

    needs: ClassVar[frozenset] = frozenset({"excess"})

    def asks(self, state):
        return {"heldout"}


def test_those_that_break_nothing_pass():
    assert passes(MixerSuite, "test_broken_mixers:Even") >= 9
    assert passes(OnlineMixerSuite, "test_broken_mixers:Learning") >= 13


WEIGHTS = "test_weights_are_none_below_0_and_can_be_normalised"


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Few", WEIGHTS, "3 sources have 3 weights", "one for each source"),
        ("Undefined", WEIGHTS, "weights are finite", "divisions by 0"),
        ("Negative", WEIGHTS, "no weight is negative", "raise them to 0"),
        ("Nothing", WEIGHTS, "weights sum to one after normalising", "a weight above 0"),
        ("Counting", "test_it_is_pure", "a mixer is pure", "from `sources` and the parameters alone"),
        ("Sorting", "test_it_is_pure", "what it is given must stay as it is", "a list of your own"),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    check(MixerSuite, f"test_broken_mixers:{technique}", test, rule, way_out)


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Sinking", "test_weights_stay_weights_while_it_learns", "no weight is negative", "raise them to 0"),
        ("Remembering", "test_resumed_at_any_step_it_goes_on_as_if_it_were_not", "nobody stopped", "in the state"),
        ("Overwriting", "test_a_state_is_left_as_it_is", "`observe` leaves it as it is", "{**state, ...}"),
        ("Keeping", "test_a_state_is_left_as_it_is", "a checkpoint holds it as JSON", "numbers, texts"),
        ("Asking", "test_it_asks_for_what_there_is", "what its `needs` say", "say so in `needs`"),
    ],
)
def test_a_broken_rule_of_one_that_learns_is_said(technique, test, rule, way_out):
    check(OnlineMixerSuite, f"test_broken_mixers:{technique}", test, rule, way_out)
