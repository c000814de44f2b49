"""The suite that mtdsl's own optimizers pass, and two steps that were taken by hand."""

from __future__ import annotations

import torch
from example_optimizer.example_optimizer import ExampleOptimizer

from mtdsl.testing import OptimizerSuite


class TestExampleOptimizer(OptimizerSuite):
    """It trains what it is given, and a run that goes on is the run that nobody stopped."""

    technique = "example_optimizer"
    examples = ({}, {"momentum": 0.5, "nesterov": "true"})


def test_two_steps() -> None:
    """Gradients 1 and 2, momentum 0.5, rate 0.1: 3 - 0.1 - 0.1 (0.5 + 2)."""
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(model.weight, 3.0)
    optimizer = ExampleOptimizer(momentum=0.5).build(model.named_parameters(), model)
    optimizer.param_groups[0]["lr"] = 0.1
    for gradient in (1.0, 2.0):
        model.weight.grad = torch.full((1, 1), gradient)
        optimizer.step()
    torch.testing.assert_close(model.weight, torch.full((1, 1), 2.65), check_device=False)
