"""`like`, `for`, ladders, forks, and how families are joined."""

from __future__ import annotations

import pytest

REST = "batch = 1 x 256, lr = 1e-3, mix = a"
TRUNK = f"phase trunk {{ steps = 4, context = 256, {REST} }}\n"


def edges(made):
    return {node.name: [parent.node for parent in node.parents] for node in (*made.phases, *made.merges)}


def test_a_list_is_side_by_side(plan):
    text = (
        TRUNK
        + f"""
phase anneal for order in [42, 666] {{ steps = 2, {REST}, seed = order }}
transition trunk -> anneal {{ data = fresh }}
flow trunk -> anneal
"""
    )
    made = plan(text)
    assert edges(made) == {"trunk": [], "anneal[42]": ["trunk"], "anneal[666]": ["trunk"]}
    assert [phase.seed for phase in made.phases] == [0, 42, 666]
    assert made.leaves == ("anneal[42]", "anneal[666]")


def test_arrows_are_one_after_another(plan):
    text = (
        TRUNK
        + """
phase ctx for length, th in [512, 1M] -> [1k, 4M] -> [2k, 16M] {
    steps = 2, batch = 2048 tokens, context = -> length by rope(theta = th), lr = 1e-3, mix = a
}
flow trunk -> ctx
"""
    )
    made = plan(text)
    assert edges(made) == {"trunk": [], "ctx[512]": ["trunk"], "ctx[1k]": ["ctx[512]"], "ctx[2k]": ["ctx[1k]"]}
    assert [(phase.context.start, phase.context.end) for phase in made.phases] == [
        (None, 256),
        (256, 512),
        (512, 1024),
        (1024, 2048),
    ]
    assert made.phase("ctx[2k]").context.extender.params["theta"] == 16 * 10**6


def test_two_fors_multiply_and_ladders_stay_in_their_branch(plan):
    text = (
        TRUNK
        + """
phase x for blend in [a, b] for length in 512 -> 1k {
    steps = 2, batch = 1024 tokens, context = -> length by rope(theta = 1M), lr = 1e-3, mix = blend
}
flow trunk -> x
"""
    )
    assert edges(plan(text)) == {
        "trunk": [],
        "x[a, 512]": ["trunk"],
        "x[a, 1k]": ["x[a, 512]"],
        "x[b, 512]": ["trunk"],
        "x[b, 1k]": ["x[b, 512]"],
    }


def test_families_are_joined_where_their_values_are_equal(plan):
    text = (
        TRUNK
        + f"""
phase left for k in [1, 2] {{ steps = 1, {REST} }}
phase right for k in [2, 1] {{ steps = 1, {REST} }}
flow trunk -> left -> right
"""
    )
    assert {name: parents for name, parents in edges(plan(text)).items() if name.startswith("right")} == {
        "right[2]": ["left[2]"],
        "right[1]": ["left[1]"],
    }


def test_names_are_as_short_as_tells_members_apart(plan):
    text = (
        TRUNK
        + f"""
phase x for size, order in [[1, 7], [1, 8], [3, 7]] {{ steps = size, {REST} }}
flow trunk -> x
check x[3].steps == 3
check x[1, 8].steps == 1
"""
    )
    assert [phase.name for phase in plan(text).phases] == ["trunk", "x[1, 7]", "x[1, 8]", "x[3]"]


def test_like_copies_attributes_and_none_unsets(plan):
    text = """
phase one { steps = 4, context = 256, batch = 1 x 256, lr = 1e-3, warmup = 2 steps, mix = a, clip = 1 }
phase two like one { tokens = 2048, warmup = none, clip = none }
flow one -> two
"""
    first, second = plan(text).phases
    assert (first.steps, second.steps) == (4, 8)
    assert first.lr.warmup is not None
    assert second.lr.warmup is None
    assert [phase.scalars["clip"].pieces[0].stop for phase in (first, second)] == [1, 0]


