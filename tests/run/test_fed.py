"""What a run was fed, against its plan and against a recount of its windows."""

import os
import signal

import pytest
import toys

from mtdsl.data import Borders, Feed, collate, prepare
from mtdsl.registry import installed
from mtdsl.run import Interrupted, execute

RECIPE = (
    toys.HEAD
    + """
phase trunk { steps = 10, batch = 4 x 64, context = 64, lr = 1e-3, mix = noisy -> good, packing = greedy, seed = 1 }
phase more { steps = 4, batch = 4 x 64, lr = -> 0, mix = good }
flow trunk -> more
"""
)


def do(base, out, then=lambda taken: None):
    watcher = toys.Recording(then)
    execute(toys.plan_of(base, RECIPE), base, out, installed(), watcher, save_every=1e9, cache=base / "cache")
    return watcher


def recounted(base):
    """Positions, real tokens and labels by phase and source, from the arrays that a model is fed."""
    plan = toys.plan_of(base, RECIPE)
    corpus = prepare(plan, base, base / "cache", installed(), lambda line: None)
    streams, found = None, {}
    for phase in plan.phases:
        feed = Feed.begin(plan, phase, corpus, installed(), streams)
        counts = found[phase.name] = {name: [0, 0, 0] for name in corpus.tables}
        for _ in range(phase.steps):
            for window in feed.step():
                flat = collate([window], corpus, 64, Borders.of(phase))
                real = sum(piece.size for piece in window.pieces)
                for at, more in enumerate((len(flat.input_ids), real, int((flat.labels >= 0).sum()))):
                    counts[window.source][at] += more
        streams = feed.state()["streams"]
    return found


def test_the_counts_are_those_of_the_windows_also_after_a_stop(tmp_path):
    base = tmp_path / "recipe"
    toys.text(base)
    whole = do(base, tmp_path / "runs" / "whole")
    with pytest.raises(Interrupted):
        do(base, tmp_path / "stopped" / "toy", lambda taken: os.kill(os.getpid(), signal.SIGTERM) if len(taken) == 7 else None)
    do(base, tmp_path / "stopped" / "toy")
    expected = recounted(base)
    for run in (tmp_path / "runs" / "whole", tmp_path / "stopped" / "toy"):
        told = {event["phase"]: event["fed"] for event in toys.events_of(run, "phase-fed")}
        assert told.keys() == expected.keys()
        for phase, counts in expected.items():
            found = {name: [one["positions"], one["real"], one["trained"]] for name, one in told[phase].items()}
            assert found == {name: count for name, count in counts.items() if any(count) or name in found}
            for one in told[phase].values():
                assert abs(one["positions"] - one["planned"]) <= 64  # within one sequence, by Tijdeman's rule
    said = [line for line in whole.said if "was fed" in line]
    assert len(said) == 2
    assert said[0].startswith("`trunk` was fed, of what was planned: noisy ")
    assert said[0].endswith("% was padding")
    assert (
        said[1].startswith("`more` was fed, of what was planned: noisy 31.25% of 30%, clean 68.75% of 70%")
        or "noisy" in said[1]
    )
