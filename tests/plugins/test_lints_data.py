"""Lints of mixtures and sources, on both sides of where each begins to speak."""

import pytest

SOURCES = "".join(f"data {name} {{ tokens = 1T }}\n" for name in ("c", "d"))
SHORT = "batch = 16 x 4k, lr = 1e-3"


def mixed(first, second, more="context = 4k\n"):
    """Two phases of 1,000 steps, with these mixtures."""
    return f"{more}{SOURCES}mix one {{ {first} }}\nmix other {second}\n" + (
        f"phase p {{ steps = 1000, {SHORT}, mix = one }}\nphase q {{ steps = 1000, {SHORT}, mix = other }}\nflow p -> q\n"
    )


ALL = "a = 40%, b = 30%, c = 20%, d = 10%"


@pytest.mark.parametrize(
    ("first", "second", "remarks"),
    [
        (ALL, "{ a = 40%, b = 20%, c = 30%, d = 10% }", 1),
        (ALL, "{ a = 4, b = 2, c = 3, d = 1 }", 1),
        (ALL, "{ a = 39%, b = 20%, c = 31%, d = 10% }", 1),
        (ALL, "{ a = 39%, b = 21%, c = 30%, d = 10% }", 1),
        (ALL, "{ a = 42%, b = 19%, c = 30%, d = 9% }", 0),
        (ALL, "{ a = 41.5%, b = 19%, c = 30%, d = 9.5% }", 1),
        ("a = 70%, b = 20%, c = 10%", "{ a = 69%, b = 10%, c = 21% }", 1),
        (ALL, "{ a = 40%, b = 20%, c = 29%, d = 11% }", 0),  # d grew by a tenth: the numbers were chosen
        (ALL, "{ a = 38%, b = 22%, c = 30%, d = 10% }", 0),
        ("a = 34%, b = 33%, c = 33%", "{ a = 33%, b = 34%, c = 33% }", 1),
        ("a = 34%, b = 33%, c = 33%", "{ a = 33%, b = 33.5%, c = 33.5% }", 0),
        (ALL, "{ a = 30%, b = 40%, c = 10%, d = 20% }", 0),  # two pairs: a plan, not a slip
        ("a = 90%, b = 10%", "{ a = 10%, b = 90% }", 0),
        (ALL, "= natural(a, b, c, d)", 0),
    ],
)
def test_two_shares_that_changed_places(said, first, second, remarks):
    assert len(said("weights-swapped", mixed(first, second))) == remarks


@pytest.mark.parametrize(
    ("second", "remarks"),
    [
        ("{ a = 50%, b = 30%, c = 20% }", 1),
        ("{ a = 50%, b = 30%, c = 20%, d = 0% }", 0),
        ("{ a = 50%, b = 50% }", 0),
        ("= one with { d = 0% }", 0),
        ("= one with { a = 50%, b = 50% }", 1),
        ("= one with { a = 50%, b = 50%, c = 0% }", 1),
        ("= a", 0),
        ("= 100% * one", 0),
    ],
)
def test_a_source_that_is_lost_without_a_word(said, second, remarks):
    assert len(said("source-vanishes", mixed(ALL, second))) == remarks


def test_of_three_sources_one_is_lost(said):
    first = "a = 50%, b = 30%, c = 20%"
    assert len(said("source-vanishes", mixed(first, "{ a = 70%, b = 30% }"))) == 1
    assert not said("source-vanishes", mixed(first, "{ a = 70%, b = 30%, c = 0% }"))
    assert not said("source-vanishes", mixed("a = 80%, b = 20%", "= a"))


def test_a_new_source_may_take_the_place_of_another(said):
    assert not said("source-vanishes", mixed("a = 40%, b = 30%, c = 30%", "{ a = 40%, b = 30%, d = 30% }"))


@pytest.mark.parametrize("mix", ["[one over 50%, c]", "one -> c over 50%", "one with { a = 0%, b = 0%, c = 100% }"])
def test_a_source_that_is_said_to_go(said, mix):
    body = mixed(ALL, "= c").replace("mix = other", f"mix = {mix}")
    assert len(said("source-vanishes", body)) == mix.startswith("one with")  # nothing was said of d


