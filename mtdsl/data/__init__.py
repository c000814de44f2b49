"""From documents to windows of tokens: sources, tables, order, mixing, packing. No torch."""

from mtdsl.data.corpus import Corpus, prepare
from mtdsl.data.table import Table

__all__ = ["Corpus", "Table", "prepare"]
