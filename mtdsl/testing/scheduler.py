"""What must hold of a scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite
from typing import ClassVar

from mtdsl.plan.slots import STEP, STEPS, WARMUP
from mtdsl.registry import Progress
from mtdsl.testing.rules import broken
from mtdsl.testing.subject import Subject
from mtdsl.testing.technique import TechniqueSuite

ARROWS = {"1e-3 -> 1e-5": (1e-3, 1e-5), "1e-3 -> 0": (1e-3, 0.0), "32 -> 256": (32.0, 256.0), "a mixture": (0.0, 1.0)}
PLACES = 200
LENGTH = float((STEPS - WARMUP) * STEP)
CLOSE = 1e-9

Motion = dict[float, float]
"""How far a value has moved, by the part of the way that has passed."""


class SchedulerSuite(TechniqueSuite):
    """An arrow begins with 0 and ends with 1; a rule may also stand without one. All of it is a pure function of progress.

    It is tried on arrows of 921,600 tokens behind a warm-up of 102,400: a rate that falls, also to 0, a batch that grows, a
    mixture. A `ValueError` refuses an arrow; one of them, or standing without one, must be possible.
    """

    kind: ClassVar[str] = "scheduler"

    def test_it_is_finite(self) -> None:
        """Every value is a finite float, all the way."""
        for subject, where, motion in self._motions():
            for fraction, moved in motion.items():
                if not isinstance(moved, float | int) or not isfinite(moved):
                    found = f"gives {moved!r} at {fraction:.1%} of {where}"
                    broken(subject.title, found, "a scheduler gives finite numbers", "return a float for every position")

    def test_an_arrow_begins_and_ends_where_it_says(self) -> None:
        """0 where an arrow begins and 1 where it ends, to nine digits."""
        for subject, where, motion in self._motions():
            for place, fraction, wanted in (("begins", 0.0, 0), ("ends", 1.0, 1)) if where in ARROWS else ():
                if abs(motion[fraction] - wanted) > CLOSE:
                    found = f"is at {motion[fraction]:.9g} where the arrow {where} {place}"
                    rule = "along an arrow a scheduler begins with 0 and ends with 1"
                    way_out = "scale the curve so that it lands, or say `rules: ClassVar[bool] = True` and refuse arrows"
                    broken(subject.title, found, rule, way_out)

    def test_it_is_pure(self) -> None:
        """The same progress gives the same value: asked again, backwards, and of a technique made anew."""
        for subject in self.subjects():
            made = subject.made()
            for where, positions in self._roads(made):
                motion = _moved(made, positions)
                again = _moved(made, positions[::-1])
                if motion and (again != motion or _moved(subject.made(), positions) != motion):
                    way_out = "compute the value from `at` and the parameters alone, without random numbers or a count of calls"
                    broken(subject.title, f"gives other values for {where} when asked again", "a scheduler is pure", way_out)

    def test_it_can_do_something(self) -> None:
        """One of the arrows can be moved along, or it may stand without one."""
        for subject in self.subjects():
            made = subject.made()
            roads = [positions for _, positions in self._roads(made)]
            if not any(_moved(made, positions) for positions in roads):
                why = _refusal(made, roads[0])
                way_out = "give the suite `examples` that fit arrows of 921,600 tokens, such as shares: `20%`"
                broken(subject.title, f"refuses every arrow ({why})", "it must move something", way_out)

    def _roads(self, made: Callable[[Progress], float]) -> Iterator[tuple[str, list[Progress]]]:
        """What is asked of it: positions along arrows, and of a rule those without one."""
        for name, (start, end) in ARROWS.items():
            yield name, _road(start, end, ruled=False)
        if getattr(made, "rules", False):
            yield "a value without an arrow", _road(1e-3, 0.0, ruled=True)

    def _motions(self) -> Iterator[tuple[Subject, str, Motion]]:
        for subject in self.subjects():
            made = subject.made()
            for where, positions in self._roads(made):
                motion = _moved(made, positions)
                if motion:
                    yield subject, where, motion


def _road(start: float, end: float, *, ruled: bool) -> list[Progress]:
    parts = [at / PLACES for at in range(PLACES + 1)]
    return [Progress(part, part * LENGTH, LENGTH, start, end, float(WARMUP * STEP), ruled) for part in parts]


def _moved(made: Callable[[Progress], float], positions: list[Progress]) -> Motion:
    """The motion along positions; empty where the scheduler refuses them."""
    try:
        return {at.fraction: made(at) for at in positions}
    except ValueError:
        return {}


def _refusal(made: Callable[[Progress], float], positions: list[Progress]) -> str:
    try:
        made(positions[0])
        made(positions[-1])
    except ValueError as error:
        return str(error)
    return "on its way"
