"""Which documents of a source are read, and as what text: `filter`, `decontaminate`, `template`."""

from __future__ import annotations

from dataclasses import replace

from mtdsl.diag.mistake import mistake
from mtdsl.lang import tree
from mtdsl.plan.drafts import Written
from mtdsl.plan.evaluate import Evaluator, text
from mtdsl.plan.model import Known, Plugin, Source
from mtdsl.plan.names import Scope
from mtdsl.plan.patterns import still
from mtdsl.plan.plugins import Techniques


def filters(written: Written | None, evaluator: Evaluator, techniques: Techniques) -> tuple[Plugin, ...]:
    """The filters that a document has to pass, one or a list of them, in order. Raises `Mistake`."""
    if written is None:
        return ()
    parts, scope = _parts(written, evaluator)
    return tuple(techniques.bind("filter", _call(part), scope) for part in parts)


def files(written: Written | None, evaluator: Evaluator) -> tuple[str, ...]:
    """Files whose text documents may not hold, one pattern or a list of them. Raises `Mistake`."""
    return () if written is None else tuple(text(part, written.attribute.name) for part in _parts(written, evaluator)[0])


def template(written: Written | None, evaluator: Evaluator) -> str:
    """The name or the file of a chat template; empty where there is none. Raises `Mistake`."""
    return "" if written is None else text(evaluator.resolve(still(written), written.scope)[0], "template")


def remaining(source: Source) -> Source:
    """The source as it is read: of what it holds, filters leave at most that."""
    if not source.filters and not source.decontaminate:
        return source
    return replace(
        source,
        tokens=_at_most(source.tokens),
        documents=_at_most(source.documents),
        whole=source.whole and _at_most(source.whole),
    )


def _at_most(size: Known) -> Known:
    return size if size.value is None else Known(size.value, "bounded", "filters may leave less")


def _parts(written: Written, evaluator: Evaluator) -> tuple[tuple[tree.Value, ...], Scope]:
    """What is written, alone or in a list, and where its names are looked up."""
    value, scope = evaluator.resolve(still(written), written.scope)
    parts = value.items if isinstance(value, tree.Items) else (value,)
    if not parts:
        name = written.attribute.name
        raise mistake("empty-list", f"`{name}` has nothing in it", written.span, help=f"write `{name} = none` to unset it")
    return parts, scope


def _call(part: tree.Value) -> tree.Expr:
    if isinstance(part, tree.Hold | tree.Ruled | tree.Move):
        raise mistake("not-a-call", "a filter such as `repetition` is expected here", part.span)
    return part
