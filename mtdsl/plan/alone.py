"""A technique that stands in no recipe: what follows an option of a command, read by the same grammar."""

from __future__ import annotations

from mtdsl.diag import Refusal, Report, Source
from mtdsl.diag.mistake import attempt
from mtdsl.lang import parse, parse_expression
from mtdsl.plan.compiler import Compiler
from mtdsl.plan.lock import Lock
from mtdsl.plan.locked import Locked
from mtdsl.plan.model import Plugin
from mtdsl.plan.names import Module, Scope
from mtdsl.registry import Registry


def technique(kind: str, source: Source, registry: Registry) -> Plugin:
    """The technique that the text calls, `regmix` or `regmix(top = 64)`, its parameters bound.

    Raises a `Refusal` that points into the text where there is none of the kind, or its parameters are wrong.
    """
    report = Report()
    expr, wrong = parse_expression(source)
    report.extend(wrong)
    module = Module(parse(Source(source.path, ""))[0])
    tools = Compiler(module, registry, report, Locked(Lock(), report))
    found = expr and attempt(report, lambda: tools.techniques.bind(kind, expr, Scope(module)))
    if not found:
        raise Refusal(*report)
    return found
