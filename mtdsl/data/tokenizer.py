"""The tokenizer of a plan: trained on the recipe's own text, or taken as it is; kept as a folder that transformers loads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtdsl.data import bpe
from mtdsl.data.elsewhere import folder_of, told
from mtdsl.data.entry import ensure
from mtdsl.data.keys import digest
from mtdsl.data.reading import Reading, Say
from mtdsl.diag import Refusal, refuse
from mtdsl.plan.model import Plan
from mtdsl.plan.tokenizers import asked, first_sources

FILES = ("tokenizer.json", "tokenizer_config.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt")
"""A folder without any of these holds no tokenizer; transformers would make up an empty one."""


@dataclass(frozen=True)
class Encoder:
    """A tokenizer in use: its folder, a hash of what it does, its special tokens, and how many ids it may give out."""

    folder: Path
    hash: str
    vocab: int
    bos: int | None
    eos: int
    fast: Any

    def batch(self, texts: list[str]) -> list[list[int]]:
        """The ids of each text, no special token added."""
        return [encoding.ids for encoding in self.fast.encode_batch_fast(texts, add_special_tokens=False)]

    def encode(self, text: str) -> list[int]:
        """The ids of one text, no special token added."""
        return list(self.fast.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids, special tokens as they are written."""
        return str(self.fast.decode(list(ids), skip_special_tokens=False))


def obtain(plan: Plan, base: Path, cache: Path, readings: Mapping[str, Reading], say: Say) -> Encoder:
    """The plan's tokenizer, made or fetched on first use. Raises `Refusal` where there is none that can be used."""
    wanted = asked(plan)
    if wanted is None:
        raise refuse("tokenizer-missing", "the recipe names no tokenizer", help="write tokenizer = bpe(vocab = 4096)")
    if wanted.kind == "bpe":
        heard = {name: readings[name] for name in first_sources(plan)}
        return load(_trained(int(wanted.params["vocab"]), cache, heard, say))  # type: ignore[arg-type]
    name = str(wanted.params["name"])
    folder = folder_of(name, base, "tokenizer-missing")
    if folder is not None and not any((folder / file).exists() for file in FILES):
        hint = "write `tokenizer = ...`, the one that its tokens came from"
        raise refuse("tokenizer-missing", f"the folder `{name}` holds no tokenizer", help=hint)
    return load(folder or _fetched(name, cache))


def load(folder: Path) -> Encoder:
    """The tokenizer in a folder. Raises `Refusal` where transformers cannot read it, or where it has no eos."""
    from transformers import AutoTokenizer

    try:
        whole = AutoTokenizer.from_pretrained(str(folder))
    except (OSError, ValueError) as error:
        raise _unusable(str(folder), error) from error
    fast = getattr(whole, "backend_tokenizer", None)
    if fast is None or whole.eos_token_id is None:
        lack = "is not a fast tokenizer" if fast is None else "has no end-of-text token"
        raise refuse("tokenizer-unusable", f"the tokenizer in `{folder}` {lack}", help="documents are told apart by that token")
    what = fast.to_str(), whole.bos_token_id, whole.eos_token_id
    hashed = hashlib.sha256(json.dumps(what).encode()).hexdigest()
    return Encoder(folder, hashed, len(whole), whole.bos_token_id, whole.eos_token_id, fast)


def _trained(vocab: int, cache: Path, readings: Mapping[str, Reading], say: Say) -> Path:
    if vocab < bpe.LEAST:
        raise refuse(
            "tokenizer-vocab", f"a vocabulary of {vocab} is too small: {bpe.LEAST} is the least (256 bytes and the end)"
        )
    key = digest("bpe", bpe.FORMAT, vocab, sorted(reading.fingerprint for reading in readings.values()))

    def make(folder: Path) -> None:
        say(f"training a tokenizer of {vocab:,} tokens")
        size = bpe.train([reading.texts for reading in readings.values()], vocab, folder)
        if size < vocab:
            say(f"the tokenizer has {size:,} tokens: the text gives no more of the {vocab:,} asked for")

    return ensure(cache / "tokenizers" / key, make)


def _fetched(name: str, cache: Path) -> Path:
    from transformers import AutoTokenizer

    def make(folder: Path) -> None:
        repository, _, revision = name.partition("@")
        try:
            AutoTokenizer.from_pretrained(repository, revision=revision or "main").save_pretrained(str(folder))
        except (OSError, ValueError) as error:
            raise _unusable(name, error) from error

    return ensure(cache / "tokenizers" / digest("hub", name), make)


def _unusable(name: str, error: Exception) -> Refusal:
    return refuse("tokenizer-unusable", f"the tokenizer `{name}` cannot be loaded: {told(error)}")
