"""`schedule lr over a -> b = ...`, `schedule objective.mtp over ...`: one curve over phases, each of which sees its part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from mtdsl.diag import Fix, Span
from mtdsl.diag.mistake import Mistake, attempt, mistake
from mtdsl.diag.nearest import suggest
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan.attributes import TECHNIQUES
from mtdsl.plan.axis import Axis, Stretch
from mtdsl.plan.drafts import Written
from mtdsl.plan.edits import without
from mtdsl.plan.endings import Ending
from mtdsl.plan.flow import Flow, Graph, Origin
from mtdsl.plan.model import Curve, Piece, V
from mtdsl.plan.names import Scope
from mtdsl.plan.pieces import Layer, Slot, shifted
from mtdsl.plan.rates import first_span
from mtdsl.plan.scalars import SCALARS
from mtdsl.plan.shapes import under_rule
from mtdsl.plan.steps import steps_of

if TYPE_CHECKING:
    from mtdsl.plan.tools import Tools

MOVING = ("lr", "batch", "mix", *SCALARS)


@node
class Owned(Frozen):
    """A schedule, and every chain of phases that one phase stands in: several before a fork."""

    item: tree.Schedule
    chains: tuple[tuple[str, ...], ...]
    scope: Scope


class Schedules:
    """Finds which schedule owns an attribute of a phase, and cuts its part out."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._owned: dict[tuple[str, str], Owned] = {}
        self._broken: set[str] = set()
        self._parameters: dict[tuple[str, str], list[str]] = {}
        self._laid: dict[tuple[int, int, str], tuple[tuple[Piece[Any], ...], dict[str, int]]] = {}

    def read(self) -> None:
        """Reads every `schedule` of the recipe. Mistakes go to the report."""
        for item in self._tools.flow.module.items(tree.Schedule):
            assert isinstance(item, tree.Schedule)
            if attempt(self._tools.report, lambda item=item: self._read(item)) is None:  # type: ignore[misc]
                self._broken.add(item.name)

    def broken(self, attribute: str) -> bool:
        """Whether a schedule of that attribute could not be read: a phase without the attribute is no mistake then."""
        return attribute in self._broken

    def owns(self, attribute: str, name: str) -> bool:
        """Whether a schedule sets the attribute of that phase."""
        return (attribute, name) in self._owned

    def parameters(self, attribute: str, name: str) -> Sequence[str]:
        """The parameters of a phase's technique that schedules set: `mtp` of its `objective`."""
        return self._parameters.get((attribute, name), ())

    def all_of(self, name: str) -> Iterator[Owned]:
        """Every schedule that sets something of a phase."""
        several = (f"{slot}.{parameter}" for slot in TECHNIQUES for parameter in self.parameters(slot, name))
        yield from filter(None, (self.owned(attribute, name) for attribute in (*MOVING, *several)))

    def curve(
        self, attribute: str, name: str, written: Written | None, slot: Callable[[Ending], Slot[V]], reader: str = ""
    ) -> Curve[V]:
        """The phase's part of the schedule that owns its attribute. Raises `Mistake`.

        `reader` is the technique whose parameter it is: another one along the path may read the same values otherwise.
        """
        self.check_free(attribute, name, written)
        owned = self._owned[attribute, name]
        return self.agreed(attribute, name, [self._part(owned.item, chain, name, slot, reader) for chain in owned.chains])

    def owned(self, attribute: str, name: str) -> Owned | None:
        """The schedule that sets an attribute of a phase."""
        return self._owned.get((attribute, name))

    def check_free(self, attribute: str, name: str, written: Written | None) -> None:
        """Raises `Mistake` where a phase says itself what a schedule sets."""
        owned = self._owned[attribute, name]
        if written is not None:
            labels = written.span, owned.item.name_span
            message = f"a schedule sets `{attribute}` of `{name}` already"
            fix = without(written.attribute, self._tools.graph.phases[name].item)
            raise mistake("schedule-owns", message, *labels, help="remove one of them", fix=fix)

    def check_event(self, attribute: str, name: str, span: Span) -> None:
        """Raises `Mistake` where an event of a phase, at `span`, sets what a schedule sets."""
        if self.owns(attribute, name):
            message = f"a schedule sets `{attribute}` of `{name}`, so no event can"
            raise mistake("schedule-owns", message, span, help="write the phase's own value instead of the schedule")

    def agreed(self, attribute: str, name: str, curves: list[Curve[V]]) -> Curve[V]:
        """The one curve that every chain through a phase gives it. Raises `Mistake` where they differ."""
        owned = self._owned[attribute, name]
        if any(_moves(other) != _moves(curves[0]) for other in curves):
            message = f"the branches behind `{name}` differ in length, and so would the {attribute} of `{name}`"
            hint = "let the schedule stand still, or end a piece, where the branches part: `until` or `over` tokens or steps"
            raise mistake("schedule-forks", message, owned.item.value.span, help=hint)
        return curves[0]

    def span(self, attribute: str, name: str) -> Span | None:
        """Where the schedule that owns an attribute stands."""
        owned = self._owned.get((attribute, name))
        return owned.item.name_span if owned else None

    def first_span(self, attribute: str, name: str) -> Span:
        """Where the first value of the schedule that owns an attribute stands."""
        return first_span(self._owned[attribute, name].item.value)

    def _part(
        self, item: tree.Schedule, chain: tuple[str, ...], name: str, slot: Callable[[Ending], Slot[V]], reader: str
    ) -> Curve[V]:
        key = id(item), id(chain), reader
        if key not in self._laid:
            self._laid[key] = self._lay(item, chain, slot)
        pieces, begins = self._laid[key]
        budget = self._tools.budgets.of(name)
        place = chain.index(name) + 1
        after = chain[place] if place < len(chain) else None
        point = None if after is None else self._tools.inherited.point(after)
        if after is not None and point is not None:
            read = budget.tokens_at(steps_of(budget.batch, point) - 1) if budget.batch else 0
            pieces = self.held(item, name, after, _read_by(pieces, begins[name] + read), begins[name] + point) or pieces
        return Curve(_read_by(shifted(pieces, begins[name], budget.tokens_at(budget.own)), budget.tokens_at(budget.own - 1)))

    def held(
        self, item: tree.Schedule, name: str, after: str, pieces: tuple[Piece[V], ...], at: Fraction | int
    ) -> tuple[Piece[V], ...] | None:
        """What a phase sees of a path that leaves it inside, for the phase `after`, at token `at` of the path.

        The `pieces` are those until then. What comes behind is for `after`: a phase that trains on stands where it was.
        None where the phase ends there in the middle of a move. Raises `Mistake` where it moves and trains on.
        """
        last, edge = pieces[-1], self._tools.graph.origins[after]
        if last.by is None or (last.end <= at and not under_rule(last)):
            return pieces
        if self._trains_on(name, edge):
            message = f"the path leaves `{name}` inside, where `{item.name}` still moves, and `{name}` trains on"
            hint = "let a piece end there, with `until` or `over`, or run the schedule over what follows its end"
            raise mistake("schedule-forks", message, item.value.span, edge.span, help=hint)
        return None

    def _trains_on(self, name: str, edge: Origin) -> bool:
        """Whether the flow leads on in a phase behind the point where an edge leaves it."""
        graph = self._tools.graph
        others = (origin.call for origin, _ in graph.pairs if origin.node == name)
        return name in graph.ends or any(_written(call) != _written(edge.call) for call in others)

    def _lay(
        self, item: tree.Schedule, chain: tuple[str, ...], slot: Callable[[Ending], Slot[V]]
    ) -> tuple[tuple[Piece[V], ...], dict[str, int]]:
        """The pieces over a whole chain, and the token of it at which each phase begins."""
        stretches = [self._stretch(one, after) for one, after in zip(chain, (*chain[1:], None), strict=True)]
        begins = accumulate((stretch.tokens if stretch else 0 for stretch in stretches), initial=0)
        in_steps = all(self._tools.budgets.of(one).in_steps for one in chain)
        axis = Axis(tuple(stretch for stretch in stretches if stretch), in_steps)
        layer = Layer(
            slot(self._tools.inherited.before(chain[0])),
            axis,
            Scope(self._tools.flow.module),
            self._tools.evaluator,
            self._tools.techniques,
        )
        return layer.lay(item.value, 0, self._tools.report), dict(zip(chain, begins, strict=False))

    def _stretch(self, name: str, after: str | None) -> Stretch | None:
        """What the path takes of a phase: all of it, or up to the point where the path leaves it."""
        budget = self._tools.budgets.of(name)
        point = None if after is None else self._tools.inherited.point(after)
        if budget.batch is None:
            return None
        return Stretch(budget.batch, budget.own if point is None else steps_of(budget.batch, point))

    def _read(self, item: tree.Schedule) -> bool:
        if item.name not in MOVING:
            _check_parameter(item)
        for named in item.path.nodes:
            if isinstance(self._tools.flow.nodes(named), str):
                message = f"`{named.name}` does not train, so a schedule cannot run over it"
                raise mistake("schedule-path", message, named.span, help="a schedule runs over phases")
        for origin, name, span in self._tools.flow.pairs(item.path):
            edge = self._tools.graph.origins.get(name)
            if edge is None or edge.node != origin.node:
                raise self._gap(item.path, origin, name, span)
            if origin.call is not None and _written(origin.call) != _written(edge.call):
                message = f"the flow goes on with `{name}` from another point of `{origin.node}`"
                raise mistake("schedule-path", message, origin.span, edge.span, help="name the point that the flow does")
        end = item.path.nodes[-1]
        if end.call is not None:
            message = "a path ends with a whole phase"
            raise mistake("schedule-path", message, end.span, help="`over` and `until` say how far the curve moves")
        for chain in _chains(self._tools.flow, item.path):
            for name in chain:
                self._own(item, name, chain)
        return True

    def _gap(self, path: tree.Path, origin: Origin, name: str, span: Span) -> Mistake:
        """A path that leaves nodes of the flow out, or goes where no flow does."""
        between = _between(self._tools.graph, origin.node, name)
        if not between:
            message = f"no flow goes from `{origin.node}` to `{name}`"
            return mistake("schedule-path", message, span, help="a schedule runs along the flow, phase by phase")
        untrained = next((node for node in between if node not in self._tools.graph.phases), None)
        if untrained:
            message = f"from `{origin.node}` to `{name}` the flow goes through `{untrained}`, which does not train"
            return mistake("schedule-path", message, span, help="write one schedule before it and one behind it")
        families = tuple(dict.fromkeys(self._tools.graph.phases[node].family for node in between))
        whole = f"{origin.span.text} -> {' -> '.join(families)} -> {span.text}"
        message = f"the flow goes `{' -> '.join((origin.node, *between, name))}`, and a schedule names every phase"
        fix = None
        if families == between and len(path.nodes) == len({node.name for node in path.nodes}):
            fix = Fix.write(origin.span, f"{origin.span.text} -> {' -> '.join(families)}", title=f"write `over {whole}`")
        return mistake("schedule-path", message, span, help=f"write `over {whole}`", fix=fix)

    def _own(self, item: tree.Schedule, name: str, chain: tuple[str, ...]) -> None:
        before = self._owned.get((item.name, name))
        if before and before.item is not item:
            labels = item.name_span, before.item.name_span
            raise mistake("schedule-owns", f"two schedules set `{item.name}` of `{name}`", *labels)
        chains = (*(before.chains if before else ()), chain)
        self._owned[item.name, name] = Owned(item, chains, Scope(self._tools.flow.module))
        for attribute in (item.name, "warmup") if item.name == "lr" else (item.name,):
            self._tools.lookup.schedule(name, attribute)
        if before is None and item.name not in MOVING:
            slot, _, parameter = item.name.partition(".")
            self._parameters.setdefault((slot, name), []).append(parameter)


