"""Steps and tokens of a phase, both ways. Steps count from 0; tokens from the phase's first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from mtdsl.plan.model import Batch, Phase


def tokens_before(phase: Phase, step: int) -> int:
    """Tokens of the phase that come before `step`; those of the whole phase for `step == phase.steps`."""
    return 0 if phase.batch is None else tokens_of(phase.batch, step)


def tokens_of(batch: Batch, steps: int) -> int:
    """Tokens in the first `steps` steps; a batch goes on at its last size."""
    sequences, left = 0, steps
    for run in batch.runs[:-1]:
        taken = min(left, run.steps)
        sequences += taken * run.sequences
        left -= taken
    return (sequences + left * batch.runs[-1].sequences) * batch.length


def tokens_before_each(phase: Phase, steps: Sequence[int]) -> list[int]:
    """As `tokens_before`, of many rising steps in one walk along the batch, which may have a run for each of them."""
    if phase.batch is None:
        return [0] * len(steps)
    found: list[int] = []
    length, last, count = phase.batch.length, len(phase.batch.runs) - 1, len(steps)
    begin = passed = first = 0
    for index, run in enumerate(phase.batch.runs):
        if first == count:
            break
        if index == last or steps[first] < begin + run.steps:
            behind = count if index == last else bisect_left(steps, begin + run.steps, first)
            before, size = (passed - begin * run.sequences) * length, run.sequences * length
            found += [before + step * size for step in steps[first:behind]]
            first = behind
        begin, passed = begin + run.steps, passed + run.steps * run.sequences
    return found


def sequences(phase: Phase, step: int) -> int:
    """How many sequences `step` is fed."""
    return 0 if phase.batch is None else sequences_of_step(phase.batch, step)


def sequences_of_step(batch: Batch, step: int) -> int:
    """How many sequences `step` is fed; a batch goes on at its last size."""
    for run in batch.runs:
        if step < run.steps:
            return run.sequences
        step -= run.steps
    return batch.runs[-1].sequences


def step_at(phase: Phase, tokens: int) -> int:
    """The step that is fed the phase's token number `tokens`; `phase.steps` at or past its end."""
    return 0 if phase.batch is None else min(steps_of(phase.batch, tokens), phase.steps)


def steps_of(batch: Batch, tokens: int) -> int:
    """How many whole steps fit into `tokens`."""
    steps = 0
    for run in batch.runs[:-1]:
        size = run.sequences * batch.length
        if tokens < run.steps * size:
            return steps + tokens // size
        tokens -= run.steps * size
        steps += run.steps
    return steps + tokens // (batch.runs[-1].sequences * batch.length)
