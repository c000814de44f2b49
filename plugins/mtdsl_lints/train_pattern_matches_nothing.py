"""A pattern of parameters that the model does not have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from mtdsl import Remark
from mtdsl_lints.chain import said
from mtdsl_lints.parameters import Parameters, fits, some, trainable, unlooked

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def train_pattern_matches_nothing(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A pattern of `train` or `freeze` fits none of the model's parameters.

    What was to be frozen is then trained, or the other way round, and the loss curve does not tell. The names of a described
    model (`llama(...)`) are known, those of a model made elsewhere where `mtdsl lock` has looked at it; where it has not, a
    note says so. Of a model that an edit has changed nothing is said.
    """
    known, unseen, told = trainable(plan), unlooked(plan), set[str]()

    @cache
    def any_fits(pattern: str, parameters: Parameters) -> bool:
        return any(fits((pattern,), names) for names in parameters)

    for phase in plan.phases:
        parameters = known.get(phase.name, ())
        for attribute, patterns in (("train", phase.train), ("freeze", phase.freeze)):
            missed = [pattern for pattern in patterns if parameters and not any_fits(pattern, parameters)]
            if missed:
                nothing = attribute == "train" and len(missed) == len(patterns)
                yield Remark(
                    f"no parameter of the model is called `{missed[0]}`" + (": nothing would be trained" if nothing else ""),
                    said(written, phase, attribute),
                    help=f"its parameters are called {some(parameters)}, and `*` stands for any part",
                    severity="error" if nothing else "warning",
                )
            elif patterns and (model := unseen.get(phase.name, "")) and model not in told:
                told.add(model)
                yield Remark(
                    f"whether a parameter is called `{patterns[0]}` is not known: nobody has looked at {model}",
                    said(written, phase, attribute),
                    help="run `mtdsl lock`, which reads their names",
                    severity="note",
                )
