"""What a first user ran into: the message names the way out, in the numbers that were written."""

from __future__ import annotations

import pytest

P = "phase p {{ steps = 4, context = 4k, lr = 1e-3, mix = a, batch = {batch} }}\n"
REST = "steps = 4, context = 256, batch = 1 x 256"
STAGES = "".join(f"phase s{n} {{ {REST}, mix = a }}\n" for n in (1, 2, 3))
LONG = "data long { tokens = 1M }\n"


@pytest.mark.parametrize(
    ("batch", "help"),
    [
        ("1024 * 4096", "write `1024 x 4k` or `4Mi tokens`"),
        ("1024 * 2048", "write `512 x 4k` or `2Mi tokens`"),
        ("4_194_304", "write `1024 x 4k` or `4Mi tokens`"),
        ("512", "write `512 x 4k` or `2Mi tokens`"),
        ("4M", "write `4M tokens`"),
        ("1000 * 1000", "write `1000000 tokens`, which is rounded to whole windows of 4k"),
    ],
)
def test_a_number_of_tokens_is_never_offered_as_sequences(wrong, batch, help):
    assert wrong(P.format(batch=batch)).help == help


@pytest.mark.parametrize(
    ("mix", "message", "marked"),
    [
        ("m = 70 * a + 30 * b", "2 shares have no `%`, so this sums to 100, not 1", ["70", "30"]),
        ("m { a = 70%, b = 30 }", "a share has no `%`, so this sums to 30.7, not 1", ["30"]),
        ("m = 0.7 * a + 0.2 * b", "the shares sum to 90 %, not 100 %", ["0.7 * a + 0.2 * b"]),
    ],
)
def test_shares_without_their_sign_are_marked(wrong, mix, message, marked):
    found = wrong(f"mix {mix}\nphase p {{ {REST}, lr = 1e-3, mix = m }}\n")
    assert (found.id, found.message) == ("mix-not-100", message)
    assert [label.span.text for label in found.labels] == marked


@pytest.mark.parametrize(
    ("text", "id", "help"),
    [
        (f"phase p {{ {REST}, lr = 1e-3, mix = a, ema = ema(decay = 0.999) }}\n", "not-a-number", "write `ema = 0.999`"),
        (STAGES + "flow s1 -> s2 -> s3\nschedule lr over s1 -> s3 = 1e-3 -> 0\n", "schedule-path",
         "write `over s1 -> s2 -> s3`"),
        (f"phase p {{ {REST}, lr = 1e-3, mix = a }}\nphase q for length, base in [1k, 2k] -> [1.5M, 5M] "
         "{ context = -> length by rope(theta = base) }\nflow p -> q\n", "not-a-list", "write `[1k, 1.5M] -> [2k, 5M]`"),
        (f"phase p {{ {REST}, lr = 1e-3, mix = a }}\nphase q {{ steps = 4, batch = 1 x 512, lr = 1e-3, mix = a, "
         "context = -> 512 by rope(theta = 50k) }\nflow p -> q\n", "plugin-argument",
         "`k` is 1024 and counts tokens of a window: write `50_000`"),
        (f"phase p {{ {REST}, lr = 1e-3, mix = a }}\nphase q like p {{ }}\nphase r like p {{ }}\nflow p -> q\n",
         "phase-unreached", "write `flow q -> r`; a `flow r` of its own would train it from fresh weights"),
        (f"phase p {{ {REST}, lr = 1e-3, mix = a, objective = mtp(depth = 1) }}\n", "unknown-plugin",
         "`mtp` is a parameter of `next_token`: write `next_token(mtp = ...)`"),
        (f"phase p {{ {REST}, lr = 1e-3, mix = a, objective = next_token + 0.1 * mtp(depth = 1) }}\n", "not-a-call",
         "techniques are not added up: what goes with one is a parameter of its own, such as `next_token(mtp = ...)`"),
        (f"phase p {{ {REST}, lr = 1e-3, mix = a }}\nmerge m = average(p, last = 5)\nflow p -> m\n", "plugin-argument",
         "write `average(p.last(5, every = 1B))`"),
        (f"start s {{ context = 8k by rope(theta = 500_000) }}\nphase p {{ {REST}, lr = 1e-3, mix = a }}\nflow s -> p\n",
         "not-a-number", "write `context = 8k`: the positions are those of the weights"),
        (f"phase p {{ {REST}, lr = 3e4, mix = a }}\n", "unit-mismatch", "write `3e-4`"),
        (f"phase p {{ {REST}, lr = 3e-4, mix = a }}\nphase q like p {{ lr = -> 10% }}\nflow p -> q\n", "unit-mismatch",
         "write the rate itself; 10 % of 3e-4, its parent's end, is `3e-5`"),
        (f"phase p {{ {REST}, lr = 3e-4, mix = a }}\nphase q like p for n in [2, 3] {{ }}\nphase r like p {{ }}\n"
         "flow p -> q -> r\n", "family-unpaired", "name one, merge them (`merge soup = average(q)`), or give `r` their `for`; "
         "if each goes on from the one before it, a ladder: `in 2 -> 3`"),
        (LONG + f"phase long {{ {REST}, lr = 1e-3, mix = a }}\nphase end {{ {REST}, lr = 1e-3, mix = long }}\n"
         "flow long -> end\n", "declared-twice", "data, mixes, phases and all other items share one space of names"),
    ],
)  # fmt: skip
def test_the_way_out_is_told(wrong, text, id, help):
    found = wrong(text)
    assert (found.id, found.help) == (id, help)


