"""Finds plugin packages through their entry points and keeps what they register."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from types import ModuleType
from typing import Any

import pluggy

from mtdsl.registry import hooks
from mtdsl.registry.choosing import Choice, choice, normal
from mtdsl.registry.entries import Broken, Entry, LeftOut, Registry
from mtdsl.registry.kinds import KINDS, Descriptor, Lint
from mtdsl.registry.strangers import Failed, ask

GROUP = "mtdsl"
TRACE = "MTDSL_TRACE_PLUGINS"
_FACTORY = re.compile(r"\w+(\.\w+)*:\w+")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@cache
def installed() -> Registry:
    """What the installed packages register, as far as the environment lets them; read once a process."""
    return register(entry_points(group=GROUP), choice(os.environ))


def register(points: Iterable[EntryPoint], chosen: Choice | None = None) -> Registry:
    """A registry of the packages behind `points`; one that fails to load is kept as broken, the rest works."""
    chosen = chosen or Choice()
    loading = Loading()
    left_out: list[LeftOut] = []
    names: set[str] = set()
    labels: dict[Distribution | None, tuple[str, str]] = {}
    for point in sorted(points, key=lambda point: (point.name, point.value)):
        if point.dist not in labels:
            labels[point.dist] = _label(point.dist)
        package, version = labels[point.dist] if point.dist else (point.module, "")
        names |= {normal(package), normal(point.name)}
        variable = chosen.left_out(package, point.name)
        if variable:
            left_out.append(LeftOut(package, point.name, variable))
        else:
            loading.take(package, version, point.name, point.load)
    return Registry(loading.entries, tuple(loading.broken), tuple(left_out), tuple(chosen.unknown(frozenset(names))))


class Loading:
    """Modules that register, one after another."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], tuple[Entry, ...]] = {}
        self.broken: list[Broken] = []
        self._manager = pluggy.PluginManager(hooks.PROJECT)
        self._manager.add_hookspecs(hooks)

    def take(self, package: str, version: str, plugin: str, load: Callable[[], ModuleType]) -> None:
        """Registers what the module yields; what is wrong with it is kept, and must not stop the others."""
        began = time.perf_counter()
        try:
            found = ask(lambda: list(self._descriptors(load())))
        except Failed as failed:
            said = " ".join(f"{type(failed.error).__name__}: {failed.error}".split())
            self.broken.append(Broken(package, plugin, said))
            found = []
        for kind, descriptor in found:
            problem = _problem(kind, descriptor, package)
            if problem:
                self.broken.append(Broken(package, plugin, problem))
                continue
            key = descriptor.kind, descriptor.name
            self.entries[key] = (*self.entries.get(key, ()), Entry(descriptor, package, version, plugin))
        if os.environ.get(TRACE):
            took = time.perf_counter() - began
            sys.stderr.write(f"plugins: {package} ({plugin}) registered {len(found)} in {took * 1000:.1f} ms\n")

    def _descriptors(self, module: ModuleType) -> Iterator[tuple[type[Descriptor], Any]]:
        """What one module registers, with the kind whose hook it gave it to.

        It leaves the manager again, so that what is wrong with it is nobody else's mistake.
        """
        self._manager.register(module)
        try:
            _check_hooks(module)
            self._manager.check_pending()
            for kind in KINDS:
                for implementation in getattr(self._manager.hook, hooks.hook_of(kind.kind)).get_hookimpls():
                    yield from ((kind, given) for given in implementation.function())
        finally:
            self._manager.unregister(module)


def _check_hooks(module: ModuleType) -> None:
    """Raise `NameError` for a hook that there is not: pluggy names it too, without the one that was meant."""
    marked = (name for name, held in vars(module).items() if getattr(held, f"{hooks.PROJECT}_impl", None))
    for name in marked:
        if not hasattr(hooks, name):
            from mtdsl.diag.nearest import nearest

            known = [hooks.hook_of(kind.kind) for kind in KINDS]
            near = nearest(name, known)
            way_out = f"did you mean `{near}`?" if near else f"there are {', '.join(known)}"
            raise NameError(f"mtdsl has no hook `{name}`; {way_out}")


def _label(package: Distribution | None) -> tuple[str, str]:
    """Name and version of a package, whose metadata is parsed anew whenever it is asked for."""
    if package is None:
        return "", ""
    metadata = package.metadata
    return metadata["Name"], metadata["Version"]


def _problem(kind: type[Descriptor], given: Any, package: str) -> str:
    """Why what a hook gave cannot be registered; empty where it can."""
    if not isinstance(given, kind):
        return f"`{hooks.hook_of(kind.kind)}` gives {given!r}, which is no `mtdsl.{kind.__name__}`"
    if not (
        isinstance(given.name, str) and given.name and isinstance(given.factory, str) and _FACTORY.fullmatch(given.factory)
    ):
        return f"the {kind.kind} {given.name!r} has the factory {given.factory!r}, not text such as `package.module:Name`"
    if not (_ID.fullmatch(given.name) if kind is Lint else given.name.isidentifier()):
        so = "words-with-dashes" if kind is Lint else "a_word"
        return f"no recipe can write `{given.name}`, the name of its {kind.kind}: write it as `{so}`"
    if kind is Lint and package != hooks.PROJECT and _is_core(given.name):
        return f"the lint `{given.name}` has the id of a diagnostic of mtdsl"
    return ""


def _is_core(id: str) -> bool:
    """Whether an id is the core's own. Only other packages' lints ask, so that a start without them reads no catalogue."""
    from mtdsl.diag.catalogue import catalogue

    return id in catalogue()
