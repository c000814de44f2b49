"""What a recipe declares and nothing in it names: most often what a change left behind, or half of a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from mtdsl.diag import Change, Fix, Report, Source, Span
from mtdsl.diag.report import MOST
from mtdsl.lang import tree
from mtdsl.lang.comments import Comments
from mtdsl.lang.inside import inside

Quiet = tree.Param | tree.Let | tree.Mix | tree.Group | tree.Data | tree.Start
"""Items that do nothing by themselves."""

_BLENDED = (tree.Mix, tree.Override)
"""In whose bodies sources stand where attributes do elsewhere."""

KINDS: dict[type, tuple[str, str]] = {
    tree.Param: ("unused-param", "parameter"),
    tree.Let: ("unused-let", "value"),
    tree.Mix: ("unused-mix", "mixture"),
    tree.Group: ("unused-group", "group of parameters"),
}
"""Those that are told of. Sources are left out: what there is to train on may well be listed whole."""


def idle(file: tree.File) -> dict[str, Quiet]:
    """Items that do nothing, by name: neither the recipe nor anything that it uses names them."""
    declared = {item.name: item for item in file.items if isinstance(item, Quiet)}
    left: list[object] = [item for item in file.items if not isinstance(item, Quiet)]
    for name in _named(left):
        if (item := declared.pop(name, None)) is not None:
            left.append(item)
        if not declared:
            break
    return declared


def check_unused(source: Source, alone: Mapping[str, Quiet], report: Report) -> None:
    """Warns of every `param`, `let`, `mix` and `group` of a recipe that nothing in it names; `alone` is what is `idle`."""
    named = set(_named(list(alone.values()))) if alone else ()
    told = [item for name, item in alone.items() if type(item) in KINDS and name not in named]
    if not told:
        return
    comments = Comments(source)
    for item in islice(told, MOST):
        id, what = KINDS[type(item)]
        report.warning(id, f"nothing uses the {what} `{item.name}`", item.name_span, fix=_removed(item, comments))


def _named(left: list[object]) -> Iterator[str]:
    """Every name that something in `left` looks up, in no order, and more than once maybe; what is read is taken out."""
    while left:
        value = left.pop()
        if isinstance(value, tree.Name):
            yield value.parts[0]
        elif isinstance(value, tree.Each):
            left.extend(value.rungs)
        else:
            if isinstance(value, tree.Node):
                yield value.name
            elif isinstance(value, _BLENDED) and value.body is not None:
                yield from (entry.name for entry in value.body.entries if isinstance(entry, tree.Attribute))
            left.extend(inside(value))


def _removed(item: Quiet, comments: Comments) -> Fix:
    """Takes the item out with its lines and its documentation. Unsafe: it may be the use that is missing."""
    source = item.span.source
    first, last = source.position(item.span.start)[0], source.position(item.span.end)[0]
    while first > 1 and source.line(first - 1).lstrip().startswith("##"):
        first -= 1
    end = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
    lines = Span(source, source.line_starts[first - 1], end)
    return Fix(f"remove `{item.name}`{_lost(lines, comments)}", (Change(lines, ""),), safe=False)


def _lost(lines: Span, comments: Comments) -> str:
    """The comments that go with what is removed."""
    count = sum(lines.start <= span.start < lines.end for span in comments.spans)
    return "" if count == 0 else " with its comment" if count == 1 else f" with its {count} comments"
