"""Rates against other people's schedulers, whose outputs lie in `golden/` (each names repository and commit)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtdsl.plan.curves import rate_of_step
from mtdsl.registry import installed

GOLDEN = Path(__file__).parent / "golden"
TAIL = "steps = 1000, batch = 1 x 256, context = 256, mix = a"
CASES = {
    "torch__CosineAnnealingLR": "lr = 3e-4 -> 0 by cosine",
    "olmocore__CosWithWarmup": "lr = 3e-4 -> 3e-5 by cosine, warmup = 100 steps",
    "olmocore__LinearWithWarmup": "lr = 3e-4 -> 3e-5 by linear, warmup = 100 steps",
    "transformers__cosine": "lr = 3e-4 -> 0 by cosine, warmup = 100 steps",
    "transformers__linear": "lr = 3e-4 -> 0, warmup = 100 steps",
    "epfml__wsd_sqrt": "lr = [1 until 800 steps, -> 0 by sqrt], warmup = 100 steps",
    "epfml__wsd_linear": "lr = [1 until 800 steps, -> 0], warmup = 100 steps",
    "epfml__wsd_exp": "lr = [1 until 800 steps, -> 1e-2 by exponential], warmup = 100 steps",
    "olmocore__HalfCosWithWarmup": "lr = 1.65e-4 -> 3e-5 by half_cosine, warmup = 100 steps",
    "megatron__WSD_minus_sqrt": "lr = [3e-4 until 800 steps, -> 3e-5 by sqrt], warmup = 100 steps",
}
WARM = {name: 0 if name.startswith("torch") else 100 for name in CASES}


def golden(name):
    return json.loads((GOLDEN / f"{name}.json").read_text())["points"]


@pytest.mark.parametrize("name", CASES)
def test_the_shape_after_warmup_is_theirs(plan, name):
    phase = plan(f"phase p {{ {CASES[name]}, {TAIL} }}\n").phases[0]
    compared = [(step, rate) for step, rate in golden(name) if WARM[name] <= step < 1000]
    assert len(compared) > 20
    for step, rate in compared:
        assert rate_of_step(phase, step, installed()) == pytest.approx(rate, rel=1e-9, abs=1e-18)


def test_wsd_s_is_theirs_but_where_a_period_ends(plan):
    """Their step at a period's end has the decayed rate, 0 here; ours begins the next period with it."""
    rule = "lr = 3e-4 by wsd_s(period = 300 steps, decay = 60 steps), warmup = 100 steps"
    phase = plan(f"phase p {{ {rule}, {TAIL} }}\n").phases[0]
    compared = [(step, rate) for step, rate in golden("olmocore__WSDS") if 100 <= step < 1000 and step not in (400, 700)]
    assert len(compared) > 20
    for step, rate in compared:
        assert rate_of_step(phase, step, installed()) == pytest.approx(rate, rel=1e-9)
    assert rate_of_step(phase, 400, installed()) == 3e-4


@pytest.mark.parametrize("name", [name for name in CASES if WARM[name] and not name.startswith("epfml")])
def test_warmup_is_theirs_read_one_step_later_so_that_the_first_step_is_not_lost(plan, name):
    """They read warm-up at the steps before a step, which makes the first rate 0; ours is read at the tokens after it."""
    phase = plan(f"phase p {{ {CASES[name]}, {TAIL} }}\n").phases[0]
    compared = [(step, rate) for step, rate in golden(name) if 0 < step <= 100]
    assert len(compared) > 3
    for step, rate in compared:
        assert rate_of_step(phase, step - 1, installed()) == pytest.approx(rate, rel=1e-9)
