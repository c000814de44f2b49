"""What a plan is given: sources, a model, a tokenizer, checkpoints made elsewhere, and what a lock ties them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from typing import Literal

from mtdsl.frozen import Frozen, node
from mtdsl.plan.values import RARE, Known, Param, Plugin, Test


@node
class Source(Frozen):
    """A named source of documents. `source` is None where only facts are declared: such a plan cannot be run.

    A view of a source (`corpus(doc.length >= 64k)`) is a source of its own, with its own cursor: `of` is the whole, `where`
    says which documents are in it; `whole` are the tokens of that whole. Every document is read `repeat` times an epoch, in
    `order`: an epoch of 100B tokens with `repeat = 3` is 300B, in a budget, in `max_epochs` and to a rule that weighs sizes.
    An order that is `ascending` or `descending` is one by `order_by`: `doc.length`, or a column of the source.
    Under `loss_mask = "prompt"` only what the assistant says is learnt. `longest` is the longest document in tokens, known
    from a lock only.

    `template` makes text of what is said in turns: a chat template's name, or a file of one; empty where there is nothing to
    make. A document is read if it passes all `filters` and has nothing of the files in `decontaminate`: sizes are then those of
    all documents, and `bounded`.
    """

    name: str
    source: Plugin | None
    tokens: Known
    documents: Known
    max_epochs: Fraction | None = None
    holdout: Fraction = Fraction(1, 100)
    of: str = ""
    where: Test | None = None
    repeat: Fraction = Fraction(1)
    order: Literal["shuffled", "given", "ascending", "descending"] = "shuffled"
    loss_mask: Literal["none", "prompt"] = "none"
    template: str = ""
    filters: tuple[Plugin, ...] = ()
    decontaminate: tuple[str, ...] = ()
    longest: Known = Known(None, "unknown", "`mtdsl lock` measures it")
    whole: Known | None = None
    order_by: str = field(default="", metadata=RARE)

    @property
    def epoch(self) -> int | None:
        """Tokens of one epoch: each of its own, `repeat` times; None where its size is not known."""
        return None if self.tokens.value is None else int(self.tokens.value * self.repeat)


@node
class Model(Frozen):
    """Fresh weights: `llama` with its sizes, or `config` with a folder or hub name in `params["name"]`.

    `facts` of a `config`, where a lock has them: `parameters`, `matrices`, `layers`, `heads`, `head_dim`, `window`, `vocab`;
    then `names` are those of its parameters, as in `LockedModel`.
    """

    kind: str
    params: Mapping[str, Param]
    facts: Mapping[str, Known] = field(default_factory=dict)
    names: tuple[str, ...] = field(default=(), metadata=RARE)


@node
class Tokenizer(Frozen):
    """`bpe` with `params["vocab"]`, or `hub` with a folder or hub name in `params["name"]`; `facts`: its true `vocab`."""

    kind: str
    params: Mapping[str, Param]
    facts: Mapping[str, Known] = field(default_factory=dict)


@node
class Start(Frozen):
    """A checkpoint made elsewhere: its declared facts are compared when it is loaded.

    `context` is what its configuration says where the recipe does not and a lock does, `lr` what its trainer says wherever a
    lock does. `facts` and `names` as those of `Model`, and of its trainer the last `lr` and the `steps`.
    """

    name: str
    weights: str | None
    tokens: int | None = None
    context: int | None = None
    lr: Fraction | None = None
    facts: Mapping[str, Known] = field(default_factory=dict)
    names: tuple[str, ...] = field(default=(), metadata=RARE)


@node
class Pin(Frozen):
    """What a lock ties to: a hash of the content, and the commit where it lies on a hub."""

    content: str
    revision: str = ""
