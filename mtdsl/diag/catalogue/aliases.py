"""Names under which other tools and papers speak of what is told here under another id."""

from __future__ import annotations

from collections.abc import Mapping

ALIASES: Mapping[str, tuple[str, ...]] = {
    "plugin-missing": ("unknown-plugin",),
    "soup-of-unlike-models": ("merge-unlike", "merge-of-strangers"),
}
"""Ids that nothing is found under, and those that say the same."""
