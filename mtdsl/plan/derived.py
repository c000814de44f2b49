"""What the JSON of a plan has beside the fields of its classes: what `mtdsl.plan.document` works out, for its schema."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mtdsl.frozen import Frozen, node
from mtdsl.plan.model import Batch, Blend, Certainty, Curve, Known, Merge, Phase, Plan, Source, Start, Totals


@node
class Size(Frozen):
    """The size of one step."""

    sequences: int
    tokens: int


@node
class Counted(Frozen):
    """What is counted from a start of which nobody says what it had seen. A merge has no `origin`."""

    seen: int
    spent: int
    origin: int


Added = Mapping[str, tuple[Any, str]]
SEEN: Added = {
    "seen_certainty": (Certainty, "How sure `seen` is."),
    "seen_reason": (str, "Why it is null."),
    "since_start": (Counted, "What `seen` and `spent` are without what the start had seen."),
}
ADDED: Mapping[tuple[Any, ...], Added] = {
    (Plan,): {
        "fingerprint": (str, "SHA-256 of what changes training."),
        "base": (str, "The recipe's folder, from this file's."),
    },
    (Phase,): {
        "warmup_steps": (int, "Steps of warm-up, 0 where there is none."),
        "expected": (tuple[str, ...], "The counts that hang on where an event happens: `steps`, or `tokens` and what follows."),
        **SEEN,
    },
    (Merge,): SEEN,
    (Batch,): {
        "sequences": (int, "Sequences of the first step."),
        "tokens": (int, "Tokens of the first step."),
        "end": (Size, "The last step."),
    },
    (Curve, Fraction): {"start": (float, "Its first value."), "end": (float, "Its last value.")},
    (Curve, Blend): {
        "start": (
            Mapping[str, float] | None,
            "Shares by source at the first token, the mean of turns; null where sizes decide that nobody knows.",
        ),
        "end": (
            Mapping[str, float] | None,
            "Shares by source at the last token; null too where they are chosen while it runs.",
        ),
        "reason": (str, "Why they are null."),
    },
    (Source,): {
        "size": (Known, "Tokens that it holds."),
        "tokens": (
            int | None,
            "Tokens that the plan draws from it; null where a rule decides that looks at the run, or needs sizes nobody knows.",
        ),
        "epochs": (float | None, "`tokens` by those of one epoch, `size` times `repeat`."),
    },
    (Start,): {"certainty": (Mapping[str, Certainty], "How sure `tokens`, `context` and `lr` are.")},
    (Totals,): {
        "flops": (int | None, "Floating-point operations, an estimate."),
        "flops_certainty": (Certainty, "How sure they are."),
        "flops_reason": (str, "What they leave out, or why they are null."),
    },
}
LEFT_OUT: Mapping[Any, tuple[str, ...]] = {Source: ("tokens",), Totals: ("flops",)}
REPLACED: Mapping[Any, tuple[str, ...]] = {Phase: ("origin", "seen", "spent"), Merge: ("seen", "spent")}
"""What may be null beside its class's type: after a start of which nobody says what it had seen."""


def optional(made: Any) -> tuple[str, ...]:
    """Keys that are not always there."""
    return {
        Plan: ("base",),
        Phase: ("seen_reason", "since_start"),
        Merge: ("seen_reason", "since_start"),
        Curve: ("start", "end", "reason"),
        Counted: ("origin",),
    }.get(made, ())
