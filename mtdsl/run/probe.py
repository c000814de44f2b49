"""Tries a foreign model on a few tokens, for what would otherwise go wrong without a sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from mtdsl.diag import refuse
from mtdsl.run.loss import LossModel

if TYPE_CHECKING:
    from transformers import PreTrainedModel

FIRST, SECOND = 5, 7
TOLERANCE = 1e-4


def probe(model: PreTrainedModel) -> None:
    """Raises a `Refusal` where training on flat rows would not train the model that `model` is when it is used.

    Two documents in one row: changing the first may not change the second (a state or a convolution that runs on does), and
    the model's own logits are its hidden states times its head (a scale or a cap is more).
    """
    name = type(model).__name__
    training = model.training
    loss_model = LossModel(model).eval()
    try:
        with torch.no_grad():
            own, hidden = _logits(loss_model, _row(model, 0)), _hidden(loss_model, _row(model, 0))
            changed = _hidden(loss_model, _row(model, 1))
    except (TypeError, ValueError, NotImplementedError) as error:
        raise refuse("model-unsupported", f"{name} cannot be run on flat rows of documents: {error}") from error
    model.train(training)
    if not torch.allclose(hidden[FIRST:], changed[FIRST:], rtol=TOLERANCE, atol=TOLERANCE):
        raise refuse("model-unsupported", f"{name} sees across documents: it has more than attention over tokens")
    if not torch.allclose(own, hidden @ loss_model.head.t(), rtol=TOLERANCE, atol=TOLERANCE):
        raise refuse("head-unsupported", f"{name} does more to its logits than one matrix, which cannot be trained yet")


def _row(model: PreTrainedModel, shift: int) -> Tensor:
    """Token ids of two documents; `shift` changes every token of the first."""
    ids = torch.arange(FIRST + SECOND)
    ids[:FIRST] += shift * FIRST
    vocabulary: int = model.config.get_text_config().vocab_size
    return (ids % vocabulary).to(model.device)


def _hidden(loss_model: LossModel, ids: Tensor) -> Tensor:
    positions, bounds = _places(ids)
    return loss_model.hidden(ids, positions, bounds, SECOND)


def _logits(loss_model: LossModel, ids: Tensor) -> Tensor:
    positions, bounds = _places(ids)
    extra = {"use_cache": False, "cu_seq_lens_q": bounds, "max_length_q": SECOND}
    return loss_model.model(ids[None], position_ids=positions[None], **extra).logits[0]  # type: ignore[no-any-return]


def _places(ids: Tensor) -> tuple[Tensor, Tensor]:
    positions = torch.cat([torch.arange(FIRST), torch.arange(SECOND)]).to(ids.device)
    return positions, torch.tensor([0, FIRST, FIRST + SECOND], dtype=torch.int32, device=ids.device)
