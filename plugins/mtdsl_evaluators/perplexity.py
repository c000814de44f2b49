"""The perplexity on held-out documents."""

from __future__ import annotations

from dataclasses import dataclass

from mtdsl_evaluators.loss import HeldOutLoss


@dataclass(frozen=True)
class Perplexity(HeldOutLoss):
    """e to the mean loss a token in nats, on the held-out documents of the sources `of`; see `loss`."""
