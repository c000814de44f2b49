"""How long `mtdsl check` takes to start, against importing the libraries it stands on.

    python benchmarks/start.py [RECIPE] [--runs N]

Prints both medians and their ratio; exits 1 where the ratio is above 1.6. Runs alternate, so that a busy machine slows
both alike.
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


def main() -> int:
    """Prints the median start beside that of its imports; exits 1 over the bar."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recipe", nargs="?", default=RECIPE)
    parser.add_argument("--runs", type=int, default=15)
    chosen = parser.parse_args()
    commands = {
        "import lark, rich, pluggy, cyclopts": [sys.executable, "-c", "import lark, rich, pluggy, cyclopts"],
        "mtdsl check": [sys.executable, "-m", "mtdsl", "check", str(chosen.recipe)],
    }
    for command in commands.values():
        seconds(command)  # fills the caches of bytecode and grammar
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(chosen.runs):
        for name, command in commands.items():
            taken[name].append(seconds(command))
    for name, times in taken.items():
        print(f"{name:40} {median(times) * 1000:6.0f} ms  (least {min(times) * 1000:.0f} ms)")
    imports, check = (median(times) for times in taken.values())
    print(f"{'ratio':40} {check / imports:6.2f}     (at most {LIMIT})")
    return int(check / imports > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
