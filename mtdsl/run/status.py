"""Where a run stands, by reading its files only: no torch, and nothing is written."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mtdsl.diag import refuse
from mtdsl.plan.document import from_json
from mtdsl.plan.model import Phase, Plan
from mtdsl.run import folder, locks
from mtdsl.run.listener import Losses
from mtdsl.run.logs import Line, lines


@dataclass(frozen=True, slots=True)
class Status:
    """A run folder as it is now.

    `last` is the last line of the log, `phase` the one it is of; `done` the nodes whose results were measured, with their
    losses; `saved` the event of the last checkpoint. `left` are the tokens that are still to be trained.
    """

    plan: Plan
    state: Literal["running", "finished", "stopped"]
    phase: Phase | None
    last: Line | None
    done: Mapping[str, Losses]
    saved: Mapping[str, Any] | None
    left: int


def read(path: Path) -> Status:
    """The status of the run in `path`. Raises a `Refusal` where there is none."""
    plan = plan_of(path)
    noted = folder.read_notes(path / folder.RESULTS)
    done = {node: noted[node]["losses"] for node in plan.order if node in noted}
    last = last_line(path / folder.LOG)
    phase = next((phase for phase in plan.phases if last and phase.name == last["phase"]), None)
    exported = folder.read_notes(path / folder.EXPORTS)
    finished = set(plan.order) <= done.keys() and set(plan.leaves) <= exported.keys()
    running = locks.held(path / folder.LOCK)
    saved = [event for event in lines(path / folder.EVENTS) if event.get("event") == "saved"]
    return Status(
        plan=plan,
        state="running" if running else "finished" if finished else "stopped",
        phase=phase,
        last=last,
        done=done,
        saved=saved[-1] if saved else None,
        left=_left(plan, done, phase, last),
    )


def plan_of(path: Path) -> Plan:
    """The plan that a run folder holds. Raises a `Refusal` where there is none that can be read."""
    body = folder.read_notes(path / folder.PLAN)
    try:
        return from_json(body)
    except (KeyError, TypeError, ValueError) as error:
        raise refuse("no-run", f"`{path}` holds no run", help="give the folder that `mtdsl run` wrote: runs/NAME") from error


def last_line(path: Path) -> Line | None:
    """The last whole line of a log; None where there is none."""
    last = deque(lines(path), maxlen=1)
    return last[0] if last else None


def _left(plan: Plan, done: Mapping[str, Losses], phase: Phase | None, last: Line | None) -> int:
    total = sum(other.tokens for other in plan.phases if other.name not in done)
    if phase is None or last is None or phase.name in done:
        return total
    return total - (int(last["tokens"]) - phase.origin)
