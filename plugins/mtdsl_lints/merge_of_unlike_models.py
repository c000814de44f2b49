"""A merge of models that are not of one size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from mtdsl import Place, Remark
from mtdsl.plan.model import Phase
from mtdsl_lints.chain import in_order

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan, Start
    from mtdsl.plan.origins import Origins

SIZES = ("layers", "heads", "head_dim", "vocab", "parameters")
"""What two models of one shape have in common, in the order in which it is told."""


class Made(NamedTuple):
    """Where the weights of a node came from, `""` for the recipe's own model, and the sizes of that model that are known."""

    origin: str
    sizes: Mapping[str, int]


def merge_of_unlike_models(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A merge takes weights of models that differ in their sizes.

    Weights are merged number by number, so that layers, heads and vocabulary must be the same. The sizes of `llama(...)` are in
    the recipe, those of a checkpoint made elsewhere or of `config(...)` are known once `mtdsl lock` has looked. Where nobody
    has looked, a note says so: a run would find out only when all that is merged is trained. Nothing is said of models whose
    layers an edit has changed.
    """
    made, starts = _made(plan), {start.name: start for start in plan.starts}
    for merge in plan.merges:
        found = {at.node: made[at.node] for at in merge.parents if at.node in made}
        first, *others = found
        other = next((node for node in others if _differ(found[first], found[node])), None)
        if other is not None:
            name = _differ(found[first], found[other])
            noun = {"head_dim": "dimensions a head", "vocab": "tokens in its vocabulary"}.get(name, name)
            one, two = found[first].sizes[name], found[other].sizes[name]
            yield Remark(
                f"`{merge.name}` merges models of different sizes: `{first}` has {one:,} {noun}, `{other}` {two:,}",
                (Place(merge.name),),
                help="merge weights of one model only",
                severity="error",
            )
        elif unknown := _unknown(found, starts):
            yield Remark(
                f"whether what `{merge.name}` merges is of one size is not known: nobody has looked at {unknown}",
                (Place(merge.name),),
                help="run `mtdsl lock`, which reads their configurations",
                severity="note",
            )


def _differ(one: Made, other: Made) -> str:
    """The first size in which two models are known to differ; empty where there is none."""
    return next((name for name in SIZES if one.sizes.get(name, 0) != other.sizes.get(name, one.sizes.get(name, 0))), "")


def _unknown(found: Mapping[str, Made], starts: Mapping[str, Start]) -> str:
    """The checkpoints of which no size is known though `mtdsl lock` could, where not all weights are of one origin."""
    origins = {one.origin: one for one in found.values()}
    blank = [name for name, one in origins.items() if not one.sizes and name in starts and starts[name].weights]
    return " and ".join(f"`{name}`" for name in blank) if len(origins) > 1 else ""


def _made(plan: Plan) -> dict[str, Made]:
    """Of each node; nodes behind an edit are left out, and so are merges of nothing else."""
    own = Made("", _own(plan))
    found = {start.name: Made(start.name, _known(start.facts)) for start in plan.starts}
    for node in in_order(plan):
        before = found.get(node.parents[0].node) if node.parents else own
        if before is not None and not (isinstance(node, Phase) and node.edits):
            found[node.name] = before
    return found


def _own(plan: Plan) -> dict[str, int]:
    """Sizes of the recipe's own model."""
    if plan.model is None:
        return {}
    said = plan.model.params if plan.model.kind == "llama" else {}
    return _known(plan.model.facts) | {name: int(str(said[name])) for name in ("layers", "heads", "head_dim") if name in said}


def _known(facts: Mapping[str, object]) -> dict[str, int]:
    values = {name: getattr(facts.get(name), "value", None) for name in SIZES}
    return {name: int(value) for name, value in values.items() if value is not None}
