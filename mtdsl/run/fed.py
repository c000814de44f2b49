"""What a phase was fed of each source, against what its plan says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mtdsl.data import Borders, trained
from mtdsl.data.usage import of_phase

if TYPE_CHECKING:
    from mtdsl.data import Corpus
    from mtdsl.data.packing import Window
    from mtdsl.plan.model import Phase
    from mtdsl.run.session import Session


@dataclass
class Fed:
    """Counts by source since a phase began: `positions` of its windows, `real` tokens in them, `trained` labels.

    What is no real token is padding; a real token that is not learnt is the last of its document in a window.
    """

    counts: dict[str, list[int]] = field(default_factory=dict)

    def add(self, windows: Sequence[Window], corpus: Corpus, borders: Borders, length: int) -> None:
        """Count the windows of a step, each of `length` tokens; no token is looked at."""
        for window in windows:
            before = self.counts.setdefault(window.source, [0, 0, 0])
            more = (length, window.size, trained([window], corpus, borders))
            before[:] = [old + new for old, new in zip(before, more, strict=True)]

    def against(self, planned: Mapping[str, int]) -> dict[str, dict[str, int | None]]:
        """The counts by name of every source, with the positions that were `planned`; None where the run chose them."""
        names = ("positions", "real", "trained")
        return {
            name: {"planned": planned.get(name), **dict(zip(names, self.counts.get(name, [0, 0, 0]), strict=True))}
            for name in dict.fromkeys([*planned, *self.counts])
        }


def tell(session: Session, phase: Phase, fed: Fed) -> None:
    """Say and note what a phase that has ended was fed."""
    planned = of_phase(phase, session.corpus.epochs, session.registry)
    whole = sum(counts[0] for counts in fed.counts.values())
    shares = []
    for name in dict.fromkeys([*planned, *fed.counts]):
        meant = f" of {_share(planned[name], whole)}" if name in planned else ""
        shares.append(f"{name} {_share(fed.counts.get(name, [0])[0], whole)}{meant}")
    padding = whole - sum(counts[1] for counts in fed.counts.values())
    padded = f"; {_share(padding, whole)} was padding" if padding else ""
    line = f"`{phase.name}` was fed, of what was planned: {', '.join(shares)}{padded}"
    session.tell(line, "phase-fed", phase=phase.name, fed=fed.against(planned))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.4g}%"


def of_state(state: Mapping[str, Any]) -> Fed:
    """The counts that a checkpoint holds."""
    return Fed({name: list(counts) for name, counts in (state.get("fed") or {}).items()})
