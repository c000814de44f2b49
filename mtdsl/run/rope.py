"""Changes a model's window and positions, and proves that it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from mtdsl.diag import refuse

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from mtdsl.plan.model import Plugin
    from mtdsl.registry import Registry
    from mtdsl.registry.kinds import Extension

TOLERANCE = 1e-4


def extend(model: PreTrainedModel, plugin: Plugin, old: int, new: int, registry: Registry) -> dict[str, Any]:
    """Takes `model` from a window of `old` tokens to `new` by the extender `plugin`; returns its new `rope_parameters`.

    Edits the configuration and builds the rotary embedding anew from it, as a later `from_pretrained` will: copied
    frequencies alone would leave the old attention scaling. Raises a `Refusal` where the model has no rotary embedding, has
    several kinds of it, or where what transformers built is not what the extender's closed form says.
    """
    extension: Extension = registry.build("extender", plugin.name, plugin.params)
    name, rotary = _rotary(model)
    config = model.config
    config.standardize_rope_params()
    config.rope_parameters = extension.rope_parameters(dict(config.rope_parameters), old, new)
    config.max_position_embeddings = new
    rebuilt = type(rotary)(config).to(rotary.inv_freq.device)
    model.set_submodule(name, rebuilt)
    _verify(rebuilt, extension, config, plugin.name)
    return dict(config.rope_parameters)


def _rotary(model: PreTrainedModel) -> tuple[str, Any]:
    """The rotary embedding and its name in the model."""
    found = [(name, module) for name, module in model.named_modules() if type(module).__name__.endswith("RotaryEmbedding")]
    if not found:
        raise refuse("rope-missing", f"{type(model).__name__} has no rotary embedding to extend")
    if len(found) > 1 or not hasattr(found[0][1], "inv_freq"):
        raise refuse("rope-several", f"{type(model).__name__} has several rotary embeddings, which cannot be extended yet")
    return found[0]


def _verify(rotary: Any, extension: Extension, config: Any, extender: str) -> None:
    """Refuses numbers more than 1e-4 off, relative: transformers cancels in float32 along the ramp."""
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    frequencies, scaling = extension.inv_freq(config.rope_parameters, head_dim)
    wanted = torch.tensor([*frequencies, scaling], dtype=torch.float64)
    built = torch.tensor([*rotary.inv_freq.tolist(), rotary.attention_scaling], dtype=torch.float64)
    if len(built) != len(wanted):
        raise refuse("rope-mismatch", f"`{extender}` gives {len(frequencies)} frequencies, the model has {len(built) - 1}")
    wrong = ((built - wanted).abs() > TOLERANCE * wanted.abs()).nonzero().flatten().tolist()
    if wrong:
        part = "the attention scaling" if wrong[0] == len(frequencies) else f"frequency {wrong[0]}"
        raise refuse("rope-mismatch", f"{part} of the model is {built[wrong[0]]:.7g}, of `{extender}` {wanted[wrong[0]]:.7g}")
