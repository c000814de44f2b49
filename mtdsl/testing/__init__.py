"""The tests that mtdsl's own techniques pass, for those of everybody else: one suite a kind, to be subclassed.

    class TestPower(SchedulerSuite):
        technique = "power"
        examples = ({}, {"exponent": 0.7})

Needs pytest, and jsonschema to look at schemas: `pip install mtdsl[testing]`; suites of mergers, optimizers, extenders, packers
and sources need `mtdsl[train,testing]`. `pytest_plugins = "mtdsl.testing.fixtures"` brings the fixture `mtdsl_registry`.
"""

from mtdsl.testing.editor import EditorSuite
from mtdsl.testing.extender import ExtenderSuite
from mtdsl.testing.fitter import FitterSuite
from mtdsl.testing.gate import EvaluatorSuite, GateSuite
from mtdsl.testing.lint import LintSuite
from mtdsl.testing.merger import MergerSuite
from mtdsl.testing.mixer import MixerSuite
from mtdsl.testing.objective import ObjectiveSuite
from mtdsl.testing.online import OnlineMixerSuite
from mtdsl.testing.optimizer import OptimizerSuite
from mtdsl.testing.packer import PackerSuite
from mtdsl.testing.rewriter import RewriterSuite
from mtdsl.testing.rules import Broken
from mtdsl.testing.scheduler import SchedulerSuite
from mtdsl.testing.source import FilterSuite, SourceSuite
from mtdsl.testing.technique import TechniqueSuite
from mtdsl.testing.turns import TurnsSuite

__all__ = [
    "Broken",
    "EditorSuite",
    "EvaluatorSuite",
    "ExtenderSuite",
    "FilterSuite",
    "FitterSuite",
    "GateSuite",
    "LintSuite",
    "MergerSuite",
    "MixerSuite",
    "ObjectiveSuite",
    "OnlineMixerSuite",
    "OptimizerSuite",
    "PackerSuite",
    "RewriterSuite",
    "SchedulerSuite",
    "SourceSuite",
    "TechniqueSuite",
    "TurnsSuite",
]
