"""Extenders on transformers' own architectures: what is changed is exported, and loads with the same logits."""

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    DeepseekV3Config,
    Gemma3TextConfig,
    GPTNeoXConfig,
    GptOssConfig,
    LlamaConfig,
    Ministral3Config,
    MinistralConfig,
    MistralConfig,
    Olmo3Config,
    Phi3Config,
    PhiConfig,
    Qwen3Config,
    SmolLM3Config,
)

from mtdsl.diag import Refusal
from mtdsl.plan.model import Plugin
from mtdsl.registry import installed
from mtdsl.run.model import shell
from mtdsl.run.rope import extend

SIZES = {
    "vocab_size": 61,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "max_position_embeddings": 32,
    "pad_token_id": None,
    "bos_token_id": None,
    "eos_token_id": None,
}
PLAIN = {"rope_type": "default", "rope_theta": 10_000.0}
MIXED = ["sliding_attention", "full_attention"]


def llama():
    return LlamaConfig(**SIZES, num_hidden_layers=2)


def qwen():
    return Qwen3Config(**SIZES, num_hidden_layers=2, head_dim=16)


def gemma():
    return Gemma3TextConfig(**SIZES, num_hidden_layers=2, head_dim=16, sliding_window=8, layer_types=MIXED)


def olmo():
    return Olmo3Config(**SIZES, num_hidden_layers=2, sliding_window=8, layer_types=MIXED)


def smol():
    return SmolLM3Config(**SIZES, num_hidden_layers=4, no_rope_layers=[1, 1, 1, 1])


def ministral():
    return MinistralConfig(**SIZES, num_hidden_layers=2, head_dim=16, sliding_window=8)


def mistral():
    return MistralConfig(**SIZES, num_hidden_layers=2, sliding_window=8)


def gpt_oss():
    experts = {"num_local_experts": 2, "num_experts_per_tok": 1}
    return GptOssConfig(**SIZES, **experts, num_hidden_layers=2, head_dim=16, sliding_window=8, rope_parameters=dict(PLAIN))


def phi():
    return PhiConfig(**SIZES, num_hidden_layers=2)


def phi3():
    return Phi3Config(**SIZES, num_hidden_layers=2, original_max_position_embeddings=32)


def neox():
    sizes = {name: value for name, value in SIZES.items() if name != "num_key_value_heads"}
    return GPTNeoXConfig(**sizes, num_hidden_layers=2)


def ministral3():
    kept = {"llama_4_scaling_beta": 0.1, "max_position_embeddings": 32}
    scaled = {"rope_type": "yarn", "rope_theta": 1e4, "factor": 2.0, "original_max_position_embeddings": 16}
    return Ministral3Config(**SIZES, num_hidden_layers=2, head_dim=16, rope_parameters={**scaled, **kept})


def deepseek():
    latent = {"q_lora_rank": 16, "kv_lora_rank": 16, "qk_rope_head_dim": 16, "qk_nope_head_dim": 16, "v_head_dim": 16}
    experts = {"first_k_dense_replace": 2, "moe_intermediate_size": 16}
    sizes = {**SIZES, "num_key_value_heads": 2}
    return DeepseekV3Config(**sizes, **latent, **experts, num_hidden_layers=2, rope_parameters=dict(PLAIN))


LONG = Plugin("longrope", {"long": (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0), "short": (1.0, 1.0, 1.0, 1.1, 1.1, 1.2, 1.2, 1.3)})


def model_of(config):
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(8.0)
    return model


def logits(model, length):
    ids = torch.arange(length)[None] * 7 % 61
    with torch.no_grad():
        return model(ids, use_cache=False).logits


def grown(config, plugin, folder, new=96):
    """A model that was extended, and the same after a save."""
    model, parameters = extend(model_of(config), plugin, 32, new, installed())
    model.save_pretrained(folder)
    return model, AutoModelForCausalLM.from_pretrained(folder).eval(), parameters


