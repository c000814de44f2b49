"""What the author of a plan should know, built in; registered as any third party's lints are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl

WINDOW = (
    "factor-misses-window",
    "mask-changes",
    "no-document-that-long",
    "packing-changes",
    "theta-falls",
    "theta-too-small-for-window",
)
RATE = (
    "average-needs-no-decay",
    "decay-never-lands",
    "horizon-differs",
    "lr-never-decays",
    "lr-zero-all-phase",
    "restart-changes-nothing",
    "stop-cuts-decay",
    "warmup-outgrows-phase",
)
BUDGET = (
    "batch-fell-lr-did-not",
    "batch-grew-lr-did-not",
    "batch-tokens-change",
    "batch-too-large",
    "budget-out-of-line",
    "cannot-hold-in-time",
    "coupling-has-no-effect",
    "event-copied",
    "event-held-before",
    "event-holds-at-once",
    "gate-asks-for-worse",
    "too-few-steps",
)
DATA = (
    "eval-in-train",
    "mix-never-arrives",
    "share-rounds-to-nothing",
    "source-vanishes",
    "too-many-epochs",
    "weights-swapped",
)
CHAIN = (
    "ladder-in-a-list",
    "merge-of-one",
    "merge-of-strangers",
    "merge-of-unlike-models",
    "rollback-goes-nowhere",
    "skips-a-phase",
    "start-looks-finished",
)
STATE = (
    "fork-members-identical",
    "group-pattern-matches-nothing",
    "optimizer-kept-across-restart",
    "optimizer-kept-but-changed",
    "said-of-no-steps",
    "seed-has-no-effect",
    "nothing-is-trained",
    "train-pattern-matches-nothing",
    "unusual-value",
    "value-vanishes",
)


@mtdsl.hookimpl
def mtdsl_lints() -> Iterator[mtdsl.Lint]:
    """The built-in lints, by subject; each is the function in the file of its name."""
    for id in (*WINDOW, *RATE, *BUDGET, *DATA, *CHAIN, *STATE):
        name = id.replace("-", "_")
        yield mtdsl.Lint(id, f"mtdsl_lints.{name}:{name}")
