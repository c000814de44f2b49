"""Packages whose hooks give what nobody can register: each is named, and the rest works."""

import sys
from importlib.metadata import EntryPoint
from textwrap import dedent

import pytest

from mtdsl.registry.loading import register
from mtdsl.registry.meanings import meaning, meanings

GOOD = """
import mtdsl
@mtdsl.hookimpl
def mtdsl_mixers():
    yield mtdsl.Mixer("good", "somewhere.else:Good")
"""


@pytest.fixture
def registered(tmp_path, monkeypatch):
    """The registry of a package with this text, beside one that is good."""
    monkeypatch.syspath_prepend(tmp_path)

    def work(text):
        for name, body in (("acme_good", GOOD), ("acme_odd", text)):
            (tmp_path / f"{name}.py").write_text(dedent(body))
            monkeypatch.delitem(sys.modules, name, raising=False)
        return register([EntryPoint(name, name, "mtdsl") for name in ("acme_good", "acme_odd")])

    return work


def hook(kind, *given):
    return f"import mtdsl\n@mtdsl.hookimpl\ndef mtdsl_{kind}s():\n    return [{', '.join(given)}]\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (hook("scheduler", "1"), "`mtdsl_schedulers` gives 1, which is no `mtdsl.Scheduler`"),
        (hook("scheduler", "None"), "`mtdsl_schedulers` gives None, which is no `mtdsl.Scheduler`"),
        (
            hook("scheduler", 'mtdsl.Mixer("odd", "a:B")'),
            "`mtdsl_schedulers` gives Mixer(name='odd', factory='a:B', called=()), which is no `mtdsl.Scheduler`",
        ),
        (
            hook("gate", 'mtdsl.Gate("odd", 3)'),
            "the gate 'odd' has the factory 3, not text such as `package.module:Name`",
        ),
        (
            hook("gate", 'mtdsl.Gate("odd", "a.B")'),
            "the gate 'odd' has the factory 'a.B', not text such as `package.module:Name`",
        ),
        (
            hook("gate", 'mtdsl.Gate(3, "a:B")'),
            "the gate 3 has the factory 'a:B', not text such as `package.module:Name`",
        ),
        (hook("lint", 'mtdsl.Lint("lr-jump", "a:B")'), "the lint `lr-jump` has the id of a diagnostic of mtdsl"),
        (
            hook("scheduler", 'mtdsl.Scheduler("bad name", "a:B")'),
            "no recipe can write `bad name`, the name of its scheduler: write it as `a_word`",
        ),
        (
            hook("lint", 'mtdsl.Lint("Acme_Lint", "a:B")'),
            "no recipe can write `Acme_Lint`, the name of its lint: write it as `words-with-dashes`",
        ),
        (
            hook("sheduler", "1"),
            "NameError: mtdsl has no hook `mtdsl_shedulers`; did you mean `mtdsl_schedulers`?",
        ),
        ("raise RuntimeError('no luck\\n  today')\n", "RuntimeError: no luck today"),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
    ],
)
def test_what_cannot_be_registered_is_said_of_its_package(registered, text, reason):
    registry = registered(text)
    assert [(bad.entry_point, bad.reason) for bad in registry.broken] == [("acme_odd", reason)]
    assert list(registry.entries) == [("mixer", "good")]
    assert [one.id for one in registry.warnings()] == ["plugin-broken"]


def test_what_is_right_beside_it_is_kept(registered):
    registry = registered(hook("gate", '"x"', 'mtdsl.Gate("right", "a.b:C")'))
    assert registry.names("gate") == ["right"]
    assert len(registry.broken) == 1


def test_a_lint_that_cannot_be_imported_does_not_stop_what_others_mean(registered):
    registry = registered(hook("lint", 'mtdsl.Lint("gone-lint", "no_such_module:gone")'))
    told = meaning("gone-lint", registry)
    assert told.summary == "A finding of acme_odd, which cannot be loaded."
    assert "No module named 'no_such_module'" in told.explanation
    assert told in list(meanings(registry))
