"""`when`: where events are drawn, what they set, and what the phase's own curves make of it."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from happenings import HEAD, STEP, phase

from mtdsl.plan.curves import rate_of_step, scalar_at, shares_at
from mtdsl.plan.model import Run, Term, Test
from mtdsl.registry import installed


@pytest.fixture
def made(plan):
    """The phase `p` with these `when`s."""
    return lambda body, **options: plan(phase(body, **options)).phase("p")


def test_a_batch_is_drawn_at_the_next_step_boundary(made):
    p = made("when loss < 1.98 { expect = 100_000 tokens, batch = 32 x 256 }", budget="tokens = 1M")
    assert p.events[0].expect == 25 * STEP  # 24.4 steps are 100,000 tokens
    assert p.batch.runs == (Run(25, 16), Run(110, 32))  # 897,600 tokens are left: 109.6 steps of 8,192
    assert p.tokens == 25 * STEP + 110 * 2 * STEP
    assert p.events[0].test == Test("<", (Term(metric="loss"), Term(F("1.98"))))
    assert [(piece.start, piece.stop) for piece in p.events[0].sets["batch"].pieces] == [(32, 32)]


@pytest.mark.parametrize(
    ("expect", "steps"), [("30 steps", 30), ("30%", 30), (f"{30 * STEP} tokens", 30), ("122_881 tokens", 31)]
)
def test_where_it_is_expected_in_any_unit(made, expect, steps):
    assert made(f"when loss < 2 {{ expect = {expect}, lr = 0 }}").events[0].expect == steps * STEP


def test_a_name_is_its_value_now(made):
    p = made("""
        lr = 1e-3 -> 0
        weight_decay = 0.1
        when loss < 3 { expect = 25 steps, batch = 2 * batch, lr = lr * 0.5, weight_decay = weight_decay + 100 * lr }
        when loss < 2 { expect = 50 steps, batch = batch + 1024 tokens, lr = lr / 2 }
    """)
    assert [run.sequences for run in p.batch.runs] == [16, 32, 36]
    registry = installed()
    before = rate_of_step(p, 24, registry)
    now = 1e-3 * (1 - 25 * STEP / p.tokens)
    assert before == pytest.approx(1e-3 * (1 - 24 * STEP / p.tokens))
    assert rate_of_step(p, 25, registry) == rate_of_step(p, 49, registry) == pytest.approx(now / 2)
    assert rate_of_step(p, 50, registry) == rate_of_step(p, 99, registry) == pytest.approx(now / 4)
    assert scalar_at(p.scalars["weight_decay"], p.tokens, registry) == pytest.approx(0.1 + 100 * now)


def test_an_arrow_moves_on_from_where_the_event_finds_it(made):
    p = made("when loss < 3 { expect = 50 steps, lr = -> 0 over 20 steps }")
    registry = installed()
    assert [rate_of_step(p, step, registry) for step in (49, 50, 70, 99)] == [1e-3, 1e-3, 0, 0]
    assert rate_of_step(p, 60, registry) == pytest.approx(5e-4)
    assert p.events[0].sets["lr"].pieces[0].begin == 0  # counted from the event, wherever it happens


def test_the_mixture_in_force_has_a_name(made):
    p = made("""
        mix = 50% * a + 50% * b
        when loss < 3 { expect = 50%, mix = 80% * mix + 20% * c }
    """)
    registry = installed()
    assert shares_at(p.mix, p.tokens // 2 - 1, {}, registry) == {"a": 0.5, "b": 0.5}
    assert shares_at(p.mix, p.tokens, {}, registry) == pytest.approx({"a": 0.4, "b": 0.4, "c": 0.2})
    assert p.events[0].mix.pieces[0].stop.shares == {"a": F(2, 5), "b": F(2, 5), "c": F(1, 5)}


def test_like_copies_events_and_none_leaves_them_out(plan):
    text = (
        phase("when loss < 3 { expect = 10 steps, lr = lr / 2 }")
        + "phase q like p { steps = 50, lr = 5e-4, when loss < 2 { expect = 20 steps, lr = lr / 2 } }\n"
        + "phase r like q { lr = 1.25e-4, when = none }\n"
        + "phase s like p { lr = 1.25e-4, when = none, when loss < 1 { expect = 30 steps, lr = lr / 2 } }\n"
        + "flow p -> q -> r -> s\n"
    )
    made = plan(text)
    assert [[event.expect // STEP for event in made.phase(name).events] for name in "pqrs"] == [[10], [10, 20], [], [30]]


def test_variables_of_a_family_reach_its_events(plan):
    text = (
        HEAD
        + "phase p for goal in [3, 2] { steps = 10, batch = 16 x 256, seed = 1\nwhen loss < goal { expect = 50%, lr = 0 } }\n"
    )
    made = plan(text + "flow p\n")
    assert [one.events[0].test.terms[1].value for one in made.phases] == [3, 2]


def test_the_next_phase_goes_on_from_what_an_event_left(plan):
    text = phase("when loss < 3 { expect = 10 steps, lr = 1e-4, mix = b }")
    made = plan(text + "phase q { steps = 10, batch = 16 x 256, lr = -> 0, mix = -> c over 100% }\nflow p -> q\n")
    assert made.phase("q").lr.pieces[0].start == F("1e-4")
    assert made.phase("q").mix.pieces[0].start.shares == {"b": 1}


def test_a_step_budget_keeps_its_steps(made):
    p = made("when loss < 3 { expect = 40 steps, batch = 2 * batch }")
    assert (p.steps, p.batch.runs) == (100, (Run(40, 16), Run(60, 32)))


@pytest.mark.parametrize(
    ("body", "id", "says"),
    [
        ("when loss < 2 { lr = 0 }", "event-without-expect", "nothing says when"),
        ("when loss < 2 { expect = 10 steps }", "event-sets-nothing", "changes nothing"),
        ("when loss < 2 { expect = 100 steps, lr = 0 }", "event-past-end", "in 100 steps"),
        ("when loss < 2 { expect = 0 steps, lr = 0 }", "event-past-end", "expected outside"),
        ("when loss < 2 { expect = 10 steps, context = 512 }", "event-cannot-set", "belongs to a whole phase"),
        ("when loss < 2 { expect = 10 steps, seed = 3 }", "event-cannot-set", "belongs to a whole phase"),
        ("when loss < 2 { expect = 10 steps, lrr = 0 }", "unknown-key", "an event has no `lrr`"),
        ("when loss < 2 { expect = 10, lr = 0 }", "unit-mismatch", "tokens, steps or a share"),
        ("when loss < 2 { expect = 10 steps, lr = 0, lr = 1 }", "declared-twice", "`lr` is given twice"),
        ("when loss < 2 { expect = 10 steps, weight_decay = 0 }", "missing-attribute", "does not say what it is before"),
        ("when loss < p.loss { expect = 10 steps, lr = 0 }", "not-upstream", "`p` does not end before `p` begins"),
        ("when 1 < 2 { expect = 10 steps, lr = 0 }", "test-constant", "compares two numbers"),
        ("when loss < 2 { expect = 10 steps, batch = 2 x 512 }", "batch-not-window", "is 256"),
        ("when = loss", "unknown-key", "`when` is followed by a test"),
        ("warmup = 20 steps, when loss < 2 { expect = 10 steps, lr = 0 }", "event-in-warmup", "warms up for"),
        (
            "when loss < 2 { expect = 20 steps, lr = 0 }\nwhen loss < 1 { expect = 10 steps, lr = 0 }",
            "event-order",
            "another order",
        ),
        (
            "when loss < 2 { expect = 10 steps, lr = 0\nwhen loss < 1 { expect = 20 steps } }",
            "event-cannot-set",
            "inside an event",
        ),
    ],
)
def test_what_is_no_event(wrong, body, id, says):
    found = wrong(phase(body))
    assert (found.id, says in found.message) == (id, True), found.message


def test_a_schedule_leaves_the_rate_to_no_event(wrong):
    text = "context = 256\nmix = a\nphase p { steps = 10, batch = 1 x 256\nwhen loss < 2 { expect = 5 steps, lr = 0 } }\n"
    assert wrong(text + "schedule lr over p = 1e-3 -> 0\nflow p\n").id == "schedule-owns"


def test_the_plan_reads_back(plan):
    from mtdsl.plan.document import from_json, to_json

    made = plan(phase("mix = a\nwhen not (loss > 2 or loss < 1) { expect = 10 steps, lr = -> 0, batch = 2 * batch, mix = b }"))
    assert from_json(to_json(made)) == made


def test_an_event_is_part_of_what_is_trained(plan):
    from mtdsl.plan import fingerprint

    one, other = (plan(phase(f"when loss < {at} {{ expect = 10 steps, lr = 0 }}")) for at in (2, 3))
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(
    ("phase", "where", "help"),
    [
        ("phase s like t {{ steps = 0 }}\nflow t -> s\n", "s", "write `when = none` in `s`"),
        ("phase s {{ steps = 0, {when} }}\nflow t -> s\n", None, "leave the event out, or give the phase a budget"),
    ],
)
def test_nothing_happens_where_nothing_is_trained(wrong, phase, where, help):
    when = "when loss < 2 { expect = 2 steps, lr = 1e-4 }"
    trunk = f"phase t {{ steps = 4, context = 256, batch = 1 x 256, lr = 1e-3, mix = a, {when} }}\n"
    found = wrong(trunk + phase.format(when=when))
    assert (found.id, found.help, found.labels[0].span.text) == ("event-past-end", help, where or when)


@pytest.mark.parametrize(("name", "before"), [("z_loss", 0), ("clip", 1), ("dropout", 0)])
def test_a_number_that_nobody_said_changes_from_its_default(plan, name, before):
    event = f"when loss < 2 {{ expect = 5 steps, {name} = 0.5 }}"
    text = f"phase p {{ steps = 10, context = 256, batch = 1 x 256, lr = 1e-3, mix = a\n{event} }}\n"
    curve = plan(text).phases[0].scalars[name]
    assert [(piece.start, piece.stop) for piece in curve.pieces] == [(before, before), (F(1, 2), F(1, 2))]
