"""Where a command's result goes: stdout, or the file named by `--out`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mtdsl.diag import refuse


def deliver(text: str, out: Path | None) -> None:
    """Write `text` to stdout or to the file `out`, which is replaced whole or not at all."""
    if out is None:
        sys.stdout.write(text)
        return
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(out)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise refuse("cannot-write", f"`{out}` cannot be written: {error.strerror}") from error
