"""`data` items: where documents come from, and what is declared of them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from mtdsl.diag.mistake import mistake
from mtdsl.lang import tree
from mtdsl.plan.attributes import DESCRIPTIVE, unknown_attribute
from mtdsl.plan.evaluate import Evaluator, whole
from mtdsl.plan.model import Known, Plugin, Source
from mtdsl.plan.names import Found, Scope, unknown_name
from mtdsl.plan.plugins import Techniques

ATTRIBUTES = ("source", "tokens", "documents", "max_epochs", "holdout")
HOLDOUT = Fraction(1, 100)


class Sources:
    """Reads `data` items."""

    def __init__(self, evaluator: Evaluator, techniques: Techniques) -> None:
        self._evaluator = evaluator
        self._techniques = techniques
        self._open: list[str] = []

    def of(self, found: Found) -> Source:
        """The source that a `data` item declares. Raises `Mistake`."""
        assert isinstance(found.item, tree.Data)
        scope = Scope(found.module)
        if found.item.value is not None:
            return Source(found.item.name, self._plugin(found.item.value, scope), _unknown(found), _unknown(found))
        attributes = self._attributes(found.item, found)
        where = attributes.get("source")
        return Source(
            name=found.item.name,
            source=self._plugin(where.value, scope) if where else None,
            tokens=self._size("tokens", attributes, scope) or _unknown(found),
            documents=self._size("documents", attributes, scope) or _unknown(found),
            max_epochs=self._number("max_epochs", attributes, scope),
            holdout=self._holdout(attributes, scope),
        )

    def _attributes(self, item: tree.Data, found: Found) -> dict[str, tree.Attribute]:
        base = dict(self._like(item, item.like, found)) if item.like else {}
        own: dict[str, tree.Attribute] = {}
        for entry in item.body.entries if item.body else ():
            if isinstance(entry, tree.When):
                raise mistake("unknown-attribute", "a source has no events", entry.span)
            if entry.name not in (*ATTRIBUTES, *DESCRIPTIVE):
                raise unknown_attribute(entry, ATTRIBUTES, "a source")
            own[entry.name] = entry
        return {**base, **own}

    def _like(self, item: tree.Data, node: tree.Node, found: Found) -> Iterator[tuple[str, tree.Attribute]]:
        other = found.module.names.get(node.name)
        if other is None or not isinstance(other.item, tree.Data):
            raise unknown_name(node.name, node.span, list(found.module.names), "source")
        if item.name in self._open:
            raise mistake("like-cycle", f"`{item.name}` is like itself", item.name_span)
        self._open.append(item.name)
        try:
            if other.item.value is not None:
                yield "source", tree.Attribute(other.item.span, "source", other.item.value, other.item.name_span)
            yield from self._attributes(other.item, other).items()
        finally:
            self._open.pop()

    def _plugin(self, value: tree.Value, scope: Scope) -> Plugin:
        if isinstance(value, tree.Hold | tree.Ruled | tree.Move):
            raise mistake("not-a-call", 'a source such as `jsonl(path = "docs/*.jsonl")` is expected here', value.span)
        return self._techniques.bind("source", value, scope)

    def _size(self, name: str, attributes: dict[str, tree.Attribute], scope: Scope) -> Known | None:
        value = self._number(name, attributes, scope)
        return None if value is None else Known(int(value), "declared")

    def _number(self, name: str, attributes: dict[str, tree.Attribute], scope: Scope) -> Fraction | None:
        entry = attributes.get(name)
        if entry is None:
            return None
        if isinstance(entry.value, tree.Hold | tree.Ruled | tree.Move):
            raise mistake("not-a-number", f"`{name}` stands still", entry.value.span)
        value = self._evaluator.number(entry.value, scope)
        allowed = {"tokens": ("tokens", "number"), "max_epochs": ("epochs", "number")}.get(name, ("number", "share"))
        if value.dimension not in allowed or value.value <= 0:
            raise mistake("unit-mismatch", f"`{name}` takes a number above 0, not {value.noun}", entry.value.span)
        return value.value if name in ("max_epochs", "holdout") else Fraction(whole(value, name))

    def _holdout(self, attributes: dict[str, tree.Attribute], scope: Scope) -> Fraction:
        value = self._number("holdout", attributes, scope)
        if value is not None and value >= 1:
            raise mistake("unit-mismatch", "`holdout` is the share kept for validation: `1%`", attributes["holdout"].value.span)
        return HOLDOUT if value is None else value


def _unknown(found: Found) -> Known:
    name = found.item.name
    return Known(None, "unknown", f"declare it: data {name} {{ tokens = ... }}; a run measures it")
