"""Leaves a model where everything that reads transformers' folders can use it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from transformers import AutoTokenizer

from mtdsl.run.durable import sync

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def export(model: PreTrainedModel, tokenizer_dir: Path, folder: Path) -> None:
    """Writes safetensors, configuration, generation settings and tokenizer to `folder`; what was there is replaced.

    `AutoModelForCausalLM.from_pretrained(folder)` gives the same logits: nothing of this project is in the folder. It is
    written beside and renamed, so that `folder` is whole at every moment but that of the exchange.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        _write(model, tokenizer_dir, beside)
        _exchange(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(model: PreTrainedModel, tokenizer_dir: Path, folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_dir)
    tokenizer.model_max_length = model.config.max_position_embeddings
    settings = model.generation_config
    if settings is not None:
        settings.eos_token_id = tokenizer.eos_token_id if settings.eos_token_id is None else settings.eos_token_id
        settings.pad_token_id = tokenizer.eos_token_id if settings.pad_token_id is None else settings.pad_token_id
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    usual = (folder / "config.json").stat().st_mode
    for path in folder.iterdir():
        path.chmod(usual)  # safetensors lets nobody but the owner read
        sync(path)
    sync(folder)


def _exchange(new: Path, folder: Path) -> None:
    """A folder that is not empty cannot be replaced in one step, so the old one steps aside first."""
    aside = new.with_name(new.name + ".old")
    if folder.exists():
        folder.rename(aside)
    new.rename(folder)
    sync(folder.parent)
    shutil.rmtree(aside, ignore_errors=True)
