"""What must hold of a rewriter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, ClassVar

from mtdsl.registry.rewriting import Chance
from mtdsl.testing.rules import broken
from mtdsl.testing.subject import Subject
from mtdsl.testing.technique import TechniqueSuite

TEXTS = ("", "a", "def f(x):\n    return x + 1\n", "Größe → 平仮名, und ab in aabb abab", "ab" * 500)
DRAWS = 50


class RewriterSuite(TechniqueSuite):
    """Nothing of a document is lost or added but special tokens, and the same chance gives the same document.

    It rewrites five texts, one of them empty and one long, under a tokenizer of bytes and pairs of letters.
    """

    kind: ClassVar[str] = "rewriter"

    def test_nothing_is_lost_or_added(self) -> None:
        """Without special tokens, the bytes of the text are those of the document, each as often."""
        for subject, ids, chance in self._documents():
            kept = Pairs().bytes([one for one in _rewritten(subject, ids, chance) if one < Pairs.first])
            if Counter(kept) != Counter(Pairs().bytes(ids)):
                found = f"makes {kept!r} of {Pairs().bytes(ids)!r}"[:200]
                way_out = "put every part of the document into the result, once"
                broken(subject.title, found, "nothing of a document is lost or added", way_out)

    def test_special_tokens_are_those_it_says(self) -> None:
        """It writes no id that is neither the tokenizer's for text nor of `special()`, and the level is one of two."""
        for subject, ids, chance in self._documents():
            made, known = _rewritten(subject, ids, chance), set(_special(subject).values())
            strange = {one for one in made if one >= Pairs.first} - known
            if strange or subject.made().level not in ("document", "context"):
                found = f"writes {strange} and is of level {subject.made().level!r}"
                way_out = "name every special token in `special()`, and let `level` be `document` or `context`"
                broken(subject.title, found, "a run must know what is written", way_out)

    def test_it_is_pure(self) -> None:
        """The same document and the same chance give the same ids."""
        for subject, ids, chance in self._documents():
            if _rewritten(subject, ids, chance) != _rewritten(subject, ids, chance):
                way_out = "take what is left to chance from `chance`"
                broken(subject.title, "makes another document when asked again", "a rewriter is pure", way_out)

    def _documents(self) -> Iterator[tuple[Subject, list[int], Chance]]:
        random = Random(0)
        for subject in self.subjects():
            for text in TEXTS:
                for _ in range(DRAWS):
                    yield subject, Pairs().encode(text), Chance(random.random(), random.random(), random.random())


class Pairs:
    """A tokenizer: bytes, and `ab` as one token."""

    first: ClassVar[int] = 257
    """The first id that is no text."""

    def encode(self, text: str) -> list[int]:
        """Bytes, pairs taken from the left."""
        whole = text.encode()
        return [256 if one == 0xFF else one for one in whole.replace(b"ab", b"\xff")]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of the bytes."""
        return self.bytes(ids).decode(errors="replace")

    def bytes(self, ids: Sequence[int]) -> bytes:
        """What ids stand for, which may begin or end inside a character."""
        return b"".join(b"ab" if one == 256 else bytes([one]) for one in ids)


def _special(subject: Subject) -> dict[str, int]:
    return {name: Pairs.first + at for at, name in enumerate(subject.made().special())}


def _rewritten(subject: Subject, ids: list[int], chance: Chance) -> list[int]:
    technique: Any = subject.made()
    return list(technique.rewrite(ids, _special(subject), Pairs(), chance))
