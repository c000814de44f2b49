"""One technique, planned in its place in a small recipe: what binds its parameters, and what is wrong with a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from mtdsl.diag import Diagnostic
from mtdsl.frozen import Frozen, node
from mtdsl.lang import files
from mtdsl.plan import slots
from mtdsl.plan.compile import analyse
from mtdsl.plan.model import Plan, Plugin
from mtdsl.registry import Entry, Registry

PLACE = Path("<example>")
"""What diagnostics call the recipe, which is no file."""


@node
class Trial(Frozen):
    """The recipe that a technique fits into and its plan; without one, what was found in the first that was tried.

    `line` is that part of the recipe in which the technique stands.
    """

    line: str
    plan: Plan | None
    errors: tuple[Diagnostic, ...]


def tried(entry: Entry, factory: type[Any], arguments: str, registry: Registry) -> Trial:
    """The technique with arguments as a recipe writes them (`decay = 20%`), in the first slot of its kind that takes it.

    It is called by its full name, `acme_power.power`, where another package has one of its name.
    """
    alone = len(registry.find(entry.kind, entry.name)) == 1
    given = ", ".join(filter(None, (*slots.before(entry.kind, factory), arguments)))
    call = (entry.name if alone else f"{entry.plugin}.{entry.name}") + (f"({given})" if given else "")
    tries = [_planned(body, call, registry) for body in slots.bodies(entry.kind, factory)]
    return next((one for one in tries if one.plan), tries[0] if tries else Trial("", None, ()))


def bound(entry: Entry, plan: Plan) -> Plugin:
    """What a plan holds of the technique: its first use."""
    return next(plugin for plugin in _plugins(plan) if plugin.name.rpartition(".")[2] == entry.name)


def _planned(body: str, call: str, registry: Registry) -> Trial:
    text = slots.recipe(body, call)
    with files.unsaved({PLACE.resolve(): text.encode()}):
        found = analyse(PLACE, {}, registry)
    errors = tuple(one for one in found.diagnostics if one.severity == "error")
    return Trial(body.format(call=call).strip(), found.plan, errors)


def _plugins(value: object) -> Iterator[Plugin]:
    """Every technique in a plan, outer ones first."""
    if isinstance(value, Plugin):
        yield value
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if is_dataclass(value):
        value = tuple(getattr(value, field.name) for field in fields(value))
    if isinstance(value, tuple | list):
        for item in value:
            yield from _plugins(item)
