"""Next-token loss without the logits: the head and its cross entropy, a chunk of tokens at a time.

One module returns the loss, so that Accelerate wraps the loss and not a tensor of logits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from mtdsl.diag import refuse

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CHUNK = 4096
IGNORED = -100

Losses = Callable[[Tensor, Tensor], Tensor]
"""An objective: each token's loss `[n]` of float32 logits `[n, vocabulary]` and labels `[n]`; see `Minimising`."""


def token_losses(hidden: Tensor, weight: Tensor, labels: Tensor, chunk: int = CHUNK) -> Tensor:
    """Cross entropy of every token, float32 `[T]` in nats, 0 where the label is -100; no gradient.

    `hidden` is `[T, width]`, `weight` `[vocabulary, width]`, `labels` int64 `[T]` and already shifted. At most `chunk`
    rows of logits exist at a time.
    """
    with torch.no_grad():
        dtype = _compute_dtype(hidden)
        head = weight.to(dtype)
        rows = zip(torch.split(hidden.to(dtype), chunk), torch.split(labels, chunk), strict=True)
        return torch.cat([_losses(_logits(part, head), wanted)[0] for part, wanted in rows])


def summed_loss(
    hidden: Tensor,
    weight: Tensor,
    labels: Tensor,
    chunk: int = CHUNK,
    kept: list[Tensor] | None = None,
    objective: Losses | None = None,
) -> Tensor:
    """The sum of `token_losses`, or of those of another `objective`, float32 scalar, with gradients for `hidden` and `weight`.

    Gradients are made in the forward pass while a chunk's logits are there, so nothing is computed twice; that of `weight`
    is accumulated in float32 whatever the precision of the products. The tokens' own losses are put into `kept`, in pieces.
    """
    return _SummedLoss.apply(hidden, weight, labels, chunk, kept, objective)  # type: ignore[no-any-return, no-untyped-call]


class _SummedLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        weight: Tensor,
        labels: Tensor,
        chunk: int,
        kept: list[Tensor] | None,
        objective: Losses | None,
    ) -> Tensor:
        if objective is None and not any(ctx.needs_input_grad):
            losses = token_losses(hidden, weight, labels, chunk)
            if kept is not None:
                kept.append(losses)
            return losses.sum()
        dtype = _compute_dtype(hidden)
        head = weight.to(dtype)
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        for_hidden = torch.empty_like(hidden)
        for_weight = torch.zeros_like(weight, dtype=torch.float32)
        for begin in range(0, len(hidden), chunk):
            part, wanted = hidden[begin : begin + chunk].to(dtype), labels[begin : begin + chunk]
            losses, error = _minimised(_logits(part, head), wanted, objective)
            total += losses.sum()
            if kept is not None:
                kept.append(losses)
            error = error.to(dtype)
            with torch.autocast(hidden.device.type, enabled=False):
                for_hidden[begin : begin + chunk] = error @ head
                _add_product(for_weight, error, part)
        ctx.save_for_backward(for_hidden, for_weight.to(weight.dtype))
        return total

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[Tensor, Tensor, None, None, None, None]:
        for_hidden, for_weight = ctx.saved_tensors
        return for_hidden * outer[0], for_weight * outer[0], None, None, None, None


def _compute_dtype(hidden: Tensor) -> torch.dtype:
    device = hidden.device.type
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else hidden.dtype


def _logits(part: Tensor, head: Tensor) -> Tensor:
    with torch.autocast(part.device.type, enabled=False):
        return (part @ head.t()).float()


def _minimised(logits: Tensor, labels: Tensor, objective: Losses | None) -> tuple[Tensor, Tensor]:
    """Losses `[n]` and what they are by the logits, `[n, vocabulary]`. Overwrites `logits`."""
    if objective is None:
        losses, sums = _losses(logits, labels)
        return losses, _softmax_error(logits, sums, labels)
    with torch.enable_grad(), torch.autocast(logits.device.type, enabled=False):
        losses = objective(logits.requires_grad_(), labels)
        (error,) = torch.autograd.grad(losses.sum(), logits)
    return losses.detach(), error


