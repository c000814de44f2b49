"""Groups of parameters in a run: a rate and a decay of their own, as torch's param groups have them."""

from fractions import Fraction as F

import pytest
import tiny
import torch
import toys
from mtdsl_optimizers.adamw import AdamW
from safetensors.torch import load_file

from mtdsl.plan.model import Group
from mtdsl.registry import installed
from mtdsl.run import execute
from mtdsl.run.groups import divide
from mtdsl.run.history import Histories, Identity
from mtdsl.run.step import set_rates

EMBEDDINGS = Group("embeddings", ("lm_head.*",), F(1, 10))
VALUES = Group("values", ("*.v_proj.*", "*.norm.*"), F(1, 2), F(3, 10))
EVERYTHING = Group("everything", ("*",), weight_decay=F(0))


def divided(model, groups):
    optimizer = AdamW(weight_decay=0.1).build(model.named_parameters(), model)
    divide(optimizer, model, groups)
    return optimizer


def settings(model, optimizer):
    found = {id(one): (group["lr"], group["weight_decay"]) for group in optimizer.param_groups for one in group["params"]}
    return {name: found[id(one)] for name, one in model.named_parameters()}


def test_rates_and_decays_reach_the_first_group_that_fits():
    model = tiny.model()
    optimizer = divided(model, (EMBEDDINGS, VALUES))
    set_rates(optimizer, 1e-2, 0.2)
    found = settings(model, optimizer)
    assert found["model.embed_tokens.weight"] == (1e-3, 0.0)  # tied to the head, whose name the pattern fits
    assert found["model.layers.0.self_attn.v_proj.weight"] == (5e-3, 0.3)
    assert found["model.norm.weight"] == (5e-3, 0.3)
    assert found["model.layers.0.self_attn.q_proj.weight"] == (1e-2, 0.2)
    assert found["model.layers.0.input_layernorm.weight"] == (1e-2, 0.0)
    assert len(found) == sum(len(group["params"]) for group in optimizer.param_groups)


def test_what_the_first_group_has_no_other_gets():
    model = tiny.model()
    found = settings(model, divided(model, (EVERYTHING, VALUES)))
    assert {decay for _, decay in found.values()} == {0.0}


def gradients(model, step):
    generator = torch.Generator().manual_seed(step)
    for parameter in model.parameters():
        parameter.grad = torch.randn(parameter.shape, generator=generator)


def test_steps_are_those_of_torch_with_param_groups_of_the_same_settings():
    ours, theirs = tiny.model(), tiny.model()
    theirs.load_state_dict(ours.state_dict())
    optimizer = divided(ours, (VALUES,))
    named = dict(theirs.named_parameters())
    mine = [one for name, one in named.items() if ".v_proj." in name or ".norm." in name]
    plain = [one for name, one in named.items() if "embed" in name or "layernorm" in name]
    rest = [one for one in named.values() if not any(one is other for other in (*mine, *plain))]
    reference = torch.optim.AdamW(
        [
            {"params": mine, "lr": 5e-3, "weight_decay": 0.3},
            {"params": plain, "weight_decay": 0.0},
            {"params": rest, "weight_decay": 0.1},
        ],
        lr=1e-2,
        betas=(0.9, 0.95),
    )
    for step in range(4):
        gradients(ours, step)
        gradients(theirs, step)
        set_rates(optimizer, 1e-2, None)
        optimizer.step()
        reference.step()
    assert all(torch.equal(one, named[name]) for name, one in ours.named_parameters())


RECIPE = (
    toys.HEAD
    + """
group slow { match = ["*.embed_tokens.*"], lr = GROUP }
context = 64
batch   = 4 x 64
mix     = good
phase trunk { steps = 3, lr = 1e-3 }
phase decay { steps = 3, lr = 1e-3, groups = slow }
flow trunk -> decay
"""
)


def embedding(folder):
    found = [load_file(file) for file in folder.glob("*.safetensors")]
    return next(held["model.model.embed_tokens.weight"] for held in found if "model.model.embed_tokens.weight" in held)


@pytest.mark.parametrize(("share", "moves"), [("100%", True), ("0.0001%", False)])
def test_a_phase_trains_with_its_groups_and_keeps_the_state(tmp_path, share, moves):
    toys.text(tmp_path)
    plan = toys.plan_of(tmp_path, RECIPE.replace("GROUP", share))
    out = tmp_path / "runs" / "toy"
    execute(
        plan,
        tmp_path,
        out,
        installed(),
        toys.Recording(),
        files=[tmp_path / "toy.mtr"],
        save_every=1e9,
        cache=tmp_path / "cache",
    )
    before, after = (embedding(out / "phases" / name) for name in ("trunk", "decay"))
    assert (float((before - after).abs().max()) > 1e-4) == moves
    assert toys.events_of(out, "phase-began")[1]["optimizer"]["kept"] > 0


def test_a_group_is_part_of_the_history_and_its_name_is_not(tmp_path):
    def key(text):
        return Histories(toys.plan_of(tmp_path, text), Identity({"noisy": "n", "clean": "c"}, "t")).key("decay")

    before = key(RECIPE.replace("GROUP", "10%"))
    assert key(RECIPE.replace("GROUP", "20%")) != before
    assert key(RECIPE.replace("GROUP", "10%").replace("slow", "sluggish")) == before
