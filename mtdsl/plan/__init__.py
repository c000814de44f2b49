"""From a recipe to its Plan, and what can be asked of one."""

from mtdsl.plan.compile import compile
from mtdsl.plan.document import fingerprint, from_json, to_json
from mtdsl.plan.model import Plan

__all__ = ["Plan", "compile", "fingerprint", "from_json", "to_json"]
