"""From a recipe's file to its Plan: names, families, flow, then every node lowered in turn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from traceback import walk_tb

from mtdsl.diag import Diagnostic, Report, Span
from mtdsl.diag.mistake import Mistake, attempt
from mtdsl.diag.ordering import in_order
from mtdsl.diag.report import MOST, Enough
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan.allows import silenced
from mtdsl.plan.attributes import Lookup, check_settings
from mtdsl.plan.certainty import certain
from mtdsl.plan.checks import check_of
from mtdsl.plan.compiler import Compiler
from mtdsl.plan.cost import with_totals
from mtdsl.plan.doubts import doubts
from mtdsl.plan.fresh import check_fresh
from mtdsl.plan.leaves import leaves
from mtdsl.plan.limits import check_epochs
from mtdsl.plan.lints import lint
from mtdsl.plan.lock import Lock, broken, path_of, read
from mtdsl.plan.locked import Assumed, Locked
from mtdsl.plan.model import Check, Evaluation, Known, Merge, Model, Phase, Plan, Tokenizer, Totals
from mtdsl.plan.models import model_of, tokenizer_of
from mtdsl.plan.names import Found, Module, Scope, load
from mtdsl.plan.needed import only_needed
from mtdsl.plan.notes import notes
from mtdsl.plan.origins import Origins, origins
from mtdsl.plan.positions import check_positions
from mtdsl.plan.proving import prove
from mtdsl.plan.reach import check_measured
from mtdsl.plan.requirements import check_requirements
from mtdsl.plan.rounds import local
from mtdsl.plan.scripts import with_scripts
from mtdsl.plan.sums import explained
from mtdsl.plan.uncollected import uncollected
from mtdsl.plan.unread import unread
from mtdsl.plan.unused import check_unused, idle
from mtdsl.registry import Registry, installed

HARMLESS = frozenset({"declared-twice", "keyword-as-name", "unknown-escape"})
"""Errors of reading that leave a whole recipe behind: what else is wrong with it is said at once."""

MISSING = frozenset({"require-unmet", "plugin-broken"})
"""Errors of techniques that are not there, which would explain the rest."""


def compile(
    path: Path, sets: Mapping[str, str] | None = None, registry: Registry | None = None
) -> tuple[Plan | None, tuple[Diagnostic, ...]]:
    """The plan of a recipe, and all that was found; no plan where there is an error. Reads the recipe and what it uses."""
    found = analyse(path, sets, registry)
    return found.plan, found.diagnostics


@node
class Analysis(Frozen):
    """A recipe understood: its plan (None where there is an error), what was found, and where each value was written."""

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]
    origins: Origins
    unchecked: Plan | None = None
    """The plan where no error but a failed `check` was found: to be looked at, not to be run."""


@uncollected()
def analyse(path: Path, sets: Mapping[str, str] | None = None, registry: Registry | None = None) -> Analysis:
    """As `compile`, with the origins of what the plan says."""
    report = Report()
    try:
        return _analysed(path, sets or {}, registry or installed(), report)
    except Enough as full:
        return _cut_short(path, dict.fromkeys((*report, *full.report)))


def _analysed(path: Path, sets: Mapping[str, str], registry: Registry, report: Report) -> Analysis:
    report.extend(tuple(registry.warnings()))
    module = load(path, sets, report)
    if module is None:
        return Analysis(None, report.done(), Origins())
    check_requirements(module, report)
    registry = with_scripts(registry, module.scripts, report)
    lock = _lock(path, report)
    readable = all(one.severity != "error" or one.id in HARMLESS for one in report)
    told = report if readable else Report()
    plan, written = _attempted(module, dict(sets), registry, told, lock)
    if not readable and not any(one.severity == "error" and one.id in MISSING for one in report):
        report.extend(tuple(local(told, named=False)))
    found = silenced(report, module.files, module.file, registry.names("lint"), complete=plan is not None)
    errors = {one.id for one in found if one.severity == "error"}
    paths = [file.source.path for file in (module.file, *module.files)]
    unchecked = plan if errors == {"check-failed"} else None
    return Analysis(None if errors else plan, in_order((_given(one, sets) for one in found), paths), written, unchecked)


def _cut_short(path: Path, found: Iterable[Diagnostic]) -> Analysis:
    """What was found until there were too many errors, and that there are more."""
    message = f"there are more than {MOST:,} errors: nothing more was looked for"
    told = Diagnostic("too-many-errors", "error", message, help="mend the first ones: most often the others follow from them")
    return Analysis(None, (*in_order(found, [str(path)]), told), Origins())


def survey(path: Path, sets: Mapping[str, str] | None = None, registry: Registry | None = None) -> Analysis:
    """What `analyse` gives before there is a lock: sizes that nobody declared are assumed, and no check looks at them.

    Good for finding what the plan trains on, and for nothing else: its numbers may follow from what was assumed.
    """
    report = Report()
    try:
        return _surveyed(path, sets or {}, registry or installed(), report)
    except Enough as full:
        return _cut_short(path, dict.fromkeys((*report, *full.report)))


def _surveyed(path: Path, sets: Mapping[str, str], registry: Registry, report: Report) -> Analysis:
    module = load(path, sets, report)
    if module is None:
        return Analysis(None, report.done(), Origins())
    registry = with_scripts(registry, module.scripts, report)
    if report.failed:
        return Analysis(None, report.done(), Origins())
    compiler = Compiler(module, registry, report, Assumed(Lock(), report))
    plan = attempt(report, lambda: _plan(module, dict(sets), compiler, registry, report))
    if plan is None or report.failed:
        return Analysis(None, report.done(), Origins())
    return Analysis(plan, report.done(), origins(compiler))


def _given(found: Diagnostic, sets: Mapping[str, str]) -> Diagnostic:
    """A diagnostic that points at a parameter which `--set` replaced says so: the recipe alone does not explain it."""
    words = {word for label in found.labels for word in re.findall(r"\w+", label.span.text)} if sets else set()
    settings = tuple(f"{name}={value}" for name, value in sets.items() if name in words)
    return found if found.settings or not settings else replace(found, settings=settings)


def _lock(recipe: Path, report: Report) -> Lock:
    try:
        return read(path_of(recipe))
    except (OSError, ValueError) as error:
        report.add(broken(path_of(recipe), error))
        return Lock()


def _attempted(
    module: Module, sets: dict[str, str], registry: Registry, report: Report, lock: Lock
) -> tuple[Plan | None, Origins]:
    """The plan and the origins of its values; None after the report was told why."""
    try:
        return attempt(report, lambda: _understood(module, sets, registry, report, lock)) or (None, Origins())
    except RecursionError as error:
        message = "names that stand for other names, or phases like other phases, are nested too deep"
        report.error("too-deep", message, *_reading(error))
        return None, Origins()


def _reading(error: Exception) -> list[Span]:
    """The innermost piece of syntax that was being read when an error was raised."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    found = [value.span for frame in frames for value in frame.f_locals.values() if isinstance(value, tree.Syntax)]
    return found[-1:]


