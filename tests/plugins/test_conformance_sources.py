"""Every registered source under the suite that third parties use."""

import io
import json

import numpy
import pyarrow
import pytest
from plugins.conformance import examples
from pyarrow.parquet import write_table

from mtdsl.registry import installed
from mtdsl.testing import SourceSuite

TEXTS = (["one text", "another\nof two lines"], ["one text", "another"])


def jsonl(texts):
    return "".join(json.dumps({"text": text}) + "\n" for text in texts)


def parquet(texts):
    written = pyarrow.BufferOutputStream()
    write_table(pyarrow.table({"text": texts}), written)
    return written.getvalue().to_pybytes()


def arrow(texts):
    written, rows = pyarrow.BufferOutputStream(), pyarrow.table({"text": texts})
    with pyarrow.ipc.new_stream(written, rows.schema) as writer:
        writer.write_table(rows)
    return written.getvalue().to_pybytes()


def tokens(texts):
    written = io.BytesIO()
    numpy.save(written, numpy.array([id for text in texts for id in (*text.encode(), 0)], numpy.uint16))
    return written.getvalue()


FILES = {
    "arrow": lambda texts: {"a.arrow": arrow(texts)},
    "hub": lambda texts: {"set/train.jsonl": jsonl(texts)},
    "jsonl": lambda texts: {"a.jsonl": jsonl(texts), "b.jsonl": jsonl(["more"])},
    "parquet": lambda texts: {"a.parquet": parquet(texts)},
    "tokens": lambda texts: {"a.npy": tokens(texts)},
    "text": lambda texts: {"a.txt": "\n\n".join(texts), "b.txt": "more"},
}


@pytest.mark.parametrize("name", installed().names("source"))
class TestSources(SourceSuite):
    @pytest.fixture(autouse=True)
    def chosen(self, name):
        self.technique, self.examples = name, examples(self.kind, name)
        if name in FILES:
            self.files, self.others = map(FILES[name], TEXTS)
