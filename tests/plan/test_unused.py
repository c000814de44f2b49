import pytest

PHASE = "phase x { steps = 2, batch = 1 x 256, context = 256, lr = 1e-3, mix = a + 0% * b }\n"


@pytest.fixture
def unused(found):
    def work(body, **options):
        return [one for one in found(body, **options)[1] if one.id.startswith("unused-")]

    return work


@pytest.mark.parametrize(
    ("item", "id"),
    [
        ("let fast = 3", "unused-let"),
        ("param budget = 3B", "unused-param"),
        ("mix m { a = 50%, b = 50% }", "unused-mix"),
        ('group m { match = "*" }', "unused-group"),
    ],
)
def test_what_nothing_names_is_told_of(unused, item, id):
    (one,) = [one for one in unused(f"## what it is for\n{item}\n{PHASE}mix n = c\n") if one.labels[0].span.text != "n"]
    assert (one.id, one.severity) == (id, "warning")
    change = one.fix.changes[0]
    assert (change.span.text, change.replacement, one.fix.safe) == (f"## what it is for\n{item}\n", "", False)


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ('let fast = "#3"', "remove `fast`"),
        ("let fast = 3  # measured", "remove `fast` with its comment"),
        ("# of all\n## why\nlet fast = [  # measured\n    3,  ## twice\n]", "remove `fast` with its 3 comments"),
    ],
)
def test_the_title_says_what_goes_with_it(unused, item, title):
    (one,) = unused(f"{item}\n{PHASE}")
    assert one.fix.title == title


@pytest.mark.parametrize(
    "body",
    [
        "let n = 2\nphase x for k in [n] { steps = k, batch = 1 x 256, context = 256, lr = 1e-3, mix = a }\n",
        "mix m { a = 50%, b = 50% }\nmix k = m with { c = 10% }\n" + PHASE.replace("a + 0% * b", "k"),
        "let z = 2\ncheck x.steps <= z\n" + PHASE,
        "let p = best_fit\n" + PHASE.replace("mix =", "packing = p, mix ="),
    ],
    ids=["in a for", "in a mixture's body", "in a check", "as a technique"],
)
def test_every_way_to_name_something_counts(unused, body):
    assert [one.message for one in unused(body)] == []


def test_used_files_may_declare_more_than_one_recipe_needs(unused):
    assert unused(f'use "lib.mtr"\n{PHASE}mix all = c\n', files={"lib.mtr": "let spare = 3\n"})[0].labels[0].span.text == "all"


@pytest.mark.parametrize(
    ("item", "id"),
    [
        ("let k = 3 steps + 5%", "unit-mismatch"),
        ("param k = [1, 2 / 0]", "division-by-zero"),
        ("mix m { a = 60%, b = 60% }", "mix-not-100"),
        ("mix m = natural(a, zz)", "unknown-name"),
        ("mix m = natural(a, b)\nmix k = 60% * m", "mix-not-100"),
        ('group g { mach = "*" }', "unknown-key"),
        ('group g { match = "*", optimizer = adamw(beta3 = 1) }', "plugin-argument"),
        ("data idle { max_epoch = 3 }", "unknown-key"),
    ],
)
def test_what_nothing_names_is_read_all_the_same(wrong, item, id):
    assert wrong(f"{item}\n{PHASE}mix n = c\n").id == id


@pytest.mark.parametrize(
    "item",
    [
        "let k = 60% * a + 40% * b",
        "let k = next_token(mtp = 0.3 -> 0.1)",
        'group g { match = "*", optimizer = adamw(weight_decay = 0.1) }',
        "mix m = x.mix",
    ],
)
def test_what_nothing_names_may_be_for_anything(plan, item):
    assert plan(f"{item}\n{PHASE}") == plan(PHASE)


SCHEDULED = """
context = 256
mix = a
phase p {{ steps = 8, batch = 1 x 256{} }}
phase q {{ steps = 8, batch = 1 x 256{} }}
phase serve {{ steps = 0 }}
schedule lr over {} = [1e-3 until 8 steps, -> 0]
flow p -> q -> serve
"""


@pytest.mark.parametrize(("setting", "of"), [("warmup = 2 steps", "the rate"), ("lr = 1e-3", "it")])
def test_what_schedules_set_in_every_phase_is_said_in_vain(found, setting, of):
    body = SCHEDULED.format("", "", "p -> q")
    _, told = found(f"{setting}\n{body}")
    (one,) = (each for each in told if each.severity != "note")
    message = f"no phase takes this `{setting.partition(' ')[0]}`: a schedule sets {of}"
    assert (one.id, one.severity, one.message) == ("unused-setting", "warning", message)
    assert one.help.endswith("leave it out")
    mended = body.replace("[1e-3 until", "[0 -> 1e-3 over 2 steps, 1e-3 until") if of == "the rate" else body
    assert not [each for each in found(mended)[1] if each.severity != "note"]


def test_a_setting_for_a_phase_beside_the_path_is_none(found):
    _, told = found("warmup = 2 steps\n" + SCHEDULED.format(", lr = 1e-3", "", "q"))
    assert "unused-setting" not in [each.id for each in told]
