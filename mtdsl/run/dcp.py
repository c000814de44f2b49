"""Named tensors on the disk: torch.distributed.checkpoint through its Hugging Face (safetensors) writer and reader.

No pickle is written or read: that format has no `.metadata`. Weights and the optimizer's state are files of their own, so
that the hash of the first is the identity of the weights.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.filesystem import FileSystem
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader, HuggingFaceStorageWriter
from torch.distributed.checkpoint.metadata import TensorStorageMetadata
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save

from mtdsl.run.durable import Hashing, Print

WEIGHTS = "model."


class _HashingFiles(FileSystem):
    """Hashes the tensor files while torch writes them."""

    def __init__(self) -> None:
        super().__init__()
        self.prints: dict[str, Print] = {}

    @contextmanager
    def create_stream(self, path: str | os.PathLike[str], mode: str) -> Iterator[Any]:
        with super().create_stream(path, mode) as stream:
            if mode != "wb":  # the index: text, small, hashed by whoever publishes the folder
                yield stream
                return
            hashing = Hashing(cast("Any", stream))
            yield hashing
            self.prints[Path(path).name] = hashing.taken()


def write(folder: Path, tensors: Mapping[str, Tensor]) -> dict[str, Print]:
    """Write tensors into an empty folder, synced; returns the prints of their files. No two may share memory.

    Raises `OSError` where the disk does not take them.
    """
    files = _HashingFiles()
    parts = {name: 1 if name.startswith(WEIGHTS) else 2 for name in tensors}
    writer = HuggingFaceStorageWriter(str(folder), fqn_to_index_mapping=parts)
    writer.fs = files
    with _alone():
        _unwrapped(lambda: save(dict(tensors), storage_writer=writer, no_dist=True))
    return files.prints


def read(folder: Path, *, prefix: str = "") -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix`, on the CPU, as written. Raises `SafetensorError` for a broken file."""
    reader = HuggingFaceStorageReader(str(folder))
    found = _unwrapped(reader.read_metadata).state_dict_metadata
    tensors = {
        name: torch.empty(entry.size, dtype=entry.properties.dtype)
        for name, entry in found.items()
        if name.startswith(prefix) and isinstance(entry, TensorStorageMetadata)
    }
    with _alone():
        _unwrapped(lambda: load(cast("dict[str, Any]", tensors), storage_reader=reader, no_dist=True))
    return tensors


def weights_file(files: Mapping[str, Print]) -> Print:
    """The print of the file that holds the weights."""
    return next(taken for name, taken in sorted(files.items()) if name.startswith("model-00001-"))


@contextmanager
def _alone() -> Iterator[None]:
    """torch warns that no process group is there; that is so by intent."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.distributed is disabled")
        yield


def _unwrapped(work: Callable[[], Any]) -> Any:
    """What `work` gives. torch's `CheckpointException` is no `Exception`: the error inside is raised instead."""
    try:
        return work()
    except CheckpointException as wrapped:
        for error, _ in wrapped.failures.values():
            raise error from None
        raise
