"""Whether what is there is what a plan's lock was made of, or what a run began with."""

from __future__ import annotations

from collections.abc import Mapping

from mtdsl.data.reading import Reading
from mtdsl.diag import Diagnostic, Refusal, concerning, refuse
from mtdsl.plan.model import Plan

ATTRIBUTES = {"data": "source", "start": "weights"}


def place_of(name: str) -> tuple[str, str]:
    """The value of the recipe that says what is pinned under a name: `data code` is the `source` of `code`."""
    kind, _, node = name.partition(" ")
    return node, ATTRIBUTES.get(kind, kind)


def held(plan: Plan, name: str, content: str) -> None:
    """Raise a `Refusal` where `content` is not what the plan's pin of that name says (`data code`, `start trunk`).

    What lies on a hub is read at the pinned commit, so that it cannot be other.
    """
    pin = plan.pins.get(name)
    if pin is None or pin.revision or pin.content == content:
        return
    node, attribute = place_of(name)
    hint = "where the change is meant, run `mtdsl lock` and look at the plan again"
    with concerning(node, attribute):
        raise refuse(
            "lock-differs", f"`{node or attribute}` is not what the lock was made of: its content has changed", help=hint
        )


def unchanged(before: Mapping[str, str], readings: Mapping[str, Reading]) -> None:
    """Raise a `Refusal` that names every source whose text has another fingerprint than `before`, when the run began."""
    changed = [name for name in readings if name in before and before[name] != readings[name].fingerprint]
    if changed:
        hint = "put the text back, or train on this one in another folder: --out FOLDER; nothing was written"
        text = "`{}` does not hold the text that this run began with"
        raise Refusal(
            *(Diagnostic("source-changed", "error", text.format(name), help=hint, about=(name, "source")) for name in changed)
        )
