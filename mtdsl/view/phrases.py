"""What is said of a node in every view: its window, batch, rate, mixture and transition in a few characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from mtdsl.plan.curves import sources_of
from mtdsl.plan.model import (
    Asked,
    Blend,
    Curve,
    Evaluation,
    Event,
    Gate,
    Group,
    Merge,
    Param,
    Parent,
    Phase,
    Plugin,
    Rule,
    Source,
    Start,
    Term,
    Test,
    Transition,
)
from mtdsl.plan.turns import turning
from mtdsl.view import numbers
from mtdsl.view.columns import Column


def window(node: Phase | Merge | Start) -> str:
    """`512 → 2k` where the window changes, else `2k`."""
    if isinstance(node, Phase):
        old, new = node.context.start, node.context.end
        return numbers.moves(numbers.length(new if old is None else old), numbers.length(new))
    return "" if node.context is None else numbers.length(node.context)


def batch(phase: Phase) -> str:
    """`16 x 512`, and `16 → 32 x 512` where it grows."""
    if phase.batch is None or not phase.steps:
        return ""
    first, last = phase.batch.runs[0].sequences, phase.batch.runs[-1].sequences
    return f"{numbers.moves(f'{first:,}', f'{last:,}')} x {numbers.length(phase.batch.length)}"


def step_size(phase: Phase) -> str:
    """Tokens a step: `8,192`, and `8,192 → 16,384` where the batch grows."""
    if phase.batch is None or not phase.steps:
        return ""
    first, last = (run.sequences * phase.batch.length for run in (phase.batch.runs[0], phase.batch.runs[-1]))
    return numbers.moves(f"{first:,}", f"{last:,}")


def rate(column: Column) -> str:
    """`1e-3 → 0`: the first and the last point of the curve, warm-up left out."""
    node = column.node
    if not isinstance(node, Phase) or node.lr is None or not column.points:
        return ""
    first = node.lr.pieces[0]  # a schedule over a path may have begun before the phase
    start = first.start if first.begin >= 0 else column.points[0].lr or 0
    return numbers.moves(numbers.rate(start), numbers.rate(column.points[-1].lr or 0))


def share(column: Column, source: str) -> str:
    """`80% → 20%` of a source in a phase; empty where it has none; `?` where nobody knows it yet."""
    if not column.points:
        return ""
    first, last = column.points[0].shares, column.points[-1].shares
    if first is None or last is None:
        return "?" if source in mixed(column) else ""
    if not any(source in (point.shares or {}) for point in column.points):
        return ""
    stop = "?" if source in column.points[-1].chosen else numbers.share(last.get(source, 0))
    return numbers.moves(numbers.share(first.get(source, 0)), stop)


def mixed(column: Column) -> tuple[str, ...]:
    """The sources that a phase draws from."""
    return sources_of(column.node.mix) if isinstance(column.node, Phase) and column.node.mix else ()


def rules(column: Column) -> str:
    """The rules that choose a phase's weights: `natural(code, docs)`; empty where all its shares are written."""
    mix = column.node.mix if isinstance(column.node, Phase) else None
    found = (rule for piece in (mix.pieces if mix else ()) for blend in (piece.start, piece.stop) for rule in blend.rules)
    return ", ".join(dict.fromkeys(f"{rule.mixer.name}({', '.join(rule.sources)})" for rule in found))


def blend(mix: Blend) -> str:
    """`80% web + 20% natural(code, docs)`."""
    said = [f"{numbers.share(share)} {name}" for name, share in mix.shares.items()]
    said += [f"{numbers.share(rule.share)} {rule.mixer.name}({among(rule)})" for rule in mix.rules]
    return " + ".join(said)


def among(rule: Rule) -> str:
    """What a rule chooses among; of one whose steps take turns, `92% of steps 80% web + 20% code, 8% of steps 100% math`."""
    return ", ".join(f"{numbers.share(turn.share)} of steps {blend(turn.mix)}" for turn in rule.turns) or ", ".join(
        rule.sources
    )


def turns(column: Column) -> str:
    """`steps take turns: alternate(92% of steps 100% web, 8% of steps 100% math)`; empty where none do."""
    rules = turning(column.node.mix) if isinstance(column.node, Phase) else []
    said = ", ".join(f"{rule.mixer.name}({among(rule)})" for rule in rules)
    return f"steps take turns: {said}" if said else ""


def chosen(column: Column) -> str:
    """`odm chooses while it runs, and begins with 80% web, 20% code`; empty where no rule looks at the run."""
    if not column.points or not column.points[0].chosen:
        return ""
    first = column.points[0]
    mixers = ", ".join(dict.fromkeys(first.chosen.values()))
    begins = ", ".join(f"{numbers.share(share)} {name}" for name, share in (first.shares or {}).items() if name in first.chosen)
    return f"{mixers} chooses while it runs" + (f", and begins with {begins}" if begins else "")


