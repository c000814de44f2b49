"""Names of parameters, folded by their numbers and unfolded again."""

from hypothesis import given
from hypothesis import strategies as st

from mtdsl.plan.folding import fold, unfold

PARTS = st.sampled_from(
    ["model.layers.{}.mlp.up.weight", "model.layers.{}.experts.{}.up.weight", "lm_head.weight", "h.{}.b2.x"]
)


def test_layers_and_experts_are_one_line():
    names = [f"model.layers.{layer}.experts.{expert}.up.weight" for layer in range(3, 61) for expert in range(256)]
    assert fold(["model.norm.weight", *names]) == ("model.norm.weight", "model.layers.{3-60}.experts.{0-255}.up.weight")


def test_layers_of_two_kinds_stand_apart():
    names = [f"layers.{at}.{'attention' if at % 4 == 3 else 'linear'}.weight" for at in range(8)]
    assert fold(names) == ("layers.{0-2,4-6}.linear.weight", "layers.{3,7}.attention.weight")


def test_a_number_that_ends_a_name_is_no_layer():
    assert fold(["layers.0.conv1", "layers.1.conv1", "bias.0", "bias.1"]) == ("layers.{0-1}.conv1", "bias.0", "bias.1")


@given(st.lists(st.builds(lambda part, a, b: part.format(a, b), PARTS, st.integers(0, 12), st.integers(0, 3)), max_size=40))
def test_nothing_is_lost(names):
    folded = fold(names)
    found = [name for one in folded for name in unfold(one)]
    assert sorted(found) == sorted(set(names))
    assert len(folded) <= len(set(names))
