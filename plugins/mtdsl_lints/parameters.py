"""Names of models' parameters, and the phases that train these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mtdsl.plan.folding import unfold
from mtdsl.plan.model import Phase
from mtdsl_lints.chain import in_order, once

if TYPE_CHECKING:
    from mtdsl.plan.model import Model, Plan

Parameters = tuple[tuple[str, ...], ...]
"""Every name of each parameter."""

HEAD = "lm_head.weight"
EMBEDDING = "model.embed_tokens.weight"

LAYER = (
    "input_layernorm.weight",
    "self_attn.q_proj.weight",
    "self_attn.k_proj.weight",
    "self_attn.v_proj.weight",
    "self_attn.o_proj.weight",
    "post_attention_layernorm.weight",
    "mlp.gate_proj.weight",
    "mlp.up_proj.weight",
    "mlp.down_proj.weight",
)


def parameter_names(model: Model) -> tuple[str, ...]:
    """The names that transformers gives a llama's parameters; none where the model is only named. A tied head has none."""
    if model.kind != "llama":
        return ()
    layers = range(int(str(model.params["layers"])))
    inner = (f"model.layers.{layer}.{name}" for layer in layers for name in LAYER)
    head = () if model.params["tie"] else (HEAD,)
    return (EMBEDDING, *inner, "model.norm.weight", *head)


def names_of_each(model: Model) -> Parameters:
    """As `parameter_names`, each parameter with every name that it has: a tied head is the embedding."""
    if model.kind != "llama":
        return unfolded(model.names)
    tied = (HEAD,) if model.params.get("tie") else ()
    return tuple((name, *(tied if name == EMBEDDING else ())) for name in parameter_names(model))


def unfolded(names: tuple[str, ...]) -> Parameters:
    """What a lock says of the parameters of a model, each with every name that it has."""
    return tuple(tuple(name.split(" = ")) for folded in names for name in unfold(folded))


@once
def trainable(plan: Plan) -> Mapping[str, Parameters]:
    """What each phase could train, every parameter with all its names; phases of which that is not known are left out."""
    return {name: found for name, found in _of_each(plan).items() if not isinstance(found, str) and found}


@once
def unlooked(plan: Plan) -> Mapping[str, str]:
    """Phases whose parameters nobody has looked at, each with the model whose names `mtdsl lock` would measure."""
    return {name: found for name, found in _of_each(plan).items() if isinstance(found, str)}


@once
def _of_each(plan: Plan) -> dict[str, Parameters | str]:
    """Of each phase what is known, or what would have to be looked at; nothing of one that is behind an edit."""
    nodes: dict[str, Parameters | str] = {
        start.name: unfolded(start.names) or (f"`{start.name}`" if start.weights else ()) for start in plan.starts
    }
    own: Parameters | str = (names_of_each(plan.model) or "`model`") if plan.model else ()
    for node in in_order(plan):
        found = [nodes.get(at.node, ()) for at in node.parents] or [own]
        edited = isinstance(node, Phase) and bool(node.edits)
        nodes[node.name] = () if edited or () in found else found[0]
    return {phase.name: nodes[phase.name] for phase in plan.phases}


def trained(train: tuple[str, ...], freeze: tuple[str, ...], parameters: Parameters) -> frozenset[str]:
    """The first names of those parameters that a phase with these patterns trains."""
    chosen = (names for names in parameters if not train or fits(train, names))
    return frozenset(names[0] for names in chosen if not fits(freeze, names))


def fits(patterns: Iterable[str], names: tuple[str, ...]) -> bool:
    """Whether one of the patterns fits one of a parameter's names."""
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


def some(parameters: Parameters) -> str:
    """Two of them, as examples."""
    return f"`{parameters[min(2, len(parameters) - 1)][0]}`, `{parameters[max(0, len(parameters) - 2)][0]}`, ..."