def asked(budget: Asked) -> str:
    """The budget as written: `50B tokens`, `3,450,000 steps`, `4 epochs`."""
    amount = numbers.plain(budget.amount) if budget.unit == "epochs" else numbers.count(budget.amount)
    return f"{amount} {budget.unit if budget.amount != 1 else budget.unit[:-1]}"


def parent(where: Parent) -> str:
    """`trunk`, `trunk.at(7T)` or `trunk.ema`."""
    return parents((where,))[0]


def parents(several: Sequence[Parent]) -> list[str]:
    """The same for each of several, points inside with the digits that tell them apart."""
    points = iter(numbers.apart([where.at for where in several if where.at is not None]))
    nodes = [(f"{where.node}.ema" if where.weights == "ema" else where.node, where.at) for where in several]
    return [node if at is None else f"{node}.at({next(points)})" for node, at in nodes]


def plugin(used: Plugin) -> str:
    """A technique as a recipe calls it, its defaults spelled out: `yarn(factor = 4, beta_fast = 32, beta_slow = 1)`."""
    return call(used.name, used.params)


def call(name: str, params: Mapping[str, Param]) -> str:
    """`name(a = 1, b = 2)`; a parameter that is none is left out."""
    given = ", ".join(f"{key} = {value_of(value)}" for key, value in params.items() if value is not None)
    return f"{name}({given})" if given else name


def value_of(value: Param) -> str:
    """A parameter's value as text."""
    if isinstance(value, tuple):
        return f"[{', '.join(value_of(part) for part in value)}]"
    if isinstance(value, Plugin):
        return plugin(value)
    if isinstance(value, Curve):
        return numbers.moves(numbers.plain(value.pieces[0].start), numbers.plain(value.pieces[-1].stop))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {value_of(part)}" for name, part in value.items())
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, str):
        return value
    text = numbers.plain(value)
    return text.replace(",", "_" if len(text) > 5 else "")  # a comma would part it from the next parameter


def order(source: Source) -> str:
    """In which order a source's documents are read: `shuffled`, `given`, `ascending by quality`."""
    return f"{source.order} by {source.order_by}" if source.order_by else source.order


def manner(phase: Phase) -> Iterator[str]:
    """What is learnt, of which parameters, and in which lengths, where a phase says so. An objective's zeros say nothing."""
    if phase.objective is not None:
        yield call(phase.objective.name, {name: value for name, value in phase.objective.params.items() if value})
    for word, patterns in (("trains", phase.train), ("freezes", phase.freeze)):
        if patterns:
            yield f"{word} {', '.join(patterns)}"
    yield from (f"group {group(one)}" for one in phase.groups)
    yield from (f"edit {plugin(edit)}" for edit in phase.edits)
    if phase.feeding is not None:
        shares = zip(phase.feeding.shares, phase.feeding.lengths, strict=True)
        yield "fed " + ", ".join(f"{numbers.share(share)} in {numbers.length(length)}" for share, length in shares)
    yield from documents(phase)
    if phase.coupling != "none":
        yield f"rate follows the batch ({phase.coupling})"


def documents(phase: Phase) -> Iterator[str]:
    """What the borders of documents mean in a phase, where that is not the usual."""
    if (phase.positions == "document") != (phase.mask == "document"):
        yield f"positions by {phase.positions}"
    if phase.eod_loss == "learnt":
        yield "loss across ends of documents"
    if phase.fim_mode is not None:
        yield f"fim by {plugin(phase.fim_mode)}"


def group(one: Group) -> str:
    """`embeddings (*.embed_tokens.*, lm_head.*) at 10% of the rate, weight_decay 0, adamw(...)`."""
    said = [f"{one.name} ({', '.join(one.match)})" + ("" if one.lr == 1 else f" at {numbers.share(one.lr)} of the rate")]
    said += [] if one.weight_decay is None else [f"weight_decay {numbers.plain(one.weight_decay)}"]
    return ", ".join([*said, *([plugin(one.optimizer)] if one.optimizer else [])])


def reading(source: Source) -> Iterator[str]:
    """Which of a source's documents are read and how, where that is not all of them once in a shuffled order."""
    if source.where is not None and not source.of:  # a part is named by its test
        yield test(source.where)
    if source.repeat != 1:
        yield f"{numbers.plain(source.repeat)} times an epoch"
    if source.order != "shuffled":
        yield "in its own order" if source.order == "given" else order(source)
    if source.loss_mask != "none":
        yield "no loss on prompts"
    if source.template:
        yield f"as {source.template}"
    yield from (f"filter {plugin(one)}" for one in source.filters)
    if source.decontaminate:
        yield f"without {', '.join(source.decontaminate)}"


