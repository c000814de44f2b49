"""Names: which file declares what, what `use` brings in, and what `--set` replaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mtdsl.diag import Diagnostic, Label, Report, Source, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.diag.nearest import suggest
from mtdsl.diag.source import TYPED
from mtdsl.frozen import Frozen, node
from mtdsl.lang import files, parse, parse_expression, tree
from mtdsl.plan.outside import says_more
from mtdsl.plan.scripts import ScriptUse, read_script

DECLARING = (tree.Param, tree.Let, tree.Start, tree.Data, tree.Mix, tree.Phase, tree.Group, tree.Merge, tree.Eval)


@node
class Found(Frozen):
    """A declared item and the module whose names its values are looked up in."""

    item: tree.Param | tree.Let | tree.Start | tree.Data | tree.Mix | tree.Phase | tree.Group | tree.Merge | tree.Eval
    module: Module


@node
class Bound(Frozen):
    """An expression that a name stands for, and where the names in it are looked up."""

    expr: tree.Expr
    scope: Scope


@dataclass(slots=True, eq=False)
class Module:
    """One file: what it declares and what it uses of others. The main one knows all `files` of the recipe, itself included."""

    file: tree.File
    names: dict[str, Found] = field(default_factory=dict)
    aliases: dict[str, Module] = field(default_factory=dict)
    files: tuple[tree.File, ...] = ()
    scripts: list[ScriptUse] = field(default_factory=list)
    again: dict[str, Found] = field(default_factory=dict)
    """What a name stands for beside what it was declared as first, where that is something else: an error already told."""

    def among(self, name: str, kinds: tuple[type[Any], ...]) -> Found | None:
        """The item of one of these kinds that has a name, the second one of the name too; None where there is none."""
        found = (self.names.get(name), self.again.get(name))
        return next((one for one in found if one and isinstance(one.item, kinds)), None)

    def items(self, kind: type[tree.Item]) -> Iterator[tree.AnyItem]:
        """Its own items of one kind, in order."""
        return (item for item in self.file.items if isinstance(item, kind))

    @property
    def settings(self) -> dict[str, tree.Attribute]:
        """Attributes written at its top level."""
        return {item.attribute.name: item.attribute for item in self.file.items if isinstance(item, tree.Setting)}


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Where a name is looked up: variables of `for` first, then the module."""

    module: Module
    local: Mapping[str, Bound] = field(default_factory=dict)

    def find(self, name: tree.Name) -> Bound | Found | None:
        """What the first part of a dotted name stands for; None where nothing does."""
        scope, name = self.within(name)
        first = name.parts[0]
        if first in scope.local:
            return scope.local[first] if len(name.parts) == 1 else None
        found = scope.module.names.get(first)
        if found and isinstance(found.item, tree.Param | tree.Let):
            return Bound(found.item.value, Scope(found.module)) if len(name.parts) == 1 else None
        return found

    def within(self, name: tree.Name) -> tuple[Scope, tree.Name]:
        """Where a name is looked up and what is left of it: behind `use ... as lib`, `lib.web` is `web` in that file."""
        other = self.module.aliases.get(name.parts[0])
        if other is None or name.parts[0] in self.local or len(name.parts) == 1:
            return self, name
        return Scope(other).within(tree.Name(name.span, name.parts[1:]))

    def known(self) -> list[str]:
        """Every name that can be written here."""
        return [*self.local, *self.module.names, *self.module.aliases]


def unknown_name(name: str, span: Span, known: list[str], what: str = "name", where: str = "") -> Mistake:
    """An error for a name that nothing declares (in ` in "FILE"`), with the nearest one that something does."""
    hint, fix = suggest(name, span, known)
    return mistake("unknown-name", f"there is no {what} `{name}`{where}", span, help=hint, fix=fix)


def load(path: Path, sets: Mapping[str, str], report: Report) -> Module | None:
    """The main module of a recipe and, through it, all that it uses; None where it cannot be read."""
    source = files.read(path, str(path), None, report)
    if source is None:
        return None
    known: dict[Path, Module] = {}
    main = _module(source, path, (path.resolve(),), known, report)
    main.files = tuple(module.file for module in known.values())
    main.scripts = [script for module in known.values() for script in module.scripts]
    _apply(sets, main, known, report)
    return main


