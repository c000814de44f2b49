"""Batches that move by steps, go on from their parent's, and keep to multiples; rates and feeding that follow them."""

from __future__ import annotations

import math

import pytest

from mtdsl.plan.curves import rate_of_step
from mtdsl.plan.document import to_json
from mtdsl.plan.sample import rows
from mtdsl.plan.steps import step_at
from mtdsl.registry import installed

REST = "context = 512, lr = 1e-3, mix = a"


def sizes(phase):
    return [run.sequences for run in phase.batch.runs for _ in range(run.steps)]


def one(plan, text):
    return plan(f"phase p {{ {text}, {REST} }}\n").phases[0]


def test_pieces_that_stand_are_so_many_steps(plan):
    phase = one(plan, "steps = 100, batch = [4 x 512 until 30 steps, 8 x 512 over 20 steps, 16 x 512]")
    assert sizes(phase) == [4] * 30 + [8] * 20 + [16] * 50


@pytest.mark.parametrize("steps", [1, 7, 60])
def test_an_arrow_over_steps_lands_behind_exactly_these(plan, steps):
    made = sizes(one(plan, f"tokens = 4M, batch = [4 x 512 -> 64 x 512 over {steps} steps, 64 x 512]"))
    assert made[0] == 4
    assert [size for size in made[: steps - 1] if size == 64] == []  # the last one may be rounded to it
    assert set(made[steps:]) == {64}
    assert made[:steps] == sorted(made[:steps])


def test_a_share_of_a_budget_in_steps_is_steps(plan):
    phase = one(plan, "steps = 40, batch = 4 x 512 -> 16 x 512 over 25%")
    assert [size < 16 for size in sizes(phase)] == [True] * 10 + [False] * 30


@pytest.mark.parametrize(("budget", "half"), [("steps = 40", 20), ("tokens = 512_000 tokens", 35)])
def test_a_share_of_a_phase_means_one_thing(plan, budget, half):
    """Half of 40 steps is 20; half of 1,000 windows is behind 20 steps of 10 and 15 of 20."""
    text = "batch = [10 x 512 until 20 steps, 20 x 512], lr = [1e-3 until 50%, -> 0], mix = [a over 50%, b]"
    made = plan(
        f"phase p {{ {budget}, context = 512, {text}, clip = [1 until 50%, 2] }}\n"
        "phase early { steps = 0 }\nflow p.at(50%) -> early\nflow p\ncheck p.lr.at(50%) == 1e-3\n"
        "merge m = wsm(p, window = 50%, every = 50%)\nflow m\n"
    )
    phase, early = made.phases
    begins = {curve.pieces[-1].begin for curve in (phase.lr, phase.mix, phase.scalars["clip"])}
    assert begins == {200 * 512 if half == 20 else 500 * 512}
    first, last = made.merges[0].parents
    assert step_at(phase, early.parents[0].at) == step_at(phase, first.at) == half
    assert last.at is None


def test_a_share_of_a_path_is_one_of_its_steps_where_all_its_budgets_are_in_steps(plan):
    rest = "context = 512, mix = a"
    path = "flow p -> q\nschedule lr over p -> q = [1e-3 until 50%, -> 0]\n"
    both = f"phase p {{ steps = 20, batch = 10 x 512, {rest} }}\nphase q {{ steps = 60, batch = 30 x 512, {rest} }}\n"
    assert plan(both + path).phase("q").lr.pieces[-1].begin == 20 * 30 * 512
    mixed = both.replace("steps = 20", "tokens = 102_400 tokens")
    assert plan(mixed + path).phase("q").lr.pieces[-1].begin == (1000 - 200) * 512


def test_a_part_of_a_step_is_as_large_a_part_of_its_tokens(plan):
    text = "steps = 21, batch = [10 x 512 until 10 steps, 30 x 512], clip = [1 over 25%, 2 over 25%, 3]"
    assert [piece.begin for piece in one(plan, text).scalars["clip"].pieces] == [0, 52.5 * 512, 115 * 512]


def test_an_arrow_without_a_length_lasts_as_long_as_the_steps(plan):
    made = sizes(one(plan, "steps = 40, batch = 4 x 512 -> 16 x 512"))
    assert len(made) == 40
    assert (made[0], made[-1]) == (4, pytest.approx(16, abs=1))


