"""Mixtures: shares of tokens, their algebra, and rules that choose weights."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction as F
from typing import Literal

import pytest

from mtdsl.plan import compile
from mtdsl.plan.curves import shares_at
from mtdsl.plan.document import to_json
from mtdsl.plan.sizes import Size
from mtdsl.registry import Entry, Mixer, Registry, installed

REST = "steps = 10, batch = 1 x 256, context = 256, lr = 1e-3"


def start_of(made, index=0):
    return dict(made.phases[index].mix.pieces[0].start.shares)


@pytest.mark.parametrize(
    ("mix", "shares"),
    [
        ("mix m { a = 85%, b = 15% }", {"a": F(17, 20), "b": F(3, 20)}),
        ("mix m { a = 3, b = 1 }", {"a": F(3, 4), "b": F(1, 4)}),
        ("mix m = 90% * a + 10% * b", {"a": F(9, 10), "b": F(1, 10)}),
        ("mix n { a = 50%, b = 50% }\nmix m { n = 80%, c = 20% }", {"a": F(2, 5), "b": F(2, 5), "c": F(1, 5)}),
        ("mix n { a = 60%, b = 40% }\nmix m = 50% * n + 50% * a", {"a": F(4, 5), "b": F(1, 5)}),
        ("mix n { a = 75%, b = 25% }\nmix m = n with { c = 20% }", {"a": F(3, 5), "b": F(1, 5), "c": F(1, 5)}),
        ("mix n { a = 50%, b = 30%, c = 20% }\nmix m = n with { c = 60% }", {"a": F(1, 4), "b": F(3, 20), "c": F(3, 5)}),
        ("let share = 30%\nmix m = share * a + (100% - share) * b", {"a": F(3, 10), "b": F(7, 10)}),
    ],
)
def test_algebra_is_exact(plan, mix, shares):
    found = start_of(plan(f"{mix}\nphase p {{ {REST}, mix = m }}\n"))
    assert {name: share for name, share in found.items() if share} == shares


@pytest.mark.parametrize(
    ("mix", "id"),
    [
        ("mix m { a = 85%, b = 10% }", "mix-not-100"),
        ("mix m { a = 85%, b = 15.1% }", "mix-not-100"),
        ("mix m { a = 85%, b = 15 }", "mix-not-100"),
        ("mix m = 90% * a + 20% * b", "mix-not-100"),
        ("mix m { a = 85%, beta = 15% }", "unknown-name"),
        ("mix m { a = 4k, b = 15 }", "unit-mismatch"),
        ("mix m { a = 0, b = 0 }", "mix-not-100"),
        ("mix m { }", "not-a-mix"),
        ("mix m = n\nmix n = m", "value-cycle"),
        ("mix m = a with { b = 120% }", "mix-not-100"),
        ("mix m = naturel(a, b)", "unknown-plugin"),
        ("mix m = temperature(a, b, tau = -1)", "plugin-argument"),
        ("mix m = temperature(a, b)", "plugin-argument"),
        ("mix m = temperature(a, b, t = 2)", "plugin-argument"),
        ("mix m = natural()", "not-a-mix"),
        ("mix m = n(doc.length >= 64k)\nmix n = a", "not-a-mix"),
        ("mix m = natural(a, b) with { a = 20% }", "not-a-mix"),
    ],
)
def test_what_is_no_mixture_is_named(wrong, mix, id):
    assert wrong(f"{mix}\nphase p {{ {REST}, mix = m }}\n").id == id


def test_parts_that_nearly_sum_to_one_are_a_warning(found):
    made, diagnostics = found(f"mix m {{ a = 0.9, b = 0.10565 }}\nphase p {{ {REST}, mix = m }}\n")
    assert [one.id for one in diagnostics] == ["parts-nearly-one"]
    assert sum(start_of(made).values()) == 1


def test_an_arrow_without_a_length_switches_at_once(plan):
    made = plan(f"phase p {{ {REST}, mix = a -> b }}\n")
    assert shares_at(made.phases[0].mix, 0, {}, installed()) == {"b": 1.0}


def test_an_arrow_with_a_length_moves_linearly(plan):
    curve = plan(f"phase p {{ {REST}, mix = [a -> b over 50%, 50% * b + 50% * c] }}\n").phases[0].mix
    assert shares_at(curve, 320, {}, installed()) == pytest.approx({"a": 0.75, "b": 0.25})
    assert shares_at(curve, 1280, {}, installed()) == {"b": 0.5, "c": 0.5}


def test_it_moves_on_from_the_parents_mixture(plan):
    text = f"""
    phase one {{ {REST}, mix = 50% * a + 50% * b }}
    phase two {{ steps = 10, batch = 1 x 256, lr = 1e-3, mix = -> c over 100% }}
    flow one -> two
    """
    curve = plan(text).phases[1].mix
    assert shares_at(curve, 1280, {}, installed()) == pytest.approx({"a": 0.25, "b": 0.25, "c": 0.5})


def test_natural_weighs_by_size_and_temperature_flattens(plan):
    sizes = {"a": Size(800), "b": Size(200)}
    made = plan(f"phase p {{ {REST}, mix = [natural(a, b) over 50%, temperature(a, b, tau = 2)] }}\n")
    curve = made.phases[0].mix
    assert shares_at(curve, 0, sizes, installed()) == pytest.approx({"a": 0.8, "b": 0.2})
    assert shares_at(curve, 2000, sizes, installed()) == pytest.approx({"a": 2 / 3, "b": 1 / 3})


FORK = """
phase one {{ {rest}, mix = a -> 50% * a + 50% * b }}
phase two for share in [70%, 80%] {{ steps = 10, batch = 1 x 256, lr = 1e-3, mix = share * one.mix + (100% - share) * c }}
phase three {{ steps = 10, batch = 1 x 256, lr = 1e-3, mix = {mix} }}
flow one -> two
flow two[70%] -> three
"""


@pytest.mark.parametrize(
    ("mix", "shares"),
    [
        ("two[80%].mix", {"a": F(4, 10), "b": F(4, 10), "c": F(2, 10)}),
        ("one.mix with { c = 50% }", {"c": F(1, 2), "a": F(1, 4), "b": F(1, 4)}),
        ("recall", {"a": F(1, 4), "b": F(3, 4)}),
    ],
)
def test_the_mixture_that_a_phase_ends_with_is_part_of_another(plan, mix, shares):
    made = plan(FORK.format(rest=REST, mix=mix) + "mix recall = 50% * one.mix + 50% * b\n")
    assert [start_of(made, at) for at in (1, 2)] == [
        {"a": F(35, 100), "b": F(35, 100), "c": F(3, 10)},
        {"a": F(4, 10), "b": F(4, 10), "c": F(2, 10)},
    ]
    assert start_of(made, 3) == shares


@pytest.mark.parametrize(
    ("mix", "id"),
    [("three.mix", "value-cycle"), ("one", "not-a-mix"), ("one.lr.end", "not-a-mix"), ("two.mix", "unknown-name")],
)
def test_a_mixture_of_no_one_phase_before_is_a_mistake(wrong, mix, id):
    assert wrong(FORK.format(rest=REST, mix=mix)).id == id


def test_shares_of_documents_are_weighed_by_how_long_these_are(plan):
    sources = "data x { tokens = 6M, documents = 1_000, repeat = 2 }\ndata y { tokens = 1M, documents = 10_000 }\n"
    made = plan(f"{sources}phase p {{ {REST}, mix = 60% * x + 40% * y by documents }}\ncheck p.mix.x < 99%")
    # of 100 documents 60 have 6,000 tokens and 40 have 100: 360,000 tokens and 4,000
    assert to_json(made)["phases"][0]["mix"]["start"] == pytest.approx({"x": 360 / 364, "y": 4 / 364})
    assert made.checks[0].holds


@pytest.mark.parametrize(("source", "lock"), [("", ""), (', source = text(path = "x.txt")', ", or run `mtdsl lock`")])
def test_shares_of_documents_nobody_counted_are_not_guessed(found, source, lock):
    sources = f"data x {{ tokens = 6M{source} }}\ndata y {{ tokens = 1M, documents = 10_000 }}\n"
    made, said = found(f"{sources}phase p {{ {REST}, mix = documents(x, y) }}\ncheck p.mix.x < 99%")
    assert to_json(made)["phases"][0]["mix"]["start"] is None
    assert [(one.id, one.help) for one in said] == [("check-unknown", "declare it: data x { documents = ... }" + lock)]


def test_a_rule_may_have_a_part_only_or_know_the_shares(plan):
    sizes = {"a": Size(300), "b": Size(100)}
    text = f"phase p {{ {REST}, mix = [80% * natural(a, b) + 20% * c over 50%, 90% * a + 10% * b by temperature(tau = 2)] }}\n"
    curve = plan(text).phases[0].mix
    assert shares_at(curve, 0, sizes, installed()) == pytest.approx({"a": 0.6, "b": 0.2, "c": 0.2})
    assert shares_at(curve, 2000, sizes, installed()) == pytest.approx({"a": 0.75, "b": 0.25})


def test_sources_have_facts_and_may_be_like_another(plan):
    text = f"""
    data big {{ source = jsonl(path = "big.jsonl"), tokens = 35B, max_epochs = 4, holdout = 2% }}
    data more like big {{ tokens = 5B }}
    phase p {{ {REST}, mix = 50% * big + 50% * more }}
    """
    big, more = plan(text).sources
    assert (big.tokens.value, big.tokens.certainty, big.max_epochs, big.holdout) == (35 * 10**9, "declared", 4, F(1, 50))
    assert (more.tokens.value, more.source) == (5 * 10**9, big.source)


BOUNDED = """
data few {{ source = text(path = "few.txt"), tokens = 1024, max_epochs = {epochs} }}
phase one {{ {rest}, mix = few }}
phase two {{ steps = 2, batch = 1 x 256, lr = 1e-3, mix = few -> a over 100% }}
flow one -> two
"""


def test_epochs_are_counted_along_the_lineage_where_sizes_are_declared(plan, wrong):
    """10 steps and the half of 2 steps of 256 tokens each: 2.75 times 1024, and steps round nothing up."""
    assert plan(BOUNDED.format(epochs="2.76", rest=REST))
    found = wrong(BOUNDED.format(epochs="2.74", rest=REST))
    assert found.id == "source-epochs"
    assert "`few` would be read 2.75 times by the end of `two`" in found.message


NESTED = "mix code { a = 75%, b = 25% }\nmix n { code = 40%, a = 20%, c = 40% }\n"


@pytest.mark.parametrize(
    ("mix", "shares"),
    [
        ("n with { code = 20% }", {"a": F(15, 100) + F(8, 30), "b": F(5, 100), "c": F(16, 30)}),
        ("n with { a = 10% }", {"a": F(1, 10), "b": F(18, 100), "c": F(72, 100)}),
        ("(n with { code = 20% }) with { code = 40% }", {"a": F(1, 2), "b": F(1, 10), "c": F(2, 5)}),
        ("(100% * n) with { code = 50% }", {"a": F(3, 8) + F(1, 4), "b": F(1, 8) + F(1, 20), "c": F(1, 5)}),
    ],
)
def test_with_fixes_an_entry_that_is_a_mix(plan, mix, shares):
    found = start_of(plan(f"{NESTED}phase p {{ {REST}, mix = {mix} }}\n"))
    assert found == shares


def test_rules_over_rules_and_beside_shares(plan):
    sizes = "data x { tokens = 1B }\ndata y { tokens = 3B }\n"
    text = "50% * z + 50% * (c with { c = 100% })"
    made = plan(f"{sizes}mix z = natural(x, y) by temperature(tau = 2)\nphase p {{ {REST}, mix = {text} }}\n")
    curve = made.phases[0].mix
    shares = shares_at(curve, 0, {"x": Size(10**9), "y": Size(3 * 10**9), "c": Size(1)}, installed())
    low, high = 0.25**0.5, 0.75**0.5
    assert shares == pytest.approx({"c": 0.5, "x": 0.5 * low / (low + high), "y": 0.5 * high / (low + high)})


def test_pieces_of_mixtures(plan):
    pieces = "[-> natural(b, c) over 2 steps, 90% * a + 10% * c until 80%, c]"
    made = plan(f"phase s {{ {REST}, mix = a }}\nphase p {{ {REST}, mix = {pieces} }}\nflow s -> p\n")
    first, second, third = made.phases[1].mix.pieces
    assert (first.start.shares, first.stop.rules[0].mixer.name, first.end) == ({"a": 1}, "natural", 512)
    assert (second.stop.shares, second.end, third.stop.shares) == ({"a": F(9, 10), "c": F(1, 10)}, 2048, {"c": 1})


@dataclass(frozen=True)
class Broken:
    """A rule that cannot weigh anything."""

    how: Literal["raises", "nan", "short", "zero"]

    def __call__(self, sources):
        if self.how == "raises":
            raise RuntimeError("no")
        return {"nan": [float("nan")] * len(sources), "short": [1.0], "zero": [0.0] * len(sources)}[self.how]


@pytest.mark.parametrize("how", ["raises", "nan", "short", "zero"])
def test_a_mixer_that_gives_no_weights_is_named(tmp_path, how):
    entry = Entry(Mixer("broken", f"{__name__}:Broken"), "acme", "1")
    registry = Registry({**installed().entries, ("mixer", "broken"): (entry,)})
    sizes = "data x { tokens = 1B }\ndata y { tokens = 3B }\n"
    head = "recipe r\nmodel = llama(layers = 1, width = 32, heads = 2)\ntokenizer = bpe(vocab = 512)\n"
    (tmp_path / "r.mtr").write_text(f"{head}{sizes}phase p {{ {REST}, mix = broken(x, y, how = {how}) }}\n")
    made, found = compile(tmp_path / "r.mtr", {}, registry)
    assert made is None
    assert [(one.id, one.labels[0].span.text) for one in found if one.severity == "error"] == [
        ("plugin-failed", f"broken(x, y, how = {how})")
    ]
