"""Signs of other languages, and what is written here instead."""

from __future__ import annotations

import re

from lark import Token

from mtdsl.diag import Diagnostic, Fix, Span
from mtdsl.lang.failure import Failure

_ARROW = re.compile(r"=+>|-{2,}>|~>|→|⇒|>|to\b")
_EQUALS = re.compile(r":=|:|==")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
_DOUBLE = 'texts stand in double quotes: "..."'
_TEXTS = frozenset({"cite", "conflict", "weights", "tokenizer", "split", "column", "template", "match"})
"""Keys of bodies and of the top level whose value is a text; behind others a name stands, or a list."""
_QUOTED = re.compile(r"'([^'\n\"]*)'|[“”]([^“”\n\"]*)[“”]")


def unterminated_string(failure: Failure) -> Diagnostic | None:
    """A quote that nothing closes on its line."""
    if failure.kind or not failure.rest.startswith('"'):
        return None
    line = failure.rest.split("\n")[0].rstrip()
    span = failure.here(len(line))
    fix = Fix.write(span, f'{line}"', title="close it where the line ends", safe=False)
    return failure.error("unterminated-string", "this text has no closing quote", span=span, fix=fix)


def other_quotes(failure: Failure) -> Diagnostic | None:
    """Single or typographic quotes."""
    if failure.kind or failure.rest[0] not in "'“”":
        return None
    quoted = _QUOTED.match(failure.rest)
    if quoted is None:
        return failure.error("other-quotes", _DOUBLE, span=failure.here(1))
    span, text = failure.here(quoted.end()), quoted[1] or quoted[2] or ""
    if text.isidentifier() and _takes_a_name(failure):
        return failure.error("other-quotes", "a name stands without quotes", span=span, fix=Fix.write(span, text))
    return failure.error("other-quotes", _DOUBLE, span=span, fix=Fix.write(span, f'"{text}"'))


def quoted_name(failure: Failure) -> Diagnostic | None:
    """`by "linear"`: a text where a name stands."""
    text = failure.span.text[1:-1]
    if failure.kind != "STRING" or not text.isidentifier() or not _takes_a_name(failure):
        return None
    return failure.error("other-quotes", "a name stands without quotes", fix=Fix.write(failure.span, text))


def _takes_a_name(failure: Failure) -> bool:
    """Whether a technique, a source or a word of the language stands here rather than a text."""
    *before, last = failure.before or (Token("", ""),)
    if last.type != "EQUAL":
        return last.type in {"BY", "ARROW", "PLUS", "STAR"}
    inside = failure.brackets[-1].type if failure.brackets else ""
    if inside in ("", "LBRACE") and failure.before[0].type not in ("LET", "PARAM"):
        return str(before[-1]) not in _TEXTS
    return False


def other_arrow(failure: Failure) -> Diagnostic | None:
    """`=>`, `-->`, a typographic arrow, `to`; behind a key what was meant is its `=`."""
    start = failure.at
    text = failure.source.text
    while start > failure.offset and text[start - 1] in "=-~":
        start -= 1
    arrow = _ARROW.match(text, start)
    if arrow is None or arrow.end() <= failure.at or arrow[0] in (">", "->"):
        return None
    if arrow[0] == "to" and "ARROW" not in failure.accepts:
        return None
    span = Span(failure.source, start, arrow.end())
    taken = start < failure.at and text[start] == "="  # as the sign of a key, before what follows it was met
    if taken or ("EQUAL" in failure.accepts and "ARROW" not in failure.accepts):
        return _given(failure, arrow[0], span, "=")
    return failure.error("other-arrow", f"the arrow is written `->`, not `{arrow[0]}`", span=span, fix=Fix.write(span, "->"))


def other_equals(failure: Failure) -> Diagnostic | None:
    """`:` or `==` where a value is given."""
    sign = _EQUALS.match(failure.rest)
    if sign is None or "EQUAL" not in failure.accepts:
        return None
    return _given(failure, sign[0], failure.here(sign.end()), " =")


def _given(failure: Failure, sign: str, span: Span, meant: str) -> Diagnostic:
    return failure.error("other-equals", f"a value is given with `=`, not `{sign}`", span=span, fix=Fix.write(span, meant))


def semicolon(failure: Failure) -> Diagnostic | None:
    """`;` between entries or items."""
    if failure.kind or not failure.rest.startswith(";"):
        return None
    line = failure.rest.partition("\n")[0]
    last = not line[1:].partition("#")[0].strip()
    sign = "" if last else "," if failure.brackets else "\n"
    fix = Fix.write(
        failure.here(1), sign, title=f"write `{sign}`" if sign == "," else "take it out" if last else "begin a line"
    )
    message = "`;` ends nothing here: entries are separated by newlines or commas, items by newlines"
    return failure.error("semicolon", message, fix=fix)


def other_comment(failure: Failure) -> Diagnostic | None:
    """`// ...` or `/* ... */`."""
    comment = _COMMENT.match(failure.rest)
    if comment is None:
        return None
    words = comment[0].removeprefix("//").removeprefix("/*").removesuffix("*/").strip()
    ends_line = not failure.rest[comment.end() :].partition("\n")[0].strip()
    span = failure.here(comment.end())
    fix = Fix.write(span, f"# {words}") if ends_line and "\n" not in words else None
    return failure.error("other-comment", "comments begin with `#`", span=span, fix=fix)


SIGNS = (unterminated_string, other_quotes, quoted_name, other_arrow, other_equals, semicolon, other_comment)
