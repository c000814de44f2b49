"""Whether what is there is what a plan's lock was made of."""

from __future__ import annotations

from mtdsl.diag import refuse
from mtdsl.plan.model import Plan


def held(plan: Plan, name: str, content: str) -> None:
    """Raise a `Refusal` where `content` is not what the plan's pin of that name says (`data code`, `start trunk`).

    What lies on a hub is read at the pinned commit, so that it cannot be other.
    """
    pin = plan.pins.get(name)
    if pin is None or pin.revision or pin.content == content:
        return
    what = name.partition(" ")[2] or name
    hint = "where the change is meant, run `mtdsl lock` and look at the plan again"
    raise refuse("lock-differs", f"`{what}` is not what the lock was made of: its content has changed since", help=hint)
