"""A phase flattened: what every value is, how it came, and the line it stands on."""

from pathlib import Path

import pytest

from mtdsl.plan import analyse
from mtdsl.plan.attributes import BUDGETS, PHASE
from mtdsl.view import flat, show

RECIPE = """\
recipe toy "a toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
mask = none
data web  { tokens = 35B, documents = 20M }
data code { tokens = 5B }
mix noisy { web = 90%, code = 10% }

## What all others begin with.
phase stable {
    tokens = 1M
    batch = 4 x 1k
    context = 1k
    lr = 2e-4
    warmup = 10 steps
    mix = noisy
}
phase decay like stable for order in [1, 2] {
    tokens = 500_000
    lr = -> 0 by linear
    warmup = none
    seed = order
}
merge soup = average(decay)
phase long like stable {
    steps = 3
    context = -> 4k by rope(theta = 2M)
    batch = 4 x 4k
    warmup = 1 steps
    when loss < 3 { expect = 2 steps, lr = 1e-4 }
}
phase tail { steps = 2, batch = 4 x 4k, lr = 1e-5, mix = 50% * noisy + 50% * code }
transition stable -> decay { data = fresh }
transition long -> tail { lr = restart }
eval held = perplexity(of = [web], every = 100 steps)
flow stable -> decay -> soup -> long -> tail
"""


@pytest.fixture
def shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def work(name, text=RECIPE):
        Path("toy.mtr").write_text(text)
        found = analyse(Path("toy.mtr"))
        assert found.plan is not None, found.diagnostics
        (node,) = flat.found(found.plan, name)
        return {row.attribute: row for row in flat.rows(node, found.origins)}

    return work


def line(of):
    return next(number for number, text in enumerate(RECIPE.splitlines(), 1) if of in text)


def came(row):
    return row.via, row.of, row.place


def test_each_value_says_how_it_came_and_where_it_stands(shown):
    rows = shown("decay[2]")
    assert came(rows["tokens"]) == ("written", "", f"toy.mtr:{line('500_000')}")
    assert came(rows["batch"]) == ("copied", "stable", f"toy.mtr:{line('4 x 1k')}")
    assert came(rows["mask"]) == ("recipe", "", f"toy.mtr:{line('mask')}")
    assert came(rows["packing"]) == ("default", "", "")
    assert came(rows["transition.data"]) == ("written", "", f"toy.mtr:{line('data = fresh')}")
    assert came(rows["transition.optimizer"]) == ("default", "", "")
    assert came(rows["warmup"])[0] == "written"
    assert (rows["warmup"].value, rows["seed"].value, rows["mask"].value) == ("none", "2", "none")


def test_whole_numbers_stand_beside_literals(shown):
    rows = shown("long")
    assert (rows["context"].written, rows["context"].value) == (
        "-> 4k by rope(theta = 2M)",
        "1,024 → 4,096 by rope(theta = 2_000_000)",
    )
    assert (rows["batch"].written, rows["batch"].value) == ("4 x 4k", "4 x 4,096 = 16,384 tokens a step")
    assert rows["steps"].value == "49,152 tokens in 3 steps"
    stable = shown("stable")
    assert (stable["tokens"].written, stable["tokens"].value) == ("1M", "1,003,520 tokens in 245 steps")
    assert stable["warmup"].value == "10 steps = 40,960 tokens, from 0"
    assert stable["mix"].value == "90% web + 10% code"


def test_a_value_taken_from_the_parent_is_written_out(shown):
    rows = shown("decay[1]")
    assert rows["lr"].written == "-> 0 by linear"
    assert rows["lr"].value.startswith("2e-4 → 0")
    assert rows["lr"].value.endswith("from where stable ends")


def test_what_a_parent_hands_down_is_followed_to_its_line(shown):
    rows = shown("tail")
    assert came(rows["context"]) == ("parent", "long", f"toy.mtr:{line('context = ->')}")
    assert rows["context"].value == "4,096"
    assert came(rows["seed"])[:2] == ("parent", "long")
    assert rows["mix"].value == "45% web + 55% code"


def test_events_and_their_line(shown):
    rows = shown("long")
    assert came(rows["when.0"])[0] == "written"
    assert rows["when.0"].place == f"toy.mtr:{line('when loss')}"
    assert "loss < 3, expected at 32,768 tokens: lr 1e-4" in rows["when.0"].value


def test_merges_and_sources(shown):
    assert shown("soup")["value"].value == "average of 50% decay[1] + 50% decay[2]"
    source = shown("web")
    assert (source["tokens"].value, source["tokens"].written) == ("35,000,000,000 (declared)", "35B")
    assert came(source["documents"]) == ("written", "", f"toy.mtr:{line('35B')}")
    assert (source["longest"].value, source["holdout"].value) == ("unknown", "1%")


