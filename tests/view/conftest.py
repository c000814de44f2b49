"""A plan made by hand: a trunk, two anneals, their average, and a longer window."""

from dataclasses import replace
from fractions import Fraction

import pytest
from phases import byhand

from mtdsl.plan.model import (
    Blend,
    Context,
    Curve,
    Known,
    Merge,
    Parent,
    Piece,
    Plan,
    Plugin,
    Rule,
    Source,
    Totals,
    Transition,
    Used,
    Warmup,
)

NOISY = Blend({"code": Fraction(1, 5), "tests": Fraction(4, 5)})
CLEAN = Blend({"code": Fraction(9, 10), "docs": Fraction(1, 10)})


def curve(start, stop, tokens, by=None, warmup=None):
    return Curve((Piece(Fraction(0), Fraction(tokens), start, stop, Plugin(by) if by else None),), warmup)


def phase(name, steps, size, length, **other):
    tokens = steps * size * length
    lr = curve(Fraction(1, 1000), Fraction(1, 1000), tokens, warmup=Warmup(20, 20 * size * length, Fraction(0)))
    defaults = {
        "family": name.partition("[")[0],
        "lr": lr,
        "mix": curve(NOISY, NOISY, tokens),
        "scalars": {"weight_decay": curve(Fraction(1, 10), Fraction(1, 10), tokens)},
        "optimizer": Plugin("adamw", {"betas": (Fraction(9, 10), Fraction(95, 100))}),
        "transition": Transition("reset", "restart", "fresh"),
    }
    return byhand(name, steps, size, length, **{**defaults, **other})


def anneal(seed):
    tokens = 150 * 16 * 512
    return phase(
        f"anneal[{seed}]",
        150,
        16,
        512,
        parents=(Parent("stable"),),
        seed=seed,
        lr=curve(Fraction(1, 1000), Fraction(0), tokens, "linear"),
        mix=Curve(
            (
                Piece(Fraction(0), Fraction(tokens, 2), NOISY, CLEAN, Plugin("linear")),
                Piece(Fraction(tokens, 2), Fraction(tokens), CLEAN, CLEAN),
            )
        ),
        seen=450 * 16 * 512,
        transition=Transition("keep", "continue", "fresh", written=("data",)),
    )


@pytest.fixture
def plan():
    long = phase(
        "long",
        60,
        4,
        2048,
        parents=(Parent("soup"),),
        context=Context(512, 2048, Plugin("yarn", {"factor": Fraction(4)})),
        packing=Plugin("best_fit"),
        lr=curve(Fraction(1, 5000), Fraction(0), 60 * 4 * 2048, "cosine", Warmup(5, 5 * 8192, Fraction(0))),
    )
    soup = Merge(
        "soup",
        Plugin("average"),
        (Parent("anneal[1]"), Parent("anneal[2]")),
        (Fraction(1, 2), Fraction(1, 2)),
        seen=450 * 16 * 512,
        spent=600 * 16 * 512,
        context=512,
    )
    phases = (phase("stable", 300, 16, 512), anneal(1), anneal(2), long)
    total = sum(one.tokens for one in phases)
    return Plan(
        recipe="quickstart",
        title="Four kinds of move",
        params={},
        model=None,
        tokenizer=None,
        starts=(),
        sources=tuple(
            Source(
                name, Plugin("python_library", {"part": name}), Known(None, "unknown", "not read yet"), Known(None, "unknown")
            )
            for name in ("code", "docs", "tests")
        ),
        phases=phases,
        merges=(soup,),
        order=("stable", "anneal[1]", "anneal[2]", "soup", "long"),
        leaves=("long",),
        checks=(),
        plugins=(Used("scheduler", "linear", "mtdsl", "0.1.0"),),
        totals=Totals(total, 660, Known(None, "unknown", "no model")),
    )


@pytest.fixture
def ruled(plan):
    """The same, its trunk on a mixture that a mixer chooses from sizes nobody knows yet."""
    rule = Blend(rules=(Rule(Fraction(1), Plugin("natural"), {"code": None, "docs": None}),))
    first = replace(plan.phases[0], mix=curve(rule, rule, plan.phases[0].tokens))
    return replace(plan, phases=(first, *plan.phases[1:]))
