"""Amounts that mean what they say, but seldom what was meant: steps that are tokens, tokens that are no whole windows."""

from __future__ import annotations

from fractions import Fraction

from mtdsl.diag import Diagnostic, Fix, Label, Severity, Span
from mtdsl.diag.mistake import mistake
from mtdsl.lang.units import Quantity
from mtdsl.plan.drafts import Written

MANY = 100_000_000
"""Steps: three years at one a second. The longest published runs have five million."""
FAR = Fraction(1, 100)
"""How far a rounded batch may be from what was asked, as a share of it: as much as a rate that goes on may differ."""


def check_steps(amount: Quantity, written: Written) -> None:
    """Raises `Mistake` for a budget of steps that reads like one of tokens: `steps = 100B`."""
    if amount.dimension not in ("number", "steps"):
        return
    if not (amount.scaled and amount.dimension == "number") and amount.value < MANY:
        return
    shown, steps = amount.span.text, f"{int(amount.value):,}"
    fix = Fix.write(written.attribute.name_span, "tokens", title=f"write `tokens = {shown}`", safe=False)
    hint = f"write `tokens = {shown}`" + (f", or `steps = {steps.replace(',', '_')}`" if amount.value < MANY else "")
    message = f"`steps = {shown}` is {steps} optimizer steps, and reads like a number of tokens"
    raise mistake("steps-look-like-tokens", message, written.span, help=hint, fix=fix)


def rounded(size: Fraction, window: int, span: Span) -> Diagnostic:
    """What becomes of a batch in tokens that is `size` windows, no whole number."""
    whole = max(1, round(size))
    off = (whole - size) / size
    percent = f"{abs(float(off)) * 100:.2g}% {'more' if off > 0 else 'less'}"
    message = (
        f"`{span.text}` is {float(size):,.2f} windows of {window:,}: a step has {whole:,}, {whole * window:,} tokens, {percent}"
    )
    severity: Severity = "warning" if abs(off) >= FAR else "note"
    return Diagnostic("batch-not-whole", severity, message, (Label(span),), help=f"write `{whole} x {window}` to say so")
