"""The edge to code that other people wrote: whatever a technique raises becomes one exception that its caller can explain."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mtdsl.diag import Refusal
from mtdsl.diag.mistake import Mistake

T = TypeVar("T")


class Failed(Exception):
    """A technique raised `error`, which tells a reader of the recipe nothing by itself."""

    def __init__(self, error: Exception | SystemExit) -> None:
        super().__init__(f"{error!r}")
        self.error = error


def ask(question: Callable[[], T]) -> T:
    """The answer. Raises `Failed` for whatever is raised on the way but a `Refusal` or a `Mistake`, which the user can read.

    `sys.exit` is caught too: it is not for a package to end the command that asks.
    """
    try:
        return question()
    except (Refusal, Mistake):
        raise
    except (Exception, SystemExit) as error:
        raise Failed(error) from error
