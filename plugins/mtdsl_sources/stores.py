"""Files in stores, each reached through `fsspec` with the credentials that the user's environment has for it.

A store is other people's code and raises what it likes: `strangers.ask` makes one exception of it, and this module a refusal.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any, TypeVar, cast

from mtdsl.diag import Refusal, refuse
from mtdsl.registry.strangers import Failed, ask
from mtdsl_sources.file import BLOCK, File

T = TypeVar("T")

MARKS = ("sha256", "md5Hash", "content_md5", "blob_id", "ETag", "etag")
"""What stores say of a file's content, the surest first: hugging face, Google, Azure, hugging face, S3 and HTTP, Azure."""
HIDDEN = re.compile(r"\?\S*")
"""Of an address: signed ones have a key there."""
NAMES = "check the names of the store and of its folders"
PASSWORD = re.compile(r"://[^/@]*:[^/@]*@")


@dataclass(frozen=True)
class Remote:
    """A file in a store. `info` is what the store says of it."""

    path: str
    name: str
    store: Any = field(repr=False)
    info: Mapping[str, Any]

    def opened(self) -> IO[bytes]:
        """Its bytes, fetched as they are read."""
        file = asked(self.name, partial(self.store.open, self.path, "rb"))
        return cast("IO[bytes]", io.BufferedReader(_Stream(file, self.name), BLOCK))

    def digest(self) -> bytes:
        """A hash of the checksum or ETag that the store gives it and of its size; of its bytes where the store has neither.

        An ETag is other for other content, but it may also be other for a copy of the same content elsewhere.
        """
        known = {**self.info, **(self.info.get("lfs") or {})}
        mark = next((f"{name} {known[name]}" for name in MARKS if known.get(name)), "")
        if mark:
            return hashlib.sha256(f"{mark} {self.info['size']}".encode()).digest()
        with self.opened() as opened:
            return hashlib.file_digest(opened, "sha256").digest()  # type: ignore[arg-type]


class _Stream(io.RawIOBase):
    """A file of a store, whose errors name it."""

    def __init__(self, file: Any, name: str) -> None:
        self._file, self._called = file, name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._file.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, into: Any) -> int:
        data = asked(self._called, partial(self._file.read, len(into)))
        into[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def listed(url: str) -> list[File]:
    """The files that a name or a glob in a store stands for, sorted by name. Raises `Refusal` where there is none."""
    if PASSWORD.search(url):
        hint = "recipes are kept and shown: put it where the store's own tools look for it"
        raise refuse("source-unreadable", "an address with a password in it is not read", help=hint)
    store, path = _reached(url)
    if not _has_magic(url):
        return [_one(url, path, store)]
    infos: Mapping[str, Any] = asked(url, partial(_matched, store, path))
    files = {name: info for name, info in infos.items() if info["type"] == "file"}
    if not files:
        raise refuse("source-missing", f"no file matches `{_named(url)}`", help=NAMES)
    return [Remote(name, _named(store.unstrip_protocol(name)), store, files[name]) for name in sorted(files, key=_parts)]


def asked(url: str, question: Callable[[], T]) -> T:
    """What the store answers. Raises a `Refusal` that names `url` where it fails."""
    try:
        return ask(question)
    except Failed as failed:
        raise _refusal(_named(url), failed.error) from failed


def _reached(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    # a listing that is kept would hide files that came since
    store, path = asked(url, partial(url_to_fs, url, use_listings_cache=False))
    return store, str(path)


def _matched(store: Any, path: str) -> Any:
    try:
        return store.glob(path, detail=True)
    except FileNotFoundError:
        return {}


def _one(url: str, path: str, store: Any) -> Remote:
    info = asked(url, partial(store.info, path))
    if info["type"] != "file":
        raise refuse("source-missing", f"`{_named(url)}` is a folder", help="`*` matches many files")
    return Remote(path, _named(url), store, info)


def _has_magic(url: str) -> bool:
    """Whether it is a glob; a question mark begins the query of a web address."""
    return any(mark in url for mark in ("*[" if url.startswith("http") else "*?["))


def _parts(name: str) -> list[str]:
    """By folders, as files of this machine are sorted."""
    return name.split("/")


def _named(url: str) -> str:
    return HIDDEN.sub("", url) if url.startswith("http") else url


def _refusal(name: str, error: Exception | SystemExit) -> Refusal:
    reason = HIDDEN.sub("", str(error).strip().partition("\n")[0]) or type(error).__name__
    if isinstance(error, FileNotFoundError):
        return refuse("source-missing", f"`{name}` does not exist", help=NAMES)
    if isinstance(error, ImportError):
        package = getattr(error.__cause__, "name", None) or "fsspec"
        message = f"`{name}` is read by the package `{package}`, which is not installed"
        return refuse("package-missing", message, help=f"install it: `pip install {package}`")
    if isinstance(error, ValueError) and "Protocol not known" in reason:
        hint = "such as s3://, gs://, hf:// or https://; a path without one is read beside the recipe"
        return refuse("source-missing", f"`{name}`: there is no store of that name", help=hint)
    hint = "credentials are taken from where the store's own tools find them, never from a recipe"
    what = "may not be read" if isinstance(error, PermissionError) else "cannot be read"
    return refuse("source-unreadable", f"`{name}` {what}: {reason}", help=hint)
