"""The steps of a phase."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal

from torch import Tensor

from mtdsl.data import Borders
from mtdsl.diag import concerning, refuse
from mtdsl.plan.curves import rate_of_step, scalar_at
from mtdsl.plan.model import Phase
from mtdsl.plan.steps import step_at, tokens_before
from mtdsl.registry import Feedback
from mtdsl.run import checkpoint, fed, modes, saving
from mtdsl.run.apart import Apart
from mtdsl.run.listener import Step
from mtdsl.run.logs import chained
from mtdsl.run.loss import LossModel
from mtdsl.run.model import describe
from mtdsl.run.session import Session
from mtdsl.run.steering import minimised, steer, told
from mtdsl.run.step import Outcome, gradients, set_rates
from mtdsl.run.transition import Training


def train(session: Session, training: Training, wanted: Mapping[int, bool]) -> None:
    """Take the steps up to the furthest of `wanted` (tokens of the phase: whether the optimizer's state is needed there).

    Saves a result at each. Raises `Interrupted` after saving where a signal came, and a `Refusal` where the loss is no
    number or the disk is full.
    """
    points = {step_at(training.phase, at): (at, full) for at, full in wanted.items()}
    _results(session, training, points)
    if training.optimizer is None or training.feed is None or training.step >= max(points):
        return
    device = session.accelerator.device
    model: LossModel = session.accelerator.prepare_model(LossModel(training.model.to(device)).train())
    saved = time.monotonic()
    while training.step < max(points):
        step = _take(session, training, model)
        line = {name: fact for name, fact in asdict(step).items() if fact is not None}
        training.logged = chained(training.logged, line)
        if training.logs:
            session.folder.log.append(line)
        session.listener.stepped(training.phase, step)
        _results(session, training, points)
        due = time.monotonic() - saved >= session.save_every
        if training.step < max(points) and (due or session.stopping.asked is not None):
            _save(session, training, tokens_before(training.phase, training.step), True, "periodic")
            saving.prune(session, training.phase.name)
            saved = time.monotonic()
        session.stopping.check()
    saving.prune(session, training.phase.name, kept=1)
    session.accelerator.free_memory()
    if training.step == training.phase.steps:
        fed.tell(session, training.phase, training.fed)


def _take(session: Session, training: Training, model: LossModel) -> Step:
    """One step. The curves are read at the tokens before it, whatever ran before in this process."""
    assert training.optimizer is not None
    assert training.feed is not None
    phase, step, began = training.phase, training.step, time.monotonic()
    before = tokens_before(phase, step)
    rate = rate_of_step(phase, step, session.registry)
    set_rates(training.optimizer, rate, _scalar(session, phase, "weight_decay", before))
    steer(training.optimizer, phase.optimizer, before, session.registry)
    shares = training.feed.chosen()
    length = training.feed.length
    apart, windows = None if shares is None else Apart(), training.feed.step()
    clip = _scalar(session, phase, "clip", before) or 0.0
    objective, borders = minimised(phase.objective, before, session.registry), Borders.of(phase)
    training.fed.add(windows, session.corpus, borders, length)
    outcome = gradients(model, windows, session.corpus, length, borders, clip, session.accelerator, apart, objective)
    if not outcome.finite:
        raise _diverged(session, phase, step, outcome)
    if told(training.optimizer, outcome):
        session.folder.event("step-skipped", phase=phase.name, step=step + 1, loss=outcome.loss, norm=outcome.grad_norm)
    training.optimizer.step()
    training.optimizer.zero_grad(set_to_none=True)
    if apart is not None:
        with concerning(phase.name, "mix"):
            training.feed.observe(Feedback(apart.losses(), apart.tokens, rate))
    training.step, training.loss = step + 1, outcome.loss
    return Step(
        phase=phase.name,
        step=step + 1,
        tokens=phase.origin + tokens_before(phase, step + 1),
        loss=outcome.loss,
        lr=rate,
        trained=outcome.trained,
        grad_norm=outcome.grad_norm,
        tokens_per_second=round((tokens_before(phase, step + 1) - before) / (time.monotonic() - began), 1),
        time=round(time.time(), 3),
        shares=shares,
        length=length if phase.feeding else None,
    )


def _scalar(session: Session, phase: Phase, name: str, tokens: int) -> float | None:
    return scalar_at(phase.scalars[name], tokens, session.registry) if name in phase.scalars else None


def _diverged(session: Session, phase: Phase, step: int, outcome: Outcome) -> Exception:
    what = f"a loss of {outcome.loss}" if not math.isfinite(outcome.loss) else f"a gradient of norm {outcome.grad_norm}"
    saved = saving.usable(session, phase.name, phase.origin, tokens_before(phase, step))
    last = f"its step {step_at(phase, saved[0][0]):,}" if saved else "before it"
    session.folder.event("not-finite", phase=phase.name, step=step + 1, loss=str(outcome.loss), norm=str(outcome.grad_norm))
    return refuse(
        "not-finite",
        f"step {step + 1:,} of `{phase.name}` gave {what}; it was not taken, and the last checkpoint is from {last}",
        help="lower the learning rate, lengthen the warm-up or lower `clip`; what was saved is kept",
    )


def _results(session: Session, training: Training, points: Mapping[int, tuple[int, bool]]) -> None:
    """Save the result of the point that has just been reached, if somebody needs it and nobody made it before."""
    if training.step not in points:
        return
    at, full = points[training.step]
    if session.store.find(session.histories.key(training.phase.name, at), full=full) is None:
        _save(session, training, at, full, "result")


def _save(session: Session, training: Training, at: int, full: bool, kind: Literal["result", "periodic"]) -> None:
    phase = training.phase
    held, trained = modes.weights(training.model, training.optimizer)
    state = _state(training)
    if full:
        tensors, state["optimizer"] = _optimizer(training)
        held = {**held, **tensors, **trained}
    saving.save(session, phase.name, at, phase.origin + at, held, state, full=full, kind=kind)


def _optimizer(training: Training) -> tuple[Mapping[str, Tensor], Any]:
    """The optimizer's tensors and the rest of its state; what came in where the phase takes no step."""
    if training.optimizer is None:
        return training.carried, training.scalars
    tensors, scalars = checkpoint.optimizer_state(training.model, training.optimizer)
    counted = checkpoint.counted(training.model, training.optimizer)
    rest = {"name": training.phase.optimizer.name, "scalars": scalars, **({"groups": counted} if counted else {})}
    return tensors, rest if tensors else None


def _state(training: Training) -> dict[str, Any]:
    feed = training.feed.state() if training.feed else None
    return {
        "model": describe(training.model),
        "step": training.step,
        "loss": training.loss,
        "feed": feed,
        "streams": feed["streams"] if feed else training.streams,
        "optimizer": None,
        "parents": training.parents,
        "logged": training.logged,
        "fed": training.fed.counts,
    }
