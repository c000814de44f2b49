"""Lints of what goes on from what, on both sides of where each begins to speak."""

import pytest
from chained import chain

from mtdsl.plan.lock import Lock, LockedModel, written

REST = "tokens = 10B, batch = 1Mi tokens"
START = 'start base { weights = "acme/base@step9000", context = 8k, lr = 1e-3 }\n'
MID = f"phase mid {{ {REST}, lr = -> 1e-4, mix = a }}\n"
LONG = f"phase long {{ {REST}, context = -> 64k by yarn(factor = 8), lr = -> 0, mix = b }}\n"


@pytest.mark.parametrize(
    ("flow", "remarks"),
    [
        ("flow base -> mid\nflow base -> long", 1),
        ("flow base -> mid -> long", 0),
        ("flow base -> mid\nflow mid.at(1B) -> long", 0),
        ("flow base -> long\nflow base -> mid\nmerge soup = average(mid, wide)\nflow mid -> soup\nflow wide -> soup", 1),
    ],
)
def test_a_window_that_grows_around_a_phase(said, flow, remarks):
    wide = f"phase wide like mid {{ {REST} }}\n" if "wide" in flow else ""
    flow = flow.replace("flow base -> mid\n", "flow base -> mid\nflow base -> wide\n") if wide else flow
    assert len(said("skips-a-phase", f"{START}{MID}{LONG}{wide}{flow}\n")) == remarks


def test_a_branch_that_is_declared_later_is_a_probe(said):
    assert not said("skips-a-phase", f"{START}{LONG}{MID}flow base -> mid\nflow base -> long\n")


def test_a_branch_whose_window_grows_later_is_not_lost(said):
    later = f"phase later {{ {REST}, context = -> 16k by yarn(factor = 2), lr = 1e-4, mix = b }}\n"
    assert not said("skips-a-phase", f"{START}{MID}{LONG}{later}flow base -> mid -> later\nflow base -> long\n")


@pytest.mark.parametrize(
    ("rate", "transition", "remarks"),
    [("1e-4 -> 0", "restart", 1), ("2e-4 -> 0", "restart", 0), ("-> 0", "continue", 0)],
)
def test_a_rate_that_begins_where_another_branch_ended(said, rate, transition, remarks):
    final = f"phase final {{ {REST}, lr = {rate}, mix = b }}\n"
    flow = f"transition base -> final {{ lr = {transition} }}\nflow base -> mid\nflow base -> final\n"
    assert len(said("skips-a-phase", f"{START}{MID}{final}{flow}")) == remarks


def test_members_of_a_family_are_branches_by_intent(said):
    members = f"phase mid for size in [8k, 64k] {{ {REST}, lr = -> 0, mix = a }}\n"
    assert not said("skips-a-phase", f"{START}{members}flow base -> mid\n")


@pytest.mark.parametrize(
    ("weights", "word"),
    [
        ("meta-llama/Llama-3.1-8B", None),
        ("meta-llama/Llama-3.1-8B-Instruct", "Instruct"),
        ("google/gemma-2-9b-it", "it"),
        ("allenai/Olmo-3-7B-Think-DPO@main", "Think"),
        ("HuggingFaceTB/SmolLM3-3B-Base", None),
        ("allenai/OLMo-2-1124-13B@stage1-step596057-tokens5001B", None),
        ("acme/chatty-parrot", None),
        ("acme/parrot-it", None),
        ("runs/chat/final", None),
    ],
)
def test_weights_that_were_tuned(said, weights, word):
    start = f'start base {{ weights = "{weights}", context = 8k, lr = 1e-3 }}\n'
    found = said("start-looks-finished", f"{start}{MID}flow base -> mid\n")
    assert [one.message.split("`")[3] for one in found] == ([word] if word else [])


@pytest.mark.parametrize(("transition", "remarks"), [("continue", 1), ("restart", 0)])
def test_a_rate_that_had_come_down(said, transition, remarks):
    start = 'start base { weights = "acme/base", context = 8k, lr = 0 }\n'
    body = f"{start}phase more {{ {REST}, lr = 0 -> 1e-4, mix = a }}\n"
    flow = f"transition base -> more {{ lr = {transition} }}\nflow base -> more\n"
    assert len(said("start-looks-finished", body + flow)) == remarks


@pytest.mark.parametrize(("seed", "trunk", "remarks"), [(2, False, 1), (1, False, 0), (2, True, 0)])
def test_weights_that_were_drawn_apart(said, seed, trunk, remarks):
    rest = "context = 4k, steps = 1000, batch = 64 x 4k, lr = 1e-3"
    body = f"phase one {{ {rest}, mix = a, seed = 1 }}\nphase two {{ {rest}, mix = b, seed = {seed} }}\n"
    body += "merge soup = average(one, two)\nflow one -> soup\nflow two -> soup\n"
    if trunk:
        body += f"phase trunk {{ {rest}, mix = a }}\ntransition trunk -> one {{ data = fresh }}\n"
        body += "transition trunk -> two { data = fresh }\nflow trunk -> one\nflow trunk -> two\n"
    assert len(said("merge-of-strangers", body)) == remarks


# ---- merge-of-one, ladder-in-a-list


