"""Hashes of what a plan only names: the text of its sources, the tokenizer, weights and configurations from elsewhere."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from mtdsl.plan.model import Plan
from mtdsl.run.durable import blocks
from mtdsl.run.history import Identity

if TYPE_CHECKING:
    from mtdsl.data import Corpus


def identify(plan: Plan, corpus: Corpus, base: Path) -> Identity:
    """What stands outside `plan` and decides its weights. Folders are read against `base`."""
    weights = {
        start.name: named(start.weights, base, ("config.json", "*.safetensors")) for start in plan.starts if start.weights
    }
    if plan.model is not None and "name" in plan.model.params:
        weights[""] = named(str(plan.model.params["name"]), base, ("config.json",))
    return Identity(corpus.contents, corpus.tokenizer_hash, weights)


def named(name: str, base: Path, patterns: tuple[str, ...]) -> str:
    """A hash of a folder's files that match, or the name itself where it is no folder: on the hub, a pinned revision."""
    folder = base / Path(name).expanduser()
    if not folder.is_dir():
        return name
    whole = sha256()
    for path in sorted(path for pattern in patterns for path in folder.glob(pattern)):
        one = sha256()
        for block in blocks(path):
            one.update(block)
        whole.update(f"{path.name} {one.hexdigest()}\n".encode())
    return whole.hexdigest()