def test_like_a_member_takes_its_values(plan):
    text = (
        TRUNK
        + """
phase ctx for length, n in [512, 3] -> [1k, 5] {
    steps = n, batch = 1 x length, context = -> length by rope(theta = 1M), lr = 1e-3, mix = a
}
phase more like ctx[1k] { context = 1k }
flow trunk -> ctx -> more
"""
    )
    more = plan(text).phase("more")
    assert (more.steps, more.batch.length) == (5, 1024)


def test_a_phase_looks_at_the_recipes_top_level_last(plan):
    text = "clip = 0.5\nmask = none\nseed = 3\n" + TRUNK.replace("context", "seed = 4, context")
    phase = plan(text).phases[0]
    assert (phase.mask, phase.seed, float(phase.scalars["clip"].pieces[0].start)) == ("none", 4, 0.5)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        (f"phase lost {{ steps = 1, context = 256, {REST} }}\nflow trunk\n", "phase-unreached"),
        (
            f"phase x {{ steps = 1, {REST} }}\nphase y {{ steps = 1, {REST} }}\nflow trunk -> x -> y\nflow trunk -> y\n",
            "two-parents",
        ),
        ("flow trunk -> tail\n", "unknown-name"),
        (f"phase x like y {{ steps = 1 }}\nphase y like x {{ {REST} }}\nflow trunk -> x -> y\n", "like-cycle"),
        (f"phase x for k in [1, 1] {{ steps = 1, {REST} }}\nflow trunk -> x\n", "declared-twice"),
        (f"phase x for k, l in [1, 2] {{ steps = 1, {REST} }}\nflow trunk -> x\n", "not-a-list"),
        (f"phase x for k in 3 {{ steps = 1, {REST} }}\nflow trunk -> x\n", "not-a-list"),
        (f"phase x {{ steps = 1, {REST} }}\nflow trunk.at(2000 steps) -> x\n", "at-past-end"),
        (f"phase x {{ steps = 1, {REST}, seed = 5 }}\nflow trunk -> x\n", "seed-without-fresh"),
        ("flow trunk\ntransition trunk -> x { lr = restart }\n", "unknown-name"),
    ],
)
def test_what_does_not_join_is_named(found, text, id):
    made, diagnostics = found(TRUNK + text)
    assert made is None
    assert id in [one.id for one in diagnostics if one.severity == "error"]


def test_a_million_members_are_refused_quickly(wrong):
    each = "[" + ", ".join(map(str, range(1000))) + "]"
    text = TRUNK + f"phase x for k in {each} for l in {each} {{ steps = 1, {REST} }}\nflow trunk -> x\n"
    assert wrong(text.replace("flow trunk -> x", "flow trunk")).id == "too-many-members"


LADDER = """
phase lad for length in [512] -> [1k] {
    steps = 2, batch = 1024 tokens, context = -> length by rope(theta = 1M), lr = 1e-3, mix = a
}
"""


@pytest.mark.parametrize("flow", ["trunk -> lad", "trunk -> lad[512] -> lad[1k]"])
def test_rungs_may_be_named_one_by_one(plan, flow):
    made = plan(TRUNK + LADDER + f"flow {flow}\ntransition lad[512] -> lad[1k] {{ optimizer = reset }}\n")
    assert edges(made) == {"trunk": [], "lad[512]": ["trunk"], "lad[1k]": ["lad[512]"]}
    assert [phase.transition.optimizer for phase in made.phases[1:]] == ["keep", "reset"]


CLIMB = "steps = 2, batch = 4Ki tokens, context = -> length by rope(theta = th), lr = 1e-3, mix = blend"


def test_a_ladder_of_ladders_is_climbed_from_the_inside(plan):
    made = plan(
        TRUNK + f"phase x for part in 1 -> 2 for order in 7 -> 8 -> 9 {{ steps = 2, context = 256, {REST} }}\nflow trunk -> x\n"
    )
    names = ["trunk", *(f"x[{part}, {order}]" for part in (1, 2) for order in (7, 8, 9))]
    assert edges(made) == {name: names[:at][-1:] for at, name in enumerate(names)}


