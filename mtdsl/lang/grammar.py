"""The parser that `grammar/mtr.lark` describes, and the words that it reserves."""

from __future__ import annotations

import sys
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import lark
from lark import Lark

from mtdsl.lang import tables
from mtdsl.lang.lexer import SharedLexer
from mtdsl.lang.newlines import Newlines

SOFT_KEYWORDS = frozenset({"x", "python"})
"""Words of the grammar that may be names all the same: nothing that uses them so reads two ways."""

_CLASSES = (str(Newlines), str(SharedLexer))
_PACKAGE = Path(__file__).parent.parent
_PLACES = (_PACKAGE / "grammar" / "mtr.lark", _PACKAGE.parent / "grammar" / "mtr.lark")


def text() -> str:
    """The grammar as written: beside the package in a checkout, inside it in a wheel."""
    place = next(place for place in _PLACES if place.is_file())
    return place.read_text(encoding="utf-8")


def build(grammar: str, *, strict: bool = False) -> Lark:
    """Compute the LALR(1) tables; `strict` refuses any conflict and needs `interegular`."""
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
def parser() -> Lark:
    """The parser, from the tables that an earlier process saved or, failing that, computed (0.3 s) and saved."""
    grammar = text()
    version = (grammar, lark.__version__, sys.version, *_CLASSES)
    name = f"grammar-{sha256(repr(version).encode()).hexdigest()[:20]}.bin"
    if saved := tables.load(name):
        return Lark.load(BytesIO(saved))
    made = build(grammar)
    packed = BytesIO()
    made.save(packed)
    tables.save(name, packed.getvalue())
    return made


@cache
def keywords() -> frozenset[str]:
    """Every word that the grammar spells out: `phase`, `over`, `and`, ..."""
    spelled = (terminal.pattern.value for terminal in parser().terminals if terminal.pattern.type == "str")
    return frozenset(word for word in spelled if word.isidentifier())


@cache
def reserved() -> frozenset[str]:
    """The keywords that no phase, mix, source or parameter may be called."""
    return keywords() - SOFT_KEYWORDS
