"""Merges by what was measured, of checkpoints that the merger declares, and inside each other."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from mtdsl.plan import from_json, to_json
from mtdsl.plan.model import Parent, Plugin

REST = "batch = 1 x 256, lr = 1e-3, mix = a"
TRUNK = f"""
eval niah = needle()
eval held = loss([a])
context = 256
phase trunk {{ steps = 1000, {REST} }}
phase anneal for order in [1, 2] {{ steps = 4, {REST}, seed = order }}
transition trunk -> anneal {{ data = fresh }}
flow trunk -> anneal
"""
STEP = 256


def merged(text):
    """A recipe with the merge `soup`, reached from one of its parents."""
    return TRUNK + f"merge soup = {text}\nflow {'trunk' if 'trunk' in text else 'anneal[1]'} -> soup\n"


@pytest.fixture
def soup(plan):
    """The merge `soup` of this expression."""
    return lambda text: plan(merged(text)).merges[0]


@pytest.mark.parametrize("by", ["niah", "loss", "held.a"])
def test_what_was_measured_decides(soup, by):
    merge = soup(f'pick(anneal, by = {by}, best = "lowest")')
    assert merge.merger == Plugin("pick", {"by": by, "best": "lowest"})
    assert (merge.parents, merge.weights) == ((Parent("anneal[1]"), Parent("anneal[2]")), ())
    assert (merge.seen, merge.spent) == (1004 * STEP, 1008 * STEP)


@pytest.mark.parametrize("chooses", ["pick", "greedy"])
@pytest.mark.parametrize(
    ("by", "best"), [("niah", "highest"), ("loss", "lowest"), ("held", "lowest"), ("held.a", "lowest"), ("odd", "lowest")]
)
def test_which_value_is_best_says_what_measures_it(plan, chooses, by, best):
    made = plan("eval odd = perplexity([a])\n" + merged(f"{chooses}(anneal, by = {by})"))
    assert made.merges[0].merger == Plugin(chooses, {"by": by, "best": best})


def test_where_nothing_says_which_value_is_best_the_recipe_has_to(wrong, soup):
    found = wrong(merged("pick(anneal, by = grad_norm)"))
    said = "`pick` needs `best`: nothing says which value of `grad_norm` is better"
    assert (found.id, found.message) == ("plugin-argument", said)
    assert found.help == 'write `best = "lowest"` or `best = "highest"`'
    assert soup('pick(anneal, by = grad_norm, best = "highest")').merger.params["best"] == "highest"


def test_a_pick_looks_at_checkpoints_too(soup):
    points = tuple(Parent("trunk", None if step == 1000 else step * STEP) for step in (900, 950, 1000))
    assert soup("pick(trunk.last(3, every = 50 steps), by = loss)").parents == points


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("50% * average(anneal[1], anneal[2]) + 50% * trunk", (F(1, 4), F(1, 4), F(1, 2))),
        ("average(average(anneal), trunk)", (F(1, 4), F(1, 4), F(1, 2))),
        ("average(anneal, trunk)", (F(1, 3), F(1, 3), F(1, 3))),
        ("average(anneal, trunk.end)", (F(1, 3), F(1, 3), F(1, 3))),
        ("average(anneal, 50% * anneal[1] + 50% * trunk)", (F(1, 2), F(1, 3), F(1, 6))),
        ("80% * (50% * anneal[1] + 50% * anneal[2]) + 20% * trunk", (F(2, 5), F(2, 5), F(1, 5))),
    ],
)
def test_sums_and_averages_multiply_out(soup, text, weights):
    merge = soup(text)
    assert [parent.node for parent in merge.parents] == ["anneal[1]", "anneal[2]", "trunk"]
    assert merge.weights == weights


def test_a_merger_declares_its_checkpoints(soup):
    merge = soup("wsm(trunk, window = 128_000 tokens, every = 25_600 tokens, shape = sqrt)")
    steps = [500, 600, 700, 800, 900]
    assert merge.parents == (*(Parent("trunk", step * STEP) for step in steps), Parent("trunk"))
    assert [float(weight) for weight in merge.weights] == pytest.approx(
        [0.408248, 0.169102, 0.129757, 0.10939, 0.096374, 0.087129], abs=1e-6
    )
    assert sum(merge.weights) == 1


def test_checkpoints_are_counted_in_steps_and_shares_from_the_phase_s_end(soup):
    steps = soup("wsm(trunk, window = 500 steps, every = 100 steps, shape = sqrt)")
    assert steps == soup("wsm(trunk, window = 128_000 tokens, every = 25_600 tokens, shape = sqrt)")
    assert steps == soup("wsm(trunk, window = 50%, every = 10%, shape = sqrt)")


def test_averages_of_the_latest_checkpoints(soup):
    points = (Parent("trunk", 900 * STEP), Parent("trunk", 950 * STEP), Parent("trunk"))
    mean, moving = (
        soup("lawa(trunk, count = 3, every = 50 steps)"),
        soup("ema(trunk, count = 3, every = 50 steps, decay = 0.9)"),
    )
    assert mean.parents == moving.parents == points
    assert mean.weights == (F(1, 3), F(1, 3), F(1, 3))
    assert moving.weights == (F(81, 100), F(9, 100), F(1, 10))


@pytest.mark.parametrize("base", ["trunk", "trunk.at(50%)", "anneal[1]"])
def test_a_base_is_the_first_parent_and_has_no_share(plan, base):
    made = plan(merged(f"ties(anneal, base = {base}, density = 0.2)"))
    merge = made.merges[0]
    first = Parent("trunk", 500 * STEP) if "at" in base else Parent(base)
    assert merge.parents == (first, Parent("anneal[1]"), Parent("anneal[2]"))
    assert (merge.weights, merge.based) == ((0, F(1, 2), F(1, 2)), True)
    assert merge.merger == Plugin("ties", {"density": F(1, 5), "scale": 1})
    assert from_json(to_json(made)) == made


def test_models_of_a_merger_may_have_shares(soup):
    assert soup("slerp(70% * anneal[1], 30% * trunk)").weights == (F(7, 10), F(3, 10))
    assert soup("dare(70% * anneal[1], 30% * anneal[2], base = trunk, density = 10%)").weights == (0, F(7, 10), F(3, 10))
    assert soup("slerp(anneal)").weights == (F(1, 2), F(1, 2))


def test_a_soup_is_chosen_by_what_is_measured(soup):
    merge = soup('greedy(anneal, trunk, by = held, best = "lowest")')
    assert (len(merge.parents), merge.weights, merge.based) == (3, (), False)


def test_declared_checkpoints_are_at_whole_steps(soup):
    merge = soup("wsm(trunk, window = 25_700 tokens, every = 25_700 tokens)")
    assert merge.parents == (Parent("trunk", 900 * STEP), Parent("trunk"))


@pytest.mark.parametrize(
    ("text", "id", "says"),
    [
        ("wsm(trunk, window = 1M, every = 25_600 tokens)", "plugin-argument", "the window is 1,000,000 tokens"),
        ("wsm(trunk, window = 10_000 tokens, every = 100 tokens)", "plugin-argument", "less than a step of 256"),
        ("wsm(anneal, window = 600 tokens, every = 300 tokens)", "plugin-argument", "one phase is expected"),
        ("wsm(trunk, trunk, window = 600 tokens, every = 300 tokens)", "plugin-argument", "one phase is expected"),
        ("pick(anneal)", "plugin-argument", "needs `by`"),
        ("pick(anneal, by = niha)", "unknown-name", "no metric `niha`"),
        ("wsm(trunk, window = 2000 steps, every = 10 steps)", "at-past-end", "has 1,000 steps only"),
        ("lawa(trunk, count = 1, every = 10 steps)", "plugin-argument", "must be at least 2"),
        (
            "lawa(trunk, count = 3, every = 600 steps)",
            "plugin-argument",
            "3 checkpoints every 153,600 tokens reach back 307,200",
        ),
        ("ema(trunk, count = 3, every = 10 steps, decay = 1)", "plugin-argument", "more than 0 and less than 1"),
        ("ties(anneal, density = 0.2)", "plugin-argument", "needs `base`"),
        ("ties(anneal, base = anneal, density = 0.2)", "plugin-argument", "`base` is one model, not 2"),
        ("ties(anneal, base = trunk)", "plugin-argument", "needs `density`"),
        ("ties(anneal, base = trunk, density = 2)", "plugin-argument", "must be more than 0 and at most 1"),
        ("ties(anneal, base = tronk, density = 0.2)", "unknown-name", "tronk"),
        ("slerp(anneal, base = trunk)", "plugin-argument", "compares its models with no `base`"),
        ("slerp(anneal, trunk)", "plugin-argument", "there are 3"),
        ("slerp(70% * anneal[1], 20% * trunk)", "mix-not-100", "90 %"),
        ("model_stock(anneal[1], base = trunk)", "plugin-argument", "two models at least"),
        ("dare(anneal, base = trunk, density = 0.1, rescale = L1)", "plugin-argument", '"density", "norm"'),
        ("greedy(50% * anneal[1], 50% * anneal[2], by = loss)", "plugin-argument", "they have no shares"),
        ("50% * ties(anneal, base = trunk, density = 0.2) + 50% * trunk", "merge-nested", "`ties` is no sum"),
        ("pick(average(anneal), trunk, by = loss)", "merge-nested", "takes whole models"),
        ("50% * pick(anneal, by = loss) + 50% * trunk", "merge-nested", "`pick` is no sum"),
        ("average(anneal, trunk.lr)", "unknown-name", "has no `lr`"),
        ("average(anneal, trunk.start(3))", "unknown-name", "no `start`"),
        ("70% * anneal[1] + 20% * trunk", "mix-not-100", "90 %"),
    ],
)
def test_what_is_no_merge(wrong, text, id, says):
    found = wrong(merged(text))
    assert (found.id, says in found.message) == (id, True), found.message


def test_a_merge_has_no_point_inside(wrong):
    text = merged("average(anneal)") + "merge twice = average(soup.at(50%), trunk)\nflow soup -> twice\n"
    assert wrong(text).id == "at-past-end"


def test_a_checkpoint_inside_a_phase_gets_a_name(plan):
    made = plan(merged("average(anneal)") + "phase early { steps = 0 }\nflow trunk.at(30%) -> early\n")
    early = made.phase("early")
    assert (early.parents, early.steps, early.seen) == ((Parent("trunk", 300 * STEP),), 0, 300 * STEP)
    assert set(made.leaves) == {"soup", "early"}


def test_a_flow_that_ends_inside_a_phase_names_nothing(wrong):
    found = wrong(merged("average(anneal)") + "flow trunk.at(30%)\n")
    assert (found.id, "phase early { steps = 0 }" in found.help) == ("flow-ends-inside", True)


AVERAGED = f"""
context = 256
phase trunk for order in [1, 2] {{ steps = 1000, {REST}, seed = order, ema = [0 until 500 steps, 0.9] }}
flow trunk
"""


@pytest.mark.parametrize(
    ("text", "parents"),
    [
        ("trunk[1].ema", [Parent("trunk[1]", weights="ema")]),
        ("average(trunk.ema)", [Parent("trunk[1]", weights="ema"), Parent("trunk[2]", weights="ema")]),
        ("90% * trunk[1].ema + 10% * trunk[1]", [Parent("trunk[1]", weights="ema"), Parent("trunk[1]")]),
        ("10% * trunk[1] + 90% * trunk[1].ema.at(80%)", [Parent("trunk[1]"), Parent("trunk[1]", 800 * STEP, "ema")]),
        (
            "average(trunk[2].ema.last(2, every = 50 steps))",
            [Parent("trunk[2]", 950 * STEP, "ema"), Parent("trunk[2]", weights="ema")],
        ),
    ],
)
def test_averaged_weights_are_read(plan, text, parents):
    member = "trunk[1]" if "[1]" in text else "trunk[2]"
    made = plan(f"{AVERAGED}merge soup = {text}\nflow {member} -> soup\n")
    assert list(made.merges[0].parents) == parents
    assert from_json(to_json(made)) == made


def test_the_usual_weights_stand_in_no_json(plan):
    made = to_json(plan(f"{AVERAGED}merge soup = 50% * trunk[1] + 50% * trunk[1].ema\nflow trunk[1] -> soup\n"))
    assert made["merges"][0]["parents"] == [
        {"node": "trunk[1]", "at": None},
        {"node": "trunk[1]", "at": None, "weights": "ema"},
    ]


@pytest.mark.parametrize(
    ("text", "id", "says"),
    [
        ("trunk[1].ema.at(500 steps)", "ema-not-kept", "`trunk` keeps no running average"),
        ("average(inner.ema, trunk[1])", "ema-not-kept", "`inner` trains nothing"),
        ("trunk[1].emma", "unknown-name", "no `emma`"),
        ("trunk[1].emma.at(80%)", "unknown-name", "no `emma`"),
    ],
)
def test_what_is_no_average(wrong, text, id, says):
    inner = "merge inner = average(trunk)\nflow trunk -> inner -> soup\n" if "inner" in text else ""
    found = wrong(f"{AVERAGED}{inner}merge soup = {text}\nflow trunk[1] -> soup\n")
    assert (found.id, says in found.message) == (id, True), found.message


@pytest.mark.parametrize(
    ("sum", "id", "help"),
    [
        ("4k * one + two", "unit-mismatch", None),
        ("1B * one + two", "unit-mismatch", None),
        ("one + two", "mix-not-100", "100 % too much; `average(one, two)` gives each the same"),
        ("60% * one + 60% * two", "mix-not-100", "20 % too much; `average(one, two)` gives each the same"),
    ],
)
def test_what_is_no_share_of_the_weights(wrong, sum, id, help):
    chain = "context = 256\nbatch = 4 x 256\nlr = 1e-3\nmix = a\nphase one { steps = 2 }\nphase two { steps = 2 }\n"
    found = wrong(f"{chain}merge m = {sum}\nflow one -> m\nflow two -> m\n")
    assert (found.id, found.help) == (id, help)


def test_a_model_may_be_gone_away_from(plan):
    chain = "context = 256\nbatch = 4 x 256\nlr = 1e-3\nmix = a\nphase one { steps = 2 }\nphase two { steps = 2 }\n"
    made = plan(f"{chain}merge m = 150% * one + -50% * two\nflow one -> m\nflow two -> m\n")
    assert list(map(float, made.merges[0].weights)) == [1.5, -0.5]
