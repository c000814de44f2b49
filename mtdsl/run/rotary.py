"""The rotary embeddings of a model: built anew from its configuration, and compared with what an extender computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import torch
from transformers import __version__

from mtdsl.diag import refuse
from mtdsl.registry.extending import Varying

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

    from mtdsl.registry.factories import Extension

TOLERANCE = 1e-4
ABSENT = 1e-12
"""How far from zero a frequency may be that should be zero, in radians a token."""

Parameters = Mapping[str, Any]


def rotaries(model: PreTrainedModel) -> dict[str, Any]:
    """The rotary embeddings by their names in the model."""
    return {name: module for name, module in model.named_modules() if type(module).__name__.endswith("RotaryEmbedding")}


def by_kind(parameters: Parameters) -> dict[str, Parameters]:
    """`rope_parameters` by kind of layer, but for kinds without; under the empty name where all layers share them."""
    if not any(isinstance(value, Mapping) for value in parameters.values()):
        return {"": parameters}
    return {kind: own for kind, own in parameters.items() if isinstance(own, Mapping)}


def head_dim(config: PretrainedConfig) -> int:
    """How many dimensions a head has that may be rotated; 0 where there are no heads."""
    heads = getattr(config, "num_attention_heads", None)
    return int(getattr(config, "head_dim", None) or (config.hidden_size // heads if heads else 0))


def rebuild(model: PreTrainedModel) -> None:
    """Gives a model without memory rotary embeddings that have some, made from its configuration as `from_pretrained` will.

    Raises a `Refusal` where one is not made from the configuration alone.
    """
    for name, rotary in rotaries(model).items():
        try:
            model.set_submodule(name, type(rotary)(model.config))
        except (TypeError, AttributeError, KeyError) as error:
            raise _several(model) from error


def verify(model: PreTrainedModel, extension: Extension, before: Parameters, extender: str, lengths: tuple[int, int]) -> None:
    """Raises a `Refusal` for frequencies more than 1e-4 off, relative: transformers cancels in float32 along a ramp.

    Looked at are the kinds of layer whose parameters are not those `before`, as they are made and for texts of the `lengths`,
    in tokens: one within the window of the training before, one beyond.
    """
    config, old = model.config, by_kind(before)
    for kind, parameters in by_kind(config.rope_parameters).items():
        if parameters == old.get(kind):
            continue
        made = extension.inv_freq(parameters, head_dim(config))
        for rotary in _with(model, kind):
            _compare(rotary, kind, made, extender)
            for length in lengths:
                wanted = made
                if isinstance(extension, Varying):
                    wanted = extension.inv_freq_at(parameters, head_dim(config), config.max_position_embeddings, length)
                _compare(_asked(rotary, kind, length), kind, wanted, extender)


def _with(model: PreTrainedModel, kind: str) -> Iterator[Any]:
    """The embeddings that have a buffer for layers of that kind."""
    name = f"{kind}_" if kind else ""
    found = [rotary for rotary in rotaries(model).values() if hasattr(rotary, f"{name}inv_freq")]
    if not all(hasattr(rotary, f"{name}attention_scaling") for rotary in found):
        raise _several(model)
    if not found and (not kind or kind in (getattr(model.config, "layer_types", None) or ())):
        raise _several(model)
    yield from found


def _several(model: PreTrainedModel) -> Exception:
    message = f"{type(model).__name__} has rotary embeddings that are not made from its configuration alone"
    return refuse("rope-several", message)


def _asked(rotary: Any, kind: str, length: int) -> Any:
    """A copy of the embedding that has seen the last position of two texts of that length.

    Raises a `Refusal` where it cannot: transformers 5.17 fails at the second long text with LongRoPE by kind of layer.
    """
    copy, last = deepcopy(rotary), torch.tensor([[length - 1]])
    try:
        for _ in range(2):
            copy(torch.zeros(1), last, **({"layer_type": kind} if kind else {}))
    except (NameError, RuntimeError) as error:
        message = f"transformers {__version__} cannot compute these positions for {length:,} tokens: {error}"
        raise refuse("rope-mismatch", message) from error
    return copy


def _compare(rotary: Any, kind: str, wanted: tuple[list[float], float], extender: str) -> None:
    frequencies, scaling = wanted
    name = f"{kind}_" if kind else ""
    numbers = [*getattr(rotary, f"{name}inv_freq").tolist(), getattr(rotary, f"{name}attention_scaling")]
    if len(numbers) != len(frequencies) + 1:
        message = f"`{extender}` gives {len(frequencies)} frequencies, the model has {len(numbers) - 1}"
        raise refuse("rope-mismatch", message)
    built, closed = torch.tensor(numbers, dtype=torch.float64), torch.tensor([*frequencies, scaling], dtype=torch.float64)
    wrong = ((built - closed).abs() > TOLERANCE * closed.abs() + ABSENT).nonzero().flatten().tolist()
    if wrong:
        part = "the attention scaling" if wrong[0] == len(frequencies) else f"frequency {wrong[0]}"
        raise refuse("rope-mismatch", f"{part} of the model is {built[wrong[0]]:.7g}, of `{extender}` {closed[wrong[0]]:.7g}")
