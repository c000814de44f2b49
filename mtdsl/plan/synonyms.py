"""What people write who come from other frameworks, and how it is said in a recipe."""

from __future__ import annotations

from collections.abc import Iterable

from mtdsl.lang import tree

CALLED = {
    "lr": ("learning_rate", "max_lr", "peak_lr", "lr_peak", "base_lr", "rate"),
    "batch": ("batch_size", "global_batch_size", "gbs", "train_batch_size"),
    "context": ("seq_len", "seq_length", "sequence_length", "max_seq_len", "context_length", "max_length", "block_size"),
    "warmup": ("warmup_steps", "warmup_ratio", "warmup_tokens", "warm_up"),
    "steps": ("max_steps", "train_steps", "num_steps", "iterations", "train_iters"),
    "tokens": ("max_tokens", "num_tokens", "train_tokens", "budget", "max_duration"),
    "sequences": ("samples", "train_samples", "max_samples", "num_samples"),
    "epochs": ("num_epochs", "num_train_epochs"),
    "mix": ("data", "mixture", "dataset", "datasets", "sources"),
    "clip": ("grad_clip", "clip_grad", "gradient_clipping", "max_grad_norm", "grad_norm"),
    "weight_decay": ("wd", "decay"),
    "mask": ("doc_mask", "document_mask", "attention_mask", "reset_attention_mask", "intra_document_mask"),
    "positions": ("position_ids", "reset_position_ids"),
    "eod_loss": ("eod_mask_loss", "eos_loss", "end_of_document"),
    "seed": ("random_seed", "data_seed"),
    "dropout": ("hidden_dropout", "attention_dropout", "resid_pdrop", "attn_pdrop", "dropout_rate"),
    "fim": ("fim_rate",),
    "fim_mode": ("fim_format", "fim_type", "fim_spm_rate"),
    "ema": ("ema_decay",),
}
"""Other names of an attribute."""

SAID = {
    "the flow says where a phase comes from: `flow {value} -> ...`": ("from", "parent", "parents", "after", "previous"),
    "the arrow says where the rate ends: `lr = 3e-4 -> {value}`": ("lr_min", "min_lr", "lr_end", "final_lr", "eta_min"),
    "the shape of an arrow stands behind it: `lr = 3e-4 -> 0 by cosine`": (
        "scheduler",
        "schedule",
        "lr_schedule",
        "lr_scheduler",
    ),
    "weights that exist are a start: `start base {{ weights = {value} }}`": ("init", "load", "checkpoint", "resume", "weights"),
    "what reads a source is told where it lies: `source = jsonl(path = {value})`": ("path", "paths", "file", "files", "url"),
}
"""What is said in another way, with the value that was written."""


def called(name: str, known: Iterable[str]) -> str | None:
    """The attribute among `known` that another framework calls `name`."""
    return next((ours for ours in known if name.casefold() in CALLED.get(ours, ())), None)


def said(attribute: tree.Attribute) -> str | None:
    """How a recipe says what this attribute was meant to say."""
    form = next((form for form, names in SAID.items() if attribute.name.casefold() in names), None)
    return form.format(value=attribute.value.span.text) if form else None
