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
    "cache-write": "The cache of tokenised data cannot be written.",
    "source-column": "A row has no text in the column that is read.",
    "source-corrupt": "A file is not what its source reads, or it is damaged.",
    "source-declared": "A source has declared facts only, and the plan is to be run.",
    "source-empty": "A source holds no text.",
    "source-encoding": "A text file is not UTF-8.",
    "source-missing": "The text of a source is not where the recipe says.",
    "source-short": "A source holds fewer tokens than the plan needs.",
    "tokenizer-missing": "Nothing says which tokenizer to use.",
    "tokenizer-unusable": "A tokenizer cannot be loaded, or lacks what training needs.",
    "tokenizer-vocab": "The vocabulary asked for is too small.",
    "rope-mismatch": "What transformers built of the rotary embedding is not what the extender computes.",
    "rope-missing": "The model has no rotary embedding.",
    "rope-parameters": "The parameters of an extender do not fit each other.",
    "rope-scaled": "The model's positions are already scaled in another way.",
    "rope-several": "The model has several rotary embeddings.",
    "rope-shrinks": "A window would become smaller.",
    "cannot-write": "The file named by `--out` cannot be written.",
    "merge-missing": "A checkpoint to be merged holds no tensors.",
    "merge-unlike": "The models of a merge differ in their tensors.",
}
