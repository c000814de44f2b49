import json
from pathlib import Path

QUICKSTART = Path(__file__).resolve().parents[2] / "recipes" / "quickstart.mtr"


def test_without_a_node_all_are_listed(mtdsl):
    done = mtdsl("show", QUICKSTART)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()][1:4] == ["stable", "anneal[1]", "anneal[2]"]


def test_a_member_and_a_family(mtdsl):
    assert mtdsl("show", QUICKSTART, "anneal[2]").stdout.startswith("anneal[2]  phase")
    family = json.loads(mtdsl("show", QUICKSTART, "anneal", "--format", "json").stdout)
    assert [node["node"] for node in family["nodes"]] == ["anneal[1]", "anneal[2]"]
    (seed,) = [row for row in family["nodes"][0]["values"] if row["attribute"] == "seed"]
    assert (seed["value"], seed["written"], seed["via"]) == ("1", "order", "written")
    assert QUICKSTART.read_text().splitlines()[seed["at"]["line"] - 1][seed["at"]["column"] - 1 :] == "order"


def test_a_name_that_is_none(mtdsl):
    done = mtdsl("show", QUICKSTART, "anneel")
    assert (done.returncode, done.stdout) == (1, "")
    assert "has no `anneel`" in done.stderr
    assert "did you mean `anneal`?" in done.stderr


def test_names_are_listed_once(mtdsl):
    said = mtdsl("show", QUICKSTART, "zzzzzz").stderr
    (listed,) = [line.partition("there are ")[2].split(", ") for line in said.splitlines() if "there are " in line]
    assert len(set(listed)) == len(listed)
    assert {"`stable`", "`anneal[1]`", "`anneal`"} <= set(listed)
