"""A technique whose module imports what a laptop that only plans need not have."""

from dataclasses import dataclass

import numpy as np

import mtdsl


@dataclass(frozen=True)
class Arrayed:
    """A straight line."""

    def __call__(self, at: mtdsl.Progress) -> float:
        return float(np.float64(at.fraction))


def arrayed(plan, written):
    """Nothing.

    At all.
    """
    return []
