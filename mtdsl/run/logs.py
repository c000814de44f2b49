"""A log of JSON lines that is appended to, cut back when a run goes on from an earlier step, and never torn."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from mtdsl.run import durable

Line = dict[str, Any]


def lines(path: Path) -> Iterator[Line]:
    """The whole lines of a log; one that was cut off by a kill is left out, and a missing log is empty."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for raw in file:
            if raw.endswith(b"\n") and (line := _line(raw)) is not None:
                yield line


def _line(raw: bytes) -> Line | None:
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def chained(before: str, line: Mapping[str, Any]) -> str:
    """A hash of a phase's lines up to this one, given that of the lines before: what a checkpoint knows its log by."""
    facts = json.dumps([before, line["step"], line["tokens"], line["loss"], line["lr"]])
    return sha256(facts.encode()).hexdigest()


class Log:
    """One log, open for appending; each line is with the operating system before `append` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        _untear(path)
        self._file = path.open("a", encoding="utf-8")

    def append(self, line: Mapping[str, object]) -> None:
        """Add one line."""
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def sync(self) -> None:
        """Have all lines on the disk."""
        os.fsync(self._file.fileno())

    def keep_phase(self, phase: str, step: int, logged: str) -> None:
        """Leave of a phase's lines those up to `step`, if they are the lines that led to `logged`; else none of them."""
        found = ""
        for line in lines(self.path):
            if line.get("phase") == phase and line["step"] <= step:
                found = chained(found, line)
        limit = step if found == logged else 0
        self.keep(lambda line: line.get("phase") != phase or line["step"] <= limit)

    def keep(self, wanted: Callable[[Line], bool]) -> int:
        """Leave only the lines that are `wanted`; returns how many went."""
        found = list(lines(self.path))
        kept = [line for line in found if wanted(line)]
        if len(kept) < len(found):
            self._rewrite(kept)
        return len(found) - len(kept)

    def sort(self, order: Callable[[Line], tuple[int, ...]]) -> None:
        """Put the lines in order, where they are not."""
        found = list(lines(self.path))
        ordered = sorted(found, key=order)
        if ordered != found:
            self._rewrite(ordered)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _rewrite(self, kept: list[Line]) -> None:
        self._file.close()
        durable.replace(self.path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept))
        self._file = self.path.open("a", encoding="utf-8")


def _untear(path: Path) -> None:
    """Cut off a last line that has no end."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)
