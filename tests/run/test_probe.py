"""What a foreign architecture must not do unseen; each is tried with the architecture that does it."""

import pytest
import torch
import transformers
from tiny import SIZES, VOCABULARY

from mtdsl.diag import Refusal
from mtdsl.run.model import from_config, load
from mtdsl.run.probe import probe

TOKENS = {"vocab_size": VOCABULARY, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}


def toy(name, **more):
    model = from_config(getattr(transformers, f"{name}Config")(**{**SIZES, **TOKENS}, **more).to_dict())
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(5.0)
    return model


@pytest.mark.parametrize("name", ["Llama", "Qwen3", "Olmo2", "SmolLM3", "Gemma3Text"])
def test_decoders_of_attention_alone_pass(name):
    model = toy(name, head_dim=8).train()
    probe(model)
    assert model.training


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("Mamba", {}, "model-unsupported: MambaForCausalLM sees across documents"),
        ("Cohere", {}, "head-unsupported: CohereForCausalLM does more to its logits than one matrix"),
        ("Granite", {"logits_scaling": 8.0}, "head-unsupported: GraniteForCausalLM does more to its logits"),
        ("Gemma2", {"head_dim": 8}, "attention-unsupported: Gemma2Attention needs softcap"),
        ("StableLm", {}, "model-unsupported: StableLmForCausalLM cannot be run on flat rows"),
        ("Phi", {}, "head-unsupported: PhiForCausalLM has a head that is no plain matrix"),
    ],
)
def test_what_would_go_wrong_unseen_is_refused(name, more, words):
    with pytest.raises(Refusal, match=words):
        probe(toy(name, **more))


OF_THEIR_OWN = [
    transformers.GPTNeoConfig(hidden_size=32, num_layers=2, num_heads=4, attention_types=[[["global", "local"], 1]], **TOKENS),
    transformers.GPTJConfig(n_embd=32, n_layer=2, n_head=4, rotary_dim=4, **TOKENS),
    transformers.FalconConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, **TOKENS),
]


@pytest.mark.parametrize("config", OF_THEIR_OWN, ids=lambda config: config.model_type)
def test_an_attention_that_cannot_be_replaced_is_refused_fresh_and_loaded(config, tmp_path):
    words = f"attention-unsupported: `{config.model_type}` computes attention in a way of its own"
    with pytest.raises(Refusal, match=words):
        from_config(config.to_dict())
    transformers.AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)
    with pytest.raises(Refusal, match=words):
        load(tmp_path)
