"""A phase of 100 steps in which something happens, for tests of events."""

from __future__ import annotations

HEAD = "context = 256\nlr = 1e-3\nmix = a\n"
STEP = 16 * 256


def phase(body, budget="steps = 100"):
    """The phase `p` with these `when`s and attributes."""
    return f"{HEAD}phase p {{ {budget}, batch = 16 x 256\n{body}\n}}\n"
