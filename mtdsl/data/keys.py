"""Keyed hashes: all randomness of the data comes from here, never from a rank, a clock or Python's own `hash`."""

from __future__ import annotations

import json
from hashlib import blake2b


def digest(*parts: object, size: int = 16) -> str:
    """BLAKE2b over the parts as JSON, in hex: `size` bytes. The parts are text, numbers, or lists and dicts of them."""
    return blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=size).hexdigest()


def number(*parts: object) -> int:
    """The same as a number below 2**63, which every JSON reader keeps whole."""
    return int(digest(*parts, size=8), 16) >> 1
