"""What is made of finished nodes: their losses, and the folders that others load."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from mtdsl.plan.model import Start
from mtdsl.run.chain import Chain
from mtdsl.run.evaluate import by_source
from mtdsl.run.export import export
from mtdsl.run.folder import EXPORTS, FINAL, RESULTS
from mtdsl.run.loss import LossModel
from mtdsl.run.session import Session

if TYPE_CHECKING:
    from mtdsl.run.listener import Losses

LIMIT = 1 << 15
"""Held-out tokens of each source that a node is measured on."""


def measured(session: Session, node: str) -> bool:
    """Whether the losses of a node, as the plan has it now, are known."""
    noted = session.folder.noted(RESULTS).get(node, {})
    return {name: noted.get(name) for name in _facts(session, node)} == _facts(session, node)


def measure(session: Session, chain: Chain, node: str) -> None:
    """Find the loss of a node on every source's held-out documents, in its own window, and note it."""
    model = chain.model(node).to(session.accelerator.device)
    losses: Losses = by_source(LossModel(model), session.corpus, _window(session, node), limit=LIMIT)
    noted = session.folder.noted(RESULTS)
    session.folder.note(RESULTS, {**noted, node: {**_facts(session, node), "losses": losses}})
    session.folder.event("measured", node=node, losses=losses)
    session.listener.measured(node, losses)


def losses_of(session: Session) -> dict[str, Losses]:
    """All losses, in the order of the plan; those of nodes that it no longer has are forgotten."""
    noted = session.folder.noted(RESULTS)
    kept = {node: noted[node] for node in session.plan.order if node in noted}
    if kept != noted:
        session.folder.note(RESULTS, kept)
    return {node: entry["losses"] for node, entry in kept.items()}


def export_leaves(session: Session, chain: Chain) -> None:
    """Leave every leaf as a folder that transformers loads: `final/`, or `final/NAME/` where there are several."""
    final, leaves = session.folder.path / FINAL, session.plan.leaves
    places = {leaf: final if len(leaves) == 1 else final / leaf.replace("/", "_") for leaf in leaves}
    if len(leaves) > 1 and (final / "config.json").exists():
        shutil.rmtree(final)
    noted = session.folder.noted(EXPORTS)
    for leaf, place in places.items():
        key = session.histories.key(leaf)
        if noted.get(leaf) != key or not (place / "config.json").exists():
            session.listener.say(f"exporting `{leaf}` to {place}")
            export(chain.model(leaf), session.corpus.tokenizer_dir, place)
            noted = {**{name: other for name, other in noted.items() if name in places}, leaf: key}
            session.folder.note(EXPORTS, noted)
            session.folder.event("exported", node=leaf, key=key)
    if len(leaves) > 1:
        for stale in set(final.iterdir()) - set(places.values()):
            shutil.rmtree(stale)


def _facts(session: Session, node: str) -> dict[str, Any]:
    """What the losses of a node depend on."""
    contents = dict(sorted(session.corpus.contents.items()))
    return {"key": session.histories.key(node), "contents": contents, "limit": LIMIT}


def _window(session: Session, node: str) -> int:
    here = session.histories.nodes[node]
    assert not isinstance(here, Start)
    return here.context if isinstance(here.context, int) else here.context.end
