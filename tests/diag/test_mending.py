import pytest

from mtdsl.diag import Change, Diagnostic, Fix, Source, Span
from mtdsl.diag.mending import changed, extents, rewritten, together

SOURCE = Source("r.mtr", "a = 1\nb = 2\nc = 3\n")


def found(*changes, safe=True):
    return Diagnostic("x", "error", "m", fix=Fix("t", tuple(changes), safe))


def change(start, end, text, source=SOURCE):
    return Change(Span(source, start, end), text)


def test_changes_are_made_from_the_end():
    assert (
        changed(SOURCE.text, [change(0, 1, "alpha"), change(10, 11, "22"), change(6, 6, "# ")])
        == "alpha = 1\n# b = 22\nc = 3\n"
    )


def test_what_was_written_is_found_again():
    edits = [change(10, 11, "22"), change(0, 1, "alpha"), change(12, 18, "")]
    text = changed(SOURCE.text, edits)
    assert [text[start:end] for start, end in extents(edits)] == ["alpha", "22", ""]


def test_of_two_that_touch_the_first_is_made():
    first, inside, beside, behind = (
        found(change(0, 5, "x")),
        found(change(2, 3, "y")),
        found(change(5, 6, "z")),
        found(change(7, 8, "w")),
    )
    assert list(together([first, inside, beside, behind], unsafe=False)) == [first, behind]


def test_a_fix_is_made_whole_or_not_at_all():
    first, two = found(change(0, 1, "x")), found(change(0, 1, "y"), change(12, 13, "z"))
    assert list(together([first, two, found(change(12, 13, "w"))], unsafe=False))[1].fix.changes[0].replacement == "w"


def test_the_same_place_of_two_files_is_two_places():
    other = Source("s.mtr", SOURCE.text)
    assert len(list(together([found(change(0, 1, "x")), found(change(0, 1, "x", other))], unsafe=False))) == 2


def test_unsafe_ones_only_where_asked_for():
    doubtful = found(change(0, 1, "x"), safe=False)
    assert list(together([doubtful, Diagnostic("y", "note", "m")], unsafe=False)) == []
    assert list(together([doubtful], unsafe=True)) == [doubtful]


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        ("a = 1\nb = 2\nc = 3\n", "x\ny = 1\nb = 22\nc = 3\n"),
        ("a = 1\r\nb = 2\r\nc = 3\r\n", "x\r\ny = 1\r\nb = 22\r\nc = 3\r\n"),
        ("\ufeffa = 1\nb = 2\nc = 3\n", "\ufeffx\ny = 1\nb = 22\nc = 3\n"),
        ("\ufeffa = 1\r\nb = 2\nc = 3\r\n", "\ufeffx\r\ny = 1\r\nb = 22\nc = 3\r\n"),
    ],
    ids=["as it is", "CRLF", "byte order mark", "both, and mixed"],
)
def test_the_rest_of_a_file_stays_byte_for_byte(raw, left):
    assert rewritten(raw, [change(0, 1, "x\ny"), change(10, 11, "22")]) == left
