"""Lints of windows, positions and packing, on both sides of where each begins to speak."""

from dataclasses import replace
from fractions import Fraction

import pytest
from chained import chain
from mtdsl_lints.no_document_that_long import no_document_that_long
from mtdsl_lints.theta_too_small_for_window import bound

from mtdsl.plan.compile import analyse
from mtdsl.plan.values import Known, Term, Test

SHORT = "steps = 1000, lr = 1e-3, mix = a, batch = 4Mi tokens"
BASE = 'start base { weights = "acme/base", context = 4k, lr = 1e-3 }\n'


def told(*contexts, start=""):
    """A chain of phases that say only what their window is."""
    return chain(*contexts, rest=SHORT, start=start)


# Table 2 of arXiv:2405.14591 was searched for numerically; the bound is the line through it (figure 1)
@pytest.mark.parametrize(
    ("window", "searched"),
    [(1024, 4.3e3), (4096, 2.7e4), (8192, 8.4e4), (16384, 3.1e5), (32768, 6.4e5), (65536, 2.1e6), (131072, 7.8e6)],
)
def test_the_bound_follows_what_was_searched_numerically(window, searched):
    assert searched / 2 < bound(window) < 2 * searched


@pytest.mark.parametrize(
    ("context", "remarks"),
    [
        ("32k by rope(theta = 96_000)", 0),
        ("32k by rope(theta = 90_000)", 1),
        ("4k by rope(theta = 10_000)", 0),
        ("32k", 1),  # a llama has 10,000 where nobody says
        ("32k by yarn(theta = 10_000, factor = 8, original = 4k)", 0),
    ],
)
def test_a_base_below_a_tenth_of_the_bound(said, context, remarks):
    assert len(said("theta-too-small-for-window", told(f"context = {context}"))) == remarks


def test_an_inherited_base_is_remarked_on_where_it_was_written(said):
    (found,) = said("theta-too-small-for-window", told("context = 64k by rope(theta = 10_000)", "context = 64k"))
    assert found.labels[0].span.text == "64k by rope(theta = 10_000)"
    assert found.help == "write `by rope(theta = 3M)`, or scale the positions"


@pytest.mark.parametrize(
    ("windows", "remarks"),
    [
        (("4k by rope(theta = 50_000)", "-> 8k by rope(theta = 50_000)"), 0),
        (("4k by rope(theta = 50_000)", "-> 8k by rope(theta = 40_000)"), 1),
        (("4k", "4k by rope(theta = 9000)"), 1),
    ],
)
def test_a_base_that_falls(said, windows, remarks):
    assert len(said("theta-falls", told(*(f"context = {window}" for window in windows)))) == remarks


def test_the_base_of_a_checkpoint_is_not_known(said):
    assert not said("theta-falls", told("context = -> 8k by rope(theta = 2)", start=BASE))
    assert not said("theta-too-small-for-window", told("context = -> 128k by yarn(factor = 32)", start=BASE))


@pytest.mark.parametrize(
    ("windows", "remarks"),
    [
        (("-> 16k by yarn(factor = 4)",), 0),
        (("-> 16k by yarn",), 0),
        (("-> 16k by yarn(factor = 3.97)",), 0),
        (("-> 16k by yarn(factor = 3)",), 1),
        (("-> 16k by yarn(factor = 7)",), 0),
        (("-> 16k by yarn(factor = 8)",), 1),
        (("-> 16k by yarn(factor = 8)", "-> 32k by yarn(factor = 1)"), 0),
        (("-> 16k by yarn(factor = 4)", "-> 32k by yarn(factor = 8)"), 1),
        (("-> 32k by yarn(factor = 40, original = 4k)", "-> 128k by yarn(factor = 40, original = 4k)"), 0),  # DeepSeek-V3
        (("-> 16k by rope(theta = 1M)",), 0),
    ],
)
def test_a_factor_that_is_not_the_stretch_of_the_window(said, windows, remarks):
    body = told(*(f"context = {window}" for window in windows), start=BASE)
    assert len(said("factor-misses-window", body)) == remarks


