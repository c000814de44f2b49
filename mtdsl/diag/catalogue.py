"""Every diagnostic's id and what it is about, one sentence each."""

from __future__ import annotations

CATALOGUE: dict[str, str] = {
    "plugin-broken": "A plugin package failed to load; the others work.",
}
