"""Mixtures whose steps take turns, in a plan: how often, from where on, and what is no turn."""

from dataclasses import dataclass

import pytest

from mtdsl.plan import compile
from mtdsl.plan.document import from_json, to_json
from mtdsl.plan.fingerprint import fingerprint
from mtdsl.registry import Entry, Mixer, Registry, installed
from mtdsl.view import svg, text

HEAD = """recipe r
model = llama(layers = 2, width = 64, heads = 4)
data web { tokens = 1M, max_epochs = 3 }
data code { tokens = 1M }
data math { tokens = 1M }
mix base { web = 75%, code = 25% }
context = 256
batch = 10 x 256
lr = 1e-3
"""


@pytest.fixture
def made(tmp_path):
    def compiled(body, registry=None):
        path = tmp_path / "r.mtr"
        path.write_text(HEAD + body)
        return compile(path, {}, registry or installed())

    return compiled


@pytest.fixture
def plan(made):
    def compiled(body, registry=None):
        plan, found = made(body, registry)
        assert plan is not None, found
        return plan

    return compiled


TURNS = "phase p { steps = 50, mix = alternate(base, math, shares = [92%, 8%]) }\n"


def test_shares_are_the_mean_and_tokens_are_counted_by_step(plan):
    body = to_json(plan(TURNS))
    assert body["phases"][0]["mix"]["start"] == pytest.approx({"web": 0.69, "code": 0.23, "math": 0.08})
    assert {one["name"]: one["tokens"] for one in body["sources"]} == {
        "web": 46 * 2560 * 3 // 4,
        "code": 46 * 2560 // 4,
        "math": 4 * 2560,
    }


def test_of_ten_steps_one_is_the_others(plan):
    body = to_json(plan(TURNS.replace("50", "10")))
    assert next(one["tokens"] for one in body["sources"] if one["name"] == "math") == 2560


def test_a_phase_goes_on_with_the_turn_that_comes_next(plan):
    more = "phase q like p { steps = 9 }\nphase r like p { steps = 9 }\ntransition q -> r { data = fresh }\nflow p -> q -> r"
    made = plan(TURNS.replace("50", "33") + more)
    assert [phase.mix.pieces[0].stop.rules[0].turn for phase in made.phases] == [0, 8, 0]
    assert from_json(to_json(made)) == made


def test_a_branch_goes_on_from_where_it_leaves(plan):
    more = "phase q like p { steps = 9 }\nflow p.at(40%) -> q"
    assert plan(TURNS + more).phases[1].mix.pieces[0].stop.rules[0].turn == 20


def test_the_fingerprint_tells_turns_from_their_mean(plan):
    mean = "92% * base + 8% * math"
    prints = [fingerprint(plan(TURNS.replace("alternate(base, math, shares = [92%, 8%])", mix))) for mix in ALIKE]
    assert prints[0] == prints[1]
    assert fingerprint(plan(TURNS.replace("alternate(base, math, shares = [92%, 8%])", mean))) != prints[0]


ALIKE = ("alternate(base, math, shares = [92%, 8%])", "alternate(75% * web + 25% * code, math, shares = [0.92, 0.08])")


def test_every_view_says_that_steps_take_turns(plan):
    made = plan(TURNS)
    said = "steps take turns: alternate(92% of steps 75% web + 25% code, 8% of steps 100% math)"
    assert said in " ".join(text.render(made, installed(), width=140, color=False).split())
    assert said in svg.render(made, installed())


def test_a_turn_may_stand_under_a_rule(plan):
    body = to_json(plan("phase p { steps = 50, mix = alternate(base by temperature(tau = 2), math) }"))
    share = 0.75**0.5 / (0.75**0.5 + 0.25**0.5) / 2
    assert body["phases"][0]["mix"]["start"] == pytest.approx({"web": share, "code": 0.5 - share, "math": 0.5})


def test_a_size_that_one_turn_needs_leaves_the_others_known(plan):
    body = to_json(plan('data raw = text(path = "x")\nphase p { steps = 50, mix = alternate(natural(web, raw), math) }'))
    assert body["phases"][0]["mix"]["start"] is None
    assert {one["name"]: one["tokens"] for one in body["sources"]} == {"web": None, "raw": None, "math": 25 * 2560}


def test_epochs_count_the_turns(made):
    assert made("phase p { epochs = 4, mix = alternate(web, math) }")[0] is None
    plan, found = made("phase p { steps = 2300, mix = alternate(web, math) }")
    assert plan is not None, found
    _, found = made("phase p { steps = 2400, mix = alternate(web, math) }")
    assert "source-epochs" in [one.id for one in found]


@pytest.mark.parametrize(
    ("mix", "id", "said"),
    [
        ("alternate(base, math, shares = [92%, 9%])", "plugin-argument", "sum to 101 %"),
        ("alternate(base, math, shares = [100%])", "plugin-argument", "2 mixtures take turns"),
        ("alternate(base, math, shares = [100%, 0%])", "plugin-argument", "must be more than 0"),
        ("alternate(base, alternate(math, code))", "not-a-mix", "takes turns itself"),
        ("base by alternate", "not-a-mix", "weighs no mixture"),
        ("turns by temperature(tau = 2)\nmix turns = alternate(web, math)", "not-a-mix", "would not take the turns"),
        ("alternate(base -> math, code)", "not-a-mix", "mixtures that stand still"),
        ("alternate()", "plugin-argument", ""),
    ],
)
def test_what_is_no_turn(made, mix, id, said):
    head, _, tail = mix.partition("\n")
    _, found = made(f"phase p {{ steps = 50, mix = {head} }}\n{tail}")
    assert [(one.id, said in one.message) for one in found if one.severity == "error"] == [(id, True)]


def registered(factory):
    """The installed techniques, and a mixer of another package."""
    entry = Entry(Mixer("blocks", f"{__name__}:{factory.__name__}"), "acme", "1")
    known = installed()
    return Registry({**known.entries, (Mixer.kind, "blocks"): (entry,)})


def test_another_package_may_give_turns(plan):
    body = to_json(plan("phase p { steps = 8, mix = blocks(base, math, of = 2) }", registered(Blocks)), registered(Blocks))
    assert next(one["tokens"] for one in body["sources"] if one["name"] == "math") == 4 * 2560


def test_an_order_that_leaves_one_out_is_no_order(made):
    _, found = made("phase p { steps = 8, mix = blocks(base, math) }", registered(Lacking))
    assert [(one.id, "gives [0]" in one.message) for one in found] == [("plugin-failed", True)]


@dataclass(frozen=True)
class Blocks:
    """So many steps of each."""

    of: int = 1

    def turns(self, mixtures):
        return [at for at in range(mixtures) for _ in range(self.of)]


@dataclass(frozen=True)
class Lacking:
    def turns(self, mixtures):
        return [0]
