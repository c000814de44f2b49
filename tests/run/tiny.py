"""Toy models and flat rows that the tests of `mtdsl.run` share."""

from types import SimpleNamespace

import torch
from transformers import LlamaConfig

from mtdsl.run.model import from_config

VOCABULARY = 61


SIZES = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
}


def config(**changes):
    return LlamaConfig(**{**SIZES, "tie_word_embeddings": True, **changes})


def model(**changes):
    """A toy with weights large enough that its attention is far from uniform."""
    toy = from_config(config(**changes).to_dict())
    with torch.no_grad():
        for parameter in toy.parameters():
            if parameter.ndim > 1:
                parameter.mul_(10.0)
    return toy


def flat(lengths, seed=0, vocabulary=VOCABULARY):
    """A row of random documents of these lengths, with labels shifted and the last of each not trained on."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, vocabulary, (sum(lengths),), generator=generator)
    ends = torch.tensor(lengths).cumsum(0)
    labels = ids.roll(-1)
    labels[ends - 1] = -100
    return SimpleNamespace(
        input_ids=ids,
        labels=labels,
        position_ids=torch.cat([torch.arange(length) for length in lengths]),
        cu_seqlens=torch.cat([torch.zeros(1, dtype=torch.int64), ends]).to(torch.int32),
        max_length=max(lengths),
    )
