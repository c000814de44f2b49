"""The Plan: one frozen value, the only thing that crosses from the language to everything else.

Numbers that decide what is trained are exact: integers or `Fraction`. Positions are tokens, counted from the first token
of the phase they stand in. `mtdsl.plan.codec` writes a Plan as JSON and reads it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from typing import Generic, Literal, TypeVar

from mtdsl.lang.node import Frozen, node

V = TypeVar("V")
Scalar = str | bool | int | Fraction | None
Param = Scalar | tuple["Param", ...] | Mapping[str, "Param"]
Certainty = Literal["exact", "declared", "measured", "bounded", "unknown"]


@node
class Plugin(Frozen):
    """A technique by name, with every parameter bound, defaults included."""

    name: str
    params: Mapping[str, Param] = field(default_factory=dict)


@node
class Known(Frozen):
    """A number that the recipe's text may not be able to know; `value` is None only where `certainty` is `unknown`."""

    value: int | Fraction | None
    certainty: Certainty = "exact"
    reason: str = ""


# ---- curves


@node
class Rule(Frozen):
    """The part of a blend whose weights a mixer chooses: `share` of the whole, among `sources` with their base weights.

    A base weight is None where the recipe only named the source (`natural(a, b)`).
    """

    share: Fraction
    mixer: Plugin
    sources: Mapping[str, Fraction | None]


@node
class Blend(Frozen):
    """A mixture: shares of tokens by source, and what is left to rules. All shares sum to 1."""

    shares: Mapping[str, Fraction] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()


@node
class Piece(Frozen, Generic[V]):
    """A stretch of a curve: from `start` at token `begin` to `stop` at token `end`, then standing at `stop`.

    It is in force from `begin` until the next piece begins. `by` is the scheduler; None where the value stands still
    (`start == stop`). Positions may lie before the phase (a schedule over a path) or past its end (an arrow that is cut).
    """

    begin: Fraction
    end: Fraction
    start: V
    stop: V
    by: Plugin | None = None


@node
class Warmup(Frozen):
    """A linear rise of the rate over the first `steps` steps (`tokens` tokens), from `start` to the curve's first value."""

    steps: int
    tokens: int
    start: Fraction


@node
class Curve(Frozen, Generic[V]):
    """What a value does during a phase. `pieces` is never empty and ordered by `begin`."""

    pieces: tuple[Piece[V], ...]
    warmup: Warmup | None = None


# ---- what is trained on


@node
class Source(Frozen):
    """A named source of documents. `source` is None where only facts are declared: such a plan cannot be run."""

    name: str
    source: Plugin | None
    tokens: Known
    documents: Known
    max_epochs: Fraction | None = None
    holdout: Fraction = Fraction(1, 100)


@node
class Model(Frozen):
    """Fresh weights: `llama` with its sizes, or `config` with a folder or hub name in `params["name"]`."""

    kind: str
    params: Mapping[str, Param]


@node
class Tokenizer(Frozen):
    """`bpe` with `params["vocab"]`, or `hub` with a folder or hub name in `params["name"]`."""

    kind: str
    params: Mapping[str, Param]


@node
class Start(Frozen):
    """A checkpoint made elsewhere: its declared facts are compared when it is loaded."""

    name: str
    weights: str | None
    tokens: int | None = None
    context: int | None = None
    lr: Fraction | None = None


# ---- phases


@node
class Parent(Frozen):
    """Where a phase comes from: the end of `node`, or its step boundary at `at` tokens of its own."""

    node: str
    at: int | None = None


@node
class Asked(Frozen):
    """The budget as written: so many `unit`."""

    unit: Literal["tokens", "steps", "epochs"]
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
class Transition(Frozen):
    """What happens on the edge into a phase; every default is spelled out.

    `optimizer`: `keep` the state or `reset` it. `lr`: `continue`, `restart` or `rewarm`. `data`: `continue` the cursors or
    begin `fresh`. A phase without a parent has `reset, restart, fresh`.
    """

    optimizer: Literal["keep", "reset"] = "keep"
    lr: Literal["continue", "restart", "rewarm"] = "continue"
    data: Literal["continue", "fresh"] = "continue"
    gate: Plugin | None = None
    written: tuple[str, ...] = ()


@node
class Phase(Frozen):
    """One stretch of training with one parent at most.

    `tokens` is steps times batch; `origin` what the weights had seen where it begins; `seen` where it ends
    (`origin + tokens`); `spent` counts every distinct ancestor once. `seed` is the one its data order and fresh weights
    derive from. `scalars` holds the curve of every other number that can move (`weight_decay`, `clip`, ...).
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


@node
class Merge(Frozen):
    """Weights made of other weights: no training. `weights` are the parents' shares in the order of `parents`, sum 1."""

    name: str
    merger: Plugin
    parents: tuple[Parent, ...]
    weights: tuple[Fraction, ...]
    seen: int
    spent: int
    context: int
    doc: str = ""


@node
class Check(Frozen):
    """A `check` of the recipe: its text, its message, and whether it holds (None: it needs what is not known)."""

    text: str
    message: str
    holds: bool | None


@node
class Used(Frozen):
    """A plugin that the plan uses and the package that provides it."""

    kind: str
    name: str
    package: str
    version: str


@node
class Totals(Frozen):
    """Over all phases: tokens trained, optimizer steps, and floating-point operations (an estimate)."""

    tokens: int
    steps: int
    flops: Known


@node
class Plan(Frozen):
    """The whole chain. `phases` and `merges` are each in an order in which they can be run; `order` is that of both."""

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
    format: int = 1

    def phase(self, name: str) -> Phase:
        """The phase of that name; raises `KeyError`."""
        for phase in self.phases:
            if phase.name == name:
                return phase
        raise KeyError(name)
