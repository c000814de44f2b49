"""Which documents are kept for validation: chosen by their text alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mtdsl.data.keys import number


def held_out(hashes: npt.NDArray[np.uint64], share: float) -> npt.NDArray[np.bool_]:
    """True for the documents to hold out, about `share` of them; no seed enters.

    Chosen by a hash of the text, so equal documents are on one side and a source that grows keeps its choice. At least
    one is held out where two differ and `share` is above 0, and at least one is always left to train on.
    """
    none = np.zeros(len(hashes), np.bool_)
    if share <= 0 or not len(hashes):
        return none
    ranks = mixed(hashes ^ np.uint64(number("holdout")))
    lowest, highest = ranks.min(), ranks.max()
    if lowest == highest:
        return none
    limit = np.uint64(min(int(share * 2.0**64), 2**64 - 1))
    held: npt.NDArray[np.bool_] = ((ranks < limit) | (ranks == lowest)) & (ranks != highest)
    return held


def mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """SplitMix64's finalizer (Steele, Lea and Flood 2014): a bijection of 64-bit words that scatters them."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
