"""An optimizer that lets a step pass where its loss or gradient is far from those before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from mtdsl import Bound, Positive, Technique
from mtdsl.registry.factories import Optimizing
from mtdsl_optimizers.adamw import AdamW

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class SkipStep:
    """No step where the loss, or the gradient's norm before it is cut, is a spike: OLMo-core's `SkipStepOptimizer`.

    A spike is more than `sigma` standard deviations away, above or below, from the mean of the `window` steps before, once at
    least half a window and 19 steps are known. A spike counts among the steps that later ones are compared with. The
    optimizer is `of`, `adamw` where nothing is said; its count of steps stands still too, while rate and data go on. Where all
    were alike so far, OLMo-core skips what is alike as well (0 / 0); here it is a step as any other.
    """

    of: Annotated[Optimizing | None, Technique("optimizer")] = None
    window: Annotated[int, Bound(low=20)] = 128
    sigma: Annotated[float, Positive] = 6.0

    @property
    def weights(self) -> frozenset[str]:
        """The inner optimizer's state that is weights."""
        return getattr(self.of, "weights", frozenset())

    @property
    def averages(self) -> bool:
        """Whether the inner optimizer does."""
        return getattr(self.of, "averages", False)

    def build(self, parameters: Iterable[tuple[str, torch.nn.Parameter]], modules: torch.nn.Module) -> torch.optim.Optimizer:
        """The inner optimizer, with a guard before its steps."""
        from mtdsl_optimizers.skipping import Skipping

        return Skipping((self.of or AdamW()).build(parameters, modules), self.window, self.sigma)

    def move(self, groups: Sequence[dict[str, Any]]) -> None:
        """Sets what moves of the inner optimizer."""
        inner = self.of or AdamW()
        if hasattr(inner, "move"):
            inner.move(groups)
