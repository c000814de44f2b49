"""How the weights of an online mixer move, told of a made-up run.

The loss of each source falls as a power law of the tokens that were read of it, so that what a mixer reads comes back to it:
L = floor + (first - floor) (1 + n / n0)^-alpha. What is measured beside the losses follows from them: the excess against a
reference that has reached the floor, held-out losses that equal those of training, gradients that agree by what is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mtdsl.frozen import Frozen, node
from mtdsl.plan.sizes import declared
from mtdsl.registry import Alignment, Excess, Feedback, Learning, SourceFacts
from mtdsl.view import numbers
from mtdsl.view.technique.picture import Picture, Shown, area

STEPS, STEP, ROWS, SCALE = 3000, 2048, 2, 100 * 2048
"""Steps of the made-up run and tokens of each, rows of a source, and n0."""


@node
class Learnable(Frozen):
    """How a source is learnt: its loss at first and after endless reading, in nats, and how fast it falls."""

    first: float
    floor: float
    alpha: float

    def loss(self, tokens: float) -> float:
        """After so many tokens were read of it."""
        left: float = (1 + tokens / SCALE) ** -self.alpha
        return self.floor + (self.first - self.floor) * left


SOURCES = (Learnable(4.0, 2.5, 0.6), Learnable(3.5, 1.0, 0.4), Learnable(5.0, 3.0, 0.2))
"""One soon learnt, one with much to learn, and one that is learnt slowly; more sources are like these in turn."""


def picture(shown: Shown) -> Picture:
    """The weights after each step of the made-up run."""
    mixer: Learning = shown.made()
    sizes, rule = declared(shown.plan), shown.rule()
    facts = [
        SourceFacts(name, sizes[name].tokens, None if share is None else float(share), sizes[name].documents)
        for name, share in rule.sources.items()
    ]
    weights, losses = _run(mixer, facts)
    names = [fact.name for fact in facts]
    said = ", ".join(f"{name} {one[0]:.3g} → {one[-1]:.3g}" for name, one in zip(names, losses, strict=True))
    title = f"the weights over {STEPS:,} made-up steps, in which the losses fall, in nats: {said}"
    data = {
        "steps": STEPS,
        "sources": [
            {"source": name, "weights": one, "losses": loss} for name, one, loss in zip(names, weights, losses, strict=True)
        ],
    }
    return Picture(title, data, lambda width: _lines(names, weights, width))


def _run(mixer: Learning, facts: Sequence[SourceFacts]) -> tuple[list[list[float]], list[list[float]]]:
    """The weights and the losses of each source, by step."""
    kinds = [SOURCES[at % len(SOURCES)] for at in range(len(facts))]
    read, state = [0.0] * len(facts), mixer.begin(facts)
    weights: list[list[float]] = [[] for _ in facts]
    losses: list[list[float]] = [[] for _ in facts]
    for _ in range(STEPS):
        chosen = _normal(mixer.weights(state))
        found = [kind.loss(tokens) for kind, tokens in zip(kinds, read, strict=True)]
        for at, (weight, loss) in enumerate(zip(chosen, found, strict=True)):
            weights[at].append(weight)
            losses[at].append(loss)
            read[at] += weight * STEP
        state = mixer.observe(state, _feedback(facts, kinds, chosen, found))
    return weights, losses


def _normal(weights: Sequence[float]) -> list[float]:
    return [weight / sum(weights) for weight in weights]


def _feedback(
    facts: Sequence[SourceFacts], kinds: Sequence[Learnable], chosen: Sequence[float], losses: Sequence[float]
) -> Feedback:
    """What a step finds that read the sources in these shares; a source of which it read no token is left out."""
    seen = {
        fact.name: (kind, round(share * STEP), loss)
        for fact, kind, share, loss in zip(facts, kinds, chosen, losses, strict=True)
    }
    read = {name: one for name, one in seen.items() if one[1]}
    left = {name: loss - kind.floor for name, (kind, _, loss) in seen.items()}
    return Feedback(
        {name: loss for name, (_, _, loss) in read.items()},
        {name: tokens for name, (_, tokens, _) in read.items()},
        1e-3,
        {name: Excess(left[name], left[name]) for name in read},
        {name: Alignment(left[name], 1.0) for name in read},
        {name: loss for name, (_, _, loss) in seen.items()},
    )


def _lines(names: Sequence[str], weights: Sequence[Sequence[float]], width: int) -> Iterator[str]:
    """A source's weight as an area below a line that says its ends; the highest of all weights fills an area."""
    high = max(map(max, weights))
    for name, one in zip(names, weights, strict=True):
        yield f"{name}  {numbers.moves(numbers.share(one[0]), numbers.share(one[-1]))}"
        yield from area(list(enumerate(one)), width, ROWS, high, numbers.share(high))
