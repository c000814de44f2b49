"""AdamW without a schedule: an average of the weights is the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from mtdsl import Bound, NotNegative, Positive, Scheduled
from mtdsl_optimizers.decay import BELOW_ONE, groups

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class ScheduleFree:
    """Schedule-free AdamW (arXiv:2405.15682) as the package `schedulefree` computes it.

    It trains at y = (1 - `beta1`) z + `beta1` x, where z takes AdamW's steps without a first moment and x is the average of
    all z so far, each weighed by t^`r` times the largest rate yet to the power of `rate_power`. x is the model: what is saved
    for others, merged, measured and exported. y and z are state, so that a run that goes on does so bit for bit. The rate is
    meant to stand after its warm-up, which is the recipe's. `beta2`, `eps` and `weight_decay` are those of `adamw`; the decay
    is taken at y.
    """

    package: ClassVar[str] = "schedulefree"
    weights: ClassVar[frozenset[str]] = frozenset({"z"})
    averages: ClassVar[bool] = True

    beta1: Annotated[float, Bound(low=0, high=1, open_low=True, open_high=True)] = 0.9
    beta2: Annotated[float, BELOW_ONE, Scheduled] = 0.999
    eps: Annotated[float, Positive] = 1e-8
    weight_decay: Annotated[float, NotNegative] = 0.1
    r: Annotated[float, NotNegative] = 0.0
    rate_power: Annotated[float, NotNegative] = 2.0

    def build(self, parameters: Iterable[tuple[str, torch.nn.Parameter]], modules: torch.nn.Module) -> torch.optim.Optimizer:
        """`schedulefree.AdamWScheduleFree`, in training mode."""
        from schedulefree import AdamWScheduleFree

        made: Any = AdamWScheduleFree(
            groups(parameters, modules, self.weight_decay),
            lr=0.0,
            betas=(self.beta1, self.beta2),
            eps=self.eps,
            r=self.r,
            weight_lr_power=self.rate_power,
        )
        made.train()
        made.kept = ("k", "weight_sum", "lr_max")
        return made  # type: ignore[no-any-return]

    def move(self, groups: Sequence[dict[str, Any]]) -> None:
        """Sets beta2; beta1 says what y is, and stands still."""
        for group in groups:
            group["betas"] = self.beta1, self.beta2
