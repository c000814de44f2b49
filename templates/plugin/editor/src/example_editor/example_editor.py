"""More layers, which do nothing at first."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from mtdsl import Bound

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class ExampleEditor:
    """Block expansion: behind every `every` layers stands a copy of the last of them whose output is 0.

    The matrices that a layer ends its two halves with (`o_proj`, `down_proj`) are 0 in the copies, so that the model computes
    what it did until they are trained. Layers behind the last whole group have no copy. It knows models that are built as
    transformers' llama is.

    Source: arXiv:2401.02415 (LLaMA Pro), section 3, where 32 layers in 8 groups become 40 (`every = 4`).
    """

    every: Annotated[int, Bound(low=1)] = 4

    def edit(self, model: torch.nn.Module) -> None:
        """Puts the copies between the layers, and their number into the configuration."""
        import torch

        inner: Any = model.base_model
        deeper: list[Any] = []
        for number, layer in enumerate(inner.layers, 1):
            deeper += [layer, _silent(layer)] if number % self.every == 0 else [layer]
        for number, layer in enumerate(deeper):
            layer.self_attn.layer_idx = number
        inner.layers = torch.nn.ModuleList(deeper)
        inner.config.num_hidden_layers = len(deeper)


def _silent(layer: Any) -> Any:
    """A copy of a layer that adds nothing to what goes through it."""
    copy = deepcopy(layer)
    for matrix in (copy.self_attn.o_proj, copy.mlp.down_proj):
        for parameter in matrix.parameters():
            parameter.data.zero_()
    return copy
