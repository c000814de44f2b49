import numpy as np
import pytest

from mtdsl.data.permutation import Permutation


@pytest.mark.parametrize("size", [*range(1, 40), 255, 256, 257, 1000])
def test_every_position_is_met_once(size: int):
    assert sorted(Permutation(size, 1, 2)(np.arange(size))) == list(range(size))


def test_a_part_is_the_part_of_the_whole():
    shuffle = Permutation(1000, "key")
    assert (shuffle(np.arange(1000))[400:500] == shuffle(np.arange(400, 500))).all()


def test_another_key_is_another_order():
    first, second = (Permutation(500, 7, epoch)(np.arange(500)) for epoch in (0, 1))
    assert (first == second).mean() < 0.02


def test_neighbours_are_scattered():
    shuffled = Permutation(4000, "spread")(np.arange(4000))
    assert abs(np.corrcoef(shuffled[:-1], shuffled[1:])[0, 1]) < 0.06
    assert abs(np.corrcoef(shuffled, np.arange(4000))[0, 1]) < 0.06


def test_a_place_in_a_trillion_is_found_at_once():
    found = Permutation(10**12, "far")(np.array([0, 10**12 - 1]))
    assert ((found >= 0) & (found < 10**12)).all()
