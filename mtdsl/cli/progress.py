"""What a run shows while it trains: a bar on a terminal, plain lines elsewhere. All of it goes to stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from mtdsl.plan.model import Merge, Phase, Plan, Start
from mtdsl.plan.steps import tokens_before
from mtdsl.view import numbers

if TYPE_CHECKING:
    from rich.progress import Progress

    from mtdsl.run.listener import Listener, Losses, Step

EVERY = 5.0
"""Seconds between two plain lines."""


class Pace:
    """How fast tokens go by, and how many of a plan are left."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rate = 0.0
        self._after = 0

    def begins(self, phase: Phase) -> None:
        """A phase begins: all that come later in the plan are left."""
        order = self._plan.order
        later = set(order[order.index(phase.name) + 1 :])
        self._after = sum(other.tokens for other in self._plan.phases if other.name in later)

    def stepped(self, phase: Phase, step: Step) -> None:
        """A step was taken; the last ten or so count for the rate."""
        self._rate = step.tokens_per_second if not self._rate else 0.9 * self._rate + 0.1 * step.tokens_per_second

    def left(self, phase: Phase, step: int) -> float | None:
        """Seconds until the plan's last step; None before the first was timed."""
        tokens = phase.tokens - tokens_before(phase, step) + self._after
        return tokens / self._rate if self._rate else None

    @property
    def rate(self) -> float:
        """Tokens a second."""
        return self._rate


class _Shown(Protocol):
    def begins(self, phase: Phase, step: int) -> None: ...

    def stepped(self, phase: Phase, step: Step, pace: Pace) -> None: ...

    def line(self, text: str) -> None: ...


class Watching:
    """A listener that shows what happens."""

    def __init__(self, plan: Plan, shown: _Shown) -> None:
        self._pace = Pace(plan)
        self._shown = shown

    def say(self, text: str) -> None:
        """One line of what is going on."""
        self._shown.line(text)

    def begins(self, node: Start | Phase | Merge, step: int) -> None:
        """Work on a node begins."""
        if isinstance(node, Phase):
            self._pace.begins(node)
            self._shown.begins(node, step)
        self._shown.line(_beginning(node, step))

    def stepped(self, phase: Phase, step: Step) -> None:
        """A step was taken."""
        self._pace.stepped(phase, step)
        self._shown.stepped(phase, step, self._pace)

    def measured(self, node: str, losses: Losses) -> None:
        """The result of a node was measured."""
        found = [f"{source} {mean['loss']:.4f}" for source, mean in losses.items() if mean["loss"] is not None]
        self._shown.line(f"{node}: validation loss {', '.join(found)}")


class Plain:
    """Lines that a log file can hold."""

    def __init__(self) -> None:
        self._told = 0.0

    def begins(self, phase: Phase, step: int) -> None:
        """Say the first step of a phase at once."""
        self._told = 0.0

    def stepped(self, phase: Phase, step: Step, pace: Pace) -> None:
        """Say a step now and then, and the last one of a phase."""
        if time.monotonic() - self._told >= EVERY or step.step == phase.steps:
            self._told = time.monotonic()
            left = pace.left(phase, step.step)
            told = "" if not left else f"  {duration(left)} left"
            self.line(f"{phase.name}: step {step.step:,}/{phase.steps:,}  {_facts(step, pace)}{told}")

    def line(self, text: str) -> None:
        """One line."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


class Bar:
    """One bar for the phase at hand, lines above it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, facts="", left="")

    def begins(self, phase: Phase, step: int) -> None:
        """Start the bar of a phase."""
        self._progress.reset(self._task, total=phase.steps, completed=step, description=phase.name, facts="", left="")

    def stepped(self, phase: Phase, step: Step, pace: Pace) -> None:
        """Move the bar."""
        left = pace.left(phase, step.step)
        told = "" if left is None else f"{duration(left)} left"
        self._progress.update(self._task, completed=step.step, facts=_facts(step, pace), left=told)

    def line(self, text: str) -> None:
        """One line above the bar."""
        self._progress.console.print(text, markup=False, highlight=False)


@contextmanager
def watching(plan: Plan) -> Iterator[Listener]:
    """A listener for a run of `plan`: with a bar where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield Watching(plan, Plain())
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=10),
        MofNCompleteColumn(),
        TextColumn("{task.fields[facts]}"),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, expand=True) as progress:
        yield Watching(plan, Bar(progress))


def duration(seconds: float) -> str:
    """`42 s`, `3 min`, `2 h 5 min`, `3 d 4 h`."""
    minutes, hours = round(seconds / 60), round(seconds / 3600)
    if seconds < 60:
        return f"{round(seconds)} s"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def _beginning(node: Start | Phase | Merge, step: int) -> str:
    if isinstance(node, Start):
        return f"{node.name}: loading {node.weights}"
    if isinstance(node, Merge):
        return f"{node.name}: merging {', '.join(parent.node for parent in node.parents)}"
    if step:
        return f"{node.name}: {node.steps - step:,} of {node.steps:,} steps are left"
    return f"{node.name}: {numbers.plural(node.steps, 'step')}, {numbers.plural(node.tokens, 'token')}"


def _facts(step: Step, pace: Pace) -> str:
    loss, rate, speed = f"loss {step.loss:.4f}", f"lr {numbers.rate(step.lr)}", f"{numbers.count(pace.rate)} tokens/s"
    return f"{numbers.count(step.tokens)} tokens  {loss}  {rate}  {speed}"
