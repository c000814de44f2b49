"""The rewriting techniques of a plan, with the tokenizer that they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mtdsl.data.forms import Rewriter
from mtdsl.data.laying import rules_of
from mtdsl.data.tokenizer import Encoder
from mtdsl.diag import Diagnostic, Refusal
from mtdsl.plan.model import Phase, Plan
from mtdsl.registry import Registry
from mtdsl.registry.rewriting import Rewriting


def rewriters(plan: Plan, encoder: Encoder, registry: Registry) -> dict[str, Rewriter]:
    """By the name of their rules, those of all phases.

    Raises a `Refusal` that names every special token that the tokenizer does not have.
    """
    found: dict[str, Rewriter] = {}
    lacking: list[Diagnostic] = []
    for phase in plan.phases:
        if phase.fim_mode is not None and phase.batch is not None:
            technique: Rewriting = registry.build("rewriter", phase.fim_mode.name, phase.fim_mode.params)
            special = {name: encoder.fast.token_to_id(token) for name, token in technique.special().items()}
            lacking += _lacking(phase, technique.special(), special, encoder)
            found[rules_of(phase.fim_mode)] = Rewriter(technique, special, encoder, encoder.bos, encoder.eos)
    if lacking:
        raise Refusal(*lacking)
    return found


def _lacking(phase: Phase, special: Mapping[str, str], ids: Mapping[str, int | None], encoder: Encoder) -> Iterator[Diagnostic]:
    assert phase.fim_mode is not None
    named = {name: token for name, token in special.items() if ids[name] is None}
    if named:
        listed = " and ".join(f"`{token}`" for token in named.values())
        known = ", ".join(f"`{token}`" for token in sorted(encoder.fast.get_added_tokens_decoder().values(), key=str)) or "none"
        said = ", ".join(f'{name} = "..."' for name in named)
        yield Diagnostic(
            "special-token-missing",
            "error",
            f"`{phase.name}` rewrites documents with {listed}, and the tokenizer has no such token",
            help=f"write `{phase.fim_mode.name}({said})` with tokens that it has: its special ones are {known}",
            about=(phase.name, "fim_mode"),
        )
