"""Sizes and colours of the picture."""

from __future__ import annotations

GAP = 16.0
GUTTER = 100.0
WIDTH = 960.0
GLYPH = 6.3
"""Width of a character of the small text, in pixels: a little wide, so that what is said to fit does."""

PALETTE = ("#8ab4f8", "#f6b26b", "#93c47d", "#e8918a", "#76c7c0", "#f3d36b", "#c9a3d9", "#f4a6c0", "#c2a58c", "#b8bec6")
"""Fills that carry dark text, on a light page and on a dark one."""

CSS = """
svg { font: 11px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; color-scheme: light dark;
  --page: #ffffff; --ink: #1f2328; --quiet: #656d76; --line: #d0d7de; --box: #f6f8fa; --rate: #0969da; --merge: #8250df; }
@media (prefers-color-scheme: dark) { svg { --page: #0d1117; --ink: #e6edf3; --quiet: #9198a1; --line: #30363d;
  --box: #161b22; --rate: #58a6ff; --merge: #bc8cff; } }
text { fill: var(--ink); } .page { fill: var(--page); }
.recipe { font-size: 14px; font-weight: 600; } .name { font-weight: 600; font-size: 12px; }
.quiet { fill: var(--quiet); } .on { fill: #14181d; }
.box { fill: var(--box); stroke: var(--line); } .merge { fill: none; stroke: var(--merge); }
.flow { fill: none; stroke: var(--merge); stroke-width: 1.5; } .tip { fill: var(--merge); }
.line { stroke: var(--line); }
.curve { fill: none; stroke: var(--rate); stroke-width: 2; stroke-linejoin: round; } .under { fill: var(--rate); opacity: .15; }
.bar { fill: var(--rate); opacity: .3; } .unknown { fill: var(--box); stroke: var(--line); stroke-dasharray: 4 3; }
""".strip()


def colour(index: int) -> str:
    """The fill of the source that is mentioned as number `index`."""
    return PALETTE[index % len(PALETTE)]
