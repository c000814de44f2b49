"""The suite that mtdsl's own lints pass, and a recipe in which there is nothing to remark."""

from __future__ import annotations

from pathlib import Path

from mtdsl.plan import compile
from mtdsl.testing import LintSuite

EXAMPLE = Path(__file__).parents[1] / "example.mtr"


class TestExampleLint(LintSuite):
    """It explains itself, and speaks of its recipe."""

    technique = "example-lint"
    recipe = EXAMPLE


def test_a_text_above_the_phase_is_enough(tmp_path: Path) -> None:
    """The example with one line more."""
    said = EXAMPLE.read_text().replace("phase only", "## A few steps, to look at the loss.\nphase only")
    (tmp_path / "said.mtr").write_text(said)
    assert "example-lint" not in {found.id for found in compile(tmp_path / "said.mtr")[1]}
