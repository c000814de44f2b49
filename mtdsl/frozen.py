"""Frozen values whose classes are cheap to define, and quick to make.

`dataclass(frozen=True)` compiles six functions a class: 1 ms each, 45 ms for the syntax tree, in every command.
These share one set of functions, but for `__init__`: that is compiled when the first value of a class is made. They are
dataclasses all the same for `fields`, `replace` and the type checker.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, ClassVar, TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def node(cls: type[_T]) -> type[_T]:
    """Make a subclass of `Frozen` a dataclass: its annotations are its fields."""

    def first(self: Any, *values: Any, **named: Any) -> None:
        cls.__init__ = _initializer(cls)  # type: ignore[method-assign]
        cls.__init__(self, *values, **named)

    cls.__init__ = first  # type: ignore[method-assign]
    return dataclass(init=False, repr=False, eq=False)(cls)


def _initializer(cls: Any) -> Any:
    """`def __init__(self, a, b=...)`, which writes `a` and `b` past the lock: a long recipe makes a hundred thousand values."""
    known: dict[str, Any] = {"MISSING": MISSING}
    given, lines = ["self"], ["    _made = self.__dict__"]
    for at in fields(cls):
        name, default, fresh = at.name, f"_default_{at.name}", at.default_factory is not MISSING
        known[default] = at.default_factory if fresh else at.default
        given.append(f"{name}=MISSING" if fresh else name if at.default is MISSING else f"{name}={default}")
        lines.append(f"    _made[{name!r}] = " + (f"{default}() if {name} is MISSING else {name}" if fresh else name))
    exec("\n".join([f"def __init__({', '.join(given)}):", *lines]), known)  # as dataclasses do
    known["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return known["__init__"]


class Frozen:
    """What `dataclass(frozen=True)` would have written, once for all."""

    __match_args__: tuple[str, ...] = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__match_args__)

    def __eq__(self, other: object) -> bool:
        return self is other or (type(other) is type(self) and self._values() == other._values())

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__match_args__ if self.__dataclass_fields__[name].repr)
        return f"{type(self).__name__}({', '.join(shown)})"

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to {name}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete {name}")
