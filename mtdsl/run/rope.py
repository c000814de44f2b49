"""Changes a model's window and positions, and proves that it happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from huggingface_hub.errors import StrictDataclassError

from mtdsl.diag import refuse
from mtdsl.registry.extending import Architecture, Configuring, fit
from mtdsl.registry.factories import Ropeless
from mtdsl.run.model import remade
from mtdsl.run.rotary import by_kind, head_dim, rotaries, verify

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

    from mtdsl.plan.model import Plugin
    from mtdsl.registry import Registry
    from mtdsl.registry.factories import Extension

FULL, SLIDING = "full_attention", "sliding_attention"
ATTENDING = (FULL, SLIDING, "chunked_attention")
ORIGINAL = "original_max_position_embeddings"


def extend(
    model: PreTrainedModel, plugin: Plugin, old: int, new: int, registry: Registry
) -> tuple[PreTrainedModel, dict[str, Any]]:
    """Takes `model` from a window of `old` tokens to `new` by the extender `plugin`; also returns its new `rope_parameters`.

    Edits the configuration and makes the model anew from it, as a later `from_pretrained` will: attention reads more than
    the frequencies (DeepSeek-V3 its softmax scale from YaRN's `mscale_all_dim`). Raises a `Refusal` where the extender needs a
    rotary embedding that the model does not have, or where what transformers built is not what the closed form says.
    """
    config = model.config
    if not (rotaries(model) or _needs_none(registry.build("extender", plugin.name, plugin.params))):
        raise refuse("rope-missing", f"{type(model).__name__} has no rotary embedding to extend")
    before = _parameters(config) if rotaries(model) else {}
    extension = fit(registry.build("extender", plugin.name, plugin.params), architecture(config))
    after = _for_layers(extension.rope_parameters(before, old, new), before, config)
    fields = dict(extension.configure(config.to_dict(), old, new)) if isinstance(extension, Configuring) else {}
    same = all(getattr(config, name, None) == value for name, value in fields.items())
    _set(config, {"max_position_embeddings": new, **fields})
    if after != before:
        _set(config, {"rope_parameters": after})
        if hasattr(config, ORIGINAL) and ORIGINAL in after:  # Phi 3 states it twice, and believes the other
            setattr(config, ORIGINAL, after[ORIGINAL])
    _check(config)
    if after != before or not same:
        model = remade(model)
    if after != before:
        verify(model, extension, before, plugin.name, (min(old, new), 2 * max(old, new)))
    return model, after


def window_of(config: PretrainedConfig) -> int | None:
    """The window of a configuration, in tokens; None where it states none."""
    window = getattr(config, "max_position_embeddings", None)
    return None if window is None else int(window)


def architecture(config: PretrainedConfig) -> Architecture:
    """What an extender may know of a model; layers of no stated kind are all alike."""
    kinds = getattr(config, "layer_types", None)
    if kinds is None:
        alike = FULL if getattr(config, "sliding_window", None) is None else SLIDING
        kinds = [alike] * config.num_hidden_layers
    return Architecture(head_dim(config), tuple(kinds))


def _needs_none(extension: Extension) -> bool:
    return isinstance(extension, Ropeless) and extension.without_rope


def _parameters(config: Any) -> dict[str, Any]:
    config.standardize_rope_params()
    return dict(config.rope_parameters)


def _set(config: Any, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(config, name, value)


def _check(config: Any) -> None:
    """Refuses what transformers would not save: Phi 3 has no scaling but `longrope`."""
    try:
        config.validate()
    except StrictDataclassError as error:
        message = f"transformers has no `{config.model_type}` with these positions: {error.__cause__ or error}"
        raise refuse("rope-parameters", message) from error


def _for_layers(after: dict[str, Any], before: Mapping[str, Any], config: PretrainedConfig) -> dict[str, Any]:
    """`after` in the form that the model has its parameters in: one for all layers, where it keeps no more.

    Raises a `Refusal` where its kinds of layer would need several.
    """
    if "" in by_kind(after) or "" not in by_kind(before):
        return after
    kinds = {kind for kind in architecture(config).layers if kind in ATTENDING}
    wanted = [dict(after.get(kind, after.get(SLIDING, {}))) for kind in sorted(kinds)]
    if any(one != wanted[0] for one in wanted):
        message = f"`{config.model_type}` has the same positions in all its layers: they cannot change in some"
        raise refuse("rope-layers", message, help="leave `layers` out")
    return wanted[0]
