"""Names of a described model's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtdsl.plan.model import Model

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
    head = () if model.params["tie"] else ("lm_head.weight",)
    return ("model.embed_tokens.weight", *inner, "model.norm.weight", *head)
