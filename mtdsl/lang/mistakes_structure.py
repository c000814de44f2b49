"""Mistakes in how items and bodies are put together: brackets, lines, keywords, missing parts."""

from __future__ import annotations

import re
from itertools import takewhile

from lark import Token

from mtdsl.diag import Diagnostic, Fix, Label, Span
from mtdsl.diag.nearest import suggest
from mtdsl.lang.failure import END, OPENS, Failure
from mtdsl.lang.grammar import keywords, reserved
from mtdsl.lang.pieces import item_words
from mtdsl.lang.scanner import CONTINUES

_ENDS = frozenset({"_NL", "COMMA", "RBRACE", "RPAR", "RSQB", END})
_CLOSES = {close: opening for opening, close in OPENS.items()}
_SIGN = {"LPAR": "(", "LSQB": "[", "LBRACE": "{", "RPAR": ")", "RSQB": "]", "RBRACE": "}"}
_BEGINS = frozenset({"_NL", "COMMA", "LBRACE"})
_INFIX = frozenset({"EQUAL", "COMPARE", "BY", "OVER", "UNTIL", "X", "NOT", "WITH"}) | CONTINUES


def missing_value(failure: Failure) -> Diagnostic | None:
    """`lr =` and nothing behind it."""
    last = failure.previous
    if failure.kind not in _ENDS or last is None or last.type not in _INFIX:
        return None
    before = failure.before[-2] if len(failure.before) > 1 else None
    message = f"`{before}` has no value" if last.type == "EQUAL" and before else f"nothing follows `{last}`"
    what = "a plugin's name" if last.type == "BY" else "a value"
    return failure.error("missing-value", message, span=failure.where(last), mark=f"expected {what} behind this")


def continued_line(failure: Failure) -> Diagnostic | None:
    """A line that ends in an operator takes the next attribute for its operand."""
    if failure.kind != "EQUAL" or len(failure.before) < 2:
        return None
    sign, key = failure.before[-2:]
    if (
        sign.type not in CONTINUES
        or key.type != "NAME"
        or failure.source.position(failure.where(sign).start)[0] == failure.span.line
    ):
        return None
    message = f"a line that ends in `{sign}` goes on, and the next one is another attribute"
    return failure.error("missing-value", message, span=failure.where(sign), mark="expected a value behind this")


def unopened(failure: Failure) -> Diagnostic | None:
    """A closing bracket that closes nothing, or something else."""
    if failure.kind not in _CLOSES:
        return None
    sign = _SIGN[failure.kind]
    if not failure.brackets:
        fix = Fix.write(failure.span, "", title=f"take the `{sign}` out", safe=False)
        return failure.error("unopened-bracket", f"this `{sign}` closes nothing", fix=fix)
    inner = failure.brackets[-1]
    if inner.type == _CLOSES[failure.kind]:
        return None
    return _unclosed(failure, inner, f"`{sign}` closes it")


def unclosed(failure: Failure) -> Diagnostic | None:
    """A bracket that is still open where the item ends, or where a new line cannot go on inside it."""
    if not failure.brackets:
        return None
    inner = failure.brackets[-1]
    if failure.kind == END:
        return _unclosed(failure, inner, "the next item begins" if failure.next_item().text else "the file ends")
    if inner.type != "LBRACE" and OPENS[inner.type] in failure.accepts and failure.fresh_line:
        return _unclosed(failure, inner, "this line begins")
    return None


def _unclosed(failure: Failure, opening: Token, event: str) -> Diagnostic:
    close = _SIGN[OPENS[opening.type]]
    here = failure.next_item() if failure.kind == END else failure.span
    labels = (Label(failure.where(opening), "opened here"),)
    mark = f"expected `{close}` before this" if here.text else f"expected `{close}`"
    message = f"`{opening}` is still open where {event}"
    return failure.error("unclosed-bracket", message, span=here, mark=mark, more=labels)


def brace_below(failure: Failure) -> Diagnostic | None:
    """`{` on a line of its own."""
    brace = re.match(r"\s*\{", failure.rest)
    if failure.kind != "_NL" or "LBRACE" not in failure.accepts or brace is None:
        return None
    at = failure.at + brace.end()
    fix = Fix.write(Span(failure.source, failure.at, at), " {", title="write it on the line above")
    return failure.error(
        "brace-below", "`{` stands on the line of what it opens", span=Span(failure.source, at - 1, at), fix=fix
    )


def leading_operator(failure: Failure) -> Diagnostic | None:
    """A line that begins with an operator."""
    if failure.kind not in CONTINUES | {"BY", "OVER", "UNTIL", "X", "WITH"} or not failure.fresh_line or not failure.before:
        return None
    sign = failure.span.text
    help = f"end the line above with `{sign}`" if failure.kind in CONTINUES else "write it on the line above"
    return failure.error("leading-operator", f"a line cannot begin with `{sign}`", help=help, fix=_lifted(failure))


