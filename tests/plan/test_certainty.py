"""How sure counts are: as the least sure of what they follow from."""

import pytest

from mtdsl.plan.certainty import seen, weakest
from mtdsl.plan.model import Known

START = """\
recipe toy "a toy"
start trunk { weights = "acme/model"%s, context = 256, lr = 1e-3 }
data a { tokens = 1M }
flow trunk -> one -> two
transition one -> two { lr = restart }
"""
PHASES = """\
phase one { %s, batch = 1 x 256, lr = 1e-3, mix = a }
phase two { steps = 4, batch = 1 x 256, lr = 1e-3, mix = a }
"""


def test_the_least_sure_decides():
    assert weakest([]) == "exact"
    assert weakest(["exact", "declared", "measured"]) == "declared"
    assert weakest(["unknown", "bounded"]) == "unknown"


@pytest.mark.parametrize(
    ("start", "budget", "certainties", "counted"),
    [
        (", tokens = 1B", "steps = 4", ["exact", "exact"], Known(10**9 + 8 * 256, "declared")),
        (", tokens = 1B", "epochs = 1", ["declared", "declared"], Known(10**9 + 1_000_192 + 4 * 256, "declared")),
        (", tokens = 1B", "steps = 4, stop = loss < 2", ["bounded", "bounded"], Known(10**9 + 8 * 256, "bounded")),
        ("", "steps = 4", ["exact", "exact"], None),
    ],
)
def test_along_a_chain(plan, start, budget, certainties, counted):
    made = plan(PHASES % budget, head=START % start)
    assert [phase.certainty for phase in made.phases] == certainties
    found = seen(made)["two"]
    assert (found.value, found.certainty) == ((counted.value, counted.certainty) if counted else (None, "unknown"))
    assert bool(found.reason) == (counted is None)


def test_after_a_merge(plan):
    made = plan(
        "phase one { epochs = 1, batch = 1 x 256, context = 256, lr = 1e-3, mix = a }\n"
        "phase two { steps = 4, batch = 1 x 256, lr = -> 0, mix = a }\n"
        "merge soup = 50% * one + 50% * two\n"
        "flow one -> two -> soup\n",
        head=START.partition("start")[0] + "model = llama(layers = 1, width = 32, heads = 2)\ndata a { tokens = 1M }\n",
    )
    assert seen(made)["soup"].certainty == "declared"
    assert seen(made)["soup"].value == made.merges[0].seen
