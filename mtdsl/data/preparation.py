"""From a plan to its corpus: the one entry that reads text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from mtdsl.data.corpus import Corpus
from mtdsl.data.forms import Forms, Rewriter
from mtdsl.data.holdout import kept_back
from mtdsl.data.reading import Reading, Say, readings
from mtdsl.data.rewriters import rewriters
from mtdsl.data.sizes import check
from mtdsl.data.sorting import keys_of
from mtdsl.data.table import Table, read
from mtdsl.data.tied import held, unchanged
from mtdsl.data.tokenise import content, table
from mtdsl.data.tokenizer import obtain
from mtdsl.diag import concerning
from mtdsl.plan.model import Plan
from mtdsl.registry import Registry


def prepare(
    plan: Plan,
    base: Path,
    cache: Path,
    registry: Registry,
    say: Say,
    before: Mapping[str, str] = MappingProxyType({}),
    *,
    verify: bool = False,
) -> Corpus:
    """Tokenizer and tables of every source that a phase is fed, made under `cache` where they are not yet.

    `base` is the recipe's folder, `before` the fingerprints that sources had when the run began; `verify` reads every byte of
    tables that are there. Raises `Refusal` for what the user can mend: text that is missing or broken, or other than it was
    then or when it was locked, a source with fewer tokens than the plan needs.
    """
    bound = readings(plan, base, registry)
    for name, reading in bound.items():
        if f"data {name}" in plan.pins:
            held(plan, f"data {name}", reading.fingerprint)
    unchanged(before, bound)
    with concerning("", "tokenizer"):
        encoder = obtain(plan, base, cache, bound, say)
    held(plan, "tokenizer", encoder.hash)
    folders = {name: table(reading, encoder, cache, say, verify=verify) for name, reading in bound.items()}
    rewritten = rewriters(plan, encoder, registry)
    corpus = Corpus(
        tokenizer_dir=encoder.folder,
        tokenizer_hash=encoder.hash,
        vocab=encoder.vocab,
        eos=encoder.eos,
        pad=encoder.eos,
        tables={name: _table(bound[name], folder, cache, rewritten, say) for name, folder in folders.items()},
        contents={name: _content(reading, encoder.hash) for name, reading in bound.items()},
        fingerprints={name: reading.fingerprint for name, reading in bound.items()},
    )
    check(plan, corpus, registry, say)
    return corpus


def _table(reading: Reading, folder: Path, cache: Path, rewritten: Mapping[str, Rewriter], say: Say) -> Table:
    whole = read(folder)
    validation = kept_back(cache, folder.name, whole.hashes, float(reading.source.holdout))
    table = replace(whole, validation=validation, forms=Forms(rewritten) if rewritten else None)
    return replace(table, keys=keys_of(reading, table, cache, say))


def _content(reading: Reading, tokenizer: str) -> str:
    return f"{content(reading, tokenizer)}-{reading.source.holdout}"
