from __future__ import annotations

import numpy as np
import pytest
from datakit import corpus, table

from mtdsl.data import Borders, Piece, Window, collate, trained
from mtdsl.data.documents import IGNORED

TEXT = corpus(a=table([5, 4, 20], first=100), b=table([6], first=500))
WINDOWS = [
    Window("a", (Piece(0, 0, 5), Piece(2, 3, 6))),
    Window("b", (Piece(0, 1, 5),)),
    Window("a", (Piece(1, 0, 4), Piece(2, 0, 4))),
]


def test_under_document_masks():
    flat = collate(WINDOWS, TEXT, 8, Borders())
    pad, no = TEXT.pad, IGNORED
    assert flat.input_ids.tolist() == [
        *(100, 101, 102, 103, 104, 112, 113, 114),
        *(501, 502, 503, 504, pad, pad, pad, pad),
        *(105, 106, 107, 108, 109, 110, 111, 112),
    ]
    assert flat.labels.tolist() == [
        *(101, 102, 103, 104, no, 113, 114, no),
        *(502, 503, 504, no, no, no, no, no),
        *(106, 107, 108, no, 110, 111, 112, no),
    ]
    assert flat.position_ids.tolist() == [*range(5), *range(3), *range(4), *range(4), *range(4), *range(4)]
    assert flat.cu_seqlens.tolist() == [0, 5, 8, 12, 16, 20, 24]
    assert flat.max_length == 5


def test_without_masks_a_window_is_one_segment():
    flat, masked = collate(WINDOWS, TEXT, 8, Borders("none", "window")), collate(WINDOWS, TEXT, 8, Borders())
    assert flat.position_ids.tolist() == [*range(8)] * 3
    assert flat.cu_seqlens.tolist() == [0, 8, 16, 24]
    assert flat.max_length == 8
    assert (flat.labels == masked.labels).all()
    assert (flat.input_ids == masked.input_ids).all()


def test_positions_may_begin_elsewhere_than_what_a_token_sees():
    apart, across = Borders("document", "window"), Borders("none", "document")
    both, neither = collate(WINDOWS, TEXT, 8, Borders()), collate(WINDOWS, TEXT, 8, Borders("none", "window"))
    assert (collate(WINDOWS, TEXT, 8, apart).position_ids == neither.position_ids).all()
    assert (collate(WINDOWS, TEXT, 8, apart).cu_seqlens == both.cu_seqlens).all()
    assert (collate(WINDOWS, TEXT, 8, across).position_ids == both.position_ids).all()
    assert (collate(WINDOWS, TEXT, 8, across).cu_seqlens == neither.cu_seqlens).all()


def test_the_end_of_a_document_may_predict_the_next_one_in_its_window():
    """Nothing follows a document that is cut (token 114), padding, or the last one of a window."""
    learnt, no = Borders(eod_loss="learnt"), IGNORED
    flat = collate(WINDOWS, TEXT, 8, learnt)
    assert flat.labels.tolist() == [
        *(101, 102, 103, 104, 112, 113, 114, no),
        *(502, 503, 504, no, no, no, no, no),
        *(106, 107, 108, 109, 110, 111, 112, no),
    ]
    assert (flat.labels != IGNORED).sum() == trained(WINDOWS, TEXT, learnt)
    cut = [Window("a", (Piece(0, 0, 4), Piece(1, 0, 4)))]
    assert trained(cut, TEXT, learnt) == trained(cut, TEXT, Borders()) == 6


@pytest.mark.parametrize("borders", [Borders(), Borders("none", "window", "learnt")], ids=["usual", "none"])
def test_shapes_and_types(borders: Borders):
    flat = collate(WINDOWS, TEXT, 8, borders)
    for array in (flat.input_ids, flat.labels, flat.position_ids):
        assert array.shape == (24,)
        assert array.dtype == np.int64
        assert array.flags.writeable
    assert flat.cu_seqlens.dtype == np.int32


def test_every_label_is_the_next_token_of_its_document():
    flat = collate(WINDOWS, TEXT, 8, Borders())
    for at in np.flatnonzero(flat.labels != IGNORED):
        assert flat.labels[at] == flat.input_ids[at] + 1
        assert flat.position_ids[at + 1] == flat.position_ids[at] + 1
    assert (flat.labels != IGNORED).sum() == trained(WINDOWS, TEXT, Borders()) == 4 + 2 + 3 + 3 + 3


def test_a_document_of_one_token_trains_nothing():
    windows = [Window("a", (Piece(0, 0, 1),))]
    assert (collate(windows, TEXT, 4, Borders()).labels == IGNORED).all()
    assert trained(windows, TEXT, Borders()) == 0
