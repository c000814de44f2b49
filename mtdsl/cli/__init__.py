"""The command line: one module a command, imported when it is called.

Exit codes: 0 fine, 1 problems found, 2 wrong use or an internal error, 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence

from mtdsl.diag import Refusal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command with `arguments` (`sys.argv` without it) and return the exit code."""
    from cyclopts import CycloptsError

    from mtdsl.cli import failure
    from mtdsl.cli.commands import app

    try:
        result = app(arguments, exit_on_error=False, result_action="return_value")
    except CycloptsError:  # already drawn
        return 2
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
    return result if isinstance(result, int) else 0
