"""The packages that training and measuring need, beside those of the language."""

from __future__ import annotations

from importlib.util import find_spec

from mtdsl.diag import refuse

NEEDED = ("torch", "transformers", "accelerate", "datasets", "tokenizers", "safetensors", "xxhash")


def require_training(work: str = "training") -> None:
    """Raise a `Refusal` that says how to get what is missing."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing)
        raise refuse("train-missing", f"{work} needs {listed}", help='pip install "mtdsl[train]"')
