"""What `mtdsl lock` measures of models made elsewhere: their files and their sizes, without their weights in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from transformers import AutoModelForCausalLM

from mtdsl.data.elsewhere import commit_of, folder_of
from mtdsl.data.measuring import Item
from mtdsl.plan.folding import fold
from mtdsl.plan.lock import Lock, LockedModel
from mtdsl.plan.model import Plan
from mtdsl.run.foreign import configuration
from mtdsl.run.identity import CONFIGURATION, WEIGHTS, named
from mtdsl.run.trainer import left_by_trainer

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def items(plan: Plan, base: Path, lock: Lock) -> Iterator[Item]:
    """The model, where the recipe only names its configuration, and every start that says where its weights are."""
    if plan.model is not None and "name" in plan.model.params:
        yield _item("model", str(plan.model.params["name"]), CONFIGURATION, base, lock.model)
    for start in plan.starts:
        if start.weights is not None:
            yield _start(f"start {start.name}", start.weights, base, lock.starts.get(start.name))


def _item(name: str, described: str, files: tuple[str, ...], base: Path, was: LockedModel | None) -> Item:
    def why() -> str:
        if was is None:
            return "is new"
        if was.described != described:
            return "is another"
        if not was.names:
            return "was not looked into for its parameters"
        return "has other content" if was.content != _content(described, files, base)[0] else ""

    return Item(name, was, why, lambda: _measured(described, files, base))


def _start(name: str, weights: str, base: Path, was: LockedModel | None) -> Item:
    """A checkpoint: as a model, and what its trainer left beside it."""
    item = _item(name, weights, WEIGHTS, base, was)

    def why() -> str:
        found = item.why()
        if found or was is None or was.revision:  # what lies at a commit stays as it is
            return found
        return "" if (was.steps, was.lr) == _left(weights, base) else "was trained otherwise"

    def measure() -> LockedModel:
        made = cast(LockedModel, item.measure())
        at = f"{weights.partition('@')[0]}@{made.revision}" if made.revision else weights
        steps, lr = _left(at, base)
        return replace(made, steps=steps, lr=lr)

    return Item(name, was, why, measure)


def _left(weights: str, base: Path) -> tuple[int | None, Fraction | None]:
    found = left_by_trainer(weights, base)
    return found.steps, found.lr


def _content(name: str, files: tuple[str, ...], base: Path) -> tuple[str, str]:
    """A hash of a folder's files, or a repository's commit twice: as its content and as its revision."""
    if folder_of(name, base, "model-missing") is not None:
        return named(name, base, files), ""
    commit = commit_of(name, "model-missing")
    return commit, commit


def _measured(name: str, files: tuple[str, ...], base: Path) -> LockedModel:
    content, commit = _content(name, files, base)
    config = configuration(f"{name.partition('@')[0]}@{commit}" if commit else name, base)
    auto: Any = AutoModelForCausalLM  # transformers leaves it without annotations
    with torch.device("meta"):
        model: PreTrainedModel = auto.from_config(config)
    text = config.get_text_config()
    return LockedModel(
        described=name,
        content=content,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        matrices=_matrices(model),
        layers=text.num_hidden_layers,
        heads=text.num_attention_heads,
        head_dim=getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads,
        window=text.max_position_embeddings,
        vocab=text.vocab_size,
        revision=commit,
        names=fold(" = ".join(names) for names in _names(model)),
    )


def _names(model: PreTrainedModel) -> Iterator[list[str]]:
    """Every name of each parameter, one that is tied to another under the first."""
    found: dict[int, list[str]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        found.setdefault(id(parameter), []).append(name)
    yield from found.values()


def _matrices(model: Any) -> int:
    """Parameters of two dimensions or more, an embedding that is not the head as well left out: it is looked up."""
    embedding, head = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    wide: int = sum(parameter.numel() for parameter in model.parameters() if parameter.ndim > 1)
    return wide if embedding is head else wide - int(embedding.numel())
