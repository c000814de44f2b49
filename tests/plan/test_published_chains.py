"""Published chains with events, stops and merges of checkpoints, to plans whose numbers are worked out by hand."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import pytest

from mtdsl.plan import compile
from mtdsl.plan.curves import shares_at
from mtdsl.plan.model import Feeding, Parent, Run, Term, Test
from mtdsl.registry import installed

CHAINS = Path(__file__).parents[1] / "lang" / "chains"
STEP = 2**24


def made(name):
    plan, diagnostics = compile(CHAINS / f"{name}.mtr")
    assert plan is not None, [(one.id, one.message) for one in diagnostics]
    return plan


def test_llama31_stops_each_rung_when_the_needle_is_found_and_short_tasks_are_back():
    plan = made("llama31")
    rungs = plan.phases[:6]
    assert [phase.context.end for phase in rungs] == [length * 1024 for length in (16, 32, 48, 64, 96, 128)]
    assert [phase.batch.runs[0].sequences for phase in rungs] == [1024, 512, 341, 256, 171, 128]
    assert rungs[0].steps == -(-200 * 10**9 // STEP) == 11921
    niah = Test(">=", (Term(metric="niah"), Term(F(1))))
    short = Test(">=", (Term(metric="short"), Term(metric="short", of="pretrain")))
    assert {phase.stop for phase in rungs} == {Test("and", tests=(niah, short))}
    assert {phase.certainty for phase in plan.phases} == {"bounded"}
    assert [(one.name, one.evaluator.name, one.every) for one in plan.evals] == [
        ("niah", "needle", None),
        ("short", "suite", 10**10),
    ]


def test_llama31_averages_the_last_four_steps_of_a_short_anneal():
    plan = made("llama31")
    anneal = plan.phase("anneal")
    assert (anneal.steps, anneal.tokens) == (10, 10 * 2**22)  # 40M tokens are 9.5 steps of 4Mi
    assert plan.merges[0].parents == (*(Parent("anneal", step * 2**22) for step in (7, 8, 9)), Parent("anneal"))
    assert plan.merges[0].weights == (F(1, 4),) * 4
    assert [check.holds for check in plan.checks] == [True, True]


def test_minimax01_doubles_its_batch_three_times():
    stable = made("minimax01").phase("stable")
    first = -(-69 * 10**9 // STEP)
    second = first + -(-(790 * 10**9 - first * STEP) // (2 * STEP))
    third = second + -(-(47 * 10**11 - first * STEP - (second - first) * 2 * STEP) // (4 * STEP))
    at = [first * STEP, (2 * second - first) * STEP]
    at.append(at[1] + (third - second) * 4 * STEP)
    assert [event.expect for event in stable.events] == at
    assert [event.test.terms[1].value for event in stable.events] == [F("1.98"), F("1.77"), F("1.58")]
    assert [run.sequences for run in stable.batch.runs] == [2048, 4096, 8192, 16384]
    assert stable.batch.runs[:2] == (Run(first, 2048), Run(second - first, 4096))
    assert 72 * 10**11 <= stable.tokens < 72 * 10**11 + 8 * STEP


def test_minimax01_injects_long_answers_late_in_each_stage():
    plan = made("minimax01")
    registry, stage = installed(), plan.phase("lc[128k]")
    assert shares_at(stage.mix, 0, {}, registry) == {"web": 0.9, "books": 0.1}
    assert shares_at(stage.mix, stage.tokens // 2, {}, registry) == {"web": 0.3, "books": 0.7}
    assert shares_at(stage.mix, stage.tokens, {}, registry) == pytest.approx({"web": 0.27, "books": 0.63, "longqa": 0.1})
    assert [phase.context.end for phase in plan.phases[3:]] == [128 * 1024, 512 * 1024, 2**20]
    assert {run.sequences * phase.batch.length for phase in plan.phases[3:] for run in phase.batch.runs} == {2**27}
    decay = plan.phase("decay").lr.pieces[0]
    assert (decay.start, decay.stop, decay.by.name) == (F("1.3e-4"), F("3e-5"), "exponential")


def test_nemotron3_merges_a_window_of_half_a_trillion_tokens():
    plan = made("nemotron3_ultra")
    merge, p2 = plan.merges[0], plan.phase("p2")
    step = 3072 * 8192
    points = [p2.tokens - 25 * 10**9 * at for at in range(20, 0, -1)]
    assert [parent.at for parent in merge.parents] == [*(-(-point // step) * step for point in points), None]
    decay = [1 - (at / 21) ** 0.5 for at in range(22)]
    assert [float(weight) for weight in merge.weights] == pytest.approx([decay[at] - decay[at + 1] for at in range(21)])
    assert sum(merge.weights) == 1


def test_nemotron3_has_one_curve_over_two_phases_and_feeds_two_lengths():
    plan = made("nemotron3_ultra")
    one, two, lc = (plan.phase(name) for name in ("p1", "p2", "lc"))
    assert (one.lr.pieces[-1].stop, two.lr.pieces[-1].start, two.lr.pieces[-1].stop) == (F("2.5e-4"), F("2.5e-4"), F("2.5e-6"))
    assert (lc.context.start, lc.context.end, lc.context.extender.name) == (8192, 2**20, "nope")
    assert lc.feeding == Feeding((2**20, 4096), (F(92, 100), F(8, 100)))
    assert {run.sequences * lc.batch.length for run in lc.batch.runs} == {25_165_824}
    early = plan.phase("early")
    assert (early.steps, plan.leaves) == (0, ("early", "lc", "windowed"))
    assert 0 <= early.seen - 10**13 < 3072 * 8192
