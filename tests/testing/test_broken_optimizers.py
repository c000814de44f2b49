"""What the suite of optimizers says of each that breaks a rule."""

from dataclasses import dataclass
from itertools import count
from typing import Annotated

import pytest
from breaking import check, passes

import mtdsl
from mtdsl.testing import OptimizerSuite


def descent(trained, momentum, step=None):
    """torch's gradient descent; `step` is called before each."""
    import torch

    optimizer = torch.optim.SGD(trained, lr=0.0, momentum=momentum)
    if step is not None:
        optimizer.register_step_pre_hook(lambda *_: step(optimizer))
    return optimizer


def trained(parameters):
    return [parameter for _, parameter in parameters if parameter.requires_grad]


@dataclass(frozen=True)
class Plain:
    """Gradient descent with `momentum`."""

    momentum: Annotated[float, mtdsl.Positive, mtdsl.Scheduled] = 0.5

    def build(self, parameters, modules):
        return descent(trained(parameters), self.momentum)

    def move(self, groups):
        for group in groups:
            group["momentum"] = self.momentum


@dataclass(frozen=True)
class Forgetful(Plain):
    """Leaves out the first one."""

    def build(self, parameters, modules):
        return super().build(list(parameters)[1:], modules)


@dataclass(frozen=True)
class Greedy(Plain):
    """Takes what needs no gradient."""

    def build(self, parameters, modules):
        return descent([parameter for _, parameter in parameters], self.momentum)


@dataclass(frozen=True)
class Rated(Plain):
    """Begins with a rate of its own."""

    def build(self, parameters, modules):
        optimizer = super().build(parameters, modules)
        optimizer.param_groups[0]["lr"] = 0.1
        return optimizer


@dataclass(frozen=True)
class Idle(Plain):
    """Moves nothing."""

    def build(self, parameters, modules):
        optimizer = super().build(parameters, modules)
        optimizer.step = lambda: None
        return optimizer


@dataclass(frozen=True)
class Keeping(Plain):
    """Keeps what no checkpoint can hold."""

    def build(self, parameters, modules):
        def note(optimizer):
            for parameter in optimizer.param_groups[0]["params"]:
                optimizer.state[parameter]["note"] = object()

        return descent(trained(parameters), self.momentum, note)


@dataclass(frozen=True)
class Counting(Plain):
    """Keeps a count where no checkpoint looks."""

    def build(self, parameters, modules):
        steps = count(1)

        def grow(optimizer):
            optimizer.param_groups[0]["lr"] *= next(steps)

        return descent(trained(parameters), self.momentum, grow)


@dataclass(frozen=True)
class Stiff:
    """Its `momentum` is marked as one that moves, and nothing moves it."""

    momentum: Annotated[float, mtdsl.Positive, mtdsl.Scheduled] = 0.5
    build = Plain.build


@dataclass(frozen=True)
class Deaf(Plain):
    """Does not do what it is told."""

    def move(self, groups):
        return


def test_one_that_breaks_nothing_passes():
    assert passes(OptimizerSuite, "test_broken_optimizers:Plain") >= 13


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Forgetful", "test_every_parameter_is_trained_once", "is in one group, the others in none", "by id"),
        ("Greedy", "test_every_parameter_is_trained_once", "is in one group, the others in none", "`requires_grad`"),
        ("Rated", "test_every_rate_begins_with_0", "the rate is the recipe's", "`lr=0.0`"),
        ("Idle", "test_it_trains_and_stays_finite", "an optimizer trains what it is given", "the rate of its group"),
        ("Keeping", "test_state_is_tensors_and_json", "a checkpoint holds tensors and JSON", "keep tensors, numbers"),
        ("Counting", "test_resumed_at_any_step_it_trains_on_bit_for_bit", "nobody stopped", "in `optimizer.state`"),
        ("Stiff", "test_scheduled_parameters_move_what_is_built", "what is scheduled can be moved", "`move(groups)`"),
        ("Deaf", "test_scheduled_parameters_move_what_is_built", "`move` sets what is built", "follows from `momentum`"),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    check(OptimizerSuite, f"test_broken_optimizers:{technique}", test, rule, way_out)