def test_a_schedule_that_names_every_phase_is_the_fix(wrong, plan):
    text = STAGES + "flow s1 -> s2 -> s3\nschedule lr over s1 -> s3 = 1e-3 -> 0\n"
    fix = wrong(text).fix
    assert fix.safe
    assert [(change.span.text, change.replacement) for change in fix.changes] == [("s1", "s1 -> s2")]
    plan(text.replace("over s1", "over s1 -> s2"))


def test_pieces_that_leave_no_room_are_told_how_long_the_phase_is(wrong):
    found = wrong(f"phase p {{ {REST}, mix = a, lr = [1e-3 until 900B, 1e-5] }}\n")
    assert found.message.endswith("cover 900,000,000,000 tokens, and the phase has 1,024 tokens")


def test_a_model_is_not_told_its_vocabulary(wrong):
    head = 'recipe toy "a toy"\nmodel = llama(layers = 1, width = 32, heads = 2, vocab = 512)\ndata a {}\n'
    found = wrong(f"phase p {{ {REST}, lr = 1e-3, mix = a }}\n", head=head)
    assert found.help == "the tokenizer says it: `tokenizer = bpe(vocab = 512)`, or its name"


@pytest.mark.parametrize(
    ("test", "help"),
    [
        ("q.spent <= 3000", "`q.spent` is 1,000 of `s` + 1,024 of `p` + 1,024 of `q`; a phase's last step is whole, "
         "so budgets round up: 48 tokens here, less than a step of each phase"),
        ("p.tokens == 1000", "a phase's last step is whole, so budgets round up: 24 tokens here, "
         "less than a step of each phase"),
        ("q.seen <= 1000", "`q.seen` is 1,000 of `s` + 1,024 of `p` + 1,024 of `q`"),
        ("p.tokens >= 1030", None),
        ("q.lr.end == 1", None),
    ],
)  # fmt: skip
def test_a_failed_check_says_what_its_tokens_are_made_of(wrong, test, help):
    phase = "tokens = 1000, batch = 1 x 256, context = 256, lr = 1e-3, mix = a"
    text = f"start s {{ tokens = 1000, context = 256, lr = 1e-3 }}\nphase p {{ {phase} }}\nphase q {{ {phase} }}\n"
    found = wrong(text + f"flow s -> p -> q\ncheck {test}\n")
    assert (found.id, found.help) == ("check-failed", help)


@pytest.mark.parametrize(
    ("mix", "help"),
    [
        ("a + b", "100 % too much; write each one's share: `80% * web + 20% * code`"),
        ("60% * a + 60% * b", "20 % too much; or write parts without `%`"),
    ],
)
def test_parts_without_a_sign_are_not_offered_to_who_wrote_none(wrong, mix, help):
    assert wrong(f"phase p {{ {REST}, lr = 1e-3, mix = {mix} }}\n").help == help


