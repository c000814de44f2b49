from mtdsl.view import blocks


def test_a_line_becomes_its_values_in_the_middle_of_each_cell():
    assert blocks.resample([(0, 0.0), (10, 10.0)], 5) == [1, 3, 5, 7, 9]


def test_a_step_stays_a_step():
    assert blocks.resample([(0, 1.0), (5, 1.0), (5, 3.0), (10, 3.0)], 4) == [1, 1, 3, 3]


def test_bars_fill_from_below_and_a_small_value_still_shows():
    assert blocks.bars([0, 0.001, 0.5, 0.75, 1], 1, 2) == ["   ▄█", " ▁███"]
