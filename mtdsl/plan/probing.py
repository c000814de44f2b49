"""Tries a scheduler before anything depends on it, so that a plugin that fails is a diagnostic and no traceback."""

from __future__ import annotations

from mtdsl.diag import Label, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.plan.model import Piece, Plugin, V
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.shapes import Motion

PARTS = 4


def probe(piece: Piece[V], techniques: Techniques, span: Span, warmup: int = 0) -> None:
    """Asks the scheduler of a piece behind a `warmup` for its value along the way.

    Raises `Mistake` where it fails or gives no number.
    """
    assert isinstance(piece.by, Plugin)
    motion = Motion(piece, techniques.made("scheduler", piece.by), warmup)
    begin, length = int(piece.begin), int(piece.end - piece.begin)
    try:
        motion.at([begin + length * part // PARTS for part in range(1, PARTS + 1)])  # nothing has moved at 0, whatever it is
    except Mistake as found:
        message = found.diagnostic.message if found.diagnostic else ""
        raise mistake("plugin-failed", message, Label(span)) from found
