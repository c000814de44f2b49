"""The command line: one module a command, imported when it is called.

Exit codes: 0 fine, 1 problems found, 2 wrong use or an internal error, 130 interrupted.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

LONG = frozenset({"run", "lock"})
"""Commands that do more than read a recipe."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command with `arguments` (left out: those of the process) and return the exit code.

    Everything is imported inside, so that Ctrl-C while it starts ends it as quietly as later.
    """
    if arguments is None and LONG.isdisjoint(sys.argv[1:2]):
        gc.disable()  # what it makes lives as long as the process: a twentieth of the time went to looking through it
    try:
        from mtdsl.cli.process import run

        return run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130
