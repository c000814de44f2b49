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


HEAD = """\
recipe example
model = llama(layers = 16, width = 2048, heads = 16)
tokenizer = "HuggingFaceTB/SmolLM3-3B"
context = 4k
batch = 512 x 4k
lr = 1e-4
data web { tokens = 2T }
data math { tokens = 20B, max_epochs = 1 }
"""


@pytest.mark.parametrize(
    ("mix", "point", "tokens", "fits"),
    [("[math until 15B, web]", "20B", "10B", False), ("[web until 50B, math until 60B, web]", "50B", "15B", True)],
)
def test_of_a_phase_left_inside_only_what_lies_before_the_point_was_read(found, mix, point, tokens, fits):
    body = f"""
    phase p {{ tokens = 100B, mix = {mix} }}
    phase q {{ tokens = {tokens}, mix = math }}
    flow p.at({point}) -> q
    """
    made, diagnostics = found(body, head=HEAD)
    assert (made is not None) == fits
    assert [one.id for one in diagnostics if one.severity == "error"] == ([] if fits else ["source-epochs"])


@pytest.mark.parametrize(("epochs", "fits"), [("4", True), ("4.001", False)])
def test_the_last_whole_step_is_no_epoch_more(found, epochs, fits):
    body = f"phase p {{ epochs = {epochs}, mix = small }}\nphase q {{ tokens = 1B, mix = web }}\nflow p -> q\n"
    made, diagnostics = found(body, head=HEAD + "data small { tokens = 20B, max_epochs = 4 }\n")
    assert (made is not None) == fits
    said = [one.message for one in diagnostics if one.severity == "error"]
    assert said == ([] if fits else ["`small` would be read 4.001 times by the end of `p`, and `max_epochs` is 4"])
