"""The runner of the reference: what it accepts, and that it does not accept what is not so."""

from __future__ import annotations

import pytest
from literate import examples, problems, updated

HEAD = """# A page

```mtr preamble
recipe toy
model = llama(layers = 4, width = 256, heads = 4)
tokenizer = bpe(vocab = 4096)
data web { tokens = 2T }
mix = web
context = 4k
```
"""
RIGHT = "\n```mtr\nphase p { steps = 9000, batch = 512 x 4k, lr = 3e-4 }\n```\n"
WRONG = RIGHT.replace("3e-4 }", "3% }")


@pytest.fixture
def said():
    def work(content):
        return [problem for example in examples("page.md", HEAD + content) for problem in problems(example)]

    return work


@pytest.mark.parametrize(
    "content",
    [
        RIGHT,
        WRONG.replace(" }", " }  # error: [unit-mismatch]"),
        WRONG.replace(" }", ' }  # error: [unit-mismatch] "a small plain number"'),
        RIGHT + "```plan\np.steps = 9_000\np.lr.at(50%) = 3e-4\nsources.web.epochs = 0.00943718\n```\n",
        "`lib/mixes.mtr`:\n\n```mtr\ndata books { tokens = 1T }\n```\n" + RIGHT.replace("phase", 'use "lib/mixes.mtr"\nphase'),
        "param n = 3\n\nWith `--set n=9000`:\n" + RIGHT.replace("phase", "param n = 3\nphase").replace("9000", "n"),
    ],
)
def test_what_is_so_passes(said, content):
    assert said(content) == []


@pytest.mark.parametrize(
    ("content", "place", "part"),
    [
        (WRONG, "page.md:13", "error[unit-mismatch]"),
        (RIGHT.replace(" }", " }  # error: [lr-jump]"), "page.md:13", "not found: error: [lr-jump]"),
        (WRONG.replace(" }", ' }  # error: [unit-mismatch] "a batch"'), "page.md:13", "a small plain number"),
        (WRONG.replace(" }", " }  # warning: [unit-mismatch]"), "page.md:13", "error[unit-mismatch]"),
        (RIGHT + "```plan\np.steps = 9_001\n```\n", "page.md:16", "+p.steps = 9_000"),
        (RIGHT + "```plan\np.step = 9_000\n```\n", "page.md:16", "(no step)"),
        (WRONG + "```text\nerror[lr-jump]: the learning rate jumps\n```\n", "page.md:16", "-error[lr-jump]"),
        (RIGHT.replace("phase", "recipe alone\nphase"), "page.md:14", "error[no-context]"),
        (
            "`lib.mtr`:\n\n```mtr\n```\n\n## Next\n" + RIGHT.replace("phase", 'use "lib.mtr"\nphase'),
            "page.md:19",
            "file-unreadable",
        ),
    ],
)
def test_what_is_not_so_is_said_with_its_place(said, content, place, part):
    found = said(content)
    assert any(one.startswith(place) and part in one for one in found), found


def test_an_update_writes_values_and_drawings_and_keeps_the_rest(said):
    written = HEAD + RIGHT + "```plan\n# of one step\np.batch.tokens = 0\n```\n" + WRONG + "```text\n```\nThe end.\n"
    made = updated(written, examples("page.md", written))
    assert "```plan\n# of one step\np.batch.tokens = 2_097_152\n```" in made
    assert "```text\nerror[unit-mismatch]: a learning rate is" in made
    assert made.endswith("The end.\n")
    assert said(made.removeprefix(HEAD)) == []