def _written(call: tree.Call | None) -> str:
    """A point inside a phase as the recipe writes it; its end however that is written."""
    return "" if call is None or call.func.span.text == "end" else call.span.text


def _between(graph: Graph, first: str, last: str) -> tuple[str, ...]:
    """The nodes that the flow goes through from one to another, both left out; none where it does not lead there."""
    found: list[str] = []
    while (edge := graph.origins.get(found[0] if found else last)) is not None:
        if edge.node == first:
            return tuple(found)
        if edge.node in found:
            break
        found.insert(0, edge.node)
    leads = any(origin.node == first and name == found[0] for origin, name in graph.pairs) if found else False
    return tuple(found) if leads else ()


def _check_parameter(item: tree.Schedule) -> None:
    """Raises `Mistake` where a schedule sets neither what moves in a phase nor a parameter of a technique of one."""
    slot, _, parameter = item.name.partition(".")
    if slot not in TECHNIQUES or "." in parameter:
        wanted = f"it sets {', '.join(f'`{name}`' for name in MOVING)}, and parameters such as `objective.mtp`"
        help, fix = suggest(item.name, item.name_span, MOVING, wanted)
        raise mistake("unknown-key", f"a schedule cannot set `{item.name}`", item.name_span, help=help, fix=fix)
    if not parameter:
        hint = f"write which of its parameters moves: `{slot}.NAME`"
        raise mistake("unknown-key", f"`{slot}` is a technique, which does not move", item.name_span, help=hint)
    if parameter in SCALARS:
        fix = Fix.write(item.name_span, parameter)
        raise mistake("unknown-key", f"`{parameter}` is a number of the phase", item.name_span, fix=fix)


