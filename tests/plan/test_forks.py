"""What holds of every member of a fork is told once, and its way out names an edge that is there."""

from __future__ import annotations

import pytest

REST = "steps = 4, batch = 1 x 256, context = 256, mix = a"
TRUNK = f"phase trunk {{ {REST}, lr = 1e-3 }}\n"
ONE = f"phase one for i in [1, 2] {{ {REST}, lr = -> 1e-4 }}\n"


@pytest.mark.parametrize(
    ("phases", "edge"),
    [
        (f"{TRUNK}phase x for i in [1, 2] {{ {REST}, lr = 5e-4 -> 0 }}\nflow trunk -> x\n", "trunk -> x"),
        (f"{TRUNK}{ONE}phase x for i in [1, 2] {{ {REST}, lr = 5e-4 -> 0 }}\nflow trunk -> one -> x\n", "one -> x"),
        (f"{TRUNK}{ONE}phase x {{ {REST}, lr = 5e-4 -> 0 }}\nflow trunk -> one\nflow one[2] -> x\n", "one[2] -> x"),
        (f"{TRUNK}phase x for i in 1 -> 2 {{ {REST}, lr = 1e-3 -> 5e-4 }}\nflow trunk -> x\n", "x[1] -> x[2]"),
    ],
)
def test_a_jump_is_told_once_and_its_way_out_is_one(wrong, plan, phases, edge):
    found = wrong(phases)
    assert found.id == "lr-jump"
    assert found.help.endswith(f": transition {edge} {{ lr = restart }}")
    assert plan(f"{phases}transition {edge} {{ lr = restart }}\n")


def test_seeds_of_families_side_by_side(wrong, plan):
    text = f"{TRUNK}{ONE}phase x for i in [1, 2] {{ {REST}, lr = -> 0, seed = 7 }}\nflow trunk -> one -> x\n"
    found = wrong(text)
    assert (found.id, "write transition one -> x { data = fresh }" in found.help) == ("seed-without-fresh", True)
    assert plan(text + "transition one -> x { data = fresh }\n")
