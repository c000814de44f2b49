"""Byte-level BPE (Radford et al. 2019) trained on a sample of the recipe's own text."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

EOS = "<|endoftext|>"
LEAST = 257
"""The smallest vocabulary: every byte, and the end of a text."""
SAMPLE = 16_000_000
"""Characters that are looked at: more change the merges little and cost seconds."""
FORMAT = 1


def train(sources: Sequence[Callable[[], Iterator[str]]], vocab: int, folder: Path) -> int:
    """Train on an even sample of `sources` and save a folder that `AutoTokenizer` loads; returns the true vocabulary.

    That is smaller than `vocab` where the text has too few pairs to merge.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab,
        special_tokens=[EOS],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(sample(sources, SAMPLE), trainer)
    whole = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=EOS)  # type: ignore[no-untyped-call]
    whole.save_pretrained(str(folder))
    return int(tokenizer.get_vocab_size())


def sample(sources: Sequence[Callable[[], Iterator[str]]], most: int) -> Iterator[str]:
    """Documents up to `most` characters, always from the source that gave least so far, each in its own order."""
    drawn = [(0, at, source()) for at, source in enumerate(sources)]
    left = most
    while drawn and left > 0:
        given, at, texts = heapq.heappop(drawn)
        text = next(texts, None)
        if text is not None:
            yield text[:left]
            left -= len(text)
            heapq.heappush(drawn, (given + len(text), at, texts))
