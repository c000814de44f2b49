"""What a phase may say: its closed list of attributes, and where a value left out comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from mtdsl.diag import Diagnostic, Fix, Report
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.diag.nearest import suggest
from mtdsl.lang import tree
from mtdsl.plan.drafts import Draft, Written
from mtdsl.plan.evaluate import is_word
from mtdsl.plan.names import Scope
from mtdsl.plan.scalars import SCALARS
from mtdsl.plan.synonyms import called, said

BUDGETS = ("tokens", "steps", "sequences", "epochs")
DOCUMENTS = ("packing", "mask", "positions", "eod_loss", "fim_mode")
MANNER = (*DOCUMENTS, "optimizer", "objective", "train", "freeze", "groups", "edit", "window", "coupling")
PHASE = (*BUDGETS, "batch", "context", "lr", "warmup", "mix", "seed", *MANNER, "stop", *SCALARS)
TECHNIQUES = {
    "packing": ("packer", "concat"),
    "fim_mode": ("rewriter", "psm"),
    "optimizer": ("optimizer", "adamw"),
    "objective": ("objective", "next_token"),
}
"""The attributes that are one technique each: of which kind, and the one that is there where nobody says it."""
SOURCE = (
    "source",
    "split",
    "column",
    "tokens",
    "documents",
    "max_epochs",
    "repeat",
    "order",
    "loss_mask",
    "template",
    "filter",
    "decontaminate",
    "length_bucket",
    "holdout",
)
GROUP = ("match", "lr", "weight_decay", "optimizer")
RECIPE = ("model", "tokenizer")
DESCRIPTIVE = ("cite", "conflict")


def check_phase(draft: Draft, report: Report) -> None:
    """Reports attributes that a phase does not have, and those that are not supported yet."""
    for name, written in draft.attributes.items():
        if name == "when":
            _check_unset(written, report)
            continue
        if name not in (*PHASE, *DESCRIPTIVE):
            report.extend(_told(unknown_attribute(written.attribute, PHASE, "a phase")))


def _check_unset(written: Written, report: Report) -> None:
    """`when = none` leaves the copied ones out; nothing else can be said of `when` with `=`."""
    if not is_word(written.value, "none"):
        hint = "write `when loss < 2 { expect = 10B, ... }`, or `when = none` to leave copied ones out"
        report.error("unknown-key", "`when` is followed by a test", written.attribute.name_span, help=hint)


def check_settings(settings: Mapping[str, tree.Attribute], report: Report) -> None:
    """Reports top-level attributes that neither the recipe nor a phase has."""
    for name, attribute in settings.items():
        if name not in (*RECIPE, *PHASE, *DESCRIPTIVE):
            report.extend(_told(unknown_attribute(attribute, (*RECIPE, *PHASE), "a recipe")))


def unknown_attribute(attribute: tree.Attribute, known: tuple[str, ...], of: str) -> Mistake:
    """An error for a name that is no attribute there."""
    name = attribute.name
    if name in SOURCE and name not in known:
        hint = f"write it where the source is declared: `data ... {{ {attribute.span.text} }}`"
        return mistake("unknown-key", f"{of} has no `{name}`: a source has", attribute.name_span, help=hint)
    if meant := called(name, known):
        renamed = Fix.write(attribute.name_span, meant, safe=False)
        return mistake("unknown-key", f"`{name}` is called `{meant}` here", attribute.name_span, fix=renamed)
    if otherwise := said(attribute):
        return mistake("unknown-key", f"{of} has no `{name}`", attribute.name_span, help=otherwise)
    help, fix = suggest(name, attribute.name_span, known, f"there are {', '.join(f'`{other}`' for other in known)}")
    return mistake("unknown-key", f"{of} has no `{name}`", attribute.name_span, help=help, fix=fix)


class Lookup:
    """An attribute of a phase: the phase's own or copied, else the recipe's top level, unless a schedule sets it there."""

    def __init__(self, settings: Mapping[str, tree.Attribute], scope: Scope) -> None:
        self._settings = settings
        self._scope = scope
        self._scheduled: set[tuple[str, str]] = set()

    def schedule(self, name: str, attribute: str) -> None:
        """Notes that a schedule sets an attribute of the phase `name`: what the recipe's top level says is for the others."""
        self._scheduled.add((name, attribute))

    def __call__(self, draft: Draft, name: str) -> Written | None:
        """The attribute; None where nobody wrote it, or the nearest one who did wrote `none`."""
        found = self.written(draft, name)
        return None if found is None or is_word(found.value, "none") else found

    def written(self, draft: Draft, name: str) -> Written | None:
        """The attribute as written, the word `none` included."""
        if own := draft.attributes.get(name):
            return own
        found = self._settings.get(name)
        return Written(found, self._scope) if found and (draft.name, name) not in self._scheduled else None

    def idle(self, drafts: Collection[Draft]) -> Iterator[tree.Attribute]:
        """What the recipe's top level says for no phase, since schedules set it in some, and the others say it themselves."""
        for attribute in {attribute for _, attribute in self._scheduled} & self._settings.keys():
            if all((draft.name, attribute) in self._scheduled or attribute in draft.attributes for draft in drafts):
                yield self._settings[attribute]

    def setting(self, name: str) -> Written | None:
        """The recipe's own attribute."""
        found = self._settings.get(name)
        return None if found is None or is_word(found.value, "none") else Written(found, self._scope)

    def missing(self, draft: Draft, id: str, message: str, hint: str) -> Mistake:
        """An error for what nobody wrote; silent where a name that is no attribute may be it, since that is told already."""
        if all(name in (*RECIPE, *PHASE, *DESCRIPTIVE, "when") for name in (*draft.attributes, *self._settings)):
            return mistake(id, message, draft.span, help=hint)
        return Mistake()

    def budget(self, draft: Draft) -> tuple[str, Written]:
        """The one budget of a phase. Raises `Mistake` where there is none or more than one."""
        found = [(name, at) for name in BUDGETS if (at := draft.get(name)) is not None]
        unsaid = (name for name in BUDGETS if name not in draft.attributes)
        found = found or [(name, at) for name in unsaid if (at := self.setting(name)) is not None]
        if not found:
            hint = f"write {_either(BUDGETS)}"
            raise self.missing(draft, "no-budget", f"`{draft.name}` does not say how long it trains", hint)
        if len(found) > 1:
            names = " and ".join(f"`{name}`" for name, _ in found)
            raise mistake("two-budgets", f"`{draft.name}` has {names}; one is enough", *(at.span for _, at in found))
        return found[0]


def _either(names: tuple[str, ...]) -> str:
    *most, last = (f"`{name} = ...`" for name in names)
    return f"{', '.join(most)} or {last}"


def _told(found: Mistake) -> tuple[Diagnostic, ...]:
    return (found.diagnostic,) if found.diagnostic else ()
