"""What must hold of an editor."""

from __future__ import annotations

from collections.abc import Mapping
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

from mtdsl.testing.extender import built
from mtdsl.testing.rules import broken
from mtdsl.testing.subject import Subject
from mtdsl.testing.technique import TechniqueSuite

if TYPE_CHECKING:
    import torch

LENGTH, STEPS = 24, 4


class EditorSuite(TechniqueSuite):
    """The edited model is finite, trains, and is described by its configuration: transformers loads it again.

    A model of `architecture` (transformers' fields beside a small llama's) is edited. It has to compute what it did, unless the
    suite says `keeps_outputs = False`.
    """

    kind: ClassVar[str] = "editor"
    architecture: ClassVar[Mapping[str, Any]] = {}
    keeps_outputs: ClassVar[bool] = True

    def test_it_computes_what_it_did(self) -> None:
        """Finite logits in the model's own type; where `keeps_outputs`, those of before."""
        import torch

        for subject in self.subjects():
            for dtype in (torch.float32, torch.bfloat16):
                before, model = (built(self.architecture).to(dtype) for _ in range(2))  # type: ignore[arg-type]
                subject.made().edit(model)
                others = {one.dtype for one in model.parameters()} - {dtype}
                if others:
                    found = f"makes parameters in {others.pop()} in a model in {dtype}"
                    broken(subject.title, found, "a model has one dtype", "make what is new with `dtype` of what is there")
                here, there = _logits(model), _logits(before)
                if not here.isfinite().all():
                    broken(subject.title, f"gives logits that are not finite in {dtype}", "they are finite", "initialise all")
                if self.keeps_outputs and not torch.allclose(here, there, rtol=1e-4, atol=1e-4 * float(there.abs().max())):
                    way_out = "let what is new begin with an output of 0, or say `keeps_outputs = False` in the suite"
                    broken(subject.title, "changes what the model computes", "new parts begin without a voice", way_out)

    def test_it_is_pure(self) -> None:
        """Two equal models are the same afterwards, bit for bit, whatever torch's random numbers are."""
        import torch

        for subject in self.subjects():
            first = dict(self._edited(subject).state_dict())
            torch.manual_seed(1)
            model = built(self.architecture)
            torch.manual_seed(2)
            subject.made().edit(model)
            second = model.state_dict()
            if first.keys() != second.keys() or any(not torch.equal(first[name], second[name]) for name in first):
                way_out = "draw with a generator of your own: `torch.Generator().manual_seed(self.seed)`"
                broken(subject.title, "makes other weights of an equal model", "an editor is pure", way_out)

    def test_all_of_it_trains(self) -> None:
        """After a few steps of AdamW every parameter that may move has moved, and is finite."""
        for subject in self.subjects():
            model = self._edited(subject)
            before = {name: one.detach().clone() for name, one in model.named_parameters() if one.requires_grad}
            _train(model)
            for name, one in model.named_parameters():
                if name in before and (one.equal(before[name]) or not one.isfinite().all()):
                    what = "does not move" if one.equal(before[name]) else "is not finite"
                    way_out = "let no more than one of two factors begin as 0, and leave nothing unused"
                    broken(subject.title, f"leaves `{name}` so that it {what}", "what an editor makes is trained", way_out)

    def test_a_trained_model_is_read_back(self) -> None:
        """A model made and edited anew takes the trained weights, and so does what transformers makes of its configuration."""
        import torch
        from transformers import AutoModelForCausalLM

        for subject in self.subjects():
            model = self._edited(subject)
            _train(model)
            wanted = _logits(model)
            resumed = self._edited(subject)
            missing = model.state_dict().keys() ^ resumed.state_dict().keys()
            if not missing:
                resumed.load_state_dict(model.state_dict())
            if missing or not torch.equal(_logits(resumed), wanted):
                way_out = "keep all that it makes in parameters and buffers of the model"
                broken(subject.title, "is another model when it is resumed", "a run that goes on is the same", way_out)
            with TemporaryDirectory() as folder:
                model.save_pretrained(folder)
                exported = AutoModelForCausalLM.from_pretrained(folder).eval()  # type: ignore[no-untyped-call]
            alike = exported.state_dict().keys() == model.state_dict().keys()
            if not alike or not torch.allclose(_logits(exported), wanted, rtol=1e-4, atol=1e-4):
                way_out = "say what changed in `model.config`, in fields that the architecture reads"
                broken(subject.title, "is another model after `from_pretrained`", "an export is the trained model", way_out)

    def _edited(self, subject: Subject) -> Any:
        model = built(self.architecture)
        subject.made().edit(model)
        return model


def _ids(model: Any) -> torch.Tensor:
    import torch

    ids: torch.Tensor = torch.arange(LENGTH)[None] * 7 % model.config.vocab_size
    return ids


def _logits(model: Any) -> torch.Tensor:
    import torch

    with torch.no_grad():
        logits: torch.Tensor = model(_ids(model), use_cache=False).logits
    return logits


def _train(model: Any) -> None:
    """A few steps on one text."""
    import torch

    optimizer = torch.optim.AdamW((one for one in model.parameters() if one.requires_grad), lr=1e-3)
    for _ in range(STEPS):
        model(_ids(model), labels=_ids(model), use_cache=False).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
