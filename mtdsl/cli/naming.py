"""What a plugin package may be called."""

from __future__ import annotations

import keyword
import re
import sys
from importlib.util import find_spec

from mtdsl.diag import refuse
from mtdsl.lang.grammar import reserved
from mtdsl.registry import installed
from mtdsl.registry.choosing import normal

NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


def check(name: str, kind: str) -> None:
    """Raises a `Refusal` for what PyPI, Python or a recipe cannot call so, and for a name that somebody has."""
    if not NAME.fullmatch(name):
        near = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789") or "acme-power"
        message = f"`{name}` is no name for a package: small letters and digits, words joined by `-`, a letter first"
        raise refuse("plugin-name", message, help=f"write `{near}`")
    module = module_of(name)
    place = _meant(module)
    if place:
        raise refuse("plugin-name", f"`{module}` means something in {place} already", help=f"write `acme-{name}`")
    provider = _provider(name, kind)
    if provider:
        raise refuse("plugin-taken", provider, help=f"write `acme-{name}`")


def module_of(name: str) -> str:
    """The module of a package, and its technique in recipes: `acme_power` of `acme-power`."""
    return name.replace("-", "_")


def _meant(module: str) -> str:
    """Where it means something, so that it can name neither a module nor a technique; empty where it is free."""
    if keyword.iskeyword(module) or module in sys.stdlib_module_names:
        return "Python"
    return "recipes" if module in reserved() else ""


def _provider(name: str, kind: str) -> str:
    """Who has the name, in a sentence; empty where nobody has."""
    module, registry = module_of(name), installed()
    of = "mixer" if kind == "online-mixer" else kind
    for entry in registry.find(of, normal(name) if of == "lint" else module):
        return f"`{entry.package}` provides the {of} `{entry.name}`"
    packages = {entry.package for entries in registry.entries.values() for entry in entries}
    packages |= {one.package for one in registry.broken} | {one.package for one in registry.left_out}
    if normal(name) in map(normal, packages) or _importable(module):
        return f"a package `{name}` is installed already"
    return ""


def _importable(module: str) -> bool:
    """Whether `import module` finds a file; any folder of that name is something to import, but no package."""
    spec = find_spec(module)
    return spec is not None and spec.origin is not None
