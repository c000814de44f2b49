"""The first moment of a phase: what comes in from its parent, what the transition does to it, and the proof that it did."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from mtdsl.data.feed import Feed
from mtdsl.diag import concerning, refuse
from mtdsl.plan.curves import params_at
from mtdsl.plan.model import Phase
from mtdsl.run import checkpoint
from mtdsl.run.fed import Fed, of_state
from mtdsl.run.groups import divide
from mtdsl.run.moments import crossed
from mtdsl.run.rope import extend, window_of
from mtdsl.run.session import Session

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass
class Incoming:
    """A parent's stored result: its model, and all its tensors and state. Empty where weights are fresh."""

    model: PreTrainedModel
    held: Mapping[str, Tensor] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    parents: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Training:
    """A phase at the border between two steps. `feed` and `optimizer` are None where it takes no step.

    What such a phase only passes on to its child is in `streams`, `carried` (tensors) and `scalars`.
    """

    phase: Phase
    model: PreTrainedModel
    optimizer: Optimizer | None
    feed: Feed | None
    step: int
    parents: list[dict[str, str]]
    loss: float | None = None
    logged: str = ""
    logs: bool = True
    streams: Any = None
    carried: Mapping[str, Tensor] = field(default_factory=dict)
    scalars: Any = None
    fed: Fed = field(default_factory=Fed)


def begin(session: Session, phase: Phase, incoming: Incoming) -> Training:
    """Cross the border into `phase` as the plan says, and note it. Raises a `Refusal` where it cannot be done."""
    facts: dict[str, Any] = {"transition": {"optimizer": phase.transition.optimizer, "data": phase.transition.data}}
    if phase.context.extender is not None:
        old = phase.context.start or window_of(incoming.model.config) or phase.context.end
        with concerning(phase.name, "context"):
            model, facts["rope"] = extend(incoming.model, phase.context.extender, old, phase.context.end, session.registry)
        incoming = replace(incoming, model=model)
        facts["window"] = [old, phase.context.end]
    keeps = phase.transition.optimizer != "reset" and bool(incoming.state.get("optimizer"))
    incoming = replace(incoming, held=crossed(incoming.held, phase.transition, _weights(session, phase)))
    optimizer = None
    if phase.steps > 0:
        optimizer = optimizer_of(session, phase, incoming.model)
        with concerning(phase.name, "optimizer"):
            facts["optimizer"] = _kept(phase, incoming, optimizer) if keeps else {"kept": 0}
    inherited = incoming.state.get("streams") if phase.transition.data == "continue" else None
    feed = Feed.begin(session.plan, phase, session.corpus, session.registry, inherited) if phase.steps else None
    facts["parent_loss"] = incoming.state.get("loss")
    session.folder.event("phase-began", phase=phase.name, parents=incoming.parents, **facts)
    carried = {name: held for name, held in incoming.held.items() if name.startswith(checkpoint.OPTIMIZER) and keeps}
    scalars = incoming.state["optimizer"] if keeps else None
    return Training(
        phase,
        incoming.model,
        optimizer,
        feed,
        step=0,
        parents=incoming.parents,
        loss=incoming.state.get("loss"),
        streams=inherited,
        carried=carried,
        scalars=scalars,
    )


def go_on(session: Session, phase: Phase, incoming: Incoming, step: int) -> Training:
    """Stand where a checkpoint inside `phase` stood after `step` of its steps."""
    optimizer = optimizer_of(session, phase, incoming.model)
    kept = _kept(phase, incoming, optimizer)
    state = {**incoming.state["feed"], "step": step}  # it may have been saved by a phase that this one is a part of
    feed = Feed.resume(session.plan, phase, session.corpus, session.registry, state)
    session.folder.event("phase-resumed", phase=phase.name, step=step, optimizer=kept)
    then = incoming.state
    return Training(
        phase,
        incoming.model,
        optimizer,
        feed,
        step,
        parents=then["parents"],
        loss=then["loss"],
        logged=then["logged"],
        fed=of_state(then),
    )


def optimizer_of(session: Session, phase: Phase, model: PreTrainedModel) -> Optimizer:
    """The phase's optimizer without any state."""
    optimizer: Optimizer = _technique(session, phase).build(model.named_parameters(), model)
    divide(optimizer, model, phase.groups)
    return optimizer


def _technique(session: Session, phase: Phase) -> Any:
    """The phase's optimizer as it is at its first step."""
    plugin = phase.optimizer
    return session.registry.build("optimizer", plugin.name, params_at(plugin.params, 0, session.registry))


def _weights(session: Session, phase: Phase) -> Collection[str]:
    """What of its optimizer's state are weights, no moments."""
    return getattr(_technique(session, phase), "weights", ())


def _kept(phase: Phase, incoming: Incoming, optimizer: Optimizer) -> dict[str, Any]:
    """Take over the optimizer's state that comes in, and read it back: every tensor must be the same, bit for bit."""
    stored = incoming.state["optimizer"]
    if stored["name"] != phase.optimizer.name:
        raise refuse(
            "optimizer-differs",
            f"`{phase.name}` keeps the optimizer's state, but it is `{stored['name']}`'s and not `{phase.optimizer.name}`'s",
            help="write `optimizer = reset` in the transition",
        )
    count = checkpoint.fill_optimizer(incoming.model, optimizer, incoming.held, stored["scalars"])
    checkpoint.fill_counted(incoming.model, optimizer, stored.get("groups", ()))
    now, _ = checkpoint.optimizer_state(incoming.model, optimizer)
    if any(not torch.equal(tensor.cpu(), incoming.held[name]) for name, tensor in now.items()):
        raise AssertionError("the optimizer's state is not what was stored")
    return {"kept": count}
