"""Schedulers against torch, transformers and formulas of papers, on random parameters, and what holds for all of them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mtdsl_schedulers.cosine import Cosine
from mtdsl_schedulers.cosine_linear import CosineLinear
from mtdsl_schedulers.geometric import Geometric
from mtdsl_schedulers.half_cosine import HalfCosine
from mtdsl_schedulers.half_life import HalfLife
from mtdsl_schedulers.infinite import Infinite
from mtdsl_schedulers.inverse import Inverse
from mtdsl_schedulers.inverse_sqrt import InverseSqrt
from mtdsl_schedulers.linear import Linear
from mtdsl_schedulers.megatron_exponential import MegatronExponential
from mtdsl_schedulers.mirror_cosine import MirrorCosine
from mtdsl_schedulers.multi_step import MultiStep
from mtdsl_schedulers.polynomial import Polynomial
from mtdsl_schedulers.power import Power
from mtdsl_schedulers.sqrt import Sqrt
from mtdsl_schedulers.square import Square
from mtdsl_schedulers.warm_restarts import WarmRestarts
from mtdsl_schedulers.wsd import WSD
from mtdsl_schedulers.wsd_s import WSDS
from transformers import optimization

from mtdsl import Progress

STEPS = 200
FEW = settings(max_examples=20, deadline=None)
RATES = st.floats(1e-6, 1e-1)

ARROWS = {
    "linear": Linear(),
    "cosine": Cosine(),
    "cosine squared": Cosine(2.0),
    "cosine_linear": CosineLinear(20.0, 5e-5),
    "half_cosine": HalfCosine(),
    "mirror_cosine": MirrorCosine(),
    "sqrt": Sqrt(),
    "square": Square(),
    "polynomial": Polynomial(3.0),
    "geometric": Geometric(),
    "half_life": HalfLife(30.0),
    "megatron_exponential": MegatronExponential(),
    "inverse": Inverse(),
    "inverse_sqrt": InverseSqrt(10.0),
    "power": Power(seen=10.0),
    "multi_step": MultiStep((50.0, 150.0)),
    "warm_restarts": WarmRestarts(50.0),
    "warm_restarts that grow": WarmRestarts(10.0, 2.0),
    "warm_restarts by number": WarmRestarts(cycles=3),
    "wsd": WSD(50.0, Sqrt()),
    "wsd_s": WSDS((50.0,), (10.0,)),
    "wsd_s in steps": WSDS((50.0,), (10.0, 20.0), peaks=(1.0, 0.7, 0.6)),
    "wsd_s of the paper": WSDS((50.0,), (10.0,), Inverse()),
    "infinite": Infinite(60.0, 5e-5, 20.0),
}
TO_AND_FRO = {name for name in ARROWS if name.startswith(("warm_restarts", "wsd_s"))}
IN_STEPS = {"multi_step"}


def values(shape, start, end, *, ruled=False, steps=STEPS, warmup=0.0):
    """What a value is at each of `steps` equal steps, the end included."""
    aim = 0.0 if ruled else end
    found = (shape(Progress(at / steps, at, steps, start, aim, warmup, ruled)) for at in range(steps + 1))
    return [start + (aim - start) * moved for moved in found]


def recorded(make, lr):
    """The rates of a torch scheduler, its first one that of the first step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler = make(optimizer)
    rates = []
    for _ in range(STEPS + 1):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


# ---- torch


@given(RATES, RATES)
@FEW
def test_cosine_is_torchs(lr, low):
    theirs = recorded(lambda opt: torch.optim.lr_scheduler.CosineAnnealingLR(opt, STEPS, low), lr)
    assert values(Cosine(), lr, low) == pytest.approx(theirs, rel=1e-7)  # theirs is recursive


@given(RATES, st.floats(0.2, 4))
@FEW
def test_polynomial_is_torchs(lr, power):
    theirs = recorded(lambda opt: torch.optim.lr_scheduler.PolynomialLR(opt, STEPS, power), lr)
    assert values(Polynomial(power), lr, 0.0) == pytest.approx(theirs, rel=1e-9, abs=1e-12 * lr)