def _understood(module: Module, sets: dict[str, str], registry: Registry, report: Report, lock: Lock) -> tuple[Plan, Origins]:
    found = Report()
    locked = Locked(lock, found)
    compiler = Compiler(module, registry, found, locked)
    try:
        plan = _plan(module, sets, compiler, registry, found)
    except (Mistake, RecursionError):
        report.extend(found.done())
        raise
    if not locked.counts(plan):  # which tokenizer a plan needs is known when it is made: once more, without what was counted
        setting = module.settings.get("tokenizer")
        locked.another_tokenizer(setting.value.span if setting else None, report)
        return _understood(module, sets, registry, report, lock.uncounted())
    plan, written = with_totals(certain(locked.tied(plan))), origins(compiler)
    report.extend(found.done())
    lint(plan, written, registry, report)
    return plan, written


def _plan(module: Module, sets: dict[str, str], compiler: Compiler, registry: Registry, report: Report) -> Plan:
    name, title = _title(module, report)
    check_settings(module.settings, report)
    _check_phases(module, report)
    lookup = Lookup(module.settings, Scope(module))
    model = attempt(report, lambda: _model(lookup, compiler))
    tokenizer = attempt(report, lambda: _tokenizer(lookup, compiler))
    phases, merges, evals = compiler.phases(), compiler.merges(), compiler.evals.all()
    plan = None if report.failed else _assembled((name, title), sets, compiler, (model, tokenizer), phases, merges, evals)
    compiler.answers.broken = plan is None or report.failed
    compiler.answers.plan = None if report.failed else plan
    checked = Report()
    checks = () if compiler.locked.assumes else _checks(module, sets, compiler, checked, report)
    if plan is None or report.failed or any(one.severity == "error" and one.id != "check-failed" for one in checked):
        report.extend((*checked, *local(unread(_own(module), compiler), named=True)))
        raise Mistake
    plan = replace(plan, checks=checks)
    check_fresh(model, plan.phases, lambda name: _span(compiler, name, "context"), compiler.graph, report)
    alone = idle(module.file)
    report.extend(tuple(unread((module.names[name] for name in alone), compiler)))
    plan = replace(plan, notes=notes(compiler, (source.name for source in plan.sources), report))
    prove(plan, registry, lambda name: _span(compiler, name, "mix"), report)
    check_measured(plan, compiler, report)
    check_positions(plan, registry, lambda name: _span(compiler, name, "context"), report)
    if report.failed:
        report.extend(checked.done())
        raise Mistake
    report.extend(checked.done())
    if not compiler.locked.assumes:
        check_epochs(plan, registry, compiler.declared.span, report)
        check_unused(module.file.source, alone, report)
        _check_settings_used(compiler, plan, report)
    return plan


