"""How a command ends that could not do its work."""

from __future__ import annotations

import errno
import os
import sys

from mtdsl.cli.terminal import colored
from mtdsl.diag import Refusal, refuse


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


def unread() -> int:
    """Whoever read our output has closed it (`mtdsl plan r.mtr | head`)."""
    _give_up_output()
    return 1


def is_of_output(error: OSError) -> bool:
    """Whether a write to a stream failed, and not to a file that we opened by its name."""
    return error.filename is None and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def unwritten(error: OSError) -> int:
    """Where stdout goes there is no room, or nothing that can be written to."""
    _give_up_output()
    return refused(refuse("cannot-write", f"standard output cannot be written: {error.strerror}"))


def _give_up_output() -> None:
    """Keeps Python from writing what is left as it exits, and complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
