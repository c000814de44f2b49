"""The values of a node in words, whole numbers written out: what `mtdsl show` prints beside what the recipe says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from mtdsl.plan.certainty import capped, hangs
from mtdsl.plan.learning import reason
from mtdsl.plan.model import Curve, Evaluation, Merge, Param, Phase, Piece, Plugin, Source, Start, Transition, V, Warmup
from mtdsl.plan.scalars import NUMBERS
from mtdsl.plan.shapes import under_rule
from mtdsl.registry import Registry
from mtdsl.view import amounts, numbers, phrases

Value = tuple[str, str]
"""An attribute and its value."""

NONE = "none"


def of_phase(phase: Phase, registry: Registry) -> Iterator[Value]:
    """Every attribute of a phase, those that it does not have included."""
    yield phase.asked.unit, _budget(phase)
    yield "batch", _batch(phase)
    yield "context", _context(phase)
    yield "lr", curve(phase.lr, numbers.rate, phase.tokens)
    yield "warmup", _warmup(phase.lr.warmup) if phase.lr and phase.lr.warmup else NONE
    yield "mix", _mix(phase, registry)
    yield "seed", str(phase.seed)
    yield "packing", phrases.plugin(phase.packing)
    yield "mask", phase.mask
    yield "positions", phase.positions
    yield "eod_loss", phase.eod_loss
    yield "fim_mode", phrases.plugin(phase.fim_mode) if phase.fim_mode else NONE
    yield "optimizer", _optimizer(phase)
    yield "objective", technique(phase.objective, phase.tokens) if phase.objective else NONE
    yield "train", ", ".join(phase.train) or "everything"
    yield "freeze", ", ".join(phase.freeze) or NONE
    yield "groups", "; ".join(map(phrases.group, phase.groups)) or NONE
    yield "edit", ", ".join(map(phrases.plugin, phase.edits)) or NONE
    yield "window", _feeding(phase)
    yield "coupling", phase.coupling
    yield from ((name, _number(phase, name)) for name in NUMBERS)
    yield "stop", phrases.test(phase.stop) if phase.stop else NONE
    for at, event in enumerate(phase.events):
        sure = ", expected" if event.measured else ","
        yield f"when.{at}", f"{phrases.test(event.test)}{sure} at {event.expect:,} tokens: {phrases.changes(event)}"
    yield from _transition(phase.transition)


def of_merge(merge: Merge) -> Iterator[Value]:
    """What a merge is made of."""
    yield "value", f"{phrases.plugin(merge.merger)} of {phrases.parts(merge)}"
    yield "context", f"{merge.context:,}"


def of_start(start: Start) -> Iterator[Value]:
    """What is declared of a checkpoint made elsewhere, or known from the lock."""
    yield "weights", start.weights or NONE
    yield "tokens", "unknown" if start.tokens is None else f"{start.tokens:,}"
    yield "context", "unknown" if start.context is None else f"{start.context:,}"
    yield "lr", "unknown" if start.lr is None else numbers.rate(start.lr)
    yield from ((name, f"{int(fact.value or 0):,}") for name, fact in start.facts.items() if name != "lr")


def of_source(source: Source) -> Iterator[Value]:
    """Where documents come from, and how they are read."""
    yield "source", phrases.plugin(source.source) if source.source else "declared"
    if source.of:
        yield "where", f"{source.of}({phrases.test(source.where)})" if source.where else source.of
    for name, fact in (("tokens", source.tokens), ("documents", source.documents), ("longest", source.longest)):
        yield name, amounts.known(fact) if fact.value is None else f"{int(fact.value):,} ({fact.certainty})"
    yield "max_epochs", NONE if source.max_epochs is None else numbers.plain(source.max_epochs)
    yield "holdout", numbers.share(source.holdout)
    yield "repeat", numbers.plain(source.repeat)
    yield "order", phrases.order(source)
    yield "loss_mask", source.loss_mask
    yield "template", source.template or NONE
    yield "filter", ", ".join(map(phrases.plugin, source.filters)) or NONE
    yield "decontaminate", ", ".join(source.decontaminate) or NONE


def of_evaluation(evaluation: Evaluation) -> Iterator[Value]:
    """What is measured, and when."""
    yield "value", f"{phrases.plugin(evaluation.evaluator)}, {phrases.measured(evaluation)}"


def curve(moving: Curve[V] | None, spell: Callable[[V], str], tokens: int) -> str:
    """`1e-3, then 1e-3 → 1e-4 from 0 tokens to 131,072 tokens by linear, stands at 1e-4 until 200,000 tokens, then 0`.

    `tokens` is the length of the phase. A piece that has landed stands where it did until the next one begins.
    """
    if moving is None:
        return NONE
    if len(moving.pieces) == 1 and moving.pieces[0].by is None:
        return spell(moving.pieces[0].stop)
    ends = [*(piece.begin for piece in moving.pieces[1:]), Fraction(tokens)]
    return ", then ".join(_piece(piece, spell, tokens, end) for piece, end in zip(moving.pieces, ends, strict=True))


def _piece(piece: Piece[V], spell: Callable[[V], str], tokens: int, end: Fraction) -> str:
    """A piece that is in force until `end`."""
    stands = f"{spell(piece.stop)} until {_tokens(end)}"
    if piece.by is None or (piece.end <= 0 and not under_rule(piece)):
        return stands
    over = "" if piece.begin == 0 and piece.end == tokens else f" from {_tokens(piece.begin)} to {_tokens(piece.end)}"
    moves = f"{numbers.moves(spell(piece.start), spell(piece.stop))}{over} by {phrases.plugin(piece.by)}"
    return f"{moves}, stands at {stands}" if piece.end < end and not under_rule(piece) else moves


def _tokens(at: Fraction) -> str:
    return f"{round(at):,} tokens"


def _budget(phase: Phase) -> str:
    hanging = hangs(phase)
    tokens, steps = (amounts.expected(f"{getattr(phase, name):,} {name}", name in hanging) for name in ("tokens", "steps"))
    sure = "" if phase.certainty == "exact" else f" ({phase.certainty})"
    sure += f", the last {phase.extended:,} only where a gate fails" if phase.extended else ""
    return amounts.at_most(f"{tokens} in {steps}", capped(phase)) + sure


def _batch(phase: Phase) -> str:
    if phase.batch is None:
        return NONE
    sizes = [f"{run.sequences:,} x {phase.batch.length:,}" for run in phase.batch.runs]
    shown = sizes[0] if len(sizes) == 1 else f"{sizes[0]} → {sizes[-1]} in {len(sizes)} sizes"
    return f"{shown} = {phrases.step_size(phase)} tokens a step"


def _context(phase: Phase) -> str:
    end = phase.context.end
    moved = numbers.moves(f"{end if phase.context.start is None else phase.context.start:,}", f"{end:,}")
    return f"{moved} by {phrases.plugin(phase.context.extender)}" if phase.context.extender else moved


def _warmup(warmup: Warmup) -> str:
    first = ", which the first step has" if warmup.read == "before" else ""
    return f"{warmup.steps:,} steps = {warmup.tokens:,} tokens, from {numbers.rate(warmup.start)}{first}"


def technique(plugin: Plugin, tokens: int) -> str:
    """`next_token(mtp = [0.3 until 10,000 tokens, then 0.1])`: where the parameters of a technique move."""
    return phrases.call(plugin.name, {name: _param(value, tokens) for name, value in plugin.params.items()})


def parameter(value: Param, tokens: int) -> str:
    """One parameter of a technique of a phase of that length."""
    return curve(value, numbers.plain, tokens) if isinstance(value, Curve) else phrases.value_of(value)


def _param(value: Param, tokens: int) -> Param:
    if isinstance(value, Curve):
        return f"[{curve(value, numbers.plain, tokens)}]"
    return technique(value, tokens) if isinstance(value, Plugin) else value


def _mix(phase: Phase, registry: Registry) -> str:
    """With whose shares a run decides, under a rule that looks at it."""
    text, why = curve(phase.mix, phrases.blend, phase.tokens), reason(phase.mix, registry) if phase.mix else ""
    return f"{text}, {why}" if why else text


def _optimizer(phase: Phase) -> str:
    """With what its parameters are in this phase, where a number of the phase sets them."""
    moving = {name: curve(at, numbers.plain, phase.tokens) for name, at in phase.scalars.items()}
    own = {name: text for name, text in moving.items() if name in phase.optimizer.params}
    return technique(Plugin(phase.optimizer.name, {**phase.optimizer.params, **own}), phase.tokens)


def _number(phase: Phase, name: str) -> str:
    """A number that a phase may set; where nobody did, what is done then: its default, or the optimizer's own."""
    if name in phase.scalars:
        return curve(phase.scalars[name], numbers.plain, phase.tokens)
    default = NUMBERS[name].default
    unsaid = phase.optimizer.params.get(name) if default is None else default
    return NONE if unsaid is None else phrases.value_of(unsaid)


def _feeding(phase: Phase) -> str:
    if phase.feeding is None:
        return NONE
    pairs = zip(phase.feeding.shares, phase.feeding.lengths, strict=True)
    return " + ".join(f"{numbers.share(share)} in {length:,}" for share, length in pairs)


def _transition(edge: Transition) -> Iterator[Value]:
    yield "transition.optimizer", phrases.moments(edge)
    yield "transition.lr", edge.lr
    yield "transition.data", edge.data
    yield "transition.gate", phrases.gate(edge.gate) if edge.gate else NONE
