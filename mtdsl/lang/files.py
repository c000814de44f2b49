"""Reads recipe files: what is no text, or more than anyone writes, is named at once."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from mtdsl.diag import Report, Source, Span

LARGEST = 1_000_000
"""Bytes of the longest file that is read: some 25,000 lines, a hundred times the longest recipe that was published."""

NO_CORPUS = "a recipe says what is trained on, not the text itself"

MARKERS = (".git", "pyproject.toml")
"""What the top folder of a project holds."""

_unsaved: ContextVar[Mapping[Path, bytes]] = ContextVar("unsaved")


@contextmanager
def unsaved(contents: Mapping[Path, bytes]) -> Iterator[None]:
    """Reads files, by their resolved paths, as what they will hold, while nothing is written; one may stand in another."""
    token = _unsaved.set({**_unsaved.get({}), **contents})
    try:
        yield
    finally:
        _unsaved.reset(token)


def inside(target: Path, main: Path, used: Span, report: Report) -> Path | None:
    """Where a file named by `use` really lies; None, and an error at `used`, where that is outside the project of `main`.

    A project is the nearest folder above the main recipe that holds one of `MARKERS`, else the recipe's own folder: a recipe
    that was sent by somebody reads nothing of the machine around it.
    """
    project = next((folder for folder in main.parents if any((folder / name).exists() for name in MARKERS)), main.parent)
    try:
        place = target.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL byte
        report.error("file-unreadable", f"cannot read `{target}`: {error}", used)
        return None
    if place.is_relative_to(project):
        return place
    hint = "keep what recipes share in the project: the nearest folder above that holds `.git` or `pyproject.toml`"
    report.error("outside-project", f"`{target}` is outside the project of this recipe", used, help=hint)
    return None


def read(path: Path, shown: str, used: Span | None, report: Report) -> Source | None:
    """The text of a file, its lines ended by `\\n`; None where it cannot be read, and the report says why, at `used`."""
    content = content_of(path, shown, used, report)
    return None if content is None else decoded(content, shown, used, report)


def content_of(path: Path, shown: str, used: Span | None, report: Report, *, most: int = LARGEST) -> bytes | None:
    """The bytes of a file, at most one more than `most`: so many that `decoded` can tell."""
    labels = () if used is None else (used,)
    instead = _unsaved.get(None)
    if instead is not None and (content := instead.get(path.resolve())) is not None:
        return content
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:  # a path with a NUL byte is a ValueError
        report.error("file-unreadable", f"cannot read `{shown}`: {_reason(error)}", *labels)
        return None


def decoded(
    content: bytes, shown: str, used: Span | None, report: Report, *, most: int = LARGEST, help: str = NO_CORPUS
) -> Source | None:
    """The text that `content` holds: UTF-8, with or without a byte order mark, lines ended in any way; at most `most` bytes."""
    labels = () if used is None else (used,)
    if len(content) > most:
        message = f"`{shown}` is larger than {most // 1_000_000} MB"
        report.error("file-too-large", message, *labels, help=help)
        return None
    try:
        text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig").read()
    except UnicodeDecodeError as error:
        report.error("not-text", f"`{shown}` is not UTF-8 text: byte {error.start} cannot be read", *labels)
        return None
    if "\0" in text:
        report.error("not-text", f"`{shown}` is not text: character {text.index(chr(0))} is a NUL", *labels)
        return None
    return Source(shown, text)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
