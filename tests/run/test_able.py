"""What a run refuses before it begins; nothing here needs torch."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction as F
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import pytest

from mtdsl.diag import Refusal
from mtdsl.frozen import Frozen
from mtdsl.plan import compile
from mtdsl.plan.model import (
    Blend,
    Context,
    Curve,
    Evaluation,
    Event,
    Gate,
    Group,
    Parent,
    Piece,
    Plan,
    Plugin,
    Rule,
    Start,
    Term,
    Test,
    Transition,
)
from mtdsl.registry import installed
from mtdsl.run import able

RECIPE = """
recipe able "All that a run can do"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 300)
data a = text(path = "a.txt")
data b = text(path = "b.txt")
group slow { match = ["*.embed_tokens.*"], lr = 10%, weight_decay = 0 }
phase one {
    steps        = 8
    batch        = 2 x 64 -> 4 x 64 over 512 tokens
    context      = 64
    lr           = 1e-3 -> 0
    warmup       = 2 steps
    mix          = a -> b over 50%
    clip         = 1
    weight_decay = 0.1 -> 0
    groups       = slow
}
phase two { steps = 4, batch = 4 x 128, context = -> 128 by rope(theta = 20_000), lr = 1e-4, mix = natural(a, b), seed = 3 }
merge soup = average(one.at(50%), one)
transition one -> two { optimizer = reset, lr = restart, data = fresh }
flow one -> two
flow one -> soup
"""
LOSS = Test("<", (Term(metric="loss"), Term(F(2))))
MOVES = Curve((Piece(F(0), F(9), F(1), F(2), Plugin("linear")),))
STATEFUL, KEPT = Plugin("skip_step", {"of": Plugin("schedule_free")}), Transition(optimizer_of="one")
TEMPERED = Blend(rules=(Rule(F(1), Plugin("temperature", {"tau": MOVES}), {"a": None, "b": None}),))


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path: Path = tmp_path_factory.mktemp("able") / "able.mtr"
    path.write_text(RECIPE)
    made, diagnostics = compile(path)
    assert made is not None, diagnostics
    return made


def refused(plan):
    with pytest.raises(Refusal) as refusal:
        able.check(plan, installed())
    return {one.about: one.message for one in refusal.value.diagnostics}


def test_what_can_be_done_is_not_refused(plan):
    able.check(plan, installed())


@pytest.mark.parametrize(
    "optimizer",
    [
        Plugin("adamw", {"beta2": MOVES}),
        Plugin("muon", {"momentum": MOVES, "others": Plugin("adamw", {"beta1": MOVES})}),
        Plugin("skip_step", {"of": Plugin("ademamix", {"alpha": MOVES})}),
    ],
)
def test_parameters_that_an_optimizer_can_be_told_may_move(plan, optimizer):
    able.check(replace(plan, phases=(plan.phases[0], replace(plan.phases[1], optimizer=optimizer))), installed())


def named(hint):
    """The nodes that an annotation names."""
    own = {hint} if isinstance(hint, type) and issubclass(hint, Frozen) else set()
    return own.union(*(named(inner) for inner in (get_origin(hint), *get_args(hint)) if inner is not None))


def reached():
    """Every kind of node that a plan is made of, and the nodes that its fields name."""
    found, left = {}, {Plan}
    while left:
        kind = left.pop()
        hints = get_type_hints(kind)
        found[kind] = {field.name: named(hints[field.name]) for field in fields(kind)}
        left |= set().union(*found[kind].values()) - found.keys()
    return found


REACHED = reached()


@pytest.mark.parametrize("kind", sorted(REACHED.keys() - able.BEHIND, key=lambda kind: kind.__name__))
def test_every_field_of_a_plan_runs_or_is_refused(kind):
    """A field that is added to the plan must be put into one of the tables: no run may ignore it."""
    runs, limits = able.RUNS[kind], able.LIMITS.get(kind, {}).keys()
    assert not runs & limits
    assert REACHED[kind].keys() == runs | limits


def test_what_stands_behind_a_refusal_stands_nowhere_else():
    for kind, inner in REACHED.items():
        behind = {name for name, nodes in inner.items() if nodes & able.BEHIND}
        assert kind in able.BEHIND or behind <= able.LIMITS.get(kind, {}).keys()
    assert able.RUNS.keys() | able.BEHIND == REACHED.keys()


@pytest.mark.parametrize(
    ("change", "attribute", "says"),
    [
        ({"events": (Event(LOSS, 128, {}),)}, "when.0", "events inside a phase"),
        ({"stop": LOSS}, "stop", "may end early"),
        ({"train": ("*.norm.*",)}, "train", "`train`"),
        ({"freeze": ("*.embed.*",)}, "freeze", "`freeze`"),
        ({"groups": (Group("m", ("*",), optimizer=Plugin("adamw")),)}, "groups", "an optimizer of its own"),
        ({"edits": (Plugin("qk_norm"),)}, "edit", "architecture"),
        ({"objective": Plugin("next_token", {"mtp": F(1, 10)})}, "objective", "more than a loss for each token"),
        ({"objective": Plugin("kl", {"to": "attention"})}, "objective", "more than a loss for each token"),
        ({"objective": Plugin("focal", {"gamma": F(2)})}, "objective", "more than a loss for each token"),
        ({"objective": Plugin("focal")}, "objective", "more than a loss for each token"),
        ({"optimizer": Plugin("sgd", {"eps": MOVES})}, "optimizer.eps", "parameters of `sgd` that move"),
        ({"optimizer": Plugin("muon", {"others": Plugin("sgd", {"eps": MOVES})})}, "optimizer.others", "`sgd` that move"),
        ({"optimizer": STATEFUL, "transition": KEPT}, "transition.optimizer", "part of which are that node's weights"),
        ({"packing": Plugin("blocks", {"sizes": (F(1), MOVES)})}, "packing.sizes", "parameters of `blocks` that move"),
        ({"context": Context(64, 128, Plugin("slow", {"by": {"theta": MOVES}}))}, "context", "parameters of `slow` that move"),
        (
            {"lr": Curve((Piece(F(0), F(9), F(0), F(1), Plugin("bend", {"at": MOVES})),))},
            "lr",
            "parameters of `bend` that move",
        ),
        ({"mix": Curve((Piece(F(0), F(9), TEMPERED, TEMPERED),))}, "mix", "parameters of `temperature` that move"),
        ({"scalars": {"clip": None, "z_loss": None}}, "z_loss", "`z_loss`"),
        ({"transition": Transition(gate=Gate(LOSS))}, "transition.gate", "gates"),
    ],
)
def test_what_a_phase_cannot_do(plan, change, attribute, says):
    told = refused(replace(plan, phases=(plan.phases[0], replace(plan.phases[1], **change))))
    assert list(told) == [("two", attribute)]
    assert says in told["two", attribute]
    assert "`two`" in told["two", attribute]


@pytest.mark.parametrize(
    ("change", "attribute"),
    [
        ({"of": "web"}, "name"),
        ({"where": LOSS}, "name"),
        ({"repeat": F(2)}, "repeat"),
        ({"loss_mask": "prompt"}, "loss_mask"),
        ({"template": "chatml"}, "template"),
        ({"filters": (Plugin("repetition"),)}, "filter"),
        ({"decontaminate": ("evals/*.jsonl",)}, "decontaminate"),
    ],
)
def test_what_a_source_cannot_do(plan, change, attribute):
    assert list(refused(replace(plan, sources=(plan.sources[0], replace(plan.sources[1], **change))))) == [("b", attribute)]


def test_evaluations_and_picks(plan):
    pick = replace(plan.merges[0], merger=Plugin("pick", {"by": "loss", "best": "lowest"}), weights=())
    told = refused(replace(plan, evals=(Evaluation("niah", Plugin("needle")),), merges=(pick,)))
    assert list(told) == [("niah", "name"), ("soup", "name")]


def test_a_merger_and_a_source_whose_parameters_move(plan):
    soup = replace(plan.merges[0], merger=Plugin("average", {"share": MOVES}))
    source = replace(plan.sources[1], source=Plugin("text", {"path": MOVES}))
    told = refused(replace(plan, sources=(plan.sources[0], source), merges=(soup,)))
    assert list(told) == [("b", "source"), ("soup", "value")]


def test_averaged_weights(plan):
    soup = replace(plan.merges[0], parents=(Parent("one", weights="ema"), Parent("one")))
    assert refused(replace(plan, merges=(soup,))) == {
        ("soup", "value"): "this version cannot run averaged weights (`ema`) yet: `soup`"
    }


def test_a_start_hands_on_weights_only(plan):
    two = replace(plan.phases[1], parents=(Parent("base"),), transition=Transition("keep", "restart", "continue"))
    told = refused(replace(plan, starts=(Start("base", "folder"),), phases=(plan.phases[0], two)))
    assert list(told) == [("two", "transition.optimizer"), ("two", "transition.data")]
    soup = replace(two, parents=(Parent("soup"),), transition=Transition(optimizer_of="base"))
    told = refused(replace(plan, starts=(Start("base", "folder"),), phases=(plan.phases[0], soup)))
    assert list(told) == [("two", "transition.optimizer")]


def under(plan, mixer):
    """The plan with the sources of its second phase under a rule."""
    blend = Blend(rules=(Rule(F(1), mixer, {"a": None, "b": None}),))
    mix = Curve((Piece(F(0), F(1), blend, blend),))
    return replace(plan, phases=(plan.phases[0], replace(plan.phases[1], mix=mix)))


def test_a_mixture_that_looks_at_losses_runs(plan):
    able.check(under(plan, Plugin("odm", {"alpha": F(9, 10)})), installed())


def test_what_a_mixture_must_be_told_and_no_run_measures(plan):
    said = "this version cannot run mixtures that are chosen from losses against a reference model (`doremi`) yet: `two`"
    assert refused(under(plan, Plugin("doremi", {"reference": "a/b"}))) == {("two", "mix"): said}


def test_a_bound_on_what_is_chosen_while_it_runs(plan):
    bounded = replace(plan, sources=(replace(plan.sources[0], max_epochs=F(2)), *plan.sources[1:]))
    able.check(bounded, installed())
    said = "this version cannot run `max_epochs` of a source whose share is chosen while it runs yet: `a`"
    assert refused(under(bounded, Plugin("exp3"))) == {("a", "max_epochs"): said}


def test_everything_is_told_at_once_and_every_node_named(plan):
    phases = tuple(replace(phase, stop=LOSS, train=("*",)) for phase in plan.phases)
    told = refused(replace(plan, phases=phases))
    assert list(told) == [("one", "train"), ("one", "stop")]
    assert all("`one`, `two`" in message for message in told.values())
