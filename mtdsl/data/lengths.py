"""Which length the windows of a step have, where steps are fed in several (`window = alternate(...)`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtdsl.data.dues import Dues
from mtdsl.plan.model import Feeding, Phase


class Lengths:
    """The length that is owed most tokens is fed, each its share of all tokens: a pure function of the plan and the step.

    `owed` is what each length is owed, in units of 1/`UNIT` window of the phase's batch.
    """

    def __init__(self, feeding: Feeding, owed: list[int]) -> None:
        self._lengths = feeding.lengths
        self._shares = {str(length): float(share) for length, share in zip(feeding.lengths, feeding.shares, strict=True)}
        self._owed = owed

    @staticmethod
    def of(phase: Phase, state: Mapping[str, Any] | None = None) -> Lengths | None:
        """Those of a phase, at its first step or where a feed's `state` stands; None for a phase of one length."""
        if phase.feeding is None:
            return None
        return Lengths(phase.feeding, state["lengths"] if state else [0] * len(phase.feeding.lengths))

    def due(self, windows: int) -> int:
        """The length of a next step of so many windows of the phase's batch."""
        return self._lengths[self._after(windows)[0]]

    def take(self, windows: int) -> int:
        """As `due`; the step is then counted."""
        at, self._owed = self._after(windows)
        return self._lengths[at]

    def state(self) -> list[int]:
        """What each length is owed."""
        return list(self._owed)

    def _after(self, windows: int) -> tuple[int, list[int]]:
        dues = Dues(tuple(self._shares), self._owed, [0] * len(self._owed))
        dues.stand(self._shares)
        return dues.pick(windows), dues.owed
