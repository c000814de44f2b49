"""Arrays of tokens that somebody has made already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from mtdsl import Bound
from mtdsl.diag import Refusal, refuse
from mtdsl_sources.file import corrupt, reading
from mtdsl_sources.files import digest, found

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ids = npt.NDArray[np.integer[Any]]

MAGIC = b"\x93NUMPY"
"""How a file of `numpy.save` begins; any other is raw."""
OTHERS = 'the numbers may be of another type: dtype = "uint16", "uint32", "int32" or "int64"'
BLOCK = 1 << 23
"""Bytes that are looked at at a time."""


@dataclass(frozen=True)
class Tokens:
    """Ids of the recipe's tokenizer in the files of `path`, a row of them each: `.npy`, or raw, little-endian, of a `dtype`.

    `eos` is the id that ends a document; a file's last document may lack it and is given it. Nothing else is added: a `bos` is
    there if the files have it. What lies between two `eos` without anything else is no document.
    """

    path: str
    eos: Annotated[int, Bound(low=0)]
    dtype: Literal["uint16", "uint32", "int32", "int64"] | None = None

    examples: ClassVar = ({"path": '"tokens/*.npy"', "eos": 0},)

    def fingerprint(self, base: Path) -> str:
        """A hash of the files' content, what ends a document and how raw files are read."""
        return digest(found(base, self.path), "tokens", str(self.eos), self.dtype or "")

    def texts(self, base: Path) -> Iterator[str]:
        """Raises a `Refusal`: which tokenizer these came from, and so their text, is not known here."""
        hint = "name the tokenizer that they were made with: tokenizer = ..."
        raise refuse("source-tokens", f"`{self.path}` holds tokens, and text is asked for", help=hint)

    def ids(self, base: Path) -> Iterator[Ids]:
        """The ids of each document, file by file, its `eos` with it."""
        for file in found(base, self.path):
            with reading(file.name, "tokens"), file.opened() as opened:
                yield from _cut(_blocks(file.name, opened, self.dtype), self.eos, file.name)


def _cut(blocks: Iterable[Ids], eos: int, name: str) -> Iterator[Ids]:
    """The documents of one file. Raises `Refusal` where nothing ends one."""
    import numpy as np

    held: list[Ids] = []
    ended = 0
    for block in blocks:
        begin = 0
        for end in (np.flatnonzero(block == eos) + 1).tolist():
            whole = np.concatenate([*held, block[begin:end]]) if held else block[begin:end]
            held, begin, ended = [], end, ended + 1
            if len(whole) > 1:
                yield whole
        if begin < len(block):
            held.append(block[begin:])
    if held and not ended:
        raise _unfit(name, f"holds no {eos}, which is to end its documents", "name the id that does: eos = ...")
    if held:
        yield np.concatenate([*held, np.array([eos], held[0].dtype)])


def _blocks(name: str, opened: IO[bytes], dtype: str | None) -> Iterator[Ids]:
    """A file's ids in pieces. Raises `Refusal` for a file that was cut, or that holds something else."""
    import numpy as np

    begins = opened.read(len(MAGIC)) == MAGIC
    opened.seek(0)
    kind, stated = _header(name, opened, dtype) if begins else (_raw(name, dtype), None)
    read = 0
    while data := opened.read(BLOCK):
        read += len(data) // kind.itemsize
        if len(data) % kind.itemsize or (stated is not None and read > stated):
            raise corrupt(name, "it does not end where a token does", "tokens")
        block = np.frombuffer(data, kind)
        if block.dtype.kind == "i" and block.min() < 0:
            raise _unfit(name, f"holds {block.min()}, which is no id", OTHERS)
        yield block.astype(kind.newbyteorder("="), copy=False)
    if stated is not None and read < stated:
        raise corrupt(name, f"it says that it holds {stated:,} tokens and ends after {read:,}", "tokens")


def _header(name: str, opened: IO[bytes], dtype: str | None) -> tuple[np.dtype[Any], int]:
    """The type and the number of ids of a file of `numpy.save`, whose header is read."""
    from numpy.lib import format

    try:
        version = format.read_magic(opened)
        read = format.read_array_header_1_0 if version == (1, 0) else format.read_array_header_2_0
        shape, _, kind = read(opened)
    except ValueError as error:
        raise corrupt(name, str(error).partition("\n")[0], "an array") from error
    if kind.kind not in "iu" or len(shape) != 1:
        what = f"{kind} of shape {shape}" if len(shape) != 1 else f"{kind}"
        raise _unfit(name, f"holds {what}, and not one row of ids", "write it again: numpy.save(file, ids.reshape(-1))")
    if dtype is not None and kind != dtype:
        raise _unfit(name, f"holds {kind}, and the recipe says {dtype}", "leave `dtype` out: it is for files without a header")
    return kind, prod(shape)


def _raw(name: str, dtype: str | None) -> np.dtype[Any]:
    import numpy as np

    if dtype is None:
        raise _unfit(name, "does not say what it holds", 'say it: dtype = "uint16", or what it was written as')
    return np.dtype(dtype).newbyteorder("<")


def _unfit(name: str, what: str, hint: str) -> Refusal:
    return refuse("source-tokens", f"`{name}` {what}", help=hint)
