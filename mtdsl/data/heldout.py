"""How well a fitter predicts small runs that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from random import Random

from mtdsl.diag import refuse
from mtdsl.frozen import Frozen, node
from mtdsl.registry import Proxies
from mtdsl.registry.fitting import Fitting

FOLDS = 5
"""Parts of which each is held out once."""


@node
class Quality(Frozen):
    """Spearman's rank correlation (-1 to 1) and R² (1 at best) of what is predicted of runs held out and what they had."""

    rank: float
    r2: float


def measured(fitter: Fitting, proxies: Proxies, seed: int) -> Quality:
    """Each run predicted by a fit of the four fifths that it is not among; the `seed` decides which they are."""
    places = list(range(len(proxies.shares)))
    Random(seed).shuffle(places)
    predicted = [0.0] * len(places)
    for fold in range(FOLDS):
        out = places[fold::FOLDS]
        law = fitter.fit(_only(proxies, sorted(set(places) - set(out))), seed)
        for place, target in zip(out, law.predict([proxies.shares[place] for place in out]), strict=True):
            predicted[place] = target
    return Quality(_correlation(_ranks(predicted), _ranks(proxies.targets)), _r2(predicted, proxies.targets))


def check_enough(fitter: Fitting, proxies: Proxies, name: str) -> None:
    """Raises a `Refusal` where four fifths of the runs are too few for the fitter."""
    count, needed = len(proxies.shares), fitter.least(len(proxies.sources))
    enough = next(size for size in range(FOLDS, 2 * needed + FOLDS + 1) if size - ceil(size / FOLDS) >= needed)
    if count < enough:
        message = (
            f"`{name}` needs {enough} small runs of {len(proxies.sources)} sources, a fifth of them held out; here are {count}"
        )
        raise refuse("fit-few", message, help="train more of them, or take a fitter that needs fewer: `--by`")


def _only(proxies: Proxies, places: Sequence[int]) -> Proxies:
    shares, losses = (tuple(rows[place] for place in places) for rows in (proxies.shares, proxies.losses))
    return Proxies(proxies.sources, shares, losses, proxies.weights)


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks, equal values sharing the mean of theirs."""
    order = sorted(values)
    return [order.index(value) + (order.count(value) - 1) / 2 for value in values]


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's; 0 where one of the two does not vary."""
    means = sum(one) / len(one), sum(other) / len(other)
    a, b = ([value - mean for value in values] for values, mean in zip((one, other), means, strict=True))
    spread = (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5
    return sum(x * y for x, y in zip(a, b, strict=True)) / spread if spread else 0.0


def _r2(predicted: Sequence[float], seen: Sequence[float]) -> float:
    mean = sum(seen) / len(seen)
    missed = sum((guess - value) ** 2 for guess, value in zip(predicted, seen, strict=True))
    return 1 - missed / sum((value - mean) ** 2 for value in seen)
