"""What an extender may have besides `Extension`: knowledge of the model, other fields to change, a length that matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, runtime_checkable

from mtdsl.frozen import Frozen, node
from mtdsl.registry.factories import Extension


@node
class Architecture(Frozen):
    """What an extender may know of a model.

    `head_dim`: dimensions of a head that may be rotated. `layers`: the kind of each layer, first to last, as transformers'
    `layer_types` names them (`full_attention`, `sliding_attention`, ...).
    """

    head_dim: int
    layers: tuple[str, ...]


@runtime_checkable
class Fitting(Protocol):
    """An extender that depends on the model: on the size of a head, or on which layers there are.

    A plan that does not know the model asks the extender as it is, which may then raise: what it gives is unknown there.
    """

    def fitted(self, model: Architecture) -> Extension:
        """The extender for that model. Raises a `Refusal` where there is none."""


@runtime_checkable
class Configuring(Protocol):
    """An extender that changes more of a configuration than window and `rope_parameters`: the model is made anew from it."""

    def configure(self, config: Mapping[str, Any], old: int, new: int) -> Mapping[str, Any]:
        """The fields of transformers' configuration `config` that change, with their new values.

        `max_position_embeddings` is `new` unless it stands here. Raises a `Refusal` for a model that cannot have them.
        """


@runtime_checkable
class Varying(Protocol):
    """An extender whose frequencies depend on the length of what is read; its `inv_freq` are those of a short text."""

    def inv_freq_at(self, parameters: Mapping[str, Any], head_dim: int, window: int, length: int) -> tuple[list[float], float]:
        """As `inv_freq`, for a sequence of `length` tokens where `max_position_embeddings` is `window`."""


@runtime_checkable
class Serving(Protocol):
    """An extender that a model is served with and not trained with."""

    for_inference: ClassVar[bool]


def fit(extension: Extension, model: Architecture | None) -> Extension:
    """The extension for a model, where it depends on one that is known."""
    return extension.fitted(model) if model is not None and isinstance(extension, Fitting) else extension


def for_inference(extension: object) -> bool:
    """Whether a model is not trained with it."""
    return isinstance(extension, Serving) and extension.for_inference
