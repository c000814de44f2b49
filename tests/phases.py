"""Phases made by hand, without a recipe."""

from __future__ import annotations

from fractions import Fraction

from mtdsl.plan.model import Asked, Batch, Context, Phase, Plugin, Run, Transition


def byhand(name: str, steps: int, sequences: int, length: int, **more: object) -> Phase:
    """A phase of so many steps that begins a chain and trains on nothing yet; `more` are its other fields."""
    tokens = steps * sequences * length
    values = {
        "name": name,
        "family": name,
        "parents": (),
        "asked": Asked("steps", Fraction(steps)),
        "tokens": tokens,
        "steps": steps,
        "origin": 0,
        "seen": tokens,
        "spent": tokens,
        "batch": Batch(length, (Run(steps, sequences),)),
        "context": Context(length, length),
        "lr": None,
        "mix": None,
        "scalars": {},
        "packing": Plugin("concat"),
        "mask": "document",
        "optimizer": Plugin("adamw"),
        "seed": 0,
        "transition": Transition(),
    }
    return Phase(**(values | more))  # type: ignore[arg-type]
