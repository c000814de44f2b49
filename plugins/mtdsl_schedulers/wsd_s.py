"""Stable and decayed, again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from mtdsl import Bound, Positive, Progress, Shape, Stretch, Technique
from mtdsl_schedulers.inside import part


@dataclass(frozen=True)
class WSDS:
    """WSD-S (arXiv:2410.05192): the value stands, decays over the last `decay` of each `period`, and is back.

    It is a rule: `lr = 1e-3 by wsd_s(...)` decays to 0 again and again, and stands behind the last whole period; an arrow
    `1e-3 -> 1e-5 by wsd_s(...)` decays to its end, and its last period is as much longer as is left, as in Levanter. Periods
    of several lengths are a list, whose last one repeats; the first one includes the warm-up, as OLMo-core's `WSDS` and
    Levanter's cycles have it. So are decays (Marin: 1000 steps of 10,000, then 2000 of 20,000) and `peaks`, where the value
    stands in each period as a share of where it is written: OLMo-core's `period_lr_multipliers`, of which the first is 1.
    `shape` is the scheduler of each decay: a straight line if nothing is said, as in OLMo-core and for Marin; the paper's is
    `inverse`, linear in 1 / rate.
    """

    rules: ClassVar[bool] = True

    period: Annotated[tuple[float, ...], Positive, Stretch]
    decay: Annotated[tuple[float, ...], Positive, Stretch]
    shape: Annotated[Shape | None, Technique("scheduler")] = None
    peaks: Annotated[tuple[float, ...], Bound(low=0, high=1, open_low=True)] = (1.0,)

    def __post_init__(self) -> None:
        """Raises `ValueError` where a decay is longer than its period, or the first period is not at the value itself."""
        for number in range(max(len(self.period), len(self.decay))):
            decay, period = _of(self.decay, number), _of(self.period, number)
            if decay > period:
                raise ValueError(f"the decay ({decay:,.0f} tokens) is longer than the period ({period:,.0f})")
        if self.peaks[0] != 1:
            raise ValueError("the first of `peaks` is 1: the first period stands at the value that is written")

    def __call__(self, at: Progress) -> float:
        """0 while it stands, then up to 1 at the period's end, where the next one begins unless the whole way ends there.

        Raises `ValueError` for an arrow that is shorter than the decay.
        """
        number, left = self._period(at)
        decay, peak = _of(self.decay, number), _of(self.peaks, number)
        if not at.ruled and decay > at.length:
            raise ValueError(f"the decay ({decay:,.0f} tokens) is longer than the arrow ({at.length:,.0f})")
        decayed, top = max(0.0, decay - left), peak * at.start
        moved = decayed / decay
        if self.shape is not None and decayed:
            moved = self.shape(part(decayed, decay, top, at.end))
        if peak == 1 or at.start == at.end:
            return moved
        return 1.0 - (top - at.end) / (at.start - at.end) * (1.0 - moved)

    def _period(self, at: Progress) -> tuple[int, float]:
        """Which period holds, the first being 0, and the tokens to its end."""
        passed, whole = at.warmup + at.tokens, at.warmup + at.length
        number, begin = self._begun(passed)
        period, following = _of(self.period, number), _of(self.period, number + 1)
        if at.ruled:
            return (number - 1, 0.0) if passed == whole == begin else (number, begin + period - passed)
        if begin + period > whole and number:
            return number - 1, whole - passed
        return number, whole - passed if begin + period + following > whole else begin + period - passed

    def _begun(self, passed: float) -> tuple[int, float]:
        """Which period has begun last where `passed` tokens have, and where that was."""
        begin = 0.0
        for number, period in enumerate(self.period[:-1]):
            if passed < begin + period:
                return number, begin
            begin += period
        more, inside = divmod(passed - begin, self.period[-1])
        return len(self.period) - 1 + int(more), passed - inside


def _of(values: tuple[float, ...], number: int) -> float:
    """The value of a period: the last one stands for all that follow."""
    return values[min(number, len(values) - 1)]
