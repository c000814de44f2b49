"""Whether a plan reads a source more often than its `max_epochs` allows, where its size is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mtdsl.diag import Label, Report, Span
from mtdsl.plan.intake import phase_intake
from mtdsl.plan.lineage import asked_of, parts, seen, wholes, with_wholes
from mtdsl.plan.model import Phase, Plan, Source
from mtdsl.plan.sizes import declared
from mtdsl.registry import Registry


def check_epochs(plan: Plan, registry: Registry, span: Callable[[str], Span], report: Report) -> None:
    """Reports every source with `max_epochs` that some lineage reads more often; unknown sizes are left to the run.

    What was asked for decides: the last step of a budget is whole, and `epochs = 4` fits `max_epochs = 4`.
    """
    bounded = [source for source in wholes(plan).values() if source.max_epochs is not None and source.epoch is not None]
    if not bounded:
        return
    of = parts(plan)
    sizes = declared(plan)

    def taken(phase: Phase, at: int | None) -> dict[str, float]:
        of_phase = phase_intake(phase, sizes, registry, at)
        return with_wholes(of, {name: tokens or 0.0 for name, tokens in of_phase.items()})

    asked = _most_read(seen(plan, lambda phase, at: taken(phase, asked_of(phase, at))))
    over = [source for source in bounded if asked.get(source.name, ("", 0.0))[1] > _allowed(source)]
    read = seen(plan, taken) if over else {}
    declared_as = {whole: part for part, whole in of.items()}
    for source in over:
        node, _ = asked[source.name]
        _report(source, node, read[node][source.name], span(declared_as.get(source.name, source.name)), report)


def _allowed(source: Source) -> float:
    return float(source.max_epochs or 0) * float(source.epoch or 0)


def _report(source: Source, node: str, taken: float, span: Span, report: Report) -> None:
    size, allowed = source.epoch or 0, float(source.max_epochs or 0)
    read = times(taken / size, allowed)
    message = f"`{source.name}` would be read {read} times by the end of `{node}`, and `max_epochs` is {allowed:g}"
    told = f"{size:,} tokens are {source.tokens.certainty}, the plan takes {round(taken):,}"
    told += "" if source.repeat == 1 else f"; an epoch reads each document {float(source.repeat):g} times"
    report.error("source-epochs", message, Label(span, told), help="lower its share, shorten the phases or raise `max_epochs`")


def times(epochs: float, allowed: float) -> str:
    """Epochs in as many digits as tell them from those that are allowed, three at least."""
    return next((text for digits in range(3, 16) if float(text := f"{epochs:.{digits}g}") != allowed), f"{epochs}")


def _most_read(lineages: Mapping[str, Mapping[str, float]]) -> dict[str, tuple[str, float]]:
    """By source: the first node by whose end the most of it was read, and how much."""
    most: dict[str, tuple[str, float]] = {}
    for node, taken in lineages.items():
        for name, tokens in taken.items():
            if name not in most or tokens > most[name][1]:
                most[name] = node, tokens
    return most