def _read_by(pieces: tuple[Piece[V], ...], last: int) -> tuple[Piece[V], ...]:
    """The pieces that a step reads, given where the last one begins: a piece behind it belongs to the next phase.

    So a schedule may change at 100B where a phase of 100B, its last step whole, ends a little later.
    """
    return tuple(piece for piece in pieces if piece.begin <= last) or pieces[:1]


def _moves(curve: Curve[V]) -> list[object]:
    """What makes a curve the same on a phase as another: where pieces stand still, their ends say nothing."""
    return [piece if piece.by else (piece.begin, piece.stop) for piece in curve.pieces]


def _chains(flow: Flow, path: tree.Path) -> Iterator[tuple[str, ...]]:
    """Every way through the path: on a fork each member has its own."""
    pairs = [(origin.node, name) for origin, name, _ in flow.pairs(path)]
    if not pairs:
        group = flow.nodes(path.nodes[0])
        yield from ((member.name,) for member in group.members) if not isinstance(group, str) else ()
        return
    ends = {name for _, name in pairs} - {node for node, _ in pairs}
    parents: dict[str, str] = {name: node for node, name in pairs}
    for end in sorted(ends):
        chain: list[str] = [end]
        while chain[0] in parents:
            chain.insert(0, parents[chain[0]])
        yield tuple(chain)
