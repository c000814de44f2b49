"""What must hold of a merger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, overload
from weakref import WeakSet

from mtdsl.plan.slots import STEP, STEPS
from mtdsl.testing.rules import broken
from mtdsl.testing.subject import Subject
from mtdsl.testing.technique import TechniqueSuite

if TYPE_CHECKING:
    import torch

SHAPES: tuple[tuple[int, ...], ...] = ((7, 5), (3,), (1,), ())
MEASURED = (2.5, 2.25, 2.75, 2.25)
"""What is measured of four models."""

MOST = 2
"""Tensors of models that may be in memory at a time."""


class MergerSuite(TechniqueSuite):
    """Shape and dtype stay, equal models stay what they are, and at most two of the models' tensors are held at a time.

    It merges two, three and six models, as far as it says with `fits` that it can.
    """

    kind: ClassVar[str] = "merger"

    def test_shapes_and_dtypes_are_kept(self) -> None:
        """One tensor of the first one's shape and dtype, finite, whatever precision the models have."""
        import torch

        for subject, merging, count in self._merges():
            for dtype in (torch.float32, torch.bfloat16, torch.float16, torch.float64):
                for shape in SHAPES:
                    merged = merging(_drawn(shape, count, dtype), _weights(subject, count))
                    if merged.shape != shape or merged.dtype != dtype or not merged.isfinite().all():
                        found = f"makes {tuple(merged.shape)} in {merged.dtype} of {count} tensors {shape} in {dtype}"
                        way_out = "compute in float32 or more, and end with `.to(tensors[0].dtype)`"
                        broken(subject.title, found, "shape and dtype are kept, and numbers finite", way_out)

    def test_it_is_pure(self) -> None:
        """The same tensors give the same bits again, and are left as they are."""
        import torch

        for subject, merging, count in self._merges():
            tensors, weights = _drawn((7, 5), count, torch.float32), _weights(subject, count)
            kept = [tensor.clone() for tensor in tensors]
            first = merging(tensors, weights)
            if any(not torch.equal(one, other) for one, other in zip(tensors, kept, strict=True)):
                way_out = "work on a copy: `tensor.to(torch.float64, copy=True)`"
                broken(subject.title, "changes a tensor that it is given", "a merger changes none of them", way_out)
            if not torch.equal(first, merging(kept, weights)):
                way_out = "derive what is drawn from a `seed` and the tensor's name: give it a method `of`"
                broken(subject.title, "gives other numbers when asked again", "a merger is pure", way_out)

    def test_equal_models_stay_what_they_are(self) -> None:
        """Of models that are all alike comes that model, to the last digits of float32."""
        import torch

        for subject, merging, count in self._merges():
            tensors = _drawn((7, 5), 1, torch.float32) * count
            if not torch.allclose(merging(tensors, _weights(subject, count)), tensors[0], rtol=1e-5, atol=1e-6):
                way_out = "let the weights of the models sum to one"
                broken(subject.title, f"makes another model of {count} equal ones", "equal models stay what they are", way_out)

    def test_memory_does_not_grow_with_the_models(self) -> None:
        """However many models there are, two of their tensors are in memory at most."""
        for subject, merging, count in self._merges():
            tensors = OnDisk(count)
            merging(tensors, _weights(subject, count))
            if tensors.most > MOST:
                found = f"holds {tensors.most} tensors of {count} models at once"
                way_out = "ask for one after another, `tensors[index]`, and add it to a sum; never make a list of them or stack"
                broken(subject.title, found, f"at most {MOST} are in memory", way_out)

    def test_checkpoints_lie_inside_the_phase(self) -> None:
        """Those it needs of one phase come oldest first, lie inside it, and weigh something, none less than nothing."""
        for subject in self.subjects():
            made = subject.made()
            if not hasattr(made, "checkpoints"):
                continue
            points = list(made.checkpoints(STEPS * STEP, STEP))
            places, weights = [tokens for tokens, _ in points], [weight for _, weight in points]
            wrong = not points or any(later <= earlier for earlier, later in pairwise(places)) or places[0] <= 0
            if wrong or places[-1] > STEPS * STEP or min(weights) < 0 or not sum(weights) > 0:
                found = f"needs {[(tokens, float(weight)) for tokens, weight in points]} of a phase of {STEPS * STEP:,} tokens"
                rule = "checkpoints come oldest first, lie inside the phase, and weigh something"
                broken(subject.title, found, rule, "raise a `ValueError` for a phase that is too short")

    def test_chosen_weights_sum_to_one(self) -> None:
        """What it chooses by measurements is a weight a model, none negative, their sum 1."""
        for subject in self.subjects():
            made = subject.made()
            if not hasattr(made, "choose"):
                continue
            weights = list(made.choose(MEASURED, _measured))
            if len(weights) != len(MEASURED) or min(weights) < 0 or abs(sum(weights) - 1) > 1e-9:
                way_out = "divide the weights by their sum"
                broken(subject.title, f"chooses {weights} of four models", "weights are none negative and sum to one", way_out)

    def _merges(self) -> Iterator[tuple[Subject, Any, int]]:
        """The technique for a tensor of some name, and a number of models that it can merge, the base counted."""
        for subject in self.subjects():
            made = subject.made()
            for count in (2, 3, 6):
                if _fits(made, count):
                    named = made.of("layers.0.weight") if hasattr(made, "of") else made
                    yield subject, named, count + _based(made)


def _measured(weights: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, MEASURED, strict=True))


class OnDisk(Sequence["torch.Tensor"]):
    """Tensors that are read anew whenever they are asked for; `most` counts how many were in memory together."""

    def __init__(self, count: int) -> None:
        import torch

        self._kept = _drawn((7, 5), count, torch.float32)
        self._alive: WeakSet[torch.Tensor] = WeakSet()
        self.most = 0

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, index: int) -> torch.Tensor: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[torch.Tensor]: ...
    def __getitem__(self, index: int | slice) -> torch.Tensor | Sequence[torch.Tensor]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        tensor = self._kept[index].clone()
        self._alive.add(tensor)
        self.most = max(self.most, len(self._alive))
        return tensor


def _fits(made: Any, count: int) -> bool:
    if not hasattr(made, "fits"):
        return True
    try:
        made.fits(count)
    except ValueError:
        return False
    return True


def _based(made: Any) -> int:
    return int(getattr(made, "based", False))


def _weights(subject: Subject, count: int) -> list[float]:
    """Shares of as many models, the base's 0."""
    based = _based(subject.made())
    parts = [float(at + 1) for at in range(count - based)]
    return [0.0] * based + [part / sum(parts) for part in parts]


def _drawn(shape: tuple[int, ...], count: int, dtype: torch.dtype) -> list[torch.Tensor]:
    """The same random tensors whenever they are asked for."""
    import torch

    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator).to(dtype) for _ in range(count)]