def test_a_fork_at_every_rung_is_one_ladder_a_branch(plan):
    made = plan(TRUNK + f"phase x for length, th in [512, 1M] -> [1k, 2M] for blend in [a, b] {{ {CLIMB} }}\nflow trunk -> x\n")
    assert edges(made) == {
        "trunk": [],
        "x[512, 1M, a]": ["trunk"],
        "x[512, 1M, b]": ["trunk"],
        "x[1k, 2M, a]": ["x[512, 1M, a]"],
        "x[1k, 2M, b]": ["x[512, 1M, b]"],
    }


def test_a_family_like_a_member_and_members_everywhere(plan):
    made = plan(
        TRUNK
        + f"""
phase x for size in [4, 8] {{ steps = size, {REST} }}
phase y like x[8] for order in [1, 2] {{ seed = order }}
merge soup = average(x[4], x[8].at(50%))
merge tail = 75% * y[1] + 25% * x[8].last(1, every = 1 steps)
flow trunk -> x
flow x[8].at(4 steps) -> y
flow soup
flow tail
transition x[8] -> y {{ data = fresh }}
check x[8].steps == 8 and y[1].seen == trunk.tokens + x[8].tokens / 2 + y[1].tokens
"""
    )
    assert made.phase("y[2]").steps == 8
    assert [(parent.node, parent.at) for parent in made.phase("y[1]").parents] == [("x[8]", 4 * 256)]
    assert [(parent.node, parent.at) for parent in made.merges[0].parents] == [("x[4]", None), ("x[8]", 4 * 256)]


def test_a_family_that_forks_further_comes_from_its_partner(plan):
    made = plan(
        TRUNK
        + f"""
phase x for order in [1, 2] {{ steps = 2, {REST}, seed = order }}
phase y for order in [1, 2] for blend in [a, b] {{ steps = 2, batch = 1 x 256, lr = 1e-3, mix = blend }}
transition trunk -> x {{ data = fresh }}
flow trunk -> x -> y
"""
    )
    assert {node: parents for node, parents in edges(made).items() if node.startswith("y")} == {
        f"y[{order}, {blend}]": [f"x[{order}]"] for order in (1, 2) for blend in "ab"
    }


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("[1k, 1024]", "`1k` and `1024` are the same value"),
        ("[4, 4]", "`4` stands there twice"),
        ("1 -> 2 -> 1", "`1` stands there twice"),
        ('["web", web]', "`web` stands there twice"),
    ],
)
def test_two_members_of_one_name(wrong, values, said):
    found = wrong(TRUNK + f"phase x for k in {values} {{ steps = 2, {REST} }}\nflow trunk -> x\n")
    assert (found.id, found.message) == ("declared-twice", f"two members of `x` would be one: {said}")


COPIED = """
phase t { steps = 4, batch = 1 x 256, context = 256, lr = 1e-3, mix = a }
phase one like t for i in [1, 2] { seed = i }
"""


@pytest.mark.parametrize(
    ("two", "told"),
    [
        ("like one", True),
        ("like one[1]", False),
        ("like one for i in [3, 4]", False),
        ("like one for j in [3, 4]", True),
    ],
)
def test_what_is_copied_from_a_family_without_its_for_is_told_where_it_is_copied(found, two, told):
    edges = "flow t -> one\nflow t -> two\ntransition t -> one { data = fresh }\ntransition t -> two { data = fresh }\n"
    _, diagnostics = found(f"{COPIED}phase two {two} {{ steps = 3 }}\n{edges}")
    errors = [one for one in diagnostics if one.severity == "error"]
    assert [one.id for one in errors] == ["unknown-name"] * told, [one.message for one in errors]
    for one in errors:
        assert one.message == "`two` copies `seed` from the family `one`, and has no `i`"
        assert [label.span.text for label in one.labels] == ["one", "i"]
        assert "`like one[1]`" in one.help


def test_what_is_written_anew_needs_no_value_of_the_family(plan):
    edges = "flow t -> one\nflow t -> two\ntransition t -> one { data = fresh }\ntransition t -> two { data = fresh }\n"
    assert plan(f"{COPIED}phase two like one {{ seed = 9 }}\n{edges}").phase("two").seed == 9
