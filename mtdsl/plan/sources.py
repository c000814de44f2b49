"""`data` items: where documents come from, which of them, how they are read, and what is declared of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Literal, cast

from mtdsl.diag.mistake import mistake
from mtdsl.lang import tree
from mtdsl.plan.attributes import DESCRIPTIVE, SOURCE, unknown_attribute
from mtdsl.plan.choosing import files, filters, template
from mtdsl.plan.drafts import Written
from mtdsl.plan.evaluate import Evaluator, is_word, length, whole
from mtdsl.plan.model import Known, Plugin, Source
from mtdsl.plan.names import Found, Scope, unknown_name
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.reading_order import check_key, order_of
from mtdsl.plan.views import EVERY, Lengths, both, condition, known

HOLDOUT = Fraction(1, 100)
GIVEN_TO_SOURCE = ("split", "column")
UNITS = {"tokens": ("tokens", "number"), "max_epochs": ("epochs", "number"), "documents": ("number",), "repeat": ("number",)}
Attributes = Mapping[str, Written]


class Sources:
    """Reads `data` items."""

    def __init__(self, evaluator: Evaluator, techniques: Techniques) -> None:
        self._evaluator = evaluator
        self._techniques = techniques
        self._open: list[str] = []

    def of(self, found: Found) -> Source:
        """The source that a `data` item declares. Raises `Mistake`."""
        assert isinstance(found.item, tree.Data)
        attributes = self.said(found)
        max_epochs, repeat, holdout = (self._number(name, attributes) for name in ("max_epochs", "repeat", "holdout"))
        if holdout is not None and holdout >= 1:
            message = "`holdout` is the share kept for validation: `1%`"
            raise mistake("unit-mismatch", message, attributes["holdout"].span)
        plugin, mask = self._plugin(found, attributes), self._word("loss_mask", attributes, ("none", "prompt"))
        order, key = order_of(attributes.get("order"), self._evaluator)
        if key:
            check_key(key, plugin, self._techniques, attributes["order"])
        return Source(
            name=found.item.name,
            source=plugin,
            tokens=self._size("tokens", attributes) or _unknown(found),
            documents=self._size("documents", attributes) or _unknown(found),
            max_epochs=max_epochs,
            holdout=HOLDOUT if holdout is None else holdout,
            where=condition(self._bucket(attributes)),
            repeat=repeat or Fraction(1),
            order=order,
            order_by=key,
            loss_mask=cast(Literal["none", "prompt"], mask),
            template=template(attributes.get("template"), self._evaluator),
            filters=filters(attributes.get("filter"), self._evaluator, self._techniques),
            decontaminate=files(attributes.get("decontaminate"), self._evaluator),
        )

    def said(self, found: Found) -> Attributes:
        """The attributes of a `data` item, copied ones included, without those that `none` unsets. Raises `Mistake`."""
        said = self._attributes(cast(tree.Data, found.item), found)
        return {name: written for name, written in said.items() if not is_word(written.value, "none")}

    def _attributes(self, item: tree.Data, found: Found) -> Attributes:
        own: dict[str, Written] = {} if item.value is None else {"source": _value(item, item.value, found)}
        for entry in item.body.entries if item.body else ():
            if isinstance(entry, tree.When):
                raise mistake("unknown-key", "a source has no events", entry.span)
            if entry.name not in (*SOURCE, *DESCRIPTIVE):
                raise unknown_attribute(entry, SOURCE, "a source")
            own[entry.name] = Written(entry, Scope(found.module))
        return {**(dict(self._like(item, item.like, found)) if item.like else {}), **own}

    def _like(self, item: tree.Data, node: tree.Node, found: Found) -> Iterator[tuple[str, Written]]:
        other = found.module.names.get(node.name)
        if other is None or not isinstance(other.item, tree.Data):
            raise unknown_name(node.name, node.span, list(found.module.names), "source")
        if item.name in self._open:
            raise mistake("like-cycle", f"`{item.name}` is like itself", item.name_span)
        self._open.append(item.name)
        try:
            yield from self._attributes(other.item, other).items()
        finally:
            self._open.pop()

    def _plugin(self, found: Found, attributes: Attributes) -> Plugin | None:
        """The technique that reads the documents, told the `split` and `column`, which are parameters of its own."""
        written = attributes.get("source")
        told = [attributes[name] for name in GIVEN_TO_SOURCE if name in attributes]
        if written is None:
            for one in told:
                message = f"nothing says what the {one.attribute.name} is of: `{found.item.name}` has no `source`"
                raise mistake("missing-attribute", message, one.span, help='write `source = hub(name = "...")`')
            return None
        value = written.value
        if isinstance(value, tree.Hold | tree.Ruled | tree.Move):
            raise mistake("not-a-call", 'a source such as `jsonl(path = "docs/*.jsonl")` is expected here', value.span)
        return self._techniques.bind("source", _told(value, told), written.scope)

    def _size(self, name: str, attributes: Attributes) -> Known | None:
        value = self._number(name, attributes)
        return None if value is None else Known(int(value), "declared")

    def _number(self, name: str, attributes: Attributes) -> Fraction | None:
        written = attributes.get(name)
        if written is None:
            return None
        if isinstance(written.value, tree.Hold | tree.Ruled | tree.Move):
            raise mistake("not-a-number", f"`{name}` stands still", written.span)
        value = self._evaluator.number(written.value, written.scope)
        if value.dimension not in UNITS.get(name, ("number", "share")):
            raise mistake("unit-mismatch", f"`{name}` takes a number above 0, not {value.noun}", written.span)
        if value.value <= 0:
            hint = f"leave `{name}` out; a source that is not to be read is left out of the mixtures"
            raise mistake("unit-mismatch", f"`{name}` must be above 0", written.span, help=hint)
        return Fraction(whole(value, name)) if name in ("tokens", "documents") else value.value

    def _word(self, name: str, attributes: Attributes, options: tuple[str, ...]) -> str:
        written = attributes.get(name)
        return options[0] if written is None else self._evaluator.word(written.value, written.scope, options, name)

    def _bucket(self, attributes: Attributes) -> Lengths:
        """The lengths of documents between the bounds of `length_bucket`: from the first up to below the second."""
        written = attributes.get("length_bucket")
        if written is None:
            return EVERY
        value = written.value
        parts = value.items if isinstance(value, tree.Items) else ()
        kept = [part for part in parts if not isinstance(part, tree.Hold | tree.Ruled | tree.Move)]
        if len(kept) != len(parts) or len(kept) not in (1, 2):
            hint = "write `length_bucket = [4k, 64k]`, or `[64k]` for all from there on"
            raise mistake("not-a-list", "`length_bucket` takes the bounds of documents' lengths", value.span, help=hint)
        low, *rest = (length(self._evaluator.number(part, written.scope), "length_bucket") for part in kept)
        if rest and rest[0] <= low:
            raise mistake("view-empty", f"no document has {low:,} tokens or more and less than {rest[0]:,}", value.span)
        return ((low, rest[0] if rest else None),)


def view(base: Source, name: str, lengths: Lengths) -> Source:
    """The part of a source whose documents have these lengths: a source with a cursor of its own."""
    reason = f"how much of `{base.name}` this is, a run measures"
    unknown = Known(None, "unknown", reason)
    where = condition(both(known(base.where), lengths))
    return replace(base, name=name, of=base.name, where=where, tokens=unknown, documents=unknown, whole=base.tokens)


def _value(item: tree.Data, value: tree.Value, found: Found) -> Written:
    return Written(tree.Attribute(item.span, "source", value, item.name_span), Scope(found.module))


def _told(value: tree.Expr, told: list[Written]) -> tree.Expr:
    """A source's call with more arguments; those that it has already are replaced."""
    if not told or not isinstance(value, tree.Name | tree.Call):
        return value
    call = value if isinstance(value, tree.Call) else tree.Call(value.span, value)
    more = {
        at.attribute.name: tree.Named(at.attribute.span, at.attribute.name, at.value, at.attribute.name_span) for at in told
    }
    kept = tuple(item for item in call.named if item.name not in more)
    return tree.Call(call.span, call.func, call.args, (*kept, *more.values()))


def undeclared(source: Source, fact: str = "tokens") -> str:
    """How a fact of a source can come to be known; only what says where its documents lie can be measured."""
    if source.of and source.source is not None:
        return "run `mtdsl lock`, which counts what is in this part"
    if source.of:
        return f"declare the part: data part like {source.of} {{ length_bucket = [4k, 64k], {fact} = ... }}"
    said = f"declare it: data {source.name} {{ {fact} = ... }}"
    return said if source.source is None else f"{said}, or run `mtdsl lock`"


def _unknown(found: Found) -> Known:
    name = found.item.name
    return Known(None, "unknown", f"declare it: data {name} {{ tokens = ... }}, or run `mtdsl lock`")