def test_positions_that_change_at_the_same_window_need_no_factor(said):
    stretched, again = "context = -> 32k by yarn(factor = 8)", "context = 32k by yarn({}beta_fast = 16)"
    (found,) = said("factor-misses-window", told(stretched, again.format("factor = 8, "), start=BASE))
    assert found.help == "the window stays as it is here, and factors multiply: leave `factor` out of `yarn`"
    assert not said("factor-misses-window", told(stretched, again.format(""), start=BASE))


@pytest.mark.parametrize(
    ("first", "second", "remarks"),
    [
        ("packing = best_fit", "", 1),
        ("packing = best_fit", "packing = concat", 0),
        ("", "packing = best_fit", 0),
        ("packing = best_fit", "packing = best_fit", 0),
    ],
)
def test_packing_that_falls_back(said, first, second, remarks):
    assert len(said("packing-changes", told(f"context = 4k, {first}", f"context = 4k, {second}"))) == remarks


def test_a_mask_that_changes_behind_a_merge_and_an_edit(said):
    body = f"""
    context = 4k
    phase one for order in [1, 2] {{ {SHORT}, seed = order, mask = none }}
    merge soup = average(one)
    phase serve {{ steps = 0, context = -> 8k by yarn(factor = 2) }}
    phase two {{ {SHORT}, context = 8k }}
    flow one -> soup -> serve -> two
    """
    (found,) = said("mask-changes", body)
    assert "from `none` to `document` where `two` begins" in found.message


@pytest.mark.parametrize(
    ("facts", "mix", "remarks"),
    [
        ("tokens = 1T, documents = 1B", "x", 1),
        ("tokens = 1T, documents = 490M", "x", 1),  # 2,041 a document: less than 64k / 32
        ("tokens = 1T, documents = 480M", "x", 0),
        ("tokens = 1T", "x", 0),
        ("tokens = 60_000", "x", 1),
        ("tokens = 1T, documents = 1B", "50% * x + 50% * known_by_nobody", 0),
    ],
)
def test_a_window_that_no_document_fills(said, facts, mix, remarks):
    rest = SHORT.replace("mix = a", f"mix = {mix}")
    body = f"{BASE}data x {{ {facts} }}\ndata known_by_nobody {{ max_epochs = 4 }}\n"
    body += f"phase long {{ {rest}, context = -> 64k by yarn(factor = 16) }}\nflow base -> long\n"
    assert len(said("no-document-that-long", body)) == remarks


def test_short_documents_are_no_matter_where_the_window_stays(said):
    assert not said("no-document-that-long", told("context = 64k by rope(theta = 5M)", "context = 64k"))


@pytest.mark.parametrize(("window", "id"), [("32k", "window-beyond-model"), ("2k", "flow-gap")])
def test_a_window_that_is_not_the_start_s(said, window, id):
    assert len(said(id, told(f"context = {window}", start=BASE))) == 1


def length(op, tokens):
    return Test(op, (Term(metric="doc.length"), Term(value=Fraction(tokens))))


@pytest.mark.parametrize(
    ("facts", "remarks"),
    [
        ({"longest": Known(65_536, "measured")}, 0),
        ({"longest": Known(65_535, "measured")}, 1),
        ({"where": length("<", 32_768)}, 1),
        ({"where": length(">=", 32_768)}, 0),
        ({"where": Test("and", tests=(length(">=", 1024), length("<=", 32_768)))}, 1),
        ({"where": Test("or", tests=(length(">=", 1024), length("<=", 32_768)))}, 0),
        ({"where": Test("or", tests=(length("==", 1024), length("<", 32_768)))}, 1),
    ],
)
def test_what_a_lock_measured_and_what_a_view_leaves_out(tmp_path, facts, remarks):
    (tmp_path / "r.mtr").write_text("recipe r\ndata a { max_epochs = 9 }\n" + told("context = -> 64k by yarn", start=BASE))
    found = analyse(tmp_path / "r.mtr")
    plan = replace(found.plan, sources=tuple(replace(source, **facts) for source in found.plan.sources))
    assert len(list(no_document_that_long(plan, found.origins))) == remarks
