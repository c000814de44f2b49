"""What the suite of objectives says of each that breaks a rule."""

from dataclasses import dataclass
from itertools import count

import pytest
from breaking import check, passes

from mtdsl.testing import ObjectiveSuite

CALLS = count()


@dataclass(frozen=True)
class Next:
    """The next token."""

    def losses(self, logits, labels):
        from torch.nn.functional import cross_entropy

        return cross_entropy(logits, labels, reduction="none", ignore_index=-100)


@dataclass(frozen=True)
class Planned:
    """Stands in a plan only."""


@dataclass(frozen=True)
class Mean(Next):
    """One loss for all of them."""

    def losses(self, logits, labels):
        return super().losses(logits, labels).mean()


@dataclass(frozen=True)
class Half(Next):
    """Computed in half precision."""

    def losses(self, logits, labels):
        return super().losses(logits, labels).half()


@dataclass(frozen=True)
class Exponential(Next):
    """The logarithm of a softmax, which is minus infinity at sure logits."""

    def losses(self, logits, labels):
        return -logits.softmax(-1).log().gather(1, labels.clamp(min=0)[:, None])[:, 0].masked_fill(labels == -100, 0.0)


@dataclass(frozen=True)
class Everywhere(Next):
    """A z-loss on tokens without a label too."""

    def losses(self, logits, labels):
        return super().losses(logits, labels) + 1e-4 * logits.logsumexp(-1) ** 2


@dataclass(frozen=True)
class Hidden(Next):
    """Of loss 0 where there is no label, and with a gradient all the same."""

    def losses(self, logits, labels):
        return super().losses(logits, labels) + (labels == -100) * (logits - logits.detach()).sum(-1)


@dataclass(frozen=True)
class Cut(Next):
    """Without a gradient."""

    def losses(self, logits, labels):
        return super().losses(logits.detach(), labels)


@dataclass(frozen=True)
class Rooted(Next):
    """With a root that has no gradient at 0."""

    def losses(self, logits, labels):
        spread = (logits - logits.mean(-1, keepdim=True)).square().sum(-1)
        return super().losses(logits, labels) + (labels != -100) * spread.sqrt()


@dataclass(frozen=True)
class Straightened(Next):
    """Twice the loss with the gradient of one."""

    def losses(self, logits, labels):
        losses = super().losses(logits, labels)
        return losses + losses.detach()


@dataclass(frozen=True)
class Averaged(Next):
    """Divided by the labels that it sees."""

    def losses(self, logits, labels):
        return super().losses(logits, labels) / (labels != -100).sum().clamp(min=1)


@dataclass(frozen=True)
class Placed(Next):
    """Later tokens weigh more."""

    def losses(self, logits, labels):
        import torch

        return super().losses(logits, labels) * torch.linspace(0, 1, len(labels))


@dataclass(frozen=True)
class Overwriting(Next):
    """Writes into the logits."""

    def losses(self, logits, labels):
        with __import__("torch").no_grad():
            logits.clamp_(-1, 1)
        return super().losses(logits, labels)


@dataclass(frozen=True)
class Drawing(Next):
    """Another loss each time."""

    def losses(self, logits, labels):
        return super().losses(logits, labels) * (1 + 1e-6 * next(CALLS))


def test_those_that_break_nothing_pass():
    assert passes(ObjectiveSuite, "test_broken_objectives:Next") >= 12
    assert passes(ObjectiveSuite, "test_broken_objectives:Planned") >= 12


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Mean", "test_losses_are_one_finite_number_a_token", "a token has one finite loss, in float32", '`reduction="none"`'),
        ("Half", "test_losses_are_one_finite_number_a_token", "a token has one finite loss, in float32", "work in float32"),
        ("Exponential", "test_losses_are_one_finite_number_a_token", "a token has one finite loss", "`log_softmax`"),
        ("Everywhere", "test_masked_tokens_do_not_count", "masked tokens do not count", "masked_fill(labels == -100, 0.0)"),
        ("Hidden", "test_masked_tokens_do_not_count", "masked tokens do not count", "masked_fill(labels == -100, 0.0)"),
        ("Cut", "test_the_gradient_is_that_of_the_loss", "the gradient is that of the loss", "neither `detach` nor"),
        ("Rooted", "test_the_gradient_is_that_of_the_loss", "a step takes it", "a square root"),
        ("Straightened", "test_the_gradient_is_that_of_the_loss", "the gradient is that of the loss", "neither `detach` nor"),
        ("Averaged", "test_a_token_has_its_loss_whoever_stands_beside_it", "a token's loss is its own", "take no mean"),
        ("Placed", "test_a_token_has_its_loss_whoever_stands_beside_it", "a token's loss is its own", "the whole step"),
        ("Overwriting", "test_it_is_pure", "logits and labels stay as they are", "tensors of your own"),
        ("Drawing", "test_it_is_pure", "an objective is pure", "without chance"),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    check(ObjectiveSuite, f"test_broken_objectives:{technique}", test, rule, way_out)
