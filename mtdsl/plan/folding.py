"""Names of parameters, folded by layer and expert: `model.layers.{0-31}.mlp.up_proj.weight` stands for 32 of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import product

NUMBER = re.compile(r"(?<=\.)\d+(?=\.)")
FOLDED = re.compile(r"\{([\d,-]+)\}")
Indices = tuple[int, ...]


def fold(names: Iterable[str]) -> tuple[str, ...]:
    """The names, those that differ in numbers between dots written as one, in the order of their first."""
    templates: dict[str, list[Indices]] = {}
    for name in names:
        templates.setdefault(NUMBER.sub("{}", name), []).append(tuple(int(at) for at in NUMBER.findall(name)))
    return tuple(template.format(*filled) for template, found in templates.items() for filled in _ranges(sorted(set(found))))


def unfold(folded: str) -> Iterator[str]:
    """The names that one stands for, counting up."""
    plain = FOLDED.split(folded)[::2]
    for numbers in product(*map(_numbers, FOLDED.findall(folded))):
        yield "".join(part + str(number) for part, number in zip(plain, numbers, strict=False)) + plain[-1]


def _ranges(found: list[Indices]) -> Iterator[tuple[str, ...]]:
    """Texts that stand for all of these tuples of numbers, one text for each place."""
    if not found[0]:
        yield ()
        return
    behind: dict[int, list[Indices]] = {}
    for first, *rest in found:
        behind.setdefault(first, []).append(tuple(rest))
    alike: dict[tuple[Indices, ...], list[int]] = {}
    for first, rests in behind.items():
        alike.setdefault(tuple(rests), []).append(first)
    for tails, firsts in alike.items():
        for written in _ranges(list(tails)):
            yield (_written(firsts), *written)


def _written(numbers: list[int]) -> str:
    """`7`, or `{0-2,4-6}`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    if len(numbers) == 1:
        return str(numbers[0])
    return "{" + ",".join("-".join(map(str, run)) for run in runs) + "}"


def _numbers(written: str) -> list[int]:
    bounds = [[int(end) for end in run.split("-")] for run in written.split(",")]
    return [number for run in bounds for number in range(run[0], run[-1] + 1)]
