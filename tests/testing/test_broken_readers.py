"""What the suites of sources, filters, gates and evaluators say of each that breaks a rule."""

from dataclasses import dataclass
from itertools import count
from typing import ClassVar

import pytest
from breaking import check, passes

from mtdsl.testing import EvaluatorSuite, FilterSuite, GateSuite, SourceSuite

CALLS = count()
FILES, OTHERS = {"a.txt": "one\ntwo\n"}, {"a.txt": "one\nthree\n"}


@dataclass(frozen=True)
class Lines:
    """The lines of a file."""

    def fingerprint(self, base):
        return (base / "a.txt").read_text()

    def texts(self, base):
        yield from (base / "a.txt").read_text().splitlines()


@dataclass(frozen=True)
class Raw(Lines):
    """Yields bytes."""

    def texts(self, base):
        return (line.encode() for line in super().texts(base))


@dataclass(frozen=True)
class Bare(Lines):
    """Yields nothing."""

    def texts(self, base):
        return iter(())


@dataclass(frozen=True)
class Turning(Lines):
    """Another order each time."""

    def texts(self, base):
        return iter(list(super().texts(base))[:: 1 if next(CALLS) % 2 else -1])


@dataclass(frozen=True)
class Placed(Lines):
    """Told apart by where it lies."""

    def fingerprint(self, base):
        return str(base)


@dataclass(frozen=True)
class Alike(Lines):
    """Told apart by its name only."""

    def fingerprint(self, base):
        return "a.txt"


@dataclass(frozen=True)
class Numbered(Lines):
    """Has a number for every column, whatever it is called."""

    def keyed(self, base, column):
        return ((text, number) for number, text in enumerate(self.texts(base)))


@dataclass(frozen=True)
class Fractions(Lines):
    """Yields arrays that hold no ids."""

    def ids(self, base):
        import numpy

        return (numpy.array([0.5]) for _ in self.texts(base))


@dataclass(frozen=True)
class Long:
    """Long documents."""

    def keeps(self, text, tokens):
        return len(tokens) > 10


@dataclass(frozen=True)
class Sized(Long):
    """Answers with a number."""

    def keeps(self, text, tokens):
        return len(tokens)


@dataclass(frozen=True)
class Alternating(Long):
    """Every second one."""

    def keeps(self, text, tokens):
        return next(CALLS) % 2 == 0


@dataclass(frozen=True)
class Low:
    """A loss below 2."""

    def metrics(self):
        return ("loss",)

    def __call__(self, readings):
        return bool(readings["loss"]) and readings["loss"][-1].value < 2


@dataclass(frozen=True)
class Blind(Low):
    """Looks at nothing."""

    def metrics(self):
        return ()

    def __call__(self, readings):
        return True


@dataclass(frozen=True)
class Counted(Low):
    """Answers with a number."""

    def __call__(self, readings):
        return len(readings["loss"])


@dataclass(frozen=True)
class Patient(Low):
    """Holds when it was asked often enough."""

    def __call__(self, readings):
        return next(CALLS) % 2 == 0


@dataclass(frozen=True)
class Emptying(Low):
    """Takes the readings that it looks at."""

    def __call__(self, readings):
        while readings["loss"]:
            readings["loss"].pop()
        return True


@dataclass(frozen=True)
class Share:
    """A share of something."""

    unit: ClassVar[str] = "share"

    def parts(self):
        return ()

    def sources(self):
        return ()


@dataclass(frozen=True)
class Metric(Share):
    """In metres."""

    unit: ClassVar[str] = "metres"


@dataclass(frozen=True)
class Smaller(Share):
    """Better where it is smaller."""

    better: ClassVar[str] = "smaller"


@dataclass(frozen=True)
class Renamed(Share):
    """Another part each time."""

    def parts(self):
        return (f"part_{next(CALLS)}",)


@pytest.mark.parametrize(
    ("suite", "technique", "given"),
    [
        (SourceSuite, "Lines", {"files": FILES, "others": OTHERS}),
        (FilterSuite, "Long", {}),
        (GateSuite, "Low", {}),
        (EvaluatorSuite, "Share", {}),
    ],
)
def test_those_that_break_nothing_pass(suite, technique, given):
    assert passes(suite, f"test_broken_readers:{technique}", **given) >= 8


@pytest.mark.parametrize(
    ("suite", "technique", "test", "rule", "way_out"),
    [
        (SourceSuite, "Raw", "test_documents_are_text_in_a_fixed_order", "a source yields texts", "yield a `str`"),
        (SourceSuite, "Fractions", "test_documents_are_text_in_a_fixed_order", "a source yields texts", "an array of ids"),
        (SourceSuite, "Bare", "test_documents_are_text_in_a_fixed_order", "a source yields texts", "the `files`"),
        (SourceSuite, "Turning", "test_documents_are_text_in_a_fixed_order", "documents have a fixed order", "sort what"),
        (SourceSuite, "Numbered", "test_columns_are_those_of_its_documents", "columns are those of the", "row.get(column)"),
        (SourceSuite, "Placed", "test_the_fingerprint_is_of_the_content", "it is of the content", "neither paths nor dates"),
        (SourceSuite, "Alike", "test_the_fingerprint_is_of_the_content", "it is of the content", "the bytes of all files"),
        (FilterSuite, "Sized", "test_it_is_pure", "a filter answers true or false", "return a `bool`"),
        (FilterSuite, "Alternating", "test_it_is_pure", "a filter is pure", "by the document alone"),
        (GateSuite, "Blind", "test_it_names_its_metrics", "a gate decides by metrics", "return their names"),
        (GateSuite, "Counted", "test_it_is_pure", "a gate holds or not", "return a `bool`"),
        (GateSuite, "Patient", "test_it_is_pure", "a gate is pure", "by the readings alone"),
        (GateSuite, "Emptying", "test_it_is_pure", "a gate is pure", "leave them as they are"),
        (EvaluatorSuite, "Metric", "test_it_says_what_it_measures", "a unit is one of", "in a `ClassVar`"),
        (EvaluatorSuite, "Smaller", "test_it_says_what_it_measures", "`better` is one of", "or nothing"),
        (EvaluatorSuite, "Renamed", "test_it_says_what_it_measures", "they are names, always the same", "a tuple of texts"),
    ],
)
def test_a_broken_rule_is_said(suite, technique, test, rule, way_out):
    given = {"files": FILES, "others": OTHERS} if suite is SourceSuite else {}
    check(suite, f"test_broken_readers:{technique}", test, rule, way_out, **given)
