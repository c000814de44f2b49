"""Whether the sources hold what is declared of them and what the plan takes: looked at before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from mtdsl.data.corpus import Corpus
from mtdsl.data.reading import Say
from mtdsl.data.usage import taken
from mtdsl.diag import Diagnostic, Refusal
from mtdsl.plan.curves import sources_of
from mtdsl.plan.limits import times
from mtdsl.plan.model import Plan, Source
from mtdsl.registry import Registry

CLOSE = Fraction(1, 100)
"""No two tools count tokens quite alike; a declared size may be off by this part of what there is."""


def check(plan: Plan, corpus: Corpus, registry: Registry, say: Say) -> None:
    """Raise `Refusal` with everything that is too small or not of the declared size; `say` which sources are repeated."""
    used, asked = taken(plan, corpus.epochs, registry), taken(plan, corpus.epochs, registry, asked=True)
    wrong: list[Diagnostic] = []
    for source in plan.sources:
        if source.name in corpus.tables:
            node = max(asked, key=lambda node: asked[node].get(source.name, 0))
            wrong += [*_declared(source, corpus), *_short(plan, source, corpus)]
            of_source = asked[node].get(source.name, 0), used[node].get(source.name, 0)
            wrong += _repeated(source, corpus, node, *of_source, say)
    if wrong:
        raise Refusal(*wrong)


def _declared(source: Source, corpus: Corpus) -> Iterator[Diagnostic]:
    """Other sizes than were declared, held-out documents included: they may have decided budgets, weights and checks."""
    table = corpus.tables[source.name]
    for name, fact, held in (("tokens", source.tokens, table.total), ("documents", source.documents, table.documents)):
        if fact.certainty == "declared" and fact.value is not None and abs(Fraction(fact.value) - held) > CLOSE * held:
            message = f"`{source.name}` is declared with {int(fact.value):,} {name} and holds {held:,}"
            hint = f"write `{name} = {held:_}`, or leave it out and run `mtdsl lock`; then look at the plan again"
            yield Diagnostic("declared-differs", "error", message, help=hint, about=(source.name, name))


def _short(plan: Plan, source: Source, corpus: Corpus) -> Iterator[Diagnostic]:
    """Fewer tokens than one window takes."""
    size = corpus.sizes[source.name]
    fed = [phase for phase in plan.phases if phase.batch and phase.mix and source.name in sources_of(phase.mix)]
    longest = max(fed, key=lambda phase: phase.batch.length if phase.batch else 0)
    if longest.batch and size < longest.batch.length:
        message = f"`{source.name}` holds {size:,} tokens to train on, less than one window of `{longest.name}`"
        hint = f"a window is {longest.batch.length:,} tokens: add text, or make it shorter"
        yield Diagnostic("source-exhausted", "error", message, help=hint, about=(source.name, "source"))


def _repeated(source: Source, corpus: Corpus, node: str, asked: int, tokens: int, say: Say) -> Iterator[Diagnostic]:
    """More tokens `asked` for than the recipe allows; where that is kept to, it is told how often the source is read."""
    size, known = corpus.sizes[source.name], source.tokens.certainty in ("declared", "measured")
    epochs = tokens / size if size else 0.0
    allowed = float(source.max_epochs or 0)
    counted = source.epoch if known and source.epoch else size  # as the plan counts, with the held-out documents
    shown = times(epochs, allowed)
    taken = f"by the end of `{node}`, `{source.name}` is read {shown} times ({tokens:,} of {size:,} tokens)"
    if source.max_epochs is not None and asked > allowed * counted:
        hint, about = "add text, lower its share, shorten the phases, or allow more epochs", (source.name, "max_epochs")
        message = f"{taken}; max_epochs is {allowed:g}"
        yield Diagnostic("source-epochs", "error", message, help=hint, about=about)
    elif epochs > 1:
        say(taken)
