"""An evaluation that decides nothing changes no weights, and so no fingerprint."""

from __future__ import annotations

import pytest

from mtdsl.plan import fingerprint
from mtdsl.plan.measured import deciding

EVALS = "eval niah = needle()\neval held = loss([a])\neval extra = needle(depths = 3)\n"
CHAIN = """
context = 256
lr      = 1e-3
mix     = a
batch   = 16 x 256
phase one { steps = 10, %s }
phase two { steps = 10 }
transition one -> two { %s }
merge soup = %s
flow one -> two -> soup
"""
ALL = ("seed = 0", "optimizer = keep", "average(two)")


def made(plan, phase=ALL[0], edge=ALL[1], merge=ALL[2], evals=EVALS):
    return plan(evals + CHAIN % (phase, edge, merge))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ({}, []),
        ({"phase": "stop = niah >= 50% and not held.a < 2"}, ["niah", "held"]),
        ({"phase": "when held < 2 { expect = 5 steps, lr = 1e-4 }, seed = 0", "edge": "lr = restart"}, ["held"]),
        ({"edge": "gate = niah >= one.niah"}, ["niah"]),
        ({"edge": "gate = plateau(held, over = 1M)"}, ["held"]),
        ({"phase": "stop = loss < 2 or plateau(niah, over = 1M)"}, ["niah"]),
        ({"merge": "pick(two, by = niah)"}, ["niah"]),
    ],
)
def test_what_decides(plan, text, names):
    assert [evaluation.name for evaluation in deciding(made(plan, **text))] == names


def test_the_fingerprint_holds_what_decides_only(plan):
    without, more = made(plan, evals=""), made(plan)
    assert fingerprint(without) == fingerprint(more)
    gated, deeper = (
        made(plan, edge="gate = niah >= 50%", evals=f"eval niah = needle({text})\n") for text in ("", "depths = 3")
    )
    assert fingerprint(gated) != fingerprint(deeper)


def test_what_only_an_idle_evaluation_reads_is_not_in_the_fingerprint(plan):
    text = CHAIN % ALL
    assert len(plan("eval held = loss([a, b])\n" + text).sources) == 2
    assert fingerprint(plan("eval held = loss([a, b])\n" + text)) == fingerprint(plan("eval held = loss([a])\n" + text))
    one, other = (f"eval held = loss([{name}])\n" + CHAIN % ("stop = held < 2", *ALL[1:]) for name in ("b", "c"))
    assert fingerprint(plan(one)) != fingerprint(plan(other))


def test_the_order_in_the_file_is_not_in_the_fingerprint(plan):
    """Two branches of a fork, in either order."""
    trunk = "context = 256\nbatch = 16 x 256\nlr = 1e-3\nmix = a\nphase trunk { steps = 10 }\n"
    left, right = "phase left { steps = 5 }\nflow trunk -> left\n", "phase right { steps = 7, mix = b }\nflow trunk -> right\n"
    one, other = plan(trunk + left + right), plan(trunk + right + left)
    assert one.order != other.order
    assert fingerprint(one) == fingerprint(other)