@pytest.mark.parametrize(
    ("mix", "remarks"),
    [
        ("99.99% * a + 0.01% * b", 0),  # 6,554 tokens: one window and a half
        ("99.995% * a + 0.005% * b", 1),
        ("[a over 50%, 99.99% * a + 0.01% * b]", 1),
        ("b -> a over 0.01%", 1),
        ("natural(a, b)", 0),
    ],
)
def test_a_share_of_less_than_one_window(said, mix, remarks):
    body = f"context = 4k\nphase p {{ steps = 1000, {SHORT}, mix = {mix} }}\n"
    assert len(said("share-rounds-to-nothing", body)) == remarks


@pytest.mark.parametrize(
    ("facts", "budget", "times"),
    [
        ("tokens = 1B", "tokens = 4B", None),
        ("tokens = 1B", "tokens = 4.2B", "4.2"),
        ("tokens = 1B, max_epochs = 40", "tokens = 30B", None),
        ("tokens = 1B", "epochs = 12", None),
        ("holdout = 1%", "tokens = 900B", None),
        ("tokens = 1B, repeat = 8", "tokens = 8B", None),
        ("tokens = 1B, repeat = 8", "tokens = 9B", "9"),
        ("tokens = 1B, repeat = 2", "tokens = 20B", "20"),
        ("tokens = 1B, repeat = 2", "epochs = 10", None),
        ("tokens = 1B, repeat = 2, max_epochs = 10", "tokens = 20B", None),
    ],
)
def test_a_source_that_is_read_too_often(said, facts, budget, times):
    found = said("too-many-epochs", f"context = 4k\ndata x {{ {facts} }}\nphase p {{ {budget}, {SHORT}, mix = x }}\n")
    assert [one.message.split()[4] for one in found] == ([times] if times else [])


def test_a_budget_in_epochs_says_nothing_of_a_small_source_beside_a_large_one(said):
    body = f"""
    context = 4k
    data large {{ tokens = 100B }}
    data small {{ tokens = 1B }}
    phase p {{ epochs = 2, {SHORT}, mix = 50% * large + 50% * small }}
    """
    (found,) = said("too-many-epochs", body)
    assert "`small` would be seen 101 times" in found.message
    assert found.help.endswith("`max_epochs = 102` on `small`")
    assert not said("too-many-epochs", body.replace("1B }", "1B, max_epochs = 102 }"))
    assert not said("too-many-epochs", body.replace("50% * large + 50% * small", "natural(large, small)"))


def test_the_epochs_that_are_offered_are_those_that_max_epochs_counts(said):
    body = f"context = 4k\ndata x {{ tokens = 1B, repeat = 3 }}\nphase p {{ tokens = 21B, {SHORT}, mix = x }}\n"
    (found,) = said("too-many-epochs", body)
    assert "seen 21 times" in found.message
    assert found.help.endswith("`max_epochs = 8` on `x`")  # 21 documents' worth, and the last step is whole
    assert not said("too-many-epochs", body.replace("repeat = 3", "repeat = 3, max_epochs = 8"))


@pytest.mark.parametrize(("tokens", "times"), [("4B", []), ("60B", ["60"])])
def test_parts_count_for_a_whole_that_is_read_too_often(said, tokens, times):
    mix = "50% * x(doc.length < 1k) + 50% * x(doc.length >= 1k)"
    body = f"context = 4k\ndata x {{ tokens = 1B }}\nphase p {{ tokens = {tokens}, {SHORT}, mix = {mix} }}\n"
    assert [one.message.split()[4] for one in said("too-many-epochs", body)] == times


def test_epochs_are_counted_along_the_lineage_and_from_where_a_fork_leaves(said):
    body = f"""
    context = 4k
    data x {{ tokens = 1B }}
    phase trunk {{ tokens = 3.5B, {SHORT}, mix = x }}
    phase side for order in [1, 2] {{ tokens = 3B, {SHORT}, mix = x, seed = order }}
    merge soup = average(side)
    transition trunk -> side {{ data = fresh }}
    flow trunk.at(800M) -> side -> soup
    """
    assert not said("too-many-epochs", body)
    (found,) = said("too-many-epochs", body.replace(".at(800M)", ""))
    assert "6.5 times" in found.message
    assert "in `side[1]`" in found.message


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ('hub(name = "acme/math", split = "train")', False),
        ('hub(name = "acme/math", split = "test")', True),
        ('hub(name = "acme/math", split = "validation[:10%]")', True),
        ('jsonl(path = "math/test/*.jsonl")', True),
        ('parquet(path = "math/test-00000-of-00002.parquet")', True),
        ('text(path = "unit_tests/test_strings.py")', False),
        ('text(path = "testimonies/*.txt")', False),
        ('python_library(part = "tests")', False),
    ],
)
def test_a_split_that_is_kept_for_measuring(said, source, wrong):
    body = f"context = 4k\ndata x = {source}\nphase p {{ steps = 1000, {SHORT}, mix = 50% * x + 50% * a }}\n"
    assert len(said("eval-in-train", body)) == wrong


