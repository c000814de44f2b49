"""What must hold of a context extender."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from math import isfinite
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

from mtdsl.diag import Refusal
from mtdsl.plan.slots import LLAMA
from mtdsl.registry.extending import fit
from mtdsl.testing.rules import broken
from mtdsl.testing.subject import Subject
from mtdsl.testing.technique import TechniqueSuite

if TYPE_CHECKING:
    from transformers import PreTrainedModel

OLD, NEW = 512, 2048
"""The window that a model goes from and to, in tokens."""

ARCHITECTURE: Mapping[str, Any] = {
    "model_type": "llama",
    "vocab_size": 61,
    "hidden_size": 64,
    "intermediate_size": 48,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "num_hidden_layers": 2,
    "max_position_embeddings": OLD,
    "pad_token_id": None,
    "bos_token_id": None,
    "eos_token_id": None,
}
"""transformers' configuration of a llama with two layers, whose heads have 32 dimensions: 16 frequencies."""


class ExtenderSuite(TechniqueSuite):
    """Numbers in, numbers out; and what transformers builds of them is what `inv_freq` says, also after an export.

    A model of `architecture` (transformers' fields beside a small llama's) is taken from a window of 512 tokens to 2,048.
    """

    kind: ClassVar[str] = "extender"
    architecture: ClassVar[Mapping[str, Any]] = {}

    def model(self) -> str:
        """A llama, or a model of which a plan knows no more than a name."""
        return 'config("models/under-test")' if self.architecture else LLAMA

    def test_it_is_pure(self) -> None:
        """The same `rope_parameters` give the same ones again, are left as they are, and are JSON: they go into a config."""
        for subject, made, before in self._extensions():
            kept, first = deepcopy(before), made.rope_parameters(before, OLD, NEW)
            if before != kept:
                way_out = "make a new dict: `{**before, ...}`"
                broken(subject.title, "changes `before`", "what it is given must stay as it is", way_out)
            if made.rope_parameters(deepcopy(kept), OLD, NEW) != first:
                way_out = "compute them from `before`, the two windows and the parameters alone"
                broken(subject.title, "gives other `rope_parameters` when asked again", "an extender is pure", way_out)
            if json.loads(json.dumps(first)) != first:
                way_out = "take lists, not tuples, and Python's own numbers"
                broken(subject.title, f"gives {first}", "`rope_parameters` are JSON, for config.json", way_out)

    def test_frequencies_are_finite(self) -> None:
        """`inv_freq` gives finite numbers, none below 0, at most one for two dimensions, and a scaling above 0."""
        for subject, made, before in self._extensions():
            dim = 32 if not self.architecture else _head_dim(self.architecture)
            for parameters in _kinds(made.rope_parameters(before, OLD, NEW)):
                numbers, scaling = made.inv_freq(parameters, dim)
                if not all(isfinite(one) and one >= 0 for one in numbers) or len(numbers) > dim // 2 or not scaling > 0:
                    found = f"gives {len(numbers)} frequencies, {min(numbers)} the least, and the scaling {scaling}"
                    rule = f"heads of {dim} dimensions have up to {dim // 2} finite frequencies and a scaling above 0"
                    broken(subject.title, found, rule, "look for a division by 0, a logarithm, a sign")

    def test_the_built_model_has_its_frequencies(self) -> None:
        """Relative to 1e-4, the built model's `inv_freq` and `attention_scaling` are those of the closed form."""
        from mtdsl.run.rope import extend

        for subject in self.subjects():
            try:
                extend(built(self.architecture), subject.plugin, OLD, NEW, self.registry)
            except Refusal as refusal:
                said = refusal.diagnostics[0].message
                way_out = "mend the closed form, or give the suite an `architecture` that the technique is for"
                rule = "a model built from `rope_parameters` has the frequencies of `inv_freq`"
                broken(subject.title, f"is refused on a built model ({said})", rule, way_out)

    def test_an_exported_model_is_the_extended_one(self) -> None:
        """Saved and loaded by transformers, the model gives the same logits, on a text longer than the window before too."""
        import torch
        from transformers import AutoModelForCausalLM

        from mtdsl.run.rope import extend

        for subject in self.subjects():
            model, _ = extend(built(self.architecture), subject.plugin, OLD, NEW, self.registry)
            with TemporaryDirectory() as folder:
                model.save_pretrained(folder)
                loaded = AutoModelForCausalLM.from_pretrained(folder).eval()  # type: ignore[no-untyped-call]
            for length in (OLD // 8, OLD + OLD // 8):
                ids = torch.arange(length)[None] * 7 % model.config.vocab_size
                with torch.no_grad():
                    here, there = (one(ids, use_cache=False).logits for one in (model, loaded))
                if not torch.allclose(here, there, rtol=1e-5, atol=1e-5):
                    found = f"gives other logits for {length} tokens after `from_pretrained`"
                    way_out = "say all that changes in `rope_parameters`, or in `configure`"
                    broken(subject.title, found, "an exported model is the extended one", way_out)

    def _extensions(self) -> Iterator[tuple[Subject, Any, dict[str, Any]]]:
        """The technique fitted to the model, and the model's `rope_parameters`."""
        from mtdsl.run.rope import architecture

        for subject in self.subjects():
            config = _config(self.architecture)
            config.standardize_rope_params()
            yield subject, fit(subject.made(), architecture(config)), dict(config.rope_parameters)


def built(architecture: Mapping[str, Any]) -> PreTrainedModel:
    """A model with random weights, large enough for positions to matter."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    model: PreTrainedModel = AutoModelForCausalLM.from_config(_config(architecture)).eval()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(8.0)
    return model


def _config(architecture: Mapping[str, Any]) -> Any:
    from transformers import AutoConfig

    fields = {**ARCHITECTURE, **architecture}
    return AutoConfig.for_model(fields.pop("model_type"), **fields)


def _head_dim(architecture: Mapping[str, Any]) -> int:
    from mtdsl.run.rotary import head_dim

    return head_dim(_config(architecture))


def _kinds(parameters: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parameters by kind of layer, or those of all layers."""
    inner = [own for own in parameters.values() if isinstance(own, Mapping)]
    yield from inner or [parameters]
