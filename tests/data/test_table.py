from pathlib import Path

import numpy as np
import pytest

from mtdsl.data import shards
from mtdsl.data.shards import Tokenised, finish, write
from mtdsl.data.table import Table, read


def made(folder: Path, documents: list[np.ndarray]) -> Table:
    write(folder, 0, (Tokenised(tokens, at, 0) for at, tokens in enumerate(documents)), documents[0].dtype)
    finish(folder)
    return read(folder)


@pytest.mark.parametrize("lengths", [[3, 30, 1, 5, 8], [8], [16, 8], [1]])
@pytest.mark.parametrize("shard", [1, 8, 1 << 26])
def test_documents_come_back_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lengths: list[int], shard: int):
    monkeypatch.setattr(shards, "SHARD", shard)
    rng = np.random.default_rng(1)
    documents = [rng.integers(0, 60_000, length).astype(np.uint16) for length in lengths]
    table = made(tmp_path, documents)
    for at, tokens in enumerate(documents):
        assert (table.tokens(at) == tokens).all()
    part = np.zeros(lengths[0] - 1, np.int64)
    table.copy(0, 1, part)
    assert (part == documents[0][1:]).all()
    assert (table.documents, table.total, table.size) == (len(lengths), sum(lengths), sum(lengths))
    assert table.lengths(np.arange(len(lengths))).tolist() == lengths


def test_everything_stays_on_disk(tmp_path: Path):
    table = made(tmp_path, [np.arange(100, dtype=np.uint8)])
    assert table.shards[0].dtype == np.uint8
    for part in (table.shards[0], table.bounds, table.hashes):
        assert isinstance(part, np.memmap)
        assert not part.flags.writeable


@pytest.mark.parametrize("held", [[], [0], [4], [1, 2], [0, 1, 2, 3], [0, 2, 4]])
def test_documents_that_are_held_out_are_not_trained_on(held: list[int]):
    table = Table(
        (np.arange(15, dtype=np.uint8),), np.array([0, 1, 3, 6, 10, 15]), np.arange(5, dtype=np.uint64), np.array(held, int)
    )
    left = [at for at in range(5) if at not in held]
    assert table.training(np.arange(table.trained)).tolist() == left
    assert table.size == sum(at + 1 for at in left)
