"""What a recipe names of others is looked at first, and what is wrong with it is said plainly."""

import json

import pytest
import tiny
import toys
from transformers import BertConfig, T5Config, ViTConfig

from mtdsl.diag import Refusal
from mtdsl.registry import installed
from mtdsl.run import Silent, execute

HEAD = 'recipe toy "A toy"\ndata noisy { source = jsonl("noisy.jsonl") }\n'
COMMIT = "0123456789abcdef0123456789abcdef01234567"
TRAIN = "steps = 1, batch = 2 x 32, lr = 1e-4, mix = noisy"
START = f'start old {{{{ weights = "{{0}}" }}}}\nphase more {{{{ {TRAIN}, context = 32 }}}}\nflow old -> more\n'
CONFIG = f'model = config("{{0}}")\nphase more {{{{ {TRAIN}, context = 32 }}}}\n'


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """The diagnostics of a run whose start or model is named so, offline."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    def run(recipe, name):
        toys.text(tmp_path)
        plan = toys.plan_of(tmp_path, HEAD + recipe.format(name))
        with pytest.raises(Refusal) as found:
            execute(plan, tmp_path, tmp_path / "runs" / "toy", installed(), Silent(), cache=tmp_path / "cache")
        return found.value.diagnostics

    return run


@pytest.mark.parametrize("recipe", [START, CONFIG], ids=["start", "config"])
@pytest.mark.parametrize(
    "config", [T5Config(), BertConfig(architectures=["BertForMaskedLM"]), ViTConfig()], ids=["t5", "bert", "vit"]
)
def test_a_model_that_is_no_decoder_is_named_before_its_tokenizer(refused, tmp_path, recipe, config):
    config.save_pretrained(tmp_path / "old")
    assert [one.id for one in refused(recipe, "old")] == ["model-not-causal"]


@pytest.mark.parametrize("recipe", [START, CONFIG], ids=["start", "config"])
@pytest.mark.parametrize("name", ["./nosuch", "nosuchdir", "~/no/such", "/no/such"])
def test_a_folder_that_is_not_there_is_named_without_asking_a_hub(refused, recipe, name, capfd):
    (found,) = refused(recipe, name)
    assert (found.id, found.message) == ("model-missing", f"there is no folder `{name}`")
    assert capfd.readouterr().err == ""


def test_a_name_that_no_hub_knows_is_one_line(refused, capfd):
    (found,) = refused(START, f"mtdsl-tests/nosuch@{COMMIT}")
    assert found.id == "model-missing"
    assert f"there is no model at `mtdsl-tests/nosuch@{COMMIT}`" in found.message
    assert "\n" not in found.message
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("recipe", "about"), [(START, ("old", "weights")), (CONFIG, ("", "model"))], ids=["start", "config"])
@pytest.mark.parametrize("name", ["mtdsl-tests/some", "mtdsl-tests/some@main", f"mtdsl-tests/some@{COMMIT[:8]}"])
def test_a_name_on_the_hub_says_which_commit(refused, recipe, about, name):
    (found,) = refused(recipe, name)
    assert (found.id, found.about) == ("hub-unpinned", about)
    assert f"`{name}` names no commit" in found.message
    assert "`mtdsl lock`" in (found.help or "")


@pytest.mark.parametrize("recipe", [START, CONFIG], ids=["start", "config"])
def test_a_decoder_without_a_tokenizer_asks_for_one(refused, tmp_path, recipe):
    tiny.model(max_position_embeddings=32).save_pretrained(tmp_path / "old")
    (found,) = refused(recipe, "old")
    assert (found.id, found.message) == ("tokenizer-missing", "the folder `old` holds no tokenizer")
    assert "tokenizer = " in (found.help or "")


def test_a_start_without_weights_is_named_before_the_tokenizer(refused):
    declared = START.replace('weights = "{0}"', "context = 32, lr = 1e-4")
    assert [one.id for one in refused(declared, "")] == ["start-declared"]


def test_the_reason_of_a_broken_configuration_is_whole(refused, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "config.json").write_text(json.dumps({"model_type": "nosuch"}))
    (found,) = refused(START, "old")
    assert found.id == "model-missing"
    assert not found.message.endswith(":")
