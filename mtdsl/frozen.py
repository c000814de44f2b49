"""Frozen values whose classes are cheap to define.

`dataclass(frozen=True)` compiles six functions a class: 1 ms each, 45 ms for the syntax tree, in every command.
These share one set of functions and are dataclasses all the same for `fields`, `replace` and the type checker.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field
from typing import Any, ClassVar, TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def node(cls: type[_T]) -> type[_T]:
    """Make a subclass of `Frozen` a dataclass: its annotations are its fields."""
    return dataclass(init=False, repr=False, eq=False)(cls)


class Frozen:
    """What `dataclass(frozen=True)` would have written, once for all."""

    __match_args__: tuple[str, ...] = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __init__(self, *values: Any, **named: Any) -> None:
        names = self.__match_args__
        if len(values) == len(names) and not named:  # nearly always, and by far the fastest
            self.__dict__.update(zip(names, values, strict=True))
            return
        given = dict(zip(names, values, strict=False))
        if len(values) > len(names) or not given.keys().isdisjoint(named) or not named.keys() <= set(names):
            raise TypeError(f"{type(self).__name__} takes {', '.join(names)}")
        given.update(named)
        if len(given) < len(names):
            given.update(self._left_out(given))
        self.__dict__.update(given)

    def _left_out(self, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The defaults of the fields that were not given. Raises `TypeError` where one has none."""
        for name in self.__match_args__:
            if name in given:
                continue
            known = self.__dataclass_fields__[name]
            if known.default is MISSING and known.default_factory is MISSING:
                raise TypeError(f"{type(self).__name__} lacks {name}")
            yield name, known.default if known.default_factory is MISSING else known.default_factory()

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__match_args__)

    def __eq__(self, other: object) -> bool:
        return self is other or (type(other) is type(self) and self._values() == other._values())

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
        return f"{type(self).__name__}({', '.join(shown)})"

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to {name}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete {name}")
