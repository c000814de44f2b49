"""Colours of a drawn diagnostic."""

from __future__ import annotations

from dataclasses import dataclass

from mtdsl.diag.model import Severity

_SEVERITY = {"error": "1;31", "warning": "1;33", "note": "1;36"}
_FRAME = "1;34"
_STRONG = "1"


@dataclass(frozen=True)
class Paint:
    """Wraps text in ANSI codes, or leaves it as it is where `color` is False."""

    level: Severity
    color: bool

    def severity(self, text: str) -> str:
        """The head: red, yellow or cyan."""
        return self._wrap(text, _SEVERITY[self.level])

    def frame(self, text: str) -> str:
        """Line numbers and rules."""
        return self._wrap(text, _FRAME)

    def strong(self, text: str) -> str:
        """What is read first."""
        return self._wrap(text, _STRONG)

    def mark(self, text: str, primary: bool) -> str:
        """Carets and the remark behind them."""
        return self._wrap(text, _SEVERITY[self.level] if primary else _FRAME)

    def _wrap(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text
