"""Every diagnostic's id and what it is about, one sentence each."""

from __future__ import annotations

CATALOGUE: dict[str, str] = {
    "plugin-broken": "A plugin package failed to load; the others work.",
    "attention-unsupported": "The model's attention has a part that training on flat rows of documents would leave out.",
    "head-unsupported": "The model's output head is more than one matrix.",
    "model-missing": "There is no model where one is needed.",
    "model-not-causal": "The model is not a decoder that predicts the next token.",
    "model-sizes": "The sizes of a described model do not fit each other.",
    "model-unreadable": "The weights of a model are broken or incomplete.",
    "model-vocabulary": "The tokenizer has more tokens than the model.",
}