def _assembled(
    called: tuple[str, str],
    sets: dict[str, str],
    compiler: Compiler,
    given: tuple[Model | None, Tokenizer | None],
    phases: tuple[Phase, ...],
    merges: tuple[Merge, ...],
    evals: tuple[Evaluation, ...],
) -> Plan:
    """The plan as far as checks ask it: without them, and without totals. `called` is its name and title."""
    phases = only_needed(phases, merges, compiler.graph.ends)
    return Plan(
        recipe=called[0],
        title=called[1],
        params=sets,
        model=given[0],
        tokenizer=given[1],
        starts=compiler.starts(),
        sources=compiler.declared.sources(phases),
        phases=phases,
        merges=merges,
        order=compiler.order,
        leaves=leaves(compiler.order, phases, merges),
        checks=(),
        plugins=compiler.techniques.used(),
        totals=Totals(0, 0, Known(None, "unknown")),
        evals=evals,
    )


def _check_settings_used(compiler: Compiler, plan: Plan, report: Report) -> None:
    """Warns of what the recipe's top level says in vain: in every phase that trains a schedule sets it."""
    for vain in compiler.lookup.idle([compiler.graph.phases[phase.name] for phase in plan.phases if phase.steps]):
        message = f"no phase takes this `{vain.name}`: a schedule sets {'the rate' if vain.name == 'warmup' else 'it'}"
        rises = "write the rise as the schedule's first piece, `[0 -> 2e-4 over 2000 steps, ...]`, and leave it out"
        report.warning("unused-setting", message, vain.span, help=rises if vain.name == "warmup" else "leave it out")


def _own(module: Module) -> Iterator[Found]:
    """What the recipe's own file declares: one that it uses may have more than it needs."""
    return (found for found in module.names.values() if found.module is module)


def _span(compiler: Compiler, name: str, attribute: str) -> Span | None:
    """Where an attribute of a phase was written."""
    written = compiler.lookup(compiler.graph.phases[name], attribute)
    return written.span if written else compiler.schedules.span(attribute, name)


def _title(module: Module, report: Report) -> tuple[str, str]:
    recipes = [item for item in module.file.items if isinstance(item, tree.Recipe)]
    if not recipes:
        start = Span(module.file.source, 0, 0)
        report.error("no-recipe", "the file does not say which recipe it is", start, help='begin with `recipe NAME "title"`')
        raise Mistake
    if len(recipes) > 1:
        report.error("declared-twice", "a file is one recipe", recipes[1].span, recipes[0].span)
    return recipes[0].name, recipes[0].title


def _check_phases(module: Module, report: Report) -> None:
    """A recipe trains or merges something; a file that others use is no recipe."""
    recipe = next(module.items(tree.Recipe))
    if not any(isinstance(found.item, tree.Phase | tree.Merge) for found in module.names.values()):
        hint = "declare a `phase`; a file that other recipes use needs no `recipe` line"
        report.error("no-phase", "this recipe trains nothing", recipe.span, help=hint)


def _model(lookup: Lookup, compiler: Compiler) -> Model | None:
    written = lookup.setting("model")
    return compiler.locked.model(model_of(written, compiler.evaluator), written.span) if written else None


def _tokenizer(lookup: Lookup, compiler: Compiler) -> Tokenizer | None:
    written = lookup.setting("tokenizer")
    return tokenizer_of(written, compiler.evaluator) if written else None


def _checks(module: Module, sets: Mapping[str, str], compiler: Compiler, report: Report, told: Report) -> tuple[Check, ...]:
    settings = tuple(f"{name}={value}" for name, value in sets.items())

    def check(item: tree.Check) -> Check | None:
        scope = Scope(module)
        why = partial(explained, scope=scope, nodes=compiler)
        sure = partial(doubts, nodes=compiler)
        return attempt(report, lambda: check_of(item, scope, compiler.evaluator, settings, report, why, sure, told))

    items = (item for item in module.file.items if isinstance(item, tree.Check))
    return tuple(done for done in map(check, items) if done is not None)
