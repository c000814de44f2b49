"""What numbers and strings stand for."""

from __future__ import annotations

import re
from fractions import Fraction

from mtdsl.diag import Fix, Report, Span

_NUMBER = re.compile(r"(?P<digits>[\d_.]+)(?:[eE](?P<exponent>[+-]?\d+))?(?P<suffix>\D*)")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}
_LONGEST = 64
_LARGEST_EXPONENT = 300


def number(word: str, span: Span, report: Report) -> tuple[Fraction, str]:
    """The number that `span` begins with, as written, and its suffix: `1.5M` gives 3/2 and `M`.

    Numbers of more than 64 digits or beyond 1e300 are an error: nothing is that large, and to compute with them may never end.
    """
    match = _NUMBER.fullmatch(word)
    assert match is not None, word
    digits, exponent, suffix = match.groups("0")
    digits = digits.replace("_", "")
    if len(digits) > _LONGEST or len(exponent) > 5 or abs(int(exponent)) > _LARGEST_EXPONENT:
        where = Span(span.source, span.start, span.start + len(word))
        report.error("number-too-large", "this number has too many digits", where)
        return Fraction(0), suffix
    whole, _, rest = digits.partition(".")
    power = int(exponent) - len(rest)
    value = int(whole + rest)
    return Fraction(value * 10**power) if power >= 0 else Fraction(value, 10**-power), suffix


def string(word: str, span: Span, report: Report) -> str:
    """The text between the quotes, with its escapes resolved."""

    def resolve(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPES:
            at = span.start + 1 + match.start()
            message = f"`{match[0]}` is not an escape"
            where = Span(span.source, at, at + 2)
            hint = "a backslash itself is written `\\\\`"
            report.error("unknown-escape", message, where, help=hint, fix=Fix.write(where, f"\\{match[0]}"))
        return _ESCAPES.get(match[1], match[0])

    return _ESCAPE.sub(resolve, word[1:-1])
