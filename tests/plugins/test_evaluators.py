"""What an evaluator says of itself before there is a model."""

import pytest

from mtdsl.registry import installed


def built(kind, /, **params):
    return installed().build("evaluator", kind, params)


@pytest.mark.parametrize(
    ("evaluator", "unit", "parts", "sources"),
    [
        (built("needle", depths=10, samples=1, length=None), "share", (), ()),
        (built("suite", name="short", tasks=("arc_easy", "piqa"), shots=0), "share", ("arc_easy", "piqa"), ()),
        (built("loss", of=("web", "code")), "number", ("web", "code"), ("web", "code")),
        (built("perplexity", of=("web",)), "number", ("web",), ("web",)),
    ],
)
def test_it_says_what_it_measures(evaluator, unit, parts, sources):
    assert (evaluator.unit, tuple(evaluator.parts()), tuple(evaluator.sources())) == (unit, parts, sources)


def test_a_loss_is_on_something():
    with pytest.raises(ValueError, match="needs the sources"):
        built("loss", of=())