@given(RATES, st.floats(0.95, 0.9999))
@FEW
def test_a_factor_a_step_is_geometric_and_a_half_life(lr, gamma):
    theirs = recorded(lambda opt: torch.optim.lr_scheduler.ExponentialLR(opt, gamma), lr)
    assert values(Geometric(), lr, lr * gamma**STEPS) == pytest.approx(theirs, rel=1e-9)
    assert values(HalfLife(math.log(0.5) / math.log(gamma)), lr, 0.0, ruled=True) == pytest.approx(theirs, rel=1e-9)


@given(RATES, st.lists(st.integers(1, STEPS), min_size=1, max_size=5, unique=True), st.floats(0.1, 3))
@FEW
def test_multi_step_is_torchs(lr, places, gamma):
    theirs = recorded(lambda opt: torch.optim.lr_scheduler.MultiStepLR(opt, places, gamma), lr)
    assert values(MultiStep(tuple(map(float, sorted(places))), gamma), lr, 0.0, ruled=True) == pytest.approx(theirs, rel=1e-9)


@given(RATES, st.integers(1, STEPS), st.integers(1, 4))
@FEW
def test_warm_restarts_are_torchs(lr, period, growth):
    make = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts
    theirs = recorded(lambda opt: make(opt, period, growth), lr)
    mine = values(WarmRestarts(float(period), float(growth)), lr, 0.0, ruled=True)
    assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-9 * lr)


# ---- transformers


