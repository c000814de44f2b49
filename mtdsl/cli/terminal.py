"""What the terminal can show."""

from __future__ import annotations

import os
import shutil
from typing import TextIO


def colored(stream: TextIO) -> bool:
    """Whether to write colours there: a terminal, and `NO_COLOR` is unset or empty."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to draw in: the terminal's, or what `COLUMNS` says, or 100 where the output goes to a file."""
    return shutil.get_terminal_size((100, 24)).columns
