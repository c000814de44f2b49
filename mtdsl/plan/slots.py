"""Where each kind of technique stands in a recipe: small ones, in which one is tried, by its tests and to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HEAD = """\
recipe example "A technique in its place"
model = {model}
tokenizer = bpe(vocab = 512)
data a {{ tokens = 4M, documents = 10_000 }}
data b {{ tokens = 400_000, documents = 400 }}
data c {{ tokens = 40_000, documents = 400 }}
mix base {{ a = 50%, b = 30%, c = 20% }}
context = 512
batch = 4 x 512
lr = 1e-3
mix = base
"""
LLAMA = "llama(layers = 2, width = 64, heads = 2)"
"""The model of these recipes: heads of 32 dimensions, so 16 frequencies."""

STEPS, WARMUP, STEP = 500, 50, 4 * 512
"""Steps of the phase of a technique and of its warm-up, and tokens of a step."""

PHASE = f"phase one {{{{ steps = {STEPS}, %s }}}}\n"
FORK = """\
phase trunk {{ steps = 500 }}
phase leaf for order in [1, 2] {{ steps = 100, seed = order }}
transition trunk -> leaf {{ data = fresh }}
"""

SLOTS: Mapping[str, tuple[str, ...]] = {
    "scheduler": (
        PHASE % f"warmup = {WARMUP} steps, lr = 1e-3 -> 1e-5 by {{call}}",
        PHASE % f"warmup = {WARMUP} steps, lr = 1e-3 by {{call}}",
    ),
    "mixer": (f"mix chosen = base by {{call}}\n{PHASE % 'mix = chosen'}",),
    "turns": (PHASE % "mix = {call}",),
    "extender": (
        PHASE % "seed = 0" + "phase two {{ steps = 100, batch = 1 x 2k, context = -> 2k by {call} }}\nflow one -> two\n",
        PHASE % "seed = 0" + "phase two {{ steps = 0, context = -> 2k by {call} }}\nflow one -> two\n",
    ),
    "merger": (f"{FORK}merge made = {{call}}\nflow trunk -> leaf -> made\n",),
    "sampling": (f"{PHASE % 'seed = 0'}merge made = {{call}}\nflow one -> made\n",),
    "choosing": (f"{FORK}eval held = loss([a])\nmerge made = {{call}}\nflow trunk -> leaf -> made\n",),
    "optimizer": (PHASE % "optimizer = {call}",),
    "objective": (PHASE % "objective = {call}",),
    "packer": (PHASE % "packing = {call}",),
    "rewriter": (PHASE % "fim = 10%, fim_mode = {call}",),
    "editor": (PHASE % "seed = 0" + "phase two {{ steps = 100, edit = {call} }}\nflow one -> two\n",),
    "gate": (PHASE % "stop = {call}",),
    "evaluator": ("eval measured = {call}\n" + PHASE % "stop = measured >= 0",),
    "source": ("data more = {call}\n" + PHASE % "mix = more",),
    "filter": ("data more {{ tokens = 1B, filter = {call} }}\n" + PHASE % "mix = more",),
}
"""The recipe's rest, by kind, with the place of the call; where there are several, a technique must fit into one of them."""


ASKING: Mapping[str, Mapping[str, str]] = {
    "mixer": {"turns": "turns"},
    "merger": {"checkpoints": "sampling", "choose": "choosing"},
}
"""By kind and method: the slots of techniques that are called otherwise than the others of their kind."""


def bodies(kind: str, factory: type[Any]) -> tuple[str, ...]:
    """The slots of a technique: of a mixer and a merger by what it asks for, turns, checkpoints of one phase, an evaluation."""
    slot = next((slot for method, slot in ASKING.get(kind, {}).items() if hasattr(factory, method)), kind)
    return SLOTS.get(slot, ())


def before(kind: str, factory: type[Any]) -> tuple[str, ...]:
    """The arguments that a call has before the technique's own: what takes turns, what is merged."""
    if kind == "mixer":
        return ("base", "c") if hasattr(factory, "turns") else ()
    if kind != "merger":
        return ()
    merged = "one" if hasattr(factory, "checkpoints") else "leaf"
    return (merged, "base = trunk") if getattr(factory, "based", False) else (merged,)


def recipe(body: str, call: str, model: str = LLAMA) -> str:
    """The whole recipe with the technique called in its slot."""
    return (HEAD + body).format(call=call, model=model)
