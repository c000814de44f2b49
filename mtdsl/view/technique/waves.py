"""The frequency map of an extender: the wavelength of each pair of dimensions before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf, log, pi
from typing import Any

from mtdsl.plan.positions import Rope, architecture, positions
from mtdsl.registry import Architecture
from mtdsl.registry.extending import Configuring, Varying, fit
from mtdsl.view import numbers
from mtdsl.view.technique.picture import Picture, Shown


def picture(shown: Shown) -> Picture | None:
    """Wavelengths in tokens, 2 pi over the inverse frequencies; None where the positions of a model are not known."""
    model, (before, after) = architecture(shown.plan), shown.plan.phases
    assert model is not None
    found = positions(shown.plan, shown.registry)
    old, new = before.context.end, after.context.end
    made = fit(shown.made(), model)
    first = _plain(found[before.name]["rope_theta"], model.head_dim)
    last, scaling = _extended(made, found[after.name], model, old, new)
    pairs = [(_wave(one), _wave(other)) for one, other in zip(first, [*last, *[0.0] * (len(first) - len(last))], strict=True)]
    rows = [{"pair": at, "before": _finite(one), "after": _finite(other)} for at, (one, other) in enumerate(pairs)]
    moved = any(one != other for one, other in pairs)
    said = "" if scaling == 1 else f"; cosines and sines are multiplied by {scaling:.4g}"
    title = f"the wavelengths of {len(pairs)} pairs of dimensions in tokens, before ○ and after ●{said}"
    data = {"windows": [old, new], "attention_scaling": scaling, "rope_parameters": found[after.name], "pairs": rows}
    if not moved:
        return Picture("wavelengths stay as they are in every layer that has positions", data, lambda _: iter(()))
    return Picture(title, data, lambda width: _lines(pairs, (old, new), width))


def _extended(made: Any, rope: Rope, model: Architecture, old: int, new: int) -> tuple[Sequence[float], float]:
    """Frequencies and scaling of a text as long as the new window, where they depend on its length."""
    form: tuple[Sequence[float], float]
    if isinstance(made, Varying):
        changed: Mapping[str, Any] = made.configure({}, old, new) if isinstance(made, Configuring) else {}
        form = made.inv_freq_at(rope, model.head_dim, int(changed.get("max_position_embeddings", new)), new)
    else:
        form = made.inv_freq(rope, model.head_dim)
    return form


def _plain(theta: float, head_dim: int) -> list[float]:
    """theta^(-2i/d), the frequencies of fresh weights (RoFormer, arXiv:2104.09864, section 3.2.2)."""
    return [theta ** (-2 * at / head_dim) for at in range(head_dim // 2)]


def _wave(frequency: float) -> float:
    return 2 * pi / frequency if frequency else inf


def _finite(wave: float) -> float | None:
    """None is a pair that is not rotated: JSON has no infinity."""
    return None if wave == inf else wave


def _lines(pairs: Sequence[tuple[float, float]], windows: tuple[int, int], width: int) -> Iterator[str]:
    """A line a pair on a logarithmic axis, where two columns are the windows."""
    spelled = [(str(at), _said(one), _said(other)) for at, (one, other) in enumerate(pairs)]
    wide = [max(map(len, column)) for column in zip(*spelled, ("pair", "before", "after"), strict=True)]
    gutter = sum(wide) + 6
    low, high = pairs[0][0], max(wave for pair in (*pairs, windows) for wave in pair if wave < inf)
    place = _Axis(low, high, width - gutter)
    head = _marked({place(window): numbers.length(window) for window in windows}, width - gutter)
    yield "  ".join(word.rjust(at) for word, at in zip(("pair", "before", "after"), wide, strict=True)) + "  " + head
    for words, (one, other) in zip(spelled, pairs, strict=True):
        cells = {place(window): "┊" for window in windows}
        cells |= dict.fromkeys(range(min(place(one), place(other)) + 1, max(place(one), place(other))), "─")
        cells |= {place(one): "○", place(other): "●"}
        left = "  ".join(word.rjust(at) for word, at in zip(words, wide, strict=True))
        yield f"{left}  {_marked(cells, width - gutter)}"


class _Axis:
    """Columns of wavelengths, by their logarithm; one that never comes round is the last."""

    def __init__(self, low: float, high: float, cells: int) -> None:
        self._low, self._span, self._last = log(low), log(high) - log(low), cells - 1

    def __call__(self, wave: float) -> int:
        """The column of a wavelength."""
        return self._last if wave == inf else min(round((log(wave) - self._low) / self._span * (self._last - 2)), self._last)


def _marked(cells: Mapping[int, str], width: int) -> str:
    """Words at their columns, on one line."""
    line = [" "] * width
    for at, word in sorted(cells.items()):
        begin = min(at, width - len(word))
        line[begin : begin + len(word)] = word
    return "".join(line).rstrip()


def _said(wave: float) -> str:
    return "none" if wave == inf else f"{wave:,.1f}" if wave < 100 else f"{wave:,.0f}"
