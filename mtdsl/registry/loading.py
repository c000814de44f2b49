"""Finds plugin packages through their entry points and keeps what they register."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from types import ModuleType
from typing import Any

import pluggy

from mtdsl.diag import Diagnostic
from mtdsl.registry import hooks
from mtdsl.registry.kinds import KINDS, Descriptor, Lint
from mtdsl.registry.parameters import construct, parameters
from mtdsl.registry.strangers import Failed, ask

GROUP = "mtdsl"
_FACTORY = re.compile(r"\w+(\.\w+)*:\w+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered technique and the package that provides it."""

    descriptor: Descriptor
    package: str
    version: str

    @property
    def kind(self) -> str:
        """The kind of plugin."""
        return self.descriptor.kind

    @property
    def name(self) -> str:
        """The name in recipes."""
        return self.descriptor.name

    def factory(self) -> type[Any]:
        """The dataclass behind the name, imported now. Raises `ImportError` or `AttributeError` of a broken package."""
        module, _, attribute = self.descriptor.factory.partition(":")
        return getattr(importlib.import_module(module), attribute)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Broken:
    """A package whose entry point did not load, and why."""

    package: str
    entry_point: str
    reason: str


@dataclass(frozen=True)
class Registry:
    """Every technique by kind and name. Two packages that claim one name are both kept: using it is then an error."""

    entries: Mapping[tuple[str, str], tuple[Entry, ...]] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()
    _built: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def find(self, kind: str, name: str) -> tuple[Entry, ...]:
        """The packages' entries of that name: none, one, or several that conflict."""
        return self.entries.get((kind, name), ())

    def names(self, kind: str) -> list[str]:
        """All names of a kind, sorted."""
        return sorted(name for of, name in self.entries if of == kind)

    def build(self, kind: str, name: str, params: Mapping[str, Any]) -> Any:
        """The technique itself, made once from its bound parameters. Raises `KeyError` where nobody provides it."""
        key = f"{kind} {name} {sorted(params.items())}"
        if key not in self._built:
            entry = self.find(kind, name)
            if not entry:
                raise KeyError(f"no {kind} named {name}")
            factory = entry[0].factory()
            self._built[key] = construct(factory, {**params, **self._inner(factory, params)})
        return self._built[key]

    def _inner(self, factory: type[Any], params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters that are techniques of their own, made."""
        named = ((at.name, at.technique, params.get(at.name)) for at in parameters(factory) if at.technique)
        return {name: self.build(str(kind), value.name, value.params) for name, kind, value in named if value is not None}

    def warnings(self) -> Iterator[Diagnostic]:
        """One warning a broken package, and one a lint that two packages provide, since no recipe names a lint."""
        for broken in self.broken:
            yield Diagnostic("plugin-broken", "warning", f"`{broken.package}` failed to load: {broken.reason}")
        for (kind, _), entries in self.entries.items():
            if kind == Lint.kind and len(entries) > 1:
                yield Diagnostic("plugin-conflict", "warning", conflict(entries), help="uninstall one of them")


def conflict(entries: Sequence[Entry]) -> str:
    """What to say of several packages that claim one name."""
    packages = " and ".join(f"`{entry.package}`" for entry in entries)
    return f"{packages} both provide the {entries[0].kind} `{entries[0].name}`"


def loaded(entry: Entry) -> type[Any]:
    """The dataclass behind a technique whose parameters can be read. Raises `Failed` for whatever a broken package raises."""
    return ask(lambda: _with_parameters(entry.factory()))


def _with_parameters(factory: type[Any]) -> type[Any]:
    """The factory, after its parameters were read: reading them is part of loading it."""
    parameters(factory)
    return factory


@cache
def installed() -> Registry:
    """What the installed packages register, read once a process."""
    return register(entry_points(group=GROUP))


def register(points: Iterable[EntryPoint]) -> Registry:
    """A registry of the packages behind `points`; one that fails to load is kept as broken, the rest works."""
    entries: dict[tuple[str, str], tuple[Entry, ...]] = {}
    broken: list[Broken] = []
    labels: dict[Distribution | None, tuple[str, str]] = {}
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    for point in sorted(points, key=lambda point: (point.name, point.value)):
        if point.dist not in labels:
            labels[point.dist] = _label(point.dist)
        package, version = labels[point.dist] if point.dist else (point.module, "")
        try:
            found = ask(lambda point=point: list(_descriptors(point.load(), manager)))  # type: ignore[misc]
        except Failed as failed:  # it must not stop the others
            broken.append(Broken(package, point.name, f"{type(failed.error).__name__}: {failed.error}"))
            continue
        for kind, descriptor in found:
            problem = _problem(kind, descriptor, package)
            if problem:
                broken.append(Broken(package, point.name, problem))
                continue
            key = descriptor.kind, descriptor.name
            entries[key] = (*entries.get(key, ()), Entry(descriptor, package, version))
    return Registry(entries, tuple(broken))


def _label(package: Distribution | None) -> tuple[str, str]:
    """Name and version of a package, whose metadata is parsed anew whenever it is asked for."""
    if package is None:
        return "", ""
    metadata = package.metadata
    return metadata["Name"], metadata["Version"]


def _descriptors(module: ModuleType, manager: pluggy.PluginManager) -> Iterator[tuple[type[Descriptor], Any]]:
    """What one module registers, with the kind whose hook it gave it to.

    It leaves the manager again, so that what is wrong with it is nobody else's mistake.
    """
    manager.register(module)
    try:
        manager.check_pending()
        for kind in KINDS:
            for implementation in getattr(manager.hook, hooks.hook_of(kind.kind)).get_hookimpls():
                yield from ((kind, given) for given in implementation.function())
    finally:
        manager.unregister(module)


def _problem(kind: type[Descriptor], given: Any, package: str) -> str:
    """Why what a hook gave cannot be registered; empty where it can."""
    if not isinstance(given, kind):
        return f"`{hooks.hook_of(kind.kind)}` gives {given!r}, which is no `mtdsl.{kind.__name__}`"
    if not (
        isinstance(given.name, str) and given.name and isinstance(given.factory, str) and _FACTORY.fullmatch(given.factory)
    ):
        return f"the {kind.kind} {given.name!r} has the factory {given.factory!r}, not text such as `package.module:Name`"
    if kind is Lint and package != hooks.PROJECT and _is_core(given.name):
        return f"the lint `{given.name}` has the id of a diagnostic of mtdsl"
    return ""


def _is_core(id: str) -> bool:
    """Whether an id is the core's own. Only other packages' lints ask, so that a start without them reads no catalogue."""
    from mtdsl.diag.catalogue import catalogue

    return id in catalogue()
