"""What steers a step beside its rate: parameters that move, of the optimizer and of the objective, and what it is like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mtdsl.plan.curves import params_at
from mtdsl.plan.model import Curve, Param, Plugin
from mtdsl.registry import Registry
from mtdsl.registry.factories import Minimising

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from mtdsl.run.loss import Losses
    from mtdsl.run.step import Outcome


def moving(params: Mapping[str, Param]) -> Iterator[str]:
    """The names of a technique's parameters that move along the tokens, those of techniques inside it included."""
    for name, value in params.items():
        if isinstance(value, Curve):
            yield name
        elif isinstance(value, Plugin):
            yield from moving(value.params)


def steer(optimizer: Optimizer, plugin: Plugin, tokens: int, registry: Registry) -> None:
    """Set the optimizer's own parameters where some of them move: to what they are at `tokens` of the phase."""
    if any(moving(plugin.params)):
        registry.make("optimizer", plugin.name, params_at(plugin.params, tokens, registry)).move(optimizer.param_groups)


def minimised(plugin: Plugin | None, tokens: int, registry: Registry) -> Losses | None:
    """What a step minimises at `tokens` of the phase; None for the loss of the next token, which needs no logits."""
    if plugin is None:
        return None
    make = registry.make if any(moving(plugin.params)) else registry.build
    made = make("objective", plugin.name, params_at(plugin.params, tokens, registry))
    return made.losses if isinstance(made, Minimising) else None


def told(optimizer: Any, outcome: Outcome) -> bool:
    """Tell an optimizer that asks for it what its next step is like; whether it will skip it."""
    if not hasattr(optimizer, "observe"):
        return False
    optimizer.observe(outcome.loss, outcome.grad_norm)
    return bool(optimizer.skipped)
