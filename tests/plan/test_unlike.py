"""A merge of models with other windows or positions says which these are, and its way out is one."""

from __future__ import annotations

import pytest

REST = "steps = 4, batch = 8192 tokens, mix = a"
HEAD = f"start x {{ context = 4k, tokens = 1B, lr = 1e-3 }}\nphase trunk {{ {REST}, context = 4k, lr = 1e-3 }}\n"
TAIL = "merge soup = average(one, two)\nflow trunk -> one -> soup\nflow trunk -> two -> soup\n"


def fork(first, second):
    """Two branches of a trunk with these windows, merged."""
    one, two = (f"phase {name} {{ {REST}, lr = -> 0{said} }}\n" for name, said in (("one", first), ("two", second)))
    return HEAD.partition("\n")[2] + one + two + TAIL


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (", context = -> 8k by rope(theta = 8M)", "", "different windows: `one` 8k, `two` 4k"),
        (
            ", context = -> 8k by rope(theta = 8M)",
            ", context = -> 8k by rope(theta = 2M)",
            "different positions: `one` rope(theta = 8M), `two` rope(theta = 2M)",
        ),
        (
            ", context = 4k by rope(theta = 1M)",
            "",
            "different positions: `one` rope(theta = 1M), `two` those that its model began with",
        ),
    ],
)
def test_what_differs_is_said_and_alike_in_both_it_is_a_merge(wrong, plan, first, second, says):
    found = wrong(fork(first, second))
    assert (found.id, found.message) == ("merge-unlike", f"`soup` merges models of {says}")
    assert found.help
    assert plan(fork(first, first)).merges[0].weights


def test_a_checkpoint_made_elsewhere_says_no_positions(wrong, plan):
    text = HEAD.replace("context = 4k, lr = 1e-3 }\n", "context = 4k by rope(theta = 1M), lr = 1e-3 }\n")
    found = wrong(text + "merge soup = average(trunk, x)\nflow trunk -> soup\nflow x -> soup\n")
    assert found.message.endswith("different positions: `trunk` rope(theta = 1M), `x` says none of its own")
    assert found.help.startswith("change the positions alike in all of them")
    alike = "phase y { steps = 0, context = 4k by rope(theta = 1M) }\nmerge soup = average(trunk, y)\n"
    assert plan(text + alike + "flow trunk -> soup\nflow x -> y -> soup\n").merges[0].weights
