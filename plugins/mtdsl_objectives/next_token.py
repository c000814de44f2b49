"""The next token, and what is learnt beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from mtdsl import NotNegative, Positive, Scheduled


@dataclass(frozen=True)
class NextToken:
    """The mean cross-entropy of the next token, over all labels of a step that are not masked.

    `mtp` weighs the losses of extra heads that predict tokens further on (DeepSeek-V3, arXiv:2412.19437, eq. 25).
    `router_bias` is by how much a step moves the bias of an expert that has too much or too little to do; it balances without a
    loss (arXiv:2408.15664, algorithm 1). `indexer` is how a sparse attention's indexer is trained: `detached`, on its own
    loss, its input cut off from the graph; `top_k` how many keys it picks for a query (DeepSeek-V3.2-Exp, section 2.1).
    """

    mtp: Annotated[float, NotNegative, Scheduled] = 0.0
    router_bias: Annotated[float, NotNegative, Scheduled] = 0.0
    indexer: Literal["detached"] | None = None
    top_k: Annotated[int | None, Positive] = None
