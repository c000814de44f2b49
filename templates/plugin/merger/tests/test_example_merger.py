"""The suite that mtdsl's own mergers pass, and a merge that was worked out by hand."""

from __future__ import annotations

import torch
from example_merger.example_merger import ExampleMerger

from mtdsl.testing import MergerSuite


class TestExampleMerger(MergerSuite):
    """Shape and dtype stay, equal models stay what they are, and memory does not grow with the models."""

    technique = "example_merger"
    examples = ({}, {"stretch": "50%"}, {"stretch": 0})


def test_two_unit_vectors_at_right_angles() -> None:
    """Their mean has length 1 / sqrt(2); with its length restored, half of a quarter turn."""
    tensors = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    assert torch.allclose(ExampleMerger()(tensors, (0.5, 0.5)), torch.tensor([0.5, 0.5]).sqrt())
    assert torch.equal(ExampleMerger(stretch=0)(tensors, (0.5, 0.5)), torch.tensor([0.5, 0.5]))
