"""Plans in files: written with the folder that their paths are read from, and reviewed before they are run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mtdsl.diag import refuse

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan

BASE = "base"


def written(plan: Plan, recipe: Path, out: Path | None) -> str:
    """The plan as JSON. In a file beside others it says where, from there, the recipe's folder is; on stdout it cannot."""
    from mtdsl.plan import to_json

    body = to_json(plan)
    if out is not None:
        body[BASE] = os.path.relpath(recipe.resolve().parent, out.resolve().parent)
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def reviewed(path: Path) -> tuple[Plan, Path]:
    """The plan in a JSON file, and the folder that its paths are read from: the file's own where it does not say.

    Raises a `Refusal` where there is no plan, or its plugins are not those installed.
    """
    from mtdsl.plan import fingerprint, from_json

    try:
        body = json.loads(path.read_text("utf-8"))
        plan, base = from_json(body), path.parent / body.get(BASE, "")
    except OSError as error:
        raise refuse("file-unreadable", f"cannot read `{path}`: {error.strerror}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise refuse("not-a-plan", f"`{path}` is no plan", help="write one with `mtdsl plan R.mtr --format json`") from error
    if body.get("fingerprint") != fingerprint(plan):
        raise refuse("plan-changed", f"`{path}` was changed after it was made: its fingerprint does not fit")
    _check_plugins(plan)
    return plan, base


def _check_plugins(plan: Plan) -> None:
    from mtdsl.registry import installed

    for used in plan.plugins:
        found = {(entry.package, entry.version) for entry in installed().find(used.kind, used.name)}
        if (used.package, used.version) not in found:
            have = ", ".join(f"{package} {version}" for package, version in sorted(found)) or "nothing"
            raise refuse(
                "plugin-differs",
                f"the plan uses the {used.kind} `{used.name}` of {used.package} {used.version}; installed is {have}",
            )
