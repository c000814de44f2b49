"""Where a command's result goes: stdout, or a file that is replaced whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from mtdsl.diag import refuse


def deliver(text: str, out: Path | None) -> None:
    """Write `text` to stdout or to the file `out`."""
    if out is None:
        sys.stdout.write(text)
    else:
        replace(out, text.encode())


def replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file, whose mode and links to it are kept. Refuses where it cannot be written."""
    target = path.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        with suppress(FileNotFoundError):
            shutil.copymode(target, beside)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise refuse("cannot-write", f"`{path}` cannot be written: {error.strerror}") from error
