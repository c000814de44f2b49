"""What must hold of a gate and of an evaluator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, ClassVar, get_args, get_type_hints

from mtdsl.registry import Reading
from mtdsl.registry.factories import Measuring
from mtdsl.testing.rules import broken
from mtdsl.testing.technique import TechniqueSuite

BETTER = ("highest", "lowest")
UNITS = get_args(get_args(get_type_hints(Measuring)["unit"])[0])


class GateSuite(TechniqueSuite):
    """It says what it must be told of, and decides by those readings alone, however few there are."""

    kind: ClassVar[str] = "gate"

    def test_it_names_its_metrics(self) -> None:
        """At least one, by name."""
        for subject in self.subjects():
            names = tuple(subject.made().metrics())
            if not names or not all(isinstance(name, str) for name in names):
                broken(subject.title, f"names {names}", "a gate decides by metrics", 'return their names: `("loss",)`')

    def test_it_is_pure(self) -> None:
        """True or false for no reading, one and a thousand, the same again; the readings stay as they are."""
        for subject in self.subjects():
            made: Any = subject.made()
            for count in (0, 1, 2, 1000):
                readings = _readings(made.metrics(), count)
                first = made(readings)
                if not isinstance(first, bool):
                    broken(subject.title, f"answers {first!r} to {count} readings", "a gate holds or not", "return a `bool`")
                if readings != _readings(made.metrics(), count) or made(readings) != first:
                    way_out = "decide by the readings alone, and leave them as they are"
                    broken(subject.title, f"answers {count} readings otherwise when asked again", "a gate is pure", way_out)


class EvaluatorSuite(TechniqueSuite):
    """It says what it measures before there is a model: its unit, its parts, and the sources that it reads."""

    kind: ClassVar[str] = "evaluator"

    def test_it_says_what_it_measures(self) -> None:
        """`unit` is `share` or `number`, `better` one of two words or left out; `parts` and `sources` stay the same names."""
        for subject in self.subjects():
            made: Any = subject.made()
            if made.unit not in UNITS:
                broken(subject.title, f"has the unit {made.unit!r}", f"a unit is one of {UNITS}", "say so in a `ClassVar`")
            better = getattr(made, "better", None)
            if better not in (None, *BETTER):
                broken(
                    subject.title, f"is better {better!r}", f"`better` is one of {BETTER}", "say so in a `ClassVar`, or nothing"
                )
            for name, ask in (("parts", made.parts), ("sources", made.sources)):
                said = tuple(ask())
                if said != tuple(ask()) or not all(isinstance(one, str) for one in said):
                    broken(
                        subject.title, f"gives the {name} {said}", "they are names, always the same", "return a tuple of texts"
                    )


def _readings(metrics: Sequence[str], count: int) -> Mapping[str, list[Reading]]:
    """Losses that fall and then stand still, one each million tokens."""
    random = Random(0)
    return {name: [Reading(at * 10**6, 2 + 8 / at + random.random() / 10) for at in range(1, count + 1)] for name in metrics}
