"""Rates against other people's schedulers, whose recorded outputs lie in `golden/lr` (each names repository and commit).

Every file there is reproduced by a recipe, through its plan: warm-up, phases and shapes. Where a code has a step that ours does
not follow, `APART` says which and why. What lies behind a code's horizon is not compared: some rise again (transformers',
torch's and gpt-neox' cosines), OLMo-core's WSD goes on below 0, others hold; where an arrow has ended ours stands.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from mtdsl.plan import compile
from mtdsl.plan.curves import rate_of_step, scalar_at
from mtdsl.plan.endings import rate_at
from mtdsl.registry import installed

GOLDEN = Path(__file__).parent / "golden" / "lr"
HEAD = """\
recipe toy "a toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
data a { tokens = 2T }
context = 4k
batch = 256 x 4k
mix = a
"""

FROM_0 = "warmup = rise(100 steps, first = 0)"  # most begin there and lose their first step; ours would begin a step higher
COSINES = "3e-4 -> 3e-5 until 300 steps by cosine, 3e-4 -> 3e-5 until 600 steps by cosine, 3e-4 -> 3e-5 by cosine"
COMPOSED = "0 -> 3e-4 over 100 steps, 3e-4 over 500 steps, -> 3e-5 over 300 steps by cosine, 3e-5"
FAST_RISE = "0 -> 3e-4 over 100 steps by polynomial(0.5), 3e-4 until 800 steps, -> 0 by sqrt"
SLOW_RISE = "0 -> 3e-4 over 100 steps by cosine, 3e-4 until 800 steps, -> 0 by cosine"
EPFML = "warmup = rise(100 steps, first = 1e-2)"
INV_DECAYS = """lr = [3e-4 until 200 steps, -> 3e-5 until 250 steps by inverse,
          -> 3e-4 over 10 steps, 3e-4 until 450 steps, -> 3e-5 until 500 steps by inverse,
          -> 3e-4 over 10 steps, 3e-4 until 950 steps, -> 3e-5 by inverse]"""
LINEAR_DECAYS = """lr = [3e-4 until 280 steps, -> 3e-5 until 400 steps,
          -> 3e-4 over 20 steps, 3e-4 until 610 steps, -> 3e-5 until 700 steps,
          -> 3e-4 over 20 steps, 3e-4 until 910 steps, -> 3e-5]"""

CASES = {
    "epfml__cos_inf": f"lr = 1 -> 0.1 by cosine, {EPFML}",
    "epfml__wsd_cosine": f"lr = [1 until 800 steps, -> 0 by cosine], {EPFML}",
    "epfml__wsd_exp": f"lr = [1 until 800 steps, -> 1e-2 by geometric], {EPFML}",
    "epfml__wsd_linear": f"lr = [1 until 800 steps, -> 0], {EPFML}",
    "epfml__wsd_miror_cosine": f"lr = [1 until 800 steps, -> 0 by mirror_cosine], {EPFML}",
    "epfml__wsd_sqrt": f"lr = 1 -> 0 by wsd(decay = 20%, shape = sqrt), {EPFML}",
    "epfml__wsd_square": f"lr = [1 until 800 steps, -> 0 by square], {EPFML}",
    "levanter__constant": f"lr = 3e-4, {FROM_0}",
    "levanter__cosine": f"lr = 3e-4 -> 3e-5 by cosine, {FROM_0}",
    "levanter__cosine_exponent": f"lr = 3e-4 -> 3e-5 by cosine(exponent = 2), {FROM_0}",
    "levanter__cycle_length_list": f"{INV_DECAYS}, {FROM_0}",
    "levanter__cycle_length_not_dividing": f"lr = [{COSINES}], {FROM_0}",
    "levanter__cycles_int": f"lr = [3e-4 -> 3e-5 until 500 steps by cosine, 3e-4 -> 3e-5 by cosine], {FROM_0}",
    "levanter__cycles_list_linear_decay": f"{LINEAR_DECAYS}, {FROM_0}",
    "levanter__inv": f"lr = 3e-4 -> 3e-5 by inverse, {FROM_0}",
    "levanter__inv_sqrt": f"lr = 3e-4 by inverse_sqrt(timescale = 10_000 steps, least = 3e-5, waits = true), {FROM_0}",
    "levanter__linear": f"lr = 3e-4 -> 3e-5, {FROM_0}",
    "levanter__power": f"lr = 3e-4 by power(a = 4.6, batch = 256), {FROM_0}",
    "levanter__stable_cosine": f"lr = [3e-4 until 800 steps, -> 3e-5 by cosine], {FROM_0}",
    "levanter__stable_inv": f"lr = 3e-4 -> 3e-5 by wsd(decay = 200 steps, shape = inverse), {FROM_0}",
    "levanter__stable_linear": f"lr = 3e-4 -> 3e-5 by wsd(decay = 200 steps), {FROM_0}",
    "megatron__WSD_cosine": f"lr = 3e-4 -> 3e-5 by wsd(decay = 200 steps, shape = cosine), {FROM_0}",
    "megatron__WSD_exponential": f"lr = [3e-4 until 800 steps, -> 3e-5 by megatron_exponential], {FROM_0}",
    "megatron__WSD_linear": f"lr = [3e-4 until 800 steps, -> 3e-5], {FROM_0}",
    "megatron__WSD_minus_sqrt": f"lr = [3e-4 until 800 steps, -> 3e-5 by sqrt], {FROM_0}",
    "megatron__constant": f"lr = 3e-4, {FROM_0}",
    "megatron__cosine": f"lr = 3e-4 -> 3e-5 by cosine, {FROM_0}",
    "megatron__inverse_square_root": f"lr = 3e-4 by inverse_sqrt(least = 3e-5), {FROM_0}",
    "megatron__linear": f"lr = 3e-4 -> 3e-5, {FROM_0}",
    "megatron_weight_decay__cosine": "lr = 3e-4, weight_decay = 0 -> 0.1 by cosine",
    "megatron_weight_decay__linear": "lr = 3e-4, weight_decay = 0 -> 0.1",
    "neox__constant": f"lr = 3e-4, {FROM_0}",
    "neox__cosine": f"lr = 3e-4 -> 3e-5 by cosine, {FROM_0}",
    "neox__exponential": f"lr = 3e-4 -> {3e-4 * math.exp(-0.693):.17g} by geometric, {FROM_0}",  # they take 0.693 for log 2
    "neox__linear": f"lr = [3e-4 -> 3e-5 until 910 steps, 3e-5], {FROM_0}",  # a line to 0 that is cut at the minimum
    "olmocore__ComposableScheduler": f"lr = [{COMPOSED}]",
    "olmocore__ConstantWithWarmup": f"lr = 3e-4, {FROM_0}",
    "olmocore__CosWithWarmup": f"lr = 3e-4 -> 3e-5 by cosine, {FROM_0}",
    "olmocore__CosWithWarmupAndLinearDecay": f"lr = 3e-4 -> 0 by cosine_linear(tail = 10%, cosine_end = 3e-5), {FROM_0}",
    "olmocore__ExponentialScheduler": "lr = 1e-9 -> 3e-4 by geometric",
    "olmocore__HalfCosWithWarmup": f"lr = 1.65e-4 -> 3e-5 by half_cosine, {FROM_0}",
    "olmocore__InvSqrtWithWarmup": f"lr = 3e-4 by inverse_sqrt(toward = 3e-5), {FROM_0}",
    "olmocore__LinearWithWarmup": f"lr = 3e-4 -> 3e-5, {FROM_0}",
    "olmocore__PowerLR": f"lr = [3e-4 until 900 steps by power, -> 0], {FROM_0}",
    "olmocore__SequentialScheduler": (
        f"lr = [3e-4 -> 1.5e-4 until 400 steps, 1.5e-4 over 1 steps, -> 1.5e-5 by cosine], {FROM_0}"
    ),
    "olmocore__WSDS": f"lr = 3e-4 by wsd_s(period = [400 steps, 300 steps], decay = 60 steps), {FROM_0}",
    "olmocore__WSDS_stepped": (
        "lr = 3e-4 by wsd_s(period = [400 steps, 300 steps], decay = [60 steps, 45 steps], peaks = [100%, 70%, 50%]), " + FROM_0
    ),
    "olmocore__WSD": f"lr = 3e-4 -> 0 by wsd(decay = 10%), {FROM_0}",
    "torch__CosineAnnealingLR": "lr = 3e-4 -> 0 by cosine",
    "torch__CosineAnnealingWarmRestarts": "lr = 3e-4 by warm_restarts(period = 100 steps)",
    "torch__ExponentialLR": f"lr = 3e-4 -> {3e-4 * 0.999**1000:.17g} by geometric",
    "torch__LinearLR": "lr = 3e-4, warmup = rise(100 steps, first = 1e-4)",
    "torch__MultiStepLR": "lr = 3e-4 by multi_step([300 steps, 60%, 900 steps])",
    "torch__PolynomialLR": "lr = 3e-4 -> 0 by polynomial(1)",
    "torch__SequentialLR_linear_then_cosine": "lr = 3e-4 -> 0 by cosine, warmup = rise(100 steps, first = 3e-6)",
    "transformers__constant_with_warmup": f"lr = 3e-4, {FROM_0}",
    "transformers__cosine": f"lr = 3e-4 -> 0 by cosine, {FROM_0}",
    # arrived with the last step of the warm-up, a step earlier than the others, and so is its cosine
    "transformers__cosine_warmup_with_min_lr": (
        "lr = [3e-4 -> 3e-5 until 999 steps by cosine, 3e-5], warmup = rise(99 steps, first = 1.5e-5)"
    ),
    "transformers__cosine_with_min_lr": f"lr = 3e-4 -> 3e-5 by cosine, {FROM_0}",
    "transformers__cosine_with_restarts": f"lr = 3e-4 -> 0 by warm_restarts(cycles = 1), {FROM_0}",
    "transformers__inverse_sqrt": f"lr = 3e-4 by inverse_sqrt, {FROM_0}",
    "transformers__linear": f"lr = 3e-4 -> 0, {FROM_0}",
    "transformers__polynomial": f"lr = 3e-4 -> 1e-7 by polynomial(1), {FROM_0}",
    "transformers__warmup_stable_decay_1m_sqrt": f"lr = [{FAST_RISE}]",
    "transformers__warmup_stable_decay_cosine": f"lr = [{SLOW_RISE}]",
    "transformers__warmup_stable_decay_linear": f"lr = [3e-4 until 800 steps, -> 0], {FROM_0}",
}

APART = {
    # counts its iterations from 1: what it has for 0 is what it has for 1
    **{name: {0} for name in CASES if name.startswith("neox")},
    # the count inside a decay begins at 1, so that its first step is as low as its second
    "levanter__inv": {100},
    "levanter__stable_inv": {800},
    "levanter__cycle_length_list": {200, 450, 950},
    # its step at a period's end has the decayed rate, 0, and is lost; ours begins the next period with it
    "olmocore__WSDS": {400, 700, 1000},
    "olmocore__WSDS_stepped": {400, 700, 1000},
    # past the end of its cosine, which is a step earlier
    "transformers__cosine_warmup_with_min_lr": {1000},
}


def golden(name):
    return json.loads((GOLDEN / f"{name}.json").read_text())["points"]


def phase(folder, said):
    recipe = folder / "toy.mtr"
    recipe.write_text(f"{HEAD}phase p {{ steps = 1000, {said} }}\n")
    made, diagnostics = compile(recipe)
    assert made is not None, [(one.id, one.message) for one in diagnostics]
    return made.phases[0]


def ours(made, name, step):
    """What a step has, and at the horizon what the phase has arrived at."""
    if "weight_decay" in name:
        return scalar_at(made.scalars["weight_decay"], step * made.tokens // 1000, installed())
    return rate_of_step(made, step, installed()) if step < 1000 else float(rate_at(made, made.tokens, installed()))


def test_every_recorded_schedule_is_compared():
    assert {path.stem for path in GOLDEN.glob("*.json")} == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_recipe_gives_their_rates(tmp_path, name):
    made = phase(tmp_path, CASES[name])
    compared = [(step, rate) for step, rate in golden(name) if step <= 1000 and step not in APART.get(name, ())]
    assert len(compared) > 30
    near = 1e-7 if name.startswith("levanter") else 1e-9
    for step, rate in compared:
        assert ours(made, name, step) == pytest.approx(rate, rel=near, abs=1e-18), step


def test_without_a_first_rate_warmup_is_theirs_a_step_earlier(tmp_path):
    made = phase(tmp_path, "lr = 3e-4 -> 3e-5 by cosine, warmup = 100 steps")
    compared = [(step, rate) for step, rate in golden("megatron__cosine") if 0 < step <= 100]
    assert len(compared) > 3
    for step, rate in compared:
        assert rate_of_step(made, step - 1, installed()) == pytest.approx(rate, rel=1e-9)


def test_a_period_of_wsd_s_begins_at_its_value(tmp_path):
    made = phase(tmp_path, CASES["olmocore__WSDS"])
    assert [rate_of_step(made, step, installed()) for step in (400, 700)] == [3e-4, 3e-4]
