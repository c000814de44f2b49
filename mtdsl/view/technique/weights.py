"""The shares that a mixer chooses: of a static one as bars, of one whose steps take turns by turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from mtdsl.registry import Learning
from mtdsl.view import columns, numbers, phrases
from mtdsl.view.technique import learning
from mtdsl.view.technique.picture import Picture, Shown, bar


@dataclass(frozen=True, slots=True)
class Row:
    """A source: its tokens, the share that the mixture gives it (None where it gives none), the one chosen, and its epochs."""

    source: str
    tokens: int
    written: float | None
    share: float
    epochs: float

    def said(self) -> tuple[str, ...]:
        """What stands before its bar."""
        before = "" if self.written is None else f"{numbers.share(self.written)} →"
        sized = f"{numbers.count(self.tokens)} tokens"
        return self.source, sized, before, numbers.share(self.share), f"{numbers.passes(self.epochs)} epochs"


def picture(shown: Shown) -> Picture:
    """What is read of each source in the phase under it, beside what the mixture says, and how often that is all of it."""
    if isinstance(shown.made(), Learning):
        return learning.picture(shown)
    chosen = columns.of(shown.plan, shown.registry, 2)[0].points[0].shares or {}
    rows, trained = list(_rows(shown, chosen)), shown.plan.phases[0].tokens
    told = f"its steps take turns: {phrases.among(shown.rule())}; in all" if shown.rule().turns else "the shares"
    data = {"tokens": trained, "sources": [asdict(row) for row in rows]}
    return Picture(f"{told} of {numbers.count(trained)} tokens", data, lambda width: _lines(rows, width))


def _rows(shown: Shown, chosen: Mapping[str, float]) -> Iterator[Row]:
    trained, written = shown.plan.phases[0].tokens, shown.rule().sources
    sizes = {source.name: int(source.tokens.value or 0) for source in shown.plan.sources}
    for name, share in chosen.items():
        before = written.get(name)
        yield Row(name, sizes[name], None if before is None else float(before), share, share * trained / sizes[name])


def _lines(rows: Sequence[Row], width: int) -> Iterator[str]:
    said = [row.said() for row in rows]
    wide = [max(map(len, column)) for column in zip(*said, strict=True)]
    for row, words in zip(rows, said, strict=True):
        left = words[0].ljust(wide[0]) + "".join(f"  {word:>{at}}" for word, at in zip(words[1:], wide[1:], strict=True))
        yield f"{left}  {bar(row.share, width - len(left) - 2)}"