@pytest.mark.parametrize(
    ("body", "help"),
    [
        (f"phase p {{ {REST}, lr = 1e-3, mix = a }}\nphase q for o in [1, 2] like p {{ seed = o }}\nflow p -> q\n",
         "write `phase q like p for ... in ...`"),
        (f"phase p {{ {REST}, lr = 1e-3 by cosine -> 0, mix = a }}\n", "write both ends first: `3e-4 -> 0 by cosine`"),
        (f"phase p for x in 1..3 {{ {REST}, lr = 1e-3, mix = a, seed = x }}\n", "write the values out: `[1, 2, 3]`"),
        ("let size = 4096\nphase p { steps = 4, context = 256, batch = size tokens, lr = 1e-3, mix = a }\n",
         "write it where `size` gets its number: `let size = 8 tokens`"),
        (f"phase p {{ {REST}, lr = 1e-3, mix = a, seed = [1, 2] }}\n",
         "write one; phases that differ in it are a family: `phase a for one in [...]`"),
    ],
)  # fmt: skip
def test_what_is_written_the_other_way_round_names_the_right_one(wrong, body, help):
    assert wrong(body).help == help


def test_a_window_that_stands_for_all_phases_is_written_in_the_one_that_needs_another(wrong):
    chain = "phase p { steps = 4, context = -> 512 by rope(theta = 20_000), batch = 1 x 512, lr = 1e-3, mix = a }\n"
    first = "phase o { steps = 4, batch = 1 x 256, lr = 1e-3, mix = a }\n"
    last = "phase q { steps = 4, batch = 1 x 512, lr = 1e-3, mix = a }\nflow o -> p -> q\n"
    found = wrong(f"context = 256\n{first}{chain}{last}")
    assert (found.id, found.help) == ("flow-gap", "a window stays or grows: write `context = 512` in `q`")
    found = wrong(f"{first.replace('steps', 'context = 256, steps')}{chain}{last.replace('steps', 'context = 256, steps')}")
    assert (found.id, found.help) == ("flow-gap", "a window stays or grows: write `context = 512`")


def test_a_batch_that_moves_for_too_many_steps_is_shown(wrong):
    found = wrong(
        "phase p { tokens = 1T, context = 256, lr = 1e-3, mix = a, batch = 4 x 256 -> 4_000 x 256 over 500_000 steps }\n"
    )
    assert (found.id, [label.span.text for label in found.labels]) == (
        "batch-moves-long",
        ["4 x 256 -> 4_000 x 256 over 500_000 steps"],
    )


NEXT = f"phase p {{ {REST}, lr = 1e-3, mix = a }}\nphase q {{ {REST}, lr = -> 0, mix = a }}\n"
SEEDS = f"phase y for s in [1, 2] {{ {REST}, lr = 1e-3, mix = a, seed = s }}\nflow y\n"
LIKE_P = f"phase p {{ {REST}, lr = 1e-3, mix = w }}\n"


