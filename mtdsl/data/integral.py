"""Shares integrated over windows: how much of each source should have been sent by then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

UNIT = 1 << 48
"""A window in the exact units of an integral: debts are whole numbers, equal on every machine."""

Stretch = Callable[[int], tuple[Mapping[str, float], int | None]]
"""From a position in windows to the shares there and the position until which they stand (None: for ever)."""


class Integral:
    """The integrated share of each source, by windows, exact in units of 1/`UNIT`.

    Stretches on which the shares stand are looked up once and then computed in closed form; those of a ramp are as many
    as `stretch` gives, each looked up when it is first needed.
    """

    def __init__(self, names: Sequence[str], stretch: Stretch) -> None:
        self.names = tuple(names)
        self._stretch = stretch
        self._begins: list[int] = []
        self._rates: list[list[int]] = []
        self._sums: list[list[int]] = [[] for _ in names]
        self._end: int | None = 0
        self._totals = [0] * len(self.names)

    def at(self, source: int, windows: int) -> int:
        """The integral of source number `source` over the first `windows` windows."""
        at = self._covering(windows)
        return self._sums[source][at] + self._rates[at][source] * (windows - self._begins[at])

    def rates(self, windows: int) -> list[int]:
        """The shares in force at position `windows`, in units; they sum to `UNIT`."""
        return self._rates[self._covering(windows)]

    def reaches(self, source: int, amount: int) -> int | None:
        """The least number of windows over which the integral is at least `amount`; None where it never is."""
        while self._end is not None and self._totals[source] < amount:
            self._extend(self._end)
        sums = self._sums[source]
        at = bisect_right(sums, amount - 1) - 1
        if at < 0:
            return 0
        rate = self._rates[at][source]
        return self._begins[at] + -(-(amount - sums[at]) // rate) if rate else None

    def _covering(self, windows: int) -> int:
        while self._end is not None and self._end <= windows:
            self._extend(self._end)
        return bisect_right(self._begins, windows) - 1

    def _extend(self, begin: int) -> None:
        shares, self._end = self._stretch(begin)
        rates = exact([shares.get(name, 0.0) for name in self.names])
        self._begins.append(begin)
        self._rates.append(rates)
        for sums, total in zip(self._sums, self._totals, strict=True):
            sums.append(total)
        if self._end is not None:
            windows = self._end - begin
            self._totals = [total + rate * windows for total, rate in zip(self._totals, rates, strict=True)]


def exact(shares: Sequence[float]) -> list[int]:
    """Shares as whole numbers that sum to `UNIT`: the largest remainders are rounded up; zero stays zero."""
    total = sum(map(Fraction, shares))
    scaled = [Fraction(share) * UNIT / total for share in shares]
    whole = [int(value) for value in scaled]
    by_remainder = sorted(range(len(whole)), key=lambda at: (whole[at] - scaled[at], at))
    for at in by_remainder[: UNIT - sum(whole)]:
        whole[at] += 1
    return whole
