"""`mtdsl new`: what a plugin package begins with."""

from __future__ import annotations

import sys
from pathlib import Path


def plugin(name: str, /, *, kind: str = "scheduler", into: Path = Path()) -> int:
    """Write a package with one technique that works, its tests and a recipe that uses it, into a new folder NAME.

    Parameters
    ----------
    name
        The package, in small letters, such as acme-power: recipes say acme_power.
    kind
        What its technique is: scheduler, mixer, online-mixer, extender, merger, source, filter, packer, rewriter, optimizer,
        gate, evaluator, fitter, objective, editor or lint.
    into
        The folder in which the new one is made.
    """
    from mtdsl.cli.scaffold import package

    folder = package(name, kind, into)
    sys.stdout.write(f"{folder} holds a {kind.replace('-', ' ')} that works. Install it, test it, use it:\n\n")
    commands = (f"cd {folder}", "pip install -e '.[test]'", "pytest", "mtdsl plan example.mtr")
    sys.stdout.writelines(f"    {command}\n" for command in commands)
    return 0
