"""A recipe beside its lock: what is known of what the text only names, where the lock still fits the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from mtdsl.diag import Fix, Label, Report, Span
from mtdsl.lang import tree
from mtdsl.plan.histogram import part
from mtdsl.plan.lock import Lock, LockedModel, LockedSource
from mtdsl.plan.model import Known, Model, Pin, Plan, Source, Start
from mtdsl.plan.rates import shown
from mtdsl.plan.tokenizers import asked, first_sources
from mtdsl.plan.views import known

FACTS = ("parameters", "matrices", "layers", "heads", "head_dim", "window", "vocab")
CLOSE = Fraction(1, 100)
"""No two tools count tokens quite alike; a larger part between declared and measured is told."""
ASSUMED = 10**12
ASSUMED_WINDOW = 64
"""Short, so that every batch in tokens has one."""
ASSUMED_RATE = Fraction(1, 10_000)
Measured = TypeVar("Measured", LockedModel, LockedSource)
STALE = "its facts are not used: run `mtdsl lock` again"


class Locked:
    """Completes what the recipe says; whatever in the lock does not fit it is told and not used."""

    assumes = False
    """Whether sizes may be assumed, so that nothing may be judged by them."""

    def __init__(self, lock: Lock, report: Report) -> None:
        self._lock = lock
        self._report = report
        self._pins: dict[str, Pin] = {}
        self._fitting: dict[str, LockedSource] = {}

    def source(self, source: Source, item: tree.Item) -> Source:
        """A source with its measured sizes; `item` declares it."""
        stale = f"`{source.name}` is another source than when it was locked"
        found = self._pinned(f"data {source.name}", self._lock.sources.get(source.name), source.source, stale, _span(item))
        if found is None:
            return source
        self._fitting[source.name] = found
        tokens, documents, longest = Known(found.tokens), Known(found.documents), source.longest
        if source.where is not None:
            tokens, documents, longest = self._part(found, source, item)
        elif found.longest is not None:
            longest = Known(found.longest, "measured")
        return replace(
            source,
            tokens=self._measured("tokens", source.tokens, tokens.value, item),
            documents=self._measured("documents", source.documents, documents.value, item),
            longest=longest,
        )

    def part(self, source: Source, item: tree.Item) -> Source:
        """A part of a source that was locked, with what is in its documents; `item` declares the whole."""
        found = self._fitting.get(source.of)
        if found is None:
            return source
        tokens, documents, longest = self._part(found, source, item)
        return replace(source, tokens=tokens, documents=documents, longest=longest)

    def _part(self, found: LockedSource, source: Source, item: tree.Item) -> tuple[Known, Known, Known]:
        tokens, documents, longest = part(found, known(source.where))
        if documents.value == 0:
            message = f"`{source.name}` is empty: the longest document has {found.longest:,} tokens"
            self._report.error("view-empty", message, _span(item), help="test for a length that its documents have")
            return source.tokens, source.documents, longest
        return tokens, documents, longest

    def start(self, start: Start, item: tree.Item) -> Start:
        """A start with what its configuration says; `item` declares it."""
        stale = f"`{start.name}` has other weights than when it was locked"
        found = self._pinned(f"start {start.name}", self._lock.starts.get(start.name), start.weights, stale, _span(item))
        if found is None:
            return start
        declared = Known(None, "unknown") if start.context is None else Known(start.context, "declared")
        self._measured("context", declared, found.window, item)
        return replace(
            start,
            context=start.context or found.window,
            lr=self._rate(start, found, item),
            facts=_left(found),
            names=found.names,
        )

    def model(self, model: Model, span: Span) -> Model:
        """A model with what its configuration says."""
        if model.kind != "config":
            return model
        stale = "`model` is another than when it was locked"
        found = self._pinned("model", self._lock.model, model.params["name"], stale, span)
        return model if found is None else replace(model, facts=_facts(found), names=found.names)

    def counts(self, plan: Plan) -> bool:
        """Whether the tokenizer that counted tokens is the plan's own."""
        found, wanted = self._lock.tokenizer, asked(plan)
        heard = first_sources(plan) if wanted and wanted.kind == "bpe" else ()
        return found is None or (found.described, found.sources) == (wanted, heard)

    def another_tokenizer(self, span: Span | None, report: Report) -> None:
        """Tell that it is not."""
        labels = [span] if span else []
        report.warning("lock-stale", "the lock's tokens were counted with another tokenizer than this one", *labels, help=STALE)

    def tied(self, plan: Plan) -> Plan:
        """The plan with its pins, and with its tokenizer's true size."""
        found, tokenizer, pins = self._lock.tokenizer, plan.tokenizer, self._pins
        if found is not None:
            pins = {**pins, "tokenizer": Pin(found.content, found.revision)}
            tokenizer = tokenizer and replace(tokenizer, facts={"vocab": Known(found.vocab, "measured")})
        sources = {f"data {source.of or source.name}" for source in plan.sources}
        used = sources | {f"start {start.name}" for start in plan.starts}
        kept = {name: pins[name] for name in sorted(pins) if name in used | {"model", "tokenizer"}}
        return replace(plan, tokenizer=tokenizer, pins=kept)

    def _measured(self, fact: str, declared: Known, measured: int | Fraction | None, item: tree.Item) -> Known:
        if measured is None:
            return declared
        measured = int(measured)
        if declared.value is not None and abs(Fraction(declared.value) - measured) > CLOSE * measured:
            message = f"`{getattr(item, 'name', '')}` has {measured:,} {NOUNS.get(fact, fact)}"
            label = Label(_span(item, fact), f"{int(declared.value):,} are declared")
            fix = Fix.write(label.span, f"{measured:_}")
            hint = f"write `{fact} = {measured:_}`, or leave it out: the lock knows"
            self._report.warning("declared-differs", message, label, help=hint, fix=fix)
        return Known(measured, "measured")

    def _rate(self, start: Start, found: LockedModel, item: tree.Item) -> Fraction | None:
        """The rate of a checkpoint's last step, where its trainer says it."""
        if found.lr is None:
            return start.lr
        if start.lr is not None and abs(start.lr - found.lr) > CLOSE * max(start.lr, found.lr):
            label = Label(_span(item, "lr"), f"{shown(start.lr)} is declared")
            fix = Fix.write(label.span, shown(found.lr))
            hint = f"write `lr = {shown(found.lr)}`, or leave it out: the lock knows"
            message = f"the trainer of `{start.name}` ended at a learning rate of {shown(found.lr)}"
            self._report.warning("declared-differs", message, label, help=hint, fix=fix)
        return found.lr

    def _pinned(self, name: str, found: Measured | None, described: object, stale: str, span: Span) -> Measured | None:
        """What was locked, where the recipe still describes it so: the plan is then tied to it under `name`."""
        if found is None:
            return None
        if found.described != described:
            self._report.warning("lock-stale", stale, span, help=STALE)
            return None
        self._pins[name] = Pin(found.content, found.revision)
        return found


