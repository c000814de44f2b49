"""A source that is read too often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.plan.lineage import parts, seen, wholes, with_wholes
from mtdsl.view.numbers import count
from mtdsl_lints.mixes import taken, taken_of

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan, Source
    from mtdsl.plan.origins import Origins
    from mtdsl.registry import Registry

LIMIT = 4
ROUNDING = 1.01


def too_many_epochs(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """The weights see a source more than four times, and nothing in the recipe says so.

    Up to four epochs repeated text is worth nearly as much as new text; from about sixteen on the value of more falls off,
    and forty add nothing (arXiv:2305.16264, figure 1). `max_epochs` on the source says how many are meant. `repeat` and a
    budget in epochs say it as far as their own number goes: two epochs of a mixture in which a small source has half can be
    two hundred of that source.
    """
    silent = {one.name: one for one in wholes(plan).values() if one.max_epochs is None and one.epoch}
    total = _in_all(plan, written.registry) if silent else {}
    often = {name: one for name, one in silent.items() if total.get(name, 0.0) > _most(one)}
    along = _along(plan, often, written.registry) if often else {}
    for name, source in often.items():
        passed = next((node for node, of in along.items() if of.get(name, 0.0) > _most(source)), None)
        if passed is not None:
            yield _remark(plan, source, passed, {node: of.get(name, 0.0) for node, of in along.items()})


def _remark(plan: Plan, source: Source, passed: str, read: Mapping[str, float]) -> Remark:
    """What is said of a source that is read too often by the end of the node `passed`; `read` is in tokens, by node."""
    epoch, size = float(source.epoch or 0), _size(source)
    most = max(read.values())
    part = next((one.name for one in plan.sources if one.of == source.name), source.name)
    told = "" if source.repeat == 1 else f"; an epoch reads each document {float(source.repeat):g} times"
    return Remark(
        f"`{source.name}` would be seen {most / size:.3g} times; it passes {_times(source):g} in `{passed}`",
        (
            Place(passed, f"mix.{part}", f"{count(read[passed])} tokens by the end of `{passed}`"),
            Place(part, "tokens", f"the source has {count(size)}{told}"),
        ),
        help=f"lower its share, or say that it is meant: `max_epochs = {ceil(most / epoch)}` on `{source.name}`",
    )


def _times(source: Source) -> float:
    """How often each document may be read: what is common, or what the source itself says of an epoch."""
    return max(float(LIMIT), float(source.repeat))


def _size(source: Source) -> float:
    """Tokens of a source, each once."""
    return float(source.epoch or 0) / float(source.repeat)


def _most(source: Source) -> float:
    """Tokens of a source from which on it is read too often."""
    return _times(source) * ROUNDING * _size(source)


def _in_all(plan: Plan, registry: Registry) -> dict[str, float]:
    """Tokens of each source over all phases, whichever weights see them: no lineage takes more."""
    whole_of, total = parts(plan), dict[str, float]()
    for of in taken(plan, registry).values():
        for name, tokens in with_wholes(whole_of, of).items():
            total[name] = total.get(name, 0.0) + tokens
    return total


def _along(plan: Plan, sources: Mapping[str, Source], registry: Registry) -> dict[str, dict[str, float]]:
    """Tokens of `sources` that the weights have seen by the end of each phase.

    Of a phase with a budget in epochs a source is left out that is read no more often than it says.
    """
    whole_of = parts(plan)

    def own(phase: Phase, at: int | None) -> dict[str, float]:
        if phase.mix is None:
            return {}
        whole = with_wholes(whole_of, taken(plan, registry)[phase.name])
        more = {name for name, one in sources.items() if whole.get(name, 0.0) > _said(phase) * float(one.epoch or 0)}
        if at is None or not more:
            return {name: whole[name] for name in more}
        read = with_wholes(whole_of, taken_of(plan, phase, registry, at))
        return {name: read.get(name, 0.0) for name in more}

    phases = {phase.name for phase in plan.phases}
    return {name: of for name, of in seen(plan, own).items() if name in phases}


def _said(phase: Phase) -> float:
    """Epochs that the budget of a phase names, and what its last whole step adds; 0 for a budget in anything else."""
    return float(phase.asked.amount) * ROUNDING if phase.asked.unit == "epochs" else 0.0
