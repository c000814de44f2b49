"""Groups of parameters with a rate and a decay of their own, in the optimizer of a phase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from torch import nn
from torch.optim import Optimizer

from mtdsl.plan.model import Group


def divide(optimizer: Optimizer, model: nn.Module, groups: Sequence[Group]) -> None:
    """Parts the parameter groups of an optimizer that has taken no step, so that each is of one of `groups` or of none.

    A part keeps the options of what it was part of. `lr_share` is what `mtdsl.run.step.set_rates` multiplies its rate by; one
    with a decay of its own has it whatever its parameters are, and no plan moves it (`decayed` is false).
    """
    if not groups:
        return
    names = _names(model)
    parts = [part for whole in optimizer.param_groups for part in _parts(whole, names, groups)]
    optimizer.param_groups.clear()
    for part in parts:
        optimizer.add_param_group(part)


def _names(model: nn.Module) -> Mapping[int, tuple[str, ...]]:
    """Every name of each parameter, by identity: a tied one has several."""
    found: dict[int, tuple[str, ...]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        found[id(parameter)] = (*found.get(id(parameter), ()), name)
    return found


def _parts(whole: dict[str, Any], names: Mapping[int, tuple[str, ...]], groups: Sequence[Group]) -> Iterator[dict[str, Any]]:
    held: dict[int | None, list[nn.Parameter]] = {}
    for parameter in whole["params"]:
        held.setdefault(_place(names[id(parameter)], groups), []).append(parameter)
    for place, parameters in held.items():
        yield {**whole, "params": parameters, **({} if place is None else _own(groups[place]))}


def _place(names: Iterable[str], groups: Sequence[Group]) -> int | None:
    """The first group with a pattern that fits one of a parameter's names."""
    every = tuple(names)
    fitting = (at for at, group in enumerate(groups) if any(fnmatchcase(name, one) for name in every for one in group.match))
    return next(fitting, None)


def _own(group: Group) -> dict[str, Any]:
    decay = {} if group.weight_decay is None else {"weight_decay": float(group.weight_decay), "decayed": False}
    return {"lr_share": float(group.lr), **decay}
