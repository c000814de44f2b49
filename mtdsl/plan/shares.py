"""What is said of shares that do not sum to 100 %."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mtdsl.diag import Change, Fix, Label, Span
from mtdsl.diag.mistake import Mistake, mistake


def not_whole(total: Fraction, span: Span, fix: Fix | None = None, *, bare: Sequence[Span] = ()) -> Mistake:
    """The error for shares that sum to `total` in place of 1; `bare` are those that were written without `%`."""
    if bare:
        return _without_sign(total, fix, bare)
    hint = off(total)
    unsaid = "+" in span.text and "%" not in span.text
    hint += "; write each one's share: `80% * web + 20% * code`" if unsaid else "; or write parts without `%`"
    return mistake("mix-not-100", f"the shares sum to {float(100 * total):.9g} %, not 100 %", span, help=hint, fix=fix)


def off(total: Fraction) -> str:
    """By how much shares that sum to `total` miss 1: `5 % too much`."""
    return f"{abs(float(100 * (total - 1))):.6g} % {'too much' if total > 1 else 'is missing'}"


def _without_sign(total: Fraction, fix: Fix | None, bare: Sequence[Span]) -> Mistake:
    """A factor such as `70` is 7000 %: parts are normalised in braces only, and only where none has a `%`."""
    labels = [Label(at, "no `%`") for at in bare]
    listed = " and ".join(f"`{at.text}%`" for at in bare[:3])
    hint = (
        f"write {listed}{' ...' if len(bare) > 3 else ''}; parts without `%` stand in braces: `mix m {{ web = 70, code = 30 }}`"
    )
    if total == 100:
        fix = Fix("write `%` behind each", tuple(Change(Span(at.source, at.end, at.end), "%") for at in bare))
    message = f"{_counted(len(bare))} no `%`, so this sums to {float(total):.9g}, not 1"
    return mistake("mix-not-100", message, *labels, help=hint, fix=fix)


def _counted(bare: int) -> str:
    return "a share has" if bare == 1 else f"{bare} shares have"