def test_every_attribute_that_a_phase_may_have_is_shown(shown):
    rows = shown("stable")
    assert set(PHASE) - set(BUDGETS) <= rows.keys()
    unset = {name: rows[name].value for name in ("clip", "weight_decay", "ema", "z_loss", "fim", "dropout", "fim_mode")}
    assert unset == {
        "clip": "1",
        "weight_decay": "0.1",
        "ema": "0",
        "z_loss": "0",
        "fim": "0",
        "dropout": "0",
        "fim_mode": "none",
    }
    assert {rows[name].via for name in unset} == {"default"}


def test_what_nobody_said_is_no_default(shown):
    assert came(shown("soup")["context"]) == ("parent", "decay[1]", f"toy.mtr:{line('context = 1k')}")
    rows = shown("code")
    assert (rows["documents"].value.startswith("unknown"), came(rows["documents"])) == (True, ("unsaid", "", ""))
    assert came(rows["holdout"])[0] == "default"


def test_evaluations(shown):
    rows = shown("held")
    assert rows["value"].value == "perplexity(of = [web]), every 100 steps and at the end of every phase"
    assert rows["value"].via == "written"


START = """\
recipe toy "a toy"
start trunk { weights = "acme/model", tokens = 5T, context = 4k, lr = 1e-4 }
data web { tokens = 35B }
phase one { steps = 100, batch = 4 x 4k, mix = web }
phase two { steps = 100, batch = 4 x 4k, mix = web }
schedule lr over one -> two = [1e-4 until 50%, -> 0 by linear]
flow trunk -> one -> two
"""


def test_starts_and_schedules(shown):
    start = shown("trunk", START)
    assert (start["context"].value, start["tokens"].written, start["lr"].place) == ("4,096", "5T", "toy.mtr:2")
    rows = shown("two", START)
    assert (rows["lr"].via, rows["lr"].place) == ("schedule", "toy.mtr:6")
    assert rows["transition.lr"].value == "continue"


MOVING = """\
recipe toy "holds behind arrows"
start trunk { weights = "acme/model", tokens = 5T, context = 4k, lr = 1e-4 }
data web  { tokens = 35B }
data code { tokens = 5B }
batch = 4 x 4k
phase one {
    steps = 100
    lr = [-> 2e-5 over 20 steps, 2e-5 over 40 steps, 1e-5]
    mix = [web -> code over 20 steps, code until 50 steps, web]
    z_loss = [0 -> 1e-4 over 20 steps, 1e-4]
    clip = [2 until 10 steps, 1]
    ema = [0.9 until 50 steps by wsd_s(period = 20 steps, decay = 5 steps), 0.8]
}
phase two { steps = 100, mix = web }
phase three { steps = 100, mix = web }
schedule lr over two -> three = [1e-5 -> 5e-6 over 50 steps, 5e-6 until 150 steps, -> 0]
flow trunk -> one -> two -> three
"""


@pytest.mark.parametrize(
    ("phase", "attribute", "value"),
    [
        ("one", "lr", "1e-4 → 2e-5 from 0 tokens to 327,680 tokens by linear, stands at 2e-5 until 983,040 tokens"),
        (
            "one",
            "mix",
            "100% web → 100% code from 0 tokens to 327,680 tokens by linear, stands at 100% code until 819,200",
        ),
        ("one", "z_loss", "0 → 1e-4 from 0 tokens to 327,680 tokens by linear, stands at 1e-4 until 1,638,400 tokens"),
        ("one", "clip", "2 until 163,840 tokens, then 1 until 1,638,400 tokens"),
        (
            "one",
            "ema",
            "0.9 from 0 tokens to 819,200 tokens by wsd_s(period = [327_680], decay = [81_920], peaks = [1]), then 0.8",
        ),
        ("two", "lr", "1e-5 → 5e-6 from 0 tokens to 819,200 tokens by linear, stands at 5e-6 until 1,638,400 tokens"),
        ("three", "lr", "5e-6 until 819,200 tokens, then 5e-6 → 0 from 819,200 tokens to 1,638,400 tokens by linear"),
    ],
)
def test_where_an_arrow_has_landed_it_stands(shown, phase, attribute, value):
    assert shown(phase, MOVING)[attribute].value.startswith(value)


CHOSEN = """\
recipe toy "a toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
data web  { tokens = 35B, documents = 20M }
data code { tokens = 5B }
context = 1k
batch = 4 x 1k
lr = 2e-4
phase one {
    tokens    = 40_960
    mix       = odm(web, code)
    objective = next_token(mtp = [0.3 until 50%, 0.1])
    optimizer = adamw(beta2 = 0.95 -> 0.99)
}
"""


