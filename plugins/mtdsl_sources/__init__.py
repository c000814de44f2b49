"""Where documents come from and which are dropped, built in; registered as any third party's are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_sources() -> Iterator[mtdsl.Source]:
    """The built-in sources."""
    yield mtdsl.Source("python_library", "mtdsl_sources.python_library:PythonLibrary")
    yield mtdsl.Source("text", "mtdsl_sources.text:Text")
    yield mtdsl.Source("jsonl", "mtdsl_sources.jsonl:Jsonl")
    yield mtdsl.Source("parquet", "mtdsl_sources.parquet:Parquet")
    yield mtdsl.Source("arrow", "mtdsl_sources.arrow:Arrow")
    yield mtdsl.Source("tokens", "mtdsl_sources.tokens:Tokens")
    yield mtdsl.Source("hub", "mtdsl_sources.hub:Hub")


@mtdsl.hookimpl
def mtdsl_filters() -> Iterator[mtdsl.Filter]:
    """The built-in filters."""
    yield mtdsl.Filter("repetition", "mtdsl_sources.repetition:Repetition")
