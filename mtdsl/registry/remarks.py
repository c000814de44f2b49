"""What a lint says: where in the recipe, and what could be done."""

from __future__ import annotations

from typing import Literal

from mtdsl.frozen import Frozen, node


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
    severity: Literal["error", "warning", "note"] = "warning"
    edit: Edit | None = None
