"""Floating-point operations of a plan: an upper bound, since documents that are masked from each other attend to less."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mtdsl.plan.model import Known, Plan, Totals
from mtdsl.plan.models import parameters_of
from mtdsl.plan.outcomes import again

SIZES = ("matrices", "layers", "heads", "head_dim")


def with_totals(plan: Plan) -> Plan:
    """The plan with what all of it comes to."""
    flops = flops_of(plan)
    value = None if flops.value is None else Fraction(flops.value)
    tokens, steps = again(plan)
    tokens, steps = tokens + sum(phase.tokens for phase in plan.phases), steps + sum(phase.steps for phase in plan.phases)
    return replace(plan, totals=Totals(tokens, steps, replace(flops, value=value)))


def flops_of(plan: Plan) -> Known:
    """6 N a token, and 12 layers x heads x head size x keys for attention, a token attending to half a window on average.

    N counts the parameters in matrix products, every expert of a mixture of experts among them; recomputation is not counted
    (PaLM, arXiv:2204.02311, appendix B).
    """
    sizes = _sizes(plan)
    if sizes is None:
        reason = "the sizes of the model and its vocabulary are not in the recipe; `mtdsl lock` measures those of a `config`"
        return Known(None, "unknown", reason)
    matrices, layers, heads, head = sizes
    total = sum(
        phase.tokens * (6 * matrices + 12 * layers * heads * head * phase.batch.length // 2)
        for phase in plan.phases
        if phase.batch
    )
    return Known(total, "bounded", "documents masked from each other need less")


def _sizes(plan: Plan) -> tuple[int, int, int, int] | None:
    """Matrices, layers, heads and head size of the model, or of the weights that the chain starts from."""
    described = [plan.model] if plan.model else [*plan.starts]
    if plan.model is not None and plan.model.kind == "llama":
        vocab = _vocab(plan)
        if vocab is None:
            return None
        layers, heads, head = (int(str(plan.model.params[name])) for name in ("layers", "heads", "head_dim"))
        return parameters_of(plan.model, vocab)[1], layers, heads, head
    found = [tuple(int(one.facts[name].value or 0) for name in SIZES) for one in described if one.facts]
    return max(found) if found and len(found) == len(described) else None  # type: ignore[return-value]


def _vocab(plan: Plan) -> int | None:
    if plan.tokenizer is None:
        return None
    known = plan.tokenizer.facts.get("vocab", Known(None, "unknown")).value or plan.tokenizer.params.get("vocab")
    return int(known) if isinstance(known, int) else None
