"""Whether a phase's optimizer averages weights in place of a decay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtdsl.plan.curves import params_at
from mtdsl.registry.factories import Averaging

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase
    from mtdsl.registry import Registry


def averages(phase: Phase, registry: Registry) -> bool:
    """Whether the model of a phase is an average that its optimizer keeps, so that its rate need not come down."""
    made = registry.build("optimizer", phase.optimizer.name, params_at(phase.optimizer.params, 0, registry))
    return isinstance(made, Averaging) and made.averages
