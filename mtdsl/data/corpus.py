"""Everything a plan trains on, tokenised and ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mtdsl.data.table import Table
from mtdsl.plan.sizes import Size, Sizes


@dataclass(frozen=True)
class Corpus:
    """The tokenizer and the token tables of a plan's sources.

    `contents` names what each table holds: a hash of its text, the tokenizer, the document rules and the held-out share;
    `fingerprints` are those of the texts alone.
    `pad` is the id that fills a window which documents leave open; it is never trained on.
    """

    tokenizer_dir: Path
    tokenizer_hash: str
    vocab: int
    eos: int
    pad: int
    tables: Mapping[str, Table]
    contents: Mapping[str, str]
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """Training tokens by source."""
        return {name: table.size for name, table in self.tables.items()}

    @cached_property
    def epochs(self) -> Sizes:
        """One epoch of each source: its training tokens and its training documents."""
        return {name: Size(table.size, table.trained) for name, table in self.tables.items()}
