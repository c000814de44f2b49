"""The suite that mtdsl's own rewriters pass, and a document that was turned by hand."""

from __future__ import annotations

from example_rewriter.example_rewriter import ExampleRewriter

from mtdsl import Chance
from mtdsl.testing import RewriterSuite
from mtdsl.testing.rewriter import Pairs


class TestExampleRewriter(RewriterSuite):
    """Nothing of a document is lost or added, and the same chance gives the same document."""

    technique = "example_rewriter"
    examples = ({}, {"least": "25%"})


def test_a_document_that_is_turned() -> None:
    """Half of five tokens is two of them."""
    assert ExampleRewriter().rewrite([1, 2, 3, 4, 5], {}, Pairs(), Chance(0.0, 0.5, 0.0)) == [3, 4, 5, 1, 2]
