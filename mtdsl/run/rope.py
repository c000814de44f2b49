"""Changes a model's window and positions, and proves that it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from mtdsl.diag import refuse
from mtdsl.registry.kinds import Ropeless

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

    from mtdsl.plan.model import Plugin
    from mtdsl.registry import Registry
    from mtdsl.registry.kinds import Extension

TOLERANCE = 1e-4


def extend(model: PreTrainedModel, plugin: Plugin, old: int, new: int, registry: Registry) -> dict[str, Any]:
    """Takes `model` from a window of `old` tokens to `new` by the extender `plugin`; returns its new `rope_parameters`.

    Edits the configuration and, where positions change, builds the rotary embedding anew from it, as a later `from_pretrained`
    will: copied frequencies alone would leave the old attention scaling. Raises a `Refusal` where the extender needs a rotary
    embedding and the model has none or several kinds of it, or where what transformers built is not what the closed form says.
    """
    extension: Extension = registry.build("extender", plugin.name, plugin.params)
    config, rotaries = model.config, _rotaries(model)
    if not (rotaries or (isinstance(extension, Ropeless) and extension.without_rope)):
        raise refuse("rope-missing", f"{type(model).__name__} has no rotary embedding to extend")
    before = _parameters(config) if rotaries else {}
    after = extension.rope_parameters(before, old, new)
    config.max_position_embeddings = new
    if after != before:
        config.rope_parameters = after
        name, rotary = _only(model, rotaries)
        rebuilt = type(rotary)(config)
        _verify(rebuilt, extension, config, plugin.name)
        model.set_submodule(name, rebuilt.to(rotary.inv_freq.device))
    return after


def window_of(config: PretrainedConfig) -> int | None:
    """The window of a configuration, in tokens; None where it states none."""
    window = getattr(config, "max_position_embeddings", None)
    return None if window is None else int(window)


def _rotaries(model: PreTrainedModel) -> dict[str, Any]:
    """The rotary embeddings by their names in the model."""
    return {name: module for name, module in model.named_modules() if type(module).__name__.endswith("RotaryEmbedding")}


def _parameters(config: Any) -> dict[str, Any]:
    config.standardize_rope_params()
    return dict(config.rope_parameters)


def _only(model: PreTrainedModel, rotaries: dict[str, Any]) -> tuple[str, Any]:
    """The one rotary embedding of a model and its name."""
    found = [*rotaries.items()]
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