def kind(node: Phase | Merge | Start) -> str:
    """What a node is, in a word or two: a merge by its merger's name."""
    if isinstance(node, Merge):
        return node.merger.name
    return "phase" if isinstance(node, Phase) else "start"


def parts(merge: Merge) -> str:
    """`50% a + 50% b`, `60% a + 40% b, base c`; where what was measured decides, `the best of a, b, measured against c`."""
    if not merge.weights:
        against = f", measured against {merge.against}" if merge.against else ""
        return f"the best of {', '.join(parents(merge.parents))}{against}"
    first, *_ = named = list(parents(merge.parents))
    pairs = list(zip(named, merge.weights, strict=True))[merge.based :]
    base = f", base {first}" if merge.based else ""
    return " + ".join(f"{numbers.share(weight)} {parent}" for parent, weight in pairs) + base


def measured(evaluation: Evaluation) -> str:
    """`every 10B tokens and at the end of every phase`, `at the end of a and b, each compared with c`."""
    often = "" if evaluation.every is None else f"every {numbers.count(evaluation.every)} {evaluation.unit} and "
    others = [name for name in evaluation.on if name != evaluation.against]
    where = f"at the end of {', '.join(others) or 'every phase'}"
    return f"{often}{where}" + (f", each against {evaluation.against}" if evaluation.against else "")


def moments(edge: Transition) -> str:
    """`keep`, `keep(anneal[42])`, `rescale(0.5)`: what happens to the optimizer's state."""
    if edge.optimizer_of:
        return f"{edge.optimizer}({edge.optimizer_of})"
    return edge.optimizer if edge.rescale is None else f"{edge.optimizer}({numbers.plain(edge.rescale)})"


def changes(event: Event) -> str:
    """What an event sets: `batch 32 sequences, lr 9e-5 → 0 over 10M`."""
    said = [_change(name, curve) for name, curve in event.sets.items()]
    return ", ".join([*said, "another mixture"] if event.mix else said)


def _change(name: str, curve: Curve[Fraction]) -> str:
    write = numbers.rate if name == "lr" else numbers.plain
    first, last = curve.pieces[0], curve.pieces[-1]
    moved = numbers.moves(write(first.start), write(last.stop))
    over = f" over {numbers.count(last.end - first.begin)}" if last.by else ""
    return f"{name} {moved}{' sequences' if name == 'batch' else ''}{over}"


def gate(edge: Gate) -> str:
    """`niah >= 1, else back to lc`: what must hold, and what happens where it does not."""
    must = test(edge.test) if edge.test else plugin(edge.plugin) if edge.plugin else ""
    often = "once" if edge.times == 1 else f"up to {edge.times} times"
    match edge.on_fail:
        case "rollback" if edge.rollback:
            return f"{must}, else back to {parent(edge.rollback)} ({often})"
        case "extend" if edge.extend:
            return f"{must}, else {numbers.count(edge.extend)} tokens more ({often})"
        case "branch":
            return f"{must}, else {edge.branch} instead"
    return f"{must}, else {'go on all the same' if edge.on_fail == 'continue' else 'stop'}"


def branches(phases: Iterable[Phase]) -> dict[str, str]:
    """The phases that run only where a gate fails, and the phase that each of these gates leads into."""
    gates = ((phase.name, phase.transition.gate) for phase in phases)
    return {gate.branch: name for name, gate in gates if gate is not None and gate.branch}


def only_where(instead_of: str) -> str:
    """When a phase of `branches` runs."""
    return f"only where that into {instead_of} fails"


def test(condition: Test) -> str:
    """`loss < 1.98 and niah >= 1`."""
    if condition.op == "not":
        return f"not ({test(condition.tests[0])})"
    if condition.plugin is not None:
        return plugin(condition.plugin)
    spell = numbers.count if any(term.metric in ("tokens", "steps") for term in condition.terms) else "{:.12g}".format
    parts = [*(_term(term, spell) for term in condition.terms), *(_inner(inner) for inner in condition.tests)]
    return f" {condition.op} ".join(parts)


def _inner(inner: Test) -> str:
    return f"({test(inner)})" if inner.op in ("and", "or") else test(inner)


def _term(term: Term, spell: Callable[[float], str]) -> str:
    if term.value is not None:
        return spell(float(term.value))
    measured = f"{term.of}.{term.metric}" if term.of else term.metric
    return measured if term.times == 1 else f"{float(term.times):.12g} x {measured}"
