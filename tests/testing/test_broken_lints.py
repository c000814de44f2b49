"""What the suite of lints says of each that breaks a rule."""

from itertools import count

import pytest
from breaking import case

from mtdsl import Place, Remark
from mtdsl.testing import Broken, LintSuite

CALLS = count()
RECIPE = """\
recipe plain
model = llama(layers = 2, width = 64, heads = 2)
tokenizer = bpe(vocab = 512)
phase only { tokens = 1M, batch = 4 x 512, context = 512, lr = 1e-3, mix = web }
data web { tokens = 2B }
"""


def speaking(plan, written):
    """There is a phase.

    It is always there.
    """
    yield from (Remark(f"`{phase.name}` is there", (Place(phase.name),)) for phase in plan.phases)


def unexplained(plan, written):
    """There is a phase."""
    return speaking(plan, written)


def quiet(plan, written):
    """There is a phase.

    Nobody is told.
    """
    return ()


def changing(plan, written):
    """There is a phase.

    It is another one each time.
    """
    yield Remark(f"number {next(CALLS)}", (Place(plan.phases[0].name),))


@pytest.fixture
def suite(tmp_path):
    (tmp_path / "plain.mtr").write_text(RECIPE)
    return lambda name: case(LintSuite, name, recipe=tmp_path / "plain.mtr")


def test_one_that_breaks_nothing_passes(suite):
    right = suite("test_broken_lints:speaking")
    for name in [name for name in dir(right) if name.startswith("test_")]:
        getattr(right, name)()


@pytest.mark.parametrize(
    ("technique", "test", "said"),
    [
        (
            "imports_numpy:arrayed",
            "test_registering_imports_neither_torch_nor_numpy",
            "the lint `arrayed` imports numpy, but neither torch nor numpy may be imported to lint a plan: do without them",
        ),
        (
            "test_broken_lints:unexplained",
            "test_its_docstring_explains_it",
            "the lint `unexplained` explains nothing, but a lint is a function with such a docstring: write one sentence",
        ),
        (
            "test_broken_lints:quiet",
            "test_it_speaks_of_its_recipe",
            "the lint `quiet` is silent (nothing is found), but its recipe shows what it finds: give the suite a `recipe`",
        ),
        (
            "test_broken_lints:changing",
            "test_it_is_pure",
            "the lint `changing` says something else when asked again, but a lint is pure: read the plan, and keep nothing",
        ),
    ],
)
def test_a_broken_rule_is_said(suite, technique, test, said):
    with pytest.raises(Broken) as raised:
        getattr(suite(technique), test)()
    assert str(raised.value).startswith(said)
