"""What a transition does to an optimizer's state, in a run."""

import gc
import json

import pytest
import torch
import toys

from mtdsl.plan.model import Transition
from mtdsl.registry import installed
from mtdsl.run import execute
from mtdsl.run.moments import crossed

HELD = {name: torch.full((2,), 3.0) for name in ("model.w", "optim.w.exp_avg", "optim.w.exp_avg_sq")}
CHAIN = (
    toys.HEAD
    + """
context = 64
batch   = 4 x 64
mix     = good
phase trunk { steps = 4, lr = 1e-3 }
phase one   { steps = 4, lr = 1e-3 }
phase two   { steps = 4, lr = -> 0 }
merge soup = average(one, two)
phase last  { steps = 3, lr = 1e-3 }
flow trunk -> one -> soup -> last
flow trunk -> two -> soup
"""
)


@pytest.mark.parametrize(
    ("policy", "factor"), [({}, 1), ({"optimizer": "reset_moments"}, 0), ({"optimizer": "rescale", "rescale": 0.5}, 0.5)]
)
def test_moments_cross_and_nothing_else_does(policy, factor):
    found = crossed({**HELD, "optim.w.step": torch.tensor(7.0)}, Transition(**policy))
    assert found["optim.w.step"] == 7
    assert torch.equal(found["model.w"], HELD["model.w"])
    assert {name: tensor.tolist() for name, tensor in found.items() if "exp" in name} == {
        "optim.w.exp_avg": [3 * factor] * 2,
        "optim.w.exp_avg_sq": [3 * factor] * 2,
    }


@pytest.fixture(scope="module")
def do(tmp_path_factory):
    base = tmp_path_factory.mktemp("recipe")
    toys.text(base)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()

    def run(edges):
        """Runs the chain with these transitions: its losses by phase, and the tensors that each phase kept."""
        out = tmp_path_factory.mktemp("runs") / "toy"
        plan = toys.plan_of(base, CHAIN + edges)
        execute(plan, base, out, installed(), toys.Recording(), save_every=1e9, cache=base / "cache")
        events = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
        kept = {event["phase"]: event["optimizer"]["kept"] for event in events if event["event"] == "phase-began"}
        losses = {name: [line[3] for line in toys.log_of(out) if line[0] == name] for name in kept}
        return losses, kept

    yield run
    torch.set_num_threads(threads)
    gc.unfreeze()


def test_a_phase_goes_on_with_moments_that_were_changed(do):
    policies = ("keep", "rescale(1)", "rescale(0.5)", "reset_moments", "reset")
    runs = [do(f"transition trunk -> one {{ optimizer = {policy} }}\n") for policy in policies]
    kept, same, half, none, fresh = (losses["one"] for losses, _ in runs)
    assert kept == same
    assert len({tuple(losses) for losses in (kept, half, none, fresh)}) == 4
    assert len({losses[0] for losses in (kept, half, none, fresh)}) == 1  # the weights are the same
    assert [taken["one"] > 0 for _, taken in runs] == [True, True, True, True, False]


def test_a_phase_behind_a_merge_goes_on_with_the_state_that_is_named(do):
    edge = "transition soup -> last {{ optimizer = {} }}\n"
    (fresh, taken), (one, kept), (two, _) = (do(edge.format(policy)) for policy in ("reset", "keep(one)", "keep(two)"))
    assert (taken["last"], kept["last"] > 0) == (0, True)
    assert fresh["last"][0] == one["last"][0] == two["last"][0]
    assert len({tuple(losses["last"]) for losses in (fresh, one, two)}) == 3
