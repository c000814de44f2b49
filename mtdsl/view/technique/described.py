"""Everything that is known of a technique, read from its package: a value that is written as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass, replace
from inspect import getdoc
from types import MappingProxyType
from typing import Any

from mtdsl.diag import Diagnostic
from mtdsl.plan.model import Plan
from mtdsl.plan.trial import Trial, bound, tried
from mtdsl.registry import Entry, Registry
from mtdsl.registry.documented import explained, said_of
from mtdsl.registry.entries import loaded
from mtdsl.registry.examples import stated, written
from mtdsl.registry.parameters import Parameter, parameters
from mtdsl.registry.strangers import Failed, ask
from mtdsl.view.technique import checkpoints, curve, waves, weights
from mtdsl.view.technique.picture import Picture, Shown

PICTURES: Mapping[str, Callable[[Shown], Picture | None]] = MappingProxyType(
    {"scheduler": curve.picture, "mixer": weights.picture, "extender": waves.picture, "merger": checkpoints.picture}
)
"""By kind: what draws a technique. Of the others no picture says more than the line of the recipe."""


@dataclass(frozen=True, slots=True)
class Described:
    """A technique: what its author says of it and of each parameter, its place in a recipe, and its picture if there is one.

    `errors` are what is wrong with the arguments that were given; `missing` says why nothing is drawn.
    """

    entry: Entry
    doc: str
    parameters: tuple[Parameter, ...]
    docs: Mapping[str, str]
    line: str = ""
    picture: Picture | None = None
    missing: str = ""
    errors: tuple[Diagnostic, ...] = ()


def described(entry: Entry, arguments: str | None, registry: Registry) -> Described:
    """The technique with these arguments, or with its author's first example. Raises `Failed` where it cannot be loaded."""
    factory: type[Any] = ask(entry.factory)
    if not is_dataclass(factory):  # a lint, which is a function
        return Described(entry, getdoc(factory) or "", (), {})
    known = parameters(loaded(entry))
    doc = (getdoc(factory) or "") if explained(factory) else ""
    about = Described(entry, doc, known, said_of(factory, tuple(one.name for one in known)))
    given = written(stated(factory)[0]) if arguments is None else arguments
    trial = tried(entry, factory, given, registry)
    if trial.plan is None:
        return _undrawn(about, trial, arguments is not None)
    return _drawn(replace(about, line=trial.line), trial.plan, registry)


def _drawn(about: Described, plan: Plan, registry: Registry) -> Described:
    """The same with its picture, where its kind has one."""
    entry = about.entry
    draw = PICTURES.get(entry.kind)
    if draw is None:
        return about
    try:
        return replace(about, picture=ask(lambda: draw(Shown(entry.kind, plan, bound(entry, plan), registry))))
    except Failed as failed:
        return replace(about, missing=f"it cannot be drawn: {failed.error}")


def _undrawn(about: Described, trial: Trial, given: bool) -> Described:
    """The same where no recipe takes it: because of its arguments, or because it needs some."""
    if given and trial.errors:
        return replace(about, errors=trial.errors)
    if not trial.errors:
        return replace(about, missing=f"a {about.entry.kind} stands in no recipe, so none is tried" if given else "")
    needs = [one.name for one in about.parameters if one.required]
    if not needs:
        return replace(about, missing=trial.errors[0].message)
    call = f"{about.entry.name}({', '.join(f'{name} = ...' for name in needs)})"
    asked = " and ".join(f"`{name}`" for name in needs)
    return replace(about, missing=f"it needs {asked}: `mtdsl plugins show '{call}'` tries it")
