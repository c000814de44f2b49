"""What a lint says: where in the recipe, and what could be done."""

from __future__ import annotations

from typing import Literal, get_args

from mtdsl.frozen import Frozen, node

Severity = Literal["error", "warning", "note"]


@node
class Place(Frozen):
    """A value of the plan, by the node it belongs to and the attribute that says it; the core finds its line.

    `node` is a phase, merge, start, source, group or eval. `attribute` is one of its attributes (`lr`, `mix`, `max_epochs`),
    `transition.lr` for what is said on the edge into a phase, `mix.web` for the share of a source, `when.0` for the test of its
    first event, or `name`: the node itself.
    `message` stands under the line.
    """

    node: str
    attribute: str = "name"
    message: str = ""


@node
class Edit(Frozen):
    """What could be written instead, in the place of the value that `place` names."""

    title: str
    place: Place
    replacement: str
    safe: bool = False


@node
class Remark(Frozen):
    """One finding. Its id is the lint's name; `places[0]` is where the reader should look first."""

    message: str
    places: tuple[Place, ...]
    help: str | None = None
    severity: Severity = "warning"
    edit: Edit | None = None


def checked(remark: object) -> Remark:
    """What a lint gave, if it is a remark whose fields are what they say. Raises `TypeError` otherwise."""
    if not isinstance(remark, Remark):
        raise TypeError(f"a `mtdsl.Remark` is expected, not {remark!r}")
    texts = (remark.message, "" if remark.help is None else remark.help)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"the message and the help of a remark are text, not {texts!r}")
    if remark.severity not in get_args(Severity):
        raise TypeError(f"a remark is an error, a warning or a note, not {remark.severity!r}")
    if not isinstance(remark.places, tuple) or not all(_is_place(place) for place in remark.places):
        raise TypeError(f"the places of a remark are a tuple of `mtdsl.Place`, not {remark.places!r}")
    edit = remark.edit
    if edit is not None and not (isinstance(edit, Edit) and _is_place(edit.place) and isinstance(edit.replacement, str)):
        raise TypeError(f"the edit of a remark is a `mtdsl.Edit`, not {edit!r}")
    return remark


def _is_place(place: object) -> bool:
    return isinstance(place, Place) and all(isinstance(text, str) for text in (place.node, place.attribute, place.message))
