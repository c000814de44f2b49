"""From a recipe to its Plan, and what can be asked of one."""

from mtdsl.plan.compile import Analysis, analyse, compile, survey
from mtdsl.plan.document import from_json, to_json
from mtdsl.plan.fingerprint import fingerprint
from mtdsl.plan.model import Plan

__all__ = ["Analysis", "Plan", "analyse", "compile", "fingerprint", "from_json", "survey", "to_json"]
