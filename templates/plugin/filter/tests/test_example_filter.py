"""The suite that mtdsl's own filters pass, and documents that leave no doubt."""

from __future__ import annotations

import pytest
from example_filter.example_filter import ExampleFilter

from mtdsl.testing import FilterSuite


class TestExampleFilter(FilterSuite):
    """It decides by the document alone."""

    technique = "example_filter"
    examples = ({}, {"letters": "90%"})


@pytest.mark.parametrize(
    ("text", "kept"), [("To be or not to be", True), ("0x3f, 0x7a; 17 + 4", False), ("Straße 平仮名", True), (" \n", False)]
)
def test_what_is_kept(text: str, kept: bool) -> None:
    """Letters of any script count; digits and signs do not."""
    assert ExampleFilter().keeps(text, ()) is kept


def test_the_share_itself_is_enough() -> None:
    """Three letters of four characters."""
    assert ExampleFilter(letters=0.75).keeps("a b c 1", ())
    assert not ExampleFilter(letters=0.75).keeps("a b c 1 2", ())
