"""Names of a described model's parameters, and the phases that train these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

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
    tied = (HEAD,) if model.params.get("tie") else ()
    return tuple((name, *(tied if name == EMBEDDING else ())) for name in parameter_names(model))


@once
def trainable(plan: Plan) -> Mapping[str, Parameters]:
    """What each phase could train, every parameter with all its names; phases of which that is not known are left out."""
    names = names_of_each(plan.model) if plan.model else ()
    return {phase.name: names for phase in described(plan)} if names else {}


def trained(train: tuple[str, ...], freeze: tuple[str, ...], parameters: Parameters) -> frozenset[str]:
    """The first names of those parameters that a phase with these patterns trains."""
    chosen = (names for names in parameters if not train or fits(train, names))
    return frozenset(names[0] for names in chosen if not fits(freeze, names))


def fits(patterns: Iterable[str], names: tuple[str, ...]) -> bool:
    """Whether one of the patterns fits one of a parameter's names."""
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


def described(plan: Plan) -> Iterator[Phase]:
    """Phases whose weights came from the recipe's own model, with no edit of it on the way."""
    known: set[str] = set()
    for node in in_order(plan):
        edited = isinstance(node, Phase) and bool(node.edits)
        if not edited and all(at.node in known for at in node.parents):
            known.add(node.name)
            if isinstance(node, Phase):
                yield node
