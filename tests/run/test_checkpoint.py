"""Tensors and optimizer state go to the disk and come back bit for bit, without a pickle."""

import pytest
import torch
from safetensors import SafetensorError
from torch import nn

from mtdsl.run import checkpoint, dcp
from mtdsl.run.durable import print_of


class Tied(nn.Module):
    """Two names for one matrix, a bias, a persistent buffer."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(11, 4)
        self.inner = nn.Linear(4, 4)
        self.head = nn.Linear(4, 11, bias=False)
        self.head.weight = self.embed.weight
        self.register_buffer("count", torch.arange(3))

    def forward(self, ids):
        return self.head(self.inner(self.embed(ids))).square().mean()


def adamw(model):
    decayed = [parameter for parameter in model.parameters() if parameter.dim() > 1]
    others = [parameter for parameter in model.parameters() if parameter.dim() <= 1]
    return torch.optim.AdamW([{"params": decayed}, {"params": others, "weight_decay": 0.0}], lr=1e-2)


def train(model, optimizer, steps, seed=0):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        model(torch.randint(0, 11, (5,), generator=generator)).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)


def everything(model, optimizer):
    found, scalars = checkpoint.optimizer_state(model, optimizer)
    return {**checkpoint.weights_of(model), **found}, scalars


def test_training_goes_on_bit_for_bit_from_the_disk(tmp_path):
    torch.manual_seed(0)
    straight = Tied()
    optimizer = adamw(straight)
    train(straight, optimizer, 3)
    saved, scalars = everything(straight, optimizer)
    prints = dcp.write(tmp_path, saved)
    train(straight, optimizer, 3, seed=1)

    resumed = Tied()
    again = adamw(resumed)
    loaded = dcp.read(tmp_path)
    checkpoint.fill(resumed, loaded)
    assert checkpoint.fill_optimizer(resumed, again, loaded, scalars) == len([name for name in saved if "optim." in name])
    train(resumed, again, 3, seed=1)
    one, other = everything(straight, optimizer)[0], everything(resumed, again)[0]
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) and one[name].dtype == other[name].dtype for name in one)
    assert one["optim.inner.weight.step"] == 6
    assert {path.name for path in tmp_path.iterdir()} == {*prints, "model.safetensors.index.json"}
    assert all(print_of(tmp_path / name) == taken for name, taken in prints.items())


def test_shared_weights_are_stored_once_and_stay_shared(tmp_path):
    model = Tied()
    names = checkpoint.weights_of(model)
    assert [name for name in names if "embed" in name or "head" in name] == ["model.embed.weight"]
    dcp.write(tmp_path, names)
    other = Tied()
    checkpoint.fill(other, dcp.read(tmp_path))
    assert other.head.weight is other.embed.weight
    assert torch.equal(other.head.weight, model.head.weight)
    assert torch.equal(other.count, model.count)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64, torch.int64, torch.bool])
def test_every_type_and_shape_survives(tmp_path, dtype):
    kept = {"optim.a.scalar": torch.tensor(1).to(dtype), "model.b": (torch.randn(3, 0, 2) * 100).to(dtype)}
    kept["model.c"] = (torch.randn(7, 5) * 100).to(dtype)
    dcp.write(tmp_path, kept)
    loaded = dcp.read(tmp_path)
    assert all(torch.equal(loaded[name], kept[name]) and loaded[name].dtype == dtype for name in kept)
    assert set(dcp.read(tmp_path, prefix="model.")) == {"model.b", "model.c"}


def test_state_that_is_no_tensor_is_told_apart():
    model = nn.Linear(2, 2)
    optimizer = torch.optim.NAdam(model.parameters(), lr=1e-2)
    model(torch.ones(2)).sum().backward()
    optimizer.step()
    optimizer.state[model.weight]["note"] = 7
    found, scalars = checkpoint.optimizer_state(model, optimizer)
    assert scalars == {"weight": {"note": 7}}
    assert {"optim.weight.mu_product", "optim.bias.exp_avg"} <= found.keys()
    other = nn.Linear(2, 2)
    again = torch.optim.NAdam(other.parameters(), lr=1e-2)
    checkpoint.fill_optimizer(other, again, found, scalars)
    assert again.state[other.weight]["note"] == 7


def test_an_optimizer_that_has_not_stepped_has_no_state():
    model = Tied()
    optimizer = adamw(model)
    assert checkpoint.optimizer_state(model, optimizer) == ({}, {})
    assert not optimizer.state


def test_another_architecture_is_not_filled(tmp_path):
    dcp.write(tmp_path, checkpoint.weights_of(Tied()))
    with pytest.raises(KeyError, match="differ in model"):
        checkpoint.fill(nn.Linear(2, 2), dcp.read(tmp_path))


def test_a_broken_file_is_an_error_that_can_be_caught(tmp_path):
    dcp.write(tmp_path, {"model.a": torch.ones(1000)})
    file = next(tmp_path.glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(SafetensorError):
        dcp.read(tmp_path)
