"""A mixture whose shares stand for a step: its rules look at the run, or its steps take turns or differ in length."""

from __future__ import annotations

from collections.abc import Mapping

from mtdsl.data.learnt import Learnt
from mtdsl.plan.curves import shares_at
from mtdsl.plan.learning import learning
from mtdsl.plan.model import Phase
from mtdsl.plan.sizes import Sizes
from mtdsl.plan.steps import tokens_before
from mtdsl.plan.turns import at_step, turning
from mtdsl.registry import Feedback, Registry, State


class Standing:
    """The shares of each step of a phase, in order; `before` holds what its rules had learnt before it, as in `Learnt`."""

    def __init__(self, phase: Phase, sizes: Sizes, registry: Registry, before: Mapping[str, State]) -> None:
        assert phase.mix is not None
        self._phase, self._sizes, self._registry = phase, sizes, registry
        self._learnt = Learnt(phase.mix, sizes, registry, before)

    @staticmethod
    def of(phase: Phase, sizes: Sizes, registry: Registry, before: Mapping[str, State]) -> Standing | None:
        """None for a phase whose shares are known ahead, as a curve."""
        if phase.mix is None or not (learning(phase.mix, registry) or turning(phase.mix) or phase.feeding):
            return None
        return Standing(phase, sizes, registry, before)

    @property
    def learns(self) -> bool:
        """Whether a rule looks at the run."""
        return self._learnt.learns

    def shares(self, step: int) -> Mapping[str, float]:
        """What a step draws from, its turn alone. Raises a `Refusal` where a mixer gives no weights."""
        mix = at_step(self._learnt.mixture(), step, self._registry)
        return shares_at(mix, tokens_before(self._phase, step), self._sizes, self._registry)

    def mean(self, step: int) -> Mapping[str, float]:
        """As `shares`, of all turns together."""
        return shares_at(self._learnt.mixture(), tokens_before(self._phase, step), self._sizes, self._registry)

    def observe(self, feedback: Feedback) -> None:
        """Tell the rules that look at the run what the last step found."""
        self._learnt.observe(feedback)

    def states(self) -> dict[str, State]:
        """What they have learnt, as JSON, by names that no source has."""
        return self._learnt.states()
