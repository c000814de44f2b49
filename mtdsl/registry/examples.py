"""Parameters that a technique's author states, so that others can try it: its tests, and `mtdsl plugins show`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Example = Mapping[str, str | int | float]
"""Parameters, each as a recipe writes it: `{"decay": "20%", "shape": "sqrt", "count": 3}`."""


def stated(factory: type[Any]) -> Sequence[Example]:
    """The factory's `examples: ClassVar`; one without any parameters where it states none."""
    examples: Sequence[Example] = getattr(factory, "examples", ()) or ({},)
    return examples


def written(example: Example) -> str:
    """The arguments of a call: `decay = 20%, shape = sqrt`."""
    return ", ".join(f"{name} = {value}" for name, value in example.items())
