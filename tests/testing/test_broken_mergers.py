"""What the suite of mergers says of each that breaks a rule."""

from dataclasses import dataclass
from itertools import count
from typing import Annotated

import pytest
from breaking import check, passes

import mtdsl
from mtdsl.testing import MergerSuite

CALLS = count()


@dataclass(frozen=True)
class Mean:
    """The weighted mean."""

    def __call__(self, tensors, weights):
        total = 0.0
        for index, weight in enumerate(weights):
            total = total + tensors[index].double() * weight
        return total.to(tensors[0].dtype)


@dataclass(frozen=True)
class Wide(Mean):
    """Gives what it computes in."""

    def __call__(self, tensors, weights):
        return super().__call__(tensors, weights).double()


@dataclass(frozen=True)
class Flat(Mean):
    """Gives a row."""

    def __call__(self, tensors, weights):
        return super().__call__(tensors, weights).reshape(-1)


@dataclass(frozen=True)
class Overflowing(Mean):
    """Too large for float16 on its way."""

    def __call__(self, tensors, weights):
        return super().__call__([tensor * 60_000 for tensor in tensors], weights) / 60_000


@dataclass(frozen=True)
class Overwriting(Mean):
    """Works on the first tensor itself."""

    def __call__(self, tensors, weights):
        first = tensors[0]
        return first.mul_(weights[0]).add_(Mean()(tensors[1:], weights[1:]))


@dataclass(frozen=True)
class Drawing(Mean):
    """Leaves something to chance."""

    def __call__(self, tensors, weights):
        merged = super().__call__(tensors, weights)
        return merged * (1 + 1e-6 * next(CALLS))


@dataclass(frozen=True)
class Adding(Mean):
    """A sum, and no mean."""

    def __call__(self, tensors, weights):
        return super().__call__(tensors, [1.0 for _ in weights])


@dataclass(frozen=True)
class Stacking(Mean):
    """Reads all of them at once."""

    def __call__(self, tensors, weights):
        return super().__call__(list(tensors), weights)


@dataclass(frozen=True)
class Latest(Mean):
    """The last two checkpoints of a phase."""

    def checkpoints(self, tokens, step_tokens):
        return [(tokens - step_tokens, 1), (tokens, 1)]


@dataclass(frozen=True)
class Backward(Latest):
    """The newest first."""

    def checkpoints(self, tokens, step_tokens):
        return super().checkpoints(tokens, step_tokens)[::-1]


@dataclass(frozen=True)
class Weightless(Latest):
    """Checkpoints that weigh nothing."""

    def checkpoints(self, tokens, step_tokens):
        return [(at, 0) for at, _ in super().checkpoints(tokens, step_tokens)]


@dataclass(frozen=True)
class Best(Mean):
    """The lowest of them by what is measured: `by`."""

    by: Annotated[str, mtdsl.Word]

    def choose(self, values, measure):
        return [float(value == min(values)) / list(values).count(min(values)) for value in values]


@dataclass(frozen=True)
class Twice(Best):
    """Chooses with a sum of 2."""

    def choose(self, values, measure):
        return [2 * one for one in super().choose(values, measure)]


GIVEN = {"Best": {"by": "held"}, "Twice": {"by": "held"}}


@pytest.mark.parametrize("technique", ["Mean", "Latest", "Best"])
def test_those_that_break_nothing_pass(technique):
    given = {"examples": (GIVEN.get(technique, {}),)}
    assert passes(MergerSuite, f"test_broken_mergers:{technique}", **given) >= 13


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Wide", "test_shapes_and_dtypes_are_kept", "shape and dtype are kept", ".to(tensors[0].dtype)"),
        ("Flat", "test_shapes_and_dtypes_are_kept", "shape and dtype are kept", ".to(tensors[0].dtype)"),
        ("Overflowing", "test_shapes_and_dtypes_are_kept", "numbers finite", "compute in float32 or more"),
        ("Overwriting", "test_it_is_pure", "a merger changes none of them", "work on a copy"),
        ("Drawing", "test_it_is_pure", "a merger is pure", "from a `seed` and the tensor's name"),
        ("Adding", "test_equal_models_stay_what_they_are", "equal models stay what they are", "sum to one"),
        ("Stacking", "test_memory_does_not_grow_with_the_models", "at most 2 are in memory", "one after another"),
        ("Backward", "test_checkpoints_lie_inside_the_phase", "a recipe must be able to use", "mend what it refuses"),
        ("Weightless", "test_checkpoints_lie_inside_the_phase", "a recipe must be able to use", "mend what it refuses"),
        ("Twice", "test_chosen_weights_sum_to_one", "weights are none negative and sum to one", "divide"),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    given = {"examples": (GIVEN.get(technique, {}),)}
    check(MergerSuite, f"test_broken_mergers:{technique}", test, rule, way_out, **given)
