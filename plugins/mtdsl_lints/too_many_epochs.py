"""A source that is read too often."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from math import ceil
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import count
from mtdsl_lints.chain import in_order
from mtdsl_lints.mixes import taken

if TYPE_CHECKING:
    from mtdsl.plan.model import Merge, Phase, Plan
    from mtdsl.plan.origins import Origins

Seen = Mapping[str, Mapping[str, float]]
LIMIT = 4
ROUNDING = 1.01


def too_many_epochs(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """The weights see a source more than four times, and nothing in the recipe says so.

    Up to four epochs repeated text is worth nearly as much as new text, and after sixteen almost nothing is left of that
    (arXiv:2305.16264, section 5). `max_epochs` on the source, or a budget in epochs, says how many are meant.
    """
    said = {one.name for one in plan.sources if one.max_epochs is not None or one.repeat != 1}
    sizes = {one.name: float(one.tokens.value) for one in plan.sources if one.tokens.value and one.name not in said}
    sizes = {name: size for name, size in sizes.items() if _in_all(plan, name) > LIMIT * ROUNDING * size}
    seen = _seen(plan, sizes) if sizes else {}
    for name, size in sizes.items():
        passed = next((node for node, of in seen.items() if of.get(name, 0.0) > LIMIT * ROUNDING * size), None)
        if passed is not None:
            most = max(of.get(name, 0.0) for of in seen.values()) / size
            total = f"{count(seen[passed][name])} tokens by the end of `{passed}`"
            yield Remark(
                f"`{name}` would be seen {most:.3g} times; it passes {LIMIT} in `{passed}`",
                (Place(passed, f"mix.{name}", total), Place(name, "tokens", f"the source has {count(size)}")),
                help=f"lower its share, or say that it is meant: `max_epochs = {ceil(most)}` on `{name}`",
            )


def _in_all(plan: Plan, name: str) -> float:
    """Tokens of a source over all phases, whichever weights see them: no lineage takes more."""
    return sum(of.get(name, 0.0) for of in taken(plan).values())


def _seen(plan: Plan, names: Container[str]) -> dict[str, dict[str, float]]:
    """Tokens of the sources `names` that the weights have seen by the end of each phase.

    Phases with a budget in epochs are left out: they say how often they read.
    """
    phases = {phase.name: phase for phase in plan.phases}
    own = {
        phase: {name: tokens for name, tokens in of.items() if name in names} if phases[phase].asked.unit != "epochs" else {}
        for phase, of in taken(plan).items()
    }
    found: dict[str, dict[str, float]] = {}
    for node in in_order(plan):
        found[node.name] = total = dict(own.get(node.name, {}))
        for name, tokens in _before(node, found, own, phases).items():
            total[name] = total.get(name, 0.0) + tokens
    return {name: of for name, of in found.items() if name in phases}


def _before(node: Phase | Merge, found: Seen, own: Seen, phases: Mapping[str, Phase]) -> dict[str, float]:
    """What the weights have seen where a node begins: of a merge, the most of any parent."""
    total: dict[str, float] = {}
    for parent in node.parents:
        left = 0.0 if parent.at is None else 1.0 - parent.at / phases[parent.node].tokens
        behind = own.get(parent.node, {})
        for name, tokens in found.get(parent.node, {}).items():
            total[name] = max(total.get(name, 0.0), tokens - left * behind.get(name, 0.0))
    return total
