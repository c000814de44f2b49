"""Edits of a recipe that a machine can make: an entry of a transition, an attribute that is taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mtdsl.diag import Change, Fix, Span
from mtdsl.lang import tree


def on_edge(file: tree.File, parent: str, name: str, said: Mapping[str, str], there: Mapping[str, Iterable[Span]]) -> Fix:
    """Makes the recipe say `said` (`lr`: `restart`) of an edge, in the edge's own transition if it has one.

    `there` holds the values that are written of these keys by now, which are replaced. Unsafe: it allows what was an error.
    """
    changes = [Change(span, said[key]) for key, spans in there.items() for span in spans]
    missing = [f"{key} = {value}" for key, value in said.items() if not there.get(key)]
    whole = ", ".join(f"{key} = {value}" for key, value in said.items())
    if not missing:
        return Fix(f"write `{whole}` in the transition", tuple(changes), safe=False)
    for item in file.items:
        if isinstance(item, tree.Transition) and [_shown(node) for node in item.path.nodes] == [parent, name]:
            return Fix(f"write `{whole}` in the transition", (*changes, _added(item.body, missing)), safe=False)
    written = f"transition {parent} -> {name} {{ {', '.join(missing)} }}"
    return Fix(f"write `{written}`", (*changes, _before_the_flow(file, written)), safe=False)


def without(attribute: tree.Attribute, phase: tree.Phase) -> Fix | None:
    """As `removed`, of an attribute of a phase.

    None where the phase only copies it, and others may need it.
    """
    return removed(attribute) if any(entry is attribute for entry in phase.body.entries) else None


def removed(attribute: tree.Attribute) -> Fix:
    """Takes an attribute out of its body: with its line where it has one, else with a comma beside it. Unsafe."""
    source, start, end = attribute.span.source, attribute.span.start, attribute.span.end
    text = source.text
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    if last >= 0 and not text[first:start].strip() and not text[end:last].strip(" \t,"):
        start, end = first, last + 1
    else:
        start, end = _with_comma(text, start, end)
    return Fix(f"remove `{attribute.name}`", (Change(Span(source, start, end), ""),), safe=False)


def as_parts(body: tree.Body) -> Fix | None:
    """Takes the `%` off every share, so that they are parts to be normalised. Unsafe; None where one is not written out."""
    values = [entry.value for entry in body.entries if isinstance(entry, tree.Attribute)]
    if not all(isinstance(value, tree.Number) and value.suffix == "%" for value in values):
        return None
    ends = (Span(value.span.source, value.span.end - 1, value.span.end) for value in values)
    return Fix("normalise them as parts, without `%`", tuple(Change(end, "") for end in ends), safe=False)


def without_length(piece: tree.Value) -> Fix | None:
    """Takes the length off a piece, so that it takes what is left. Unsafe; None where it has none."""
    extent = piece.extent if isinstance(piece, tree.Hold | tree.Ruled | tree.Move) else None
    if extent is None:
        return None
    source, start = extent.span.source, extent.span.start
    while source.text[start - 1] in " \t":
        start -= 1
    return Fix(f"leave out `{extent.span.text}`", (Change(Span(source, start, extent.span.end), ""),), safe=False)


def _shown(node: tree.Node) -> str:
    return " ".join(node.span.text.split())


def _added(body: tree.Body, entries: Sequence[str]) -> Change:
    """The entries behind the last one, on lines of their own where that one has one."""
    source = body.span.source
    if not body.entries:
        return Change(body.span, f"{{ {', '.join(entries)} }}")
    last = body.entries[-1].span
    line = source.line(last.line)
    indent = line[: len(line) - len(line.lstrip())]
    alone = not source.line(last.line)[: last.column - 1].strip()
    written = "".join(f"\n{indent}{entry}" if alone else f", {entry}" for entry in entries)
    return Change(Span(source, last.end, last.end), written)


def _before_the_flow(file: tree.File, line: str) -> Change:
    flow = next(item for item in file.items if isinstance(item, tree.Flow))  # without one there is no edge
    start = file.source.line_starts[flow.span.line - 1]
    return Change(Span(file.source, start, start), f"{line}\n")


def _with_comma(text: str, start: int, end: int) -> tuple[int, int]:
    """The extent of an entry with the comma behind it, or the one before it where none follows."""
    behind = end
    while text[behind : behind + 1] in (" ", "\t"):
        behind += 1
    if text[behind : behind + 1] == ",":
        behind += 1
        while text[behind : behind + 1] in (" ", "\t"):
            behind += 1
        return start, behind
    before = len(text[:start].rstrip(" \t"))
    return (len(text[: before - 1].rstrip(" \t")), end) if text[before - 1 : before] == "," else (start, end)
