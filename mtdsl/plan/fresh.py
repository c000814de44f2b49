"""What a chain that begins with fresh weights needs of its model."""

from __future__ import annotations

from collections.abc import Callable

from mtdsl.diag import Report, Span
from mtdsl.diag.mistake import mistake
from mtdsl.plan.flow import Graph
from mtdsl.plan.model import Model, Phase


def check_fresh(
    model: Model | None, phases: tuple[Phase, ...], window_span: Callable[[str], Span | None], graph: Graph, report: Report
) -> None:
    """Raises `Mistake` where fresh weights are needed and no model is described.

    Reports a first window that is larger than the one which a named model's configuration is made for, where a lock knows
    that; `window_span` finds where the window of a phase was written.
    """
    for phase in phases:
        if phase.parents:
            continue
        if model is None:
            message = f"`{phase.name}` begins with fresh weights, but no model is described"
            hint = 'write `model = llama(layers = 4, width = 256, heads = 4)` or `model = config("name")`, or a `start`'
            raise mistake("no-model", message, graph.phases[phase.name].span, help=hint)
        made = model.facts["window"].value if "window" in model.facts else None
        window = phase.context.end
        if made is not None and window > made and phase.context.extender is None:
            message = f"`{phase.name}` has a window of {window:,} tokens, and `{model.params['name']}` is made for {made:,}"
            hint = "write how positions change: `context = ... by rope(theta = 2M)`"
            label = window_span(phase.name) or graph.phases[phase.name].span
            report.warning("window-beyond-model", message, label, help=hint)
