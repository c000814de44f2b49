"""Makes one model of several on disk, a tensor at a time: memory holds two tensors, however large the models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open

from mtdsl.diag import refuse
from mtdsl.registry.merging import Named
from mtdsl.run.tensors import FLOATING, Layout, Place, places, write

if TYPE_CHECKING:
    from mtdsl.registry.merging import Merging


def merge(checkpoints: Sequence[Path], weights: Sequence[float], merger: Merging, out: Path, *, prefix: str = "") -> None:
    """Writes to `out`, one safetensors file, what `merger` makes of the folders' safetensors files.

    `weights` are the folders' shares in their order. Only tensors whose name begins with `prefix` are merged; the others
    (moments of an optimizer) have no meaning in a merge. Tensors that are not of floating point must be equal. Raises a
    `Refusal` naming the tensor where the models differ in kind, and where a file is broken. `out` appears complete or not at
    all.
    """
    models = [_opened(folder, prefix) for folder in checkpoints]
    for model in models[1:]:
        _compare(models[0], model)
    layouts = {name: models[0].layout(name) for name in sorted(models[0].files)}
    write(out, layouts, (_merged(name, models, weights, merger) for name in layouts))


@dataclass(frozen=True)
class _Opened:
    """A folder's tensors by name, each with the place that holds it."""

    folder: Path
    files: Mapping[str, Place]

    def layout(self, name: str) -> Layout:
        """Type and shape, without reading the tensor."""
        return self.files[name].layout

    def tensor(self, name: str) -> torch.Tensor:
        """The tensor, read now."""
        return self.files[name].read()


class _Lazy(Sequence[torch.Tensor]):
    """The same tensor of every model, each read when it is asked for and not kept."""

    def __init__(self, name: str, models: Sequence[_Opened]) -> None:
        self._name = name
        self._models = models

    def __len__(self) -> int:
        return len(self._models)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return _Lazy(self._name, self._models[index])
        return self._models[index].tensor(self._name)


def _opened(folder: Path, prefix: str) -> _Opened:
    paths = sorted(folder.glob("*.safetensors"))
    if not paths:
        raise refuse("merge-missing", f"`{folder}` holds no safetensors file")
    files: dict[str, Place] = {}
    for path in paths:
        try:
            with safe_open(path, framework="pt"):  # it finds what is wrong with a file
                files |= {name: place for name, place in places(path).items() if name.startswith(prefix)}
        except (SafetensorError, OSError) as error:
            raise refuse("model-unreadable", f"`{path}` cannot be read: {error}") from error
    return _Opened(folder, files)


def _compare(first: _Opened, other: _Opened) -> None:
    lone = sorted(first.files.keys() ^ other.files.keys())
    if lone:
        only = first.folder if lone[0] in first.files else other.folder
        raise refuse("merge-unlike", f"the models differ: `{lone[0]}` is in `{only}` only ({len(lone)} such tensors)")
    for name in sorted(first.files):
        mine, theirs = first.layout(name), other.layout(name)
        if mine.shape != theirs.shape:
            shapes = f"{list(mine.shape)} in `{first.folder}`, {list(theirs.shape)} in `{other.folder}`"
            raise refuse("merge-unlike", f"the models differ: `{name}` is {shapes}")


def _merged(name: str, models: Sequence[_Opened], weights: Sequence[float], merger: Merging) -> torch.Tensor:
    tensors = _Lazy(name, models)
    if models[0].layout(name).dtype in FLOATING:
        return merger.of(name)(tensors, weights) if isinstance(merger, Named) else merger(tensors, weights)
    first: torch.Tensor = tensors[0]
    if not all(torch.equal(first, tensors[index]) for index in range(1, len(tensors))):
        raise refuse("merge-unlike", f"the models differ: `{name}` holds whole numbers that are not equal")
    return first
