"""A table of small runs: what is read of it, and what is told of one that is wrong."""

import pytest

from mtdsl.data.sheet import Columns, read
from mtdsl.diag import Refusal, Source

HEAD = "run,mix.a,mix.b,loss.x,loss.y\n"
ROWS = "1,0.5,0.5,2,3\n2,0.25,0.75,1.5,4\n"


def table(text, columns=None, **targets):
    return read(Source("t.csv", text), columns or Columns(), targets)


def test_shares_and_losses_are_told_apart_and_the_rest_is_left_alone():
    found = table(HEAD + ROWS)
    assert found.sources == ("a", "b")
    assert found.shares == ((0.5, 0.5), (0.25, 0.75))
    assert found.losses == ((2.0, 3.0), (1.5, 4.0))
    assert found.targets == [2.5, 2.75]


def test_targets_are_weighed():
    found = table(HEAD + ROWS, y=3.0, x=1.0)
    assert found.weights == (0.75, 0.25)
    assert found.targets == [2.75, 3.375]
    assert table(HEAD + ROWS, x=2.0).targets == [2.0, 1.5]


def test_a_line_ends_where_a_file_says_so():
    assert len(table("note,mix.a,mix.b,loss.x\nu\u2028v,0.5,0.5,2\nw\x0bx,0.2,0.8,1\n").shares) == 2


def test_other_beginnings_quotes_and_empty_lines():
    found = table('"train_a",train_b,val/x\n\n"0.5",0.5,2\n 0.2 , 0.8,1\n', Columns("train_", "val/"))
    assert (found.sources, found.shares) == (("a", "b"), ((0.5, 0.5), (0.2, 0.8)))


@pytest.mark.parametrize(
    ("text", "id", "line", "message"),
    [
        ("", "fit-header", None, "`t.csv` is empty"),
        ("a,b\n1,2\n", "fit-header", 1, "no column begins with `mix.`"),
        ("mix.a,loss.x\n1,2\n", "fit-header", 1, "one column begins with `mix.`"),
        ("mix.a,mix.b\n1,2\n", "fit-header", 1, "no column begins with `loss.`"),
        ("mix.a,mix.a,mix.b,loss.x\n1,0,0,2\n", "fit-header", 1, "`mix.a` heads 2 columns"),
        ("mix.a-b,mix.b,loss.x\n1,0,2\n", "fit-header", 1, "`a-b` is no name"),
        (HEAD + ROWS + "3,0.5,x,2,3\n", "fit-number", 4, "`mix.b` is `x`, which is no number"),
        (HEAD + f"{'x' * 200_000},0.5,0.5,2,3\n" + ROWS, "fit-number", 2, "a cell is longer than 131,072 characters"),
        (HEAD + '1,"0.5,0.5,2,3\n' + ROWS * 10_000, "fit-number", 2, "a cell is longer than 131,072 characters"),
        (HEAD + ROWS + "3,0.5,0.5,nan,3\n", "fit-number", 4, "`loss.x` is `nan`"),
        (HEAD + ROWS + "3,0.5,0.5,,3\n", "fit-number", 4, "`loss.x` is empty"),
        (HEAD + ROWS + "3,0.5,0.5,2\n", "fit-number", 4, "4 cells stand below 5 headers"),
        (HEAD + "1,0.5,0.52,2,3\n" + ROWS, "fit-share", 2, "the shares sum to 1.02, not 1"),
        (HEAD + "1,50,50,2,3\n" + ROWS, "fit-share", 2, "the shares sum to 100, not 1"),
        (HEAD + ROWS + "3,-0.5,1.5,2,3\n", "fit-share", 4, "the share of `a` is below 0"),
        (HEAD + "1,0.5,0.5,2,3\n2,0.5,0.5,1,4\n", "fit-constant", 1, "`mix.a` is 0.5 in every row"),
        (HEAD + "1,0.5,0.5,2,3\n2,0.4,0.6,2,4\n", "fit-constant", 1, "`loss.x` is 2 in every row"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(text, id, line, message):
    with pytest.raises(Refusal) as raised:
        table(text)
    found = raised.value.diagnostics[0]
    assert (found.id, found.labels[0].span.line if found.labels else None) == (id, line)
    assert message in found.message


def test_a_target_that_is_not_there():
    with pytest.raises(Refusal, match="there is no loss `z`"):
        table(HEAD + ROWS, z=1.0)


def test_half_a_percent_is_rounding():
    assert table(HEAD + "1,0.5,0.504,2,3\n" + ROWS).shares[0] == (0.5, 0.504)
