import copy

import pytest
import torch
from mtdsl_optimizers.adamw import AdamW

from mtdsl.registry import installed


class Tied(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(11, 4)
        self.layer = torch.nn.Linear(4, 4)
        self.norm = torch.nn.LayerNorm(4)
        self.head = torch.nn.Linear(4, 11, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, ids):
        return self.head(self.norm(self.layer(self.embedding(ids))))


def build(model, optimizer=None):
    return (optimizer or AdamW()).build(model.named_parameters(remove_duplicate=False), model)


def test_it_is_registered_with_the_fields_defaults():
    assert installed().build("optimizer", "adamw", {"beta1": 0.8, "weight_decay": 0}) == AdamW(0.8, 0.95, 1e-8, 0.0)


def test_only_matrices_decay_and_a_tied_tensor_is_there_once():
    model = Tied()
    optimizer = build(model)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found = {
        group["decayed"]: sorted(names[id(parameter)] for parameter in group["params"]) for group in optimizer.param_groups
    }
    assert found == {True: ["layer.weight"], False: ["embedding.weight", "layer.bias", "norm.bias", "norm.weight"]}
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.1, 0.0]
    assert all(group["lr"] == 0.0 and group["betas"] == (0.9, 0.95) for group in optimizer.param_groups)


def test_frozen_parameters_are_left_out():
    model = Tied()
    model.layer.requires_grad_(False)
    assert all(not group["decayed"] for group in build(model).param_groups)


def test_a_step_is_that_of_the_paper():
    """Algorithm 2 of arXiv:1711.05101, by hand, for three steps at a rate that the executor sets."""
    model = Tied()
    weight = model.layer.weight.detach().double().clone()
    optimizer = build(model)
    first = second = torch.zeros_like(weight)
    for step in range(1, 4):
        model(torch.arange(11)).square().sum().backward()
        gradient = model.layer.weight.grad.double().clone()
        for group in optimizer.param_groups:
            group["lr"] = 0.01
        optimizer.step()
        optimizer.zero_grad()
        first = 0.9 * first + 0.1 * gradient
        second = 0.95 * second + 0.05 * gradient**2
        update = (first / (1 - 0.9**step)) / ((second / (1 - 0.95**step)).sqrt() + 1e-8)
        weight = weight - 0.01 * (update + 0.1 * weight)
    assert torch.allclose(model.layer.weight.double(), weight, rtol=1e-5, atol=1e-7)


def test_what_does_not_decay_is_unmoved_without_a_gradient():
    model = Tied()
    before = copy.deepcopy(model.state_dict())
    optimizer = build(model)
    for group in optimizer.param_groups:
        group["lr"] = 0.1
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    assert torch.equal(model.embedding.weight, before["embedding.weight"])
    assert model.layer.weight.detach().numpy() == pytest.approx((before["layer.weight"] * 0.99).numpy())
