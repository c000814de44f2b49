"""The next token, less sure of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from mtdsl import Bound, Scheduled

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class ExampleObjective:
    """Label smoothing: the cross-entropy with (1 - e) of the weight on the label and e spread over the whole vocabulary.

    For a token with the label y and log-probabilities log p over V tokens it is -(1 - e) log p_y - (e / V) sum_k log p_k, in
    nats. `smoothing` is e, a share, and may move along the tokens.

    Source: arXiv:1512.00567, section 7; the label has the weight 1 - e + e / V in all, as there and in
    `torch.nn.functional.cross_entropy`.
    """

    smoothing: Annotated[float, Bound(low=0, high=1, open_high=True), Scheduled] = 0.1

    def losses(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss of each token, float32 `[n]`, of logits float32 `[n, V]`; 0 where the label is -100."""
        from torch.nn.functional import cross_entropy

        return cross_entropy(logits, labels, reduction="none", ignore_index=-100, label_smoothing=self.smoothing)
