"""`# mtr: allow(id)` where a lint (mask-changes), a note (arrow-cut) and an error (lr-jump) are found."""

import pytest

TWO = """\
phase early {{ tokens = 25_600, {common} }}
phase late like early {{ tokens = 25_600{more} }}{behind}
flow early -> late
"""
SUBJECTS = ("mask-changes", "arrow-cut", "lr-jump", "unused-allow", "unknown-allow")
COMMON = "batch = 1 x 256, context = 256, lr = 1e-3, mix = a"


@pytest.fixture
def ids(found):
    def work(more="", behind="", before="", **options):
        made, diagnostics = found(before + TWO.format(common=COMMON, more=more, behind=behind), **options)
        return made is not None, [one.id for one in diagnostics if one.id in SUBJECTS]

    return work


def test_without_it_the_lint_speaks(ids):
    assert ids(", mask = none") == (True, ["mask-changes"])


@pytest.mark.parametrize("reason", ["", ": the published run did so"])
def test_a_lint_is_silenced_on_its_line(ids, reason):
    assert ids(", mask = none", f"  # mtr: allow(mask-changes){reason}") == (True, [])


def test_a_comment_above_speaks_of_the_line_below(ids):
    assert ids(f"\n  # mtr: allow(mask-changes)\n  {'mask'} = none\n") == (True, [])


def test_a_note_of_the_core_is_silenced(ids):
    assert ids(", z_loss = 0 -> 1e-4 over 1M") == (True, ["arrow-cut"])
    assert ids(", z_loss = 0 -> 1e-4 over 1M", " # mtr: allow(arrow-cut)") == (True, [])


def test_an_error_of_the_core_is_not(ids):
    assert ids(", lr = 1e-4", " # mtr: allow(lr-jump)") == (False, ["lr-jump", "unused-allow"])


def test_an_unused_one_is_told_of(ids):
    assert ids(behind=" # mtr: allow(mask-changes)") == (True, ["unused-allow"])
    assert ids(", mask = none", " # mtr: allow(arrow-cut, mask-changes)") == (True, ["unused-allow"])


def test_an_unknown_one_is_told_of_even_where_there_is_no_plan(ids):
    assert ids(behind=" # mtr: allow(mask-changed)") == (True, ["unknown-allow"])
    assert ids(", lr = 1e-4", " # mtr: allow(mask-changed)") == (False, ["lr-jump", "unknown-allow"])


def test_what_no_lint_looked_at_is_not_called_unused(ids):
    assert ids(", lr = 1e-4, mask = none", " # mtr: allow(mask-changes)") == (False, ["lr-jump"])


def test_an_allow_in_a_used_file_silences_and_is_never_unused(found):
    used = f"""\
    phase base {{ tokens = 25_600, {COMMON}, mask = none }}  # mtr: allow(mask-changes): as published
    data a = text(path = "a.txt")
    """
    head = 'recipe toy\nmodel = llama(layers = 1, width = 32, heads = 2)\ntokenizer = bpe(vocab = 512)\nuse "used.mtr"\n'
    early = f"phase early {{ tokens = 25_600, {COMMON} }}\n"
    body = f"{early}phase late like base {{}}\nflow early -> late\n"
    made, told = found(body, head=head, files={"used.mtr": used})
    assert made is not None
    assert [one.id for one in told if one.id == "mask-changes" or "allow" in one.id] == []
    _, told = found(f"{early}flow early\n", head=head, files={"used.mtr": used})
    assert [one.id for one in told if "allow" in one.id] == []


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("  # mtr: allow(mask-changes)", ""),
        ("  # mtr: allow(mask-changes): why", "  # why"),
        (" # known # mtr: allow(mask-changes)", " # known"),
        (" # mtr: allow(mask-changes, mask-changes)", " # mtr: allow()"),
    ],
)
def test_the_fix_takes_it_out(found, comment, left):
    text = TWO.format(common=COMMON, more="", behind=comment)
    _, told = found(text)
    (change,) = next(one for one in told if one.id == "unused-allow").fix.changes
    source = change.span.source.text
    line = (source[: change.span.start] + change.replacement + source[change.span.end :]).splitlines()[-2]
    assert line == f"phase late like early {{ tokens = 25_600 }}{left}"


def test_the_fix_takes_the_line_where_nothing_else_is_on_it(found):
    text = TWO.format(common=COMMON, more="", behind="")
    _, told = found(f"# mtr: allow(mask-changes)\n{text}")
    (change,) = next(one for one in told if one.id == "unused-allow").fix.changes
    assert (change.span.text, change.replacement) == ("# mtr: allow(mask-changes)\n", "")
