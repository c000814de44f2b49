"""The weights of a merger that declares which checkpoints of a phase it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mtdsl.view import numbers
from mtdsl.view.technique.picture import Picture, Shown, bar


def picture(shown: Shown) -> Picture | None:
    """A bar a checkpoint; None for a merger that takes the models it is given."""
    merge, phase = shown.plan.merges[0], shown.plan.phases[0]
    if not hasattr(shown.made(), "checkpoints"):
        return None
    places = [phase.tokens if parent.at is None else int(parent.at) for parent in merge.parents]
    weights = [float(weight) for weight in merge.weights]
    rows = [{"tokens": at, "weight": weight} for at, weight in zip(places, weights, strict=True)]
    title = f"the weights of the checkpoints of {numbers.count(phase.tokens)} tokens"
    return Picture(title, {"checkpoints": rows}, lambda width: _lines(places, weights, width))


def _lines(places: Sequence[int], weights: Sequence[float], width: int) -> Iterator[str]:
    spelled = [(f"at {at:,} tokens", numbers.share(weight)) for at, weight in zip(places, weights, strict=True)]
    wide = [max(map(len, column)) for column in zip(*spelled, strict=True)]
    for (at, share), weight in zip(spelled, weights, strict=True):
        yield f"{at:>{wide[0]}}  {share:>{wide[1]}}  {bar(weight / max(weights), width - sum(wide) - 4)}"
