"""What Lark computes of the grammar, as plain values: a well-formed text is read without importing the parser generator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lark import Lark


class Rule(NamedTuple):
    """One alternative of a rule: what it makes, by which name it is built, and its symbols."""

    origin: str
    name: str
    """Its alias or the template it comes from; else `origin`."""
    passes: bool
    """Whether it stands for its one symbol, where it has one: `?rule` of Lark."""
    symbols: tuple[str, ...]
    terminals: tuple[bool, ...]
    """Of each symbol, whether it is a token."""


class Automaton(NamedTuple):
    """LALR(1) tables and terminals. Made of built-in types all through, so that `marshal` can keep them."""

    starts: Mapping[str, int]
    ends: frozenset[int]
    states: Mapping[int, Mapping[str, int]]
    """By state and symbol the next state, or the bitwise inverse of the rule that is complete there."""
    rules: tuple[tuple[Any, ...], ...]
    """The fields of each `Rule`."""
    regexes: Mapping[str, str]
    spelled: Mapping[str, str]
    """Terminals that the grammar spells out, by their text."""
    ignored: tuple[str, ...]


def taken_from(made: Lark) -> Automaton:
    """The tables of a parser, which keeps them where nothing public leads."""
    from lark.parsers.lalr_analysis import Shift

    parser: Any = made.parser
    table = parser.parser._parse_table
    numbers = {rule: number for number, rule in enumerate(made.rules)}
    states = {
        state: {str(name): to if action is Shift else ~numbers[to] for name, (action, to) in actions.items()}
        for state, actions in table.states.items()
    }
    regexes = {str(at.name): at.pattern.to_regexp() for at in made.terminals if at.pattern.type == "re"}
    spelled = {at.pattern.value: str(at.name) for at in made.terminals if at.pattern.type == "str"}
    rules = tuple(tuple(_rule(at)) for at in made.rules)
    ends = frozenset(table.end_states.values())
    ignored = tuple(str(name) for name in made.lexer_conf.ignore)
    return Automaton(dict(table.start_states), ends, states, rules, regexes, spelled, ignored)


def _rule(made: Any) -> Rule:
    symbols = tuple(str(symbol.name) for symbol in made.expansion)
    passes = bool(made.options.expand1) and not made.alias
    name = str(made.alias or made.options.template_source or made.origin.name)
    return Rule(str(made.origin.name), name, passes, symbols, tuple(symbol.is_term for symbol in made.expansion))
