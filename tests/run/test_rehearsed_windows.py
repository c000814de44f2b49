"""What is told of a chain's windows and positions before anything is read or trained."""

import json

import pytest
import tiny
import torch
import toys
from transformers import AutoModelForCausalLM, GPT2Config, NemotronHConfig

from mtdsl.diag import Refusal
from mtdsl.registry import installed
from mtdsl.run import execute, windows

SOURCES = "\n".join(line for line in toys.HEAD.splitlines() if not line.startswith("model"))
PHASE = "phase {0} {{ steps = 2, batch = 1 x {1}, context = {2}, lr = 1e-3, mix = good }}\n"
EDGE = "transition base -> one { lr = restart }\n"
SIZES = {"vocab_size": 300, "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2}


@pytest.fixture
def checked(tmp_path):
    """Checks a recipe whose start, if it has one, has this configuration."""

    def work(recipe, config=None):
        if config is not None:
            config.save_pretrained(tmp_path / "base")
        plan = toys.plan_of(tmp_path, recipe)
        windows.check(plan, tmp_path, installed())
        return plan

    return work


def start(facts=""):
    return f'{SOURCES}\nstart base {{ weights = "base"{facts} }}\n'


def told(checked, recipe, config=None):
    with pytest.raises(Refusal) as refusal:
        checked(recipe, config)
    (found,) = refusal.value.diagnostics
    return found


def rotary(window):
    return tiny.config(vocab_size=300, max_position_embeddings=window)


def hybrid(window):
    """Attention and feed-forward layers of a hybrid: no positions at all."""
    kinds = ["attention", "mlp"]
    return NemotronHConfig(
        **SIZES,
        num_hidden_layers=2,
        head_dim=8,
        layers_block_type=kinds,
        max_position_embeddings=window,
        tie_word_embeddings=True,
    )


def learnt(window):
    """A model that has learnt each position."""
    return GPT2Config(n_layer=1, n_head=2, n_embd=16, vocab_size=300, n_positions=window)


def test_a_window_beyond_that_of_weights_whose_window_is_not_declared(checked):
    recipe = start() + PHASE.format("one", 128, 128) + EDGE + "flow base -> one\n"
    found = told(checked, recipe, rotary(64))
    assert (found.id, found.about) == ("window-beyond-model", ("one", "context"))
    assert found.message == "`one` has a window of 128 tokens, but the weights were made for 64, and nothing extends it"
    checked(recipe, rotary(128))
    checked(recipe, rotary(256))


def test_an_extender_is_told_the_window_that_the_weights_have(tmp_path):
    model = tiny.model(vocab_size=300, max_position_embeddings=64)
    model.save_pretrained(tmp_path / "base")
    toys.text(tmp_path)
    recipe = start() + PHASE.format("one", 128, "128 by yarn") + EDGE + "flow base -> one\n"
    run(tmp_path, recipe)
    made = json.loads((tmp_path / "out" / "toy" / "final" / "config.json").read_text())
    assert (made["rope_parameters"]["factor"], made["max_position_embeddings"]) == (2.0, 128)


@pytest.mark.parametrize(
    ("config", "by", "id", "says"),
    [
        (hybrid, "yarn(factor = 2)", "rope-missing", "no rotary embedding"),
        (learnt, "rope(theta = 20_000)", "rope-missing", "no rotary embedding"),
        (learnt, "nope", "rope-missing", "has learnt each position of its window of 64 tokens"),
    ],
)
def test_a_later_phase_whose_extender_the_model_cannot_have(checked, config, by, id, says):
    recipe = start(", context = 64") + PHASE.format("one", 64, 64) + PHASE.format("two", 128, f"-> 128 by {by}")
    found = told(checked, recipe + EDGE + "flow base -> one -> two\n", config(64))
    assert (found.id, found.about) == (id, ("two", "context"))
    assert says in found.message


def test_an_extender_that_would_undo_that_of_the_weights(checked):
    scaled = rotary(64)
    scaled.rope_parameters = {
        "rope_type": "yarn",
        "rope_theta": 1e4,
        "factor": 2.0,
        "original_max_position_embeddings": 32,
    }
    recipe = start(", context = 64") + PHASE.format("one", 128, "-> 128 by rope(theta = 20_000)") + EDGE + "flow base -> one\n"
    found = told(checked, recipe, scaled)
    assert (found.id, found.about) == ("rope-scaled", ("one", "context"))


def test_a_model_without_positions_is_trained_in_a_longer_window(tmp_path):
    torch.manual_seed(0)
    AutoModelForCausalLM.from_config(hybrid(64)).save_pretrained(tmp_path / "base")
    toys.text(tmp_path)
    grown = PHASE.format("one", 64, 64) + PHASE.format("two", 128, "-> 128 by nope")
    run(tmp_path, start(", context = 64") + grown + EDGE + "flow base -> one -> two\n")
    out = tmp_path / "out" / "toy"
    assert [line[1] for line in toys.log_of(out)] == [1, 2, 1, 2]
    assert AutoModelForCausalLM.from_pretrained(out / "final").config.max_position_embeddings == 128


def run(folder, recipe):
    execute(toys.plan_of(folder, recipe), folder, folder / "out" / "toy", installed(), toys.Recording(), cache=folder / "cache")
