"""How long commands take to start, against importing the libraries that they stand on.

    python benchmarks/start.py [RECIPE] [--runs N]

`mtdsl check` stands on lark, rich, pluggy and cyclopts; `mtdsl plugins list` on pluggy, and on the metadata of the installed
packages in which Python looks for entry points. Prints medians and least times; exits 1 where the least time of a command is
more than 1.6 times that of its imports: of many runs the least is what a busy machine disturbs least. Runs alternate.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

LIMIT = 1.6
RECIPE = Path(__file__).resolve().parents[1] / "recipes" / "quickstart.mtr"


def seconds(command: list[str]) -> float:
    """Wall time of one run; raises where it fails."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as an installed package
    begin = perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=kept)
    return perf_counter() - begin


def pairs(recipe: str) -> dict[str, tuple[list[str], list[str]]]:
    """By command: its command line, and one that does what it cannot do without."""
    libraries = "import lark, rich, pluggy, cyclopts"
    found = "import pluggy\nfrom importlib.metadata import entry_points\n" + (
        "[(point.dist.metadata['Name'], point.dist.version) for point in entry_points(group='mtdsl')]"
    )
    own, python = [sys.executable, "-m", "mtdsl"], [sys.executable, "-c"]
    return {
        "check": ([*own, "check", recipe], [*python, libraries]),
        "plugins list": ([*own, "plugins", "list"], [*python, found]),
    }


def main() -> int:
    """Prints each command beside its imports; exits 1 over the bar."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recipe", nargs="?", default=RECIPE)
    parser.add_argument("--runs", type=int, default=15)
    chosen = parser.parse_args()
    commands = pairs(str(chosen.recipe))
    taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in commands}
    for command in (one for both in commands.values() for one in both):
        seconds(command)  # fills the caches of bytecode and grammar
    for _ in range(chosen.runs):
        for name, both in commands.items():
            for command, times in zip(both, taken[name], strict=True):
                times.append(seconds(command))
    ratios = [told(name, *times) for name, times in taken.items()]
    return int(max(ratios) > LIMIT)


def told(name: str, own: list[float], imports: list[float]) -> float:
    """Prints the times of a command; gives the ratio of the least."""
    for label, times in ((f"mtdsl {name}", own), ("  what it cannot avoid", imports)):
        print(f"{label:40} {median(times) * 1000:6.0f} ms  (least {min(times) * 1000:.0f} ms)")
    ratio = min(own) / min(imports)
    print(f"{'  ratio of the least':40} {ratio:6.2f}     (at most {LIMIT}; of the medians {median(own) / median(imports):.2f})")
    return ratio


if __name__ == "__main__":
    sys.exit(main())