@pytest.mark.parametrize(
    ("config", "plugin"),
    [
        *((llama, Plugin(name)) for name in ("linear", "ntk", "ntk_by_parts", "part_ntk", "dynamic", "llama3", "yarn", "nope")),
        (llama, Plugin("rope", {"theta": 500_000})),
        (llama, Plugin("p_rope", {"share": 0.25})),
        (llama, Plugin("yarn", {"clamp": "half", "original": 131_072, "factor": 8})),
        (llama, LONG),
        (qwen, Plugin("ntk")),
        (qwen, Plugin("yarn", {"truncate": False})),
        (qwen, Plugin("sliding", {"window": 8, "layers": (1,)})),
        (gemma, Plugin("linear", {"layers": "full"})),
        (gemma, Plugin("rope", {"theta": 50_000, "local": 5_000})),
        (gemma, Plugin("ntk", {"layers": (1,)})),
        (gemma, Plugin("dynamic", {"layers": "full"})),
        (gemma, Plugin("sliding", {"window": 16})),
        (gemma, Plugin("sliding", {"layers": ()})),
        (olmo, Plugin("yarn", {"layers": "full"})),
        (olmo, Plugin("yarn", {"layers": "full", "truncate": False})),
        (olmo, Plugin("llama3", {"original": 32})),
        (smol, Plugin("nope", {"every": 4})),
        (smol, Plugin("nope", {"layers": (0, 2)})),
        (smol, Plugin("yarn")),
        (ministral, Plugin("yarn")),
        (ministral, Plugin("sliding", {"full_every": 2})),
        (mistral, Plugin("sliding", {"window": 4})),
        (gpt_oss, Plugin("yarn", {"truncate": False})),
        (gpt_oss, Plugin("sliding", {"window": 4})),
        (phi, Plugin("yarn")),
        (phi, Plugin("partial", {"share": 0.25})),
        (phi3, LONG),
        (ministral3, Plugin("yarn")),
        (deepseek, Plugin("yarn", {"mscale": 1.0, "mscale_all_dim": 0.707})),
        (neox, Plugin("linear")),
        (neox, Plugin("partial", {"share": 0.5})),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", "")),
)
def test_what_is_changed_is_what_transformers_loads(tmp_path, config, plugin):
    model, loaded, _ = grown(config(), plugin, tmp_path)
    for length in (24, 90):
        torch.testing.assert_close(logits(loaded, length), logits(model, length), rtol=1e-5, atol=1e-5)
    before = model_of(config())
    changed = not torch.allclose(logits(before, 90), logits(model, 90), atol=1e-3)
    assert changed == (plugin != Plugin("nope"))


@pytest.mark.parametrize("config", [llama, gemma, smol])
def test_weights_and_what_is_trained_stay(config):
    before = model_of(config())
    held = {name: tensor.clone() for name, tensor in before.state_dict().items()}
    plugin = Plugin("nope", {"every": 4}) if config is smol else Plugin("p_rope", {"share": 0.5})
    model, _ = extend(before, plugin, 32, 64, installed())
    assert all(torch.equal(tensor, held[name]) for name, tensor in model.state_dict().items())
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert model.config._attn_implementation == before.config._attn_implementation


def test_layers_that_slide_keep_their_positions(tmp_path):
    model, _, parameters = grown(gemma(), Plugin("linear", {"factor": 8, "layers": "full"}), tmp_path)
    rotary, before = model.model.rotary_emb, model_of(gemma()).model.rotary_emb
    assert torch.equal(rotary.sliding_attention_inv_freq, before.sliding_attention_inv_freq)
    torch.testing.assert_close(rotary.full_attention_inv_freq, before.full_attention_inv_freq / 8)
    assert parameters["sliding_attention"] == {"rope_type": "default", "rope_theta": 10_000.0}


def test_every_fourth_layer_without_positions_is_how_smollm3_is_configured(tmp_path):
    model, _, _ = grown(smol(), Plugin("nope", {"every": 4}), tmp_path)
    assert model.config.no_rope_layers == SmolLM3Config(**SIZES, num_hidden_layers=4).no_rope_layers
    assert [bool(layer.self_attn.use_rope) for layer in model.model.layers] == [True, True, True, False]


def test_full_attention_of_a_model_whose_layers_all_attend_to_everything_is_all_of_it(tmp_path):
    _, _, parameters = grown(llama(), Plugin("linear", {"layers": "full"}), tmp_path)
    assert parameters == {"rope_type": "linear", "rope_theta": 10_000.0, "factor": 3.0}


def test_longrope_by_kind_of_layer_loads_where_transformers_can_compute_it(tmp_path):
    """Its version 5.17 fails at the second long text, and is told of instead of training."""
    try:
        model, loaded, _ = grown(gemma(), Plugin("longrope", {**LONG.params, "layers": "full"}), tmp_path)
    except Refusal as refusal:
        if "cannot compute these positions for 192 tokens" not in str(refusal):
            raise
        return
    for length in (24, 90):
        torch.testing.assert_close(logits(loaded, length), logits(model, length), rtol=1e-5, atol=1e-5)


def test_an_exported_model_with_dynamic_ntk_begins_to_scale_at_the_window_of_training(tmp_path):
    _, loaded, _ = grown(llama(), Plugin("dynamic"), tmp_path)
    assert loaded.config.max_position_embeddings == 32
    assert torch.equal(logits(loaded, 32), logits(model_of(llama()), 32))


@pytest.mark.parametrize(
    ("config", "plugin", "words"),
    [
        (gpt_oss, Plugin("yarn", {"layers": "full"}), "`gpt_oss` has the same positions in all its layers"),
        (llama, Plugin("nope", {"every": 2}), "`llama` cannot leave positions out of some layers"),
        (llama, Plugin("sliding", {"window": 4}), "`llama` has no layers with a sliding window"),
        (llama, Plugin("partial", {"share": 0.5}), "`partial` gives 4 frequencies, the model has 8"),
        (llama, Plugin("longrope", {"long": (1.0, 2.0)}), "`longrope` has 2 factors, and the model 8 frequencies"),
        (phi3, Plugin("yarn"), "transformers has no `phi3` with these positions: .* got yarn"),
        (llama, Plugin("linear", {"layers": (5,)}), "there is no layer 5"),
    ],
)
@pytest.mark.parametrize("make", [model_of, shell])
def test_what_an_architecture_cannot_have(config, plugin, words, make):
    with pytest.raises(Refusal, match=words):
        extend(make(config()), plugin, 32, 64, installed())


@pytest.mark.parametrize("plugin", [Plugin("yarn"), Plugin("nope", {"every": 4}), Plugin("p_rope", {"share": 0.5}), LONG])
def test_a_model_without_memory_is_extended_as_one_with(plugin):
    real, parameters = extend(model_of(smol()), plugin, 32, 64, installed())
    empty, same = extend(shell(smol()), plugin, 32, 64, installed())
    assert (same, empty.device.type) == (parameters, "meta")
    assert torch.equal(empty.model.rotary_emb.inv_freq, real.model.rotary_emb.inv_freq)
    assert empty.config.to_dict() == real.config.to_dict() | {"dtype": empty.config.to_dict()["dtype"]}
