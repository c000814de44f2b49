"""Amounts as sure as they are: declared, measured, at most so much, expected."""

from __future__ import annotations

from typing import Literal

from mtdsl.plan.certainty import capped, hangs
from mtdsl.plan.model import Known, Phase, Plan
from mtdsl.view import numbers


def known(number: Known) -> str:
    """`35B (declared)`, `35B`, `at most 35B` or `unknown`."""
    if number.value is None:
        return "unknown"
    if number.certainty == "bounded":
        return at_most(numbers.count(number.value), True)
    return numbers.count(number.value) + ("" if number.certainty == "exact" else f" ({number.certainty})")


def budget(phase: Phase) -> str:
    """What a phase trains for, as sure as it is: `50B`, `at most 133B`, `2.1B (measured)`."""
    return sure(phase, numbers.count(phase.tokens))


def sure(phase: Phase, amount: str) -> str:
    """An amount of a phase's budget, marked where it may end early, and where it follows from the sizes of its sources."""
    sized = phase.asked.unit == "epochs" and phase.certainty in ("measured", "declared")
    return at_most(amount + (f" ({phase.certainty})" if sized else ""), capped(phase))


def counted(phase: Phase, what: Literal["tokens", "steps"]) -> str:
    """The whole number of a phase's tokens or steps, marked as `sure` marks it, and where it hangs on an event."""
    return expected(sure(phase, f"{getattr(phase, what):,}"), what in hangs(phase))


def expected(amount: str, uncertain: bool) -> str:
    """An amount that hangs on where an event happens: `16,690 (expected)`."""
    return f"{amount} (expected)" if uncertain else amount


def totals(plan: Plan) -> tuple[str, ...]:
    """`5 phases`, `11.2T tokens`, `4.75M steps`; at most so many where a phase may end early, or so many as are expected."""
    gates = [phase.transition.gate for phase in plan.phases if phase.transition.gate]
    bounded = any(map(capped, plan.phases)) or any(gate.rollback or gate.branch for gate in gates)
    hanging = {name for phase in plan.phases for name in hangs(phase)}
    counts = (("token", plan.totals.tokens), ("step", plan.totals.steps))
    return (
        numbers.plural(len(plan.phases), "phase"),
        *(expected(at_most(numbers.plural(count, name), bounded), f"{name}s" in hanging) for name, count in counts),
    )


def at_most(amount: str, bounded: bool) -> str:
    """An amount that may turn out less: `at most 200B tokens`."""
    return f"at most {amount}" if bounded else amount
