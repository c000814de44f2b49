from dataclasses import dataclass
from typing import Annotated

import mtdsl


@mtdsl.hookimpl
def mtdsl_mergers():
    yield mtdsl.Merger("rising", "acme_step.rising:Rising")


@dataclass(frozen=True)
class Rising:
    """The last `count` steps' checkpoints, each weighing one more than the one before."""

    count: Annotated[int, mtdsl.Bound(low=2)] = 3

    def checkpoints(self, tokens, step_tokens):
        return [(tokens - (self.count - at) * step_tokens, at) for at in range(1, self.count + 1)]

    def __call__(self, tensors, weights):
        return sum(tensor * weight for tensor, weight in zip(tensors, weights, strict=True))
