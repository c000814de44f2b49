from fractions import Fraction

import pytest

from mtdsl.diag import Source
from mtdsl.lang import parse, parse_expression
from mtdsl.lang.tree import Binary, Body, Call, Extent, Hold, Items, Member, Move, Name, Number, Override, Ruled, String, Unary


def value(text):
    file, found = parse(Source("t.mtr", f"v = {text}"))
    assert found == ()
    got = file.items[0].attribute.value
    assert got.span.text == text
    return got


def expression(text):
    got, found = parse_expression(Source("--set", text))
    assert found == ()
    return got


@pytest.mark.parametrize(
    ("text", "digits", "suffix", "unit"),
    [
        ("2e-4", Fraction(1, 5000), "", None),
        ("1E6", Fraction(1_000_000), "", None),
        ("3_450_000", Fraction(3_450_000), "", None),
        ("2.0712352850360292e-4", Fraction("2.0712352850360292e-4"), "", None),
        ("1.5M", Fraction(3, 2), "M", None),
        ("128k", Fraction(128), "k", None),
        ("16Mi tokens", Fraction(16), "Mi", "tokens"),
        ("10%", Fraction(10), "%", None),
        ("2000 steps", Fraction(2000), "", "steps"),
        ("4 epochs", Fraction(4), "", "epochs"),
        ("0", Fraction(0), "", None),
    ],
)
def test_numbers(text, digits, suffix, unit):
    number = value(text)
    assert (number.digits, number.suffix, number.unit) == (digits, suffix, unit)


def test_strings_resolve_their_escapes():
    assert value(r'"a \"b\" \\ \n\t"').value == 'a "b" \\ \n\t'
    assert value('"# no comment"').value == "# no comment"


def test_names_members_and_calls():
    assert value("trunk.lr.start").parts == ("trunk", "lr", "start")
    member = value("lc[128k, b].context.end")
    assert isinstance(member, Member)
    assert (member.base.parts, member.rest) == (("lc",), ("context", "end"))
    assert [key.span.text for key in member.keys] == ["128k", "b"]
    call = value("reason.last(3, every = 1000 steps)")
    assert isinstance(call, Call)
    assert isinstance(call.func, Name)
    assert (call.func.parts, len(call.args)) == (("reason", "last"), 1)
    assert (call.named[0].name, call.named[0].name_span.text, call.named[0].span.text) == (
        "every",
        "every",
        "every = 1000 steps",
    )
    assert isinstance(value("anneal[42].last(3)").func, Member)
    assert value("f()").args == ()


def test_arguments_may_stand_on_lines_of_their_own():
    call = value('next_token(\n    mtp = [0.3 until 10T, 0.1],  # then less\n    by = "x",\n)')
    assert [named.name for named in call.named] == ["mtp", "by"]
    assert isinstance(call.named[0].value, Items)
    assert isinstance(call.named[0].value.items[0], Hold)


@pytest.mark.parametrize("sign", ["+", "-", "*", "/", "x"])
def test_infix(sign):
    product = value(f"a {sign} b")
    assert isinstance(product, Binary)
    assert (product.op, product.left.span.text, product.right.span.text) == (sign, "a", "b")


def test_strength_of_operators():
    total = value("90% * a + 10% * b - c")
    assert (total.op, total.left.op, total.left.left.op) == ("-", "+", "*")
    test = value("not a < b and c >= 2 or d")
    assert (test.op, test.left.op) == ("or", "and")
    assert isinstance(test.left.left, Unary)
    assert test.left.left.operand.op == "<"
    assert value("(a + b) * c").left.op == "+"
    assert value("-a * b").left.op == "-"


def test_parentheses_belong_to_what_is_around_them():
    product = value("(a + b) * (c)")
    assert product.span.text == "(a + b) * (c)"
    assert product.left.span.text == "a + b"
    assert product.right.span.text == "c"


def test_override():
    override = value("stage3 with { long = 10%, more = 5% }")
    assert isinstance(override, Override)
    assert isinstance(override.body, Body)
    assert [entry.name for entry in override.body.entries] == ["long", "more"]


def test_hold_rule_and_moves():
    hold = value("2e-4 until 10T")
    assert isinstance(hold, Hold)
    assert hold.extent == Extent(hold.extent.span, "until", hold.extent.amount)
    assert hold.extent.span.text == "until 10T"
    ruled = value("base by odm(alpha = 0.9)")
    assert isinstance(ruled, Ruled)
    assert (ruled.extent, ruled.by.func.parts) == (None, ("odm",))
    assert value("a over 5% by odm").extent.kind == "over"
    move = value("2e-4 -> 2e-5 over 7T - plan.tokens by cosine")
    assert isinstance(move, Move)
    assert [part.span.text for part in (move.start, move.end, move.extent.amount, move.by)] == [
        "2e-4",
        "2e-5",
        "7T - plan.tokens",
        "cosine",
    ]
    on = value("-> 0")
    assert (on.start, on.end.digits, on.extent, on.by) == (None, 0, None, None)


def test_a_line_that_ends_in_an_operator_goes_on():
    assert value("a +\n    b").op == "+"
    assert isinstance(value("1 ->\n    0"), Move)
    assert value("a and\n b or\n c").op == "or"


def test_pieces():
    pieces = value("[\n    0 -> 2e-4 over 2000 steps,\n    2e-4 until 10T,\n    -> 0 by linear,\n    7e-6,\n]")
    assert [type(piece) for piece in pieces.items] == [Move, Hold, Move, Number]


def test_expression():
    assert expression("100B").suffix == "B"
    assert expression('"a" ').__class__ is String
    assert expression("[32k, 64k]").items[1].suffix == "k"
    assert expression("90% * a + 10% * b").op == "+"


@pytest.mark.parametrize("text", ["", "5 B", "-> 0", "1 2", "a = b", "\0", "(" * 10_000])
def test_what_is_no_expression(text):
    got, found = parse_expression(Source("--set", text))
    assert got is None
    assert len(found) == 1
    assert found[0].labels[0].span.source.path == "--set"
