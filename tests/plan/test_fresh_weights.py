import pytest

from mtdsl.plan import analyse
from mtdsl.plan.lock import Lock, LockedModel, written

MODEL = LockedModel("acme/model", "mmmm", 1_200, 1_000, 2, 4, 16, 8_192, 512, "mmmm")
REST = "steps = 10, batch = 64Ki tokens, lr = 1e-3 -> 0, warmup = 1 steps, mix = a"


@pytest.mark.parametrize(
    ("window", "pointed"),
    [
        ("context = 8k", None),
        ("context = 4k", None),
        ("context = 16k", "16k"),
        ("context = 16k by rope(theta = 1M)", None),
    ],
)
def test_a_first_window_beyond_the_named_model_s(tmp_path, window, pointed):
    head = 'recipe toy\nmodel = config("acme/model")\ntokenizer = bpe(vocab = 512)\ndata a = text(path = "a.txt")\n'
    (tmp_path / "toy.mtr").write_text(f"{head}phase one {{ {window}, {REST} }}\n")
    (tmp_path / "toy.lock").write_text(written(Lock(model=MODEL)))
    found = analyse(tmp_path / "toy.mtr")
    assert found.plan is not None
    told = [one for one in found.diagnostics if one.id == "window-beyond-model"]
    assert [(one.severity, one.labels[0].span.text) for one in told] == ([("warning", pointed)] if pointed else [])


def test_without_a_lock_nothing_is_known_of_it(tmp_path):
    head = 'recipe toy\nmodel = config("acme/model")\ntokenizer = bpe(vocab = 512)\ndata a = text(path = "a.txt")\n'
    (tmp_path / "toy.mtr").write_text(f"{head}context = 16k\nphase one {{ {REST} }}\n")
    assert "window-beyond-model" not in {one.id for one in analyse(tmp_path / "toy.mtr").diagnostics}


def test_more_layers_than_any_model_has_are_refused_before_their_names_are_written_out(tmp_path):
    head = 'recipe r\ntokenizer = bpe(vocab = 512)\ndata a = text(path = "a")\n'
    head += "model = llama(layers = 16B, width = 32, heads = 2)\n"
    phase = 'phase p { steps = 1, batch = 1 x 256, context = 256, lr = 1e-3, mix = a, train = ["*.self_attn.*"] }\n'
    (tmp_path / "r.mtr").write_text(head + phase)
    found = analyse(tmp_path / "r.mtr")
    assert found.plan is None
    assert [(one.id, one.message) for one in found.diagnostics] == [("unit-mismatch", "`layers` must be at most 10,000")]
