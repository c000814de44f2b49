"""A kept optimizer state that does not fit what it is kept for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.plan.curves import params_at
from mtdsl_lints.chain import left_at, said
from mtdsl_lints.parameters import Parameters, trainable, trained
from mtdsl_lints.states import kept

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan, Plugin
    from mtdsl.plan.origins import Origins

FREE = ("weight_decay",)
"""Parameters of optimizers that are not used with its moments: labs change them in a run, and the state fits as before."""


def optimizer_kept_but_changed(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase keeps the optimizer's state, and its optimizer, the optimizer's parameters or what is trained are others.

    Moments are averages under the parameters that they were gathered with: under another `beta2` they are neither the old
    averages nor the new, and another `eps` makes other steps of small ones. Of another optimizer there is no state to keep,
    and of parameters that were frozen before there is none either, while the rest goes on with its own: one phase would
    train with two kinds of state. A phase that trains fewer than the one before keeps what fits. A `beta2` that moves on from
    where it was is no other.
    """
    for before, phase in kept(plan):
        remark = (
            _optimizer(before, phase, written) or _grouped(before, phase, written) or _trained(before, phase, plan, written)
        )
        if remark is not None:
            yield remark


def _optimizer(before: Phase, phase: Phase, written: Origins) -> Remark | None:
    old, new = before.optimizer, phase.optimizer
    places = *said(written, phase, "optimizer"), Place(before.name, "optimizer", f"`{before.name}` has `{old.name}`")
    if old.name != new.name:
        message = f"`{phase.name}` keeps the state of `{old.name}`, and its optimizer is `{new.name}`"
        return Remark(message, places, help=_reset(phase), severity="error")
    free = {*FREE, *before.scalars, *phase.scalars}
    last, first = params_at(old.params, left_at(before, phase), written.registry), params_at(new.params, 0, written.registry)
    names = [name for name in {**last, **first} if name not in free and last.get(name) != first.get(name)]
    if not names:
        return None
    message = f"`{phase.name}` keeps the state of `{old.name}` from `{before.name}` under another {_listed(names)}"
    return Remark(message, places, help=_reset(phase))


def _grouped(before: Phase, phase: Phase, written: Origins) -> Remark | None:
    """Groups with optimizers of their own that are others than before: some state is then not of its parameter's optimizer."""
    if _routes(before) == _routes(phase):
        return None
    message = (
        f"`{phase.name}` keeps the optimizer's state from `{before.name}`, and other parameters have an optimizer of their own"
    )
    places = *said(written, phase, "groups"), Place(before.name, "groups")
    return Remark(message, places, help=_reset(phase))


def _routes(phase: Phase) -> list[tuple[tuple[str, ...], object]]:
    """Which optimizer each group has; nothing where none has one of its own."""
    routes = [(group.match, group.optimizer and _felt(group.optimizer)) for group in phase.groups]
    return routes if any(optimizer for _, optimizer in routes) else []


def _felt(optimizer: Plugin) -> object:
    """An optimizer without what no moment depends on."""
    return optimizer.name, {name: value for name, value in optimizer.params.items() if name not in FREE}


def _trained(before: Phase, phase: Phase, plan: Plan, written: Origins) -> Remark | None:
    if not _adds(before, phase, trainable(plan).get(phase.name)):
        return None
    attribute = "train" if phase.train or before.train else "freeze"
    message = f"`{phase.name}` keeps the optimizer's state from `{before.name}`, and trains parameters that have none"
    places = *said(written, phase, attribute), Place(before.name, attribute, f"`{before.name}` {_selected(before)}")
    return Remark(message, places, help=_reset(phase))


def _adds(before: Phase, phase: Phase, parameters: Parameters | None) -> bool:
    """Whether a phase trains what the one before did not; where no names are known, the patterns have to rule it out."""
    if (before.train, before.freeze) == (phase.train, phase.freeze):
        return False
    if parameters is not None:
        return not trained(phase.train, phase.freeze, parameters) <= trained(before.train, before.freeze, parameters)
    fewer = not before.train or (phase.train and set(phase.train) <= set(before.train))
    return not (fewer and set(phase.freeze) >= set(before.freeze))


def _selected(phase: Phase) -> str:
    if phase.train:
        return f"trains {_listed(phase.train)}"
    return f"freezes {_listed(phase.freeze)}" if phase.freeze else "trains all"


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _reset(phase: Phase) -> str:
    return f"begin with a new state: transition {phase.parents[0].node} -> {phase.name} {{ optimizer = reset }}"
