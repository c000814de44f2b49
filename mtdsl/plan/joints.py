"""Where a written left side of an arrow meets the end of the phase before: what it says must be what is there.

The rate has rules of its own, since a transition may restart it: `mtdsl.plan.rates`.
"""

from __future__ import annotations

from fractions import Fraction

from mtdsl.diag import Span
from mtdsl.diag.mistake import mistake
from mtdsl.plan.model import Blend, V

CLOSE = Fraction(1, 1000)
"""How far a share may be off: a mixture that ends in the middle of a move is worked out in floating point."""
SAME = Fraction(1, 100)
WAY_OUT = "leave the left side out to go on from there; a jump that is meant is a piece that stands: `[a over 1%, -> b]`"
MIX_WAY_OUT = WAY_OUT.replace("-> b]`", "-> b over 20B]` (without `over` a mixture switches at once)")


def check_joint(name: str, start: V, last: V, span: Span) -> None:
    """Raises `Mistake` where the attribute `name` moves from `start`, and the phase before ended with `last`."""
    if isinstance(start, Blend) and isinstance(last, Blend):
        _check_mix(start, last, span)
    elif isinstance(start, Fraction) and isinstance(last, Fraction) and name == "batch":
        _check_batch(start, last, span)
    elif isinstance(start, Fraction) and isinstance(last, Fraction) and abs(start - last) > SAME * max(abs(start), abs(last)):
        message = f"`{name}` moves from {float(start):g}, but it was {float(last):g} where the phase before ended"
        raise mistake("value-jump", message, span, help=WAY_OUT)


def _check_mix(start: Blend, last: Blend, span: Span) -> None:
    zero = Fraction(0)
    off = {name: abs(start.shares.get(name, zero) - last.shares.get(name, zero)) for name in (*start.shares, *last.shares)}
    name = max(off, key=lambda source: off[source], default="")
    if start.rules or last.rules or off.get(name, zero) <= CLOSE:  # what a rule chooses is not known yet
        return
    here, there = (f"{float(blend.shares.get(name, zero)) * 100:.4g}%" for blend in (start, last))
    message = f"the mixture moves from {here} `{name}`, but the phase before ended with {there}"
    raise mistake("mix-jump", message, span, help=MIX_WAY_OUT)


def _check_batch(start: Fraction, last: Fraction, span: Span) -> None:
    """In windows a step; less than one of them is rounding."""
    if abs(start - last) >= 1:
        here, there = (f"{float(size):,.6g}" for size in (start, last))
        message = f"the batch moves from {here} windows a step, but the phase before ended with {there} of this length"
        raise mistake("batch-jump", message, span, help=WAY_OUT)
