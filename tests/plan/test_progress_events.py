"""`when tokens >= 80%`: events whose place the plan knows, and which its curves hold."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from happenings import STEP, phase

from mtdsl.plan import from_json, to_json
from mtdsl.plan.curves import shares_at
from mtdsl.plan.model import Run, Term, Test
from mtdsl.registry import installed
from mtdsl.run import able


@pytest.fixture
def made(plan):
    """The phase `p` with these `when`s."""
    return lambda body, **options: plan(phase(body, **options)).phase("p")


def at_least(metric, value):
    return Test(">=", (Term(metric=metric), Term(F(value))))


@pytest.mark.parametrize(
    ("test", "waits"),
    [
        ("tokens >= 122_881 tokens", at_least("tokens", 31 * STEP)),
        ("tokens >= 0.122_881M", at_least("tokens", 31 * STEP)),
        ("tokens >= 122_881", at_least("tokens", 31 * STEP)),
        ("0.122_881M <= tokens", at_least("tokens", 31 * STEP)),
        ("steps >= 31", at_least("steps", 31)),
        ("steps >= 31 steps", at_least("steps", 31)),
        ("steps >= 30.5%", at_least("steps", 31)),
        ("tokens >= 30.5%", at_least("tokens", 31 * STEP)),
    ],
)
def test_it_happens_at_the_next_step_boundary(made, test, waits):
    p = made(f"when {test} {{ lr = 5e-4 }}")
    assert (p.events[0].expect, p.events[0].test, p.events[0].measured) == (31 * STEP, waits, False)
    assert [(piece.begin, piece.stop) for piece in p.lr.pieces] == [(0, F(1, 1000)), (31 * STEP, F(1, 2000))]


def test_a_share_of_a_budget_in_tokens_is_one_of_tokens(made):
    assert made("when tokens >= 50% { lr = 5e-4 }", budget="tokens = 100_000 tokens").events[0].test == at_least(
        "tokens", 13 * STEP
    )


GROWS = "context = 256, lr = 1e-3, mix = a, batch = [16 x 256 until 50%, 32 x 256]"
"""A batch that is twice as large behind the half of its phase."""


@pytest.mark.parametrize(
    ("budget", "test", "happens"),
    [
        ("steps = 100", "steps >= 50%", at_least("steps", 50)),
        ("steps = 100", "tokens >= 50%", at_least("tokens", 50 * STEP + 13 * 2 * STEP)),  # it is as long as 150 small ones
        ("tokens = 0.819_200M", "tokens >= 50%", at_least("tokens", 100 * STEP)),
        ("tokens = 0.819_200M", "steps >= 50%", at_least("steps", 75)),  # 100 small ones and 50
        ("sequences = 3200", "tokens >= 50%", at_least("tokens", 100 * STEP)),
    ],
)
def test_a_share_is_one_of_what_is_waited_for(plan, budget, test, happens):
    p = plan(f"phase p {{ {budget}, {GROWS}, when {test} {{ clip = 0.5 }} }}\n").phase("p")
    assert p.events[0].test == happens


@pytest.mark.parametrize(("budget", "out"), [("steps = 100", "steps"), ("tokens = 0.409_600M", "tokens")])
@pytest.mark.parametrize("later", [False, True])
def test_a_share_that_hangs_on_what_an_event_does_is_refused(wrong, plan, budget, out, later):
    of = "tokens" if out == "steps" else "steps"
    grow = "batch = 32 x 256 }"
    body = f"when {of} >= 50% {{ " + (f"clip = 0.5 }}\nwhen {out} >= 90% {{ {grow}" if later else grow)
    found = wrong(phase(body, budget=budget))
    way = f"{out} >= 50%"
    assert (found.id, found.help) == ("value-cycle", f"write `{way}`, or a number of {of}")
    assert plan(phase(body.replace(f"{of} >= 50%", way), budget=budget))
    assert plan(phase(body.replace("50%", "50" if of == "steps" else "0.2M"), budget=budget))


def test_a_batch_that_changed_before_is_counted(plan):
    p = plan(phase("when steps >= 50% { batch = 48 x 256 }\nwhen tokens >= 50% { clip = 0.5 }")).phase("p")
    assert p.events[1].test == at_least("tokens", 50 * STEP + 17 * 3 * STEP)


def test_a_test_may_have_a_name(plan):
    p = plan("let late = (steps >= 50%)\n" + phase("when late { batch = 2 * batch }")).phase("p")
    assert p.batch.runs == (Run(50, 16), Run(50, 32))


def test_a_mixture_is_changed_where_it_stands(made):
    p = made("when tokens >= 80% { mix = 90% * mix + 10% * b }")
    before, after = (shares_at(p.mix, at * STEP, {}, installed()) for at in (79, 80))
    assert (before, after) == ({"a": 1.0}, {"a": 0.9, "b": 0.1})


def test_events_of_both_kinds_stand_in_order(made):
    p = made("when loss < 2 { expect = 30%, batch = 2 * batch }\nwhen steps >= 80% { batch = 2 * batch }")
    assert [event.measured for event in p.events] == [True, False]
    assert p.batch.runs == (Run(30, 16), Run(50, 32), Run(20, 64))


def test_a_run_follows_it(plan):
    """All of it is in the curves, so nothing is refused."""
    made = plan(phase("when steps >= 80% { batch = 2 * batch, lr = 5e-4, mix = b }"))
    able.check(made, installed())
    assert made.phase("p").certainty == "exact"
    assert from_json(to_json(made)) == made


@pytest.mark.parametrize(
    ("body", "id", "says"),
    [
        ("when tokens >= 80% { expect = 80%, lr = 0 }", "event-expect-known", "`tokens >= 80%`"),
        ("when tokens >= 100% { lr = 0 }", "event-past-end", "100 steps"),
        ("when tokens >= 2M { lr = 0 }", "event-past-end", "409,600 tokens"),
        ("when steps >= 0 { lr = 0 }", "event-past-end", "100 steps"),
        ("when steps >= 80% {}", "event-sets-nothing", "changes nothing"),
        ("when tokens > 80% { lr = 0 }", "progress-test", "so many tokens"),
        ("when steps == 80 { lr = 0 }", "progress-test", "so many steps"),
        ("when tokens >= 80 steps { lr = 0 }", "unit-mismatch", "a number of steps"),
        ("when steps >= 1M { lr = 0 }", "unit-mismatch", "a number of tokens"),
        ("when tokens >= 4k { lr = 0 }", "unit-mismatch", "a window length"),
        ("when tokens >= 80% and loss < 2 { expect = 80%, lr = 0 }", "progress-test", "no measurement"),
        ("stop = steps >= 80", "progress-test", "no measurement"),
        ("when steps >= 90 { lr = 0 }\nwhen steps >= 80 { lr = 1e-4 }", "event-order", "another order"),
    ],
)
def test_what_is_no_such_event(wrong, body, id, says):
    found = wrong(phase(body))
    assert (found.id, says in found.message) == (id, True), found.message


def test_no_evaluation_has_its_name(wrong):
    assert wrong(f"eval tokens = needle()\n{phase('')}").id == "declared-twice"


def test_a_number_of_that_name_is_a_number(wrong):
    """Then nothing that is measured or waited for is left."""
    assert wrong(f"let steps = 50\n{phase('when steps >= 80 { expect = 50%, lr = 0 }')}").id == "test-constant"


@pytest.mark.parametrize("test", ["steps >= 100 and loss < 3", "loss < 3 or 2 < 3 and tokens >= 80%"])
def test_progress_in_a_longer_test_is_told_before_an_expected_place_is_asked_for(wrong, test):
    assert wrong(phase(f"when {test} {{ lr = 1e-4 }}")).id == "progress-test"


CHAINED = """
phase trunk {{ steps = 100, batch = 16 x 256, context = 256, lr = 1e-3, mix = a }}
phase p {{ steps = 100, batch = 16 x 256, lr = 1e-3, mix = a, when {} {{ clip = 0.5 }} }}
flow trunk -> p
"""


@pytest.mark.parametrize("name", ["seen", "spent"])
@pytest.mark.parametrize("turned", [False, True])
def test_tokens_of_the_whole_chain_are_counted_from_the_phase_s_beginning(plan, wrong, name, turned):
    test = f"0.5M <= {name}" if turned else f"{name} >= 0.5M"
    found = wrong(CHAINED.format(test))
    assert (found.id, found.help) == ("progress-test", f"write `tokens >= 0.5M - trunk.{name}`")
    p = plan(CHAINED.format(f"tokens >= 0.5M - trunk.{name}")).phase("p")
    assert p.origin + p.events[0].expect == 123 * STEP
    alone = wrong(phase(f"when {test} {{ clip = 0.5 }}"))
    assert alone.help == "write `tokens >= 0.5M`"


def test_an_evaluation_may_have_the_name_of_what_a_chain_has_seen(plan):
    body = "eval seen = needle()\n" + phase("when seen >= 50% { expect = 50%, clip = 0.5 }")
    assert plan(body).phase("p").events[0].measured


def test_what_nothing_measures_is_told_before_an_expected_place_is_asked_for(wrong):
    found = wrong(phase("when reward >= 3 { clip = 0.5 }"))
    assert (found.id, found.help) == ("unknown-name", "what is measured is `loss`, `grad_norm`")


@pytest.mark.parametrize("test", ["tokens >= 120%", "steps >= 100", "tokens >= 0"])
def test_a_point_outside_needs_no_expect(plan, wrong, test):
    found = wrong(phase(f"when {test} {{ clip = 0.5 }}"))
    assert found.message.endswith(f"; `{test}` is outside")
    assert "expect" not in found.help
    assert plan(phase("when tokens >= 80% { clip = 0.5 }"))
