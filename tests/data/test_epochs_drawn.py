"""Random chains against `max_epochs`: what asks for more is refused, what does not is let through and draws no more."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
from datakit import corpus, table

from mtdsl.data import Feed
from mtdsl.data.sizes import check
from mtdsl.diag import Refusal
from mtdsl.plan import compile
from mtdsl.plan.model import Plan
from mtdsl.registry import installed

NAMES = ("x", "y")
DOCUMENT, WINDOW = 100, 32
HEAD = """\
recipe toy
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
lr = 1e-3 -> 0
context = 32
"""


@dataclass
class Link:
    """A phase and where its child leaves it: what the text asks for of each source, and by how much whole steps exceed that."""

    text: str
    leaves: str
    asked: dict[str, Fraction]
    room: dict[str, Fraction]


@dataclass
class Chain:
    """Phases one after another over sources of these sizes, declared or not; limits are set close to what is asked for."""

    sizes: dict[str, int]
    declared: bool
    links: list[Link] = field(default_factory=list)
    limits: dict[str, Fraction] = field(default_factory=dict)

    def text(self) -> str:
        size = {name: f"tokens = {tokens}" if self.declared else "" for name, tokens in self.sizes.items()}
        limit = {name: f"max_epochs = {float(limit)}" for name, limit in self.limits.items()}
        data = [f'data {name} {{ source = text(path = "{name}"), {size[name]}\n{limit[name]} }}\n' for name in NAMES]
        flow = " -> ".join(link.leaves for link in self.links)
        return "".join([HEAD, *data, *(link.text for link in self.links), f"flow {flow}\n" if len(self.links) > 1 else ""])

    def most(self, name: str) -> Fraction:
        """Tokens that may be drawn of a source."""
        return self.limits[name] * self.sizes[name]

    def asked(self, name: str) -> Fraction:
        return sum((link.asked[name] for link in self.links), Fraction(0))

    def room(self, name: str) -> Fraction:
        return sum((link.room[name] for link in self.links), Fraction(0))


def link(rng: random.Random, at: int, sizes: dict[str, int], *, last: bool, declared: bool) -> Link:
    """One phase with a budget of any kind."""
    batch = rng.randrange(1, 9)
    step, x = WINDOW * batch, Fraction(rng.choice([0, 10, 37, 50, 100]), 100)
    shares = {"x": x, "y": 1 - x}
    alone = next((name for name in NAMES if shares[name] == 1), "")
    unit, amount = rng.choice(["tokens", "steps", "sequences", "epochs"]), Fraction(rng.randrange(step, 9000))
    amounts = {"tokens": amount, "steps": Fraction(amount // step), "sequences": Fraction(amount // WINDOW)}
    tokens = {"tokens": amount, "steps": amounts["steps"] * step, "sequences": amounts["sequences"] * WINDOW}
    if alone and declared:
        amounts["epochs"] = Fraction(rng.choice([1, 2, 3, 4, 6]), 4)
        tokens["epochs"] = amounts["epochs"] * sizes[alone]
    unit = unit if unit in amounts else "tokens"
    asked, leaves = tokens[unit], f"p{at}"
    if not last and asked > 4 * step and rng.random() < 0.4:
        asked = Fraction(rng.randrange(step, int(asked) - step))
        leaves += f".at({asked} tokens)"
    mix = " + ".join(f"{float(share):.0%} * {name}" for name, share in shares.items() if share)
    body = f"{unit} = {float(amounts[unit]):g}, batch = {batch} x {WINDOW}, mix = {mix}"
    edge = f"transition p{at - 1} -> p{at} {{ data = {rng.choice(['fresh', 'continue'])}, lr = restart }}\n" if at else ""
    drawn = {name: share * step + WINDOW if share else Fraction(0) for name, share in shares.items()}
    return Link(f"phase p{at} {{ {body} }}\n{edge}", leaves, {name: share * asked for name, share in shares.items()}, drawn)


def chain(seed: int, *, declared: bool) -> Chain:
    rng = random.Random(seed)
    made = Chain({name: DOCUMENT * rng.randrange(10, 100) for name in NAMES}, declared)
    count = rng.randrange(1, 4)
    made.links = [link(rng, at, made.sizes, last=at == count - 1, declared=declared) for at in range(count)]
    for name in NAMES:
        epochs = made.asked(name) / made.sizes[name] * rng.choice([Fraction(9, 10), Fraction(999, 1000), 1, Fraction(11, 10)])
        made.limits[name] = Fraction(max(1, round(epochs * 1000) + rng.choice([0, 0, 1])), 1000)
    return made


def drawn(plan: Plan, made: Chain) -> Counter[str]:
    """Tokens of each source that the windows of a whole run take."""
    text = corpus(**{name: table([DOCUMENT] * (size // DOCUMENT)) for name, size in made.sizes.items()})
    taken, state = Counter[str](), None
    for phase in plan.phases:
        feed = Feed.begin(plan, phase, text, installed(), state if phase.transition.data == "continue" else None)
        for _ in range(phase.steps):
            for window in feed.step():
                taken[window.source] += phase.batch.length
        state = feed.state()["streams"]
    return taken


@pytest.mark.parametrize("declared", [True, False])
def test_who_asks_for_more_is_refused_and_nobody_draws_more(tmp_path: Path, declared: bool):
    outcomes = Counter[str]()
    for seed in range(150):
        made = chain(seed, declared=declared)
        (tmp_path / "toy.mtr").write_text(made.text())
        plan, said = compile(tmp_path / "toy.mtr")
        wrong = {one.id for one in said if one.severity == "error"}
        if plan is not None:
            text = corpus(**{name: table([DOCUMENT] * (size // DOCUMENT)) for name, size in made.sizes.items()})
            try:
                check(plan, text, installed(), lambda _: None)
            except Refusal as refusal:
                wrong |= {one.id for one in refusal.diagnostics}
        assert wrong <= {"source-epochs"}, (seed, made.text(), [one.message for one in said])
        over = [name for name in NAMES if made.asked(name) > made.most(name)]
        assert over or not wrong, (seed, made.text())
        outcomes["refused" if wrong else "fits"] += 1
        taken = Counter[str]() if plan is None or wrong else drawn(plan, made)
        for name in taken:
            assert taken[name] <= made.most(name) + made.room(name), (seed, name, made.text())
    assert min(outcomes.values()) > 40


def test_held_out_documents_are_no_epoch_more(tmp_path: Path):
    """A plan counts epochs of all documents; that some of them are not trained on is not held against what it asked for."""
    body = f"phase p {{ epochs = 4, batch = 4 x {WINDOW}, mix = x }}\n"
    (tmp_path / "toy.mtr").write_text(f"{HEAD}data x {{ tokens = 10_000, max_epochs = 4 }}\n{body}")
    plan, said = compile(tmp_path / "toy.mtr")
    assert plan is not None, said
    told: list[str] = []
    check(plan, corpus(x=table([DOCUMENT] * 100, held=5)), installed(), told.append)
    assert told == ["by the end of `p`, `x` is read 4.22 times (40,064 of 9,500 tokens)"]
