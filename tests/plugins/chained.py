"""Recipes of a few toy phases, one behind the other, for the tests of lints."""

from __future__ import annotations

REST = "batch = 1 x 256, context = 256, mix = a"
NAMES = ("one", "two", "three")


def chain(*phases: str, rest: str = f"steps = 100, {REST}", edge: str = "", start: str = "") -> str:
    """Phases `one`, `two`, `three`, each behind the one before; `edge` is what all their transitions say.

    A phase is what it has beside `rest`, or all of it where it has braces: `like one { mix = b }`, `{ steps = 9 }`. `start`
    is a declared checkpoint, `base`, that the first goes on from.
    """
    names = NAMES[: len(phases)]
    items = "".join(f"phase {name} {_body(phase, rest)}\n" for name, phase in zip(names, phases, strict=True))
    path = " -> ".join(["base", *names] if start else names)
    flow = f"flow {path}\n" if "->" in path else ""
    return f"{start}{items}{flow}" + (f"transition {path} {{ {edge} }}\n" if edge else "")


def _body(phase: str, rest: str) -> str:
    whole = phase.startswith(("{", "like "))
    return phase if whole else f"{{ {', '.join(part for part in (rest, phase) if part)} }}"