def _losses(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Losses `[n]`, 0 where ignored, and the sums `[n]` of what `logits` become: exponentials, none above 1."""
    logits.sub_(logits.amax(-1, keepdim=True))
    wanted = logits.gather(1, labels.clamp(min=0).unsqueeze(1)).squeeze(1)
    sums = logits.exp_().sum(-1)
    return (sums.log() - wanted).masked_fill_(labels == IGNORED, 0.0), sums


def _softmax_error(exponentials: Tensor, sums: Tensor, labels: Tensor) -> Tensor:
    """d loss / d logits: softmax less the one-hot label, 0 in ignored rows. Overwrites `exponentials`."""
    trained = (labels != IGNORED).to(sums.dtype)
    error = exponentials.mul_((trained / sums).unsqueeze(1))
    return error.scatter_add_(1, labels.clamp(min=0).unsqueeze(1), -trained.unsqueeze(1))


def _add_product(total: Tensor, error: Tensor, part: Tensor) -> None:
    """`total += error.T @ part`, in float32 without a rounding between where the device can."""
    if part.dtype == torch.float32:
        total.addmm_(error.t(), part)
    elif part.is_cuda:
        torch.addmm(total, error.t(), part, out_dtype=torch.float32, out=total)
    else:
        total += error.t() @ part


def _head_of(model: PreTrainedModel) -> Any:
    return model.get_output_embeddings()  # type: ignore[no-untyped-call]


class LossModel(torch.nn.Module):
    """A causal language model whose forward pass returns its loss.

    All inputs are flat: `input_ids`, `labels`, `position_ids` int64 `[T]`, `cu_seqlens` int32 `[n + 1]`, `max_length` at
    least the longest document. Labels are already shifted, -100 is not trained on. Raises a `Refusal` for a head that is
    not a plain matrix.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        head = _head_of(model)
        if type(head) is not torch.nn.Linear or head.bias is not None:
            raise refuse("head-unsupported", f"{type(model).__name__} has a head that is no plain matrix: {head}")
        self.model: PreTrainedModel = model

    def forward(
        self,
        input_ids: Tensor,
        labels: Tensor,
        position_ids: Tensor,
        cu_seqlens: Tensor,
        max_length: int,
        scale: float,
        kept: list[Tensor] | None = None,
        objective: Losses | None = None,
    ) -> Tensor:
        """The sum of the losses of all unmasked labels, times `scale` (one over the step's global count): float32 scalar.

        The losses of all tokens, 0 where the label is -100, are put into `kept`, in pieces. They are the next token's cross
        entropy, or those of another `objective`.
        """
        hidden = self.hidden(input_ids, position_ids, cu_seqlens, max_length)
        return summed_loss(hidden, self.head, labels, kept=kept, objective=objective) * scale

    def losses(self, input_ids: Tensor, labels: Tensor, position_ids: Tensor, cu_seqlens: Tensor, max_length: int) -> Tensor:
        """The loss of every token, float32 `[T]`, 0 where the label is -100; no gradient."""
        with torch.no_grad():
            return token_losses(self.hidden(input_ids, position_ids, cu_seqlens, max_length), self.head, labels)

    @property
    def head(self) -> Tensor:
        """The output matrix `[vocabulary, width]`; the very parameter of the embedding where they are tied."""
        weight: Tensor = _head_of(self.model).weight
        return weight

    def hidden(self, input_ids: Tensor, position_ids: Tensor, cu_seqlens: Tensor, max_length: int) -> Tensor:
        """What the head is applied to, `[T, width]`."""
        output = self.model.base_model(
            inputs_embeds=self._embedded(input_ids).unsqueeze(0),
            position_ids=position_ids.unsqueeze(0),
            use_cache=False,
            cu_seq_lens_q=cu_seqlens,
            max_length_q=max_length,
        )
        return output.last_hidden_state[0]  # type: ignore[no-any-return]

    def _embedded(self, input_ids: Tensor) -> Tensor:
        """Under autocast the residual stream takes the embedding's type: half precision saves its memory traffic."""
        embedded: Tensor = self.model.get_input_embeddings()(input_ids)
        return embedded.to(_compute_dtype(embedded))
