"""Recipes that once ended in a traceback, in a hang, or in a plan that said something else than the recipe."""

from __future__ import annotations

import json

import pytest

from mtdsl.plan import fingerprint, from_json, to_json
from mtdsl.plan.sample import to_csv
from mtdsl.registry import installed

REST = "batch = 1 x 256, lr = 1e-3, mix = a"
TRUNK = f"phase trunk {{ steps = 10, context = 256, {REST} }}\n"
NEXT = TRUNK + f"phase x {{ steps = 4, {REST} }}\n"
START = f"start s {{ tokens = 1B, context = 256, lr = 1e-3 }}\nphase x {{ steps = 4, {REST} }}\nflow s -> x\n"
PART = "steps = 2, batch = 1 x 256, context = 256, lr = 1e-3"
DEEP = "".join(f"let x{n} = x{n - 1}\n" if n else "let x0 = 1\n" for n in range(1500))
RAMP = TRUNK.replace("steps = 10", "tokens = 15T").replace("1 x 256", "1 x 256 -> 4 x 256 over 10T")


@pytest.mark.parametrize(
    ("text", "id"),
    [
        (f"phase p {{ tokens = p.tokens, context = 256, {REST} }}\n", "value-cycle"),
        ("phase p { steps = 2, context = 256, batch = 1 x 256, mix = a, lr = p.lr.end }\n", "value-cycle"),
        (f"phase p {{ epochs = -1, context = 256, {REST} }}\n", "unit-mismatch"),
        ("data x { tokens = 1M, size = 3 }\nphase p { epochs = 1, context = 256, batch = 1 x 256, lr = 1, mix = x }\n",
         "unknown-key"),
        (f"data x like y {{ }}\ndata y like x {{ }}\nphase p {{ {PART}, mix = x }}\n", "like-cycle"),
        (TRUNK + f"phase x for k in [] {{ steps = 1, {REST} }}\nphase y like x {{ }}\nflow trunk -> x -> y\n", "empty-list"),
        (TRUNK + f"phase x for k in [2 * trunk.steps] {{ steps = k, {REST} }}\nflow trunk -> x\n", "not-supported-yet"),
        (f"phase p {{ {PART}, mix = a, clip = 1e80 * 1e80 }}\n", "number-too-large"),
        (DEEP + f"phase p {{ {PART}, mix = a, clip = x1499 }}\n", "too-deep"),
        (RAMP, "batch-moves-long"),
        (f"phase p {{ {PART}, mix = a }}\nmerge m = config(x = 3)\nphase q {{ steps = 1, {REST} }}\nflow p -> m -> q\n",
         "unknown-plugin"),
    ],
)  # fmt: skip
def test_what_cannot_be_worked_out_is_named(found, text, id):
    made, diagnostics = found(text)
    assert made is None
    assert diagnostics[0].id == id


@pytest.mark.parametrize(
    ("text", "id"),
    [
        (TRUNK.replace("steps = 10", "steps = 10, steps = 12"), "declared-twice"),
        ("seed = 1\nseed = 2\n" + TRUNK, "declared-twice"),
        (f"data x {{ tokens = 1M, tokens = 2M }}\nphase p {{ {PART}, mix = x }}\n", "declared-twice"),
        (NEXT + "flow trunk -> x\ntransition trunk -> x { optimizer = keep }\ntransition trunk -> x { optimizer = reset }\n",
         "declared-twice"),
        (TRUNK.replace("steps = 10", "steps = 10, warmpu = none"), "unknown-key"),
        (TRUNK.replace("steps = 10", "steps = 10, seed = 5 steps"), "unit-mismatch"),
        (TRUNK.replace("1 x 256", "-5 tokens"), "unit-mismatch"),
        (TRUNK.replace("steps = 10", "steps = 10, clip = -1"), "unit-mismatch"),
        (TRUNK.replace("steps = 10", "steps = 10, warmup = -5%"), "unit-mismatch"),
        (TRUNK.replace("lr = 1e-3", "lr = 1e-3 until 5 steps"), "pieces-miss-phase"),
        (NEXT + "flow trunk.att(50%) -> x\nflow trunk\n", "plugin-argument"),
        (NEXT.replace("steps = 4", "steps = 4, context = 256") + "flow trunk -> x.at(50%)\n", "flow-ends-inside"),
        (TRUNK + "merge m = average(trunk.last(2, every = 1 steps))\nflow trunk\n", "merge-unreached"),
        (NEXT + "flow trunk -> x\ntransition trunk -> x { lr = rewarm }\n", "rewarm-without-warmup"),
        (START + "transition s -> x { optimizer = keep(x) }\n", "not-upstream"),
        (START.replace("1B", "5 steps"), "unit-mismatch"),
        (f"let n = 3\nphase p {{ {PART}, mix = a, clip = n.size }}\n", "unknown-name"),
        (f"mix n = natural(a, b) with {{ a = 20% }}\nphase p {{ {PART}, mix = n }}\n", "not-a-mix"),
        (TRUNK + f"phase x for k, k in [[1, 2]] {{ steps = k, {REST} }}\nflow trunk -> x\n", "declared-twice"),
        (TRUNK + "phase x for k in [1, 2] { steps = k, batch = 1 x 256, mix = a, lr = 2e-3 }\nflow trunk -> x\n", "lr-jump"),
    ],
)  # fmt: skip
def test_what_would_be_ignored_is_one_mistake(wrong, text, id):
    assert wrong(text).id == id


