"""Fill in the middle: a document is given so that its middle comes last, and is learnt from what stands on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from mtdsl import Bound, Share

if TYPE_CHECKING:
    from mtdsl import Chance, Coder

Parts = tuple[list[int], list[int], list[int]]
"""The ids of prefix, middle and suffix."""


@dataclass(frozen=True)
class Psm:
    """Prefix, suffix, middle (Bavarian et al. 2022, arXiv:2207.14255, section 3): `<pre> prefix <suf> suffix <mid> middle`.

    Two places of a document are drawn, uniform and independent, its two ends included; parts may be empty. Between characters
    (`split = "character"`) each part is tokenised by itself, as in the paper, in bigcode's Megatron-LM (`permute` of
    `gpt_dataset.py`, StarCoder) and in Megatron's `GPTFIMDataset`, so that a model meets tokens cut in two as where a cursor
    stands. Where text does not survive that, since the tokenizer puts a space before each part or a window cut a character,
    and with `split = "token"`, places are between tokens.

    `level = "document"` rewrites before windows are filled, as DeepSeek-V3 does with a share of 10 % (arXiv:2412.19437);
    `"context"` what of a document one window holds, which the paper finds better, and bigcode and Megatron do. Those then cut
    what the window does not hold any more; here a window takes less of the document instead, and nothing is lost. Every token
    is trained on, special ones too, as in all of these. The names of special tokens are StarCoder's unless they are given:
    DeepSeek's are `<｜fim▁begin｜>`, `<｜fim▁hole｜>` and `<｜fim▁end｜>`, in the order of the text.
    """

    split: Literal["character", "token"] = "character"
    level: Literal["document", "context"] = "document"
    prefix: str = "<fim_prefix>"
    suffix: str = "<fim_suffix>"
    middle: str = "<fim_middle>"

    def __post_init__(self) -> None:
        """Raises `ValueError` for special tokens that cannot be told apart."""
        if len(set(self.special().values())) < 3:
            raise ValueError("`prefix`, `suffix` and `middle` have to be three tokens")

    def special(self) -> Mapping[str, str]:
        """The three special tokens."""
        return {"prefix": self.prefix, "suffix": self.suffix, "middle": self.middle}

    def rewrite(self, ids: Sequence[int], special: Mapping[str, int], coder: Coder, chance: Chance) -> list[int]:
        """The ids in their new order, the three special ones among them."""
        parts = _of_text(ids, coder, chance) if self.split == "character" else None
        return self.ordered(parts or _cut(ids, chance), special, chance.mode)

    def ordered(self, parts: Parts, special: Mapping[str, int], mode: float) -> list[int]:
        """The parts behind their special tokens."""
        prefix, middle, suffix = parts
        return [special["prefix"], *prefix, special["suffix"], *suffix, special["middle"], *middle]


@dataclass(frozen=True)
class Spm(Psm):
    """Suffix, prefix, middle, with everything else as in `psm`.

    `variant = 2` is `<pre> <suf> suffix <mid> prefix middle`, a `psm` without a prefix whose middle is the rest: with it both
    orders help each other, and bigcode, Megatron and the prompts of Code Llama have it. `variant = 1` gives each part its own
    special token: `<suf> suffix <pre> prefix <mid> middle`.
    """

    variant: Annotated[int, Bound(low=1, high=2)] = 2

    def ordered(self, parts: Parts, special: Mapping[str, int], mode: float) -> list[int]:
        """The parts behind their special tokens."""
        prefix, middle, suffix = parts
        if self.variant == 1:
            return [special["suffix"], *suffix, special["prefix"], *prefix, special["middle"], *middle]
        return [special["prefix"], special["suffix"], *suffix, special["middle"], *prefix, *middle]


@dataclass(frozen=True)
class Mixed(Spm):
    """Each document in one of the two orders: the share `spm` of those that are rewritten as in `spm`, the others as in `psm`.

    Half of them each, as in the paper, StarCoder and Code Llama (arXiv:2308.12950), if nothing is said.
    """

    spm: Annotated[float, Share] = 0.5

    def ordered(self, parts: Parts, special: Mapping[str, int], mode: float) -> list[int]:
        """The parts behind their special tokens."""
        kind = Spm if mode < self.spm else Psm
        return kind.ordered(self, parts, special, mode)


def _of_text(ids: Sequence[int], coder: Coder, chance: Chance) -> Parts | None:
    """The document cut between characters, each part tokenised by itself; None where its text would not be what it was."""
    text = coder.decode(ids)
    if coder.encode(text) != list(ids):
        return None
    first, second = _places(len(text), chance)
    prefix, middle, suffix = (coder.encode(part) for part in (text[:first], text[first:second], text[second:]))
    return (prefix, middle, suffix) if coder.decode([*prefix, *middle, *suffix]) == text else None


def _cut(ids: Sequence[int], chance: Chance) -> Parts:
    first, second = _places(len(ids), chance)
    return list(ids[:first]), list(ids[first:second]), list(ids[second:])


def _places(length: int, chance: Chance) -> list[int]:
    """Two of the `length + 1` places, in order; they may be the same."""
    return sorted(int(drawn * (length + 1)) for drawn in (chance.first, chance.second))
