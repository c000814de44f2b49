"""The suite that mtdsl's own objectives pass, and a loss that was worked out from its formula."""

from __future__ import annotations

import torch
from example_objective.example_objective import ExampleObjective

from mtdsl.testing import ObjectiveSuite


class TestExampleObjective(ObjectiveSuite):
    """Finite losses with a gradient, a token's own, and none where nothing is to be learnt."""

    technique = "example_objective"
    examples = ({}, {"smoothing": "30%"}, {"smoothing": 0})


def test_three_tokens() -> None:
    """Probabilities 1/2, 1/4, 1/4 and the first as the label: 0.8 ln 2 + 0.2 (ln 2 + 2 ln 4) / 3."""
    logits = torch.tensor([[0.5, 0.25, 0.25]]).log()
    loss = ExampleObjective(smoothing=0.2).losses(logits, torch.tensor([0]))
    log2 = torch.tensor(2.0).log()
    torch.testing.assert_close(loss, (0.8 * log2 + 0.2 * 5 * log2 / 3)[None])
