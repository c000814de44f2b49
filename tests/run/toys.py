"""A recipe that trains in seconds, on text made here: trunk, forked anneal, merge, longer window."""

import json
import random
from pathlib import Path

from mtdsl.plan import compile
from mtdsl.registry import installed
from mtdsl.run import Silent

HEAD = """
recipe toy "A toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 300)
data noisy { source = jsonl("noisy.jsonl") }
data clean { source = jsonl("clean.jsonl") }
mix good { noisy = 30%, clean = 70% }
"""
CHAIN = (
    HEAD
    + """
phase trunk { steps = 10, batch = 4 x 64, context = 64, lr = 1e-3, warmup = 2 steps, mix = noisy, seed = 1 }
phase anneal for order in [1, 2] { steps = 6, batch = 4 x 64, lr = -> 0 by linear, mix = good, seed = order }
merge soup = average(anneal)
phase long { steps = 5, batch = 2 x 128, context = -> 128 by yarn(factor = 2), lr = 5e-4, mix = clean, packing = best_fit }
transition trunk -> anneal { data = fresh }
transition soup -> long { lr = restart }
flow trunk -> anneal -> soup -> long
"""
)
TRUNK = "phase trunk { steps = 6, batch = 4 x 64, context = 64, lr = 1e-3, mix = good }\n"
COMPARED = ("phase", "step", "tokens", "loss", "lr")


def text(folder):
    """Write the sources of the toy recipes."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(0)
    words = ["".join(draw.choices("abcdefgh", k=draw.randint(2, 6))) for _ in range(60)]
    for name in ("noisy", "clean"):
        documents = [" ".join(draw.choices(words, k=draw.randint(20, 200))) for _ in range(150)]
        lines = [json.dumps({"text": document}) for document in documents]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")


def plan_of(folder, recipe):
    """The plan of a recipe's text, written into `folder` beside its sources."""
    path = folder / "toy.mtr"
    path.write_text(recipe)
    plan, found = compile(path, {}, installed())
    assert plan is not None, [one.message for one in found]
    return plan


def log_of(run):
    """What two runs that train alike log alike."""
    lines = [json.loads(line) for line in (Path(run) / "log.jsonl").read_text().splitlines()]
    return [tuple(line[name] for name in COMPARED) for line in lines]


def events_of(run, event):
    """The facts of all events of one kind."""
    lines = [json.loads(line) for line in (Path(run) / "events.jsonl").read_text().splitlines()]
    return [line for line in lines if line["event"] == event]


def weights_of(folder):
    """The bytes of an exported model."""
    return (Path(folder) / "model.safetensors").read_bytes()


class Recording(Silent):
    """Keeps the steps that were taken, and calls `then` after each."""

    def __init__(self, then=lambda taken: None):
        self.taken = []
        self.said = []
        self._then = then

    def say(self, text):
        self.said.append(text)

    def stepped(self, phase, step):
        self.taken.append((step.phase, step.step))
        self._then(self.taken)
