import json
from pathlib import Path

import pytest
import torch
from mtdsl_mergers.average import Average

from mtdsl.registry import installed

GOLDEN = json.loads((Path(__file__).parent / "golden" / "merge__mergekit__linear.json").read_text())


def tensors(name):
    shape = GOLDEN["inputs"]["shapes"][name]
    return [torch.tensor(GOLDEN["inputs"]["state_dicts"][model][name]).reshape(shape) for model in "ABC"]


def test_it_is_registered():
    assert installed().build("merger", "average", {}) == Average()


@pytest.mark.parametrize("name", ["w", "b", "e"])
def test_equal_weights_are_what_mergekit_computes(name):
    wanted = torch.tensor([value for key, value in GOLDEN["points"] if key.startswith(f"{name}[")])
    assert torch.allclose(Average()(tensors(name), [1 / 3] * 3).flatten(), wanted.flatten(), atol=1e-6, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_equal_tensors_give_the_same_bits_and_type(dtype):
    tensor = torch.randn(1000).to(dtype)
    averaged = Average()([tensor] * 7, [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.3])
    assert averaged.dtype == dtype
    assert torch.equal(averaged, tensor)


def test_weights_are_shares_and_inputs_stay_as_they_were():
    first, second = torch.tensor([1.0, 2.0]), torch.tensor([3.0, -2.0])
    assert Average()([first, second], [0.9, 0.1]).tolist() == pytest.approx([1.2, 1.6])
    assert (first.tolist(), second.tolist()) == ([1.0, 2.0], [3.0, -2.0])
