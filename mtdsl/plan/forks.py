"""How an edge is named for a whole fork at once, so that what holds of every member is told once."""

from __future__ import annotations

from mtdsl.plan.drafts import Draft
from mtdsl.plan.flow import Graph

Edge = tuple[str, str]


def edge_of(parent: str, draft: Draft, graph: Graph) -> Edge:
    """The edge from `parent` as a `transition` names it.

    A fork out of one node is `trunk -> anneal`, two families side by side are `anneal -> long`; of a ladder, whose rungs
    are told apart, and of a fork out of several nodes, the member is named.
    """
    if draft.rungs > 1:
        return parent, draft.name
    members = graph.families[draft.family].members
    parents = {graph.origins[member.name].node for member in members if member.name in graph.origins}
    if len(parents) == 1:
        return parent, draft.family
    families = {graph.phases[name].family if name in graph.phases else name for name in parents}
    return (families.pop(), draft.family) if len(families) == 1 else (parent, draft.name)
