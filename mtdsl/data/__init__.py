"""From documents to windows of tokens: sources, tables, order, mixing, packing. No torch."""

from mtdsl.data.batch import Borders, Flat, collate, trained
from mtdsl.data.corpus import Corpus
from mtdsl.data.entry import cache_folder
from mtdsl.data.feed import Feed
from mtdsl.data.packing import Block, Packing, Piece, Supply, Window
from mtdsl.data.preparation import prepare
from mtdsl.data.table import Table

__all__ = [
    "Block",
    "Borders",
    "Corpus",
    "Feed",
    "Flat",
    "Packing",
    "Piece",
    "Supply",
    "Table",
    "Window",
    "cache_folder",
    "collate",
    "prepare",
    "trained",
]
