import pytest

from mtdsl.diag import Source, Span
from mtdsl.diag.nearest import MOST, nearest, suggest


def at(text, name=None):
    return Span(Source("r.mtr", text), 0, len(name or text))


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("liner", ["linear", "cosine"], "linear"),
        ("Linear", ["line", "linear"], "linear"),
        ("cos", ["cosine", "sqrt"], "cosine"),
        ("zebra", ["linear", "cosine"], None),
        ("x", [], None),
    ],
)
def test_nearest(name, known, found):
    assert nearest(name, known) == found


def test_the_fix_writes_the_name_and_leaves_what_follows():
    help, fix = suggest("liner", at("liner(power = 2)"), ["linear"])
    assert help == "did you mean `linear`?"
    assert (fix.changes[0].span.text, fix.changes[0].replacement, fix.safe) == ("liner", "linear", True)


@pytest.mark.parametrize(
    ("name", "known"),
    [("web_v3", ["web_v1", "web_v2"]), ("stage3", ["stage1"]), ("cos", ["cosine"])],
    ids=["two are as near", "another number", "not near enough"],
)
def test_a_doubtful_fix_is_unsafe(name, known):
    assert not suggest(name, at(name), known)[1].safe


def test_a_difference_in_case_is_safe():
    assert suggest("WEB", at("WEB"), ["web", "wab"])[1].safe


def test_otherwise_is_said_where_none_is_near():
    assert suggest("zebra", at("zebra"), ["linear"], "there is `linear`") == ("there is `linear`", None)


def test_a_known_name_is_not_offered_again():
    assert suggest("linear", at("linear"), ["linear"], "look again") == ("look again", None)


def test_no_fix_where_the_name_does_not_stand_there():
    for text in ("by liner", "liners"):
        assert suggest("liner", at(text), ["linear"]) == ("did you mean `linear`?", None)


def test_many_names_are_compared_by_their_first_letter():
    names = [f"n{index}" for index in range(MOST)]
    assert nearest("liner", [*names, "linear"]) == "linear"
    assert nearest("miner", [*names, "linear"]) is None
