"""`mtdsl plugins`: the techniques that are installed, and one of them with its picture."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

from mtdsl.cli.failure import Misuse
from mtdsl.registry.entries import conflict, way_out
from mtdsl.registry.kinds import KINDS
from mtdsl.registry.loading import installed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtdsl.registry.entries import Entry, Registry

Format = Literal["text", "json"]


def plugins(
    what: Literal["list", "show"] = "list", name: str | None = None, /, *, kind: str | None = None, format_: Format = "text"
) -> int:
    """List the installed plugins, or show one: its parameters, its doc, where it comes from, and a picture.

    Names that two packages claim are told below, and packages that failed to load: then the exit status is 1.

    Parameters
    ----------
    what
        list, or show with a name.
    name
        A technique, also in full (acme_power.power) or with parameters: 'wsd(decay = 10%, shape = sqrt)'. All kinds that
        have one of that name are shown.
    kind
        Techniques of this kind only, such as scheduler or mixer.
    format_
        text for a person, json for machines.
    """
    if kind is not None and kind not in (known := [one.kind for one in KINDS]):
        raise Misuse(f"there is no kind `{kind}`; {_near(kind, known)}")
    if what == "show":
        from mtdsl.cli.technique import show

        if name is None:
            raise Misuse("`mtdsl plugins show` takes the name of a technique; `mtdsl plugins list` lists them")
        return show(name, kind, format_)
    if name is not None:
        raise Misuse(f"`mtdsl plugins list` takes no name; `mtdsl plugins show {name}` shows one")
    return _list(installed(), kind, format_)


def plain(words: Sequence[str]) -> int | None:
    """The same for a command line without options; None where it needs the parser, to say what is wrong."""
    return plugins() if tuple(words) in ((), ("list",)) else None


def _list(registry: Registry, kind: str | None, form: Format) -> int:
    chosen = [entry for _, several in sorted(registry.entries.items()) for entry in several if kind in (None, entry.kind)]
    if form == "json":
        sys.stdout.write(_json(registry, chosen))
    else:
        sys.stdout.write(_aligned(chosen))
        sys.stdout.writelines(f"conflict: {conflict(several)}; {way_out(several)}\n" for several in _conflicts(registry, kind))
        sys.stdout.writelines(f"broken: {bad.package} ({bad.entry_point}): {bad.reason}\n" for bad in registry.broken)
        sys.stdout.writelines(f"left out: {one.package} ({one.entry_point}) by {one.variable}\n" for one in registry.left_out)
    return int(bool(registry.broken))


def _json(registry: Registry, entries: Sequence[Entry]) -> str:
    import json
    from dataclasses import asdict

    rows = [{"kind": one.kind, "name": one.name, "package": one.package, "version": one.version} for one in entries]
    conflicts = [[one.package for one in several] for several in _conflicts(registry, None)]
    apart = {
        "conflicts": conflicts,
        "broken": [asdict(bad) for bad in registry.broken],
        "left_out": [asdict(one) for one in registry.left_out],
    }
    return json.dumps({"plugins": rows, **apart}, indent=2) + "\n"


def _conflicts(registry: Registry, kind: str | None) -> list[tuple[Entry, ...]]:
    """The names that several packages claim."""
    return [several for (of, _), several in sorted(registry.entries.items()) if len(several) > 1 and kind in (None, of)]


def _aligned(entries: Sequence[Entry]) -> str:
    rows = [("kind", "name", "package", "version"), *((one.kind, one.name, one.package, one.version) for one in entries)]
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join("  ".join(word.ljust(at) for word, at in zip(row, wide, strict=True)).rstrip() + "\n" for row in rows)


def _near(name: str, known: Sequence[str]) -> str:
    from mtdsl.diag.nearest import nearest

    near = nearest(name, known)
    return f"did you mean `{near}`?" if near else f"there are {', '.join(known)}"