def _lifted(failure: Failure) -> Fix | None:
    """Takes the operator to the end of the line above, if nothing but the newline is between the two."""
    end = next(failure.where(token).end for token in reversed(failure.before) if token.type != "_NL")
    between = failure.source.text[end : failure.at]
    if failure.kind not in CONTINUES or between.strip() or between.count("\n") != 1:
        return None
    span = Span(failure.source, end, failure.span.end)
    return Fix.write(
        span, f" {failure.span.text}{between.rstrip(' ')}{' ' * 4}", title=f"end the line above with `{failure.span.text}`"
    )


def dash_in_name(failure: Failure) -> Diagnostic | None:
    """`long-context` for `long_context`."""
    first, rest = failure.previous, re.match(r"-[\w-]*\w", failure.rest)
    if first is None or first.type != "NAME" or rest is None or failure.where(first).end != failure.at:
        return None
    span = failure.where(first).to(failure.here(rest.end()))
    name = span.text.replace("-", "_")
    return failure.error("dash-in-name", "names have no dashes", span=span, fix=Fix.write(span, name))


def keyword_as_name(failure: Failure) -> Diagnostic | None:
    """`phase for x`, `phase { ... }`: the name is a keyword, or was left out."""
    last = failure.previous
    if last is None or last.lower() not in item_words() or last.type == "NAME" or "NAME" not in failure.accepts:
        if last is None or last.type != "NAME" or str(last) not in reserved() or len(failure.before) < 2:
            return None
        owner = failure.before[-2]
        if str(owner) not in item_words() or owner.type == "NAME":
            return None
        return failure.error("keyword-as-name", f"`{last}` is a keyword, not a name for a `{owner}`", span=failure.where(last))
    return failure.error("missing-name", f"`{last}` needs a name", span=failure.where(last))


def unknown_item(failure: Failure) -> Diagnostic | None:
    """A statement that begins with a word which is no keyword."""
    word = failure.previous
    if word is None or word.type != "NAME" or failure.accepts != {"EQUAL"} or failure.fresh_line:
        return None
    known = ["when"] if failure.brackets else sorted(item_words())
    where = failure.where(word)
    help, fix = suggest(str(word), where, known, f"items are {', '.join(known)}, or `name = value`")
    begins = len(failure.before) == 1 or failure.before[-2].type in _BEGINS
    if not begins or (failure.brackets and fix is None):
        message = f"expected `=` behind `{word}`"
        fix = Fix.write(failure.here(0), "= ") if failure.kind in ("NUMBER", "STRING") else None
        return failure.error("missing-equals", message, fix=fix)
    kind = "entry" if failure.brackets else "item"
    return failure.error("unknown-item", f"no {kind} begins with `{word}`", span=where, help=help, fix=fix)


def missing_by(failure: Failure) -> Diagnostic | None:
    """`2e-4 -> 0 linear` for `2e-4 -> 0 by linear`."""
    word = failure.span.text
    if "BY" not in failure.accepts or not word.isidentifier() or failure.fresh_line:
        return None
    piece = takewhile(lambda token: token.type not in _BEGINS | {"EQUAL", "LSQB", "LPAR"}, reversed(failure.before))
    if re.match(r"\w+[ \t]*=(?!=)|when\b", failure.rest) or all(token.type != "ARROW" for token in piece):
        return None
    fix = Fix.write(failure.span, f"by {word}")
    return failure.error("missing-by", f"what moves a value is named behind `by`, and `{word}` stands alone", fix=fix)


def length_behind_by(failure: Failure) -> Diagnostic | None:
    """`-> 0 by cosine over 50B`: a length stands before `by`."""
    piece = list(takewhile(lambda token: token.type not in _BEGINS | {"EQUAL", "LSQB", "ARROW"}, reversed(failure.before)))
    if failure.kind not in ("OVER", "UNTIL") or all(token.type != "BY" for token in piece):
        return None
    sign = failure.span.text
    return failure.error("unexpected-text", f"`{sign}` stands before `by`", help=f"write `-> 0 {sign} 50B by cosine`")


def arrow_behind_by(failure: Failure) -> Diagnostic | None:
    """`3e-4 by cosine -> 0`: what moves a value stands behind both of its ends."""
    if failure.kind != "ARROW" or len(failure.before) < 3 or "BY" not in {token.type for token in failure.before[-3:]}:
        return None
    by = next(token for token in reversed(failure.before) if token.type == "BY")
    technique = failure.source.text[failure.where(by).end : failure.at].strip()
    help = f"write both ends first: `3e-4 -> 0 by {technique}`"
    return failure.error("unexpected-text", "`->` stands before `by`", help=help)


