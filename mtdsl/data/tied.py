"""Whether what is there is what a plan's lock was made of."""

from __future__ import annotations

from mtdsl.diag import concerning, refuse
from mtdsl.plan.model import Plan

ATTRIBUTES = {"data": "source", "start": "weights"}
"""Which value of the recipe says what is pinned."""


def held(plan: Plan, name: str, content: str) -> None:
    """Raise a `Refusal` where `content` is not what the plan's pin of that name says (`data code`, `start trunk`).

    What lies on a hub is read at the pinned commit, so that it cannot be other.
    """
    pin = plan.pins.get(name)
    if pin is None or pin.revision or pin.content == content:
        return
    kind, _, node = name.partition(" ")
    hint = "where the change is meant, run `mtdsl lock` and look at the plan again"
    with concerning(node, ATTRIBUTES.get(kind, kind)):
        raise refuse("lock-differs", f"`{node or kind}` is not what the lock was made of: its content has changed", help=hint)
