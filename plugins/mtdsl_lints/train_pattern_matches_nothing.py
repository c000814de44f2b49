"""A pattern of parameters that the model does not have."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from mtdsl import Remark
from mtdsl_lints.chain import said
from mtdsl_lints.parameters import described, parameter_names

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def train_pattern_matches_nothing(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A pattern of `train` or `freeze` fits none of the model's parameters.

    What was to be frozen is then trained, or the other way round, and the loss curve does not tell. The names of a described
    model (`llama(...)`) are known; of a model that is only named, or that an edit has changed, nothing is said.
    """
    names = parameter_names(plan.model) if plan.model else ()

    @cache
    def fits(pattern: str) -> bool:
        return any(fnmatchcase(name, pattern) for name in names)

    for phase in described(plan) if names else ():
        for attribute, patterns in (("train", phase.train), ("freeze", phase.freeze)):
            missed = [pattern for pattern in patterns if not fits(pattern)]
            if missed:
                nothing = attribute == "train" and len(missed) == len(patterns)
                yield Remark(
                    f"no parameter of the model is called `{missed[0]}`" + (": nothing would be trained" if nothing else ""),
                    said(written, phase, attribute),
                    help=f"its parameters are called `{names[2]}`, `{names[-2]}`, ..., and `*` stands for any part",
                    severity="error" if nothing else "warning",
                )
