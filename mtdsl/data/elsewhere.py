"""Where a model or a tokenizer made elsewhere is: a folder, or a repository on the hub."""

from __future__ import annotations

import textwrap
from pathlib import Path

from mtdsl.diag import refuse


def folder_of(name: str, base: Path, id: str) -> Path | None:
    """The folder, read against `base`; None where the name is OWNER/NAME on the hub, with an optional `@revision`.

    Raises a `Refusal` of that `id` for a name that can be neither.
    """
    folder = base / Path(name).expanduser()
    if folder.is_dir():
        return folder
    if name.startswith((".", "/", "~")) or name.partition("@")[0].count("/") != 1:
        hint = f"folders are read from {base.resolve()}; on the hub a name is OWNER/NAME, such as openai-community/gpt2"
        raise refuse(id, f"there is no folder `{name}`", help=hint)
    return None


def commit_of(name: str, id: str) -> str:
    """The commit that a repository on the hub is at, or that its `@revision` stands for. Asks the hub.

    Raises a `Refusal` of that `id` where the hub does not answer or does not know it.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]

    repository, _, revision = name.partition("@")
    try:
        return str(HfApi().model_info(repository, revision=revision or None).sha)
    except (HTTPError, OfflineModeIsEnabled, OSError, ValueError) as error:
        raise refuse(id, f"`{name}` cannot be reached on the hub: {told(error)}") from error


def told(error: BaseException) -> str:
    """What a library says of its error, in one line that is no longer than a reader wants."""
    return textwrap.shorten(str(error), 240, placeholder=" ...") or type(error).__name__