def test_it_goes_on_from_the_last_step_of_the_parent(plan):
    made = plan(
        f"phase p {{ steps = 10, batch = 4 x 512 -> 8 x 512 over 50%, {REST} }}\n"
        "phase q like p { steps = 20, batch = -> 16 x 512 over 10 steps }\n"
        "phase r like q { batch = -> 32 x 1k over 10 steps, context = -> 1k by rope(theta = 1M) }\n"
        "flow p -> q -> r\n"
    )
    assert [sizes(phase)[0] for phase in made.phases] == [4, 8, 8]
    assert made.phases[2].batch.length == 1024


def test_multiples(plan):
    made = sizes(one(plan, "tokens = 40M, batch = 32 x 512 -> 160 x 512 over 20M by linear(multiple = 24)"))
    at, expected = 0, []
    while at < 40_000_000:
        line = 32 + 128 * min(1, at / 20_000_000)
        expected.append(160 if line == 160 else max(32, 24 * math.floor(line / 24)))
        at += expected[-1] * 512
    assert made == expected
    falling = sizes(one(plan, "tokens = 40M, batch = 160 x 512 -> 32 x 512 over 20M by linear(multiple = 24)"))
    assert {size % 24 for size in falling[1:-1] if 32 < size < 160} == {0}


@pytest.mark.parametrize(("coupling", "power"), [("none", 0), ("sqrt", 0.5), ("linear", 1)])
def test_the_rate_follows_the_batch(plan, coupling, power):
    batch = f"batch = [4 x 512 until 20 steps, 16 x 512], coupling = {coupling}"
    made = plan(
        f"phase p {{ steps = 40, {batch}, warmup = 4 steps, {REST} }}\n"
        f"phase q {{ steps = 1, batch = 16 x 512, {REST} }}\nflow p -> q\ntransition p -> q {{ lr = restart }}\n"
    )
    phase = made.phases[0]
    rates = [rate_of_step(phase, step, installed()) for step in range(40)]
    assert rates[:4] == pytest.approx([2.5e-4, 5e-4, 7.5e-4, 1e-3])
    assert rates[19:21] == pytest.approx([1e-3, 1e-3 * 4**power])
    assert to_json(made)["phases"][0]["lr"]["end"] == pytest.approx(1e-3 * 4**power)
    assert {row["step"]: row["lr"] for row in rows(made, 41, installed()) if row["phase"] == "p"}[40] == rates[39]


def test_a_coupled_rate_is_compared_with_where_it_really_ends(wrong):
    text = "batch = [4 x 512 until 20 steps, 16 x 512], coupling = sqrt"
    found = wrong(f"phase p {{ steps = 40, {text}, {REST} }}\nphase q {{ steps = 1, batch = 16 x 512, {REST} }}\nflow p -> q\n")
    assert found.message == "the learning rate jumps from 2e-3 to 1e-3 where `q` begins"


def test_steps_are_fed_other_lengths(plan):
    feeding = one(plan, "steps = 10, batch = 8 x 512, window = alternate([512, 128], shares = [92%, 8%])").feeding
    assert (feeding.lengths, [float(share) for share in feeding.shares]) == ((512, 128), [0.92, 0.08])
    assert one(plan, "steps = 10, batch = 8 x 512, window = alternate([512, 128])").feeding.shares[0] * 2 == 1


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("window = alternate([1k, 128])", "feeding-beyond-window"),
        ("window = alternate([512, 384])", "feeding-not-whole"),
        ("window = alternate([512, 128], shares = [92%, 9%])", "mix-not-100"),
        ("window = alternate([512, 128], shares = [100%])", "not-a-list"),
        ("window = alternate([512, 128], share = [92%, 8%])", "not-a-list"),
        ("window = alternate([512, 512])", "declared-twice"),
        ("window = alternate([512, 128], shares = [1, 2])", "unit-mismatch"),
        ("window = alternate([512 over 2 steps])", "not-a-list"),
        ("window = 512", "not-a-list"),
        ("coupling = cubic", "unknown-word"),
        ("train = norm", "not-a-list"),
        ("freeze = []", "empty-list"),
        ('freeze = "*" over 3 steps', "stands-still"),
        ("objective = next_token over 3 steps", "not-a-call"),
        ("edit = qk_norm", "unknown-plugin"),
        ("objective = 3", "not-a-call"),
    ],
)
def test_what_cannot_be_fed_or_trained_is_named(found, text, id):
    made, diagnostics = found(f"phase p {{ steps = 10, batch = 8 x 512, {text}, {REST} }}\n")
    assert (made, [one.id for one in diagnostics if one.severity == "error"]) == (None, [id])


