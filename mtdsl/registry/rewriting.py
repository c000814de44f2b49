"""What a rewriter's factory must make, and what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol


class Chance(NamedTuple):
    """What is left to chance in one document: numbers from 0 to below 1, uniform and independent of one another.

    `mode` chooses among orders, `first` and `second` are for places to cut at.
    """

    mode: float
    first: float
    second: float


class Coder(Protocol):
    """A tokenizer. It adds nothing around a text, and shows special tokens as they are written."""

    def encode(self, text: str, /) -> list[int]:
        """The ids of a text."""

    def decode(self, ids: Sequence[int], /) -> str:
        """The text of ids; where they cut a character in two there is U+FFFD in its place."""


class Rewriting(Protocol):
    """What a rewriter's factory makes: a pure function.

    `level`: `document`, each is rewritten whole before windows are filled; or `context`, what of it one window holds is.
    """

    @property
    def level(self) -> Literal["document", "context"]:
        """What is rewritten."""

    def special(self) -> Mapping[str, str]:
        """The special tokens that it writes, by the parameter that names each: a run is refused where one is missing."""

    def rewrite(self, ids: Sequence[int], special: Mapping[str, int], coder: Coder, chance: Chance, /) -> list[int]:
        """A document in another order: `ids` of any number, without bos and eos, which stay where they are.

        `special` are the ids of its special tokens, by parameter. Nothing of the document may be missing, its text being that
        of before in other pieces; every id that comes back is trained on.
        """
