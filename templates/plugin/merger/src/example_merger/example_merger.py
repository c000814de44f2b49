"""A mean that is as long as what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from mtdsl import Share

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class ExampleMerger:
    """The weighted mean of each tensor, stretched towards the weighted mean of the tensors' lengths.

    A mean of vectors that point elsewhere is shorter than they are. With m = sum_i w_i t_i, L = sum_i w_i |t_i| and |.| the
    2-norm of the whole tensor, this is m (L / |m|)^s. `stretch` is s, a share: 0 is the plain mean, 1 restores the length.

    Source: the plain mean is arXiv:2203.05482; restoring the length is this example's, no paper is followed in it.
    """

    stretch: Annotated[float, Share] = 1.0

    def __call__(self, tensors: Sequence[torch.Tensor], weights: Sequence[float]) -> torch.Tensor:
        """One tensor in the first one's type, computed in float64; one of the models' tensors is in memory at a time."""
        import torch

        first = tensors[0]
        kind, total, length = first.dtype, torch.zeros(first.shape, dtype=torch.float64), 0.0
        del first
        for index, weight in enumerate(weights):
            tensor = tensors[index].double()
            total.add_(tensor, alpha=weight)
            length += weight * float(tensor.norm())
            del tensor
        norm = float(total.norm())
        return (total * (length / norm) ** self.stretch if norm else total).to(kind)