@pytest.mark.parametrize(
    ("text", "message", "help", "instead"),
    [
        ("data w { tokens = 1M, max_epochs = 0 }\n" + LIKE_P, "`max_epochs` must be above 0",
         "leave `max_epochs` out; a source that is not to be read is left out of the mixtures", (", max_epochs = 0", "")),
        ("data w { tokens = 1M, length_bucket = [0, 4k] }\n" + LIKE_P, "`length_bucket` must be at least one token",
         "the least there is: write `1`", ("[0,", "[1,")),
        (SEEDS + "check y.spent < 10B\n", "`y` is 2 phases, no single member: one is expected here",
         "write `y[1].spent` or `y[2].spent`", ("y.spent", "y[2].spent")),
        (SEEDS + "check y[3].spent < 10B\n", "`y[3]` is no member of `y`", "there are `y[1].spent`, `y[2].spent`",
         ("y[3].spent", "y[1].spent")),
        (NEXT + "flow p.at(120%) -> q\n", "`p` has 1,024 tokens in 4 steps; `120%` is not inside",
         "write a point inside, at most `at(100%)`; or train `p` longer", ("120%", "100%")),
        (NEXT + "flow p.at(0 steps) -> q\n", "`p` has 1,024 tokens in 4 steps; `0 steps` is not inside",
         "write at least `at(1 steps)`", ("0 steps", "1 steps")),
        (NEXT + "merge m = average(p.last(9, every = 1 steps))\nflow p -> q\nflow p -> m\n", "`p` has 4 steps only",
         "write `last(4, every = 1 steps)`, or take them closer together", ("last(9", "last(4")),
        (NEXT + "merge m = average(p, q)\nmerge n = average(m.at(1 steps), p)\nflow p -> q -> m -> n\n",
         "`m` trains nothing, so it has no point inside", "it is one set of weights: write `m` without a point",
         ("m.at(1 steps)", "m")),
        (NEXT + "merge m = 90% * p + 15% * q\nflow p -> q -> m\n", "the shares of `m` sum to 105 %, not 100 %",
         "5 % too much; `average(p, q)` gives each the same", ("90% * p + 15% * q", "average(p, q)")),
        (NEXT + "merge m = slerp(70% * p, 20% * q)\nflow p -> q -> m\n", "the shares of `m` sum to 90 %, not 100 %",
         "10 % is missing; without shares each has the same", ("70% * p, 20% * q", "p, q")),
    ],
)  # fmt: skip
def test_the_way_out_of_a_number_works(wrong, plan, text, message, help, instead):
    found = wrong(text)
    assert (found.message, found.help) == (message, help)
    assert plan(text.replace(*instead))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("lr = 1e-3, warmup = 2 step", "2 steps"),
        ("lr = 1e-3, warmup = 2 iterations", "2 steps"),
        ("lr = 1e-3 -> 0 over 512 token", "512 tokens"),
        ("lr = [1e-3 until 50 percent, -> 0]", "50%"),
    ],
)
def test_a_word_for_a_unit_is_offered_the_unit(wrong, plan, written, meant):
    text = f"phase p {{ {REST}, {written}, mix = a }}\n"
    found = wrong(text)
    marked = found.labels[0].span.text
    assert (found.id, found.message) == ("unexpected-text", f"`{marked.split()[1]}` is no unit")
    assert [change.replacement for change in found.fix.changes] == [meant]
    assert plan(text.replace(marked, meant))


def test_a_word_for_a_power_of_ten_is_a_suffix(wrong):
    assert wrong("data web { tokens = 10 billion }\n").fix.title == "write `10B`"


def test_a_span_without_words_is_marked_once(found):
    text = (
        f"phase p {{ {REST}, lr = 1e-3, mix = a }}\nphase y for s in [1] -> [2] {{ {REST}, lr = -> 0, mix = a }}\nflow p -> y\n"
    )
    zero = next(one for one in found(text)[1] if one.id == "lr-zero-all-phase")
    assert len(zero.labels) == 1


@pytest.mark.parametrize(
    ("first", "second", "way"),
    [
        ("", "", "256"),
        (" by rope(theta = 20_000)", " by rope(theta = 20_000)", "256"),
        ("", " by yarn(factor = 4)", "256"),
        ("", " by rope(theta = 1M)", "256 by rope(theta = 1M)"),
        (" by rope(theta = 20_000)", " by rope(theta = 1M)", "256 by rope(theta = 1M)"),
    ],
)
def test_a_move_to_the_window_that_is_there_keeps_the_base_that_was_meant(wrong, plan, first, second, way):
    rest = "steps = 4, batch = 1 x 256, lr = 1e-3, mix = a"
    text = f"phase p {{ {rest}, context = 256{first} }}\nphase q {{ {rest}, context = @ }}\nflow p -> q\n"
    found = wrong(text.replace("@", f"-> 256{second}"))
    assert (found.id, f"`context = {way}`" in found.help) == ("context-applied-twice", True)
    assert [change.replacement for change in found.fix.changes] == [way]
    extender = plan(text.replace("@", way)).phase("q").context.extender
    assert (extender is not None) == (way != "256")


@pytest.mark.parametrize("line", ["tokenizer = bpe(vocab = 512)", "model = llama(layers = 1, width = 32, heads = 2)"])
def test_a_description_that_is_only_a_name_is_offered_lines_to_paste(wrong, plan, line):
    of, head = (
        line.partition(" ")[0],
        "recipe toy\nmodel = llama(layers = 1, width = 32, heads = 2)\ntokenizer = bpe(vocab = 512)\n",
    )
    body = f'data a = text(path = "a.txt")\nphase p {{ {REST}, lr = 1e-3, mix = a }}\n'
    found = wrong(head.replace(line, f"{of} = bytes") + body, head="")
    assert found.id == "not-a-call"
    offered = found.help.split("`")[1::2]
    assert len(offered) == 2
    for way in offered:
        assert plan(head.replace(line, way) + body, head="")
