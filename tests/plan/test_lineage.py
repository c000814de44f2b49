import pytest

REST = "batch = 1 x 1k, context = 1k, lr = 1e-3"


@pytest.mark.parametrize(("point", "fits"), [("", False), (".at(50%)", True)])
def test_a_fork_has_seen_what_lies_before_it_only(found, point, fits):
    body = f"""
    data x {{ tokens = 100_000, max_epochs = 3 }}
    phase trunk {{ steps = 200, {REST}, mix = x }}
    phase side {{ steps = 150, {REST}, mix = x }}
    flow trunk{point} -> side
    """
    made, diagnostics = found(body)
    assert (made is not None) == fits
    assert [one.id for one in diagnostics if one.severity == "error"] == ([] if fits else ["source-epochs"])


def test_a_merge_has_seen_the_most_of_any_parent(found):
    body = f"""
    data x {{ tokens = 100_000, max_epochs = 3 }}
    phase side for order in [1, 2] {{ steps = 200, {REST}, mix = x, seed = order }}
    merge soup = average(side)
    phase last {{ steps = 150, {REST}, mix = x }}
    flow side -> soup -> last
    """
    _, diagnostics = found(body)
    (wrong,) = [one for one in diagnostics if one.severity == "error"]
    assert wrong.message == "`x` would be read 3.58 times by the end of `last`, and `max_epochs` is 3"
