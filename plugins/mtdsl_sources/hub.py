"""Data sets of the Hugging Face hub, or folders laid out like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mtdsl.diag import Refusal, refuse
from mtdsl_sources.columns import ROWS, keyed_of, missing
from mtdsl_sources.files import digest, local

COMMIT = re.compile("[0-9a-f]{40}")


@dataclass(frozen=True)
class Hub:
    """`column` of a data set's rows, streamed, of its `subset` and `split`. `name` may be a folder beside the recipe.

    No code of a data set is ever run. Without `revision` the newest one is taken, and its commit is in the fingerprint.
    """

    name: str
    subset: str | None = None
    split: str = "train"
    revision: str | None = None
    column: str = "text"

    examples: ClassVar = ({"name": '"HuggingFaceFW/fineweb-edu"'},)

    def fingerprint(self, base: Path) -> str:
        """The commit of the data set, or a hash of the folder's files, with what is read of it."""
        folder = base / self.name
        files = sorted(file for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else []
        commit = "" if files else self.commit(base)
        return digest(local(files), "hub", commit, self.subset or "", self.split, self.column)

    def texts(self, base: Path) -> Iterator[str]:
        """The documents in the data set's own order."""
        return (text for text, _ in self.keyed(base, self.column))

    def keyed(self, base: Path, column: str) -> Iterator[tuple[str, object]]:
        """The documents with their value of `column`."""
        rows = self._rows(base)
        if rows.column_names and self.column not in rows.column_names:
            raise missing(self.column, rows.column_names, f"`{self.name}`")
        yield from keyed_of(rows.iter(ROWS), self.column, column, f"`{self.name}`")

    def _rows(self, base: Path) -> Any:
        import datasets

        folder = base / self.name
        name, revision = (str(folder), None) if folder.is_dir() else (self.name, self.commit(base))
        try:
            return datasets.load_dataset(name, self.subset, split=self.split, revision=revision, streaming=True)
        except (ValueError, OSError) as error:
            raise self._unreadable(error) from error

    def commit(self, base: Path) -> str:
        """The commit that is read: what `revision` stands for, the newest where it is left out, `""` of a folder."""
        if (base / self.name).is_dir():
            return ""
        if self.revision and COMMIT.fullmatch(self.revision):
            return self.revision
        return self._asked()

    def _asked(self) -> str:
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]

        try:
            return str(HfApi().dataset_info(self.name, revision=self.revision).sha)
        except (HTTPError, OfflineModeIsEnabled, OSError, ValueError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> Refusal:
        reason = str(error).strip().splitlines()[0]
        hint = "check name, subset, split and revision; a folder is read from beside the recipe"
        return refuse("source-missing", f"the data set `{self.name}` cannot be read: {reason}", help=hint)
