"""What `grammar/mtr.lark` describes: its tables, Lark's own parser, and the words that it reserves."""

from __future__ import annotations

import marshal
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtdsl.lang import tables
from mtdsl.lang.automaton import Automaton, taken_from

if TYPE_CHECKING:
    from lark import Lark

SOFT_KEYWORDS = frozenset({"x", "python"})
"""Words of the grammar that may be names all the same: nothing that uses them so reads two ways."""

_PACKAGE = Path(__file__).parent.parent
_PLACES = (_PACKAGE / "grammar" / "mtr.lark", _PACKAGE.parent / "grammar" / "mtr.lark")


def text() -> str:
    """The grammar as written: beside the package in a checkout, inside it in a wheel."""
    place = next(place for place in _PLACES if place.is_file())
    return place.read_text(encoding="utf-8")


def build(grammar: str, *, strict: bool = False) -> Lark:
    """Compute the LALR(1) tables; `strict` refuses any conflict and needs `interegular`."""
    from lark import Lark

    from mtdsl.lang.lexer import SharedLexer
    from mtdsl.lang.newlines import Newlines

    return Lark(
        grammar,
        parser="lalr",
        start=["start", "expression"],
        postlex=Newlines(),
        keep_all_tokens=True,
        maybe_placeholders=False,
        strict=strict,
        **({} if strict else {"_plugins": {"ContextualLexer": SharedLexer}}),
    )


@cache
def automaton() -> Automaton:
    """The tables, which are all that a well-formed text needs."""
    return Automaton(*_computed(text())[0])


@cache
def parser() -> Lark:
    """Lark's parser, which is asked where a text is wrong."""
    from lark import Lark

    return Lark.load(BytesIO(_computed(text())[1]))


@cache
def _computed(grammar: str) -> tuple[tuple[Any, ...], bytes]:
    """The tables, and Lark's parser as it saves itself: what an earlier process kept or, failing that, made now (0.3 s)."""
    made_by = (grammar, version("lark"), sys.version, Automaton._fields)
    name = f"grammar-{sha256(repr(made_by).encode()).hexdigest()[:20]}.bin"
    if saved := tables.load(name):
        return marshal.loads(saved)  # type: ignore[no-any-return]
    made, packed = build(grammar), BytesIO()
    made.save(packed)
    found: Any = (tuple(taken_from(made)), packed.getvalue())
    tables.save(name, marshal.dumps(found))
    return found  # type: ignore[no-any-return]


@cache
def keywords() -> frozenset[str]:
    """Every word that the grammar spells out: `phase`, `over`, `and`, ..."""
    return frozenset(word for word in automaton().spelled if word.isidentifier())


@cache
def reserved() -> frozenset[str]:
    """The keywords that no phase, mix, source or parameter may be called."""
    return keywords() - SOFT_KEYWORDS