def test_a_chain_may_be_long(plan):
    names = [f"p{n}" for n in range(600)]
    text = TRUNK + "".join(f"phase {name} {{ steps = 2, {REST} }}\n" for name in names)
    assert plan(text + f"flow trunk -> {' -> '.join(names)}\n").phases[-1].origin == (10 + 2 * 599) * 256


def test_an_edge_may_leave_from_any_rung(plan):
    text = """
phase ctx for n in 512 -> 1k { steps = 2, batch = 1024 tokens, lr = 1e-3, mix = a, context = -> n by rope(theta = 1M) }
phase probe { steps = 2, batch = 1024 tokens, lr = 1e-3, mix = a }
flow trunk -> ctx
flow ctx[512] -> probe
"""
    assert plan(TRUNK + text).phase("probe").parents[0].node == "ctx[512]"


def test_a_share_of_a_rate_is_a_rate(plan):
    text = "phase x { steps = 4, batch = 1 x 256, mix = a, lr = -> trunk.lr.end * 10% }\nflow trunk -> x\n"
    assert float(plan(TRUNK + text).phase("x").lr.pieces[0].stop) == 1e-4


def test_a_share_of_a_merge_may_have_a_name(plan):
    text = "let w = 90%\nmerge m = w * trunk + (100% - w) * x\nflow trunk -> x -> m\n"
    assert [float(weight) for weight in plan(NEXT + text).merges[0].weights] == [0.9, 0.1]


def test_with_fixes_the_source_that_a_name_stands_for(plan):
    made = plan(f"let z = a\nmix n = c with {{ z = 20% }}\nphase p {{ {PART}, mix = n }}\n")
    assert {name: float(share) for name, share in made.phases[0].mix.pieces[0].start.shares.items()} == {"a": 0.2, "c": 0.8}


def test_a_source_like_one_that_is_a_call(plan):
    made = plan(f"data x like a {{ tokens = 1M }}\nphase p {{ {PART}, mix = 50% * a + 50% * x }}\n")
    assert made.sources[0].source == made.sources[1].source


def test_text_that_looks_like_a_ratio_stays_text(plan):
    made = plan(f'data x = text(path = "1/3")\nphase p {{ {PART}, mix = x }}\n')
    assert from_json(json.loads(json.dumps(to_json(made)))) == made


def test_a_file_used_on_two_ways_is_one_file(plan):
    files = {
        "base.mtr": 'param s = 30%\ndata w = text(path = "w")\ndata v = text(path = "v")\n',
        "one.mtr": 'use "base.mtr" (w, v, s)\nmix one = s * w + (100% - s) * v\n',
        "two.mtr": 'use "base.mtr" (w)\nmix two = w\n',
    }
    text = f"""
    use "base.mtr" (s)
    use "one.mtr" (one)
    use "two.mtr" as lib
    phase p {{ {PART}, mix = 50% * one + 50% * lib.two }}
    """
    for sets, share in (({}, 0.65), ({"s": "60%"}, 0.8)):
        assert float(plan(text, files=files, sets=sets).phases[0].mix.pieces[0].start.shares["w"]) == share


def test_a_name_for_a_call_takes_other_parameters(plan):
    text = """
let stretch = yarn(factor = 2)
phase x for n, k in [[512, 4], [1k, 8]] {
    steps = 2, batch = 1024 tokens, lr = 1e-3, mix = a, context = -> n by stretch(factor = k)
}
flow trunk -> x
"""
    assert [int(phase.context.extender.params["factor"]) for phase in plan(TRUNK + text).phases[1:]] == [4, 8]


def test_a_rule_over_shares_of_sources_without_sizes_is_unknown(plan):
    made = plan(f"mix m = 50% * a + 50% * b\nphase p {{ {PART}, mix = m by temperature(tau = 2) }}\n")
    assert to_json(made)["phases"][0]["mix"]["start"] is None
    assert "mix.a" in to_csv(made, 3, installed())


def test_a_trunk_that_is_cut_at_one_step_is_the_same_however_long_it_was(plan):
    short = plan(NEXT + "flow trunk.at(5 steps) -> x\n")
    long = plan(NEXT.replace("steps = 10", "steps = 20") + "flow trunk.at(5 steps) -> x\n")
    assert fingerprint(short) == fingerprint(long)
    ramp = NEXT.replace("1 x 256", "1 x 256 -> 8 x 256 over 100%", 1).replace("steps = 10", "tokens = 100_000")
    last = to_json(plan(ramp + "flow trunk.at(4 steps) -> x\n"))["phases"][0]["batch"]
    assert (last["runs"], last["end"]["sequences"]) == ([{"steps": 4, "sequences": 1}], 1)


def test_the_point_at_the_end_is_the_end(plan):
    assert fingerprint(plan(NEXT + "flow trunk.at(100%) -> x\n")) == fingerprint(plan(NEXT + "flow trunk -> x\n"))


def test_what_leaves_a_whole_recipe_behind_does_not_hide_the_rest(found):
    made, told = found(f"let n = 2\nlet n = 3\nphase p {{ {PART}, mix = aa, clip = n }}\n")
    assert (made, [one.id for one in told]) == (None, ["declared-twice", "unknown-name"])