@pytest.mark.parametrize(("value", "one"), [("one", True), ("one.last(2, every = 10 steps)", False)])
def test_a_merge_of_one_checkpoint(said, value, one):
    text = chain("lr = 1e-3") + f"merge soup = average({value})\nflow one -> soup\n"
    assert len(said("merge-of-one", text)) == one


@pytest.mark.parametrize(
    ("windows", "behind", "told"),
    [
        ("[512, 1k]", "", True),
        ("[1k, 512]", "", False),
        ("512 -> 1k", "", False),
        ("[512]", "", False),
        (
            "[512, 1k]",
            "phase more for n in [512, 1k] { steps = 10, batch = 1 x n, mix = b, lr = -> 0 }\nflow long -> more\n",
            False,
        ),
    ],
)
def test_windows_that_rise_from_branch_to_branch(said, windows, behind, told):
    window = "batch = 1 x n, context = -> n by rope(theta = 1M)"
    ladder = f"phase long for n in {windows} {{ steps = 50, {window}, mix = b, lr = 1e-3 }}\n"
    found = said("ladder-in-a-list", chain("lr = 1e-3") + ladder + "flow one -> long\n" + behind)
    assert [(one.severity, one.help) for one in found] == [
        ("note", "one model through all windows is written with arrows: `in 512 -> 1k`")
    ] * told


def test_fresh_weights_share_nothing_with_a_checkpoint(said):
    rest = "steps = 10, batch = 1 x 256, context = 256, mix = a"
    text = 'start base { weights = "folder", context = 256, tokens = 1B, lr = 1e-3 }\n'
    text += f"phase one {{ {rest}, lr = 1e-3 -> 0 }}\nphase two {{ {rest}, lr = -> 0 }}\nmerge soup = average(one, two)\n"
    text += "flow base -> two -> soup\nflow one -> soup\n"
    (found,) = said("merge-of-strangers", text)
    assert found.message == "`soup` merges weights that were drawn apart: `one` with seed 0 and `base`, made elsewhere"


# ---- merge-of-unlike-models

ELSEWHERE = """
start x { weights = "x", tokens = 1B, context = 4k, lr = 1e-4 }
start y { weights = "y", tokens = 1B, context = 4k, lr = 1e-4 }
phase p { context = 4k, steps = 1000, batch = 64 x 4k, lr = -> 0, mix = a }
flow x -> p -> s
flow y -> s
"""


def looked_at(name, **sizes):
    known = {
        "parameters": 10**9,
        "matrices": 10**9,
        "layers": 16,
        "heads": 16,
        "head_dim": 128,
        "window": 4096,
        "vocab": 32_000,
    }
    return LockedModel(described=name, content=f"content of {name}", **known | sizes)


def locked(folder, *models):
    lock = Lock(starts={model.described: model for model in models})
    (folder / "toy.lock").write_text(written(lock))


@pytest.mark.parametrize(
    ("other", "remark"),
    [
        ({}, None),
        ({"layers": 17, "parameters": 2 * 10**9}, "`p` has 16 layers, `y` 17"),
        ({"head_dim": 64}, "`p` has 128 dimensions a head, `y` 64"),
        ({"vocab": 32_064}, "`p` has 32,000 tokens in its vocabulary, `y` 32,064"),
        ({"parameters": 10**9 + 1}, "`p` has 1,000,000,000 parameters, `y` 1,000,000,001"),
    ],
)
def test_checkpoints_of_different_sizes(said, tmp_path, other, remark):
    locked(tmp_path, looked_at("x"), looked_at("y", **other))
    found = said("merge-of-unlike-models", ELSEWHERE + "merge s = average(p, y)\n")
    expected = [("error", f"`s` merges models of different sizes: {remark}")] if remark else []
    assert [(one.severity, one.message) for one in found] == expected


@pytest.mark.parametrize(
    ("models", "merge", "unknown"),
    [
        ((), "average(p, y)", "`x` and `y`"),
        (("x",), "average(p, y)", "`y`"),
        (("x", "y"), "average(p, y)", None),
        ((), "average(p.last(2, every = 10 steps))", None),
        ((), "average(p, x)", None),
    ],
)
def test_checkpoints_that_nobody_has_looked_at(said, tmp_path, models, merge, unknown):
    locked(tmp_path, *map(looked_at, models))
    edges = ELSEWHERE if ", y" in merge else ELSEWHERE.replace("flow y -> s\n", "").replace("start y", "# start y")
    found = said("merge-of-unlike-models", edges + f"merge s = {merge}\n" + "flow x -> s\n" * (", x" in merge))
    assert [(one.severity, one.message.rpartition(" at ")[2]) for one in found] == [("note", unknown)] * bool(unknown)


def test_a_checkpoint_that_is_not_of_the_recipes_own_model(said, tmp_path):
    locked(tmp_path, looked_at("y", layers=3))
    body = ELSEWHERE.replace("start x", "# start x").replace("flow x -> p", "flow p").replace("lr = ->", "lr = 1e-3 ->")
    (found,) = said("merge-of-unlike-models", body + "merge s = average(p, y)\n")
    assert found.message.endswith("`y` 3")
