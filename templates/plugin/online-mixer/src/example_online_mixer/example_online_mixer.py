"""More of what the model finds hard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Annotated

from mtdsl import Bound, Feedback, NotNegative, SourceFacts, State


@dataclass(frozen=True)
class ExampleOnlineMixer:
    """Weights w_i ~ p_i exp(b m_i): the shares p_i of the mixture, tilted towards sources with a high running loss m_i.

    m_i is a mean of the source's losses, in nats a token, of which the share `kept` stays at each step that reads it and the
    first loss is the first mean; a source that was not read yet has the mean of the others'. `tilt` is b, in 1/nats: at 1 a
    source whose loss is one nat higher weighs e times as much, at 0 the mixture stands still.

    Source: the exponential weights of Hedge (Freund and Schapire 1997, section 2) with losses for gains, and a running mean
    in place of the sum; no paper on mixtures is followed.
    """

    tilt: Annotated[float, NotNegative] = 0.5
    kept: Annotated[float, Bound(low=0, high=1, open_high=True)] = 0.9

    def __call__(self, sources: Sequence[SourceFacts]) -> list[float]:
        """The first weights: the shares of the mixture, equal ones where the sources are only named."""
        return [1.0 if source.share is None else source.share for source in sources]

    def begin(self, sources: Sequence[SourceFacts]) -> State:
        """Nothing is known yet."""
        return {"names": [source.name for source in sources], "shares": self(sources), "means": [None for _ in sources]}

    def observe(self, state: State, feedback: Feedback) -> State:
        """A new state, with the losses of the sources that the step read; the other means stay."""
        told = zip(state["means"], map(feedback.losses.get, state["names"]), strict=True)
        return {**state, "means": [self._mean(old, loss) for old, loss in told]}

    def weights(self, state: State) -> list[float]:
        """p_i exp(b (m_i - the largest m)): the same once normalised, and no loss is large enough to overflow."""
        known = [mean for mean in state["means"] if mean is not None]
        if not known:
            return list(state["shares"])
        means = [sum(known) / len(known) if mean is None else mean for mean in state["means"]]
        return [share * exp(self.tilt * (mean - max(means))) for share, mean in zip(state["shares"], means, strict=True)]

    def _mean(self, old: float | None, loss: float | None) -> float | None:
        if loss is None or old is None:
            return old if loss is None else loss
        return self.kept * old + (1 - self.kept) * loss
