"""`require` against what is installed."""

from __future__ import annotations

from importlib.metadata import version

import pytest

PHASE = "phase p { steps = 4, batch = 1 x 256, context = 256, lr = 1e-3, mix = a }\n"
LARK = version("lark")


@pytest.mark.parametrize(
    "text",
    [
        "mtdsl >= 0.1",
        "mtdsl < 1000",
        f"lark == {LARK}",
        f"lark <= {LARK}",
        "lark > 0.1.2",
        "lark != 0.1",
        "Import_Linter >= 0",
    ],
)
def test_what_is_installed(plan, text):
    assert plan(f"require {text}\n" + PHASE).phases


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mtdsl >= 1000", "is installed"),
        (f"lark != {LARK}", f"and {LARK} is installed"),
        (f"lark < {LARK}", f"needs `lark` < {LARK}"),
        ("acme-power >= 0.2", "`acme-power` >= 0.2, which is not installed"),
        ("lark >= 1..2", "is no version"),
    ],
)
def test_what_is_not(wrong, text, says):
    found = wrong(f"require {text}\n" + PHASE)
    assert found.id == "require-unmet"
    assert says in found.message


def test_nothing_else_is_said_where_a_package_is_missing(wrong):
    assert wrong("require acme-power >= 0.2\n" + PHASE.replace("1e-3", "1e-3 -> 0 by power")).id == "require-unmet"


def test_a_used_file_may_require(wrong):
    files = {"mixes.mtr": "require acme-power >= 0.2\nmix all = a\ndata a { tokens = 1B }\n"}
    head = 'recipe toy\nmodel = llama(layers = 1, width = 32, heads = 2)\nuse "mixes.mtr"\n'
    assert wrong(PHASE, head=head, files=files).id == "require-unmet"
