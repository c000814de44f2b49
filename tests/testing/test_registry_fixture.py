"""The fixture `mtdsl_registry`: nothing but what a test puts into it, whatever is installed."""

from types import ModuleType

import pytest
import test_broken_techniques

import mtdsl
from mtdsl.plan import compile

pytest_plugins = "mtdsl.testing.fixtures"

RECIPE = """\
recipe fixture
model = llama(layers = 2, width = 64, heads = 2)
tokenizer = bpe(vocab = 512)
data web { tokens = 2B }
phase only { tokens = 1M, batch = 4 x 512, context = 512, lr = 1e-3 -> 0 by straight, mix = web }
"""


def module(name, *yielded):
    """A package that registers these schedulers."""
    made = ModuleType(name)

    @mtdsl.hookimpl
    def mtdsl_schedulers():
        yield from yielded

    made.mtdsl_schedulers = mtdsl_schedulers
    return made


@pytest.fixture
def straight():
    return module("acme.straight", mtdsl.Scheduler("straight", f"{test_broken_techniques.__name__}:Straight"))


def test_an_empty_one_knows_nothing(mtdsl_registry):
    registry = mtdsl_registry()
    assert (dict(registry.entries), registry.broken) == ({}, ())


def test_it_knows_what_a_module_registers_and_by_whom(mtdsl_registry, straight):
    registry = mtdsl_registry(straight)
    (entry,) = registry.find("scheduler", "straight.straight")
    assert (entry.package, entry.version, registry.names("scheduler")) == ("acme.straight", "0", ["straight"])
    assert registry.find("scheduler", "linear") == ()


def test_two_modules_of_one_name_conflict(mtdsl_registry, straight):
    other = module("acme.other", mtdsl.Scheduler("straight", "somewhere:Else"))
    assert [entry.package for entry in mtdsl_registry(straight, other).find("scheduler", "straight")] == [
        "acme.straight",
        "acme.other",
    ]


def test_what_is_no_technique_is_kept_as_broken(mtdsl_registry):
    (broken,) = mtdsl_registry(module("acme.wrong", "straight")).broken
    assert "which is no `mtdsl.Scheduler`" in broken.reason


def test_a_recipe_is_planned_with_it(mtdsl_registry, straight, tmp_path):
    (tmp_path / "r.mtr").write_text(RECIPE)
    _, found = compile(tmp_path / "r.mtr", {}, mtdsl_registry(straight))
    assert [one.message for one in found if "straight" in one.message] == []
    _, found = compile(tmp_path / "r.mtr", {}, mtdsl_registry())
    assert "no installed package provides a scheduler named `straight`" in {one.message for one in found}
