"""The extenders against public code: values recorded from it, and transformers itself on random configurations."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mtdsl_context.llama3 import Llama3
from mtdsl_context.nope import Nope
from mtdsl_context.rope import Rope
from mtdsl_context.yarn import Yarn
from transformers import DeepseekV3Config, Gemma3TextConfig, LlamaConfig, MiMoV2FlashConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3RotaryEmbedding
from transformers.models.gemma3.modeling_gemma3 import Gemma3RotaryEmbedding
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

from mtdsl.diag import Refusal
from mtdsl.registry import installed

GOLDEN = Path(__file__).parent / "golden"
PLAIN = {"rope_type": "default", "rope_theta": 10_000.0}


def golden(name):
    case = json.loads((GOLDEN / f"rope__{name}.json").read_text())
    return [value for _, value in case["points"]], case["attention_factor"], case["params"]


def transformers_says(parameters, head_dim, window):
    config = LlamaConfig(
        hidden_size=head_dim * 2, num_attention_heads=2, max_position_embeddings=window, rope_parameters=dict(parameters)
    )
    if parameters["rope_type"] == "default":
        frequencies, scaling = LlamaRotaryEmbedding.compute_default_rope_parameters(config)
    else:
        frequencies, scaling = ROPE_INIT_FUNCTIONS[parameters["rope_type"]](config)
    return frequencies.tolist(), scaling


def test_both_are_registered_and_named():
    assert {"rope", "yarn"} <= set(installed().names("extender"))
    assert installed().build("extender", "rope", {"theta": 5}) == Rope(5.0)


def test_nope_leaves_positions_alone_and_refuses_scaled_ones():
    assert Nope().rope_parameters(PLAIN, 4096, 65536) == PLAIN
    frequencies, scaling = transformers_says(PLAIN, 64, 4096)
    assert Nope().inv_freq(PLAIN, 64) == (pytest.approx(frequencies, rel=1e-5), scaling)
    with pytest.raises(Refusal, match="already scaled by `yarn`"):
        Nope().rope_parameters(Yarn().rope_parameters(PLAIN, 512, 4096), 4096, 8192)


@pytest.mark.parametrize("factor", [2.0, 8.0, 32.0])
@pytest.mark.parametrize("theta", [10_000.0, 500_000.0])
def test_llama3_is_what_transformers_computes(factor, theta):
    parameters = Llama3(factor, original=8192, theta=theta).rope_parameters(PLAIN, 4096, 4096)
    frequencies, scaling = transformers_says(parameters, 128, 4096)
    assert Llama3().inv_freq(parameters, 128) == (pytest.approx(frequencies, rel=1e-5), scaling)


@pytest.mark.parametrize(
    ("name", "extender", "old", "new"),
    [
        ("transformers__default", Rope(10_000.0), 4096, 4096),
        ("olmocore__ABFRoPEScalingConfig", None, 4096, 65536),
        ("transformers__yarn", Yarn(), 512, 4096),
        ("transformers__llama3", Llama3(original=1024), 4096, 8192),
        ("olmocore__YaRNRoPEScalingConfig", Yarn(), 8192, 65536),
        ("jquesnelle__LlamaYaRNScaledRotaryEmbedding", Yarn(factor=8.0), 512, 64),
    ],
)
def test_closed_forms_are_what_public_code_computes(name, extender, old, new):
    frequencies, scaling, params = golden(name)
    extender = extender or Rope(params["new_theta"])
    mine, my_scaling = extender.inv_freq(extender.rope_parameters(PLAIN, old, new), 64)
    assert mine == pytest.approx(frequencies, rel=1e-6)
    assert my_scaling == pytest.approx(scaling, rel=1e-9)


@settings(max_examples=200, deadline=None)
@given(
    head_dim=st.sampled_from([16, 32, 64, 80, 128, 192]),
    original=st.integers(32, 200_000),
    factor=st.floats(1.0, 64.0),
    theta=st.floats(500.0, 1e7),
    betas=st.tuples(st.floats(0.1, 8.0), st.floats(4.0, 40.0)),
    mscales=st.none() | st.tuples(st.floats(0.1, 2.0), st.floats(0.1, 2.0)),
    attention_factor=st.none() | st.floats(0.5, 2.0),
    truncate=st.booleans(),
)
def test_yarn_is_what_transformers_computes(head_dim, original, factor, theta, betas, mscales, attention_factor, truncate):
    mscale, mscale_all_dim = mscales or (None, None)
    yarn = Yarn(factor, betas[0] * betas[1], betas[0], attention_factor, mscale, mscale_all_dim, truncate, theta)
    parameters = yarn.rope_parameters(PLAIN, original, original)
    mine, scaling = yarn.inv_freq(parameters, head_dim)
    theirs, their_scaling = transformers_says(parameters, head_dim, original)
    assert mine == pytest.approx(theirs, rel=1e-4)
    assert scaling == pytest.approx(their_scaling, rel=1e-9)


@settings(max_examples=50, deadline=None)
@given(head_dim=st.sampled_from([16, 64, 80, 128]), theta=st.floats(100.0, 1e9))
def test_rope_is_what_transformers_computes(head_dim, theta):
    rope = Rope(theta)
    parameters = rope.rope_parameters(PLAIN, 4096, 8192)
    assert rope.inv_freq(parameters, head_dim)[0] == pytest.approx(transformers_says(parameters, head_dim, 8192)[0], rel=1e-5)


def test_the_paper_and_the_code_part_in_the_middle_of_the_ramp_only():
    """Eq. 18 of arXiv:2309.00071 is linear in rotations: 57 % apart at most, equal outside the ramp."""
    yarn = Yarn(factor=8.0)
    parameters = yarn.rope_parameters(PLAIN, 4096, 32768)
    code, _ = yarn.inv_freq(parameters, 128)
    plain = [10_000 ** (-2 * index / 128) for index in range(64)]
    rotations = [4096 * frequency / (2 * math.pi) for frequency in plain]
    ramp = [min(max((turns - 1) / 31, 0), 1) for turns in rotations]
    paper = [frequency * (share + (1 - share) / 8) for frequency, share in zip(plain, ramp, strict=True)]
    apart = [abs(other / one - 1) for one, other in zip(code, paper, strict=True)]
    assert code[:21] == pytest.approx(plain[:21])
    assert code[46:] == pytest.approx([frequency / 8 for frequency in plain[46:]])
    assert max(apart) == pytest.approx(0.57, abs=0.01)


def test_without_a_factor_it_is_new_over_old():
    parameters = Yarn().rope_parameters(PLAIN, 512, 2048)
    assert (parameters["factor"], parameters["original_max_position_embeddings"]) == (4.0, 512)


def test_two_stretches_of_two_are_one_of_four():
    once = Yarn().rope_parameters(Yarn().rope_parameters(PLAIN, 512, 1024), 1024, 2048)
    assert once == Yarn().rope_parameters(PLAIN, 512, 2048)
    assert Yarn(factor=2.0).rope_parameters(Yarn(factor=2.0).rope_parameters(PLAIN, 512, 1024), 1024, 2048) == once


def test_a_named_original_window_is_where_the_factor_counts_from():
    """DeepSeek-V3 (arXiv:2412.19437, section 4.3): 4k to 32k to 128k with factor 40 in both phases."""
    yarn = Yarn(factor=40.0, original=4096)
    first = yarn.rope_parameters(PLAIN, 4096, 32768)
    assert (first["factor"], first["original_max_position_embeddings"]) == (40.0, 4096)
    assert yarn.rope_parameters(first, 32768, 131072) == first
    assert Yarn(original=4096).rope_parameters(first, 32768, 131072)["factor"] == 32.0


def test_partial_rotary_embeddings_stay_partial():
    before = {**PLAIN, "partial_rotary_factor": 0.5}
    for extender in (Rope(50_000.0), Yarn()):
        parameters = extender.rope_parameters(before, 512, 1024)
        assert parameters["partial_rotary_factor"] == 0.5
        assert len(extender.inv_freq(parameters, 64)[0]) == 16


@pytest.mark.parametrize(
    ("extender", "kind", "new", "words"),
    [
        (Rope(5e5), "yarn", 2048, "rope-scaled: .* already scaled by `yarn`"),
        (Yarn(), "llama3", 2048, "already scaled by `llama3`"),
        (Yarn(), "default", 256, "stretches a window: 256 tokens"),
        (Yarn(mscale=1.0), "default", 2048, "rope-parameters: .* both or neither"),
        (Yarn(beta_fast=1.0, beta_slow=2.0), "default", 2048, "`beta_fast` \\(1\\) must be more"),
    ],
)
def test_what_makes_no_sense_is_refused(extender, kind, new, words):
    with pytest.raises(Refusal, match=words):
        extender.rope_parameters({**PLAIN, "rope_type": kind}, 512, new)


MIMO = {
    "full_attention": {"rope_type": "default", "rope_theta": 640_000.0, "partial_rotary_factor": 0.334},
    "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0, "partial_rotary_factor": 0.334},
}


def test_a_theta_by_kind_of_layer_is_what_mimo_v2_flash_is_released_with():
    """Its report: the base of full attention goes from 640,000 to 5,000,000 where the window grows, that of the rest stays."""
    found = Rope(5e6, layers="full").rope_parameters(MIMO, 32768, 262144)
    assert found == MiMoV2FlashConfig().rope_parameters
    assert {kind["rope_theta"] for kind in Rope(5e6).rope_parameters(MIMO, 32768, 262144).values()} == {5e6}
    assert Nope().rope_parameters(found, 32768, 262144) == found


@pytest.mark.parametrize("extender", [Rope(1e6, "full"), Llama3(8.0, layers="full"), Yarn(8.0, layers="full")])
def test_full_attention_is_extended_and_sliding_windows_keep_their_positions(extender):
    """Gemma 3 in transformers has a rotary embedding for each kind of layer."""
    found = extender.rope_parameters(PLAIN, 4096, 32768)
    config = Gemma3TextConfig(head_dim=64, max_position_embeddings=32768, rope_parameters=found)
    rotary = Gemma3RotaryEmbedding(config)
    frequencies, scaling = extender.inv_freq(found["full_attention"], 64)
    assert rotary.full_attention_inv_freq.tolist() == pytest.approx(frequencies, rel=1e-5)
    assert rotary.full_attention_attention_scaling == pytest.approx(scaling)
    assert rotary.sliding_attention_inv_freq.tolist() == pytest.approx(Rope(1e4).inv_freq(PLAIN, 64)[0], rel=1e-6)
    again = type(extender)(**{**vars(extender)}).rope_parameters(found, 32768, 262144)
    assert again["sliding_attention"] == PLAIN


def test_what_refuses_positions_refuses_those_of_full_attention():
    scaled = Yarn(8.0, layers="full").rope_parameters(PLAIN, 4096, 32768)
    with pytest.raises(Refusal, match="already scaled by `yarn`"):
        Rope(1e6, layers="full").rope_parameters(scaled, 32768, 65536)


def test_latent_attention_rotates_its_own_part_of_a_head():
    """Why no extender selects a part of a tensor: DeepSeek-V3's rotary embedding is as wide as the decoupled part alone."""
    config = DeepseekV3Config(qk_nope_head_dim=96, qk_rope_head_dim=32)
    assert len(DeepseekV3RotaryEmbedding(config).inv_freq) == 32 // 2
