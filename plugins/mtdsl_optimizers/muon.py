"""Momentum, orthogonalised, for the matrices of hidden layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mtdsl import Bound, NotNegative, Positive, Scheduled, Technique
from mtdsl.registry.factories import Optimizing
from mtdsl_optimizers.adamw import AdamW
from mtdsl_optimizers.decay import BELOW_ONE

if TYPE_CHECKING:
    import torch

MATRICES, REST = "matrices", "rest"
"""The parts of the optimizer."""


@dataclass(frozen=True)
class Muon:
    """Muon (kellerjordan.github.io/posts/muon) as `torch.optim.Muon` computes it, and another optimizer for what it is not for.

    It takes the parameters of two dimensions that are neither embeddings nor the head that gives logits; everything else, and
    stacks of matrices such as the experts of a mixture, is `others`' (`adamw` where nothing is said), in groups of its own.

    The phase's rate is that of both. `adjust` says what it is multiplied by for a matrix of A rows and B columns:
    `match_rms_adamw`, 0.2 sqrt(max(A, B)), with which rate and decay of AdamW fit (Moonlight, arXiv:2502.16982), or `original`,
    sqrt(max(1, A/B)), which wants rates of its own. `momentum` is the share of the gradients' running mean that stays at a
    step, and `nesterov` looks ahead along it. `ns_steps` are those of the Newton-Schulz iteration, before which the norm is
    taken to be `eps` at least. `weight_decay` pulls on all that it takes, times the rate before it is adjusted.
    """

    momentum: Annotated[float, BELOW_ONE, Scheduled] = 0.95
    nesterov: bool = True
    ns_steps: Annotated[int, Bound(low=1, high=99)] = 5
    adjust: Literal["match_rms_adamw", "original"] = "match_rms_adamw"
    eps: Annotated[float, Positive] = 1e-7
    weight_decay: Annotated[float, NotNegative] = 0.1
    others: Annotated[Optimizing | None, Technique("optimizer")] = None

    def __post_init__(self) -> None:
        if getattr(self.others, "weights", ()):
            raise ValueError("`others` keeps weights beside those of the model, which a part of an optimizer cannot")

    def build(self, parameters: Iterable[tuple[str, torch.nn.Parameter]], modules: torch.nn.Module) -> torch.optim.Optimizer:
        """One optimizer of two parts, `matrices` and `rest`; a part without parameters is left out."""
        import torch

        from mtdsl_optimizers.joined import Joined

        named = {id(parameter): (name, parameter) for name, parameter in parameters if parameter.requires_grad}.values()
        outer = _outer(modules)
        inner = [parameter for _, parameter in named if parameter.ndim == 2 and id(parameter) not in outer]
        mine = {id(parameter) for parameter in inner}
        rest = [(name, parameter) for name, parameter in named if id(parameter) not in mine]
        parts: dict[str, torch.optim.Optimizer] = {}
        if inner:
            parts[MATRICES] = torch.optim.Muon(
                [{"params": inner, "decayed": True}],
                lr=0.0,
                weight_decay=self.weight_decay,
                momentum=self.momentum,
                nesterov=self.nesterov,
                eps=self.eps,
                ns_steps=self.ns_steps,
                adjust_lr_fn=self.adjust,
            )
        if rest:
            parts[REST] = (self.others or AdamW()).build(rest, modules)
        return Joined(parts)

    def move(self, groups: Sequence[dict[str, Any]]) -> None:
        """Sets the momentum, and what moves of `others`."""
        from mtdsl_optimizers.joined import part

        for group in part(groups, MATRICES):
            group["momentum"] = self.momentum
        others = self.others or AdamW()
        if hasattr(others, "move"):
            others.move(part(groups, REST))


def _outer(modules: torch.nn.Module) -> set[int]:
    """What is no matrix of a hidden layer: embeddings, and the head where the model says which that is."""
    import torch

    found = {id(module.weight) for module in modules.modules() if isinstance(module, torch.nn.Embedding)}
    head = modules.get_output_embeddings() if hasattr(modules, "get_output_embeddings") else None  # type: ignore[operator]
    return found | ({id(head.weight)} if head is not None else set())
