import pytest
from marks import RECIPE, span

from mtdsl.diag import Change, Diagnostic, Fix, Label, Source, Span


@pytest.fixture
def jump():
    """The example of the design, with its fix."""
    source = Source("r.mtr", RECIPE)
    end, flow = source.text.index("0 by linear"), source.text.index("flow")
    line = "transition decay -> ctx32k { lr = restart }"
    return Diagnostic(
        "lr-jump",
        "error",
        "the learning rate jumps from 0 to 2e-5 where `ctx32k` begins",
        (
            Label(span(source, "2e-5"), "`ctx32k` starts at 2e-5"),
            Label(Span(source, end, end + 1), "`decay` ends at 0"),
        ),
        help=f"if the restart is meant, say so: {line}",
        fix=Fix(f"write `{line}`", (Change(Span(source, flow, flow), f"{line}\n"),), safe=False),
    )


@pytest.fixture
def several_lines():
    """A warning whose mark covers two lines of a file in a folder with a space in its name."""
    source = Source("my mixes/a,b.mtr", "mix a {\n    web = 50 %\n}\n")
    return Diagnostic("mix-not-100", "warning", "50 %,\nnot 100 %", (Label(Span(source, 0, 24)),))


@pytest.fixture
def nowhere():
    """A note that no text is to blame for."""
    return Diagnostic("plugin-broken", "note", "`acme` failed to load: 100% of it")
