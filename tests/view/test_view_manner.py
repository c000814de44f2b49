"""What a phase learns and is fed, and how a source is read, as the tables say it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as F

from mtdsl.plan.model import Curve, Feeding, Group, Known, Piece, Plugin, Source, Term, Test
from mtdsl.view import phrases


def source(**more):
    return Source("x", None, Known(None, "unknown"), Known(None, "unknown"), **more)


def test_a_source_read_once_and_shuffled_says_nothing():
    assert list(phrases.reading(source())) == []


def test_how_a_source_is_read():
    long = Test(">=", (Term(metric="doc.length"), Term(F(4096))))
    kept = Plugin("repetition", {"times": 32})
    read = source(
        where=long,
        repeat=F(3, 2),
        order="given",
        loss_mask="prompt",
        template="chatml",
        filters=(kept,),
        decontaminate=("evals/*.jsonl", "held.txt"),
    )
    assert list(phrases.reading(read)) == [
        "doc.length >= 4096",
        "1.5 times an epoch",
        "in its own order",
        "no loss on prompts",
        "as chatml",
        "filter repetition(times = 32)",
        "without evals/*.jsonl, held.txt",
    ]
    assert list(phrases.reading(source(where=long, of="y"))) == []


def test_what_is_learnt_and_fed(plan):
    falling = Curve((Piece(F(0), F(10), F(3, 10), F(1, 10), Plugin("linear")),))
    objective = Plugin(
        "next_token", {"mtp": falling, "router_bias": F(0), "top_k": None, "inner": Plugin("adamw", {"eps": F(1, 8)})}
    )
    learnt = {
        "objective": objective,
        "train": ("*.mlp.*", "*norm*"),
        "freeze": ("*embed*",),
        "groups": (
            Group("slow", ("*embed*", "lm_head.*"), F(1, 10), F(0)),
            Group("rest", ("*",), optimizer=Plugin("adamw", {"beta2": F(99, 100)})),
        ),
        "edits": (Plugin("qk_norm"),),
        "feeding": Feeding((2**20, 4096), (F(92, 100), F(8, 100))),
        "coupling": "sqrt",
        "positions": "window",
        "eod_loss": "learnt",
        "fim_mode": Plugin("mixed", {"spm": F(1, 4)}),
        "scalars": {"fim": falling},
    }
    assert list(phrases.manner(replace(plan.phases[0], **learnt))) == [
        "next_token(mtp = 0.3 → 0.1, inner = adamw(eps = 0.125))",
        "trains *.mlp.*, *norm*",
        "freezes *embed*",
        "group slow (*embed*, lm_head.*) at 10% of the rate, weight_decay 0",
        "group rest (*), adamw(beta2 = 0.99)",
        "edit qk_norm",
        "fed 92% in 1Mi, 8% in 4k",
        "positions by window",
        "loss across ends of documents",
        "fim by mixed(spm = 0.25)",
        "rate follows the batch (sqrt)",
    ]
