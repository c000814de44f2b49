"""A technique under test: found by its name or its factory, called in a recipe, made of what the recipe binds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mtdsl.plan import compile
from mtdsl.plan.model import Plan, Plugin
from mtdsl.plan.slots import LLAMA, recipe
from mtdsl.registry import Entry, Registry, installed
from mtdsl.registry.examples import Example, written
from mtdsl.registry.kinds import KINDS
from mtdsl.testing.rules import broken


@dataclass(frozen=True)
class Subject:
    """A technique with parameters, as a recipe binds them."""

    entry: Entry
    registry: Registry
    example: Example
    plugin: Plugin

    @property
    def title(self) -> str:
        """The kind, and the call as a recipe writes it."""
        return titled(self.entry, self.example)

    def made(self, **changed: Any) -> Any:
        """The technique, made anew; `changed` are parameters that are others than in the recipe."""
        params = {**self.plugin.params, **changed}
        return replace(self.registry, _built={}).build(self.entry.kind, self.entry.name, params)


@cache
def found(kind: str, technique: str) -> tuple[Entry, Registry]:
    """The technique of a registered name, or of a factory (`package.module:Name`) as if it were registered.

    Returns its entry and a registry that has it.
    """
    registry = installed()
    if ":" in technique:
        name = technique.rpartition(":")[2].lower()
        descriptor = next(known for known in KINDS if known.kind == kind)(name, technique)
        entry = Entry(descriptor, "the package under test", "0")
        return entry, replace(registry, entries={**registry.entries, (kind, name): (entry,)}, _built={})
    entries = registry.find(kind, technique)
    if len(entries) != 1:
        packages = " and ".join(entry.package for entry in entries) or "no installed package"
        way_out = "install the package that registers it, `pip install -e .`, or name its entry point: `acme_power.power`"
        broken(f"the {kind} `{technique}`", f"is provided by {packages}", "one package must provide it", way_out)
    return entries[0], registry


def call(entry: Entry, example: Example, first: Sequence[str] = ()) -> str:
    """The technique as a recipe calls it; `first` are arguments before its parameters."""
    given = ", ".join(filter(None, [*first, written(example)]))
    return f"{entry.name}({given})"


def titled(entry: Entry, example: Example | None = None) -> str:
    """The technique in a sentence."""
    return f"the {entry.kind} `{call(entry, example) if example else entry.name}`"


@cache
def planned(kind: str, technique: str, text: str) -> tuple[Plan | None, tuple[str, ...]]:
    """The plan of a recipe that may use the technique, and its errors."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "conformance.mtr")
        path.write_text(text)
        plan, diagnostics = compile(path, {}, found(kind, technique)[1])
    return plan, tuple(one.message for one in diagnostics if one.severity == "error")


def in_recipe(
    kind: str, technique: str, example: Example, bodies: Sequence[str], first: Sequence[str] = (), model: str = LLAMA
) -> Plan:
    """The plan of the first of `bodies` in which a recipe may use the technique so; fails where there is none."""
    plan, said = tried(kind, technique, example, bodies, first, model)
    if plan is None:
        way_out = "mend what it refuses, or give the suite `examples` that fit"
        title = titled(found(kind, technique)[0], example)
        broken(title, f"is refused in a recipe ({said})", "a recipe must be able to use its examples", way_out)
    return plan


def tried(
    kind: str, technique: str, example: Example, bodies: Sequence[str], first: Sequence[str] = (), model: str = LLAMA
) -> tuple[Plan | None, str]:
    """The plan of the first of `bodies` in which a recipe may use the technique so, or none and the first error."""
    entry, _ = found(kind, technique)
    said: list[str] = []
    for body in bodies:
        plan, errors = planned(kind, technique, recipe(body, call(entry, example, first), model))
        if plan is not None:
            return plan, ""
        said += errors
    return None, said[0]
