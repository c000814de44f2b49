"""Excerpts of a plan, one value a line: `decay.lr.end = 0`, `anneal[42].seed = 42`, `sources.web.epochs = 0.23`.

A path begins with a phase or a merge, or with a key of the plan's JSON (`docs/plan.md`), and goes on by key, by an item's
name, or by its number from 0. `lr.at(50%)`, `mix.at(10B)`, `batch.at(2000 steps)` is what the step has that is fed that token.
Techniques, tests and points in a phase are written as a recipe has them: `yarn(factor = 4)`, `loss < 1.98`, `trunk.at(40B)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from mtdsl.diag import Source
from mtdsl.lang import parse_expression
from mtdsl.lang.units import quantity
from mtdsl.plan import Plan, to_json
from mtdsl.plan.axis import Axis, Stretch
from mtdsl.plan.curves import params_at, rate_of_step, scalar_at, shares_at
from mtdsl.plan.model import Phase
from mtdsl.plan.sizes import declared
from mtdsl.plan.steps import sequences, step_at, tokens_before
from mtdsl.registry import Registry

LINE = re.compile(r"^(?P<path>\S.*?) =(?: .*)?$")
STEP = re.compile(r"[\w]+(?:\[[^\]]*\])?|\((?P<at>[^)]*)\)")


def filled_in(excerpt: str, plan: Plan | None, registry: Registry) -> str:
    """The excerpt with the values that the plan has."""
    body = to_json(plan, registry) if plan else {}
    return "".join(_line(line, plan, body, registry) + "\n" for line in excerpt.splitlines())


def _line(line: str, plan: Plan | None, body: dict[str, Any], registry: Registry) -> str:
    match = LINE.match(line)
    if not match:
        return line
    if plan is None:
        return f"{match['path']} = (there is no plan)"
    return f"{match['path']} = {_shown(_value(match['path'], plan, body, registry))}"


def _value(path: str, plan: Plan, body: dict[str, Any], registry: Registry) -> Any:
    head, point, place = path.partition(".at(")
    names = list(_names(head))
    nodes = {node["name"]: node for node in (*body["phases"], *body["merges"])}
    if point:
        return _at(plan.phase(names[0]), names[1:], place.removesuffix(")"), plan, registry)
    value: Any = nodes if names[0] in nodes else body
    for name in names:
        value = _member(value, name)
    return value


def _names(path: str) -> Iterator[str]:
    return (match[0] for match in STEP.finditer(path))


def _member(value: Any, name: str) -> Any:
    if isinstance(value, list):
        named = {item["name"]: item for item in value if isinstance(item, dict) and "name" in item}
        return value[int(name)] if name.isdigit() else named.get(name, f"(no {name})")
    return value.get(name, f"(no {name})") if isinstance(value, dict) else f"(no {name})"


def _at(phase: Phase, names: list[str], place: str, plan: Plan, registry: Registry) -> Any:
    """A value that moves, for the step that begins at `place`; at the end of the phase, where it arrives."""
    tokens = _tokens(phase, place)
    match names:
        case ["lr"] if phase.lr:
            step = step_at(phase, int(tokens))
            return rate_of_step(phase, step, registry) if step < phase.steps else scalar_at(phase.lr, tokens, registry)
        case ["mix"] if phase.mix:
            return shares_at(phase.mix, tokens, declared(plan), registry)
        case ["batch"]:
            return sequences(phase, step_at(phase, min(int(tokens), phase.tokens - 1)))
        case ["scalars", name]:
            return scalar_at(phase.scalars[name], tokens, registry)
        case [technique, "params", name]:
            return params_at(getattr(phase, technique).params, tokens, registry)[name]
    return "(nothing that moves)"


def _tokens(phase: Phase, place: str) -> Fraction:
    expression, _ = parse_expression(Source("at", place))
    found = quantity(expression)  # type: ignore[arg-type]
    if found.dimension == "steps":
        return Fraction(tokens_before(phase, int(found.value)))
    if found.dimension == "share" and phase.batch:
        return Axis((Stretch(phase.batch, phase.steps),), phase.asked.unit == "steps").behind(found.value)
    return found.value * phase.tokens if found.dimension == "share" else found.value


def _shown(value: Any) -> str:
    """Whole numbers in groups of three, others to six digits, lists and objects on one line."""
    match value:
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case int():
            return f"{value:_}"
        case Fraction():
            return _shown(float(value))
        case float():
            small = 0 < abs(value) < 1e-3
            digits, _, power = f"{value:.5e}".partition("e")
            return f"{float(digits):g}e{int(power)}" if small else f"{value:.6g}"
        case list():
            return f"[{', '.join(map(_shown, value))}]"
        case {"name": str(name), "params": dict(params)}:
            given = [f"{key} = {_shown(item)}" for key, item in params.items() if item is not None]
            return f"{name}({', '.join(given)})" if given else name
        case {"node": str(node), "at": at}:
            base = f"{node}.ema" if value.get("weights") == "ema" else node
            return base if at is None else f"{base}.at({at:_})"
        case {"unit": str(unit), "amount": amount}:
            return f"{_shown(amount)} {unit}"
        case {"certainty": str(certainty), "value": known}:
            return f"{_shown(known)} ({certainty})"
        case {"op": str(op)}:
            return _test(op, value)
        case dict():
            return f"{{{', '.join(f'{name}: {_shown(item)}' for name, item in value.items())}}}"
    return str(value)


def _test(op: str, test: dict[str, Any]) -> str:
    if test["terms"]:
        return f" {op} ".join(map(_term, test["terms"]))
    if op == "not":
        return f"not ({_shown(test['tests'][0])})"
    return f" {op} ".join(map(_shown, test["tests"])) if test["tests"] else _shown(test["plugin"])


def _term(term: dict[str, Any]) -> str:
    if term["value"] is not None:
        return _shown(term["value"])
    name = ".".join(part for part in (term["of"], term["metric"]) if part)
    return name if term["times"] == 1 else f"{_shown(term['times'])} * {name}"
