"""Gradient descent with momentum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from mtdsl import Bound, Scheduled

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class ExampleOptimizer:
    """Gradients g and the rate lr move weights p by b = `momentum` b + g, p = p - lr b; nothing decays.

    `momentum` is a share, and may move along the tokens. `nesterov` takes g + momentum b in the place of b.

    Source: `torch.optim.SGD`, which this follows. The paper that its documentation names (Sutskever et al. 2013) multiplies the
    gradient by the rate before it is added to b, which is something else where the rate moves.
    """

    momentum: Annotated[float, Bound(low=0, high=1, open_low=True, open_high=True), Scheduled] = 0.9
    nesterov: bool = False

    def build(self, parameters: Iterable[tuple[str, torch.nn.Parameter]], modules: torch.nn.Module) -> torch.optim.SGD:
        """`torch.optim.SGD` over all that needs a gradient, a tied tensor once; the rate is 0 until it is set."""
        import torch

        trained = {id(parameter): parameter for _, parameter in parameters if parameter.requires_grad}
        return torch.optim.SGD(trained.values(), lr=0.0, momentum=self.momentum, nesterov=self.nesterov)

    def move(self, groups: Sequence[dict[str, Any]]) -> None:
        """Sets the momentum: the executor calls this before every step."""
        for group in groups:
            group["momentum"] = self.momentum
