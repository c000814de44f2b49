"""One optimizer step, as flat rows in an order that nothing but the plan decides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.optim import Optimizer

from mtdsl.data.batch import Borders, Flat, collate, trained

if TYPE_CHECKING:
    from accelerate import Accelerator

    from mtdsl.data import Corpus
    from mtdsl.data.packing import Window
    from mtdsl.run.apart import Apart
    from mtdsl.run.loss import Losses, LossModel

MICRO_BATCH = 8192
"""Tokens in a micro-batch, or one window where that is longer. Recorded with every checkpoint: it decides the last bits."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The mean loss over a step's `trained` labels in nats, and the norm of its gradient before clipping."""

    loss: float
    grad_norm: float
    trained: int

    @property
    def finite(self) -> bool:
        """Whether the step may be taken."""
        return math.isfinite(self.loss) and math.isfinite(self.grad_norm)


def gradients(
    model: LossModel,
    windows: Sequence[Window],
    corpus: Corpus,
    length: int,
    borders: Borders,
    clip: float,
    accelerator: Accelerator,
    apart: Apart | None = None,
    objective: Losses | None = None,
) -> Outcome:
    """Leave the step's clipped gradient on the model: that of the mean loss over all its unmasked labels.

    It is the next token's, or that of another `objective`.

    The count of labels is known before the first backward pass, so that micro-batches of unequal counts weigh as they should.
    `clip` bounds the gradient's norm; 0 leaves it as it is. `apart` is told the loss of every label.
    """
    count = trained(windows, corpus, borders)
    total = 0.0
    for begin in range(0, len(windows), per_micro_batch(length)):
        micro = windows[begin : begin + per_micro_batch(length)]
        flat = collate(micro, corpus, length, borders)
        kept: list[torch.Tensor] = []
        scale = 1.0 / max(count, 1)
        asked = {"kept": None if apart is None else kept, "objective": objective}
        loss = model(**_tensors(flat, accelerator.device), scale=scale, **asked)
        accelerator.backward(loss)
        if apart is not None:
            apart.add(micro, torch.cat(kept), [trained([window], corpus, borders) for window in micro])
        total += float(loss.detach())
    norm = accelerator.clip_grad_norm_(model.parameters(), clip or math.inf)
    return Outcome(total, float(norm), count)


def per_micro_batch(length: int) -> int:
    """Windows of `length` tokens in a micro-batch."""
    return max(1, MICRO_BATCH // length)


def _tensors(flat: Flat, device: torch.device) -> dict[str, torch.Tensor | int]:
    arrays = {
        "input_ids": flat.input_ids,
        "labels": flat.labels,
        "position_ids": flat.position_ids,
        "cu_seqlens": flat.cu_seqlens,
    }
    moved: dict[str, torch.Tensor | int] = {name: torch.from_numpy(array).to(device) for name, array in arrays.items()}
    return {**moved, "max_length": flat.max_length}


def set_rates(optimizer: Optimizer, lr: float, weight_decay: float | None) -> None:
    """Set what a plan moves: every group's rate, and the decay of those groups that decay at all (None leaves it alone).

    `mtdsl.run.groups` says which groups have a part of the rate, and which a decay of their own.
    """
    for group in optimizer.param_groups:
        group["lr"] = lr * group.get("lr_share", 1.0)
        if weight_decay is not None and group.get("decayed", True):
            group["weight_decay"] = weight_decay
