"""The configuration of a model made elsewhere, looked at before anything is computed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from transformers import AutoConfig
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from mtdsl.data.elsewhere import folder_of, told
from mtdsl.diag import concerning, refuse

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from mtdsl.plan.model import Plan


def check(plan: Plan, base: Path) -> None:
    """Raise a `Refusal` where a start or the model that `plan` names is not there or cannot be trained; weights stay unread."""
    for start in plan.starts:
        with concerning(start.name, "weights"):
            if start.weights is None:
                raise refuse("start-declared", f"`{start.name}` declares a checkpoint but not where its weights are")
            configuration(start.weights, base)
    if plan.model is not None and "name" in plan.model.params:
        with concerning("", "model"):
            configuration(str(plan.model.params["name"]), base)


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
