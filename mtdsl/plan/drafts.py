"""A phase before it is lowered, and the family that one `phase` item declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from mtdsl.diag import Span
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan.evaluate import is_word
from mtdsl.plan.names import Scope


@node
class Written(Frozen):
    """An attribute and where the names in its value are looked up."""

    attribute: tree.Attribute
    scope: Scope

    @property
    def value(self) -> tree.Value:
        """The value as written."""
        return self.attribute.value

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return self.attribute.value.span


@node
class Occasion(Frozen):
    """A `when` of a phase, where the names in it are looked up, and whether `like` copied it."""

    item: tree.When
    scope: Scope
    copied: bool = False


@node
class Key(Frozen):
    """One value of a `for`: as written, and in the form that references are compared by."""

    shown: str
    value: object


@node
class Draft(Frozen):
    """A phase before lowering: its name, its place in its family, its attributes by name, its `when`s in order."""

    name: str
    family: str
    keys: tuple[Key, ...]
    rung: int
    rungs: int
    branch: tuple[Key, ...]
    item: tree.Phase
    scope: Scope
    attributes: Mapping[str, Written]
    whens: tuple[Occasion, ...] = ()

    def get(self, name: str) -> Written | None:
        """The attribute, or None where it is not written or was unset by `none`."""
        found = self.attributes.get(name)
        return None if found is None or is_word(found.value, "none") else found

    @cached_property
    def ladder(self) -> tuple[object, ...]:
        """Which ladder of its family it stands on."""
        return tuple(key.value for key in self.branch)

    @cached_property
    def span(self) -> Span:
        """The phase's name in the source."""
        return self.item.name_span


@node
class Family(Frozen):
    """All members that one `phase` item declares."""

    name: str
    members: tuple[Draft, ...]

    @cached_property
    def entries(self) -> tuple[Draft, ...]:
        """The members that an edge into the family leads to: each branch's first rung."""
        first = self._rungs(min)
        return tuple(member for member in self.members if member.rung == first[member.ladder])

    @cached_property
    def exits(self) -> tuple[Draft, ...]:
        """The members that an edge out of the family leaves from: each branch's last rung."""
        last = self._rungs(max)
        return tuple(member for member in self.members if member.rung == last[member.ladder])

    def _rungs(self, best: Callable[[int, int], int]) -> dict[tuple[object, ...], int]:
        found: dict[tuple[object, ...], int] = {}
        for member in self.members:
            found[member.ladder] = best(found.get(member.ladder, member.rung), member.rung)
        return found

    def find(self, keys: tuple[Key, ...]) -> list[Draft]:
        """Members whose first values are `keys`."""
        wanted = [key.value for key in keys]
        return [member for member in self.members if [key.value for key in member.keys][: len(wanted)] == wanted]
