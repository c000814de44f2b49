"""A source that is changed after its run began."""

from dataclasses import replace

import pytest
import toys

from mtdsl.data.reading import readings
from mtdsl.diag import Refusal
from mtdsl.plan.model import Pin
from mtdsl.registry import installed
from mtdsl.run import Interrupted, Silent, execute

SMALL = toys.HEAD + toys.TRUNK


class Stopped(Silent):
    """Ends the run, as Ctrl-C does, after some steps."""

    def __init__(self, steps):
        self._left = steps

    def stepped(self, phase, step):
        self._left -= 1
        if not self._left:
            import signal

            signal.raise_signal(signal.SIGINT)


def do(base, out, recipe=SMALL, listener=None, **changed):
    plan = replace(toys.plan_of(base, recipe), **changed)
    execute(plan, base, out, installed(), listener or Silent(), files=[base / "toy.mtr"], cache=base / "cache")


def test_a_run_that_was_stopped_does_not_go_on_with_other_text(tmp_path):
    base, out = tmp_path / "recipe", tmp_path / "runs" / "toy"
    toys.text(base)
    with pytest.raises(Interrupted):
        do(base, out, listener=Stopped(3))
    clean = base / "clean.jsonl"
    text = clean.read_text()
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    clean.write_text(text + text[:1000].splitlines()[0] + "\n")
    with pytest.raises(Refusal) as refusal:
        do(base, out)
    (found,) = refusal.value.diagnostics
    assert (found.id, found.about) == ("source-changed", ("clean", "source"))
    assert found.message == "`clean` does not hold the text that this run began with"
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == before

    do(base, tmp_path / "runs" / "other")  # the first way out
    clean.write_text(text)  # the second
    do(base, out)
    assert toys.events_of(out, "phase-resumed")[0]["step"] == 3


def test_text_that_is_described_in_another_way_is_another_source(tmp_path):
    base, out = tmp_path / "recipe", tmp_path / "runs" / "toy"
    toys.text(base)
    do(base, out)
    (base / "clean.jsonl").rename(base / "cleaner.jsonl")
    with (base / "cleaner.jsonl").open("a") as opened:
        opened.write('{"text": "and more"}\n')
    do(base, out, SMALL.replace('"clean.jsonl"', '"cleaner.jsonl"'))
    assert len(toys.events_of(out, "phase-began")) == 2


def test_text_that_the_lock_was_made_of_is_meant(tmp_path):
    base, out = tmp_path / "recipe", tmp_path / "runs" / "toy"
    toys.text(base)
    do(base, out)
    with (base / "clean.jsonl").open("a") as opened:
        opened.write('{"text": "and more"}\n')
    locked = readings(toys.plan_of(base, SMALL), base, installed())["clean"].fingerprint
    do(base, out, pins={"data clean": Pin(locked)})
    assert len(toys.events_of(out, "phase-began")) == 2
