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

    examples: ClassVar = ({"period": "[40%, 60%]", "decay": "10%"},)

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
        _, tokens, length, start, end, warmup, ruled = at
        number, left = self._period(warmup + tokens, warmup + length, ruled)
        decay = self.decay[number] if number < len(self.decay) else self.decay[-1]
        if decay > length and not ruled:
            raise ValueError(f"the decay ({decay:,.0f} tokens) is longer than the arrow ({length:,.0f})")
        peak = self.peaks[number] if number < len(self.peaks) else self.peaks[-1]
        moved = 0.0 if decay <= left else (decay - left) / decay
        if moved and self.shape is not None:
            moved = self.shape(part(decay - left, decay, peak * start, end))
        if peak == 1.0 or start == end:
            return moved
        return 1.0 - (peak * start - end) / (start - end) * (1.0 - moved)

    def _period(self, passed: float, whole: float, ruled: bool) -> tuple[int, float]:
        """Which period holds, the first being 0, and the tokens to its end."""
        number, begin = self._begun(passed) if passed >= self.period[0] else (0, 0.0)
        period = self.period[number] if number < len(self.period) else self.period[-1]
        over = begin + period
        if ruled:
            return (number - 1, 0.0) if passed == whole == begin else (number, over - passed)
        if over > whole and number:
            return number - 1, whole - passed
        following = period if number + 1 >= len(self.period) else self.period[number + 1]
        return number, whole - passed if over + following > whole else over - passed

    def _begun(self, passed: float) -> tuple[int, float]:
        """Which period has begun last where `passed` tokens have, and where that was."""
        number, begin, last = 0, 0.0, len(self.period) - 1
        while number < last:
            if passed < begin + self.period[number]:
                return number, begin
            begin += self.period[number]
            number += 1
        more = (passed - begin) // self.period[-1]
        return last + int(more), begin + more * self.period[-1]


def _of(values: tuple[float, ...], number: int) -> float:
    """The value of a period: the last one stands for all that follow."""
    return values[number] if number < len(values) else values[-1]
