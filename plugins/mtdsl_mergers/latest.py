"""The latest points of a phase."""

from __future__ import annotations

from mtdsl.registry.merging import CHECKPOINTS


def latest(tokens: int, count: int, every: int, step_tokens: int) -> list[int]:
    """`count` points `every` tokens apart, the last where the phase ends, oldest first; all in its own tokens.

    Raises `ValueError` where two would fall into one step, or the first before the phase's first step; and where
    they are more than a merge reads.
    """
    if every < step_tokens:
        raise ValueError(f"`every` is less than a step of {step_tokens:,} tokens")
    if (count - 1) * every >= tokens:
        raise ValueError(
            f"{count} checkpoints every {every:,} tokens reach back {(count - 1) * every:,}, and the phase has {tokens:,}"
        )
    if count > CHECKPOINTS:
        raise ValueError(
            f"{count:,} checkpoints of one phase are more than the {CHECKPOINTS:,} that a merge reads; take them further apart"
        )
    return [tokens - every * (count - 1 - index) for index in range(count)]