def like_behind_for(failure: Failure) -> Diagnostic | None:
    """`phase c for o in [1, 2] like b`: what a phase copies stands before its `for`."""
    words = [token.type for token in failure.before]
    if failure.span.text != "like" or words[:1] != ["PHASE"] or "FOR" not in words:
        return None
    each = " ".join(str(token) for token in failure.before[:2])
    other = re.match(r"like[ \t]+(\w+)", failure.rest)
    help = f"write `{each} like {other[1] if other else 'NAME'} for ... in ...`"
    return failure.error("unexpected-text", "`like` stands before `for`", help=help)


def dots(failure: Failure) -> Diagnostic | None:
    """`1..3`: there are no ranges."""
    first, last = failure.previous, re.match(r"\.\.+(\d+)", failure.rest)
    if first is None or first.type != "NUMBER" or last is None:
        return None
    span = failure.where(first).to(failure.here(last.end()))
    return failure.error("unexpected-text", "there are no ranges", span=span, help="write the values out: `[1, 2, 3]`")


def unit_behind_name(failure: Failure) -> Diagnostic | None:
    """`batch = b tokens`: a unit belongs to a number."""
    name, unit = failure.previous, failure.span.text
    if name is None or name.type != "NAME" or unit not in ("tokens", "steps", "epochs") or failure.fresh_line:
        return None
    if re.match(r"\w+[ \t]*=(?!=)", failure.rest):
        return None
    help = f"write it where `{name}` gets its number: `let {name} = 8 {unit}`"
    return failure.error("unexpected-text", f"`{unit}` stands behind a number", help=help)


def inline_body(failure: Failure) -> Diagnostic | None:
    """`mix = { web = 80%, code = 20% }`: braces stand behind an item's name only."""
    if failure.kind != "LBRACE" or len(failure.before) < 2 or failure.before[-1].type != "EQUAL":
        return None
    key = str(failure.before[-2])
    help = "write `80% * web + 20% * code`, or `mix stage1 { ... }` above and `mix = stage1` here" if key == "mix" else None
    return failure.error("unexpected-text", f"`{key}` takes a value, and braces are none", help=help)


def missing_times(failure: Failure) -> Diagnostic | None:
    """`70% web + 30% code`: a share multiplies what it is of."""
    number, word = failure.previous, failure.span.text
    if number is None or number.type != "NUMBER" or not number.endswith("%") or failure.fresh_line or not word.isidentifier():
        return None
    if re.match(r"\w+[ \t]*=(?!=)|when\b", failure.rest):
        return None
    fix = Fix.write(failure.here(0), "* ")
    return failure.error("unexpected-text", f"a share multiplies: `{number} * {word}`", fix=fix)


def body_of_flow(failure: Failure) -> Diagnostic | None:
    """`flow a -> b { optimizer = reset }`: what happens on an edge is a transition."""
    first = failure.before[0] if failure.before else None
    if failure.kind != "LBRACE" or failure.brackets or first is None or first.type != "FLOW":
        return None
    path = " ".join(str(token) for token in failure.before[1:])
    help = f"write `transition {path} {{ ... }}` on a line of its own"
    return failure.error("unexpected-text", "a flow has no braces", help=help)


def missing_separator(failure: Failure) -> Diagnostic | None:
    """Two entries, or two items, on one line."""
    word = failure.span.text
    if failure.fresh_line or not word.isidentifier() or "_NL" not in failure.accepts:
        return None
    if failure.brackets and re.match(r"\w+[ \t]*=(?!=)|when\b", failure.rest):
        fix = _separated(failure, ", ")
        return failure.error("missing-separator", f"a comma or a newline is missing before `{word}`", fix=fix)
    if not failure.brackets and (word in keywords() or re.match(r"\w+[ \t]*=(?!=)", failure.rest)):
        message = f"an item ends with its line, and `{word}` begins another"
        return failure.error("missing-separator", message, fix=_separated(failure, "\n"))
    return None


def _separated(failure: Failure, sign: str) -> Fix:
    """Writes `sign` for the space before the word that was not taken."""
    begin = failure.at
    while failure.source.text[begin - 1] in " \t":
        begin -= 1
    title = "write a comma" if sign == ", " else "begin a line"
    return Fix.write(Span(failure.source, begin, failure.at), sign, title=title)


STRUCTURE = (
    dash_in_name,
    keyword_as_name,
    missing_value,
    continued_line,
    unopened,
    unclosed,
    brace_below,
    leading_operator,
    unknown_item,
    missing_by,
    length_behind_by,
    arrow_behind_by,
    like_behind_for,
    dots,
    unit_behind_name,
    inline_body,
    missing_times,
    body_of_flow,
    missing_separator,
)
