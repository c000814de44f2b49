"""Which value of a metric is the better one: what measures it says so, or the recipe does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mtdsl.diag import Span
from mtdsl.diag.mistake import mistake
from mtdsl.plan.model import Plugin

if TYPE_CHECKING:
    from mtdsl.plan.tools import Tools

BEST = "best"
"""The parameter of a merger that chooses, `highest` or `lowest`, where it has one."""


def directed(merger: Plugin, tools: Tools, span: Span) -> Plugin:
    """A merger that is told by which value of its metric it chooses. Raises `Mistake` where nobody says it."""
    if merger.params.get(BEST, "") is not None:
        return merger
    by = str(tools.techniques.made("merger", merger).by)
    tools.conditions.check_metric(by, span)
    found = tools.evals.better(by)
    if found is None:
        hint = f'write `{BEST} = "lowest"` or `{BEST} = "highest"`'
        message = f"`{merger.name}` needs `{BEST}`: nothing says which value of `{by}` is better"
        raise mistake("plugin-argument", message, span, help=hint)
    return replace(merger, params={**merger.params, BEST: found})