def test_selectors(plan):
    phase = one(plan, 'steps = 1, batch = 8 x 512, train = ["*.mlp.*", "*norm*"], freeze = "*norm.*"')
    assert (phase.train, phase.freeze) == (("*.mlp.*", "*norm*"), ("*norm.*",))
    everything = one(plan, "steps = 1, batch = 8 x 512, train = all, freeze = none")
    assert (everything.train, everything.freeze) == ((), ())


def test_pieces_that_leave_no_step_for_the_last(wrong):
    found = wrong(f"phase p {{ steps = 10, batch = [4 x 512 until 10 steps, 8 x 512], {REST} }}\n")
    assert (found.id, found.labels[0].span.text) == ("pieces-miss-phase", "8 x 512")


@pytest.mark.parametrize(
    ("batch", "id"),
    [
        ("4 x 512 -> 8 x 512 over 4k", "unit-mismatch"),
        ("4 x 512 -> 8 x 512 over 2 epochs", "unit-mismatch"),
        ("4 x 512 -> 8 x 512 over 1.5 steps", "unit-mismatch"),
        ("4 x 512 -> 8 x 512 by wsd_s(period = 20_000 tokens, decay = 1 steps)", "unit-mismatch"),
        ("4 x 512 -> 4_000_000 x 512 over 500_000 steps", "batch-moves-long"),
        ("-> 8 x 512", "no-start-value"),
    ],
)
def test_what_a_batch_cannot_do_is_named(wrong, batch, id):
    assert wrong(f"phase p {{ steps = 900_000, batch = {batch}, {REST} }}\n").id == id


PATH = (
    "lr = 1e-3\nmix = a\n"
    "phase p {{ {p}, context = 512 }}\nphase q {{ {q}, context = -> 1k by rope(theta = 1M) }}\nphase r {{ {q} }}\n"
    "flow p -> q -> r\n"
    "schedule batch over p -> q -> r = {batch}\n"
)


def tokens_a_step(made):
    return [[size * phase.batch.length for size in sizes(phase)] for phase in made.phases]


def test_a_schedule_of_the_batch_over_windows_that_change(plan):
    batch = "[4Ki tokens until 64Ki tokens, -> 16Ki tokens over 64Ki tokens, 16 x 1k]"
    p, q, r = tokens_a_step(plan(PATH.format(p="tokens = 98304", q="tokens = 98304", batch=batch)))
    at, line = 0, []
    for size in (*p, *q, *r):
        along = min(max(at - 65536, 0) / 65536, 1)
        line.append(4096 + 12288 * along)
        assert size == pytest.approx(line[-1], abs=512)
        at += size
    assert (p[0], q[-1], set(r)) == (4096, 16384, {16384})


def test_a_schedule_of_the_batch_in_steps_and_shares(plan):
    batch = "[4Ki tokens until 50%, 8Ki tokens until 25 steps, 16Ki tokens]"
    p, q, r = tokens_a_step(plan(PATH.format(p="steps = 10", q="steps = 10", batch=batch)))
    assert (p, q, r) == ([4096] * 10, [4096] * 5 + [8192] * 5, [8192] * 5 + [16384] * 5)


@pytest.mark.parametrize(
    ("p", "batch", "id"),
    [
        ("tokens = 98304", "4Ki tokens -> 8Ki tokens", "unit-mismatch"),
        ("steps = 10, batch = 4 x 512", "4Ki tokens", "schedule-owns"),
        ("steps = 10", "4k", "unit-mismatch"),
        ("steps = 10", "0.5 tokens", "unit-mismatch"),
        ("steps = 10", "-> 8Ki tokens", "no-start-value"),
    ],
)
def test_what_such_a_schedule_cannot_be_is_named(found, p, batch, id):
    made, diagnostics = found(PATH.format(p=p, q="steps = 10", batch=batch))
    assert made is None
    assert id in [one.id for one in diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        "lr = 1e-3 -> 0 over 2.7 steps, batch = 1 x 256",
        "lr = 1e-3, warmup = 2.7 steps, batch = 1 x 256",
        "lr = 1e-3, batch = 1 x 256 -> 2 x 256 over 2.7 steps",
        "lr = 1e-3, batch = 1 x 256, weight_decay = [0.1 until 2.7 steps, 0.2]",
    ],
)
def test_a_length_in_steps_is_whole(wrong, text):
    said = wrong(f"phase p {{ steps = 10, context = 256, mix = a, {text} }}\n")
    assert (said.id, said.message) == ("unit-mismatch", "`steps` must be a whole number, not 2.7")


