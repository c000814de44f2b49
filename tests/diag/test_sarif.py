"""What code scanning reads, whole, and what SARIF 2.1.0 demands of every log (the numbers are its sections)."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mtdsl.diag import Label, Source, Span, sarif
from mtdsl.diag.catalogue import catalogue
from mtdsl.plan import compile
from mtdsl.plan.examples import cases

PLACE = {"uri": "r.mtr"}


@pytest.fixture
def read():
    return lambda found: json.loads(sarif.render(found, catalogue(), "1.2.3"))["runs"][0]


def test_a_log_is_one_run_with_its_rules(jump):
    log = json.loads(sarif.render([jump, jump], catalogue(), "1.2.3"))
    assert (log["version"], log["$schema"], len(log["runs"])) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json", 1)
    entry = catalogue()["lr-jump"]
    assert log["runs"][0]["tool"]["driver"] == {
        "name": "mtdsl",
        "version": "1.2.3",
        "rules": [
            {
                "id": "lr-jump",
                "shortDescription": {"text": entry.summary},
                "help": {"text": entry.explanation, "markdown": entry.explanation},
            }
        ],
    }


def test_a_result_has_its_places_and_its_fix(read, jump):
    run = read([jump])
    flow = {"startLine": 41, "startColumn": 1, "endLine": 41, "endColumn": 1}
    line = "transition decay -> ctx32k { lr = restart }"
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"] == [
        {
            "ruleId": "lr-jump",
            "ruleIndex": 0,
            "level": "error",
            "message": {
                "text": "the learning rate jumps from 0 to 2e-5 where `ctx32k` begins\n`ctx32k` starts at 2e-5\n"
                f"Help: if the restart is meant, say so: {line}"
            },
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": PLACE,
                        "region": {"startLine": 39, "startColumn": 15, "endLine": 39, "endColumn": 19},
                    }
                }
            ],
            "relatedLocations": [
                {
                    "id": 0,
                    "physicalLocation": {
                        "artifactLocation": PLACE,
                        "region": {"startLine": 31, "startColumn": 22, "endLine": 31, "endColumn": 23},
                    },
                    "message": {"text": "`decay` ends at 0"},
                }
            ],
            "fixes": [
                {
                    "description": {"text": f"write `{line}`"},
                    "artifactChanges": [
                        {
                            "artifactLocation": PLACE,
                            "replacements": [{"deletedRegion": flow, "insertedContent": {"text": f"{line}\n"}}],
                        }
                    ],
                }
            ],
        }
    ]


def test_paths_are_uris(read, several_lines, tmp_path):
    place = read([several_lines])["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "my%20mixes/a%2Cb.mtr"
    absolute = Source(str(tmp_path / "r.mtr"), "x")
    found = replace(several_lines, labels=(Label(Span(absolute, 0, 1)),))
    uri = read([found])["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (tmp_path / "r.mtr").as_uri()


def test_what_is_in_no_file_has_no_place(read, nowhere, jump):
    typed = replace(jump, labels=(Label(Span(Source("--set", "50 B"), 0, 4)),), fix=None)
    assert [result["locations"] for result in read([nowhere, typed])["results"]] == [[], []]


def test_an_id_without_an_explanation_is_a_rule_all_the_same(jump):
    run = json.loads(sarif.render([jump], {}, "1"))["runs"][0]
    assert run["tool"]["driver"]["rules"] == [{"id": "lr-jump"}]


def test_every_case_is_a_log_as_the_standard_demands(monkeypatch):
    for case in cases():
        monkeypatch.chdir(case.parent)
        _, found = compile(Path(case.name))
        log = json.loads(sarif.render(found, catalogue(), "1"))
        assert set(log) == {"$schema", "version", "runs"}
        rules = log["runs"][0]["tool"]["driver"]["rules"]
        assert len({rule["id"] for rule in rules}) == len(rules)  # 3.19.23: unique
        for result in log["runs"][0]["results"]:
            _holds(result, rules)


def _holds(result, rules):
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["level"] in {"error", "warning", "note", "none"}
    assert result["message"]["text"]
    related = result.get("relatedLocations", [])
    assert len({place["id"] for place in related}) == len(related)  # 3.28.2
    for place in [*result["locations"], *related]:
        _region(place["physicalLocation"]["region"])
        assert "\\" not in place["physicalLocation"]["artifactLocation"]["uri"]
    for fix in result.get("fixes", []):
        assert fix["artifactChanges"]  # 3.55.3: at least one
        for change in fix["artifactChanges"]:
            assert change["replacements"]  # 3.56.3: at least one
            for replacement in change["replacements"]:
                _region(replacement["deletedRegion"])


def _region(region):
    """Lines and columns from 1; the end behind the last character, never before the start (3.30)."""
    assert min(region.values()) >= 1
    assert (region["endLine"], region["endColumn"]) >= (region["startLine"], region["startColumn"])
