"""A metric that has arrived, several times in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from mtdsl import Bound, Reading, Word


@dataclass(frozen=True)
class ExampleGate:
    """Holds where the last `times` readings of `metric` are all at most `level`, in the metric's own unit.

    `metric` is `loss` (nats a token), `grad_norm` or the name of an evaluation. One reading is noise: with fewer than `times`
    it does not hold.

    Source: a threshold with patience, as early stopping has it (Prechelt 1998); no paper is followed.
    """

    metric: Annotated[str, Word]
    level: float
    times: Annotated[int, Bound(low=1)] = 3

    def metrics(self) -> Sequence[str]:
        """The one metric."""
        return (self.metric,)

    def __call__(self, readings: Mapping[str, Sequence[Reading]]) -> bool:
        """Whether so many readings, the last ones, are low enough."""
        last = readings[self.metric][-self.times :]
        return len(last) == self.times and all(reading.value <= self.level for reading in last)