@given(RATES, st.integers(1, STEPS // 2), st.integers(1, 5))
@FEW
def test_restarts_by_number_are_transformers(lr, warmup, cycles):
    make = optimization.get_cosine_with_hard_restarts_schedule_with_warmup
    theirs = recorded(lambda opt: make(opt, warmup, STEPS, cycles), lr)[warmup:]
    mine = values(WarmRestarts(cycles=cycles), lr, 0.0, steps=STEPS - warmup)
    borders = {
        round((STEPS - warmup) * cycle / cycles) for cycle in range(1, cycles)
    }  # where rounding decides whose step it is
    compared = [at for at in range(STEPS - warmup + 1) if at not in borders]
    assert [mine[at] for at in compared] == pytest.approx([theirs[at] for at in compared], rel=1e-9, abs=1e-9 * lr)


@given(RATES, st.integers(1, STEPS // 2), st.integers(1, 500))
@FEW
def test_inverse_sqrt_is_transformers(lr, warmup, timescale):
    theirs = recorded(lambda opt: optimization.get_inverse_sqrt_schedule(opt, warmup, timescale), lr)[warmup:]
    mine = values(InverseSqrt(float(timescale)), lr, 0.0, ruled=True, steps=STEPS - warmup, warmup=float(warmup))
    assert mine == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(("name", "shape"), [("linear", Linear()), ("cosine", Cosine()), ("1-sqrt", Sqrt())])
@given(lr=RATES, decay=st.integers(1, STEPS), least=st.floats(0, 0.9))
@FEW
def test_wsd_is_transformers(name, shape, lr, decay, least):
    theirs = recorded(
        lambda opt: optimization.get_wsd_schedule(
            opt, 0, decay, num_training_steps=STEPS, decay_type=name, min_lr_ratio=least, num_cycles=0.5
        ),
        lr,
    )
    assert values(WSD(float(decay), shape), lr, lr * least) == pytest.approx(theirs, rel=1e-9, abs=1e-12 * lr)


# ---- papers and recipes


def test_three_exponentials_are_three_curves():
    """Halfway: 41 % of the way left for Megatron, a tenth of the value for epfml, half of it for each half-life of MiniCPM."""
    assert values(MegatronExponential(), 1.0, 0.0, steps=4) == pytest.approx(
        [1, 0.68179283, 0.41421356, 0.18920712, 0], abs=1e-8
    )
    assert values(Geometric(), 1.0, 0.01, steps=4) == pytest.approx([1, 0.31622777, 0.1, 0.03162278, 0.01], abs=1e-8)
    halves = values(HalfLife(2.0), 1.0, 0.0, ruled=True, steps=4)
    assert halves == pytest.approx([1, 0.70710678, 0.5, 0.35355339, 0.25], abs=1e-8)
    assert values(HalfLife(4.0), 1.0, 0.0, steps=4) == pytest.approx(values(MegatronExponential(), 1.0, 0.0, steps=4))


def test_granite_counts_its_batch_in_sequences():
    """1024 sequences give 3.1e-3 after 1T tokens; their tokens, 4Mi a step, would hold the rate at its highest for ever."""
    after = Progress(0.5, 1e12, 2e12, 0.02, 0.0, 0.0, True)
    assert (
        0.02 * (1 - Power(a=4.0, batch=1024.0)(after))
        == pytest.approx(1024 * 4 * 1e12**-0.51)
        == pytest.approx(3.1e-3, rel=0.01)
    )
    assert Power(a=4.0, batch=4 * 1024.0 * 1024)(after) == 0.0


@given(RATES, st.floats(1, 1e6), st.floats(1, 1e9))
@FEW
def test_powers_with_and_without_their_scale_are_one_curve(lr, warmup, tokens):
    """OLMo-core's goes on from the end of the warm-up, Granite's is absolute: the same where they meet there."""
    at = Progress(0.5, tokens, 2 * tokens, lr, 0.0, warmup, True)
    assert 1 - Power()(at) == pytest.approx(1 - Power(a=lr * warmup**0.51)(at), rel=1e-6)


def released_infinite(progress, lr, constant, least, decay_style):
    """The cooldown and the anneal of the code released with arXiv:2503.02844 (its timescale is 10)."""
    if decay_style == "cosine":
        cooled = constant + (lr - constant) / 2.0 * (math.cos(math.pi * progress) + 1)
    else:

        def inverse(t):
            return (1 / math.sqrt(1 + (10 * t))) - 1

        cooled = lr + ((constant - lr) / inverse(1) * inverse(progress))
    return cooled, constant * math.exp(math.log(least / constant) * progress)


@pytest.mark.parametrize("style", ["cosine", "inverse_sqrt"])
@given(lr=st.floats(1e-4, 1e-2), constant=st.floats(1e-5, 1e-4), least=st.floats(1e-8, 9e-6), part=st.floats(0, 1))
@FEW
def test_the_infinite_schedule_cools_down_and_anneals_as_released(style, lr, constant, least, part):
    shape = None if style == "cosine" else InverseSqrt(30.0 / 10)
    made = Infinite(30.0, constant, 20.0, shape)
    cooled, annealed = released_infinite(part, lr, constant, least, style)

    def value(tokens):
        return lr + (least - lr) * made(Progress(tokens / 100, tokens, 100.0, lr, least))

    assert value(30.0 * part) == pytest.approx(cooled, rel=1e-9)
    assert value(50.0) == pytest.approx(constant, rel=1e-9)
    assert value(80.0 + 20.0 * part) == pytest.approx(annealed, rel=1e-6, abs=1e-14)


@given(st.integers(1, 64), st.integers(1, 32), st.integers(1, 64), st.floats(0, 1))
@FEW
def test_a_ramp_in_multiples_is_megatrons(start, increment, increments, part):
    """`--rampup-batch-size START INCREMENT SAMPLES`: a size stands until the next share of the samples has passed."""
    start, end = start * increment, (start + increments) * increment
    samples = 1000.0 * increments
    theirs = start + int(samples * part / (samples / increments)) * increment
    moved = Linear(multiple=float(increment))(Progress(part, part * samples, samples, start, end))
    assume(abs(part * increments - round(part * increments)) > 1e-6)
    assert round(start + (end - start) * moved) == theirs


def test_the_last_period_of_an_arrow_is_as_much_longer_as_is_left():
    """70 of 200 are left behind the first period of 130, too few for another."""
    found = values(WSDS((130.0,), (30.0,)), 1.0, 0.5)
    assert found[:171] == [1.0] * 171
    assert found[170:] == pytest.approx([1 - 0.5 * at / 30 for at in range(31)])
    assert values(WSDS((130.0,), (30.0,)), 1.0, 0.5, ruled=True)[131:] == [1.0] * 70


def test_a_longer_last_period_keeps_its_peak_and_decay():
    found = values(WSDS((60.0,), (10.0, 20.0), peaks=(1.0, 0.8, 0.6, 0.1)), 1.0, 0.2)
    assert found[:51] == [1.0] * 51
    assert found[60:101] == pytest.approx([0.8] * 41)
    assert found[120:181] == pytest.approx([0.6] * 61)  # the third one lasts to 200: another 60 would not fit
    assert found[190] == pytest.approx(0.4)
    assert found[200] == pytest.approx(0.2)
    assert values(WarmRestarts(130.0), 1.0, 0.5) == pytest.approx(values(Cosine(), 1.0, 0.5))
    assert values(WarmRestarts(20.0, 2.0), 1.0, 0.0)[60:] == pytest.approx(values(Cosine(), 1.0, 0.0, steps=140))


# ---- what holds for all


@pytest.mark.parametrize("name", ARROWS)
@given(st.floats(1e-4, 1e-1), st.floats(1e-6, 4e-5))
@FEW
def test_an_arrow_begins_and_ends_where_it_says(name, start, end):
    found = values(ARROWS[name], start, end)
    assert found[0] == start
    assert found[-1] == pytest.approx(end, rel=1e-12)
    assert all(end * (1 - 1e-9) <= value <= start for value in found)


@pytest.mark.parametrize("name", sorted(ARROWS.keys() - TO_AND_FRO))
@given(st.floats(1e-4, 1e-1), st.floats(1e-6, 4e-5))
@FEW
def test_an_arrow_never_turns_back(name, start, end):
    found = values(ARROWS[name], start, end)
    assert all(later <= earlier * (1 + 1e-12) for earlier, later in pairwise(found))


@pytest.mark.parametrize("name", sorted(ARROWS.keys() - TO_AND_FRO - IN_STEPS))
def test_an_arrow_does_not_jump(name):
    """Ten times as many places, and the largest change between two gets smaller."""

    def largest(parts):
        places = (at / parts for at in range(parts + 1))
        found = [ARROWS[name](Progress(place, place * STEPS, STEPS, 1e-3, 1e-5)) for place in places]
        return max(abs(later - earlier) for earlier, later in pairwise(found))

    assert largest(10 * STEPS) < 0.5 * largest(STEPS)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: MultiStep(()), "in order"),
        (lambda: MultiStep((2.0, 1.0)), "in order"),
        (lambda: WarmRestarts(), "either `period`"),
        (lambda: WarmRestarts(1.0, cycles=1), "either `period`"),
        (lambda: WSDS((10.0, 5.0), (6.0,)), "longer than the period"),
        (lambda: WSDS((10.0,), (5.0, 11.0)), "longer than the period"),
        (lambda: WSDS((10.0,), (5.0,), peaks=(0.5,)), "the first of `peaks` is 1"),
        (lambda: values(WSD(300.0), 1.0, 0.0), "longer than the arrow"),
        (lambda: values(WSDS((400.0,), (300.0,)), 1.0, 0.0), "longer than the arrow"),
        (lambda: values(CosineLinear(300.0), 1.0, 0.0), "longer than the arrow"),
        (lambda: values(Infinite(150.0, 0.5, 60.0), 1.0, 0.1), "longer than the arrow"),
        (lambda: values(MultiStep((300.0,)), 1.0, 0.1), "has ended"),
        (lambda: values(Geometric(), 1.0, 0.0), "never reaches 0"),
        (lambda: values(Inverse(), 1.0, 0.0), "one over 0"),
        (lambda: values(InverseSqrt(), 1.0, 0.0), "no warm-up"),
        (lambda: values(InverseSqrt(1.0, least=0.1), 1.0, 0.0), "write no arrow"),
        (lambda: values(Power(), 1.0, 0.0, ruled=True), "nothing was seen"),
        (lambda: values(Power(a=1.0), 1.0, 0.0), "write no arrow"),
    ],
)
def test_what_a_scheduler_cannot_do_it_says(make, says):
    with pytest.raises(ValueError, match=says):
        make()
