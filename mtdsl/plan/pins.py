"""A plan whose pins are in force: what lies on a hub is read at the commit that the lock holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from mtdsl.plan.model import Model, Param, Plan, Source, Start, Tokenizer
from mtdsl.plan.tokenizers import asked

Named = TypeVar("Named", Model, Tokenizer)


def pinned(plan: Plan) -> Plan:
    """`plan` with every hub name at its commit; equal to it where nothing lies on a hub."""
    starts = tuple(_start(start, _revision(plan, f"start {start.name}")) for start in plan.starts)
    sources = tuple(_source(source, _revision(plan, f"data {source.of or source.name}")) for source in plan.sources)
    model = plan.model and _named(plan.model, _revision(plan, "model"))
    commit = _revision(plan, "tokenizer")
    wanted = asked(plan) if commit else plan.tokenizer
    return replace(plan, starts=starts, sources=sources, model=model, tokenizer=wanted and _named(wanted, commit))


def _revision(plan: Plan, name: str) -> str:
    return plan.pins[name].revision if name in plan.pins else ""


def _start(start: Start, commit: str) -> Start:
    return replace(start, weights=_at(start.weights or "", commit)) if commit else start


def _source(source: Source, commit: str) -> Source:
    if not commit or source.source is None:
        return source
    return replace(source, source=replace(source.source, params={**source.source.params, "revision": commit}))


def _named(made: Named, commit: str) -> Named:
    if not commit:
        return made
    params: Mapping[str, Param] = {**made.params, "name": _at(str(made.params["name"]), commit)}
    return replace(made, params=params)


def _at(name: str, commit: str) -> str:
    return f"{name.partition('@')[0]}@{commit}"
