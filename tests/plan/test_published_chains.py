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


def made(name):
    plan, diagnostics = compile(CHAINS / f"{name}.mtr")
    assert plan is not None, [(one.id, one.message) for one in diagnostics]
    return plan


def test_llama31_stops_each_rung_when_the_needle_is_found_and_short_tasks_are_back():
    """arXiv:2407.21783, section 3.4.2: six stages, about 800B tokens. 133B are 7927.4 steps of 2^24 tokens."""
    plan = made("llama31")
    rungs = plan.phases[:6]
    assert [phase.context.end for phase in rungs] == [16_384, 32_768, 49_152, 65_536, 98_304, 131_072]
    assert [phase.batch.runs[0].sequences for phase in rungs] == [1024, 512, 341, 256, 171, 128]
    assert rungs[0].steps == 7928
    assert sum(phase.tokens for phase in rungs) == pytest.approx(800e9, rel=0.01)
    niah = Test(">=", (Term(metric="niah"), Term(F(1))))
    short = Test(">=", (Term(metric="short"), Term(metric="short", of="pretrain")))
    assert {phase.stop for phase in rungs} == {Test("and", tests=(niah, short))}
    assert {phase.certainty for phase in plan.phases} == {"bounded"}
    assert [(one.name, one.evaluator.name, one.every) for one in plan.evals] == [
        ("niah", "needle", 10**10),
        ("short", "suite", 10**10),
    ]


def test_llama31_averages_the_steps_of_a_very_short_anneal():
    """Section 3.4.3: 40M tokens, which are 2.4 steps of the 16M that table 4 gives."""
    plan = made("llama31")
    anneal = plan.phase("anneal")
    assert (anneal.steps, anneal.tokens) == (3, 50_331_648)
    assert plan.merges[0].parents == (Parent("anneal", 16_777_216), Parent("anneal", 33_554_432), Parent("anneal"))
    assert plan.merges[0].weights == (F(1, 3),) * 3
    assert [check.holds for check in plan.checks] == [True, True]


def test_minimax01_doubles_its_batch_three_times():
    """arXiv:2501.08313, section 4.2: at 69B, 790B and 4.7T, each at the next step of 2^24, 2^25 and 2^26 tokens."""
    stable = made("minimax01").phase("stable")
    assert [event.expect for event in stable.events] == [69_004_689_408, 790_022_324_224, 4_700_053_176_320]
    assert [event.test.terms[1].value for event in stable.events] == [F("1.98"), F("1.77"), F("1.58")]
    assert stable.batch.runs == (Run(4113, 2048), Run(21_488, 4096), Run(58_264, 8192), Run(18_627, 16_384))
    assert stable.tokens == 7_200_126_795_776


def test_minimax01_injects_long_answers_late_in_each_stage():
    """Table 6: short documents end at 32K, long ones begin at 128K; the last fifth of a stage has a tenth of long answers."""
    plan = made("minimax01")
    registry, (one, two, three) = installed(), plan.phases[3:]
    short, medium, long = (
        "corpus(doc.length < 32768)",
        "corpus(doc.length >= 32768 and doc.length < 131072)",
        "corpus(doc.length >= 131072)",
    )
    assert shares_at(one.mix, 0, {}, registry) == {"corpus": 1}
    middle = [shares_at(stage.mix, stage.tokens // 2, {}, registry) for stage in (one, two, three)]
    assert middle == [{short: 0.3, medium: 0.7}, {short: 0.35, medium: 0.35, long: 0.3}, {short: 0.3, medium: 0.3, long: 0.4}]
    end = shares_at(one.mix, one.tokens, {}, registry)
    assert end == pytest.approx({short: 0.27, medium: 0.63, "longqa": 0.1})
    assert [phase.context.end for phase in (one, two, three)] == [131_072, 524_288, 1_048_576]
    assert {run.sequences * phase.batch.length for phase in (one, two, three) for run in phase.batch.runs} == {134_217_728}
    decay = plan.phase("decay").lr.pieces[0]
    assert (decay.start, decay.stop, decay.by.name) == (F("1.3e-4"), F("3e-5"), "geometric")


def test_nemotron3_goes_back_from_16t_to_15t_and_decays_from_there():
    """Its report, sections 2.4 and 2.7. Steps have 3072 x 8192 tokens; 15T are 596,046.4 of them, 5T 198,682.1."""
    plan = made("nemotron3_ultra")
    one, two = plan.phase("p1"), plan.phase("p2")
    assert (one.steps, two.steps) == (635_783, 198_683)
    assert two.parents == (Parent("p1", 15_000_013_897_728),)
    assert two.seen == 20_000_035_307_520
    (up,), (down,) = one.lr.pieces, two.lr.pieces
    assert (up.start, up.stop, up.end) == (0, F("2.5e-4"), 200 * 10**9)
    assert (down.start, down.stop, down.by.name) == (F("2.5e-4"), F("2.5e-6"), "sqrt")


def test_nemotron3_reads_the_rate_that_stands_through_a_window_of_half_a_trillion_tokens():
    """21 checkpoints, 25B apart, weighted as a minus-sqrt decay: the first k weigh sqrt(k / 21) together."""
    (readout,) = (merge for merge in made("nemotron3_ultra").merges if merge.name == "readout")
    assert [parent.node for parent in readout.parents] == ["p1"] * 21
    assert [parent.at for parent in readout.parents[:2]] == [15_500_008_488_960, 15_525_023_318_016]
    assert [parent.at for parent in readout.parents[-2:]] == [15_975_013_416_960, None]
    weights = [float(weight) for weight in readout.weights]
    assert weights[:4] == pytest.approx([0.218218, 0.090389, 0.069358, 0.058471], abs=1e-6)
    assert weights[-2:] == pytest.approx([0.02471, 0.0241], abs=1e-6)
    assert sum(readout.weights) == 1


def test_nemotron3_begins_its_long_context_from_a_merged_window_and_feeds_two_lengths():
    """Section 2.5."""
    plan = made("nemotron3_ultra")
    base, lc = plan.merges[0], plan.phase("lc")
    assert (len(base.parents), base.parents[0], base.parents[-1]) == (21, Parent("p2", 4_500_026_818_560), Parent("p2"))
    assert lc.parents == (Parent("base"),)
    assert (lc.context.start, lc.context.end, lc.context.extender.name) == (8192, 1_048_576, "nope")
    assert lc.feeding == Feeding((1_048_576, 4096), (F(92, 100), F(8, 100)))
    assert {run.sequences * lc.batch.length for run in lc.batch.runs} == {25_165_824}
    assert plan.leaves == ("lc", "readout")
