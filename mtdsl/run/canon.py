"""Values of a plan as JSON in which equal things are equal texts: exact rationals, sorted names, absolute tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from hashlib import sha256

from mtdsl.plan.model import Blend, Curve, Param, Piece, Plugin, Rule, Source, V, Warmup

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def digest(value: Json) -> str:
    """SHA-256 of the value's canonical text, 64 hex digits."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


def number(value: Fraction | int) -> Json:
    """A whole number, or `["n", "d"]` in lowest terms."""
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else [exact.numerator, exact.denominator]


class Canon:
    """Writes values that name plugins and `sources`: `versions` by kind and name, `contents` by source."""

    def __init__(
        self, versions: Mapping[tuple[str, str], str], contents: Mapping[str, str], sources: Mapping[str, Source]
    ) -> None:
        self._sources = sources
        self._versions = versions
        self._contents = contents
        self._named: dict[str, list[Json]] = {}
        for (kind, name), version in sorted(versions.items()):
            self._named.setdefault(name, []).append([kind, version])

    def plugin(self, kind: str, plugin: Plugin, origin: int = 0) -> Json:
        """A technique: its name, its package's version, its parameters, those that move from token `origin` on."""
        version = self._versions.get((kind, plugin.name), "")
        return {"name": plugin.name, "version": version, "params": self.params(plugin.params, origin)}

    def params(self, values: Mapping[str, Param], origin: int = 0) -> Json:
        """Parameters by name."""
        return {name: self._param(value, origin) for name, value in values.items()}

    def _param(self, value: Param, origin: int) -> Json:
        """A plugin's parameter. Numbers are tagged, so that `true` is not 1 and a list is not a fraction.

        One that moves is written in absolute tokens: its phase begins at `origin`. Of which kind a technique inside another is,
        that one says: the versions of all kinds that have its name stand for it.
        """
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, int | Fraction):
            return {"number": number(value)}
        if isinstance(value, Mapping):
            return {"fields": self.params(value, origin)}
        if isinstance(value, Plugin):
            inner = self.params(value.params, origin)
            return {"technique": value.name, "versions": self._named.get(value.name, []), "params": inner}
        if isinstance(value, Curve):
            return {"moves": [[number(origin + piece.begin), self._piece(piece, origin, number)] for piece in value.pieces]}
        return [self._param(inner, origin) for inner in value]

    def source(self, name: str) -> Json:
        """A source of documents: what it holds, the name, which the order of its documents derives from, and how it is read."""
        read = self._sources.get(name)
        return [name, self._contents.get(name, ""), *(self._read(read) if read else [])]

    def _read(self, source: Source) -> list[Json]:
        """How a source is read, where that is not all of its documents once in a shuffled order."""
        said: dict[str, tuple[Json, bool]] = {
            "repeat": (number(source.repeat), source.repeat != 1),
            "order": ([source.order, source.order_by] if source.order_by else source.order, source.order != "shuffled"),
            "loss_mask": (source.loss_mask, source.loss_mask != "none"),
            "template": (source.template, bool(source.template)),
            "filters": ([self.plugin("filter", one) for one in source.filters], bool(source.filters)),
            "decontaminate": ([*source.decontaminate], bool(source.decontaminate)),
        }
        unusual: dict[str, Json] = {name: value for name, (value, differs) in said.items() if differs}
        return [unusual] if unusual else []

    def blend(self, blend: Blend) -> Json:
        """A mixture: shares by source, in the order of mention, which decides where two sources are owed the same."""
        return {
            "shares": [[self.source(name), number(share)] for name, share in blend.shares.items() if share],
            "rules": [self._rule(rule) for rule in blend.rules],
        }

    def curve(self, curve: Curve[V], origin: int, until: int | None, value: Callable[[V], Json]) -> list[Json]:
        """The pieces in force somewhere in tokens 0 up to `until` (None: ever) of a phase that begins at `origin`.

        Each is `[token from which it is in force, what it is]`, in absolute tokens, so that the two halves of a phase cut in
        two say what the whole said.
        """
        steady = curve.warmup.tokens if curve.warmup else 0
        found: list[Json] = [_warmup(curve.warmup, origin, value(curve.pieces[0].start))] if curve.warmup else []
        ends = [*(later.begin for later in curve.pieces[1:]), None]
        for index, (piece, end) in enumerate(zip(curve.pieces, ends, strict=True)):
            begin = max(piece.begin, Fraction(steady)) if index else Fraction(steady)
            if (until is None or begin < until) and (end is None or end > steady):
                found.append([number(origin + begin), self._piece(piece, origin, value)])
        return found

    def _piece(self, piece: Piece[V], origin: int, value: Callable[[V], Json]) -> Json:
        if piece.by is None:
            return {"stands": value(piece.stop)}
        ends: list[Json] = [number(origin + piece.begin), number(origin + piece.end)]
        return {"moves": [value(piece.start), value(piece.stop)], "over": ends, "by": self.plugin("scheduler", piece.by)}

    def _rule(self, rule: Rule) -> Json:
        """A rule; which turn a phase begins with follows from the phases before it."""
        sources: list[Json] = [
            [self.source(name), None if share is None else number(share)] for name, share in rule.sources.items()
        ]
        over = [[self._rule(inner) for inner in rule.over]] if rule.over else []
        turns: list[Json] = (
            [{"turns": [[number(turn.share), self.blend(turn.mix)] for turn in rule.turns]}] if rule.turns else []
        )
        return [number(rule.share), self.plugin("mixer", rule.mixer), sources, *over, *turns]


def joined(first: list[Json], then: list[Json]) -> list[Json]:
    """Two curves one after the other: a piece that only goes on is not written twice."""
    shapes = [*first]
    for entry in then:
        if not (shapes and _shape(shapes[-1]) == _shape(entry)):
            shapes.append(entry)
    return shapes


def _shape(entry: Json) -> Json:
    return entry[1] if isinstance(entry, list) else entry


def _warmup(warmup: Warmup, origin: int, to: Json) -> Json:
    climb: dict[str, Json] = {
        "climbs": [number(warmup.start), to],
        "over": [origin, origin + warmup.tokens],
        "steps": warmup.steps,
    }
    return [origin, climb if warmup.read == "after" else {**climb, "read": warmup.read}]
