"""Recipes that nobody meant, from text to plan: each must give a plan or a diagnostic, never an exception, and soon.

    nice python tests/lang/fuzzing.py --minutes 60 --out found

writes every new failure, made as small as can be done by leaving lines out, into the folder `found`.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

from mtdsl.diag import Source, concise, text
from mtdsl.lang.format import formatted
from mtdsl.plan import to_json
from mtdsl.plan.compile import analyse

ROOT = Path(__file__).resolve().parents[2]
RECIPES = [
    *sorted((ROOT / "recipes").glob("*.mtr")),
    ROOT / ".ci" / "small.mtr",
    *sorted((ROOT / "tests/lang/chains").glob("*.mtr")),
]
SECONDS = 10
NASTY = [
    "0",
    "1",
    "-1",
    "0%",
    "100%",
    "1e300",
    "1e-300",
    "999_999T",
    "1 steps",
    "3 epochs",
    "none",
    '""',
    "[]",
    "()",
    "{ }",
    "tokens",
    "x",
]
"""Words that no recipe has, and that arithmetic or a loop may stumble over."""

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"?|#[^\n]*|->|[<>=!]=|\d(?:[\d_.]|[eE][+-]?\d)*[\w%]*|\w+|\n|[^\s\w]')
_USE = re.compile(r'^use "([^"]+)"(?: \(([^)]*)\))?', re.M)


class TooSlow(Exception):
    """One text took longer than `SECONDS`."""


def spans(written: str) -> list[tuple[int, int]]:
    """Where each token stands; line ends count, spaces and comments do not."""
    return [found.span() for found in _TOKEN.finditer(written) if not found[0].startswith("#")]


def without(written: str, token: tuple[int, int]) -> str:
    """`written` less one token."""
    return written[: token[0]] + written[token[1] :]


def doubled(written: str, token: tuple[int, int]) -> str:
    """`written` with one token said twice."""
    begin, end = token
    return f"{written[:end]} {written[begin:end]}{written[end:]}"


def mutant(written: str, words: list[str], lines: list[str], chance: random.Random) -> str:
    """`written` after one to four changes: a token left out, doubled, moved or replaced by one of `words`, a line put in."""
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3, 4])):
        places = spans(written)
        if len(places) < 2:
            return written
        one, other = sorted(chance.sample(places, 2))
        first, second = (written[slice(*place)] for place in (one, other))
        match chance.randrange(6):
            case 0:
                written = without(written, one)
            case 1:
                written = doubled(written, one)
            case 2:
                written = written[: one[0]] + second + written[one[1] : other[0]] + first + written[other[1] :]
            case 3:
                begin = written.rfind("\n", 0, other[0]) + 1
                written = written[:begin] + chance.choice(lines) + "\n" + written[begin:]
            case _:
                written = f"{written[: one[0]]}{chance.choice(words)}{written[one[1] :]}"
    return written


def supply(written: str, folder: Path) -> None:
    """Write the files that a recipe uses, each name a source of a size."""
    for path, names in _USE.findall(written):
        target = folder / path
        if target.resolve().is_relative_to(folder.resolve()):
            target.parent.mkdir(parents=True, exist_ok=True)
            declared = "".join(f"data {name.strip()} {{ tokens = 10T }}\n" for name in names.split(",") if name.strip())
            target.write_text(declared)


def completed(written: str, folder: Path) -> str:
    """`written` with the sources and the model that it leaves to a lock, so that it comes as far as a plan."""
    supply(written, folder)
    missing: dict[str, None] = {}
    more = ""
    for _ in range(8):
        more = "".join(f"data {name} {{ tokens = 10T }}\n" for name in missing)
        found = checked(f"{written}\n{more}", folder)
        names = {one.labels[0].span.text for one in found if one.id == "unknown-name" and one.labels}
        if not names - missing.keys():
            break
        missing |= dict.fromkeys(sorted(name for name in names if name.isidentifier()))
    if "\nmodel" not in written and "\nstart" not in written:
        more += "model = llama(layers = 2, width = 64, heads = 4)\n"
    return f"{written}\n{more}"


def checked(written: str, folder: Path) -> tuple:
    """What `analyse` finds, after everything that reads its result was called too."""
    recipe = folder / "fuzz.mtr"
    recipe.write_bytes(written.encode("utf-8", "surrogatepass"))
    found = analyse(recipe)
    text.render(found.diagnostics, color=True)
    concise.render(found.diagnostics)
    if found.plan is not None:
        to_json(found.plan)
    assert found.plan is not None or any(one.severity == "error" for one in found.diagnostics)
    stays(written)
    return found.diagnostics


def stays(written: str) -> None:
    """Lay `written` out, if it parses, and that once more: `formatted` itself proves that both say the same."""
    once, _ = formatted(Source("fuzz.mtr", written))
    if once is not None:
        assert formatted(Source("fuzz.mtr", once)) == (once, ())


def failure(written: str, folder: Path) -> str:
    """What `written` ends in: empty where all is well, else the exception's name and the line of mtdsl that raised it."""

    def stop(*_):
        raise TooSlow

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        checked(written, folder)
        return ""
    except Exception as error:  # noqa: BLE001  every kind is what is looked for
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "mtdsl" in frame.filename]
        where = frames[-1] if frames else None
        name = type(error).__name__
        if name == "TooSlow":
            return name
        return f"{name} {Path(where.filename).name}:{where.name} {str(error)[:60]}" if where else f"{name} {error}"
    finally:
        signal.alarm(0)


def smallest(written: str, sign: str, folder: Path) -> str:
    """`written` with as many lines left out as still end in `sign`."""
    lines = written.split("\n")
    at = 0
    while at < len(lines):
        fewer = lines[:at] + lines[at + 1 :]
        if failure("\n".join(fewer), folder) == sign:
            lines = fewer
        else:
            at += 1
    return "\n".join(lines)


def texts(chance: random.Random, folder: Path) -> Iterator[str]:
    """Without end: changed recipes, and now and then two of them in one file."""
    more = [*(ROOT / "tests/diag/cases").rglob("*.mtr"), *(ROOT / "tests/lang/found").glob("*.mtr")]
    recipes = [completed(path.read_text(errors="replace"), folder) for path in [*RECIPES, *sorted(more)]]
    words = [*sorted({written[begin:end] for written in recipes for begin, end in spans(written)}), *NASTY * 5]
    lines = sorted({line for written in recipes for line in written.split("\n")})
    while True:
        written = chance.choice(recipes)
        if chance.random() < 0.05:
            written += chance.choice(recipes)
        yield mutant(written, words, lines, chance)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("found"))
    chosen = parser.parse_args()
    chosen.out.mkdir(exist_ok=True)
    chance, signs, count, end = random.Random(chosen.seed), set(), 0, monotonic() + 60 * chosen.minutes
    with tempfile.TemporaryDirectory() as folder:
        for written in texts(chance, Path(folder)):
            count += 1
            sign = failure(written, Path(folder))
            if sign and sign not in signs:
                signs.add(sign)
                small = smallest(written, sign, Path(folder)) if sign != "TooSlow" else written
                name = re.sub(r"\W+", "_", sign)[:60]
                (chosen.out / f"{name}.mtr").write_text(small)
                print(f"{count} {sign}", flush=True)
            if monotonic() > end:
                break
    print(f"{count} texts, {len(signs)} failures")
    return int(bool(signs))


if __name__ == "__main__":
    sys.exit(main())
