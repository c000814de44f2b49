"""What a merger's factory must make, and what it may have besides: a base, a count, checkpoints it needs, a metric."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch


CHECKPOINTS = 1_000
"""Of one phase in one merge, at most: all of them are read from the disk."""


class Merging(Protocol):
    """What a merger's factory makes. Called tensor by tensor, so that memory does not grow with the model."""

    def __call__(self, tensors: Sequence[torch.Tensor], weights: Sequence[float], /) -> torch.Tensor:
        """One tensor of several of one shape, in the first's dtype, computed in at least float32; `weights` sum to 1.

        Each of `tensors` is read from the disk whenever it is asked for, and may be asked for again: a merger that holds one
        or two at a time needs no more memory for more models. It changes none of them.
        """


@runtime_checkable
class Comparing(Merging, Protocol):
    """A merger of what models add to the one that they were trained from: `ties(a, b, base = trunk)`.

    The recipe has to name a `base`, so none of its own parameters is called that. The base is `tensors[0]`, its weight 0.
    """

    based: ClassVar[bool]


@runtime_checkable
class Counted(Merging, Protocol):
    """A merger that does not merge any number of models."""

    def fits(self, models: int) -> None:
        """Raises `ValueError`, in words for the recipe's author, where it cannot merge so many; the base is not counted."""


@runtime_checkable
class Named(Merging, Protocol):
    """A merger to which a tensor's name matters: one that draws, draws otherwise for each."""

    def of(self, name: str) -> Merging:
        """The merger of the tensor called `name`."""


class Sampling(Merging, Protocol):
    """A merger that declares which checkpoints of one phase it needs: `wsm(p2, window = 500B, every = 25B)`."""

    def checkpoints(self, tokens: int, step_tokens: int) -> Sequence[tuple[int, Fraction]]:
        """Tokens of the phase and weights, oldest first; weights are normalised, tokens rounded up to whole steps.

        `tokens` is how long the phase trains, `step_tokens` its last step's size. Raises `ValueError` where it cannot be, and
        where they are more than `CHECKPOINTS`.
        """


class Choosing(Merging, Protocol):
    """A merger that weighs its models by what is measured of them: `pick(anneal, by = niah)`.

    A parameter `best: Literal["highest", "lowest"] | None = None` is what the evaluator declares where a recipe leaves it out.
    """

    by: str

    def choose(self, values: Sequence[float], measure: Callable[[Sequence[float]], float]) -> Sequence[float]:
        """The weights of the models, given what `by` measured of each; `measure` tells it of them under others."""
