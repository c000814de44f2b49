"""A plan in the terminal: the chart, tables of phases, sources and transitions, and one line that sums it up."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from mtdsl.plan import fingerprint
from mtdsl.plan.model import Plan
from mtdsl.registry import Registry
from mtdsl.view import amounts, chart, notes, numbers, page, phrases, tables
from mtdsl.view import columns as column

POINTS = 120


def render(plan: Plan, registry: Registry, width: int, color: bool) -> str:
    """The whole plan in lines of at most `width` characters (60 at least); `color` adds terminal colours."""
    width = max(width, 60)
    return page.drawn(_parts(plan, registry, width), width=width, color=color)


def _parts(plan: Plan, registry: Registry, width: int) -> Iterator[RenderableType]:
    columns = column.of(plan, registry, POINTS)
    yield Text.assemble((plan.recipe, "bold"), f"  {plan.title}" if plan.title else "")
    yield from (Text(line, style="dim") for line in _given(plan))
    yield ""
    yield from chart.lines(columns, tuple(dict.fromkeys(name for one in columns for name in phrases.mixed(one))), width)
    yield ""
    for table in tables.of(plan, columns, registry, width):
        yield table
        yield ""
    if plan.notes:
        yield notes.table(plan.notes)
        yield ""
    for check in plan.checks:
        yield _checked(check.holds, check.text, check.message)
    yield summary(plan)


def _given(plan: Plan) -> Iterator[str]:
    """What the chain starts with: the model, the tokenizer, and the parameters that were set."""
    described = [phrases.call(made.kind, made.params) for made in (plan.model, plan.tokenizer) if made is not None]
    if plan.model is not None and "parameters" in plan.model.facts:
        described.insert(1, f"{numbers.count(plan.model.facts['parameters'].value or 0)} parameters")
    if described:
        yield " · ".join(described)
    if plan.params:
        yield "set " + ", ".join(f"{name} = {value}" for name, value in plan.params.items())


def _checked(holds: bool | None, text: str, message: str) -> Text:
    verdict, style = {True: ("holds", "green"), False: ("fails", "red"), None: ("unknown", "yellow")}[holds]
    return Text.assemble("check ", (verdict, style), f": {text}", f"  ({message})" if message else "")


def summary(plan: Plan) -> Text:
    """`5 phases · 11.2T tokens · 4.75M steps · plan 3f9c1a`."""
    return Text(" · ".join((*amounts.totals(plan), f"plan {fingerprint(plan)[:6]}")), style="bold")
