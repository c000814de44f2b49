"""Measurements of a model, built in; registered as any third party's evaluators are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_evaluators() -> Iterator[mtdsl.Evaluator]:
    """The built-in evaluators."""
    yield mtdsl.Evaluator("needle", "mtdsl_evaluators.needle:Needle")
    yield mtdsl.Evaluator("suite", "mtdsl_evaluators.suite:Suite")
    yield mtdsl.Evaluator("loss", "mtdsl_evaluators.loss:HeldOutLoss")
    yield mtdsl.Evaluator("perplexity", "mtdsl_evaluators.perplexity:Perplexity")
