"""What unsafe fixes write into a recipe, seen in the text they leave behind."""

import pytest

from mtdsl.diag.mending import changed

COMMON = "batch = 1 x 256, context = 256, mix = a"
JUMP = f"phase p {{ steps = 9, lr = 1e-3, {COMMON} }}\nphase q {{ steps = 9, lr = 2e-3, {COMMON} }}\n"


@pytest.fixture
def mended(wrong):
    """The recipe's own lines after the one fix that is proposed for its one error."""

    def work(body):
        fix = wrong(body).fix
        assert not fix.safe
        source = fix.changes[0].span.source
        return changed(source.text, fix.changes)[source.text.index(body) :]

    return work


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("flow p -> q\n", "transition p -> q { lr = restart }\nflow p -> q\n"),
        (
            "transition p -> q { data = fresh }\nflow p -> q\n",
            "transition p -> q { data = fresh, lr = restart }\nflow p -> q\n",
        ),
        (
            "transition p -> q {\n    data = fresh\n}\nflow p -> q\n",
            "transition p -> q {\n    data = fresh\n    lr = restart\n}\nflow p -> q\n",
        ),
        ("transition p -> q {}\nflow p -> q\n", "transition p -> q { lr = restart }\nflow p -> q\n"),
        ("transition p -> q { lr = continue }\nflow p -> q\n", "transition p -> q { lr = restart }\nflow p -> q\n"),
    ],
    ids=["no transition", "on one line", "on several", "an empty one", "one that says otherwise"],
)
def test_what_is_said_of_an_edge(mended, before, after):
    assert mended(JUMP + before) == JUMP + after


@pytest.mark.parametrize(
    ("edge", "more", "after"),
    [
        ("", "", "transition p -> q { optimizer = reset, lr = restart }\n"),
        ("", "warmup = 3 steps, ", "transition p -> q { lr = restart }\n"),
        ("transition p -> q { optimizer = keep }\n", "", "transition p -> q { optimizer = keep, lr = restart }\n"),
        (
            "transition p -> q {\n    lr = continue\n}\n",
            "",
            "transition p -> q {\n    lr = restart\n    optimizer = reset\n}\n",
        ),
    ],
    ids=["state that stays", "a warm-up", "state that is to stay", "one that says otherwise"],
)
def test_a_leap_begins_with_new_moments(mended, edge, more, after):
    phases = JUMP.replace("lr = 2e-3", f"{more}lr = 2e-2")
    assert mended(f"{phases}{edge}flow p -> q\n") == f"{phases}{after}flow p -> q\n"


def test_a_seed_is_said_where_the_order_was(mended):
    phases = JUMP.replace("lr = 2e-3", "seed = 3, lr = 1e-3")
    edge = "transition p -> q {{ data = {} }}\nflow p -> q\n"
    assert mended(phases + edge.format("continue")) == phases + edge.format("fresh")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{ steps = 9, warmup = 3 steps, lr = 1e-3 }", "{ steps = 9, lr = 1e-3 }"),
        ("{ steps = 9, lr = 1e-3, warmup = 3 steps }", "{ steps = 9, lr = 1e-3 }"),
        ("{ warmup = 3 steps, steps = 9, lr = 1e-3 }", "{ steps = 9, lr = 1e-3 }"),
        ("{ steps = 9, lr = 1e-3 , warmup = 3 steps ,}", "{ steps = 9, lr = 1e-3 , }"),
        ("{\n    steps = 9, lr = 1e-3\n    warmup = 3 steps\n}", "{\n    steps = 9, lr = 1e-3\n}"),
        ("{\n    warmup = 3 steps,\n    steps = 9, lr = 1e-3\n}", "{\n    steps = 9, lr = 1e-3\n}"),
        ("{\n    warmup = 3 steps  # why\n    steps = 9, lr = 1e-3\n}", "{\n      # why\n    steps = 9, lr = 1e-3\n}"),
    ],
)
def test_an_attribute_is_taken_out(mended, before, after):
    head = f"phase p {{ steps = 9, lr = 1e-3, {COMMON} }}\n"
    common = COMMON.replace("context = 256, ", "")
    settings = "\n".join(common.split(", ")) + "\n"
    body = f"{settings}{head}phase q {before}\nflow p -> q\n"
    assert mended(body) == f"{settings}{head}phase q {after}\nflow p -> q\n"


def test_what_a_phase_copies_is_not_taken_from_another(wrong):
    body = f"phase p {{ steps = 9, lr = 1e-3, {COMMON} }}\nphase q like p {{}}\nschedule lr over q = 1e-3 -> 0\nflow p -> q\n"
    found = wrong(body)
    assert (found.id, found.fix) == ("schedule-owns", None)


def test_shares_that_do_not_sum_to_100_become_parts(mended):
    phase = f"phase p {{ steps = 9, lr = 1e-3, {COMMON.replace('mix = a', 'mix = m')} }}\n"
    assert (
        mended(f"mix m {{ a = 85%, b = 15.565 % }}\n{phase}".replace(" %", "%")) == f"mix m {{ a = 85, b = 15.565 }}\n{phase}"
    )


def test_a_length_that_misses_the_phase_is_left_out(mended):
    text = f"phase p {{ steps = 9, {COMMON}, lr = [1e-3 over 3 steps, -> 0 over 9 steps by linear] }}\n"
    assert mended(text) == text.replace(" over 9 steps", "")
