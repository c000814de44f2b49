"""Which tokenizer a plan asks for, and which text one that is trained hears."""

from __future__ import annotations

from mtdsl.plan.curves import sources_of
from mtdsl.plan.model import Merge, Phase, Plan, Tokenizer


def asked(plan: Plan) -> Tokenizer | None:
    """The recipe's tokenizer, else that of the weights it starts from, else that of its model; None where it has none."""
    if plan.tokenizer is not None:
        return plan.tokenizer
    names = [start.weights for start in plan.starts if start.weights]
    names += [str(plan.model.params["name"])] if plan.model and "name" in plan.model.params else []
    return Tokenizer("hub", {"name": names[0]}) if names else None


def first_sources(plan: Plan) -> tuple[str, ...]:
    """The sources that the first training phases read.

    A vocabulary is made before pre-training from what that reads. So a source that only a later phase reads leaves the
    tokenizer, and with it every result before that phase, as it is.
    """
    trained = {phase.name for phase in plan.phases if phase.mix is not None}
    nodes: tuple[Phase | Merge, ...] = (*plan.phases, *plan.merges)
    parents = {node.name: {parent.node for parent in node.parents} for node in nodes}
    later: set[str] = set()
    for name in plan.order:  # parents come first
        if any(parent in trained or parent in later for parent in parents.get(name, ())):
            later.add(name)
    mixes = (phase.mix for phase in plan.phases if phase.mix is not None and phase.name not in later)
    return tuple(dict.fromkeys(name for mix in mixes for name in sources_of(mix)))
