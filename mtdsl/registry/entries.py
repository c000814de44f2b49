"""What is registered: a technique and who provides it, a package that did not load, and the two together."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from mtdsl.diag import Diagnostic
from mtdsl.frozen import Frozen, node
from mtdsl.registry.kinds import Descriptor, Lint
from mtdsl.registry.parameters import construct, parameters
from mtdsl.registry.strangers import ask


@node
class Entry(Frozen):
    """A registered technique and the package that provides it."""

    descriptor: Descriptor
    package: str
    version: str
    plugin: str = ""
    """The entry point that registered it, by which a recipe may qualify its name: `acme_power.power`."""

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


@node
class Broken(Frozen):
    """A package whose entry point did not load, and why."""

    package: str
    entry_point: str
    reason: str


@node
class LeftOut(Frozen):
    """An entry point that the environment keeps from being loaded, by which variable."""

    package: str
    entry_point: str
    variable: str


@node
class Registry(Frozen):
    """Every technique by kind and name. Two packages that claim one name are both kept: using it is then an error.

    `unknown` are names that the environment asks for and no installed package has, each with its variable.
    """

    entries: Mapping[tuple[str, str], tuple[Entry, ...]] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    _built: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def find(self, kind: str, name: str) -> tuple[Entry, ...]:
        """The packages' entries of that name: none, one, or several that conflict.

        `acme_power.power` is the `power` of the entry point `acme_power`, whoever else has one.
        """
        plugin, _, bare = name.rpartition(".")
        found = self.entries.get((kind, bare), ())
        return tuple(entry for entry in found if entry.plugin == plugin) if plugin else found

    def names(self, kind: str) -> list[str]:
        """All names of a kind, sorted."""
        return sorted(name for of, name in self.entries if of == kind)

    def build(self, kind: str, name: str, params: Mapping[str, Any]) -> Any:
        """The technique itself, made once from its bound parameters. Raises `KeyError` where nobody provides it."""
        key = f"{kind} {name} {sorted(params.items())}"
        if key not in self._built:
            self._built[key] = self.make(kind, name, params)
        return self._built[key]

    def make(self, kind: str, name: str, params: Mapping[str, Any]) -> Any:
        """The technique itself, not kept: for parameters that are others at every step. Raises as `build` does."""
        entry = self.find(kind, name)
        if not entry:
            raise KeyError(f"no {kind} named {name}")
        factory = entry[0].factory()
        return construct(factory, {**params, **self._inner(factory, params)})

    def _inner(self, factory: type[Any], params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters that are techniques of their own, made."""
        named = ((at.name, at.technique, params.get(at.name)) for at in parameters(factory) if at.technique)
        return {name: self.make(str(kind), value.name, value.params) for name, kind, value in named if value is not None}

    def warnings(self) -> Iterator[Diagnostic]:
        """One warning a broken package, a name that nobody has, and a lint of two packages, since no recipe names a lint."""
        for variable, name in self.unknown:
            message = f"`{variable}` names `{name}`, and no installed package has that name"
            yield Diagnostic("plugin-not-installed", "warning", message, help="`mtdsl plugins` lists the packages")
        for broken in self.broken:
            yield Diagnostic("plugin-broken", "warning", f"`{broken.package}` failed to load: {broken.reason}")
        for (kind, _), entries in self.entries.items():
            if kind == Lint.kind and len(entries) > 1:
                yield Diagnostic("plugin-conflict", "warning", conflict(entries), help=way_out(entries))


def conflict(entries: Sequence[Entry]) -> str:
    """What to say of several packages that claim one name."""
    packages = " and ".join(f"`{entry.package}`" for entry in entries)
    return f"{packages} both provide the {entries[0].kind} `{entries[0].name}`"


def absent(registry: Registry) -> list[str]:
    """What to say of the packages that might provide what nobody does: they failed to load, or are switched off."""
    failed = [f"`{at.package}` failed to load: {at.reason}" for at in registry.broken]
    return [*failed, *dict.fromkeys(f"`{at.package}` is switched off by {at.variable}" for at in registry.left_out)]


def way_out(entries: Sequence[Entry]) -> str:
    """How a recipe, or who runs it, chooses between them."""
    plugins = [entry.plugin for entry in entries]
    off = f"switch one off: MTDSL_DISABLE_PLUGINS={entries[-1].package}"
    apart = len(set(plugins)) == len(plugins) and entries[0].kind != Lint.kind
    return f"say whose: `{plugins[-1]}.{entries[0].name}`; or {off}" if apart else off


def loaded(entry: Entry) -> type[Any]:
    """The dataclass behind a technique whose parameters can be read. Raises `Failed` for whatever a broken package raises."""
    return ask(lambda: _with_parameters(entry.factory()))


def _with_parameters(factory: type[Any]) -> type[Any]:
    """The factory, after its parameters were read: reading them is part of loading it."""
    parameters(factory)
    return factory
