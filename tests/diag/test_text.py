"""What people read, character for character."""

import json

import pytest
from marks import RECIPE, span

from mtdsl.diag import Diagnostic, Fix, Label, Source, Span, concise, machine, text
from mtdsl.diag.columns import shown, width
from mtdsl.diag.fields import fields


def test_the_example_of_the_design(jump):
    assert (
        text.render([jump], color=False)
        == """\
error[lr-jump]: the learning rate jumps from 0 to 2e-5 where `ctx32k` begins
  --> r.mtr:39:15
   |
31 |     lr     = 2e-4 -> 0 by linear
   |                      - `decay` ends at 0
39 |     lr      = 2e-5 -> 0 by cosine
   |               ^^^^ `ctx32k` starts at 2e-5
 help: if the restart is meant, say so: transition decay -> ctx32k { lr = restart }"""
    )


def test_several_files_several_labels_of_a_line_and_a_fix():
    recipe = Source("r.mtr", "mix a { viet = 0.325%, code = 0.675% }\n")
    data = Source("data/x.mtr", "\n\ndata viet { tokens = 630M }\n")
    found = Diagnostic(
        "too-many-epochs",
        "warning",
        "`viet` would be seen 41 times",
        (
            Label(span(recipe, "0.325%"), "26.0B tokens over 8T"),
            Label(span(data, "630M"), "all that there is"),
            Label(span(recipe, "mix a")),
        ),
        help="change the limit with `max_epochs`",
        fix=Fix.write(span(recipe, "0.325%"), "0.0315%"),
    )
    assert (
        text.render([found], color=False)
        == """\
warning[too-many-epochs]: `viet` would be seen 41 times
 --> r.mtr:1:16
  |
1 | mix a { viet = 0.325%, code = 0.675% }
  | -----
  |                ^^^^^^ 26.0B tokens over 8T
 ::: data/x.mtr:3:22
  |
3 | data viet { tokens = 630M }
  |                      ---- all that there is
 help: change the limit with `max_epochs`
  fix: write `0.0315%`"""
    )


def test_no_text_to_blame_and_lines_in_a_help():
    found = Diagnostic("run-folder", "note", "this run is another recipe's", help="give it a folder\nof its own")
    assert (
        text.render([found, found], color=False)
        == """\
note[run-folder]: this run is another recipe's
 help: give it a folder
       of its own

note[run-folder]: this run is another recipe's
 help: give it a folder
       of its own"""
    )


@pytest.mark.parametrize(
    ("line", "piece", "drawn", "marks"),
    [
        ("\tlr = 3", "3", "    lr = 3", "         ^"),
        ("a\tb = 3", "b = 3", "a   b = 3", "    ^^^^^"),
        ('d = "漢字" + b', "b", 'd = "漢字" + b', "             ^"),
        ('d = "漢字" + b', '"漢字"', 'd = "漢字" + b', "    ^^^^^^"),
        ('d = "e\u0301" + b', "b", 'd = "e\u0301" + b', "          ^"),
        ("d = \0\x1b[31m + b", "b", "d = \ufffd\ufffd[31m + b", "             ^"),
        ("lr = 3\r", "3", "lr = 3", "     ^"),
    ],
)
def test_marks_stand_under_what_they_mean(line, piece, drawn, marks):
    source = Source("r.mtr", f"{line}\nnext")
    rows = text.render([Diagnostic("x", "error", "m", (Label(span(source, piece)),))], color=False).split("\n")
    assert rows[3:] == [f"1 | {drawn}", f"  | {marks}"]


def test_a_label_of_several_lines_is_marked_to_the_end_of_its_first():
    source = Source("r.mtr", "phase a {\n    lr = 3\n}\n")
    rows = text.render([Diagnostic("x", "error", "m", (Label(Span(source, 6, 20), "here"),))], color=False).split("\n")
    assert rows[3:] == ["1 | phase a {", "  |       ^^^ here"]


