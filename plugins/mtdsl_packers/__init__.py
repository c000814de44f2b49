"""How documents are laid into windows, and in which order of their parts, built in; registered as any third party's are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_packers() -> Iterator[mtdsl.Packer]:
    """The built-in packers."""
    yield mtdsl.Packer("concat", "mtdsl_packers.concat:Concat")
    yield mtdsl.Packer("best_fit", "mtdsl_packers.best_fit:BestFit")
    yield mtdsl.Packer("greedy", "mtdsl_packers.greedy:Greedy")


@mtdsl.hookimpl
def mtdsl_rewriters() -> Iterator[mtdsl.Rewriter]:
    """The orders of fill in the middle."""
    yield mtdsl.Rewriter("psm", "mtdsl_packers.fim:Psm")
    yield mtdsl.Rewriter("spm", "mtdsl_packers.fim:Spm")
    yield mtdsl.Rewriter("mixed", "mtdsl_packers.fim:Mixed")
