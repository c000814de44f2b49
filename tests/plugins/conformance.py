"""Parameters for the built-in techniques whose own defaults are not enough to try them."""

from __future__ import annotations

WARM = {"period": "50 steps", "growth": 2}
GRAPH = {"graph": "[[1, 0.5, 0], [0, 1, 0], [0.25, 0, 1]]", "every": "3 steps", "measure": "2 steps"}
RISING = f"[{', '.join(str(1 + at / 4) for at in range(16))}]"
"""A factor for each frequency of the suite's model."""

EXAMPLES = {
    ("scheduler", "cosine_linear"): ({"tail": "20%", "cosine_end": "1e-4"},),
    ("scheduler", "half_life"): ({"half": "100 steps"},),
    ("scheduler", "infinite"): ({"cooldown": "20%", "constant": "1e-4", "anneal": "10%", "shape": "linear"},),
    ("scheduler", "inverse_sqrt"): ({}, {"timescale": "10 steps"}),
    ("scheduler", "linear"): ({}, {"multiple": 32}),
    ("scheduler", "multi_step"): ({"at": "[30%, 60%]", "factor": 0.5}, {"at": "[300 steps]", "factor": 2}),
    ("scheduler", "polynomial"): ({"power": 3}, {"power": 0.5}),
    ("scheduler", "power"): ({}, {"a": 4, "batch": 1024}, {"seen": "1M"}),
    ("scheduler", "warm_restarts"): (WARM, {"cycles": 3}),
    ("scheduler", "wsd"): ({"decay": "20%"}, {"decay": "20%", "shape": "sqrt"}),
    ("scheduler", "wsd_s"): ({"period": "[40%, 60%]", "decay": "10%"},),
    ("mixer", "ado"): ({"ignore": "3 steps", "start": "100 steps", "every": "100 steps"},),
    ("mixer", "aioli"): ({"every": "7 steps", "tries": "1 steps", "sweeps": 2, "one_hot": 0.75, "keep": 0.5},),
    ("mixer", "alternate"): ({}, {"shares": "[92%, 8%]"}, {"shares": "[1/3, 2/3]"}),
    ("mixer", "doge"): ({"floor": 0.01}, {}),
    ("mixer", "doremi"): ({"reference": '"a/b"'}, {"reference": '"a/b"', "averaged": "true", "clip": '"mean"'}),
    ("mixer", "epoch_cap"): ({"max_epochs": 4, "budget": "1M"},),
    ("mixer", "oversample"): ({"times": "[1, 2, 0.5]"},),
    ("mixer", "skillit"): (GRAPH,),
    ("mixer", "temperature"): ({"tau": 2},),
    ("extender", "dynamic"): ({}, {"factor": 8, "theta": 500_000}),
    ("extender", "linear"): ({}, {"factor": 4}),
    ("extender", "longrope"): ({"long": RISING}, {"long": RISING, "short": RISING, "attention_factor": 1.1}),
    ("extender", "p_rope"): ({"share": "25%"},),
    ("extender", "partial"): ({"share": "25%"},),
    ("extender", "rope"): ({"theta": "500_000"},),
    ("extender", "sliding"): ({"window": 256},),
    ("extender", "yarn"): ({}, {"truncate": "false", "theta": 500_000}, {"clamp": '"half"', "original": "128k", "factor": 8}),
    ("merger", "dare"): ({"density": "50%"}, {"density": "50%", "rescale": '"norm"', "signs": '"elected"', "seed": 3}),
    ("merger", "ema"): ({"count": 3, "every": "20 steps", "decay": 0.9},),
    ("merger", "greedy"): ({"by": "held", "best": '"lowest"'},),
    ("merger", "lawa"): ({"count": 3, "every": "20 steps"},),
    ("merger", "pick"): ({"by": "held"},),
    ("merger", "ties"): ({"density": "20%"},),
    ("merger", "wsm"): ({"window": "200 steps", "every": "50 steps", "shape": "sqrt"},),
    ("optimizer", "ademamix"): ({"warmup": 10}, {"alpha": 2, "beta3": 0.99}),
    ("optimizer", "muon"): ({}, {"others": "adamw(beta1 = 0.8)"}),
    ("optimizer", "skip_step"): ({}, {"of": "muon", "window": 20, "sigma": 1}),
    ("gate", "plateau"): ({"metric": "loss", "over": "100_000"}, {"metric": "loss", "over": "5M", "least": 0.01}),
    ("evaluator", "loss"): ({"of": "[a]"},),
    ("evaluator", "perplexity"): ({"of": "[a, b]"},),
    ("evaluator", "suite"): ({"name": '"short"', "tasks": '["arc_easy"]', "shots": 5},),
    ("fitter", "regmix"): ({"trees": 50, "candidates": 2000}, {"by": '"linear"', "top": 10}, {"by": '"ridge"', "top": 50}),
    ("rewriter", "mixed"): ({}, {"spm": "25%", "variant": 1}),
    ("rewriter", "psm"): ({}, {"split": '"token"', "level": '"context"', "prefix": '"<PRE>"'}),
    ("rewriter", "spm"): ({}, {"variant": 1}),
    ("objective", "kl"): ({"to": '"attention"'},),
    ("source", "arrow"): ({"path": '"*.arrow"'},),
    ("source", "hub"): ({"name": '"set"'},),
    ("source", "jsonl"): ({"path": '"*.jsonl"'},),
    ("source", "parquet"): ({"path": '"*.parquet"'},),
    ("source", "python_library"): ({}, {"part": '"docs"'}),
    ("source", "tokens"): ({"path": '"*.npy"', "eos": 0},),
    ("source", "text"): ({"path": '"*.txt"'}, {"path": '"*.txt"', "document": '"line"'}),
}
"""By kind and name: examples as a suite takes them."""


def examples(kind, name):
    """One without parameters where the table has none."""
    return EXAMPLES.get((kind, name), ({},))
