"""What text a run began with: a source that holds other text when the run goes on is an error, not a new beginning."""

from __future__ import annotations

from collections.abc import Mapping

from mtdsl.data import Corpus
from mtdsl.plan.codec import encode
from mtdsl.plan.model import Plan
from mtdsl.run.folder import SOURCES, RunFolder


def begun_with(folder: RunFolder, plan: Plan) -> Mapping[str, str]:
    """The fingerprint that each source of `plan` had when the run in this folder began.

    One that the recipe describes in another way is another source, and text that the recipe's lock was made of is meant.
    """
    before = folder.noted(SOURCES)
    return {
        source.name: before[source.name]["content"]
        for source in plan.sources
        if source.name in before
        and before[source.name]["described"] == encode(source.source)
        and f"data {source.name}" not in plan.pins
    }


def note(folder: RunFolder, plan: Plan, corpus: Corpus) -> None:
    """Keep in the folder what text each source of the run holds."""
    fed = [source for source in plan.sources if source.name in corpus.fingerprints]
    notes = {one.name: {"described": encode(one.source), "content": corpus.fingerprints[one.name]} for one in fed}
    folder.note(SOURCES, notes)
