"""What the suite of rewriters says of each that breaks a rule."""

from dataclasses import dataclass, field
from itertools import count

import pytest
from breaking import check, passes

from mtdsl.testing import RewriterSuite


@dataclass(frozen=True)
class Turned:
    """A document begins at one of its tokens, behind a token that says so."""

    level = "document"

    def special(self):
        return {"turn": "<turn>"}

    def rewrite(self, ids, special, coder, chance):
        at = round(len(ids) * chance.first)
        return [special["turn"], *ids[at:], *ids[:at]]


@dataclass(frozen=True)
class Cut(Turned):
    """Drops what stood before that token."""

    def rewrite(self, ids, special, coder, chance):
        return [special["turn"], *ids[round(len(ids) * chance.first) :]]


@dataclass(frozen=True)
class Strange(Turned):
    """Writes a token that it says nothing of."""

    def rewrite(self, ids, special, coder, chance):
        return [*super().rewrite(ids, special, coder, chance), 99_999]


@dataclass(frozen=True)
class Levelled(Turned):
    """Is of a level that nothing knows."""

    level = "page"


@dataclass(frozen=True)
class Counting(Turned):
    """Turns by how often it was asked."""

    asked: count = field(default_factory=count, compare=False)

    def rewrite(self, ids, special, coder, chance):
        at = next(self.asked) % max(1, len(ids))
        return [special["turn"], *ids[at:], *ids[:at]]


def test_one_that_breaks_nothing_passes():
    assert passes(RewriterSuite, "test_broken_rewriters:Turned") >= 10


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Cut", "test_nothing_is_lost_or_added", "nothing of a document is lost or added", "put every part"),
        ("Strange", "test_special_tokens_are_those_it_says", "a run must know what is written", "`special()`"),
        ("Levelled", "test_special_tokens_are_those_it_says", "a run must know what is written", "`document` or `context`"),
        ("Counting", "test_it_is_pure", "a rewriter is pure", "from `chance`"),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    check(RewriterSuite, f"test_broken_rewriters:{technique}", test, rule, way_out)
