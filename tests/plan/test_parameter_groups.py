"""Groups of parameters: what a plan makes of them, and what is wrong with them."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from mtdsl.plan import fingerprint, from_json, to_json
from mtdsl.plan.model import Group, Note

PHASE = "batch = 1 x 256, context = 256, lr = 1e-3, mix = a"
DECLARED = """\
## slower than the rest
group embeddings { match = ["*.embed_tokens.*", "lm_head.*"], lr = 10%, weight_decay = 0, cite = "arXiv:2203.03466" }
group matrices { match = "*_proj.weight", optimizer = adamw(beta2 = 0.99) }
"""


def groups(plan, text, declared=DECLARED):
    return plan(f"{declared}phase one {{ steps = 4, {PHASE}, {text} }}\n").phases[0].groups


def test_a_group_has_what_it_says_and_leaves_the_rest_to_the_phase(plan):
    first, second = groups(plan, "groups = [embeddings, matrices]")
    assert first == Group("embeddings", ("*.embed_tokens.*", "lm_head.*"), F(1, 10), F(0), None)
    assert (second.match, second.lr, second.weight_decay) == (("*_proj.weight",), 1, None)
    assert second.optimizer.params["beta2"] == F(99, 100)


def test_it_is_found_as_every_attribute_is(plan):
    phases = plan(
        f"{DECLARED}groups = [embeddings, matrices]\nlet none_of_these = [matrices]\n"
        f"phase one {{ steps = 4, {PHASE} }}\nphase two like one {{ groups = none }}\n"
        "phase three like one { groups = embeddings }\nphase four like three { groups = none_of_these }\n"
        "phase five like four {}\nflow one -> two -> three -> four -> five\n"
        "transition one -> two -> three -> four { optimizer = reset }\n"
    ).phases
    assert [[group.name for group in phase.groups] for phase in phases] == [
        ["embeddings", "matrices"],
        [],
        ["embeddings"],
        ["matrices"],
        ["matrices"],
    ]


def test_a_family_may_choose_and_another_file_may_declare(plan):
    files = {"groups.mtr": 'group slow { match = "*", lr = 100% / 8 }\n'}
    declared = 'use "groups.mtr" as lib\ngroup fast { match = "*", lr = 200% }\n'
    text = f"{declared}phase one for g in [lib.slow, fast] {{ steps = 4, {PHASE}, groups = g }}\nflow one\n"
    assert [phase.groups[0].lr for phase in plan(text, files=files).phases] == [F(1, 8), 2]


@pytest.mark.parametrize(
    ("group", "decay", "shown"),
    [
        ("optimizer = adamw(beta2 = 0.99)", None, F(1, 5)),
        ("optimizer = adamw(weight_decay = 0.3)", F(3, 10), F(3, 10)),
        ("optimizer = adamw, weight_decay = 0.3", F(3, 10), F(3, 10)),
        ("weight_decay = none, optimizer = adamw", None, F(1, 5)),
    ],
)
def test_the_decay_is_the_groups_own_or_the_phases(plan, group, decay, shown):
    (found,) = groups(plan, "groups = g, weight_decay = 0.2 -> 0", f'group g {{ match = "*", {group} }}\n')
    assert (found.weight_decay, found.optimizer.params["weight_decay"]) == (decay, shown)


@pytest.mark.parametrize(
    ("group", "attribute", "id"),
    [
        ("lr = 10%", "g", "missing-attribute"),
        ('match = "*", lr = 2e-4', "g", "unit-mismatch"),
        ('match = "*", lr = 0%', "g", "unit-mismatch"),
        ('match = "*", lr = 10% -> 0%', "g", "stands-still"),
        ('match = "*", weight_decay = 1B', "g", "unit-mismatch"),
        ('match = "*", weight_decay = 0, optimizer = adamw(weight_decay = 0.1)', "g", "number-twice"),
        ('match = "*", optimizer = adamw(beta3 = 0.1)', "g", "plugin-argument"),
        ('match = "*", rate = 10%', "g", "unknown-key"),
        ('match = "*"\n when loss < 2 { lr = 1% }', "g", "unknown-key"),
        ('match = "*", match = "a"', "g", "declared-twice"),
        ("match = []", "g", "empty-list"),
        ("match = [norm]", "g", "not-a-list"),
        ('match = "*"', "[g, g]", "declared-twice"),
        ('match = "*"', "[g, h]", "unknown-name"),
        ('match = "*"', "a", "unknown-name"),
        ('match = "*"', '"*.norm.*"', "not-a-list"),
        ('match = "*"', "g until 50%", "stands-still"),
    ],
)
def test_what_is_wrong_is_told_once(wrong, group, attribute, id):
    two = f"phase one {{ steps = 4, {PHASE}, groups = {attribute} }}\nphase two like one {{}}\nflow one -> two\n"
    assert wrong(f"group g {{ {group} }}\n{two}").id == id


def test_a_name_beside_a_group_is_suggested(wrong):
    found = wrong(f"{DECLARED}phase one {{ steps = 4, {PHASE}, groups = [embedings, matrices] }}\n")
    assert (found.id, found.help) == ("unknown-name", "did you mean `embeddings`?")


def test_a_plan_is_read_back_and_another_group_is_another_plan(plan):
    text = f"{DECLARED}phase one {{ steps = 4, {PHASE}, groups = [embeddings, matrices] }}\n"
    made = plan(text)
    assert from_json(to_json(made)) == made
    assert fingerprint(plan(text.replace("10%", "20%"))) != fingerprint(made)
    assert fingerprint(plan(text.replace("slower", "much slower"))) == fingerprint(made)
    assert Note("embeddings", "", "slower than the rest", ("arXiv:2203.03466",)) in made.notes
