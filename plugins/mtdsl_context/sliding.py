"""Another sliding window, in the same layers or in others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar

from mtdsl import Architecture, Bound, Length
from mtdsl.diag import refuse
from mtdsl_context.forms import form
from mtdsl_context.frequencies import Form
from mtdsl_context.layers import FULL, SLIDING, changed, check_numbers


@dataclass(frozen=True)
class Sliding:
    """How far back layers look that do not attend to the whole window: the last `window` tokens, their own included.

    Which layers slide stays as it is, or is said: all but every `full_every`-th (in Gemma 3 every sixth attends to everything,
    in Olmo 3 every fourth), or the `layers` of a list, numbered from 0; an empty list lets every layer attend to the whole
    window. Positions stay as they are; where a model keeps them by kind of layer, a layer whose kind changes takes
    those of its new kind. transformers' `sliding_window` and `layer_types`.
    """

    window: Annotated[int | None, Length] = None
    full_every: Annotated[int | None, Bound(low=1)] = None
    layers: tuple[int, ...] | None = None

    examples: ClassVar = ({"window": 256},)

    def __post_init__(self) -> None:
        """Raises `ValueError` where nothing is changed, or it is said twice which layers slide."""
        if self.full_every is not None and self.layers is not None:
            raise ValueError("`full_every` and `layers` both say which layers slide: write one")
        if self.window is None and self.full_every is None and self.layers is None:
            raise ValueError("it changes nothing: write `window`, `full_every` or `layers`")

    def fitted(self, model: Architecture) -> SlidingOfLayers:
        """The same, for the layers of that model."""
        return SlidingOfLayers(**asdict(self), kinds=self._kinds(model))

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """Those before."""
        return changed(before, None, dict)

    def configure(self, config: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """The width, before it is known which layers there are; raises a `Refusal` for a model that has no such layers."""
        width = self.window or config.get("sliding_window")
        if "sliding_window" not in config:
            raise refuse("rope-layers", f"`{config.get('model_type')}` has no layers with a sliding window")
        if width is None:
            raise refuse("rope-layers", "the model has no sliding window whose width could stay", help="write `window`")
        return {"sliding_window": width} | ({"use_sliding_window": True} if "use_sliding_window" in config else {})

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> Form:
        """The frequencies that the model has."""
        return form(parameters, head_dim)

    def _kinds(self, model: Architecture) -> tuple[str, ...]:
        """The kind of each layer; empty where they stay as they are."""
        if self.layers is not None:
            slide = set(check_numbers(self.layers, model))
        elif self.full_every is not None:
            slide = {number for number in range(len(model.layers)) if (number + 1) % self.full_every}
        else:
            return ()
        ours = (FULL, SLIDING)
        return tuple((SLIDING if each in slide else FULL) if kind in ours else kind for each, kind in enumerate(model.layers))


@dataclass(frozen=True)
class SlidingOfLayers(Sliding):
    """The same, with the kinds that the layers come to."""

    kinds: tuple[str, ...] = ()

    def configure(self, config: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """The width and the kind of each layer; raises a `Refusal` where all layers of an architecture are alike."""
        found = super().configure(config, old, new)
        if not self.kinds:
            return found
        if config.get("layer_types") is None:
            message = f"all layers of `{config.get('model_type')}` have the same attention"
            raise refuse("rope-layers", message, help="change its `window`, or take an architecture with `layer_types`")
        return found | {"layer_types": list(self.kinds)}
