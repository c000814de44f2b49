"""`NAME.lock` beside a recipe: what text cannot know, as `mtdsl lock` measured it.

Every entry says what it was made of (`described`, `content`), so that a reader can tell whether it still fits the recipe and
the files. Planning reads this one small file and no corpus.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field, replace
from fractions import Fraction
from pathlib import Path

from mtdsl.diag import Diagnostic, Label, Source, Span
from mtdsl.frozen import Frozen, node
from mtdsl.plan.codec import decode, encode
from mtdsl.plan.model import Tokenizer
from mtdsl.plan.values import Plugin

FORMAT = 1
COUNTS = ("documents", "tokens", "longest", "vocab", "parameters", "matrices", "layers", "heads", "head_dim", "window")


@node
class Sized(Frozen):
    """How much of a source is in its documents of at least some length."""

    documents: int
    tokens: int


@node
class LockedSource(Frozen):
    """A source as it was measured, its held-out documents included.

    `content` is its fingerprint, `revision` the commit that was read of a data set on the hub. `tokens` and `longest` (tokens
    of the longest document) count what the recipe's tokenizer makes of it; None where there is none. `lengths`, by a least
    length in tokens (a power of two, or where the recipe cuts a part): what is in documents as long as that or longer.
    """

    described: Plugin
    content: str
    documents: int
    tokens: int | None = None
    longest: int | None = None
    lengths: Mapping[str, Sized] = field(default_factory=dict)
    revision: str = ""


@node
class LockedTokenizer(Frozen):
    """The tokenizer that counted. `sources`: those whose text one that is trained was trained on, in order."""

    described: Tokenizer
    content: str
    vocab: int
    sources: tuple[str, ...] = ()
    revision: str = ""


@node
class LockedModel(Frozen):
    """A model made elsewhere, by its configuration: `described` is the folder or hub name in the recipe.

    `content` is a hash of its files, on the hub the commit, which is then its `revision` as well. `matrices` are the parameters
    that one token is multiplied with: all of two dimensions or more, but for an embedding that is only looked up. `steps` and
    `lr` are what the trainer of a checkpoint left: how many it took, and the learning rate of the last of them. `names` are
    those of its parameters, folded by layer (`mtdsl.plan.folding`); one that is tied has both, `embedding = head`.
    """

    described: str
    content: str
    parameters: int
    matrices: int
    layers: int
    heads: int
    head_dim: int
    window: int
    vocab: int
    revision: str = ""
    steps: int | None = None
    lr: Fraction | None = None
    names: tuple[str, ...] = ()


@node
class Lock(Frozen):
    """A whole lock; empty where there is none."""

    sources: Mapping[str, LockedSource] = field(default_factory=dict)
    tokenizer: LockedTokenizer | None = None
    model: LockedModel | None = None
    starts: Mapping[str, LockedModel] = field(default_factory=dict)
    format: int = FORMAT

    def uncounted(self) -> Lock:
        """The lock without what a tokenizer counted."""
        plain = {name: replace(source, tokens=None, longest=None, lengths={}) for name, source in self.sources.items()}
        return Lock(plain, None, self.model, self.starts)


def path_of(recipe: Path) -> Path:
    """Where the lock of a recipe is."""
    return recipe.with_suffix(".lock")


def read(path: Path) -> Lock:
    """The lock in a file, empty where there is no such file. Raises `ValueError` for a file that is no lock, `OSError`."""
    try:
        body = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Lock()
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise ValueError(f"it is not a lock of format {FORMAT}")
    try:
        found: Lock = decode(Lock, body)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it lacks what a lock has: {error}") from error
    if not all(_sized(entry) for entry in (*found.sources.values(), *found.starts.values(), found.model, found.tokenizer)):
        raise ValueError("a size in it is below 1")
    return found


def _sized(entry: Frozen | None) -> bool:
    counts = (getattr(entry, name, None) for name in COUNTS)
    return all(isinstance(count, int) and count > 0 for count in counts if count is not None)


def is_ours(path: Path) -> bool:
    """Whether a file is JSON as `written` makes it, at least by its first look: then it may be written anew."""
    try:
        body = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(body, dict) and {"format", "sources"} <= body.keys()


def broken(path: Path, error: OSError | ValueError) -> Diagnostic:
    """What is wrong with a lock that `read` did not read, and where."""
    hint = _way_out(path)
    if isinstance(error, json.JSONDecodeError):
        label = Label(Span(Source(str(path), error.doc), error.pos, error.pos + 1), "no JSON from here on")
        return Diagnostic("lock-broken", "error", f"`{path}` cannot be read", (label,), hint)
    reason = error.strerror if isinstance(error, OSError) else error
    return Diagnostic("lock-broken", "error", f"`{path}` cannot be read: {reason}", (), hint)


def _way_out(path: Path) -> str:
    if is_ours(path):
        return "run `mtdsl lock`, which writes it anew"
    return "take one side where two versions were merged; else delete it and run `mtdsl lock`, or give the recipe another name"


def written(lock: Lock) -> str:
    """A lock as text: JSON, one fact a line, in an order that does not change, so that two differ where facts do."""
    sorted_ = replace(lock, sources=dict(sorted(lock.sources.items())), starts=dict(sorted(lock.starts.items())))
    return json.dumps(encode(sorted_), indent=2, ensure_ascii=False) + "\n"
