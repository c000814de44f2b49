"""`require acme-power >= 0.2`: compared with what is installed before anything else is understood."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from mtdsl.diag import Report
from mtdsl.lang import tree
from mtdsl.plan.names import Module


def check_requirements(module: Module, report: Report) -> None:
    """Reports every `require` of a recipe and of the files it uses that does not hold here."""
    for file in module.files:
        for item in file.items:
            if isinstance(item, tree.Require):
                _check(item, report)


def _check(item: tree.Require, report: Report) -> None:
    from packaging.specifiers import SpecifierSet  # only a recipe with a `require` pays for its import
    from packaging.version import InvalidVersion, Version

    try:
        Version(item.version)
    except InvalidVersion:
        report.error("require-unmet", f"`{item.version}` is no version", item.span, help="write one such as `0.2` or `1.4.2`")
        return
    asked = f"{item.op} {item.version}"
    try:
        found = version(item.package)
    except PackageNotFoundError:
        message = f"this recipe needs `{item.package}` {asked}, which is not installed"
        report.error("require-unmet", message, item.span, help=f'pip install "{item.package}{item.op}{item.version}"')
        return
    if not SpecifierSet(f"{item.op}{item.version}").contains(found, prereleases=True):
        message = f"this recipe needs `{item.package}` {asked}, and {found} is installed"
        report.error("require-unmet", message, item.span, help=f'pip install "{item.package}{item.op}{item.version}"')
