from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny
import torch
from torch.nn.functional import cross_entropy

from mtdsl.data import Corpus, Table
from mtdsl.data.batch import Flat
from mtdsl.run.evaluate import by_source, means
from mtdsl.run.loss import LossModel


def flat(lengths, seed):
    row = tiny.flat(lengths, seed)
    return Flat(**{name: value if name == "max_length" else value.numpy() for name, value in vars(row).items()})


def reference(model, flats):
    """Losses and positions of every trained token, document by document through transformers' own attention."""
    model.set_attn_implementation("eager")
    losses, places = [], []
    for row in flats:
        for begin, end in zip(row.cu_seqlens, row.cu_seqlens[1:], strict=False):
            ids = torch.from_numpy(row.input_ids[begin:end])
            with torch.no_grad():
                logits = model(ids[None]).logits[0, :-1]
            losses += cross_entropy(logits, ids[1:], reduction="none").tolist()
            places += range(end - begin - 1)
    return np.array(losses), np.array(places)


def test_buckets_are_means_over_the_positions_between_two_edges():
    flats = [flat([40, 10], 0), flat([3, 1, 60], 1)]
    found = means(LossModel(tiny.model()), flats, (0, 8, 32))
    losses, places = reference(tiny.model(), flats)
    for mean, low, high in zip(found, (0, 8, 32), (8, 32, 1000), strict=True):
        inside = (places >= low) & (places < high)
        assert mean["tokens"] == inside.sum()
        assert mean["loss"] == pytest.approx(losses[inside].mean(), rel=1e-5)


def test_an_empty_bucket_has_no_mean():
    loss_model = LossModel(tiny.model()).train()
    assert means(loss_model, [flat([8], 0)], (0, 100))[1] == {"loss": None, "tokens": 0}
    assert loss_model.training


@pytest.fixture
def corpus():
    """Two sources; the last documents of each are held out."""

    def table(lengths, held):
        generator = np.random.default_rng(len(lengths))
        bounds = np.cumsum([0, *lengths])
        tokens = generator.integers(0, tiny.VOCABULARY, int(bounds[-1]), dtype=np.uint32)
        numbers = np.arange(len(lengths))
        return Table((tokens,), bounds, numbers.astype(np.uint64), numbers[len(lengths) - held :])

    tables = {"short": table([5, 9, 11, 4], 2), "long": table([50, 33, 40], 2)}
    return Corpus(Path("none"), "hash", tiny.VOCABULARY, 0, 0, tables, dict.fromkeys(tables, "content"))


def test_by_source_counts_the_held_out_labels_of_each(corpus):
    found = by_source(LossModel(tiny.model()), corpus, 64)
    assert list(found) == ["short", "long"]
    assert found["short"]["tokens"] == (11 - 1) + (4 - 1)
    assert by_source(LossModel(tiny.model()), corpus, 64, sources=["long"]) == {"long": found["long"]}


def test_a_source_with_nothing_held_out_has_no_loss(corpus):
    bare = replace(corpus, tables={"short": replace(corpus.tables["short"], validation=np.empty(0, np.int64))})
    assert by_source(LossModel(tiny.model()), bare, 64) == {"short": {"loss": None, "tokens": 0}}
