"""The Plan: one frozen value, the only thing that crosses from the language to everything else.

Numbers that decide what is trained are exact: integers or `Fraction`. Positions are tokens, counted from the first token
of the phase they stand in. `mtdsl.plan.codec` writes a Plan as JSON and reads it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from typing import Literal

from mtdsl.frozen import Frozen, node
from mtdsl.plan.asides import Check, Note, Used
from mtdsl.plan.given import Model, Pin, Source, Start, Tokenizer
from mtdsl.plan.values import (
    RARE,
    Blend,
    Certainty,
    Curve,
    Known,
    Param,
    Piece,
    Plugin,
    Rule,
    Scalar,
    Term,
    Test,
    Turn,
    V,
    Warmup,
)

__all__ = [
    "Asked",
    "Batch",
    "Blend",
    "Certainty",
    "Check",
    "Context",
    "Curve",
    "Evaluation",
    "Event",
    "Feeding",
    "Gate",
    "Group",
    "Known",
    "Merge",
    "Model",
    "Note",
    "Param",
    "Parent",
    "Phase",
    "Piece",
    "Pin",
    "Plan",
    "Plugin",
    "Rule",
    "Run",
    "Scalar",
    "Source",
    "Start",
    "Term",
    "Test",
    "Tokenizer",
    "Totals",
    "Transition",
    "Turn",
    "Used",
    "V",
    "Warmup",
]


# ---- phases


@node
class Parent(Frozen):
    """Where a node comes from: the end of `node`, or its step boundary at `at` tokens of its own.

    `weights` are those of the last step there, or the running average that `ema` keeps. The usual one stands in no JSON.
    """

    node: str
    at: int | None = None
    weights: Literal["last", "ema"] = field(default="last", metadata=RARE)


@node
class Asked(Frozen):
    """The budget as written: so many `unit`. A sequence is one window of the phase."""

    unit: Literal["tokens", "steps", "sequences", "epochs"]
    amount: Fraction


@node
class Run(Frozen):
    """`steps` consecutive steps of `sequences` sequences each."""

    steps: int
    sequences: int


@node
class Batch(Frozen):
    """What each step is fed: `length` tokens a sequence, and the number of sequences as run lengths over the steps."""

    length: int
    runs: tuple[Run, ...]


@node
class Context(Frozen):
    """The window before and after the phase's first step; `extender` is what changed it, None where nothing did."""

    start: int | None
    end: int
    extender: Plugin | None = None


@node
class Gate(Frozen):
    """What must hold before an edge is taken, by `test` or by a `gate` plugin, and what follows where it does not.

    `stop`: the run ends. `continue`: it goes on all the same, and the failure is recorded. `rollback`: it goes back to that
    point and trains from there again, on the documents that come next. `extend`: the phase before trains on for `extend`
    tokens, its values standing where they ended. Both then ask again, `times` times at most; what still fails stops. `branch`:
    that node follows instead, from where the flow leads to it, and the gate's own way is not taken.
    """

    test: Test | None = None
    plugin: Plugin | None = None
    on_fail: Literal["stop", "continue", "rollback", "extend", "branch"] = "stop"
    rollback: Parent | None = field(default=None, metadata=RARE)
    extend: int | None = field(default=None, metadata=RARE)
    branch: str = field(default="", metadata=RARE)
    times: int = field(default=1, metadata=RARE)


@node
class Transition(Frozen):
    """What happens on the edge into a phase; every default is spelled out.

    `optimizer`: `keep` the state, `reset` it, `reset_moments` (step counter kept), or `rescale` its moments by `rescale`;
    `optimizer_of` names the node whose state is kept where that is not the parent. `lr`: `continue`, `restart` or `rewarm`.
    `data`: `continue` the cursors or begin `fresh`. A phase without a parent has `reset, restart, fresh`.
    """

    optimizer: Literal["keep", "reset", "reset_moments", "rescale"] = "keep"
    lr: Literal["continue", "restart", "rewarm"] = "continue"
    data: Literal["continue", "fresh"] = "continue"
    gate: Gate | None = None
    optimizer_of: str = ""
    rescale: Fraction | None = None
    written: tuple[str, ...] = ()


@node
class Event(Frozen):
    """`when loss < 1.98 { expect = 69B, batch = 32Mi tokens }`.

    `expect`: the step boundary, in tokens of the phase, where the plan draws it; the phase's own curves and batch hold what
    follows from that. `sets` is what the event itself changes, positions counted from wherever it happens; `batch` in
    sequences. One that waits for progress (`tokens >= 80%`) tests the metric `tokens` or `steps`, counted in its phase:
    it happens where it is drawn, and the curves are all of it.
    """

    test: Test
    expect: int
    sets: Mapping[str, Curve[Fraction]] = field(default_factory=dict)
    mix: Curve[Blend] | None = None

    @property
    def measured(self) -> bool:
        """Whether only a run knows where it happens."""
        return not any(term.metric in ("tokens", "steps") for term in self.test.terms)


