"""The flow: which node comes from which, edges of families paired, an order in which all can be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from mtdsl.diag import Label, Report, Span
from mtdsl.diag.mistake import attempt, mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan.drafts import Draft, Family
from mtdsl.plan.families import Families, no_single
from mtdsl.plan.names import Found, Module, Scope, unknown_name


@node
class Origin(Frozen):
    """Where an edge comes from: a node's end, or the point inside it that `call` (`at(7T)`) names."""

    node: str
    call: tree.Call | None
    span: Span


@dataclass(slots=True)
class Graph:
    """Nodes by name, and the edge into each phase; merges take their parents from their own expression."""

    phases: dict[str, Draft] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    merges: dict[str, Found] = field(default_factory=dict)
    starts: dict[str, Found] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    pairs: list[tuple[Origin, str]] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
    orphans: set[str] = field(default_factory=set)
    """Phases whose parent a broken line of the flow would have told."""


class Flow:
    """Reads the nodes of paths in one module."""

    def __init__(self, module: Module, families: Families) -> None:
        self.module = module
        self._families = families
        self._scope = Scope(module)

    def graph(self, report: Report) -> Graph:
        """The whole graph of the recipe; what is wrong with single edges goes to `report`."""
        graph = Graph()
        for name, found in (*self.module.names.items(), *self.module.again.items()):
            self._node(name, found, graph, report)
        flows = [item for item in self.module.items(tree.Flow) if isinstance(item, tree.Flow)]
        whole = [attempt(report, lambda item=item: self._edges(item.path, graph)) for item in flows]  # type: ignore[misc]
        if not flows and len(graph.phases) == 1:
            graph.reached.update(graph.phases)
            graph.ends.update(graph.phases)
        lost = {node.name for item, done in zip(flows, whole, strict=True) if not done for node in item.path.nodes[1:]}
        graph.orphans |= {name for name, draft in graph.phases.items() if draft.family in lost} - graph.origins.keys()
        if all(whole):  # what a broken line would reach is not known
            self._unreached(graph, report)
        return graph

    def rungs(self, path: tree.Path) -> set[tuple[str, str]]:
        """The edges that a path does not name: those inside the ladders that it leads through."""
        return {edge for node in path.nodes for edge in _rungs(self.nodes(node))}

    def pairs(self, path: tree.Path) -> Iterator[tuple[Origin, str, Span]]:
        """The edges of a path: from each node to each it leads to, rungs of a ladder joined."""
        groups = [self.nodes(node) for node in path.nodes]
        for named, family in zip(path.nodes, groups, strict=True):
            for one, other in _rungs(family):
                yield Origin(one, None, named.span), other, named.span
        for (left, left_node), (right, right_node) in pairwise(zip(groups, path.nodes, strict=True)):
            for one, other in _joined(left, right, right_node.span):
                yield Origin(one, left_node.call, left_node.span), other, right_node.span

    def nodes(self, node: tree.Node) -> Family | str:
        """What a path's node names: a family of phases (or a part of one), or a merge or start by name."""
        kinds = (tree.Phase, tree.Merge, tree.Start)
        found = self.module.among(node.name, kinds)
        if found is None:
            known = [name for name, at in self.module.names.items() if isinstance(at.item, kinds)]
            raise unknown_name(node.name, node.span, known, "phase, merge or start")
        if not isinstance(found.item, tree.Phase):
            return node.name
        family = self._families.of(found)
        return Family(family.name, tuple(self.members(node, family))) if node.keys else family

    def single(self, named: tree.Name | tree.Member) -> str:
        """The one node that `anneal[42]` names. Raises `Mistake` where it is none, or several."""
        base, keys = (named.base, named.keys) if isinstance(named, tree.Member) else (named, ())
        group = self.nodes(tree.Node(named.span, ".".join(base.parts), keys))
        if isinstance(group, str):
            return group
        if len(group.members) != 1:
            raise no_single(group, group.members, named.span)
        return group.members[0].name

    def members(self, node: tree.Node, family: Family) -> list[Draft]:
        """The members that `anneal[42]` names. Raises `Mistake` where there is none."""
        members = family.find(self._families.keys(node.keys, self._scope))
        if not members:
            listed = ", ".join(f"`{member.name}`" for member in family.members[:8])
            raise mistake(
                "unknown-name", f"`{node.span.text}` is no member of `{family.name}`", node.span, help=f"there are {listed}"
            )
        return members

    def _node(self, name: str, found: Found, graph: Graph, report: Report) -> None:
        if isinstance(found.item, tree.Phase):
            family = attempt(report, lambda: self._families.of(found))
            if family:
                graph.families[family.name] = family
                graph.phases.update({member.name: member for member in family.members})
        elif isinstance(found.item, tree.Merge):
            graph.merges[name] = found
        elif isinstance(found.item, tree.Start):
            graph.starts[name] = found

    def _unreached(self, graph: Graph, report: Report) -> None:
        families = {graph.phases[name].family for name in graph.reached & graph.phases.keys()}
        declared = list(dict.fromkeys(draft.family for draft in graph.phases.values()))
        if not graph.pairs and not families and len(declared) > 1:
            spans = [next(draft.span for draft in graph.phases.values() if draft.family == family) for family in declared]
            hint = f"write `flow {' -> '.join(declared[:4])}{' -> ...' if declared[4:] else ''}`"
            report.error("phase-unreached", "nothing says how these phases follow one another", *spans, help=hint)
            return
        for draft in graph.phases.values():
            if draft.name not in graph.reached and draft.item in self.module.file.items:
                name = draft.name if draft.family in families else draft.family
                report.error("phase-unreached", f"no flow reaches `{name}`", draft.span, help=_joining(name, graph))

    def _edges(self, path: tree.Path, graph: Graph) -> bool:
        """Adds the edges of a path; always True. Raises `Mistake`."""
        for named in path.nodes:
            group = self.nodes(named)
            names = [group] if isinstance(group, str) else [member.name for member in group.members]
            graph.reached.update(names)
            last = [group] if isinstance(group, str) else [member.name for member in group.exits]
            graph.ends.update(last if named.call is None else [])
        end = path.nodes[-1].call
        if end is not None and end.func.span.text != "end":
            hint = f"name the checkpoint: `phase early {{ steps = 0 }}` and `flow {path.nodes[-1].span.text} -> early`"
            raise mistake("flow-ends-inside", "a flow cannot end inside a phase", path.nodes[-1].span, help=hint)
        for origin, name, span in self.pairs(path):
            graph.pairs.append((origin, name))
            if name in graph.phases:
                self._edge(origin, name, span, graph)
            elif name in graph.starts:
                raise mistake("flow-into-start", f"`{name}` is a start: nothing leads to it", span)
        return True

    def _edge(self, origin: Origin, name: str, span: Span, graph: Graph) -> None:
        before = graph.origins.get(name)
        if before and (before.node, _text(before.call)) != (origin.node, _text(origin.call)):
            labels = Label(span, f"from `{origin.node}` here"), Label(before.span, f"from `{before.node}` here")
            hint = "merge the two first, or make it a family"
            raise mistake(
                "two-parents", f"`{name}` would come from both `{before.node}` and `{origin.node}`", *labels, help=hint
            )
        graph.origins[name] = origin


