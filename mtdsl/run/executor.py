"""Does a plan: every node in order, each from its parents' stored results, then the losses and the exports."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from huggingface_hub.utils.logging import set_verbosity_error
from transformers.utils.logging import disable_progress_bar

from mtdsl.data import Corpus, cache_folder, prepare
from mtdsl.diag import refuse
from mtdsl.plan.model import Plan
from mtdsl.plan.pins import pinned
from mtdsl.registry import Registry
from mtdsl.run import able, durable, foreign, packages, sources, windows
from mtdsl.run.chain import Chain, point_name
from mtdsl.run.demands import demands
from mtdsl.run.folder import RunFolder
from mtdsl.run.history import Histories, Identity
from mtdsl.run.identity import weights
from mtdsl.run.listener import Listener, Losses
from mtdsl.run.model import configured
from mtdsl.run.results import export_leaves, losses_of, measure, measured
from mtdsl.run.session import Session
from mtdsl.run.stopping import Stopping
from mtdsl.run.store import Store

SAVE_EVERY = 30.0
STORE = ".store"


@dataclass(frozen=True, slots=True)
class Result:
    """A plan that is done: its run folder, and the losses by source of every phase and merge."""

    folder: Path
    losses: Mapping[str, Losses]


def execute(
    plan: Plan,
    base: Path,
    out: Path,
    registry: Registry,
    listener: Listener,
    *,
    files: Sequence[Path] = (),
    save_every: float = SAVE_EVERY,
    cache: Path | None = None,
) -> Result:
    """Do `plan` in the run folder `out`, going on from whatever the store beside it has of the plan.

    `base` is the folder against which the recipe's paths are read, `files` the recipe's own files, to be kept with the run.
    A checkpoint is saved every `save_every` seconds. Raises a `Refusal` for what the user can mend, and `Interrupted` where
    SIGTERM or SIGINT came and the work was saved.
    """
    _one_process()
    able.check(plan, registry)
    packages.check(plan, registry)
    set_verbosity_error()  # type: ignore[no-untyped-call]  # one error is enough, not one an attempt
    with durable.room(out):
        folder = RunFolder(out, plan.recipe)
        try:
            fixed = pinned(plan)
            before = sources.begun_with(folder, fixed)
            corpus, histories = _prepared(fixed, base, cache or cache_folder(), registry, listener, before)
            _deterministic()
            disable_progress_bar()  # type: ignore[no-untyped-call]
            session = Session(
                plan=fixed,
                base=base,
                corpus=corpus,
                registry=registry,
                histories=histories,
                demands=demands(fixed),
                store=Store(out.resolve().parent / STORE),
                folder=folder,
                listener=listener,
                stopping=Stopping(),
                accelerator=Accelerator(cpu=True),
                save_every=save_every,
            )
            with session.stopping:
                chain = _begun(session)
                folder.adopt(plan, registry, files, base)  # only now: everything that the plan names is there and can be read
                sources.note(folder, fixed, corpus)
                return _done(session, chain)
        finally:
            folder.close()


def _prepared(
    plan: Plan, base: Path, cache: Path, registry: Registry, listener: Listener, before: Mapping[str, str]
) -> tuple[Corpus, Histories]:
    """The tokens of everything that the plan reads, and what its results are known by; nothing is trained yet.

    What is cheap to look at is looked at first. Raises a `Refusal` for what is missing, or is not what the plan says.
    """
    foreign.check(plan, base)
    windows.check(plan, base, registry)
    hashes = weights(plan, base)
    corpus = prepare(plan, base, cache, registry, listener.say, before)
    if plan.model is not None:
        configured(plan.model, corpus.vocab, base)
    return corpus, Histories(plan, Identity(corpus.contents, corpus.tokenizer_hash, hashes))


def _begun(session: Session) -> Chain:
    """The chain with every start in the store."""
    _tidy(session)
    _undecided(session)
    chain = Chain(session)
    for start in session.plan.starts:
        chain.bring(start.name)
        session.stopping.check()
    return chain


def _undecided(session: Session) -> None:
    """Say which checks of the recipe nobody has answered: a plan is not made again with what a run measures."""
    for check in session.plan.checks:
        if check.holds is None:
            why = "the plan does not know a number in it; declare it, or run `mtdsl lock`"
            session.tell(f"`check {check.text}` is not decided: {why}", "check-undecided", check=check.text)


def _done(session: Session, chain: Chain) -> Result:
    session.folder.unlink_others(point_name(node, at) for node, points in session.demands.items() for at in points)
    for node in filter(chain.has, session.plan.order):
        session.listener.say(f"`{node}` is done")
    for node in session.plan.order:
        if measured(session, node) and node not in session.plan.leaves:
            continue  # whoever needs it fetches it
        chain.bring(node)
        session.stopping.check()
        if not measured(session, node):
            measure(session, chain, node)
            session.stopping.check()
    export_leaves(session, chain)
    places = {name: index for index, name in enumerate(session.plan.order)}
    session.folder.log.keep(lambda line: line.get("phase") in places)
    session.folder.log.sort(lambda line: (places[line["phase"]], line["step"]))
    return Result(session.folder.path, losses_of(session))


def _tidy(session: Session) -> None:
    for name in session.store.sweep():
        session.folder.event("swept", name=name)
    for folder in session.store.unreadable():
        session.store.set_aside(folder)
        session.tell(
            f"the checkpoint {folder.name[:12]} has no manifest and is not used", "checkpoint-broken", reason="no manifest"
        )


def _deterministic() -> None:
    """The same bits every time. Without filling fresh memory, an aid for debugging that costs a twentieth of a step."""
    torch.use_deterministic_algorithms(True)
    setattr(torch.utils.deterministic, "fill_uninitialized_memory", False)  # noqa: B010  torch's stubs lack it


def _one_process() -> None:
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise refuse("not-supported-yet", "training on several processes is not supported yet", help="start it as one process")
