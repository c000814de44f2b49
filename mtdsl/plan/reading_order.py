"""`order = ascending("quality")`: the order in which the documents of a source are read."""

from __future__ import annotations

from typing import Literal, cast

from mtdsl.diag.mistake import mistake
from mtdsl.lang import tree
from mtdsl.plan.drafts import Written
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.model import Plugin
from mtdsl.plan.names import Scope
from mtdsl.plan.patterns import still
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.views import LENGTH

Order = Literal["shuffled", "given", "ascending", "descending"]

PLAIN = ("shuffled", "given")
SORTED = ("ascending", "descending")
BY_LENGTH = ".".join(LENGTH)


def order_of(written: Written | None, evaluator: Evaluator) -> tuple[Order, str]:
    """The order, and the key of one that is sorted: `doc.length`, or a column of the source. Raises `Mistake`."""
    if written is None:
        return "shuffled", ""
    found, scope = evaluator.resolve(still(written), written.scope)
    name = found.func if isinstance(found, tree.Call) else found
    word = name.span.text if isinstance(name, tree.Name) else ""
    if word not in SORTED:
        return cast(Order, evaluator.word(found, scope, (*PLAIN, *SORTED), "order")), ""
    if not isinstance(found, tree.Call) or len(found.args) != 1 or found.named:
        message = f"`{word}` takes the one key that documents are sorted by"
        raise mistake("not-a-call", message, found.span, help=f'write `{word}("quality")` or `{word}(doc.length)`')
    return cast(Order, word), _key(found.args[0], word, scope, evaluator)


def check_key(key: str, source: Plugin | None, techniques: Techniques, written: Written) -> None:
    """Raises `Mistake` for a column of a source whose documents have none."""
    if key in ("", BY_LENGTH) or source is None or techniques.has("source", source.name, "keyed", written.span):
        return
    message = f"the documents of `{source.name}` have no columns, so there is no `{key}` to sort them by"
    raise mistake("order-key", message, written.span, help="sort by `doc.length`, or read them with a source that has columns")


def _key(value: tree.Value, word: str, scope: Scope, evaluator: Evaluator) -> str:
    found = evaluator.resolve(value, scope)[0] if isinstance(value, tree.Name) else value
    if isinstance(found, tree.String) and found.value:
        return found.value
    if isinstance(found, tree.Name) and found.parts == LENGTH:
        return BY_LENGTH
    column = found.parts[-1] if isinstance(found, tree.Name) else "quality"
    hint = f'a column is named in quotes: `{word}("{column}")`; the tokens of a document are `doc.length`'
    raise mistake("not-a-call", f"`{word}` takes the name of a column, or `doc.length`", value.span, help=hint)
