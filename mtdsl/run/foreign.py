"""The configuration of a model made elsewhere, looked at before anything is computed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from transformers import AutoConfig
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from mtdsl.data.elsewhere import folder_of, told
from mtdsl.diag import concerning, refuse

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from mtdsl.plan.model import Plan

COMMIT = re.compile("[0-9a-f]{40}")


def check(plan: Plan, base: Path) -> None:
    """Raise a `Refusal` where a start or the model that `plan` names is not there or cannot be trained; weights stay unread."""
    for start in plan.starts:
        with concerning(start.name, "weights"):
            if start.weights is None:
                raise refuse("start-declared", f"`{start.name}` declares a checkpoint but not where its weights are")
            _check_fixed(start.weights, base)
            configuration(start.weights, base)
    if plan.model is not None and "name" in plan.model.params:
        with concerning("", "model"):
            _check_fixed(str(plan.model.params["name"]), base)
            configuration(str(plan.model.params["name"]), base)


def _check_fixed(name: str, base: Path) -> None:
    """Refuses a hub name that may mean something else tomorrow: its results would be taken for those of what it means now."""
    repository, revision = place(name, base)
    if folder_of(name, base, "model-missing") is None and not COMMIT.fullmatch(revision or ""):
        message = f"`{name}` names no commit on the hub, and what it stands for may change"
        raise refuse("hub-unpinned", message, help=f"run `mtdsl lock`, which holds the commit, or write `{repository}@COMMIT`")


def place(name: str, base: Path) -> tuple[str, str | None]:
    """A folder and no revision, or a hub name and its revision. Raises a `Refusal` for a name that can be neither."""
    folder = folder_of(name, base, "model-missing")
    if folder is not None:
        return str(folder), None
    repository, _, revision = name.partition("@")
    return repository, revision or None


def configuration(name: str, base: Path) -> PretrainedConfig:
    """The configuration behind a name. Raises a `Refusal` where there is none, or it is no causal language model's."""
    where, revision = place(name, base)
    try:
        config: PretrainedConfig = AutoConfig.from_pretrained(where, revision=revision, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise refuse("model-missing", f"there is no model at `{name}`: {told(error)}") from error
    wanted = MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.get(config.model_type)
    made = config.architectures or [str(wanted)]
    if wanted is None or wanted not in made:
        raise refuse(
            "model-not-causal",
            f"`{name}` is no causal language model: it is a {made[0] if config.architectures else config.model_type}",
            help="mid-training continues a decoder that predicts the next token",
        )
    return config
