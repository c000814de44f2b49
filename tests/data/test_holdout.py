import numpy as np

from mtdsl.data.holdout import held_out


def hashes(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 2**63, count).astype(np.uint64)


def test_the_share_is_met_about():
    assert abs(held_out(hashes(20_000), 0.05).mean() - 0.05) < 0.005


def test_a_growing_source_keeps_its_choice():
    whole = hashes(5000)
    first, later = held_out(whole[:4000], 0.1), held_out(whole, 0.1)[:4000]
    assert (first == later).mean() > 0.999


def test_equal_documents_are_on_one_side():
    doubled = np.concatenate([hashes(1000), hashes(1000)])
    held = held_out(doubled, 0.2)
    assert (held[:1000] == held[1000:]).all()


def test_two_documents_are_one_for_each():
    for share in (1e-9, 0.5, 0.999):
        assert held_out(hashes(2), share).sum() == 1


def test_nothing_is_held_out_where_nothing_can_be():
    assert not held_out(hashes(1), 0.5).any()
    assert not held_out(np.array([5, 5, 5], np.uint64), 0.5).any()
    assert not held_out(hashes(100), 0.0).any()
