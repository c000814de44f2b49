"""Published chains to plans, whose numbers are those of the released scripts and reports (named in each test)."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import pytest

from mtdsl.plan import compile, from_json, to_json
from mtdsl.plan.curves import params_at, rate_of_step, scalar_at, shares_at
from mtdsl.plan.model import Parent
from mtdsl.plan.steps import step_at, tokens_before
from mtdsl.plan.views import known
from mtdsl.registry import installed

CHAINS = Path(__file__).parents[1] / "lang" / "chains"
B, T = 10**9, 10**12


def made(name):
    plan, diagnostics = compile(CHAINS / f"{name}.mtr")
    assert plan is not None, [(one.id, one.message) for one in diagnostics]
    assert [one.id for one in diagnostics if one.severity != "note"] == []
    return plan


def rate(phase, tokens):
    return rate_of_step(phase, step_at(phase, tokens), installed())


@pytest.mark.parametrize("path", sorted(CHAINS.glob("*.mtr")), ids=lambda path: path.stem)
def test_every_chain_is_a_plan_that_survives_json(path):
    plan = made(path.stem)
    assert from_json(to_json(plan)) == plan


def test_apertus_switches_its_mask_off_on_the_last_rung():
    """swiss-ai/pretrain-code: long_context/training_scripts/8B."""
    plan = made("apertus")
    assert [phase.steps for phase in plan.phases] == [9350, 6930, 7000, 3480]
    assert [round(phase.tokens / B, 1) for phase in plan.phases] == [78.4, 58.1, 58.7, 29.2]
    assert {phase.batch.runs[0].sequences * phase.batch.length for phase in plan.phases} == {8_388_608}
    assert [int(phase.context.extender.params["theta"]) for phase in plan.phases] == [10**6, 2 * 10**6, 4 * 10**6, 12 * 10**6]
    assert [phase.mask for phase in plan.phases] == ["document"] * 3 + ["none"]
    assert [(phase.lr.warmup.steps, phase.transition.lr) for phase in plan.phases] == [(150, "restart")] * 4
    assert [parent.node for phase in plan.phases for parent in phase.parents] == ["base", "ctx[8k]", "ctx[16k]", "ctx[32k]"]
    shares = [phase.mix.pieces[0].stop.shares["phase5"] for phase in plan.phases]
    assert shares == [F("0.71"), F("0.709"), F("0.739"), F("0.708")]  # data_preprocess/mixture_stats


def test_deepseek_v3_moves_five_things_at_their_own_times():
    """arXiv:2412.19437, sections 4.2 and 4.3."""
    plan = made("deepseek_v3")
    registry, phase = installed(), plan.phase("pretrain")
    sizes = [run.sequences for run in phase.batch.runs]
    assert (sizes[0], sizes[-1], sizes == sorted(sizes)) == (3072, 15360, True)
    assert all(size % 96 == 0 for size in sizes)
    ramp = sum(run.steps * run.sequences for run in phase.batch.runs[:-1]) * 4096
    assert 469 * B <= ramp < 469 * B + 15360 * 4096
    assert rate_of_step(phase, 2000, registry) == 2.2e-4
    assert [rate(phase, at) for at in (9 * T, 14.4 * T, 14.7 * T)] == pytest.approx([2.2e-4, 2.2e-5, 7.3e-6])
    assert rate(phase, 12.15 * T) == pytest.approx((2.2e-4 + 2.2e-5) / 2, rel=1e-4)
    moved = [params_at(phase.objective.params, at, registry) for at in (9 * T, 11 * T, 14.5 * T)]
    assert [(one["mtp"], one["router_bias"]) for one in moved] == [
        (F(3, 10), F(1, 1000)),
        (F(1, 10), F(1, 1000)),
        (F(1, 10), 0),
    ]
    assert phase.scalars["fim"].pieces[0].stop == F(1, 10)
    ctx = plan.phases[1:]
    assert [(one.steps, one.tokens) for one in ctx] == [(1000, 62_914_560_000)] * 2
    assert [(one.context.start, one.context.end) for one in ctx] == [(4096, 32768), (32768, 131072)]
    assert {(one.context.extender.params["factor"], one.context.extender.params["original"]) for one in ctx} == {(40, 4096)}


def test_deepseek_v32_trains_the_indexer_alone_first():
    """DeepSeek-V3.2-Exp report, section 2.2."""
    indexer, sparse = made("deepseek_v32").phases
    assert (round(indexer.tokens / B, 1), round(sparse.tokens / B, 1)) == (2.1, 943.7)
    assert (indexer.train, indexer.objective.name, indexer.objective.params) == (("*.indexer.*",), "kl", {"to": "attention"})
    assert (sparse.train, sparse.objective.name) == ((), "next_token")
    assert (sparse.objective.params["indexer"], sparse.objective.params["top_k"]) == ("detached", 2048)
    assert [phase.transition.optimizer for phase in (indexer, sparse)] == ["reset", "reset"]


def test_glm45_draws_one_cosine_over_five_phases():
    """arXiv:2508.06471, section 2.4."""
    plan = made("glm45")
    first, *_, last = plan.phases
    assert [(run.sequences * 4096) / 2**20 for run in (first.batch.runs[0], first.batch.runs[-1])] == [16, 64]
    assert rate(first, 100 * B) == pytest.approx(2.5e-4, rel=1e-3)
    assert rate_of_step(last, last.steps - 1, installed()) == pytest.approx(2.5e-5, rel=1e-3)
    middle = (last.seen - 100 * B) // 2 + 100 * B
    assert rate(first, middle) == pytest.approx((2.5e-4 + 2.5e-5) / 2, rel=1e-3)
    assert [phase.packing.name for phase in plan.phases] == ["concat", "concat", "best_fit", "best_fit", "best_fit"]
    assert [phase.context.end // 1024 for phase in plan.phases] == [4, 4, 32, 32, 128]
    assert last.seen / T == pytest.approx(23.1, abs=0.001)
    heads = [params_at(phase.objective.params, 0, installed()) for phase in plan.phases]
    assert [(one["mtp"], one["router_bias"]) for one in heads] == [(F(3, 10), F(1, 1000))] + [(F(1, 10), 0)] * 4


def test_marin_grows_its_batch_and_goes_up_again():
    """marin: docs/reports/marin-8b-retro.md."""
    plan = made("marin_8b")
    registry, phases = installed(), {phase.name: phase for phase in plan.phases}
    kestrel = phases["kestrel"]
    rates = {
        step: rate_of_step(kestrel, step, registry) for step in (0, 8999, 9500, 10_000, 199_999, 217_999, 219_000, 220_000)
    }
    assert rates == pytest.approx(
        {0: 1e-3, 8999: 1e-3, 9500: 5e-4, 10_000: 1e-3, 199_999: 1e-6, 217_999: 1e-3, 219_000: 5e-4, 220_000: 1e-3}
    )
    assert [phases[name].batch.runs[0].sequences for name in ("kestrel", "ocelot", "starling")] == [1024, 3072, 4096]
    assert phases["jellyfish"].tokens == pytest.approx(1.0 * T, rel=1e-3)
    phoenix = phases["phoenix"]
    assert tokens_before(phoenix, 2000) == pytest.approx(25.2 * B, rel=2e-3)
    assert [rate_of_step(phoenix, step, registry) for step in (0, 1000, 2000)] == pytest.approx([1.7e-4, 9.35e-4, 1.7e-3])
    bridge, after = phoenix.mix.pieces
    assert (bridge.stop.rules[0].mixer.name, bridge.end, after.stop.rules) == ("natural", tokens_before(phoenix, 2000), ())
    assert [float(phases[name].scalars["z_loss"].pieces[0].stop) for name in ("starling", "deeper")] == [1e-4, 1e-4]
    assert {
        (float(one.scalars["weight_decay"].pieces[0].stop), float(one.scalars["ema"].pieces[0].stop)) for one in plan.phases
    } == {(0.05, 0.995)}
    assert plan.phases[-1].seen / T == pytest.approx(12.7, abs=0.1)


def test_octothinker_goes_on_from_llama_and_forks_three_ways():
    """arXiv:2506.20512: 50,000 steps of 512 x 8192 at a rate that stands, then 20B a branch, 30 % of it question answering."""
    plan = made("octothinker")
    stable, *branches = plan.phases
    assert plan.starts[0].weights == "meta-llama/Llama-3.2-3B"
    assert (stable.tokens, stable.feeding.lengths) == (209_715_200_000, (8192,))
    assert [phase.name for phase in branches] == ["branch[long_cot]", "branch[short_cot]", "branch[hybrid_cot]"]
    assert [phase.name for phase in branches] == list(plan.leaves)
    ends = {(float(piece.start), float(piece.stop), piece.by.name) for phase in branches for piece in phase.lr.pieces}
    assert ends == {(2e-5, 2e-6, "cosine")}
    assert {shares_at(phase.mix, 0, {}, installed())["qa"] for phase in branches} == {0.3}


def test_olmo2_13b_souped_from_four_anneals():
    """OLMo: configs/official-1124/OLMo2-13B-stage2-seed*.yaml, whose `stop_at` is ten steps more."""
    plan = made("olmo2_13b")
    assert [phase.steps + 10 for phase in plan.phases] == [11_931] * 3 + [35_773]
    assert [phase.seed for phase in plan.phases] == [1110, 2662, 6209, 2662]
    assert {float(phase.lr.pieces[0].start) for phase in plan.phases} == {9e-5}
    # `restore_dataloader: false`, and no `reset_optimizer_state`
    assert {(phase.transition.optimizer, phase.transition.data) for phase in plan.phases} == {("keep", "fresh")}
    assert plan.merges[0].weights == (F(1, 4),) * 4
    assert all(check.holds for check in plan.checks)


def test_olmo3_7b_plans_its_cosine_anew():
    """OLMo-core: src/scripts/official/OLMo3."""
    plan = made("olmo3_7b")
    five, seven, mid, long = plan.phases
    assert five.steps + seven.steps == 1_413_814
    assert seven.seen / T == pytest.approx(5.93, abs=0.005)
    assert rate_of_step(seven, 0, installed()) == pytest.approx(1.65e-4, rel=1e-2)
    assert (mid.steps, float(mid.lr.pieces[0].start), mid.seed) == (47_684, 2.0712352850360292e-4, 1337)
    assert (long.lr.warmup.steps, long.context.end, long.packing.name, long.mask) == (200, 65536, "best_fit", "document")
    assert (long.context.extender.params["factor"], long.context.extender.params["layers"]) == (8, "full")
    assert long.mix.pieces[0].stop.shares == {"longmino": F(34, 100), "dolmino": F(66, 100)}


def test_qwen_mixes_long_and_short_documents_by_rung():
    """Qwen2.5-1M, arXiv:2501.15383, section 3.2."""
    plan = made("qwen25_1m")
    views = {source.name: source for source in plan.sources}
    assert len(views) == 6
    for phase, window, theta in zip(plan.phases, (2**16, 2**17, 2**18), (10**6, 5 * 10**6, 10**7), strict=True):
        assert (phase.context.end, phase.context.extender.params["theta"]) == (window, theta)
        long, short = phase.mix.pieces[0].stop.shares.items()
        assert (long[1], short[1]) == (F(3, 4), F(1, 4))
        assert known(views[long[0]].where) == ((window, None),)
        assert known(views[short[0]].where) == ((0, window),)


def test_smollm3_has_one_schedule_over_three_stages_and_merges_an_earlier_checkpoint():
    """smollm: text/pretraining/smollm3/*.yaml."""
    plan = made("smollm3")
    phases = {phase.name: phase for phase in plan.phases}
    steps = {run.sequences * one.batch.length for one in plan.phases if one.batch for run in one.batch.runs}
    assert steps == {2_359_296}
    decay = phases["decay"]
    assert decay.seen == 4_720_000 * 2_359_296
    assert [rate_of_step(phases["stable"], step, installed()) for step in (1000, 2000)] == pytest.approx([1e-4, 2e-4])
    assert [rate_of_step(decay, step, installed()) for step in (0, 261_000)] == pytest.approx([2e-4, 1e-4])
    assert [round(phases[name].tokens / B, 1) for name in ("ctx32k", "ctx64k", "reason")] == [47.2, 51.9, 140.0]
    assert scalar_at(phases["ctx64k"].lr, phases["ctx64k"].tokens, installed()) == 0
    stage3 = decay.mix.pieces[0].stop.shares
    assert (stage3["pes2o"], stage3["instruct"]) == (F("0.2") / F("100.565"), F("1.81") / F("100.565"))
    lc64 = phases["ctx64k"].mix.pieces[0].stop.shares
    assert [round(100 * lc64[name], 4) for name in ("reasoning", "chat", "wiki_mcq", "code_sft")] == [8, 1, 4, 2]
    soup, final = plan.merges
    assert [parent.node for parent in soup.parents] == ["reason"] * 3
    assert (final.parents, final.weights) == ((Parent("soup"), Parent("ctx64k")), (F(9, 10), F(1, 10)))
    serve = phases["serve"]
    assert (serve.steps, serve.context.end, plan.leaves) == (0, 131072, ("serve",))
