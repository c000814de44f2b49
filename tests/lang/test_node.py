from dataclasses import FrozenInstanceError, fields, replace

import pytest

from mtdsl.diag import Source, Span
from mtdsl.lang.tree import Call, Name, Number

SPAN = Span(Source("t.mtr", "abc"), 0, 1)


def test_values_are_equal_by_their_fields():
    assert Name(SPAN, ("a",)) == Name(SPAN, parts=("a",))
    assert hash(Name(SPAN, ("a",))) == hash(Name(SPAN, ("a",)))
    assert Name(SPAN, ("a",)) != Name(SPAN, ("b",))
    assert Name(SPAN, ("a",)) != SPAN


def test_defaults_and_inherited_fields():
    call = Call(SPAN, Name(SPAN, ("f",)))
    assert (call.args, call.named, Number(SPAN, 1).unit) == ((), (), None)
    assert [field.name for field in fields(Call)] == ["span", "func", "args", "named"]


def test_replace_copies():
    first = Number(SPAN, 1, "k")
    second = replace(first, suffix="M")
    assert (first.suffix, second.suffix, second.digits) == ("k", "M", 1)


def test_values_cannot_be_changed():
    name = Name(SPAN, ("a",))
    with pytest.raises(FrozenInstanceError):
        name.parts = ("b",)
    with pytest.raises(FrozenInstanceError):
        del name.parts


@pytest.mark.parametrize(
    "make", [lambda: Name(SPAN), lambda: Name(SPAN, (), 3), lambda: Name(SPAN, part=()), lambda: Name(SPAN, (), span=SPAN)]
)
def test_wrong_fields_are_refused(make):
    with pytest.raises(TypeError, match="Name"):
        make()


def test_patterns_match_by_position():
    match Number(SPAN, 3, "k"):
        case Number(_, digits, suffix):
            assert (digits, suffix) == (3, "k")
        case _:
            pytest.fail("no match")