@pytest.mark.parametrize(
    ("x", "y", "wrong"),
    [
        ('source = text(path = "x.txt")', 'source = text(path = "y.txt")', 0),
        ('source = text(path = "x.txt")', 'source = text(path = "x.txt")', 1),
    ],
)
def test_what_an_evaluation_reads(said, x, y, wrong):
    mix = "50% * x + 50% * y" if "y.txt" in y else "x"
    body = f"context = 4k\ndata x {{ {x} }}\ndata y {{ {y} }}\neval held = loss([y])\n"
    body += f"phase p {{ steps = 1000, {SHORT}, mix = {mix} }}\n"
    assert len(said("eval-in-train", body)) == wrong


@pytest.mark.parametrize(
    ("attribute", "id"),
    [
        ("mix = a -> b over 50%", None),
        ("mix = b -> a over 50%", "mix-jump"),
        ("mix = [b over 1%, -> a]", None),
        ("batch = 16 x 4k -> 32 x 4k over 50M", None),
        ("batch = 8 x 4k -> 32 x 4k over 50M", "batch-jump"),
        ("batch = -> 32 x 4k over 50M", None),
        ("weight_decay = 0.1 -> 0", None),
        ("weight_decay = 0.2 -> 0", "value-jump"),
    ],
)
def test_the_left_side_of_an_arrow_is_where_the_phase_before_ended(said, attribute, id):
    first = f"steps = 1000, {SHORT}, mix = a, weight_decay = 0.1"
    body = f"context = 4k\nphase p {{ {first} }}\nphase q like p {{ {attribute} }}\nflow p -> q\n"
    for wrong in ("mix-jump", "batch-jump", "value-jump"):
        assert len(said(wrong, body) if wrong == id or id is None else []) == (wrong == id)


# ---- mix-never-arrives

RAMP = f"context = 4k\nphase p {{{{ steps = 90, {SHORT}, mix = {{mix}} }}}}\n"


@pytest.mark.parametrize(
    ("mix", "expected"),
    [
        ("a -> b", []),
        ("a -> b over 91 steps", []),  # one step behind the end is rounding
        ("a -> b over 100 steps", ["note"]),
        ("a -> b over 101 steps", ["warning"]),
        ("natural(a) -> natural(a, b) over 101 steps", ["warning"]),
    ],
)
def test_a_mixture_that_is_stopped_on_its_way(said, mix, expected):
    assert [one.severity for one in said("mix-never-arrives", RAMP.format(mix=mix))] == expected


def test_where_a_stopped_mixture_ends_and_was_going_is_said(said):
    found = said("mix-never-arrives", RAMP.format(mix="a -> 70% * a + 30% * b over 180 steps"))
    assert found[0].message == (
        "the mixture of `p` is to have 30% `b` after 11.8M tokens, the phase has 5.9M: "
        "it ends at 15%, with 50% of the way to go"
    )


@pytest.mark.parametrize(("mix", "expected"), [("-> b over 50 steps", "note"), ("b", "warning")])
def test_a_mixture_that_goes_on_where_it_was_stopped_is_a_note(said, mix, expected):
    text = RAMP.format(mix="a -> b over 180 steps") + f"phase q {{ steps = 90, {SHORT}, mix = {mix} }}\nflow p -> q\n"
    assert [one.severity for one in said("mix-never-arrives", text)] == [expected]


def test_a_mixture_over_a_path_is_not_stopped_by_a_phase_of_it(said):
    text = f"context = 4k\nphase p {{ steps = 90, {SHORT} }}\nphase q {{ steps = 90, {SHORT} }}\nflow p -> q\n"
    assert said("mix-never-arrives", text + "schedule mix over p -> q = a -> b\n") == []


def test_an_arrow_that_is_cut_takes_what_it_had_become_by_then(said):
    sources = "data w { tokens = 2T }\ndata m { tokens = 10B }\n"
    body = f"{sources}phase p {{ tokens = 100B, batch = 512 x 4k, context = 4k, lr = 1e-3, mix = w -> m over SPAN }}\n"
    assert not said("too-many-epochs", body.replace("SPAN", "10T"))  # 0.5B of m
    assert len(said("too-many-epochs", body.replace("SPAN", "100B"))) == 1  # 50B of m