@node
class Feeding(Frozen):
    """`window = alternate([1Mi, 4k], shares = [92%, 8%])`: lengths that steps are fed in turn, each a share of all tokens."""

    lengths: tuple[int, ...]
    shares: tuple[Fraction, ...]


@node
class Group(Frozen):
    """Parameters that train otherwise than the rest of a phase: those that a pattern of `match` fits and no group before has.

    Their rate is the phase's times `lr`. `weight_decay` is their own, of norms, biases and embeddings too, and stands still;
    None leaves it to the phase. `optimizer` None is the phase's own.
    """

    name: str
    match: tuple[str, ...]
    lr: Fraction = Fraction(1)
    weight_decay: Fraction | None = None
    optimizer: Plugin | None = None


@node
class Phase(Frozen):
    """One stretch of training with one parent at most.

    `tokens` is steps times batch; `origin` what the weights had seen where it begins; `seen` where it ends
    (`origin + tokens`); `spent` counts every distinct ancestor once. `seed` is the one its data order and fresh weights
    derive from. `scalars` holds the curve of every other number that can move (`weight_decay`, `clip`, ...).

    `certainty` of its tokens, steps and `seen`: `bounded` where a `stop` here or before may end it early, or where the last
    `extended` of its tokens are trained only as far as a gate behind it fails. `train` and
    `freeze` are patterns of parameter names. `coupling` is how the rate follows a batch that moves inside the phase.

    Under the mask `document` a token sees its own document only. `positions` count from where the document begins in its
    window, or from where the window does. `eod_loss` says whether a document's last token has to predict the first of the next
    document in its window. `fim_mode` says how the share `fim` of documents is rewritten (`psm`: prefix, suffix, middle),
    and is None where none is.
    """

    name: str
    family: str
    parents: tuple[Parent, ...]
    asked: Asked
    tokens: int
    steps: int
    origin: int
    seen: int
    spent: int
    batch: Batch | None
    context: Context
    lr: Curve[Fraction] | None
    mix: Curve[Blend] | None
    scalars: Mapping[str, Curve[Fraction]]
    packing: Plugin
    mask: Literal["document", "none"]
    optimizer: Plugin
    seed: int
    transition: Transition
    doc: str = ""
    certainty: Certainty = "exact"
    objective: Plugin | None = None
    train: tuple[str, ...] = ()
    freeze: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    edits: tuple[Plugin, ...] = ()
    feeding: Feeding | None = None
    coupling: Literal["none", "sqrt", "linear"] = "none"
    positions: Literal["document", "window"] = "document"
    eod_loss: Literal["masked", "learnt"] = "masked"
    fim_mode: Plugin | None = field(default=None, metadata=RARE)
    stop: Test | None = None
    events: tuple[Event, ...] = ()
    extended: int = field(default=0, metadata=RARE)


@node
class Merge(Frozen):
    """Weights made of other weights: no training.

    `weights` are the parents' shares in the order of `parents`, sum 1; empty where what was measured decides (`pick`). What it
    is measured by may have a control: `against` is that node, none of the parents, whose value is taken off theirs. Where
    `based`, the first parent is the model that the others are compared with (`ties(a, b, base = trunk)`); its share is 0.
    """

    name: str
    merger: Plugin
    parents: tuple[Parent, ...]
    weights: tuple[Fraction, ...]
    seen: int
    spent: int
    context: int
    doc: str = ""
    against: str = field(default="", metadata=RARE)
    based: bool = field(default=False, metadata=RARE)


@node
class Evaluation(Frozen):
    """`eval niah = needle(every = 10B)`: measured each `every` tokens (or steps) of training, and at the end of every phase.

    With `on`, of these nodes only. With `against`, one of them, each of the others is compared with it: its value less that of
    the control, both where they end.
    """

    name: str
    evaluator: Plugin
    every: int | None = None
    unit: Literal["tokens", "steps"] = "tokens"
    on: tuple[str, ...] = field(default=(), metadata=RARE)
    against: str = field(default="", metadata=RARE)


@node
class Totals(Frozen):
    """Tokens and optimizer steps of all phases and of what a gate may train again; floating-point operations (an estimate)."""

    tokens: int
    steps: int
    flops: Known


@node
class Plan(Frozen):
    """The whole chain. `phases` and `merges` are each in an order in which they can be run; `order` is that of both.

    `pins` are what the lock ties the plan to: `data NAME`, `start NAME`, `model`, `tokenizer`.
    """

    recipe: str
    title: str
    params: Mapping[str, str]
    model: Model | None
    tokenizer: Tokenizer | None
    starts: tuple[Start, ...]
    sources: tuple[Source, ...]
    phases: tuple[Phase, ...]
    merges: tuple[Merge, ...]
    order: tuple[str, ...]
    leaves: tuple[str, ...]
    checks: tuple[Check, ...]
    plugins: tuple[Used, ...]
    totals: Totals
    evals: tuple[Evaluation, ...] = ()
    pins: Mapping[str, Pin] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    format: int = 1

    def phase(self, name: str) -> Phase:
        """The phase of that name; raises `KeyError`."""
        for phase in self.phases:
            if phase.name == name:
                return phase
        raise KeyError(name)
