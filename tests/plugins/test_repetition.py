"""The filter of repeated text, against repeats counted by hand."""

from __future__ import annotations

import pytest
from mtdsl_sources.repetition import Repetition

PIECE = [7, 8, 9]


@pytest.mark.parametrize(
    ("tokens", "kept"),
    [
        ([], True),
        (list(range(1000)), True),
        ([5] * 31, True),
        ([5] * 32, False),
        (PIECE * 31 + PIECE[:2], True),
        (PIECE * 32, False),
        ([1, 2, *PIECE * 32, 3], False),
        ([*PIECE * 16, 1, *PIECE * 16], True),
        (list(range(13)) * 32, False),
        (list(range(14)) * 40, True),
    ],
)
def test_a_piece_of_up_to_thirteen_tokens_thirty_two_times_in_a_row(tokens, kept):
    assert Repetition().keeps("", tokens) is kept


def test_its_bounds_are_parameters():
    assert not Repetition(longest=3, times=2).keeps("", PIECE * 2)
    assert Repetition(longest=2, times=2).keeps("", PIECE * 2)
