"""The edge of the process: whatever a command raises becomes an exit code and a plain sentence."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from io import TextIOWrapper

from mtdsl.cli import failure
from mtdsl.diag import Refusal, refuse

ALONE = "--no-plugins"
"""Understood by every command, wherever it stands."""

PLAIN = ("check", "plugins")
"""Commands that are called often and mostly without options, `check` by editors at every save.

Each of their modules has a `plain`, which takes the words of such a call, or gives None to have the parser say what is wrong
with them: without a parser of options a command starts in two thirds of the time.
"""


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code. `KeyboardInterrupt` is left to the caller, who catches it from the start."""
    try:
        _ready()
        code = _command(arguments)
        sys.stdout.flush()
        return code
    except failure.Misuse as misuse:
        return failure.misused(misuse)
    except Refusal as refusal:
        return failure.refused(refusal)
    except BrokenPipeError:
        return failure.unread()
    except OSError as error:
        return failure.unwritten(error) if failure.is_of_output(error) else failure.unexpected(error)
    except Exception as error:  # noqa: BLE001  the edge of the process: nobody else can catch it
        return failure.unexpected(error)


def _ready() -> None:
    """Lets the streams take every character, whatever their encoding lacks. Raises a `Refusal` where there is no stdout."""
    if sys.stderr is None:  # closed by who called us
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  for as long as the process lives
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    if sys.stdout is None:
        raise refuse("cannot-write", "there is no standard output to write to: it is closed")


def _command(arguments: list[str]) -> int:
    if ALONE in arguments:
        from mtdsl.registry.choosing import ONLY

        arguments = [word for word in arguments if word != ALONE]
        os.environ[ONLY] = ""  # so that what this process starts does as it does
    if arguments[:1] and arguments[0] in PLAIN and not any(word.startswith("-") for word in arguments):
        done: int | None = import_module(f"mtdsl.cli.{arguments[0]}").plain(arguments[1:])
        if done is not None:
            return done
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
