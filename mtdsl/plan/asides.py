"""What a plan says beside its nodes: its checks, its notes for people, and the plugins that it uses."""

from __future__ import annotations

from mtdsl.frozen import Frozen, node


@node
class Check(Frozen):
    """A `check` of the recipe: its text, its message, and whether it holds (None: it needs what is not known)."""

    text: str
    message: str
    holds: bool | None


@node
class Note(Frozen):
    """What the recipe says for people of an `attribute` of a `node`: a `##` doc, what is cited, and what another place says.

    The node is "" for the recipe itself, the attribute "" for the whole of a node. An attribute of an edge, an event or a
    part of a mixture is a path: `transition.lr`, `when.0.batch`, `mix.web`.
    """

    node: str
    attribute: str = ""
    doc: str = ""
    cite: tuple[str, ...] = ()
    conflict: tuple[str, ...] = ()


@node
class Used(Frozen):
    """A plugin that the plan uses and the package that provides it."""

    kind: str
    name: str
    package: str
    version: str