def _joining(name: str, graph: Graph) -> str:
    """The ways to give a phase its place; on its own it trains fresh weights, so that way is told last."""
    left = {origin.node for origin, _ in graph.pairs}
    lasts = [node for node in graph.reached if node not in left]
    if not graph.reached:
        return f"write `flow {name}`"
    joined = f"write `flow {lasts[0]} -> {name}`" if len(lasts) == 1 else "join it to the phase that it goes on from with `->`"
    return f"{joined}; a `flow {name}` of its own would train it from fresh weights"


def order(graph: Graph, parents: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Phases and merges so that each comes after its parents, otherwise as declared. Raises `Mistake` on a cycle."""
    done: dict[str, None] = dict.fromkeys(graph.starts)
    for name in parents:
        _visit(name, graph, parents, done)
    return tuple(name for name in done if name not in graph.starts)


def _visit(name: str, graph: Graph, parents: Mapping[str, tuple[str, ...]], done: dict[str, None]) -> None:
    """Adds the ancestors of a node to `done`, then the node; without recursion, since a chain may be long."""
    open_ = {name: iter(parents.get(name, ()))} if name not in done else {}
    while open_:
        last = next(reversed(open_))
        parent = next((parent for parent in open_[last] if parent not in done), None)
        if parent is None:
            del open_[last]
            done[last] = None
        elif parent in open_:
            span = graph.phases[parent].span if parent in graph.phases else graph.merges[parent].item.name_span
            raise mistake("flow-cycle", f"`{parent}` comes from itself", span)
        else:
            open_[parent] = iter(parents.get(parent, ()))


def _rungs(group: Family | str) -> Iterator[tuple[str, str]]:
    """The edges inside a ladder."""
    if isinstance(group, Family):
        above = {(member.ladder, member.rung): member.name for member in group.members}
        for one in group.members:
            if (one.ladder, one.rung + 1) in above:
                yield one.name, above[one.ladder, one.rung + 1]


def _joined(left: Family | str, right: Family | str, span: Span) -> Iterator[tuple[str, str]]:
    ends = [left] if isinstance(left, str) else [member.name for member in left.exits]
    if isinstance(right, str):
        yield from ((end, right) for end in ends)
    elif isinstance(left, str) or len(left.exits) == 1:
        yield from ((ends[0], member.name) for member in right.entries)
    else:
        yield from _paired(left, right, span)


def _paired(left: Family, right: Family, span: Span) -> Iterator[tuple[str, str]]:
    """Family to family: equal values belong together; a family that forks further has its parent's values first."""
    names = {member.ladder: member.name for member in left.exits}
    for member in right.entries:
        partner = next((names[keys] for keys in _prefixes(member.ladder) if keys in names), None)
        if partner is None:
            message = f"`{member.name}` has no partner in `{left.name}`"
            hint = "families are joined where their values are equal"
            if not member.ladder:
                message = f"`{member.name}` would come from {len(left.exits)} members of `{left.name}`"
                hint = f"name one, merge them (`merge soup = average({left.name})`), or give `{member.name}` their `for`"
                hint += _as_ladder(left)
            raise mistake("family-unpaired", message, span, help=hint)
        yield partner, member.name


def _as_ladder(family: Family) -> str:
    """One more way where one `for` lists numbers that grow: they may be meant one after another."""
    keys = [member.keys[0] for member in family.members if len(member.keys) == 1]
    values = [key.value for key in keys if isinstance(key.value, Fraction)]
    if len(values) < len(family.members) or any(low >= high for low, high in pairwise(values)):
        return ""
    return f"; if each goes on from the one before it, a ladder: `in {' -> '.join(key.shown for key in keys)}`"


def _prefixes(keys: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
    """All of the values, then fewer and fewer of the first."""
    yield from (keys[:size] for size in range(len(keys), 0, -1))


def _text(call: tree.Call | None) -> str:
    return "" if call is None else call.span.text
