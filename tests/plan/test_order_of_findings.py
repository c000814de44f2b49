"""Findings come in the order of the file, each mistake once, and with a place."""

from mtdsl.plan import compile

HEAD = "recipe r\nmodel = llama(layers = 2, width = 64, heads = 4)\ndata web { tokens = 100M }\n"
PHASE = "phase p { steps = 100, batch = 10 x 256, context = 256, lr = 1e-3, mix = MIX }\n"


def told(tmp_path, text):
    path = tmp_path / "r.mtr"
    path.write_text(text)
    return [(one.id, one.labels[0].span.line if one.labels else None) for one in compile(path)[1]]


def test_a_share_given_twice_is_told_once(tmp_path):
    assert told(tmp_path, HEAD + "mix a { web = 50%, web = 50% }\n" + PHASE.replace("MIX", "a")) == [("declared-twice", 4)]


def test_a_file_without_a_recipe_is_named_at_its_start(tmp_path):
    assert told(tmp_path, "data web { tokens = 1M }\n") == [("no-recipe", 1)]


def test_warnings_stand_among_errors_by_line(tmp_path):
    found = told(tmp_path, HEAD + "let x = 1\n" + PHASE.replace("MIX", "wen") + "let y = 2\n")
    assert [line for _, line in found] == sorted(line for _, line in found)


def test_a_seed_of_a_phase_of_no_steps_is_told_of_in_one_way(tmp_path):
    last = "phase z { steps = 0, seed = 7 }\n"
    for edge in ("", "transition p -> z { data = fresh }\n"):
        found = told(tmp_path, HEAD + PHASE.replace("MIX", "web") + last + "flow p -> z\n" + edge)
        assert [id for id, _ in found if "seed" in id] == ["seed-has-no-effect"]


def test_after_a_thousand_errors_nothing_more_is_looked_for(tmp_path):
    many = "".join(f"b{at} = 1\n" for at in range(1001))
    *first, last = told(tmp_path, HEAD + many + PHASE.replace("MIX", "web"))
    assert first == [("unknown-key", 4 + at) for at in range(1000)]
    assert last == ("too-many-errors", None)
    assert len(told(tmp_path, HEAD + many.partition("\n")[2] + PHASE.replace("MIX", "web"))) == 1000


def test_a_thousand_errors_of_reading_leave_the_rest_unread(tmp_path):
    found = told(tmp_path, HEAD + 'let a = "\\q"\n' * 1001 + PHASE.replace("MIX", "web"))
    assert found == [*(("unknown-escape", 4 + at) for at in range(1000)), ("too-many-errors", None)]


def test_of_many_warnings_as_many_are_told(tmp_path):
    idle = "".join(f"let b{at} = 1\n# mtr: oops{at}\n" for at in range(1100))
    ids = [id for id, _ in told(tmp_path, HEAD + idle + PHASE.replace("MIX", "web"))]
    assert (ids.count("unused-let"), ids.count("unknown-directive")) == (1000, 1000)


def test_names_nested_too_deep_have_a_place(tmp_path):
    chain = "let a0 = 1\n" + "".join(f"let a{at} = a{at - 1}\n" for at in range(1, 2000))
    ((id, line),) = told(tmp_path, HEAD + chain + PHASE.replace("MIX", "web").replace("100,", "a1999,"))
    assert id == "too-deep"
    assert 4 < line < 2004