def test_shares_that_a_run_chooses_are_said_to_be(shown):
    assert shown("one", CHOSEN)["mix"].value == "100% odm(web, code), chosen while it runs by odm"
    assert shown("one", CHOSEN.replace("odm", "natural"))["mix"].value == "100% natural(web, code)"


def test_where_a_parameter_of_a_technique_moves(shown):
    found = shown("one", CHOSEN)
    assert found["objective"].value.startswith("next_token(mtp = [0.3 until 20,480 tokens, then 0.1 until 40,960 tokens]")
    assert "beta2 = [0.95 → 0.99 by linear]" in found["optimizer"].value


def test_how_sure_what_was_seen_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for tokens, said in (("tokens = 5T, ", "5T (declared)"), ("", "unknown")):
        Path("toy.mtr").write_text(START.replace("tokens = 5T, ", tokens))
        found = analyse(Path("toy.mtr"))
        page = show.render(found.plan, flat.found(found.plan, "one"), found.origins, width=120, color=False)
        assert page.splitlines()[0].endswith(f"from trunk · tokens seen at its end: {said}")


def test_a_phase_that_trains_nothing_has_no_curves(shown):
    text = RECIPE.replace("flow stable", "phase serve { steps = 0 }\nflow tail -> serve\nflow stable")
    rows = shown("serve", text)
    assert (rows["batch"].value, rows["lr"].value, rows["mix"].value) == ("none", "none", "none")


def test_pages_keep_to_the_width(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("toy.mtr").write_text(RECIPE)
    found = analyse(Path("toy.mtr"))
    nodes = flat.found(found.plan, "decay")
    page = show.render(found.plan, nodes, found.origins, width=80, color=False)
    assert [node.name for node in nodes] == ["decay[1]", "decay[2]"]
    assert max(map(len, page.splitlines())) <= 80
    assert page.count("transition.gate") == 2
    assert "perplexity(of = [web])" in show.render(
        found.plan, flat.found(found.plan, "held"), found.origins, width=80, color=False
    )
    listed = show.listing(found.plan, found.origins, width=80, color=False).splitlines()
    names = ["node", "stable", "decay[1]", "decay[2]", "soup", "long", "tail", "web", "code", "held"]
    assert [row.split()[0] for row in listed] == names


CASES = Path(__file__).resolve().parents[1] / "diag" / "cases"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.mtr")), ids=lambda path: path.stem)
def test_every_node_of_every_recipe_can_be_shown(path):
    found = analyse(path)
    for node in flat.nodes(found.plan).values() if found.plan else ():
        rows = list(flat.rows(node, found.origins))
        assert len({row.attribute for row in rows}) == len(rows) > 0
        assert all(row.value for row in rows)
        assert all(row.span is not None for row in rows if row.via in ("written", "copied", "recipe", "schedule"))


def test_a_parameter_that_a_schedule_sets_has_a_row_of_its_own(tmp_path):
    schedule = "schedule objective.mtp over stable = 0.3 -> 0.1"
    (tmp_path / "r.mtr").write_text(f"{RECIPE.partition('phase decay')[0]}{schedule}\n")
    found = analyse(tmp_path / "r.mtr")
    rows = {row.attribute: row for row in flat.rows(found.plan.phases[0], found.origins)}
    assert (rows["objective.mtp"].came, rows["objective.mtp"].place) == ("schedule", f"{tmp_path / 'r.mtr'}:18")
    assert rows["objective.mtp"].value.startswith("0.3 → 0.1")
    assert rows["objective"].via == "schedule"
    assert "objective.router_bias" not in rows


BRANCH = """\
recipe toy "a toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
data web { tokens = 35B }
mix = web
batch = 4 x 1k
context = 1k
phase a { steps = 10, lr = 1e-3 }
phase b { steps = 10, lr = -> 0 }
phase early { steps = 5, lr = -> 0 }
flow a -> b
flow a -> early
transition a -> b { gate = loss < 3, on_fail = branch(early) }
"""


def test_a_phase_that_runs_only_where_a_gate_fails_says_so(tmp_path):
    (tmp_path / "r.mtr").write_text(BRANCH)
    made = analyse(tmp_path / "r.mtr")
    nodes = flat.nodes(made.plan)
    said = {name: show.render(made.plan, [nodes[name]], made.origins, width=200, color=False) for name in ("b", "early")}
    told = "runs only where the gate into b fails"
    assert [told in said[name] for name in ("b", "early")] == [False, True]
    assert "phase, only where that into b fails" in show.listing(made.plan, made.origins, width=200, color=False)
