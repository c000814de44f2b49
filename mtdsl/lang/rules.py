"""Which function builds the value of which rule of the grammar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from mtdsl.diag import Span
from mtdsl.lang.place import Place

Rule = Callable[[Place, Span, list[Any]], Any]
"""Takes where it builds, the text that the rule covers, and what its parts became: values, and tokens that say something."""

_R = TypeVar("_R", bound=Rule)


class Rules(dict[str, Rule]):
    """Rules by name; as a decorator it takes the function's name, less an underscore behind a name that Python keeps."""

    def __call__(self, function: _R) -> _R:
        """Register `function`."""
        self[function.__name__.rstrip("_")] = function
        return function
