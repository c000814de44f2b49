"""The command line: one module a command, imported when it is called.

Exit codes: 0 fine, 1 problems found, 2 wrong use or an internal error, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from mtdsl.cli import failure
from mtdsl.diag import Refusal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command with `arguments` (left out: those of the process) and return the exit code."""
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except failure.Misuse as misuse:
        return failure.misused(misuse)
    except Refusal as refusal:
        return failure.refused(refusal)
    except KeyboardInterrupt:
        return failure.interrupted()
    except BrokenPipeError:
        return failure.unread()
    except Exception as error:  # noqa: BLE001  the edge of the process: nobody else can catch it
        return failure.unexpected(error)


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["check"] and arguments[1:] and not any(word.startswith("-") for word in arguments):
        # what editors call at every save has no options: without a parser of options it starts in two thirds of the time
        from mtdsl.cli.check import check

        return check([Path(word) for word in arguments[1:]])
    return _parsed(arguments)


def _parsed(arguments: list[str]) -> int:
    from cyclopts import CycloptsError

    from mtdsl.cli.commands import app

    words = ["./-" if word == "-" else word for word in arguments]  # one path, but a bare - would be taken for an option
    try:
        result = app(words, exit_on_error=False, result_action="return_value")
    except CycloptsError:  # cyclopts has said what is wrong
        return 2
    return result if isinstance(result, int) else 0
