import json
from fractions import Fraction
from types import SimpleNamespace

import pytest
import tiny
import torch
from tokenizers import Tokenizer, models
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

from mtdsl.diag import Refusal
from mtdsl.plan.model import Model
from mtdsl.run import model as models_of
from mtdsl.run.loss import LossModel


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    words = {f"w{index}": index for index in range(59)} | {"<eos>": 59, "<bos>": 60}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w0"))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<eos>", bos_token="<bos>").save_pretrained(folder)
    return SimpleNamespace(vocab=tiny.VOCABULARY, tokenizer_dir=folder)


def plan(kind="llama", context=64, **params):
    phase = SimpleNamespace(context=SimpleNamespace(end=context))
    sizes = {"layers": 2, "width": 32, "heads": 4} if kind == "llama" else {}
    return SimpleNamespace(model=Model(kind, sizes | params), phases=(phase,))


def weights(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_the_description_is_what_is_built(corpus):
    asked = plan(kv_heads=2, ffn=96, head_dim=16, theta=Fraction(50_000), tie=False, context=128)
    config = models_of.fresh(asked, corpus, 1).config
    assert (config.vocab_size, config.num_hidden_layers, config.hidden_size) == (61, 2, 32)
    assert (config.num_attention_heads, config.num_key_value_heads, config.head_dim) == (4, 2, 16)
    assert (config.intermediate_size, config.max_position_embeddings, config.tie_word_embeddings) == (96, 128, False)
    assert config.rope_parameters == {"rope_type": "default", "rope_theta": 50_000.0}
    assert (config.eos_token_id, config.bos_token_id) == (59, 60)


def test_what_is_left_out_has_its_default(corpus):
    model = models_of.fresh(plan(), corpus, 1)
    assert (model.config.num_key_value_heads, model.config.intermediate_size, model.config.max_position_embeddings) == (
        4,
        96,
        64,
    )
    assert model.lm_head.weight is model.model.embed_tokens.weight
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_weights_depend_on_the_seed_alone(corpus):
    first = weights(models_of.fresh(plan(), corpus, 1))
    torch.manual_seed(99)
    torch.rand(1000)
    state = torch.get_rng_state()
    again = weights(models_of.fresh(plan(), corpus, 1))
    assert torch.equal(state, torch.get_rng_state())
    assert same(first, again)
    assert not same(first, weights(models_of.fresh(plan(), corpus, 2)))


def test_the_row_of_the_padding_token_is_trained_too(tmp_path):
    saved = tiny.model(pad_token_id=3, tie_word_embeddings=False)
    saved.save_pretrained(tmp_path)
    loaded = models_of.load(tmp_path)
    row = tiny.flat([30])
    row.input_ids[5] = 3
    LossModel(loaded)(**vars(row), scale=1.0).backward()
    assert loaded.model.embed_tokens.weight.grad[3].any()


def test_sizes_that_do_not_fit_are_refused(corpus):
    with pytest.raises(Refusal, match="model-sizes: 5 heads of 6 with 5 key-value heads do not fit a width of 32"):
        models_of.fresh(plan(heads=5), corpus, 1)


def test_a_configuration_in_a_folder_gives_fresh_weights(corpus, tmp_path):
    tiny.config(num_hidden_layers=3).save_pretrained(tmp_path / "tiny")
    model = models_of.fresh(plan("config", context=32, name="tiny"), corpus, 1, base=tmp_path)
    assert (model.config.num_hidden_layers, model.config.max_position_embeddings) == (3, 32)


def test_a_tokenizer_larger_than_the_model_is_refused(corpus, tmp_path):
    tiny.config(vocab_size=60).save_pretrained(tmp_path)
    with pytest.raises(Refusal, match="the tokenizer has 61 tokens, the model 60"):
        models_of.fresh(plan("config", name=str(tmp_path)), corpus, 1)


def test_a_checkpoint_is_loaded_in_float32_whatever_its_file_holds(tmp_path):
    saved = tiny.model().to(torch.bfloat16)
    saved.save_pretrained(tmp_path / "trunk")
    loaded = models_of.load("trunk", base=tmp_path)
    assert {parameter.dtype for parameter in loaded.parameters()} == {torch.float32}
    assert same(weights(saved.float()), weights(loaded))


def test_a_description_makes_the_same_architecture(tmp_path):
    model = tiny.model(num_key_value_heads=1)
    description = json.loads(json.dumps(models_of.describe(model)))
    other = models_of.from_config(description)
    other.load_state_dict(model.state_dict())
    assert models_of.describe(other) == models_of.describe(model)
    assert "mtdsl" not in json.dumps(description)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(Refusal, match="there is no model at"):
        models_of.load(tmp_path)


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere/at/all", "some/deep/folder"])
def test_what_can_only_be_a_folder_is_not_looked_for_on_a_hub(name, tmp_path):
    with pytest.raises(Refusal, match="there is no folder"):
        models_of.load(name, base=tmp_path)


def test_corrupt_weights_are_refused(tmp_path):
    tiny.model().save_pretrained(tmp_path)
    file = tmp_path / "model.safetensors"
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(Refusal, match="cannot be read"):
        models_of.load(tmp_path)


def test_missing_tensors_are_never_replaced_by_fresh_ones(tmp_path):
    tiny.model().save_pretrained(tmp_path)
    tiny.config(num_hidden_layers=3).save_pretrained(tmp_path)
    with pytest.raises(Refusal, match=r"lacks 9 of its tensors, `model\.layers\.2"):
        models_of.load(tmp_path)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda: T5ForConditionalGeneration(T5Config(d_model=16, d_kv=4, d_ff=16, num_layers=1, num_heads=2)), "T5"),
        (
            lambda: BertForMaskedLM(
                BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
            ),
            "BertForMaskedLM",
        ),
    ],
)
def test_what_is_no_causal_language_model_is_refused(model, words, tmp_path):
    model().save_pretrained(tmp_path)
    with pytest.raises(Refusal, match=f"no causal language model: it is a {words}"):
        models_of.load(tmp_path)
