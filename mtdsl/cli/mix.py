"""`mtdsl mix fit`: a mixture out of the losses of small runs, to be pasted into a recipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from mtdsl.cli.failure import Misuse
from mtdsl.diag import Refusal, Report, Source, refuse

if TYPE_CHECKING:
    from mtdsl.plan.model import Plugin
    from mtdsl.registry import Proxies, Search

LARGEST = 50_000_000
"""Bytes of the longest table that is read: of a hundred sources some 25,000 runs, and published fits have a thousand."""

TABLE = "a table has a line for each small run, with its shares and its losses: leave other columns out"

Given = Annotated[list[str] | None, Parameter(consume_multiple=False)]


def fit(
    results: Path,
    /,
    *,
    by: str = "regmix",
    target: Given = None,
    prior: Given = None,
    seed: int = 0,
    name: str = "fitted",
    mix: str = "mix.",
    loss: str = "loss.",
    format_: Literal["mtr", "json"] = "mtr",
) -> int:
    """Find the mixture of which small runs tell the least loss, and write it as a recipe has it.

    Parameters
    ----------
    results
        A table (.csv), a row a run: columns mix.SOURCE hold its shares, columns loss.NAME its losses; others are not read.
    by
        The fitter, with parameters if need be: regmix, 'regmix(by = "linear")', mixing_law.
    target
        A loss to make small, NAME or NAME=WEIGHT, as often as there are some; all of them alike if nothing is said.
    prior
        What share, or how many tokens, a source has: SOURCE=NUMBER, for every source. The mean of the runs if nothing is said.
    seed
        Decides what is held out, and what a fitter draws.
    name
        What the mixture is called.
    mix
        What the name of a column of shares begins with.
    loss
        What the name of a column of losses begins with.
    format_
        mtr for a recipe, json for machines.
    """
    from mtdsl.data import heldout, sheet
    from mtdsl.plan.alone import technique
    from mtdsl.registry import Search, installed

    if not sheet.NAME.fullmatch(name):
        raise Misuse(f"`--name {name}` is no name that a recipe can give a mixture")
    if not 0 <= seed < 2**32:
        raise Misuse(f"`--seed {seed}` is not a whole number from 0 to {2**32 - 1}")
    content, source = _read(results)
    called = technique("fitter", Source("--by", by), installed())
    proxies = sheet.read(source, sheet.Columns(mix, loss), _numbers("--target", target, 1.0))
    around = Search(_prior(prior, proxies), seed)
    fitter = installed().build("fitter", called.name, called.params)
    heldout.check_enough(fitter, proxies, called.name)
    quality = _asked(called, lambda: heldout.measured(fitter, proxies, seed))
    law = _asked(called, lambda: fitter.fit(proxies, seed))
    shares = _asked(called, lambda: [float(share) for share in law.best(around)])
    expected = _asked(called, lambda: float(law.predict([shares])[0]))
    said = _said(results, content, called, proxies, around, target) | {
        "runs": len(proxies.shares),
        "rank": round(quality.rank, 4),
        "r2": round(quality.r2, 4),
        "expected": round(expected, 4),
        "best_run": round(min(proxies.targets), 4),
    }
    sys.stdout.write(_written(name, dict(zip(proxies.sources, shares, strict=True)), said, format_))
    return 0


def _read(path: Path) -> tuple[bytes, Source]:
    from mtdsl.lang import files

    report = Report()
    content = files.content_of(path, str(path), None, report, most=LARGEST)
    source = None if content is None else files.decoded(content, str(path), None, report, most=LARGEST, help=TABLE)
    if content is None or source is None:
        raise Refusal(*report)
    return content, source


def _numbers(option: str, given: Sequence[str] | None, default: float | None = None) -> dict[str, float]:
    """`["code=2"]` as `{"code": 2.0}`, each more than 0. Raises `Misuse` for others."""
    found = {}
    for pair in given or ():
        name, equals, text = pair.partition("=")
        try:
            value = float(text) if equals or default is None else default
        except ValueError:
            value = 0.0
        if not (name and isfinite(value) and value > 0):
            raise Misuse(f"`{option} {pair}` is not NAME=NUMBER with a number above 0")
        found[name] = value
    return found


def _prior(given: Sequence[str] | None, proxies: Proxies) -> tuple[float, ...]:
    """A share a source, sum 1."""
    said = _numbers("--prior", given)
    if said and said.keys() != set(proxies.sources):
        odd = sorted(said.keys() ^ set(proxies.sources))[0]
        raise Misuse(f"`--prior` is to name every source of the table and no other; look at `{odd}`")
    values = [said[name] for name in proxies.sources] if said else [sum(column) for column in zip(*proxies.shares, strict=True)]
    return tuple(value / sum(values) for value in values)


def _asked(called: Plugin, question: Any) -> Any:
    """What the fitter says. Raises a `Refusal` where it fails, which for a missing package says how to get it."""
    from mtdsl.registry.strangers import Failed, ask

    try:
        return ask(question)
    except Failed as failed:
        if isinstance(failed.error, ModuleNotFoundError):
            message = f"the fitter `{called.name}` needs `{failed.error.name}`"
            raise refuse("fit-missing", message, help="pip install 'mtdsl[fit]', or what its package asks for") from failed
        raise refuse("fit-failed", f"the fitter `{called.name}` failed: {failed.error}") from failed


def _said(
    results: Path, content: bytes, called: Plugin, proxies: Proxies, around: Search, target: Sequence[str] | None
) -> dict[str, Any]:
    """Where the mixture is from."""
    from hashlib import sha256

    from mtdsl.plan.codec import parameters
    from mtdsl.registry import installed

    entry = installed().find("fitter", called.name)[0]
    return {
        "file": str(results),
        "sha256": sha256(content).hexdigest(),
        "fitter": called.name,
        "package": f"{entry.package} {entry.version}",
        "parameters": dict(parameters(called.params)),
        "seed": around.seed,
        "targets": list(target or ["all"]),
        "prior": dict(zip(proxies.sources, (round(share, 6) for share in around.prior), strict=True)),
    }


def _written(name: str, shares: dict[str, float], said: dict[str, Any], form: str) -> str:
    from mtdsl.view import fitted

    parts = fitted.rounded(shares)
    if form == "json":
        percents = {source: part / 100 for source, part in parts.items()}
        return json.dumps({"name": name, "percent": percents, **said}, indent=2, ensure_ascii=False) + "\n"
    given = ", ".join(f"{key} = {json.dumps(value)}" for key, value in said["parameters"].items())
    none = [source for source in shares if source not in parts]
    remarks = [
        f"Fitted to {said['runs']} small runs of {Path(said['file']).name} (sha256 {said['sha256'][:16]})",
        f"by {said['fitter']}({given}) of {said['package']}, seed {said['seed']}, for {', '.join(said['targets'])}.",
        f"Held-out runs: rank correlation {said['rank']:.3f}, R2 {said['r2']:.3f}.",
        f"Expected: {said['expected']:.4f} nats; the best small run has {said['best_run']:.4f}.",
        *([f"Below 0.01 %, and left out: {', '.join(none)}."] if none else []),
    ]
    return fitted.block(name, parts, remarks)
