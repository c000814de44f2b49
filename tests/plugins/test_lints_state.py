"""Lints of optimizer state, seeds and forks, on both sides of where each begins to speak."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from chained import REST, chain
from mtdsl_lints.optimizer_kept_but_changed import optimizer_kept_but_changed

from mtdsl.plan.lock import Lock, LockedModel, written
from mtdsl.plan.model import Plugin
from mtdsl.plan.origins import Origins

# ---- optimizer-kept-but-changed


@pytest.mark.parametrize(
    ("second", "edge", "expected"),
    [
        ("adamw(beta2 = 0.99)", "", ["`two` keeps the state of `adamw` from `one` under another `beta2`"]),
        ("adamw(beta2 = 0.99)", "optimizer = reset", []),
        ("adamw(beta2 = 0.95)", "", []),
        ("adamw(weight_decay = 0.05)", "", []),
        ("adamw(eps = 1e-15)", "", ["`two` keeps the state of `adamw` from `one` under another `eps`"]),
    ],
)
def test_a_kept_state_under_other_parameters(said, second, edge, expected):
    found = said("optimizer-kept-but-changed", chain("lr = 1e-3", f"lr = 1e-3, optimizer = {second}", edge=edge))
    assert [one.message for one in found] == expected


@pytest.mark.parametrize(
    ("first", "second", "edge", "count"),
    [
        ("", "", "", 0),
        (', freeze = ["*.mlp.*"]', "", "", 1),
        ("", ', freeze = ["*.mlp.*"]', "", 0),
        ("", ', freeze = ["*.nothing.*"]', "", 0),
        (', freeze = ["*.nothing.*"]', "", "", 0),
        (', freeze = ["*.mlp.*"]', ', freeze = ["*.mlp.*", "*norm*"]', "", 0),
        (', freeze = ["*.mlp.*"]', ', train = ["*.self_attn.*"]', "", 0),
        (', freeze = ["*.mlp.*"]', ', train = ["*"]', "", 1),
        (', freeze = ["lm_head*"]', "", "", 1),
        (', train = ["*.mlp.*"]', ', train = ["*.self_attn.*"]', "", 1),
        (', train = ["*.mlp.*"]', "", "optimizer = reset", 0),
        (', freeze = ["*.mlp.*", "*norm*"]', ', freeze = ["*norm*", "*.mlp.*"]', "", 0),
    ],
)
def test_a_kept_state_while_other_parameters_are_trained(said, first, second, edge, count):
    assert len(said("optimizer-kept-but-changed", chain(f"lr = 1e-3{first}", f"lr = 1e-3{second}", edge=edge))) == count


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ("", 'freeze = ["*.mlp.*"]', 0),
        ("", 'train = ["*.mlp.*"]', 0),
        ('freeze = ["*.mlp.*"]', "", 1),
        ('train = ["*.mlp.*"]', "", 1),
        ('train = ["*.mlp.*", "*norm*"]', 'train = ["*norm*"]', 0),
        ('train = ["*norm*"]', 'train = ["*.mlp.*", "*norm*"]', 1),
        ('freeze = ["*norm*"]', 'train = ["*.mlp.*"]', 1),
    ],
)
def test_of_a_model_that_is_only_named_the_patterns_say_what_is_trained(said, first, second, count):
    start = 'start base { weights = "some/model", tokens = 1B, context = 256, lr = 1e-3 }\n'
    phases = chain(*(f"lr = 1e-3, {one}".strip(", ") for one in (first, second)), start=start)
    assert len(said("optimizer-kept-but-changed", phases)) == count


def test_the_state_of_another_optimizer_is_an_error_that_names_both(planned):
    plan = planned(chain("lr = 1e-3", "lr = 1e-3"))
    first, second = plan.phases
    other = replace(plan, phases=(first, replace(second, optimizer=Plugin("lion", {"beta1": Fraction(9, 10)}))))
    found = list(optimizer_kept_but_changed(other, Origins()))
    assert [(one.severity, one.message) for one in found] == [
        ("error", "`two` keeps the state of `adamw`, and its optimizer is `lion`")
    ]


def test_the_state_that_is_kept_may_be_that_of_a_node_further_back(planned):
    text = chain("lr = 1e-3, optimizer = adamw(beta2 = 0.99)", "lr = 1e-3", edge="optimizer = reset")
    text += f"phase three {{ steps = 10, {REST}, lr = 1e-3 }}\nflow two -> three\n"
    plan = planned(text)
    assert list(optimizer_kept_but_changed(plan, Origins())) == []
    *before, last = plan.phases
    taken = replace(last, transition=replace(last.transition, optimizer_of="one"))
    found = list(optimizer_kept_but_changed(replace(plan, phases=(*before, taken)), Origins()))
    assert [one.message for one in found] == ["`three` keeps the state of `adamw` from `one` under another `beta2`"]


@pytest.mark.parametrize(("beta2", "count"), [("-> 0.99", 0), ("0.98 -> 0.99", 0), ("0.98", 0), ("0.95", 1)])
def test_a_parameter_that_moves_on_is_no_other(said, beta2, count):
    one, other = (f"lr = 1e-3, optimizer = adamw(beta2 = {value})" for value in ("0.95 -> 0.98", beta2))
    assert len(said("optimizer-kept-but-changed", chain(one, other))) == count


# ---- optimizer-kept-across-restart


@pytest.mark.parametrize(
    ("second", "edge", "leaps"),
    [
        ("lr = 1e-3", "lr = restart", True),
        ("lr = 9.9e-4", "lr = restart", False),
        ("lr = 1e-3, warmup = 5 steps", "lr = restart", False),
        ("lr = 1e-3", "lr = restart, optimizer = reset", False),
        ("lr = 1e-3, warmup = 5 steps", "lr = rewarm", False),
        ("lr = -> 1e-3", "", False),
    ],
)
def test_a_rate_that_leaps_tenfold_with_old_moments(said, second, edge, leaps):
    found = said("optimizer-kept-across-restart", chain("lr = 1e-3 -> 1e-4", second, edge=edge))
    assert len(found) == leaps


@pytest.mark.parametrize(("kept", "leaps"), [("low", True), ("high", False)])
def test_the_rate_that_counts_is_that_of_the_phase_whose_state_is_kept(said, kept, leaps):
    ends = "".join(f"phase {name} {{ steps = 10, {REST}, lr = -> {lr} }}\n" for name, lr in (("low", "1e-5"), ("high", "9e-4")))
    text = f"phase one {{ steps = 10, {REST}, lr = 1e-3 }}\n{ends}merge soup = average(low, high)\n"
    text += f"phase two {{ steps = 10, {REST}, lr = 1e-3 -> 0 }}\nflow one -> low -> soup -> two\nflow one -> high -> soup\n"
    found = said("optimizer-kept-across-restart", text + f"transition soup -> two {{ optimizer = keep({kept}) }}\n")
    assert len(found) == leaps


def test_the_rate_that_counts_is_that_of_the_point_where_the_state_was_taken(said):
    text = chain("lr = 1e-3 -> 0", "lr = 1e-3 -> 0", edge="lr = restart")
    assert len(said("optimizer-kept-across-restart", text)) == 1
    assert said("optimizer-kept-across-restart", text.replace("flow one ->", "flow one\nflow one.at(50%) ->")) == []


def test_nothing_leaps_from_0_to_0(said):
    assert said("optimizer-kept-across-restart", chain("lr = 1e-3 -> 0", "lr = 0", edge="lr = restart")) == []


# ---- seed-has-no-effect


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (chain("lr = 1e-3, seed = 3", "lr = 1e-3, seed = 3"), 1),
        (chain("lr = 1e-3, seed = 3", "lr = 1e-3"), 0),
        (chain("lr = 1e-3, seed = 3", "lr = 1e-3, seed = 3", edge="data = fresh"), 0),
        ("seed = 3\n" + chain("lr = 1e-3", "lr = 1e-3"), 0),
        (
            chain("lr = 1e-3", "lr = 1e-3, seed = 4", edge="data = fresh").replace(
                "phase two { steps = 100", "phase two { steps = 0"
            ),
            1,
        ),
    ],
)
def test_a_seed_that_decides_nothing(said, body, count):
    assert len(said("seed-has-no-effect", body)) == count


@pytest.mark.parametrize(
    ("second", "count"),
    [
        ("seed = 4, mix = given", 1),
        ("seed = 4, mix = 50% * given + 50% * a", 0),
        ("seed = 4, mix = given, packing = best_fit", 0),
        ("seed = 4, mix = given, fim = 10%", 0),
    ],
)
def test_a_seed_where_all_is_read_in_the_order_given(said, second, count):
    text = "data given { tokens = 1T, documents = 1B, order = given }\n" + chain("lr = 1e-3", "lr = 1e-3", edge="data = fresh")
    text = text.replace(
        "phase two { steps = 100, batch = 1 x 256, context = 256, mix = a",
        f"phase two {{ steps = 100, batch = 1 x 256, {second}",
    )
    assert len(said("seed-has-no-effect", text)) == count


# ---- fork-members-identical


def fork(members, edge=""):
    text = f"phase one {{ steps = 10, {REST}, lr = 1e-3 }}\nphase end {members}\nflow one -> end\n"
    return text + (f"transition one -> end {{ {edge} }}\n" if edge else "")


@pytest.mark.parametrize(
    ("members", "edge", "count"),
    [
        (f"for n in [1, 2, 3] {{ steps = 10, {REST}, lr = -> 0 }}", "", 1),
        (f"for n in [1, 2] {{ steps = 10, {REST}, lr = -> 0, seed = n }}", "data = fresh", 0),
        (f"for n in [1, 2] {{ steps = 10 * n, {REST}, lr = -> 0 }}", "", 0),
        (f"for n in [1, 2] {{ steps = 10, {REST}, lr = -> 0, weight_decay = n }}", "", 0),
        ("for m in [a, b] for n in [1, 2] { steps = 10, batch = 1 x 256, mix = m, lr = -> 0 }", "", 1),
        (f"for n in 1 -> 2 {{ steps = 10, {REST}, lr = 1e-3 }}", "", 0),
    ],
)
def test_members_that_train_the_same_thing(said, members, edge, count):
    assert len(said("fork-members-identical", fork(members, edge))) == count


TWIN = f"""
phase one {{ steps = 10, {REST}, lr = 1e-3 }}
phase left {{ steps = 10, {REST}, lr = -> 0 }}
phase right like left {{ HERE }}
merge soup = average(left, right)
flow one -> left -> soup
flow PARENT -> right -> soup
"""


@pytest.mark.parametrize(
    ("here", "parent", "edge", "count"),
    [
        ("", "one", "", 1),
        ("lr = -> 1e-4", "one", "", 0),
        ("steps = 11", "one", "", 0),
        ("", "one.at(1_280 tokens)", "", 0),
        ("", "one", "transition one -> right { optimizer = reset }", 0),
        ("", "one", "transition one -> right { optimizer = keep }", 1),
    ],
)
def test_two_phases_that_are_one_run_need_no_family(said, here, parent, edge, count):
    text = TWIN.replace("HERE", here).replace("PARENT", parent) + edge
    assert len(said("fork-members-identical", text)) == count


def test_the_way_out_of_two_that_are_one_run_is_one(said):
    (found,) = said("fork-members-identical", TWIN.replace("HERE", "").replace("PARENT", "one"))
    assert found.message == "`left` and `right` train the same thing: nothing differs between them"
    assert found.help == (
        "leave one out, or let it differ, say `seed = 1` in `right`, with transition one -> right { data = fresh }"
    )
    mended = TWIN.replace("HERE", "seed = 1").replace("PARENT", "one") + "transition one -> right { data = fresh }"
    assert not said("fork-members-identical", mended)


# ---- train-pattern-matches-nothing


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ('train = ["*.mlp.*"]', None),
        ('train = ["model.layers.0.*", "lm_head.*"]', None),  # the head is tied: it is the embedding
        ('train = ["model.layers.0.*", "head.*"]', "warning"),
        ('train = ["*.indexer.*"]', "error"),
        ('freeze = ["*.indexer.*"]', "warning"),
        ('freeze = ["model.layers.1.*"]', "warning"),
        ('freeze = ["model.embed_tokens.weight", "model.norm.weight"]', None),
    ],
)
def test_patterns_are_held_against_the_names_of_a_described_model(said, text, severity):
    found = said("train-pattern-matches-nothing", f"phase one {{ steps = 10, {REST}, lr = 1e-3, {text} }}\n")
    assert [one.severity for one in found] == [severity] * (severity is not None)


ELSEWHERE = 'start s { weights = "x", context = 256 }\nflow s -> one\n'
LOOKED_AT = LockedModel("x", "content", 10, 8, 4, 1, 8, 256, 512, names=("e = head.weight", "layers.{0-2,3}.self_attn.weight"))


@pytest.mark.parametrize(
    ("pattern", "severity"), [("layers.2.*", None), ("layers.4.*", "error"), ("*.self_atn.*", "error"), ("head.*", None)]
)
def test_the_names_of_weights_from_elsewhere_are_those_of_the_lock(said, tmp_path, pattern, severity):
    text = ELSEWHERE + f'phase one {{ steps = 10, {REST}, lr = 1e-3, train = ["{pattern}"] }}\n'
    (note,) = said("train-pattern-matches-nothing", text)
    assert (note.severity, note.help) == ("note", "run `mtdsl lock`, which reads their names")
    (tmp_path / "toy.lock").write_text(written(Lock(starts={"s": LOOKED_AT})))
    assert [one.severity for one in said("train-pattern-matches-nothing", text)] == [severity] * (severity is not None)


# ---- group-pattern-matches-nothing

NONE_LEFT = "all parameters that `two` fits belong to groups before it, so it has none"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ('"*.mlp.*"', '"lm_head.weight"', []),
        ('["*.indexer.*", "*.mlp.*"]', '"*"', ["no parameter of the model is called `*.indexer.*`"]),
        ('"*.mlp.*"', '["*.norm.*", "model.layers.1.*"]', ["no parameter of the model is called `model.layers.1.*`"]),
        ('"*.embed_tokens.*"', '"lm_head.weight"', [NONE_LEFT]),
        ('"*"', '"*.mlp.*"', [NONE_LEFT]),
    ],
)
def test_a_group_without_parameters(said, first, second, expected):
    declared = f"group one {{ match = {first}, lr = 10% }}\ngroup two {{ match = {second}, lr = 20% }}\n"
    phase = f"phase a1 {{ steps = 10, {REST}, lr = 1e-3, groups = [one, two] }}\n"
    assert [one.message for one in said("group-pattern-matches-nothing", declared + phase)] == expected


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ("slow", "slow", 0),
        ("slow", "none", 0),
        ("slow", "own", 1),
        ("own", "[slow, own]", 1),
        ("own", "other", 1),
        ("own", "same", 0),
    ],
)
def test_a_kept_state_while_other_parameters_have_an_optimizer_of_their_own(said, first, second, count):
    declared = (
        'group slow { match = "*.norm.*", lr = 10% }\n'
        'group own { match = "*.mlp.*", optimizer = adamw(beta2 = 0.99) }\n'
        'group other { match = "*.mlp.*", optimizer = adamw(beta2 = 0.98) }\n'
        'group same { match = "*.mlp.*", optimizer = adamw(beta2 = 0.99, weight_decay = 0.05), lr = 10% }\n'
    )
    phases = chain(f"lr = 1e-3, groups = {first}", f"lr = 1e-3, groups = {second}")
    assert len(said("optimizer-kept-but-changed", declared + phases)) == count


def test_the_names_are_those_of_the_model_that_is_built():
    from mtdsl_lints.parameters import parameter_names
    from transformers import LlamaConfig, LlamaForCausalLM

    from mtdsl.plan.model import Model

    for tie in (True, False):
        config = LlamaConfig(
            vocab_size=64,
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            tie_word_embeddings=tie,
        )
        built = {name for name, _ in LlamaForCausalLM(config).named_parameters()}
        assert set(parameter_names(Model("llama", {"layers": 2, "tie": tie}))) == built
