from pathlib import Path

import numpy as np
import pytest

from mtdsl.data import holdout
from mtdsl.data.holdout import held_out, kept_back


@pytest.fixture(autouse=True, params=[1 << 20, 7])
def chunks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdout, "CHUNK", request.param)


def hashes(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 2**63, count).astype(np.uint64)


def test_the_share_is_met_about():
    assert abs(len(held_out(hashes(20_000), 0.05)) / 20_000 - 0.05) < 0.005


def test_a_growing_source_keeps_its_choice():
    whole = hashes(5000)
    first, later = set(held_out(whole[:4000], 0.1)), {at for at in held_out(whole, 0.1) if at < 4000}
    assert len(first ^ later) <= 4


def test_equal_documents_are_on_one_side():
    doubled = np.concatenate([hashes(1000), hashes(1000)])
    held = held_out(doubled, 0.2).tolist()
    assert [at + 1000 for at in held if at < 1000] == [at for at in held if at >= 1000]
    assert held == sorted(set(held))


def test_two_documents_are_one_for_each():
    for share in (1e-9, 0.5, 0.999):
        assert len(held_out(hashes(2), share)) == 1


def test_nothing_is_held_out_where_nothing_can_be():
    assert not len(held_out(hashes(1), 0.5))
    assert not len(held_out(np.array([5, 5, 5], np.uint64), 0.5))
    assert not len(held_out(hashes(100), 0.0))


def test_what_is_held_out_is_found_once(tmp_path: Path):
    first = kept_back(tmp_path, "a", hashes(300), 0.1)
    assert first.tolist() == held_out(hashes(300), 0.1).tolist()
    assert kept_back(tmp_path, "a", hashes(9), 0.1).tolist() == first.tolist()
    assert kept_back(tmp_path, "a", hashes(300), 0.5).tolist() == held_out(hashes(300), 0.5).tolist()
    assert not first.flags.writeable
