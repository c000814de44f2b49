"""Floating-point operations of a plan: an upper bound, since documents that are masked from each other attend to less."""

from __future__ import annotations

from mtdsl.plan.model import Known, Model, Phase, Tokenizer
from mtdsl.plan.models import parameters_of


def flops_of(phases: tuple[Phase, ...], model: Model | None, tokenizer: Tokenizer | None) -> Known:
    """6 N a token, and 12 layers x heads x head size x keys for attention, a token attending to half a window on average.

    N counts the parameters in matrix products; recomputation is not counted (PaLM, arXiv:2204.02311, appendix B).
    """
    vocab = tokenizer.params.get("vocab") if tokenizer else None
    if model is None or model.kind != "llama" or not isinstance(vocab, int):
        return Known(None, "unknown", "the sizes of the model and its vocabulary are not in the recipe")
    _, matrices = parameters_of(model, vocab)
    layers, heads, head = (int(str(model.params[name])) for name in ("layers", "heads", "head_dim"))
    total = sum(
        phase.tokens * (6 * matrices + 12 * layers * heads * head * phase.batch.length // 2) for phase in phases if phase.batch
    )
    return Known(total, "bounded", "documents masked from each other need less")
