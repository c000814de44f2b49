"""The window of a phase: inherited, stated, or changed by an extender at its first step."""

from __future__ import annotations

from mtdsl.diag import Diagnostic, Fix, Label, Report, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan.drafts import Draft, Written
from mtdsl.plan.endings import Ending
from mtdsl.plan.evaluate import Evaluator, length
from mtdsl.plan.model import Context, Plugin
from mtdsl.plan.names import Scope
from mtdsl.plan.plugins import Techniques

LONG = 8000
"""Tokens: a shorter window, such as 1000, is one to try things out with."""


@node
class Window(Frozen):
    """The context of a phase, and the extender that shaped the positions the model now has."""

    context: Context
    in_force: Plugin | None
    assumed: bool = False
    """Whether nobody knows it yet, so that nothing that follows may be compared with it."""

    @property
    def known(self) -> int | None:
        """The tokens that what follows goes on from; None where they are only assumed."""
        return None if self.assumed else self.context.end


class Windows:
    """Reads `context`."""

    def __init__(self, evaluator: Evaluator, techniques: Techniques, report: Report, assumes: bool) -> None:
        self._evaluator = evaluator
        self._techniques = techniques
        self._report = report
        self._assumes = assumes

    def of(self, draft: Draft, written: Written | None, ending: Ending) -> Window:
        """The window of a phase whose parent ended so. Raises `Mistake`."""
        before, in_force = ending.window, ending.in_force
        if written is None:
            assert before is not None, "a phase without any window is refused before"
            return Window(Context(before, before), in_force)
        value, scope = written.value, written.scope
        if isinstance(value, tree.Move):
            return self._move(value, scope, draft, ending)
        if isinstance(value, tree.Ruled):
            size = self._length(value.value, scope)
            _same(draft, size, ending, value.value.span)
            return self._under(self._techniques.bind("extender", value.by, scope), size, before, in_force)
        if isinstance(value, tree.Hold | tree.Items):
            raise mistake("context-inside", "the window changes at a phase's first step, never inside", value.span)
        size = self._length(value, scope)
        _same(draft, size, ending, value.span)
        return Window(Context(before, size), in_force)

    def _move(self, value: tree.Move, scope: Scope, draft: Draft, ending: Ending) -> Window:
        if value.extent is not None:
            raise mistake("context-inside", "the window changes at a phase's first step, never inside", value.extent.span)
        stop = self._length(value.end, scope)
        start = ending.window
        if value.start is not None:
            start = self._length(value.start, scope)
            _same(draft, start, ending, value.start.span)
        if start is None and not self._assumes:
            raise mistake("no-start-value", f"it is not known which window `{draft.name}` begins with", value.span)
        if start is not None:
            _check_not_smaller(draft, start, stop, value)
        if start == stop:
            raise self._already(draft, stop, value, scope, ending)
        if value.by is None:
            hint = "say how: `by rope(theta = 2M)` or `by yarn(factor = 4)`"
            raise mistake("no-extender", "a window that changes needs its `by`", value.span, help=hint)
        plugin = self._techniques.bind("extender", value.by, scope)
        return Window(Context(start, stop, plugin), plugin)

    def _already(self, draft: Draft, size: int, value: tree.Move, scope: Scope, ending: Ending) -> Mistake:
        """What is wrong with a move to where the window is; other positions were meant if they stretch by no factor."""
        message, written = f"`{draft.name}` moves the window to {size:,}, where it is already", shown(size)
        hint = f"write `context = {written}`"
        plugin = None if value.by is None else self._techniques.bind("extender", value.by, scope)
        if value.by and plugin and plugin != ending.in_force and plugin.params.get("factor") is None:
            written = f"{written} by {value.by.span.text}"
            hint += f", or to change the positions alone `context = {written}`"
        return mistake("context-applied-twice", message, value.span, help=hint, fix=Fix.write(value.span, written, safe=False))

    def _under(self, plugin: Plugin, size: int, before: int | None, in_force: Plugin | None) -> Window:
        return Window(Context(before, size, None if plugin == in_force else plugin), plugin)

    def _length(self, expr: tree.Expr, scope: Scope) -> int:
        size = length(self._evaluator.number(expr, scope), "context")
        found, _ = self._evaluator.resolve(expr, scope)
        if isinstance(found, tree.Number) and not found.suffix and size >= LONG and size % 1000 == 0:
            self._report.add(_decimal(size, found.span))
        return size


def _check_not_smaller(draft: Draft, start: int, stop: int, value: tree.Move) -> None:
    if stop < start:
        message = f"`{draft.name}` would make the window smaller: from {shown(start)} to {shown(stop)}"
        raise mistake("rope-shrinks", message, value.end.span)


def _decimal(size: int, span: Span) -> Diagnostic:
    """What is said of `128_000`: mostly `128k`, 131,072, was meant."""
    binary = f"{size // 1000}k"
    message = f"`context` is a window, and {size:,} is decimal"
    fix = Fix.write(span, binary, safe=False)
    hint = f"a window is binary: write `{binary}` ({size // 1000 * 1024:,})"
    return Diagnostic("window-decimal", "warning", message, (Label(span),), hint, fix)


def _same(draft: Draft, size: int, ending: Ending, span: Span) -> None:
    if ending.window is None or size == ending.window:
        return
    own = draft.item.span.source == span.source and draft.item.span.start <= span.start < draft.item.span.end
    where = "" if own else f" in `{draft.family}`"  # it was copied, or is what the recipe says for all
    hint = f"to change it, write `context = -> {shown(size)} by ...`{where}"
    if size < ending.window:
        hint = f"a window stays or grows: write `context = {shown(ending.window)}`{where}"
    message = f"`{draft.name}` has a window of {shown(size)}, but `{ending.node}`"
    if ending.kind == "start" and size > ending.window:
        message += f" was made for {shown(ending.window)}, and nothing extends it"
        raise mistake("window-beyond-model", message, span, help=hint)
    raise mistake("flow-gap", f"{message} ended at {shown(ending.window)}", span, help=hint)


def shown(tokens: int) -> str:
    """A window as recipes write it: `4k`, `500`."""
    return f"{tokens // 1024}k" if tokens % 1024 == 0 else str(tokens)
