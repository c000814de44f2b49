"""Hashes of weights and configurations that a plan only names."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from mtdsl.data.tied import held
from mtdsl.plan.model import Plan
from mtdsl.run.durable import blocks

CONFIGURATION = ("config.json",)
WEIGHTS = ("config.json", "*.safetensors")


def weights(plan: Plan, base: Path) -> dict[str, str]:
    """Hashes of the weights by start, and under `""` that of a named configuration. Folders are read against `base`.

    Raises a `Refusal` where one is not what the plan's lock says.
    """
    found = {start.name: named(start.weights, base, WEIGHTS) for start in plan.starts if start.weights}
    for name, content in found.items():
        held(plan, f"start {name}", content)
    if plan.model is not None and "name" in plan.model.params:
        found[""] = named(str(plan.model.params["name"]), base, CONFIGURATION)
        held(plan, "model", found[""])
    return found


def named(name: str, base: Path, patterns: tuple[str, ...]) -> str:
    """A hash of a folder's files that match, or the name itself where it is no folder: a commit on the hub."""
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
