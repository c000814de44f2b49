"""What people write who come from other frameworks is answered with how it is said here."""

from __future__ import annotations

import pytest

from mtdsl.plan.attributes import PHASE
from mtdsl.plan.synonyms import CALLED, SAID

REST = "steps = 10, batch = 1 x 256, context = 256, mix = a"


def test_every_name_is_of_one_attribute_and_none_itself():
    others = [name for names in (*CALLED.values(), *SAID.values()) for name in names]
    assert CALLED.keys() <= set(PHASE)
    assert len(others) == len(set(others))
    assert not set(others) & set(PHASE)


def test_the_own_name_is_offered_and_what_it_may_have_been_is_not_missed(wrong):
    found = wrong(f"phase p {{ {REST}, Learning_Rate = 1e-3 }}\n")
    assert (found.id, found.message) == ("unknown-key", "`Learning_Rate` is called `lr` here")
    assert [change.replacement for change in found.fix.changes] == ["lr"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("parent = a", "the flow says where a phase comes from: `flow a -> ...`"),
        ("lr_min = 1e-5", "the arrow says where the rate ends: `lr = 3e-4 -> 1e-5`"),
    ],
)
def test_what_is_said_in_another_way_is_told(wrong, written, said):
    assert wrong(f"phase p {{ {REST}, lr = 1e-3, {written} }}\n").help == said


def test_a_path_belongs_to_what_reads_it(wrong):
    found = wrong(f'data x {{ path = "x.jsonl" }}\nphase p {{ {REST}, lr = 1e-3 }}\n'.replace("mix = a", "mix = x"))
    assert found.help == 'what reads a source is told where it lies: `source = jsonl(path = "x.jsonl")`'
