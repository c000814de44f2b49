"""What the suite of editors says of each that breaks a rule."""

from copy import deepcopy
from dataclasses import dataclass

import pytest
from breaking import check, passes

from mtdsl.testing import EditorSuite


@dataclass(frozen=True)
class Longer:
    """A copy of the last layer that adds nothing at first."""

    def edit(self, model):
        layers, last = model.base_model.layers, deepcopy(model.base_model.layers[-1])
        for matrix in (last.self_attn.o_proj, last.mlp.down_proj):
            matrix.weight.data.zero_()
        last.self_attn.layer_idx = len(layers)
        layers.append(last)
        model.config.num_hidden_layers = len(layers)


@dataclass(frozen=True)
class Loud(Longer):
    """Its copy speaks at once."""

    def edit(self, model):
        super().edit(model)
        model.base_model.layers[-1].mlp.down_proj.weight.data.fill_(0.1)


@dataclass(frozen=True)
class Wide(Longer):
    """Makes a parameter in float32 whatever the model is in."""

    def edit(self, model):
        super().edit(model)
        norm = model.base_model.layers[-1].input_layernorm
        norm.weight.data = norm.weight.data.float()


@dataclass(frozen=True)
class Undefined(Longer):
    """Leaves something without a value."""

    def edit(self, model):
        super().edit(model)
        model.base_model.layers[-1].input_layernorm.weight.data.fill_(float("nan"))


@dataclass(frozen=True)
class Drawing(Longer):
    """Draws from torch's own random numbers."""

    def edit(self, model):
        super().edit(model)
        model.base_model.layers[-1].mlp.up_proj.weight.data.normal_()


@dataclass(frozen=True)
class Dead(Longer):
    """Both factors of a product are 0."""

    def edit(self, model):
        super().edit(model)
        last = model.base_model.layers[-1].mlp
        last.up_proj.weight.data.zero_()


@dataclass(frozen=True)
class Untold(Longer):
    """Does not tell the configuration."""

    def edit(self, model):
        super().edit(model)
        model.config.num_hidden_layers -= 1


@dataclass(frozen=True)
class Hooked:
    """Changes what a layer gives, from outside of the model's state: by `count` of what was seen."""

    def edit(self, model):
        import torch

        model.seen = torch.zeros(())
        model.lm_head.register_forward_hook(self.note(model))

    def note(self, model):
        def noted(module, given, logits):
            if module.training or logits.requires_grad:
                model.seen += 1
            return logits * (1 + model.seen)

        return noted


def test_one_that_breaks_nothing_passes():
    assert passes(EditorSuite, "test_broken_editors:Longer") >= 11


def test_one_that_says_so_may_change_the_outputs():
    assert passes(EditorSuite, "test_broken_editors:Loud", keeps_outputs=False) >= 11


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Loud", "test_it_computes_what_it_did", "new parts begin without a voice", "`keeps_outputs = False`"),
        ("Wide", "test_it_computes_what_it_did", "a model has one dtype", "with `dtype` of what is there"),
        ("Undefined", "test_it_computes_what_it_did", "they are finite", "initialise all"),
        ("Drawing", "test_it_is_pure", "an editor is pure", "a generator of your own"),
        ("Dead", "test_all_of_it_trains", "what an editor makes is trained", "one of two factors"),
        ("Untold", "test_a_trained_model_is_read_back", "an export is the trained model", "`model.config`"),
        ("Hooked", "test_a_trained_model_is_read_back", "a run that goes on is the same", "parameters and buffers"),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    check(EditorSuite, f"test_broken_editors:{technique}", test, rule, way_out)
