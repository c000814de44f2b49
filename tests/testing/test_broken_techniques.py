"""What every kind's suite says of a technique that breaks a rule of all kinds; the kind here is the simplest."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from breaking import check, passes

import mtdsl
from mtdsl.testing import SchedulerSuite


@dataclass(frozen=True)
class Straight:
    """A straight line."""

    def __call__(self, at: mtdsl.Progress) -> float:
        return at.fraction


class Bare:
    """No dataclass."""

    def __call__(self, at: mtdsl.Progress) -> float:
        return at.fraction


@dataclass
class Loose:
    """Not frozen."""

    def __call__(self, at: mtdsl.Progress) -> float:
        return at.fraction


@dataclass(frozen=True)
class Silent(Straight):
    """Says nothing of what it takes."""

    power: float = 1.0


@dataclass(frozen=True)
class Mute(Straight):
    power: float = 1.0
    """A power."""


@dataclass(frozen=True)
class Odd(Straight):
    """Takes a number of a `kind` that JSON has not."""

    kind: complex = 1j


@dataclass(frozen=True)
class Below(Straight):
    """Its `power` is more than it allows itself."""

    power: Annotated[float, mtdsl.Positive] = -1.0


@dataclass(frozen=True, eq=False)
class Alone:
    """Equal to nothing but itself."""

    def __call__(self, at: mtdsl.Progress) -> float:
        return at.fraction


@dataclass(frozen=True)
class Bound(Straight):
    """Keeps a function that no process can be sent."""

    def __post_init__(self):
        object.__setattr__(self, "shape", lambda fraction: fraction)


@dataclass(frozen=True, repr=False)
class Placed:
    """Shown by where it lies."""

    def __call__(self, at: mtdsl.Progress) -> float:
        return at.fraction


@dataclass(frozen=True)
class Still(Straight):
    """Its `power` is marked as one that moves, and no scheduler has such parameters."""

    power: Annotated[float, mtdsl.Scheduled] = 1.0


def test_one_that_breaks_nothing_passes():
    assert passes(SchedulerSuite, "test_broken_techniques:Straight") >= 11


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Bare", "test_it_is_a_frozen_dataclass", "its fields are its parameters", "`@dataclass(frozen=True)`"),
        ("Loose", "test_it_is_a_frozen_dataclass", "a technique keeps nothing", "`@dataclass(frozen=True)`"),
        ("Silent", "test_every_parameter_is_documented", "every parameter is documented", "in backticks"),
        ("Mute", "test_every_parameter_is_documented", "every parameter is documented", "docstring of the class"),
        ("Odd", "test_parameters_have_a_schema", "all must be sayable", "take bool, int, float, str"),
        ("Below", "test_parameters_have_a_schema", "defaults and examples must be allowed", "mend the default"),
        ("Alone", "test_it_survives_pickling_and_copying", "a technique is its parameters", "compare by its fields"),
        ("Bound", "test_it_survives_pickling_and_copying", "a technique is its parameters", "no functions, locks"),
        ("Placed", "test_it_is_shown_by_its_parameters", "`repr` shows parameters and no addresses", "write its `repr`"),
        (
            "Still",
            "test_parameters_marked_scheduled_take_arrows",
            "what is marked `Scheduled` can move",
            "take the mark `Scheduled` from it",
        ),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    check(SchedulerSuite, f"test_broken_techniques:{technique}", test, rule, way_out)


def test_what_its_module_imports_is_said():
    test = "test_registering_imports_neither_torch_nor_numpy"
    check(SchedulerSuite, "imports_numpy:Arrayed", test, "neither torch nor numpy", "inside the methods that need them")


def test_an_example_that_no_recipe_can_say_is_said():
    given = {"examples": ({"power": "-1"},)}
    check(SchedulerSuite, "test_broken_techniques:Below", "test_it_is_finite", "use its examples", "that fit", **given)


def test_a_name_that_nobody_registers_is_said():
    check(SchedulerSuite, "strait", "test_it_is_finite", "one package must provide it", "pip install -e .")
