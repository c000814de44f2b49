"""The suite that mtdsl's own editors pass, and the layers of one model."""

from __future__ import annotations

from typing import Any

import torch
from example_editor.example_editor import ExampleEditor
from transformers import LlamaConfig, LlamaForCausalLM

from mtdsl.testing import EditorSuite


class TestExampleEditor(EditorSuite):
    """The edited model is finite, trains, and is what transformers loads again."""

    technique = "example_editor"
    examples = ({"every": 1}, {"every": 2})


def test_behind_every_second_of_five_layers() -> None:
    """1, 2, the copy of 2, 3, 4, the copy of 4, 5."""
    sizes: dict[str, Any] = {
        "hidden_size": 8,
        "intermediate_size": 8,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "vocab_size": 11,
    }
    model = LlamaForCausalLM(LlamaConfig(num_hidden_layers=5, **sizes))
    gates = [layer.mlp.gate_proj.weight.clone() for layer in model.model.layers]
    ExampleEditor(every=2).edit(model)
    assert model.config.num_hidden_layers == 7
    for layer, before in zip(model.model.layers, (0, 1, 1, 2, 3, 3, 4), strict=True):
        assert torch.equal(layer.mlp.gate_proj.weight, gates[before])
    silent = [not layer.mlp.down_proj.weight.any() for layer in model.model.layers]
    assert [at for at, is_silent in enumerate(silent) if is_silent] == [2, 5]