def test_a_point_in_steps_is_whole(wrong):
    phases = "phase p { steps = 10, context = 256, mix = a, lr = 1e-3, batch = 1 x 256 }\nphase q like p { steps = 2 }\n"
    assert wrong(f"{phases}flow p.at(1.5 steps) -> q\n").message == "`steps` must be a whole number, not 1.5"


INSIDE = """
phase p { tokens = 2_048_000, context = 256, mix = a, lr = 1e-3 }
phase q { tokens = 1_024_000, mix = a, lr = 1e-3 }
flow p.at(POINT) -> q
schedule batch over p -> q = BATCH
"""


@pytest.mark.parametrize("point", ["1_024_000 tokens", "50%"])
def test_a_batch_over_a_path_that_leaves_a_phase_inside_arrives_where_the_path_ends(plan, point):
    made = plan(INSIDE.replace("POINT", point).replace("BATCH", "10 x 256 -> 40 x 256"))
    assert [made.phase("q").batch.runs[at].sequences for at in (0, -1)] == [25, 40]


def test_a_point_in_steps_on_a_path_of_tokens_is_told_of(wrong):
    assert wrong(INSIDE.replace("POINT", "40 steps").replace("BATCH", "10 x 256 -> 40 x 256")).id == "unit-mismatch"


@pytest.mark.parametrize(
    ("first", "id"),
    [
        ("50% x 256", "unit-mismatch"),
        ("2.5 x 256", "unit-mismatch"),
        ("512 x 30%", "unit-mismatch"),
        ("256 x 512", "batch-not-window"),
        ("2560", "unit-mismatch"),
    ],
)
def test_the_ends_of_a_batch_over_a_path_are_batches(wrong, first, id):
    body = INSIDE.replace("POINT", "50%").replace("BATCH", f"{first} -> 40 x 256")
    assert wrong(body).id == id


def test_an_end_of_a_batch_over_a_path_in_tokens_is_rounded_aloud(found):
    made, diagnostics = found(INSIDE.replace("POINT", "50%").replace("BATCH", "2_570 tokens -> 40 x 256"))
    assert made is not None
    assert [one.id for one in diagnostics].count("batch-not-whole") == 1


@pytest.mark.parametrize(("over", "notes"), [("200%", 1), ("100%", 0), ("50%", 0), ("103_000 tokens", 0)])
def test_an_arrow_that_is_longer_than_its_phase_is_cut_and_noted(found, over, notes):
    """A phase of 102,400 tokens; the last step is whole."""
    rest = "context = 256, lr = 1e-3 -> 0, warmup = 1 steps, mix = a"
    made, said = found(f"phase p {{ tokens = 102_400, batch = 4 x 256 -> 8 x 256 over {over}, {rest} }}\n")
    assert made is not None
    assert [one.id for one in said].count("arrow-cut") == notes


def test_pieces_in_steps_lie_where_one_behind_the_other_was_laid(plan):
    sizes = range(8, 58)
    listed = ", ".join(f"{size} x 256 -> {size + 1} x 256 over 50 steps" for size in sizes)
    made = plan(f"phase p {{ steps = 2600, context = 256, lr = 1e-3, mix = a, batch = [{listed}, 58 x 256] }}\n")
    counted: dict[int, int] = {}
    for run in made.phases[0].batch.runs:
        counted[run.sequences] = counted.get(run.sequences, 0) + run.steps
    assert sum(counted.values()) == 2600
    assert all(abs(counted[size] - 50) <= 1 for size in sizes[1:])


def test_a_length_until_a_step_that_has_passed_is_a_mistake(wrong):
    batch = "[4 x 256 -> 8 x 256 over 20 steps, 8 x 256 -> 9 x 256 until 15 steps, 9 x 256]"
    assert wrong(f"phase p {{ steps = 40, context = 256, lr = 1e-3, mix = a, batch = {batch} }}\n").id == "piece-without-length"
