"""A mixture that a fitter found, as a recipe holds it: shares that sum to exactly 100 %, and above them where they are from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

PARTS = 10_000
"""Parts of the whole that shares are rounded to: hundredths of a percent."""


def rounded(shares: Mapping[str, float]) -> dict[str, int]:
    """Shares in hundredths of a percent that sum to 10,000: the largest remainders are rounded up. Raises nothing.

    They are divided by their sum first. Sources of none are left out.
    """
    whole = sum(shares.values())
    exact = {name: share / whole * PARTS for name, share in shares.items()}
    parts = {name: int(share) for name, share in exact.items()}
    for name in sorted(exact, key=lambda name: parts[name] - exact[name])[: PARTS - sum(parts.values())]:
        parts[name] += 1
    return {name: part for name, part in parts.items() if part}


def percent(parts: int) -> str:
    """`61.2%` of 6120 hundredths."""
    return f"{parts / 100:.2f}".rstrip("0").rstrip(".") + "%"


def block(name: str, parts: Mapping[str, int], remarks: Sequence[str]) -> str:
    """The mixture as `mtdsl fmt` leaves it, with the remarks above it."""
    wide = max(map(len, parts))
    lines = [f"    {source.ljust(wide)} = {percent(part)}" for source, part in parts.items()]
    return "\n".join([*(f"# {remark}" for remark in remarks), f"mix {name} {{", *lines, "}", ""])
