import re
from dataclasses import replace
from fractions import Fraction

import pytest

from mtdsl.plan import fingerprint
from mtdsl.plan.model import Batch, Curve, Model, Piece, Plugin, Run
from mtdsl.registry import installed
from mtdsl.view import text


def drawn(plan, width=100, color=False):
    return text.render(plan, installed(), width=width, color=color)


def row(page, label):
    return next(line for line in page.splitlines() if line.strip().startswith(label))


def test_the_last_line_sums_the_plan_up(plan):
    assert drawn(plan).splitlines()[-1] == f"4 phases · 5.41M tokens · 660 steps · plan {fingerprint(plan)[:6]}"


def test_phases_are_columns_in_the_order_they_run(plan):
    page = drawn(plan)
    lines = page.splitlines()
    at = next(index for index, line in enumerate(lines) if "│" in line)
    assert re.findall(r"[\w\[\]]+", lines[at]) == ["stable", "anneal[1]", "anneal[2]", "soup", "long"]
    assert re.findall(r"[\d.e-]+(?: → [\d.e-]+)?", lines[at + 5]) == ["1e-3", "1e-3 → 0", "1e-3 → 0", "2e-4 → 0"]
    assert [cell.strip() for cell in row(page, "code").split("│")[1:]] == ["20%", "20% → 90%", "20% → 90%", "", "20%"]
    assert row(page, "window").split()[-3:] == ["512", "→", "2k"]


def test_the_rate_falls_from_left_to_right(plan):
    cells = row(drawn(plan), "0 │").split("│")[2]
    assert cells[0] == "█"
    assert cells.rstrip()[-1] == "▁"
    assert list(cells.strip()) == sorted(cells.strip(), reverse=True)


def test_every_default_of_a_transition_is_spelled_out(plan):
    page = drawn(plan)
    assert re.search(r"stable → anneal\[1\] +keep \(default\) +continue \(default\) +fresh +none", page)
    assert re.search(r"soup → long +reset \(default\) +restart \(default\) +fresh \(default\) +none", page)


def test_whole_numbers_stand_in_the_table(plan):
    assert re.search(r"stable +nothing +300 steps +2,457,600 +2.46M +300 +512 +8,192 +20 +0", drawn(plan))


def test_what_no_text_can_know_is_said_to_be_unknown(ruled):
    page = drawn(ruled)
    assert re.search(r"code +python_library\(part = code\) +unknown +unknown +unknown", page)
    assert row(page, "code").split("│")[1].strip() == "?"


@pytest.mark.parametrize("width", [60, 72, 100, 240])
def test_no_line_is_wider_than_the_terminal(plan, width):
    assert max(map(len, drawn(plan, width).splitlines())) <= width


@pytest.mark.parametrize("width", [60, 80])
def test_no_number_is_broken(plan, width):
    long = replace(
        plan.phases[3], tokens=14_800_002_502_656, steps=3_390_843, batch=Batch(1024, (Run(1, 4096), Run(1, 131072)))
    )
    page = drawn(replace(plan, phases=(*plan.phases[:3], long)), width)
    assert {"14,800,002,502,656", "3,390,843"} < set(page.split())
    assert "4,194,304 → 134,217,728" in page
    assert page.count("tokens a step") == page.count("warm-up") == 1


def test_colours_only_where_asked(plan):
    assert "\x1b[" not in drawn(plan)
    assert re.sub(r"\x1b\[[\d;]*m", "", drawn(plan, color=True)).split() == drawn(plan).split()


def test_it_begins_with_what_is_trained_and_what_was_set(plan):
    made = Model("llama", {"layers": 4, "ffn": 16384, "width": 4096, "tie": True, "kv_heads": None})
    lines = drawn(replace(plan, model=made, params={"budget": "2B"})).splitlines()
    assert lines[:3] == [
        "quickstart  Four kinds of move",
        "llama(layers = 4, ffn = 16_384, width = 4096, tie = yes)",
        "set budget = 2B",
    ]


def test_a_parameter_that_is_a_number_of_the_phase_is_said_once_as_it_is(plan):
    first = plan.phases[0]
    falling = Curve((Piece(Fraction(0), Fraction(first.tokens), Fraction(1, 5), Fraction(0), Plugin("linear")),))
    adamw = Plugin("adamw", {"eps": Fraction(1, 8), "weight_decay": Fraction(1, 5)})
    page = drawn(replace(plan, phases=(replace(first, optimizer=adamw, scalars={"weight_decay": falling}), *plan.phases[1:])))
    assert "adamw(eps = 0.125, weight_decay = 0.2 → 0)" in page
    assert "weight_decay 0.2" not in page
