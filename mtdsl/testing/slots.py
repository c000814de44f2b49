"""Where each kind of technique stands in a recipe: small ones, which suites have planned to try a technique there."""

from __future__ import annotations

from collections.abc import Mapping

HEAD = """\
recipe conformance "A technique under test"
model = {model}
tokenizer = bpe(vocab = 512)
data a {{ tokens = 400M, documents = 1M }}
data b {{ tokens = 200M, documents = 2M }}
data c {{ tokens = 100M, documents = 1M }}
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
    "editor": (PHASE % "seed = 0" + "phase two {{ steps = 100, edit = {call} }}\nflow one -> two\n",),
    "gate": (PHASE % "stop = {call}",),
    "evaluator": ("eval measured = {call}\n" + PHASE % "stop = measured >= 0",),
    "source": ("data more = {call}\n" + PHASE % "mix = more",),
    "filter": ("data more {{ tokens = 1B, filter = {call} }}\n" + PHASE % "mix = more",),
}
"""The recipe's rest, by kind, with the place of the call; where there are several, a technique must fit into one of them."""


def recipe(body: str, call: str, model: str = LLAMA) -> str:
    """The whole recipe with the technique called in its slot."""
    return (HEAD + body).format(call=call, model=model)
