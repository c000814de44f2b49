"""Everything a plan trains on, tokenised and ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mtdsl.data.reading import Reading, Say, readings
from mtdsl.data.table import Table, read
from mtdsl.data.tokenise import content, table
from mtdsl.data.tokenizer import Encoder, obtain
from mtdsl.plan.model import Plan
from mtdsl.registry import Registry


@dataclass(frozen=True)
class Corpus:
    """The tokenizer and the token tables of a plan's sources.

    `contents` names what each table holds: a hash of its text, the tokenizer, the document rules and the held-out share.
    `pad` is the id that fills a window which documents leave open; it is never trained on.
    """

    tokenizer_dir: Path
    tokenizer_hash: str
    vocab: int
    eos: int
    pad: int
    tables: Mapping[str, Table]
    contents: Mapping[str, str]

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """Training tokens by source."""
        return {name: held.size for name, held in self.tables.items()}


def prepare(plan: Plan, base: Path, cache: Path, registry: Registry, say: Say) -> Corpus:
    """Tokenizer and tables of every source that a phase is fed, made under `cache` where they are not yet.

    `base` is the recipe's folder. Raises `Refusal` for what the user can mend: text that is missing or broken, a source
    with fewer tokens than the plan needs.
    """
    bound = readings(plan, base, registry)
    encoder = obtain(plan, base, cache, bound, say)
    return _corpus(bound, encoder, cache, say)


def _corpus(bound: Mapping[str, Reading], encoder: Encoder, cache: Path, say: Say) -> Corpus:
    folders = {name: table(reading, encoder, cache, say) for name, reading in bound.items()}
    return Corpus(
        tokenizer_dir=encoder.folder,
        tokenizer_hash=encoder.hash,
        vocab=encoder.vocab,
        eos=encoder.eos,
        pad=encoder.eos,
        tables={name: read(folder, float(bound[name].source.holdout)) for name, folder in folders.items()},
        contents={name: f"{content(reading, encoder)}-{reading.source.holdout}" for name, reading in bound.items()},
    )
