"""`mtdsl status`: where a run stands."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mtdsl.cli.terminal import colored, width

if TYPE_CHECKING:
    from mtdsl.run.status import Status


def status(run: Path, /, *, format_: Literal["text", "json"] = "text") -> int:
    """Tell where a run stands, by reading its folder only.

    Parameters
    ----------
    run
        The folder of a run: runs/RECIPE.
    format_
        text to read, json for machines.
    """
    from mtdsl.run.status import read

    found = read(run)
    sys.stdout.write(_json(found) if format_ == "json" else _text(found))
    return 0


def _json(found: Status) -> str:
    body = {name: value for name, value in asdict(found).items() if name not in ("plan", "phase")}
    return json.dumps({"recipe": found.plan.recipe, **body}, indent=2, ensure_ascii=False) + "\n"


def _text(found: Status) -> str:
    from mtdsl.cli import losses

    told = [f"{found.plan.recipe}: {found.state}", *_where(found)]
    table = losses.render(found.done, width=width(), color=colored(sys.stdout))
    return "".join(f"{line}\n" for line in told) + (f"\n{table}" if table else "")


def _where(found: Status) -> list[str]:
    from mtdsl.cli.progress import duration
    from mtdsl.view import numbers

    told = [f"{len(found.done)} of {len(found.plan.order)} phases and merges done"]
    if found.left:
        told.append(f"{numbers.plural(found.left, 'token')} of {numbers.count(found.plan.totals.tokens)} left")
    if found.phase is not None and found.last is not None:
        last = found.last
        told.append(
            f"last step: {last['step']:,} of {found.phase.steps:,} in {found.phase.name}, loss {last['loss']:.4f}, "
            f"lr {numbers.rate(last['lr'])}, {numbers.count(last['tokens_per_second'])} tokens/s, "
            f"{duration(max(0.0, time.time() - last['time']))} ago"
        )
    if found.saved is not None:
        ago = duration(max(0.0, time.time() - found.saved["time"]))
        told.append(f"last checkpoint: {found.saved['node']} at {numbers.plural(found.saved['tokens'], 'token')}, {ago} ago")
    return told
