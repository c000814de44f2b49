"""`mtdsl plugins show NAME`: the techniques of a name, one below the other."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Literal

from mtdsl.cli.failure import Misuse
from mtdsl.cli.terminal import colored, width
from mtdsl.diag import Refusal, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtdsl.registry import Entry, Registry
    from mtdsl.view.technique.described import Described


def show(call: str, kind: str | None, form: Literal["text", "json"]) -> int:
    """Write what is known of the techniques of a name, which may have arguments behind it; of those that take these.

    Raises a `Refusal` where nobody provides it, where it cannot be loaded, and for arguments that none of them takes.
    """
    from mtdsl.registry import installed
    from mtdsl.view.technique import page

    name, bracket, rest = call.strip().partition("(")
    if bracket and not rest.endswith(")"):
        raise Misuse(f"`{call}` does not end with a `)`")
    arguments = rest[:-1] if bracket else None
    every = [_described(entry, arguments, installed()) for entry in _named(installed(), name.strip(), kind)]
    fit = [one for one in every if not one.errors]
    if not fit:
        raise Refusal(*every[0].errors)
    if form == "json":
        text = json.dumps({"plugins": [page.body(one) for one in fit]}, indent=2, ensure_ascii=False, default=float) + "\n"
    else:
        text = "\n".join(page.render(one, width=width(), color=colored(sys.stdout)) for one in fit)
    sys.stdout.write(text)
    return 0


def _named(registry: Registry, name: str, kind: str | None) -> Sequence[Entry]:
    """The techniques of a name, in the order of their kinds."""
    from mtdsl.diag.nearest import nearest
    from mtdsl.registry.entries import absent
    from mtdsl.registry.kinds import KINDS

    kinds = [one.kind for one in KINDS if kind in (None, one.kind)]
    found = [entry for one in kinds for entry in registry.find(one, name)]
    if not found:
        near = nearest(name, sorted({known for one in kinds for known in registry.names(one)}))
        hints = [f"did you mean `{near}`?" if near else "`mtdsl plugins list` lists them", *absent(registry)]
        message = f"no installed package provides a {kind or 'technique'} named `{name}`"
        raise refuse("unknown-plugin", message, help="; ".join(hints))
    return found


def _described(entry: Entry, arguments: str | None, registry: Registry) -> Described:
    from mtdsl.registry.strangers import Failed
    from mtdsl.view.technique.described import described

    try:
        return described(entry, arguments, registry)
    except Failed as failed:
        raise refuse("plugin-broken", f"`{entry.package}` could not load `{entry.name}`: {failed.error}") from failed
