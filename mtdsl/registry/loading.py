"""Finds plugin packages through their entry points and keeps what they register."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from types import ModuleType
from typing import Any

import pluggy

from mtdsl.diag import Diagnostic
from mtdsl.registry import hooks
from mtdsl.registry.kinds import KINDS, Descriptor
from mtdsl.registry.parameters import construct, parameters
from mtdsl.registry.strangers import Failed, ask

GROUP = "mtdsl"


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
        """One warning a broken package."""
        for broken in self.broken:
            yield Diagnostic("plugin-broken", "warning", f"`{broken.package}` failed to load: {broken.reason}")


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
        for descriptor in found:
            key = descriptor.kind, descriptor.name
            entries[key] = (*entries.get(key, ()), Entry(descriptor, package, version))
    return Registry(entries, tuple(broken))


def _label(package: Distribution | None) -> tuple[str, str]:
    """Name and version of a package, whose metadata is parsed anew whenever it is asked for."""
    if package is None:
        return "", ""
    metadata = package.metadata
    return metadata["Name"], metadata["Version"]


def _descriptors(module: ModuleType, manager: pluggy.PluginManager) -> Iterator[Descriptor]:
    """What one module registers; it leaves the manager again, so that what is wrong with it is nobody else's mistake."""
    manager.register(module)
    try:
        manager.check_pending()
        for kind in KINDS:
            for implementation in getattr(manager.hook, hooks.hook_of(kind.kind)).get_hookimpls():
                yield from implementation.function()
    finally:
        manager.unregister(module)
