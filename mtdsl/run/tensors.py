"""Writes a safetensors file one tensor after another; the library's own writer wants them all in memory.

The format: eight bytes of the header's length, a JSON header with type, shape and place of each tensor, then the tensors'
bytes without gaps (https://huggingface.co/docs/safetensors).
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from mtdsl.run.durable import sync

BYTES = {"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2}


@dataclass(frozen=True, slots=True)
class Layout:
    """A tensor's type, as the format spells it, and its shape."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """In bytes; the types that are not listed take one each."""
        return BYTES.get(self.dtype, 1) * math.prod(self.shape)


def write(path: Path, layouts: Mapping[str, Layout], tensors: Iterable[torch.Tensor]) -> None:
    """Writes `tensors`, in the order of `layouts`, beside `path` and renames the whole file to it, bytes on the disk.

    Raises `ValueError` for a tensor that is not of its layout's size; `path` is then as it was.
    """
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("wb") as file:
            file.write(_header(layouts))
            for (name, layout), tensor in zip(layouts.items(), tensors, strict=True):
                if tensor.nbytes != layout.size:
                    raise ValueError(f"{name}: {tensor.nbytes} bytes, expected {layout.size}")
                file.write(tensor.contiguous().flatten().view(torch.uint8).numpy().data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _header(layouts: Mapping[str, Layout]) -> bytes:
    entries: dict[str, object] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, layout in layouts.items():
        entries[name] = {"dtype": layout.dtype, "shape": layout.shape, "data_offsets": [offset, offset + layout.size]}
        offset += layout.size
    text = json.dumps(entries).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text
