"""Which source the next window comes from, where nobody knows the shares ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mtdsl.data.integral import UNIT, exact


class Dues:
    """The source that is owed most is sent, of those that have a share; shares are set from step to step.

    With N sources that all have one, after every window each is owed at most 1/2 + 1/3 + ... + 1/N windows, and was sent less
    than one too many. (The mean of the k that are owed most is never above 1/(k+1) + ... + 1/N: a window that comes from none
    of them comes from a source owed as much, which is then counted among k + 1.) Where
    each step gives shares to one of several sets of sources that have none in common, this holds of each set.

    Windows of several sizes, said with each `pick`, count by their size: debts are then in units of 1/`UNIT` of what sizes are
    in, and the bounds are windows of the largest.

    `owed` is what each source is owed now, in units of 1/`UNIT` window, `sent` how many windows of each were sent, in the order
    of `names`.
    """

    def __init__(self, names: Sequence[str], owed: Sequence[int], sent: Sequence[int]) -> None:
        self.names = tuple(names)
        self.owed = list(owed)
        self.sent = list(sent)
        self._rates = [0 for _ in names]

    def stand(self, shares: Mapping[str, float]) -> None:
        """Set the shares of the windows to come, by source; one that is missing has none."""
        self._rates = exact([shares.get(name, 0.0) for name in self.names])

    def pick(self, size: int = 1) -> int:
        """The number of the source that the next window comes from; the first of those that are owed alike."""
        self.owed = [owed + rate * size for owed, rate in zip(self.owed, self._rates, strict=True)]
        source = max((at for at, rate in enumerate(self._rates) if rate), key=lambda at: (self.owed[at], -at))
        self.owed[source] -= UNIT * size
        self.sent[source] += 1
        return source

    def debts(self) -> list[int]:
        """What each source is owed now; the sum is 0."""
        return list(self.owed)

    def rates(self) -> list[int]:
        """The shares in force, in units; they sum to `UNIT`."""
        return list(self._rates)
