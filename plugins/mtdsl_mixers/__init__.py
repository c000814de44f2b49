"""Rules that choose weights, and fits of small runs that find some, built in; registered as any third party's are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_mixers() -> Iterator[mtdsl.Mixer]:
    """The built-in mixers."""
    yield mtdsl.Mixer("ado", "mtdsl_mixers.ado:Ado")
    yield mtdsl.Mixer("aioli", "mtdsl_mixers.aioli:Aioli")
    yield mtdsl.Mixer("alternate", "mtdsl_mixers.alternate:Alternate")
    yield mtdsl.Mixer("documents", "mtdsl_mixers.documents:Documents")
    yield mtdsl.Mixer("doge", "mtdsl_mixers.doge:Doge")
    yield mtdsl.Mixer("doremi", "mtdsl_mixers.doremi:Doremi")
    yield mtdsl.Mixer("epoch_cap", "mtdsl_mixers.epoch_cap:EpochCap")
    yield mtdsl.Mixer("exp3", "mtdsl_mixers.exp3:Exp3")
    yield mtdsl.Mixer("loss_average", "mtdsl_mixers.loss_average:LossAverage")
    yield mtdsl.Mixer("natural", "mtdsl_mixers.natural:Natural")
    yield mtdsl.Mixer("odm", "mtdsl_mixers.odm:Odm")
    yield mtdsl.Mixer("oversample", "mtdsl_mixers.oversample:Oversample")
    yield mtdsl.Mixer("skillit", "mtdsl_mixers.skillit:Skillit")
    yield mtdsl.Mixer("temperature", "mtdsl_mixers.temperature:Temperature")
    yield mtdsl.Mixer("unimax", "mtdsl_mixers.unimax:Unimax")


@mtdsl.hookimpl
def mtdsl_fitters() -> Iterator[mtdsl.Fitter]:
    """The built-in fitters."""
    yield mtdsl.Fitter("mixing_law", "mtdsl_mixers.mixing_law:MixingLaw", ("data_mixing_law", "dml"))
    yield mtdsl.Fitter("regmix", "mtdsl_mixers.regmix:Regmix")
