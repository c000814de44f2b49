"""What training needs beside the light install."""

import pytest

from mtdsl.cli.training import require_training
from mtdsl.diag import Refusal


def test_packages_that_are_missing_are_all_named(monkeypatch):
    monkeypatch.setattr("mtdsl.cli.training.find_spec", lambda name: None if name in ("torch", "xxhash") else name)
    with pytest.raises(Refusal, match="train-missing: training needs `torch`, `xxhash`"):
        require_training()
