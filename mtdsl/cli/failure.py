"""How a command ends that could not do its work."""

from __future__ import annotations

import os
import sys

from mtdsl.cli.terminal import colored
from mtdsl.diag import Refusal


class Misuse(Exception):
    """Arguments that do not go together: said in one line, exit code 2."""


def misused(misuse: Misuse) -> int:
    """Say what does not go together."""
    sys.stderr.write(f"error: {misuse}\n")
    return 2


def refused(refusal: Refusal) -> int:
    """Draw what the user can mend."""
    from mtdsl.diag import text

    sys.stderr.write(text.render(refusal.diagnostics, color=colored(sys.stderr)) + "\n")
    return 1


def interrupted() -> int:
    """The user pressed Ctrl-C."""
    sys.stderr.write("interrupted\n")
    return 130


def unread() -> int:
    """Whoever read our output has closed it (`mtdsl plan r.mtr | head`); keep Python from complaining as it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def unexpected(error: Exception) -> int:
    """A mistake of ours: one line, and where the whole traceback is. `MTDSL_TRACEBACK=1` shows it at once."""
    import tempfile
    import traceback

    story = "".join(traceback.format_exception(error))
    if os.environ.get("MTDSL_TRACEBACK"):
        sys.stderr.write(story)
        return 2
    with tempfile.NamedTemporaryFile("w", prefix="mtdsl-", suffix=".traceback", delete=False, encoding="utf-8") as file:
        file.write(story)
    summary = " ".join(traceback.format_exception_only(error)[-1].split())
    sys.stderr.write(f"internal error: {summary}\nThis is a bug in mtdsl. The traceback is in {file.name}\n")
    return 2
