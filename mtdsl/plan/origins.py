"""Where the values of a plan were written: what labels point at, and what `mtdsl show` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Literal

from mtdsl.diag import Diagnostic, Label, Span
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan.attributes import PHASE, TECHNIQUES
from mtdsl.plan.share_spans import share_span
from mtdsl.registry import Registry

if TYPE_CHECKING:
    from mtdsl.plan.compiler import Compiler
    from mtdsl.plan.drafts import Draft, Occasion

SLOTS = tuple(f"{name}." for name in TECHNIQUES)
Via = Literal["written", "copied", "recipe", "schedule", "parent", "lock", "default", "unsaid"]


@node
class Origin(Frozen):
    """How a value came to be.

    `written` in the node itself, `copied` by `like` from the phase `of`, from the `recipe`'s top level, set by a `schedule`,
    taken over from the `parent` named by `of`, measured in the `lock`, a `default`, or `unsaid`, where it is unknown. `span` is
    None where nobody wrote it.
    """

    via: Via
    span: Span | None = None
    of: str = ""


DEFAULT = Origin("default")
"""That of a value which nobody wrote."""


@node
class Origins(Frozen):
    """Origins by node and attribute; see `mtdsl.registry.remarks.Place` for how attributes are named.

    `shares` looks for the share of a source in the mixture of a phase: only when it is asked for, since there are many.
    `registry` holds the techniques that the recipe was analysed with: whoever reads a curve of its plan needs them.
    """

    known: Mapping[tuple[str, str], Origin] = field(default_factory=dict)
    shares: Callable[[str, str], Span | None] = lambda node, source: None
    registry: Registry = field(default_factory=Registry)

    def of(self, node: str, attribute: str = "name") -> Origin:
        """The origin of a value; a default where nothing else is known."""
        if attribute.startswith("mix."):
            whole = self.of(node, "mix")
            return replace(whole, span=self.shares(node, attribute.removeprefix("mix.")) or whole.span)
        if attribute.startswith(SLOTS) and (node, attribute) not in self.known:
            attribute = attribute.partition(".")[0]
        return self.known.get((node, attribute), DEFAULT)

    def span(self, node: str, attribute: str = "name") -> Span | None:
        """Where a value was written, else where its node is declared; None for a node that no text declares."""
        return self.of(node, attribute).span or self.of(node).span


def located(found: Diagnostic, written: Origins) -> Diagnostic:
    """What was found without the recipe at hand, with the line that it speaks of."""
    span = written.span(*found.about) if found.about and not found.labels else None
    return found if span is None else replace(found, labels=(Label(span),))


def origins(compiler: Compiler) -> Origins:
    """Where everything that a compiled recipe says was written."""
    return Origins(dict(_all(compiler)), lambda node, source: _share(compiler, node, source), compiler.registry)


def _share(compiler: Compiler, node: str, source: str) -> Span | None:
    draft = compiler.graph.phases.get(node)
    mix = compiler.lookup(draft, "mix") if draft else None
    return share_span(mix, source, compiler.evaluator) if mix else None


def _all(compiler: Compiler) -> Iterator[tuple[tuple[str, str], Origin]]:
    graph, schedules = compiler.graph, compiler.schedules
    yield from _of_groups(compiler)
    yield from ((("", name), Origin("recipe", at.value.span)) for name, at in compiler.module.settings.items())
    for name, draft in graph.phases.items():
        yield (name, "name"), Origin("written", draft.span)
        for attribute in PHASE:
            origin = _attribute(compiler, draft, attribute)
            if origin is not None:
                yield (name, attribute), origin
        yield from (((name, owned.item.name), Origin("schedule", owned.item.name_span)) for owned in schedules.all_of(name))
        yield from (((name, f"when.{at}"), _happening(draft, when)) for at, when in enumerate(draft.whens))
    for name in graph.merges:
        yield from (((name, "context"), Origin("parent", None, parent)) for parent in compiler.parents.get(name, ())[:1])
    for (_, child), words in compiler.edges.words.items():
        yield from (((child, f"transition.{key}"), Origin("written", span)) for key, (_, span) in words.items())
    for name, found in (*graph.merges.items(), *graph.starts.items(), *compiler.declared.items(), *compiler.evals.items()):
        yield (name, "name"), Origin("written", found.item.name_span)
        yield from _body(name, found.item)


def _of_groups(compiler: Compiler) -> Iterator[tuple[tuple[str, str], Origin]]:
    """Groups of parameters stand in no flow: those of every file, the recipe's own last, which counts where names are alike."""
    for file in compiler.module.files:
        for item in file.items:
            if isinstance(item, tree.Group):
                yield (item.name, "name"), Origin("written", item.name_span)
                yield from _body(item.name, item)


def _attribute(compiler: Compiler, draft: Draft, attribute: str) -> Origin | None:
    if compiler.schedules.owns(attribute, draft.name):
        return Origin("schedule", compiler.schedules.span(attribute, draft.name))
    found = compiler.lookup.written(draft, attribute)
    if found is None and (moved := compiler.schedules.parameters(attribute, draft.name)):
        return Origin("schedule", compiler.schedules.span(f"{attribute}.{moved[0]}", draft.name))
    if found is None:
        return _inherited(compiler, draft, attribute)
    if attribute not in draft.attributes:
        return Origin("recipe", found.span)
    own = any(entry is found.attribute for entry in draft.item.body.entries)
    return (
        Origin("written", found.span) if own else Origin("copied", found.span, draft.item.like.name if draft.item.like else "")
    )


def _inherited(compiler: Compiler, draft: Draft, attribute: str) -> Origin | None:
    """The window is state of the model, the seed that of the data order; what else is left out has a default."""
    origin = compiler.graph.origins.get(draft.name)
    if origin is None or attribute not in ("context", "seed"):
        return None
    return Origin("parent", None, origin.node) if attribute == "context" or origin.node in compiler.graph.phases else None


def _happening(draft: Draft, when: Occasion) -> Origin:
    like = draft.item.like
    return (
        Origin("copied", when.item.test.span, like.name if like else "")
        if when.copied
        else Origin("written", when.item.test.span)
    )


def _body(name: str, item: object) -> Iterator[tuple[tuple[str, str], Origin]]:
    body = item.body if isinstance(item, tree.Data | tree.Start | tree.Group) else None
    for entry in body.entries if body else ():
        if isinstance(entry, tree.Attribute):
            yield (name, entry.name), Origin("written", entry.value.span)
    if isinstance(item, tree.Data | tree.Merge | tree.Eval) and item.value is not None:
        yield (name, "source" if isinstance(item, tree.Data) else "value"), Origin("written", item.value.span)