def _module(source: Source, path: Path, chain: tuple[Path, ...], known: dict[Path, Module], report: Report) -> Module:
    """One file and all that it uses; `known` keeps each, so that two ways to a file give the same names."""
    file, found = parse(source)
    report.extend(found)
    module = Module(file)
    _once([item.attribute for item in file.items if isinstance(item, tree.Setting)], report)
    for item in file.items:
        _once_inside(item, report)
        if isinstance(item, tree.Use):
            _use(item, module, path, chain, known, report)
        elif isinstance(item, DECLARING):
            _declare(item.name, Found(item, module), item.name_span, module, report)
    known[path.resolve()] = module
    return module


def _once_inside(item: tree.AnyItem, report: Report) -> None:
    bodies = tree.Start | tree.Data | tree.Mix | tree.Phase | tree.Group | tree.Transition
    body = item.body if isinstance(item, bodies) else None
    if body is not None:
        _once([entry for entry in body.entries if isinstance(entry, tree.Attribute)], report)


def _once(attributes: list[tree.Attribute], report: Report) -> None:
    """Reports names that are given a value twice: one of the two would be ignored."""
    first: dict[str, tree.Attribute] = {}
    for attribute in attributes:
        before = first.setdefault(attribute.name, attribute)
        if before is not attribute:
            labels = Label(attribute.name_span, "given again here"), Label(before.name_span, "first given here")
            report.error("declared-twice", f"`{attribute.name}` is given twice", *labels)


def _declare(name: str, found: Found, span: Span, module: Module, report: Report) -> None:
    before = module.names.get(name)
    if before and before.item is not found.item:
        labels = Label(span, "declared again here"), Label(before.item.name_span, "first declared here")
        kinds = {type(before.item), type(found.item)}
        hint = "data, mixes, phases and all other items share one space of names" if len(kinds) > 1 else None
        report.error("declared-twice", f"`{name}` is declared twice", *labels, help=hint)
        if len(kinds) > 1:
            module.again.setdefault(name, found)
        return
    module.names[name] = found


def _use(use: tree.Use, module: Module, path: Path, chain: tuple[Path, ...], known: dict[Path, Module], report: Report) -> None:
    if use.python:
        script = read_script(use, path, chain[0], report)
        module.scripts += [script] if script else []
        return
    target = path.parent / use.path
    place = files.inside(target, chain[0], use.path_span, report)
    if place is None:
        return
    if place in chain:
        report.error("import-cycle", f"`{use.path}` uses this file again", use.path_span)
        return
    other = known.get(place) or _opened(target, use, chain, known, report)
    if other is None:
        return
    says_more(use, other.file, report)
    if use.alias:
        module.aliases[use.alias] = other
        return
    wanted = use.names or tuple(tree.Name(use.span, (name,)) for name in other.names)
    for name in wanted:
        found = other.names.get(name.parts[0])
        if found is None:
            report.extend(_diagnostics(unknown_name(name.parts[0], name.span, list(other.names), where=f" in `{use.path}`")))
        else:
            _declare(name.parts[0], found, name.span, module, report)


def _opened(target: Path, use: tree.Use, chain: tuple[Path, ...], known: dict[Path, Module], report: Report) -> Module | None:
    source = files.read(target, str(target), use.path_span, report)
    return None if source is None else _module(source, target, (*chain, target.resolve()), known, report)


def _diagnostics(found: Mistake) -> tuple[Diagnostic, ...]:
    return (found.diagnostic,) if found.diagnostic else ()


def _apply(sets: Mapping[str, str], main: Module, files: Mapping[Path, Module], report: Report) -> None:
    """Replaces parameters' values by what `--set name=value` says, read by the same grammar."""
    for name, text in sets.items():
        found = main.names.get(name)
        source = Source(TYPED, text)
        if found is None or not isinstance(found.item, tree.Param):
            params = [other for other, at in main.names.items() if isinstance(at.item, tree.Param)]
            report.extend(_diagnostics(unknown_name(name, Span(source, 0, len(text)), params, "param")))
            continue
        expr, wrong = parse_expression(source)
        report.extend(wrong)
        if expr is not None:
            _replace(found, Found(replace(found.item, value=expr), found.module), files)


def _replace(old: Found, new: Found, files: Mapping[Path, Module]) -> None:
    """In every file that knows the item, its own included."""
    for module in files.values():
        module.names.update({name: new for name, found in module.names.items() if found.item is old.item})
