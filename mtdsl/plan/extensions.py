"""A phase that a gate may train on, `on_fail = extend(20B)`: its steps are a cap, its values stand where they ended."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mtdsl.diag import Span
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang.units import Quantity
from mtdsl.plan.curves import in_force
from mtdsl.plan.endings import blend_at, rate_at, value_at
from mtdsl.plan.events import steps_until
from mtdsl.plan.model import Asked, Batch, Blend, Curve, Phase, Piece, Plugin, Run, V
from mtdsl.plan.shapes import under_rule
from mtdsl.plan.steps import step_at, tokens_before
from mtdsl.registry import Registry


@node
class Extension(Frozen):
    """How far a phase trains on after its own budget: `steps` of `tokens` in all, `times` at most."""

    steps: int
    tokens: int
    times: int


def extension_of(amount: Quantity, times: int, asked: Asked, batch: Batch) -> Extension:
    """Whole steps of the phase's last size; a share is one of its own budget. Raises `Mistake`."""
    last = batch.runs[-1].sequences * batch.length
    if amount.dimension not in ("tokens", "steps", "share") and not (amount.dimension == "number" and amount.scaled):
        hint = "write `extend(20B)`, `extend(2000 steps)` or `extend(10%)`"
        raise mistake("unit-mismatch", f"`extend` takes tokens, steps or a share, not {amount.noun}", amount.span, help=hint)
    further = batch if amount.dimension == "share" else Batch(batch.length, batch.runs[-1:])
    steps = steps_until(amount, "extend", asked.unit, further)
    if steps <= 0:
        raise mistake("unit-mismatch", "`extend` trains on for at least a step", amount.span)
    return Extension(steps, steps * last, times)


def longer(batch: Batch, more: Extension) -> Batch:
    """The batch of a phase that is trained on as often as it may be."""
    *runs, last = batch.runs
    return Batch(batch.length, (*runs, Run(last.steps + more.steps * more.times, last.sequences)))


def trained_on(phase: Phase, steps: int, registry: Registry, span: Span) -> Phase:
    """A phase whose steps behind the first `steps` are those of an extension: every value stands there at what it had become.

    Raises `Mistake` where nothing would be learnt by then; `span` is that of the policy.
    """
    end = phase.tokens - tokens_before(phase, steps)
    if phase.lr is None or phase.mix is None or rate_at(phase, phase.tokens - end, registry) == 0:
        message = f"the rate of `{phase.name}` ends at 0, so training on would change nothing"
        raise mistake("cannot-extend", message, span, help=f"let `{phase.name}` end above 0, and a phase behind the gate decay")
    here, cap = phase.tokens - end, phase.tokens
    return replace(
        phase,
        lr=held(phase.lr, here, cap, registry),
        mix=_held_mix(phase.mix, here, cap, registry, span),
        scalars={name: held(curve, here, cap, registry) for name, curve in phase.scalars.items()},
        optimizer=_held_params(phase.optimizer, here, cap, registry),
        objective=phase.objective and _held_params(phase.objective, here, cap, registry),
        certainty="bounded",
        extended=end,
    )


def own(phase: Phase) -> Phase:
    """A phase as it is trained in any case: without the end that a gate may train it on by."""
    if not phase.extended:
        return phase
    tokens = phase.tokens - phase.extended
    lr = phase.lr and replace(phase.lr, pieces=tuple(piece for piece in phase.lr.pieces if piece.begin < tokens))
    mix = phase.mix and replace(phase.mix, pieces=tuple(piece for piece in phase.mix.pieces if piece.begin < tokens))
    return replace(phase, lr=lr, mix=mix, tokens=tokens, steps=step_at(phase, tokens), extended=0)


def held(curve: Curve[Fraction], at: int, cap: int, registry: Registry) -> Curve[Fraction]:
    """A curve that stands from token `at` to `cap` at what it had become."""
    return curve if _stands(curve, at) else _standing(curve, value_at(curve, at, registry), at, cap)


def _held_mix(curve: Curve[Blend], at: int, cap: int, registry: Registry, span: Span) -> Curve[Blend]:
    if _stands(curve, at):
        return curve
    blend = blend_at(curve, at, registry)
    if blend is None:
        message = "the mixture still moves under a rule where this trains on, so nobody knows what it would stand at"
        raise mistake("cannot-extend", message, span, help="let the mixture arrive by then")
    return _standing(curve, blend, at, cap)


def _held_params(plugin: Plugin, at: int, cap: int, registry: Registry) -> Plugin:
    moving = {name: held(curve, at, cap, registry) for name, curve in plugin.params.items() if isinstance(curve, Curve)}
    return replace(plugin, params={**plugin.params, **moving}) if moving else plugin


def _stands(curve: Curve[V], at: int) -> bool:
    last = in_force(curve, at)
    return last is curve.pieces[-1] and (last.by is None or (at >= last.end and not under_rule(last)))


def _standing(curve: Curve[V], stop: V, at: int, cap: int) -> Curve[V]:
    return replace(curve, pieces=(*curve.pieces, Piece(Fraction(at), Fraction(cap), stop, stop)))
