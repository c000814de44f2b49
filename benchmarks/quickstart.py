"""What the quickstart must show, over several seeds, each claim with its numbers.

    python benchmarks/quickstart.py [--seeds 0 1 2] [--out DIR]

Beside the chain itself a control is trained: as many tokens as the anneal has, at the stable rate and mixture. The averaged
weights are also kept as they are, so that the loss by position can be compared before and after the extension. Exits 1 where
a claim does not hold.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import gettempdir
from time import perf_counter
from typing import Any

from positions import by_position

from mtdsl.data import prepare
from mtdsl.plan import Plan, compile
from mtdsl.registry import installed
from mtdsl.run import Silent, execute
from mtdsl.run.executor import cache_folder
from mtdsl.run.loss import LossModel
from mtdsl.run.model import load

RECIPE = Path(__file__).resolve().parents[1] / "recipes" / "quickstart.mtr"
TARGET = "docs"
CONTROL = """
seed = {seed}
phase on like stable {{ tokens = anneal[1].tokens, warmup = none }}
phase unextended {{ steps = 0 }}
flow stable -> on
flow soup -> unextended
"""


@dataclass(frozen=True)
class Claim:
    """A statement about one seed: `value` must be less than `bar`."""

    text: str
    value: float
    bar: float

    @property
    def holds(self) -> bool:
        """Whether the value is under its bar."""
        return self.value < self.bar


def main() -> int:
    """Trains the quickstart once a seed; exits 1 where a claim does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--out", type=Path, default=Path(gettempdir()) / "mtdsl-quickstart")
    chosen = parser.parse_args()
    results = [report(seed, chosen.out) for seed in chosen.seeds]
    return int(not all(claim.holds for claims in results for claim in claims))


def report(seed: int, out: Path) -> list[Claim]:
    """Trains one seed and prints its claims."""
    began = perf_counter()
    plan, recipe = planned(seed, out)
    result = execute(plan, recipe.parent, out / f"seed-{seed}", installed(), Silent())
    claims = [*over_sources(result.losses), *over_positions(plan, recipe, result.folder / "final")]
    print(f"seed {seed}  ({perf_counter() - began:.0f} s with its control)")
    for claim in claims:
        print(f"  {'holds' if claim.holds else 'FAILS'}  {claim.text:70} {claim.value:.4f} < {claim.bar:.4f}")
    return claims


def planned(seed: int, out: Path) -> tuple[Plan, Path]:
    """The quickstart with its control."""
    out.mkdir(parents=True, exist_ok=True)
    recipe = out / f"seed-{seed}.mtr"
    recipe.write_text(RECIPE.read_text("utf-8") + CONTROL.format(seed=seed), "utf-8")
    plan, found = compile(recipe)
    if plan is None:
        sys.exit("\n".join(one.message for one in found))
    return plan, recipe


def over_sources(losses: Mapping[str, Mapping[str, Any]]) -> list[Claim]:
    """Validation losses in nats a token."""
    target = {node: by_source[TARGET]["loss"] for node, by_source in losses.items()}
    members = [node for node in losses if node.startswith("anneal[")]
    control = f"{TARGET}: {{}}, against as many tokens at the stable rate and mixture"
    return [
        *(Claim(control.format(node), target[node], target["on"]) for node in members),
        Claim(
            "all sources: the average, against the mean of its members",
            mean_loss(losses["soup"]),
            mean(mean_loss(losses[node]) for node in members),
        ),
    ]


def mean_loss(by_source: Mapping[str, Any]) -> float:
    """The mean over sources."""
    return mean(one["loss"] for one in by_source.values())


def over_positions(plan: Plan, recipe: Path, final: Path) -> list[Claim]:
    """Losses by position in held-out documents, before and after the extension."""
    corpus = prepare(plan, recipe.parent, cache_folder(), installed(), lambda _: None)
    before, after = (by_position(LossModel(load(final / leaf)), corpus, (0, 512, 2048)) for leaf in ("unextended", "long"))
    far, near = "512..2047", "0..511"
    return [
        Claim("positions 512 to 2047: after the extension, against before", after[far]["loss"], before[far]["loss"]),
        Claim("positions 0 to 511: after, against 1.02 times before", after[near]["loss"], 1.02 * before[near]["loss"]),
    ]


if __name__ == "__main__":
    sys.exit(main())
