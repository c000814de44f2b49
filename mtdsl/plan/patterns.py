"""Patterns of parameters' names, and the values that stand still which they are written in."""

from __future__ import annotations

from mtdsl.diag.mistake import mistake
from mtdsl.lang import tree
from mtdsl.plan.drafts import Written
from mtdsl.plan.evaluate import Evaluator


def still(written: Written) -> tree.Expr:
    """The value of an attribute that is the same for a whole phase. Raises `Mistake` for one that moves."""
    value = written.value
    if isinstance(value, tree.Hold | tree.Ruled | tree.Move):
        raise mistake("stands-still", f"`{written.attribute.name}` stands still during a phase", value.span)
    return value


def patterns(written: Written, evaluator: Evaluator, without: str) -> tuple[str, ...]:
    """One pattern, or a list of them; `without` is what to write for none. Raises `Mistake`."""
    value = evaluator.resolve(still(written), written.scope)[0]
    parts = value.items if isinstance(value, tree.Items) else (value,)
    if not parts:
        raise mistake("empty-list", f"`{written.attribute.name}` has no patterns", written.span, help=without)
    return tuple(_pattern(part, written.attribute.name) for part in parts)


def _pattern(part: tree.Value, name: str) -> str:
    if isinstance(part, tree.String) and part.value:
        return part.value
    raise mistake("not-a-list", f"`{name}` takes patterns of names in quotes", part.span, help=f'write `{name} = ["*.norm.*"]`')
