"""What is counted for a lock, against counting by hand."""

import json

import numpy as np
import pytest
from datakit import blend, phase, plan, source

from mtdsl.data.measuring import Measuring, by_length
from mtdsl.plan.lock import Lock, LockedSource, Sized
from mtdsl.registry import installed


def test_lengths_are_counted_from_powers_of_two_on():
    lengths = np.array([5, 1023, 1024, 1500, 2048, 5000], np.int64)
    assert by_length(lengths) == {
        "1024": Sized(4, 1024 + 1500 + 2048 + 5000),
        "2048": Sized(2, 7048),
        "4096": Sized(1, 5000),
    }
    assert by_length(np.array([10, 20], np.int64)) == {}


def test_lengths_are_counted_from_where_a_recipe_cuts_on():
    lengths = np.array([10, 20, 2000], np.int64)
    found = by_length(lengths, {20, 21, 2000, 2001})
    assert {least: (one.documents, one.tokens) for least, one in found.items()} == {
        "20": (2, 2020),
        "21": (1, 2000),
        "1024": (1, 2000),
        "2000": (1, 2000),
    }
    assert by_length(np.empty(0, np.int64), {5}) == {}


@pytest.fixture
def measuring(tmp_path):
    (tmp_path / "a.txt").write_text("one two three four " * 50 + "\n\n" + "five six")

    def work(lock=None):
        made = plan([phase("p", blend(a="1"), 5)], [source("a", path="a.txt", document="paragraph")])
        return Measuring(made, tmp_path, tmp_path / "cache", installed(), lock or Lock(), lambda line: None)

    return work


def test_the_tokenizer_comes_first_and_counts_what_follows(measuring):
    tokenizer, text = measuring().items()
    assert (tokenizer.name, text.name) == ("tokenizer", "data a")
    assert (tokenizer.why(), text.why()) == ("is new", "is new")
    counted = text.measure()
    assert isinstance(counted, LockedSource)
    assert counted.documents == 2
    assert counted.tokens == counted.longest + len(encoded(measuring, "five six")) + 1


def encoded(measuring, text):
    return measuring()._encoder.batch([text])[0]


def test_what_has_not_changed_fits(measuring, tmp_path):
    tokenizer, text = (item.measure() for item in measuring().items())
    lock = Lock({"a": text}, tokenizer)
    assert [item.why() for item in measuring(lock).items()] == ["", ""]
    (tmp_path / "a.txt").write_text(json.dumps("other"))
    first, second = (item.why() for item in measuring(lock).items())
    assert first.startswith("was trained on text that is another now: `a`")
    assert second == "has other content"


def test_what_lies_in_a_folder_or_at_a_commit_asks_no_hub(tmp_path):
    from mtdsl_sources.hub import Hub

    (tmp_path / "set").mkdir()
    commit = "4e20de362430cd3b72f300e6b0f18e50e7166e08"
    assert Hub(name="set").commit(tmp_path) == ""
    assert Hub(name="acme/set", revision=commit).commit(tmp_path) == commit
