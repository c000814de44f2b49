"""Doing a plan. `execute` trains, and needs the extra `train`; what only reads a run's files does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtdsl.run.listener import Listener, Silent
from mtdsl.run.stopping import Interrupted

if TYPE_CHECKING:
    from mtdsl.run.executor import Result, execute

__all__ = ["Interrupted", "Listener", "Result", "Silent", "execute"]


def __getattr__(name: str) -> Any:
    """Import torch for those who train only."""
    if name not in ("Result", "execute"):
        raise AttributeError(name)
    from mtdsl.run import executor

    return getattr(executor, name)