def test_an_empty_span_at_the_end_of_the_text_has_a_mark():
    source = Source("r.mtr", "flow a ->")
    rows = text.render([Diagnostic("x", "error", "m", (Label(Span(source, 9, 9)),))], color=False).split("\n")
    assert rows[3:] == ["1 | flow a ->", "  |          ^"]


def test_settings_stand_behind_the_place():
    source = Source("r.mtr", "check a < b\n")
    found = Diagnostic("check-failed", "error", "m", (Label(span(source, "a"), "3"),), settings=("budget=100B", "n=\x1b2"))
    row = text.render([found], color=False).split("\n")[1]
    assert row == " --> r.mtr:1:7          (with --set budget=100B --set n=\ufffd2)"


def test_a_line_that_nobody_reads_is_shown_around_its_marks():
    source = Source("r.mtr", f"let a = {'x' * 300}here{'y' * 300}there{'z' * 300}\n")
    labels = Label(span(source, "here"), "one"), Label(span(source, "there"), "two"), Label(span(source, "let"), "three")
    rows = text.render([Diagnostic("x", "error", "m", labels)], color=False).split("\n")[3:]
    assert len(rows) == 6
    assert rows[0] == f"1 | let a = {'x' * 232}…"
    assert rows[1] == "  | --- three"
    assert rows[2] == f"1 | …{'x' * 59}here{'y' * 176}…"
    assert rows[3] == f"  | {' ' * 60}^^^^ one"
    assert rows[4] == f"1 | …{'y' * 59}there{'z' * 175}…"
    assert rows[5] == f"  | {' ' * 60}----- two"


def test_a_mark_that_goes_on_beyond_what_is_shown_ends_there():
    source = Source("r.mtr", f"let a = {'x' * 900}\n")
    rows = text.render([Diagnostic("x", "error", "m", (Label(Span(source, 8, 908)),))], color=False).split("\n")[3:]
    assert rows[1] == f"  | {' ' * 8}{'^' * 233}"


def test_colours_only_wrap(jump):
    import re

    coloured = text.render([jump], color=True)
    assert "\x1b[1;31merror[lr-jump]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == text.render([jump], color=False)


def test_concise(jump):
    bare = Diagnostic("run-folder", "note", "two\nlines")
    assert concise.render([jump, bare]) == (
        "r.mtr:39:15: error[lr-jump] the learning rate jumps from 0 to 2e-5 where `ctx32k` begins\nnote[run-folder] two lines"
    )
    assert concise.render([]) == text.render([], color=False) == ""


def test_json_holds_all_that_the_text_is_drawn_from(jump):
    (read,) = json.loads(machine.render([jump]))
    assert read == fields(jump)
    assert text.draw(read, color=False) == text.render([jump], color=False)
    assert read["labels"][0] == {
        "path": "r.mtr",
        "start": RECIPE.index("2e-5"),
        "end": RECIPE.index("2e-5") + 4,
        "line": 39,
        "column": 15,
        "end_line": 39,
        "end_column": 19,
        "text": "    lr      = 2e-5 -> 0 by cosine",
        "message": "`ctx32k` starts at 2e-5",
    }


def test_json_of_a_fix_and_of_text_that_no_terminal_could_show():
    source = Source("r.mtr", "a = 5 B\ud800")
    found = Diagnostic("detached-suffix", "error", "m \ud800", (), fix=Fix.write(Span(source, 4, 7), "5B"))
    said = machine.render([found])
    assert said.isascii()
    fix = json.loads(said)[0]["fix"]["changes"][0]
    assert (fix["replacement"], fix["line"], fix["column"], fix["end_column"]) == ("5B", 1, 5, 8)
    text.render([found], color=False).encode()


def test_columns():
    assert width(shown("a\t漢e\u0301")) == 4 + 2 + 1
    assert shown("\t\t") == " " * 8
    assert shown("a\u202eb") == "a\ufffdb"