class Assumed(Locked):
    """Stands in where there is no lock yet: a source whose size nobody declared is large, a start has some rate.

    Its window is assumed where a phase asks for it, which may say more.
    """

    assumes = True

    def source(self, source: Source, item: tree.Item) -> Source:
        """The source with a size."""
        assumed = Known(ASSUMED, "unknown", "assumed")
        return source if source.tokens.value is not None else replace(source, tokens=assumed)

    def part(self, source: Source, item: tree.Item) -> Source:
        """The part with a size, as a source has."""
        return self.source(source, item)

    def start(self, start: Start, item: tree.Item) -> Start:
        """The start with a rate."""
        assumed = {"lr": Known(ASSUMED_RATE, "unknown", "assumed")}
        return start if start.lr is not None else replace(start, lr=ASSUMED_RATE, facts=assumed)


NOUNS: Mapping[str, str] = {"context": "tokens of context"}


def _facts(found: LockedModel) -> dict[str, Known]:
    """What a plan holds of a model made elsewhere."""
    return {name: Known(getattr(found, name), "measured") for name in FACTS}


def _left(found: LockedModel) -> dict[str, Known]:
    """As `_facts`, and what the trainer of a checkpoint says of its last step."""
    said = {"steps": found.steps, "lr": found.lr}
    return {**_facts(found), **{name: Known(value, "measured") for name, value in said.items() if value is not None}}


def _span(item: tree.Item, fact: str = "") -> Span:
    """Where a fact of a source or start is declared, else the item's name."""
    body = item.body if isinstance(item, tree.Start | tree.Data) else None
    entries = [entry for entry in (body.entries if body else ()) if isinstance(entry, tree.Attribute) and entry.name == fact]
    if entries:
        return entries[0].value.span
    return item.name_span if isinstance(item, tree.Declaration) else item.span
