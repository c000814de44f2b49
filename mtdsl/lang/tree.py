"""The syntax tree of a recipe: frozen values, each with the span it was read from.

Nothing here is interpreted: names are not looked up and units not checked. `mtdsl.lang.parse` makes these values.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from mtdsl.diag import Source, Span
from mtdsl.lang.node import Frozen, node

Unit = Literal["tokens", "steps", "epochs"]
Operator = Literal["+", "-", "*", "/", "x", "and", "or", ">=", "<=", "==", "!=", ">", "<"]


@node
class Syntax(Frozen):
    """Anything that was read from a source."""

    span: Span


# ---- expressions


@node
class Number(Syntax):
    """`2e-4`, `35B`, `32k`, `10%`, `2000 steps`.

    `digits` is the number as written, without suffix (`10%` has 10); `suffix` is one of `k M B T Ki Mi Gi %` or empty.
    """

    digits: Fraction
    suffix: str = ""
    unit: Unit | None = None


@node
class String(Syntax):
    """`"..."`, with its escapes resolved."""

    value: str


@node
class Name(Syntax):
    """`mix`, `trunk.lr.start`: names joined by dots."""

    parts: tuple[str, ...]


@node
class Member(Syntax):
    """`lc[128k].context.end`: a member of a family, and what is asked of it."""

    base: Name
    keys: tuple[Expr, ...]
    rest: tuple[str, ...] = ()


@node
class Named(Syntax):
    """`theta = 2M` among the arguments of a call; `name_span` covers the name alone."""

    name: str
    value: Value
    name_span: Span


@node
class Call(Syntax):
    """`yarn(factor = 4)`, `reason.last(3, every = 1000 steps)`."""

    func: Name | Member
    args: tuple[Value, ...] = ()
    named: tuple[Named, ...] = ()


@node
class Items(Syntax):
    """`[a, b, c]`."""

    items: tuple[Value, ...]


@node
class Unary(Syntax):
    """`-a`, `not a`."""

    op: Literal["-", "not"]
    operand: Expr


@node
class Binary(Syntax):
    """`a + b`, `576 x 4k`, `a >= b and c`."""

    op: Operator
    left: Expr
    right: Expr


@node
class Override(Syntax):
    """`stage3 with { long = 10% }`."""

    base: Expr
    body: Body


Expr = Number | String | Name | Member | Call | Items | Unary | Binary | Override


# ---- values: what stands, holds or moves


@node
class Extent(Syntax):
    """`over 4.3T` counts from the end of the piece before, `until 10T` from the start of the phase or path."""

    kind: Literal["over", "until"]
    amount: Expr


@node
class Hold(Syntax):
    """`2e-4 until 10T`: stands still for a span."""

    value: Expr
    extent: Extent


@node
class Ruled(Syntax):
    """`base by odm(alpha = 0.9)`: stands under a rule."""

    value: Expr
    extent: Extent | None
    by: Name | Call


@node
class Move(Syntax):
    """`a -> b over S by p`; `start` is None where the left side was not written."""

    start: Expr | None
    end: Expr
    extent: Extent | None = None
    by: Name | Call | None = None


Value = Expr | Hold | Ruled | Move


# ---- bodies


@node
class Attribute(Syntax):
    """`name = value`, in a body or at the top level; `name_span` covers the name alone."""

    name: str
    value: Value
    name_span: Span
    doc: str = ""


@node
class When(Syntax):
    """`when loss < 1.98 { ... }`."""

    test: Expr
    body: Body


@node
class Body(Syntax):
    """`{ ... }`."""

    entries: tuple[Attribute | When, ...] = ()


# ---- the flow


@node
class Node(Syntax):
    """`trunk`, `anneal[42]`, `trunk.at(7T)`, `x.end`; `call` is what follows the dot."""

    name: str
    keys: tuple[Expr, ...] = ()
    call: Call | None = None


@node
class Path(Syntax):
    """`trunk -> anneal -> soup`."""

    nodes: tuple[Node, ...]


# ---- items


@node
class Item(Syntax):
    """A statement at the top level; `doc` is the `##` text above it."""

    doc: str


@node
class Declaration(Item):
    """An item that gives something a name; `name_span` covers the name alone."""

    name: str
    name_span: Span


@node
class Recipe(Declaration):
    """`recipe NAME "title"`."""

    title: str


@node
class Require(Item):
    """`require acme-power >= 0.2`."""

    package: str
    op: Operator
    version: str


@node
class Use(Item):
    """`use "file.mtr" (a, b)`, `use "file.mtr" as NAME`, `use python "mixers.py"`."""

    path: str
    path_span: Span
    names: tuple[Name, ...] = ()
    alias: str | None = None
    python: bool = False


@node
class Param(Declaration):
    """`param budget = 50B`; `--set budget=100B` replaces the value."""

    value: Expr


@node
class Let(Declaration):
    """`let stretch = yarn(factor = 40)`."""

    value: Expr


@node
class Setting(Item):
    """`mask = document` at the top level: the default of every phase."""

    attribute: Attribute


@node
class Start(Declaration):
    """`start trunk { ... }`."""

    body: Body


@node
class Data(Declaration):
    """`data code like other { ... }`, or `data code = python_library(part = "code")`."""

    like: Node | None
    body: Body | None
    value: Value | None


@node
class Mix(Declaration):
    """`mix stage1 { web = 85%, code = 15% }` or `mix stage2 = 90% * stage1 + 10% * qa`."""

    body: Body | None
    value: Value | None


@node
class Each(Syntax):
    """`for size, blend in [..] -> [..]`; `ladder` where the rungs are joined by arrows."""

    names: tuple[Name, ...]
    rungs: tuple[Expr, ...]
    ladder: bool


@node
class Phase(Declaration):
    """`phase NAME like OTHER for ... { ... }`."""

    like: Node | None
    each: tuple[Each, ...]
    body: Body


@node
class Eval(Declaration):
    """`eval niah = needle(every = 10B)`."""

    value: Value


@node
class Merge(Declaration):
    """`merge soup = average(anneal)`."""

    value: Expr


@node
class Schedule(Declaration):
    """`schedule lr over a -> b = ...`; the declared name is the attribute."""

    path: Path
    value: Value


@node
class Transition(Item):
    """`transition a -> b { optimizer = reset }`."""

    path: Path
    body: Body


@node
class Flow(Item):
    """`flow a -> b -> c`."""

    path: Path


@node
class Check(Item):
    """`check soup.spent <= 610B "budget for the family"`."""

    test: Expr
    message: str


AnyItem = (
    Recipe
    | Require
    | Use
    | Param
    | Let
    | Setting
    | Start
    | Data
    | Mix
    | Phase
    | Eval
    | Merge
    | Schedule
    | Transition
    | Flow
    | Check
)


@node
class Allow(Syntax):
    """`# mtr: allow(lr-jump)`: ids that are not shown on this line."""

    ids: tuple[str, ...]


@node
class File(Frozen):
    """One parsed file; items that could not be read are missing, and were reported."""

    source: Source
    items: tuple[AnyItem, ...]
    allows: tuple[Allow, ...] = ()
