from __future__ import annotations

from datakit import corpus, table

from mtdsl.data.validation import windows

TEXT = corpus(a=table([50, 60, 7, 90, 33], held=3), b=table([9]))


def test_held_out_documents_fill_windows():
    made = windows(TEXT, "a", 16, 10**6)
    pieces = [piece for window in made for piece in window.pieces]
    assert sum(piece.size for piece in pieces) == 7 + 90 + 33
    assert {piece.document for piece in pieces} == {2, 3, 4}
    assert [window.size for window in made] == [16] * 8 + [2]
    tokens = [at for piece in pieces for at in TEXT.tables["a"].tokens(piece.document)[piece.start : piece.stop]]
    assert len(set(tokens)) == len(tokens)


def test_no_more_text_than_asked():
    assert sum(window.size for window in windows(TEXT, "a", 16, 40)) == 40
    assert windows(TEXT, "a", 16, 40) == windows(TEXT, "a", 16, 40)


def test_nothing_where_nothing_is_held_out():
    assert windows(TEXT, "b", 16, 100) == []
