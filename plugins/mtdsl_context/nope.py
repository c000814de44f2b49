"""Layers without positions, or a longer window with positions as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar

from mtdsl import Architecture, Bound
from mtdsl.diag import refuse
from mtdsl_context.forms import form
from mtdsl_context.frequencies import Form, require
from mtdsl_context.layers import FULL, Layers, attending, changed, check_numbers

FIELD = "no_rope_layers"
"""transformers' list of 1 for each layer with positions and 0 for each without (SmolLM3, Llama 4)."""


@dataclass(frozen=True)
class Nope:
    """No positions (arXiv:2305.19466) in every layer whose number `every` divides, counted from 1, or in `layers`.

    SmolLM3 and Llama 4 are every = 4: queries and keys of those layers are not rotated. transformers' `no_rope_layers` says
    which, so only an architecture that has it can leave positions out. Those of the other layers stay as they are.

    Without either nothing is done to positions: the model has none to stretch, as hybrids whose recurrent layers tell the
    order, or learns the longer window at those it has.
    """

    every: Annotated[int | None, Bound(low=1)] = None
    layers: Layers = None

    without_rope: ClassVar[bool] = True

    examples: ClassVar = ({"every": 4},)

    def __post_init__(self) -> None:
        """Raises `ValueError` where it is said twice which layers are meant."""
        if self.every is not None and self.layers is not None:
            raise ValueError("`every` and `layers` both say which layers have no positions: write one")

    def fitted(self, model: Architecture) -> NopeOfLayers:
        """The same, for the layers of that model."""
        return NopeOfLayers(**asdict(self), without=self._of(model), count=len(model.layers))

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """Those before, which may be none; the windows do not enter."""
        return changed(before, None, self._same)

    def configure(self, config: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """Nothing, before it is known which layers are meant."""
        return {}

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> Form:
        """The frequencies that the other layers have."""
        return form(parameters, head_dim)

    def _same(self, before: Mapping[str, Any]) -> dict[str, Any]:
        if self.every is None and self.layers is None:
            require(before, ("default",), "nope", "extend it by what scales it already")
        return dict(before)

    def _of(self, model: Architecture) -> tuple[int, ...]:
        """The numbers of the layers, from 0."""
        if isinstance(self.layers, tuple):
            return check_numbers(self.layers, model)
        if self.every is not None:
            return tuple(range(self.every - 1, len(model.layers), self.every))
        if self.layers is None:
            return ()
        return tuple(sorted(each for each in attending(model) if (model.layers[each] == FULL) == (self.layers == "full")))


@dataclass(frozen=True)
class NopeOfLayers(Nope):
    """No positions in the layers `without`, of `count`."""

    without: tuple[int, ...] = ()
    count: int = 0

    def configure(self, config: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """`no_rope_layers`; raises a `Refusal` for an architecture that does not have it."""
        if self.every is None and self.layers is None:
            return {}
        if FIELD not in config:
            message = f"`{config.get('model_type')}` cannot leave positions out of some layers"
            raise refuse("rope-layers", message, help=f"take an architecture with `{FIELD}`: SmolLM3, Llama 4")
        return {FIELD: [int(number not in self.without) for number in range(self.count)]}
