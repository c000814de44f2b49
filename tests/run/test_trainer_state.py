"""What a trainer left beside a checkpoint, read from one that transformers' own Trainer saved."""

import json
from fractions import Fraction as F
from pathlib import Path

import pytest
import tiny
import torch
from transformers import Trainer, TrainingArguments

from mtdsl.diag import Refusal
from mtdsl.run.trainer import Left, left_by_trainer


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of a checkpoint after six steps of a linear decay from 1e-3 over ten, logged every other step."""
    out = tmp_path_factory.mktemp("trained")
    told = TrainingArguments(
        str(out),
        max_steps=10,
        save_steps=3,
        logging_steps=2,
        learning_rate=1e-3,
        lr_scheduler_type="linear",
        report_to=[],
        use_cpu=True,
        per_device_train_batch_size=1,
        disable_tqdm=True,
    )
    rows = [{"input_ids": torch.arange(8) % tiny.VOCABULARY, "labels": torch.arange(8) % tiny.VOCABULARY} for _ in range(16)]
    Trainer(model=plain(), args=told, train_dataset=rows).train()
    return out


def plain():
    from transformers import LlamaForCausalLM

    return LlamaForCausalLM(tiny.config())


def test_steps_and_the_rate_of_the_last_one_are_read(trained):
    found = left_by_trainer("checkpoint-6", trained)
    assert found.steps == 6
    assert float(found.lr) == pytest.approx(1e-3 * (1 - 5 / 10))  # of the sixth step, before the schedule moves on


def test_a_rate_of_an_earlier_step_is_not_the_last(trained):
    assert left_by_trainer("checkpoint-3", trained) == Left(3, None)


def test_where_no_trainer_left_anything_nothing_is_known(tmp_path):
    tiny.config().save_pretrained(tmp_path / "bare")
    assert left_by_trainer("bare", tmp_path) == Left()


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "{}", '{"global_step": 3, "log_history": [{"step": 3, "learning_rate": NaN}]}', '{"global_step": "x"}'],
)
def test_a_broken_state_is_named(tmp_path, text):
    folder = tmp_path / "odd"
    tiny.config().save_pretrained(folder)
    (folder / "trainer_state.json").write_text(text)
    with pytest.raises(Refusal, match=r"model-unreadable: what the trainer of `odd` left, trainer_state.json, cannot be read"):
        left_by_trainer("odd", tmp_path)


def test_the_last_of_several_entries_of_a_step_counts(tmp_path):
    log = [{"step": 4, "learning_rate": 2e-5}, {"step": 4, "eval_loss": 1.0}, {"step": 4, "train_runtime": 3.0}]
    Path(tmp_path / "trainer_state.json").write_text(json.dumps({"global_step": 4, "log_history": log}))
    assert left_by_trainer(str(tmp_path), tmp_path) == Left(4, F("2e-5"))
