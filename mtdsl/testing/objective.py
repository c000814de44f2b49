"""What must hold of an objective."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from mtdsl.registry.entries import loaded
from mtdsl.registry.factories import Minimising
from mtdsl.testing.rules import broken
from mtdsl.testing.subject import Subject
from mtdsl.testing.technique import TechniqueSuite

if TYPE_CHECKING:
    import torch

TOKENS, VOCABULARY, MASKED = 60, 37, -100
SCALES = (0.0, 1.0, 30.0, 1000.0)
"""How large logits are: all alike, as at a fresh model, sure of themselves, and as large as a broken step makes them."""


class ObjectiveSuite(TechniqueSuite):
    """A loss for each token: its own, finite, with a finite gradient, and 0 where there is nothing to learn.

    An objective without `losses` stands in a plan only; what holds of every technique is all that is asked of it.
    """

    kind: ClassVar[str] = "objective"

    def test_losses_are_one_finite_number_a_token(self) -> None:
        """Float32 of the logits' shape less the vocabulary, finite for logits of any size, also where no token is trained."""
        import torch

        for subject, made in self._minimising():
            for scale in SCALES:
                for labels in (_labels(), torch.full((TOKENS,), MASKED)):
                    found = made.losses(_logits(scale), labels)
                    if found.shape != labels.shape or found.dtype != torch.float32 or not found.isfinite().all():
                        said = f"gives {_told(found)} for {TOKENS} tokens with logits of {scale:g}"
                        way_out = 'work in float32, with `log_softmax` and `reduction="none"`, never with log(softmax)'
                        broken(subject.title, said, "a token has one finite loss, in float32", way_out)

    def test_masked_tokens_do_not_count(self) -> None:
        """Where the label is -100 the loss is 0, and no logit has a gradient."""
        for subject, made in self._minimising():
            labels = _labels()
            losses, gradient = _minimised(made, _logits(1.0), labels)
            hidden = labels == MASKED
            for what, values in (("loss", losses[hidden]), ("gradient", gradient[hidden])):
                if values.any():
                    found = f"has a {what} of {float(values.abs().max()):.3g} where the label is {MASKED}"
                    broken(subject.title, found, "masked tokens do not count", "end with `.masked_fill(labels == -100, 0.0)`")

    def test_the_gradient_is_that_of_the_loss(self) -> None:
        """Finite, not 0 everywhere, and what the sum of the losses changes by when logits are moved along it."""
        import torch

        for subject, made in self._minimising():
            for scale in SCALES:
                _, gradient = _minimised(made, _logits(scale), _labels())
                if not gradient.isfinite().all():
                    way_out = "look for a square root, a division or a logarithm at 0"
                    broken(subject.title, f"has no finite gradient at logits of {scale:g}", "a step takes it", way_out)
            logits, step = _logits(1.0), torch.randn(TOKENS, VOCABULARY, generator=torch.Generator().manual_seed(1)) / 100
            _, gradient = _minimised(made, logits, _labels())
            risen = _sum(made, logits + step) - _sum(made, logits - step)
            slope = 2 * float((gradient * step).double().sum())
            if not gradient.any() or abs(risen - slope) > 1e-2 * (abs(risen) + abs(slope)) + 1e-3:
                found = f"changes by {risen:.4g} along a line on which its gradient says {slope:.4g}"
                way_out = "compute with torch and neither `detach` nor `no_grad`, `.item()` nor `argmax` on the way"
                broken(subject.title, found, "the gradient is that of the loss", way_out)

    def test_a_token_has_its_loss_whoever_stands_beside_it(self) -> None:
        """In pieces of any size and in any order the losses are the same: a sum over micro-batches is that of the step."""
        import torch

        for subject, made in self._minimising():
            logits, labels = _logits(1.0), _labels()
            whole = made.losses(logits, labels)
            parts = zip(torch.split(logits, 7), torch.split(labels, 7), strict=True)
            cut = torch.cat([made.losses(*part) for part in parts])
            turned = made.losses(logits.flip(0), labels.flip(0)).flip(0)
            for how, found in (("in pieces of 7 tokens", cut), ("in another order", turned)):
                if not torch.allclose(found, whole, rtol=1e-5, atol=1e-6):
                    said = f"gives other losses when it is asked {how}"
                    way_out = "take no mean and no maximum over tokens: the executor divides by the count of the whole step"
                    broken(subject.title, said, "a token's loss is its own", way_out)

    def test_it_is_pure(self) -> None:
        """The same bits again, of a technique made anew too, as after a resume; and what it is given stays as it is."""
        import torch

        for subject, made in self._minimising():
            logits, labels = _logits(1.0), _labels()
            first = made.losses(logits, labels)
            if not torch.equal(logits, _logits(1.0)) or not torch.equal(labels, _labels()):
                way_out = "write into tensors of your own, without `_` at a function's end"
                broken(subject.title, "changes what it is given", "logits and labels stay as they are", way_out)
            if not all(torch.equal(first, one.losses(logits, labels)) for one in (made, subject.made())):
                way_out = (
                    "compute the losses from logits, labels and the parameters, without chance and without a count of calls"
                )
                broken(subject.title, "gives other losses when asked again", "an objective is pure", way_out)

    def _minimising(self) -> Iterator[tuple[Subject, Any]]:
        """The technique with each example's parameters, where it says a loss."""
        if issubclass(loaded(self.entry), Minimising):
            for subject in self.subjects():
                yield subject, subject.made()


def _logits(scale: float) -> torch.Tensor:
    """The same logits whenever they are asked for."""
    import torch

    return scale * torch.randn(TOKENS, VOCABULARY, generator=torch.Generator().manual_seed(0))


def _labels() -> torch.Tensor:
    """A label for each token, every fifth masked."""
    import torch

    labels = torch.arange(TOKENS) * 11 % VOCABULARY
    labels[::5] = MASKED
    return labels


def _minimised(made: Any, logits: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Losses, and the gradient of their sum by the logits: 0 where there is none."""
    logits = logits.clone().requires_grad_()
    losses = made.losses(logits, labels)
    if losses.requires_grad:
        losses.sum().backward()
    return losses.detach(), logits.new_zeros(logits.shape) if logits.grad is None else logits.grad


def _sum(made: Any, logits: torch.Tensor) -> float:
    return float(made.losses(logits, _labels()).double().sum())


def _told(found: torch.Tensor) -> str:
    finite = "" if found.isfinite().all() else ", not all finite,"
    return f"{tuple(found.shape)} in {found.dtype}{finite}"
