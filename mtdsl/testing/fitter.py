"""What must hold of a fitter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, isfinite
from random import Random
from typing import Any, ClassVar

from mtdsl.diag import Source
from mtdsl.plan.alone import technique
from mtdsl.registry import Proxies, Search
from mtdsl.testing.rules import broken
from mtdsl.testing.subject import Subject, call
from mtdsl.testing.technique import TechniqueSuite

SOURCES = ("a", "b", "c")
SEARCH = Search((0.2, 0.3, 0.5), seed=3)


class FitterSuite(TechniqueSuite):
    """It says how many runs it needs; of the same runs it proposes one mixture, which it takes for better than the prior.

    It is given runs of three sources with two losses, of which the first source lowers one and the second the other.
    """

    kind: ClassVar[str] = "fitter"

    def subjects(self) -> Iterator[Subject]:
        """The technique with each example's parameters, called as behind `mtdsl mix fit --by`: no recipe names a fitter."""
        for example in self.examples or ({},):
            said = Source("--by", call(self.entry, example))
            yield Subject(self.entry, self.registry, example, technique(self.kind, said, self.registry))

    def test_it_says_how_many_runs_it_needs(self) -> None:
        """One or more, and no fewer for more sources."""
        for subject in self.subjects():
            needed = [subject.made().least(count) for count in (2, 3, 17)]
            if not all(isinstance(count, int) for count in needed) or needed != sorted(needed) or needed[0] < 1:
                way_out = "return a whole number, one run more than there are numbers to find"
                broken(subject.title, f"needs {needed} runs of 2, 3 and 17 sources", "more sources need no fewer runs", way_out)

    def test_what_it_proposes_is_a_mixture(self) -> None:
        """A finite share a source, none negative, their sum 1."""
        for subject in self.subjects():
            shares = list(_fitted(subject)[0])
            if len(shares) != 3 or not all(map(isfinite, shares)) or min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
                way_out = "return a share for each source of `proxies.sources`, divided by their sum"
                broken(subject.title, f"proposes {shares} of 3 sources", "shares are none negative and sum to one", way_out)

    def test_it_takes_its_mixture_for_better(self) -> None:
        """The target that it predicts of what it proposes is at most that of the prior."""
        for subject in self.subjects():
            _, (best, prior) = _fitted(subject)
            if not best <= prior + 1e-9:
                way_out = "return the mixture with the least predicted target"
                said = f"predicts {best:.6g} of what it proposes and {prior:.6g} of the prior"
                broken(subject.title, said, "what it proposes is better than the prior", way_out)

    def test_it_is_pure(self) -> None:
        """The same runs and the same seed give the same mixture and the same predictions."""
        for subject in self.subjects():
            if _fitted(subject) != _fitted(subject):
                way_out = "draw from a generator of the `seed`, and keep nothing"
                broken(subject.title, "proposes another mixture when asked again", "a fitter is pure", way_out)


def runs(count: int) -> Proxies:
    """Runs on random mixtures of three sources, whose two losses follow a law that any fitter should find something of."""
    random = Random(0)
    drawn = [[random.expovariate(1) for _ in SOURCES] for _ in range(count)]
    shares = tuple(tuple(part / sum(parts) for part in parts) for parts in drawn)
    losses = tuple((2 + exp(0.5 - 2 * row[0]), 1.5 + exp(0.3 - row[1])) for row in shares)
    return Proxies(SOURCES, shares, losses, (0.5, 0.5))


def _fitted(subject: Subject) -> tuple[list[float], list[float]]:
    """What is proposed, and what is predicted of that and of the prior."""
    made: Any = subject.made()
    law = made.fit(runs(max(60, 2 * made.least(len(SOURCES)))), SEARCH.seed)
    best: Sequence[float] = [float(share) for share in law.best(SEARCH)]
    return list(best), [float(target) for target in law.predict([best, SEARCH.prior])]
