"""What a plan moves between steps reaches the groups of parameters that it is meant for."""

import torch
from mtdsl_optimizers.adamw import AdamW

from mtdsl.run.step import set_rates


def test_norms_biases_and_embeddings_stay_without_decay():
    model = torch.nn.Sequential(torch.nn.Embedding(8, 4), torch.nn.Linear(4, 4), torch.nn.LayerNorm(4))
    optimizer = AdamW(weight_decay=0.1).build(list(model.named_parameters()), model)
    set_rates(optimizer, 1e-3, 0.25)
    found = {id(parameter): group for group in optimizer.param_groups for parameter in group["params"]}
    decays = {name: found[id(parameter)]["weight_decay"] for name, parameter in model.named_parameters()}
    assert decays == {"0.weight": 0.0, "1.weight": 0.25, "1.bias": 0.0, "2.weight": 0.0, "2.bias": 0.0}
    assert {group["lr"] for group in optimizer.param_groups} == {1e-3}


def test_where_a_plan_says_nothing_the_optimizers_own_decay_stays():
    model = torch.nn.Linear(4, 4)
    optimizer = AdamW(weight_decay=0.1).build(list(model.named_parameters()), model)
    set_rates(optimizer, 1e-3, None)
    assert sorted(group["weight_decay"] for group in optimizer.param_groups) == [0.0, 0.1]
