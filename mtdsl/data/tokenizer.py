"""The tokenizer of a plan: trained on the recipe's own text, or taken as it is; kept as a folder that transformers loads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtdsl.data import bpe
from mtdsl.data.elsewhere import folder_of, told
from mtdsl.data.entry import ensure
from mtdsl.data.keys import digest
from mtdsl.data.reading import Reading, Say
from mtdsl.diag import Refusal, refuse
from mtdsl.plan.curves import sources_of
from mtdsl.plan.model import Merge, Phase, Plan, Tokenizer

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


def obtain(plan: Plan, base: Path, cache: Path, readings: Mapping[str, Reading], say: Say) -> Encoder:
    """The plan's tokenizer, made or fetched on first use. Raises `Refusal` where there is none that can be used."""
    asked = plan.tokenizer or _of_weights(plan)
    if asked.kind == "bpe":
        heard = {name: readings[name] for name in _first_sources(plan)}
        return load(_trained(int(asked.params["vocab"]), cache, heard, say))  # type: ignore[arg-type]
    name = str(asked.params["name"])
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


def _first_sources(plan: Plan) -> tuple[str, ...]:
    """The sources that the first training phases read.

    A vocabulary is made before pre-training from what that reads. So a source that only a later phase reads leaves the
    tokenizer, and with it every result before that phase, as it is.
    """
    trained = {phase.name for phase in plan.phases if phase.mix is not None}
    later = {name for name in trained if _after(plan, name) & trained}
    mixes = (phase.mix for phase in plan.phases if phase.mix is not None and phase.name not in later)
    return tuple(dict.fromkeys(name for mix in mixes for name in sources_of(mix)))


def _after(plan: Plan, name: str) -> set[str]:
    """The nodes that a node comes from, all the way up."""
    nodes: tuple[Phase | Merge, ...] = (*plan.phases, *plan.merges)
    parents = {node.name: {parent.node for parent in node.parents} for node in nodes}
    found: set[str] = set()
    waiting = set(parents.get(name, ()))
    while waiting:
        found |= waiting
        waiting = {above for node in waiting for above in parents.get(node, ())} - found
    return found


def _of_weights(plan: Plan) -> Tokenizer:
    names = [start.weights for start in plan.starts if start.weights]
    names += [str(plan.model.params["name"])] if plan.model and "name" in plan.model.params else []
    if not names:
        raise refuse("tokenizer-missing", "the recipe names no tokenizer", help="write tokenizer = bpe(vocab = 4096)")
    return Tokenizer("hub", {"name": names[0]})


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
