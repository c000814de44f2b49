import json
from pathlib import Path

from jsonschema import Draft202012Validator

QUICKSTART = Path(__file__).resolve().parents[2] / "recipes" / "quickstart.mtr"


def test_the_plan_that_is_written_fits_the_schema_that_is_printed(mtdsl, tmp_path):
    schema = json.loads(mtdsl("schema").stdout)
    assert mtdsl("plan", QUICKSTART, "--format", "json", "--out", "plan.json").returncode == 0
    assert list(Draft202012Validator(schema).iter_errors(json.loads((tmp_path / "plan.json").read_text()))) == []


def test_of_a_plugin(mtdsl):
    schema = json.loads(mtdsl("schema", "--plugin", "source", "jsonl").stdout)
    assert schema["required"] == ["path"]
    assert schema["properties"]["column"] == {"type": "string", "default": "text"}
    none = mtdsl("schema", "--plugin", "source", "jason")
    assert (none.returncode, "error[unknown-plugin]" in none.stderr) == (1, True)


def test_what_has_no_schema_is_said(mtdsl, tmp_path):
    lint = mtdsl("schema", "--plugin", "lint", "lr-never-decays")
    assert (lint.returncode, lint.stderr) == (2, "error: a lint has no parameters; `mtdsl explain` says what it finds\n")
    (tmp_path / "acme_odd.py").write_text(
        "import mtdsl\n@mtdsl.hookimpl\ndef mtdsl_schedulers():\n"
        '    yield mtdsl.Scheduler("cosine", "acme_odd:Cosine")\n    yield mtdsl.Scheduler("plain", "acme_odd:Plain")\n'
        "class Plain:\n    pass\n"
    )
    (tmp_path / "acme_odd-0.1.dist-info").mkdir()
    (tmp_path / "acme_odd-0.1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-odd\nVersion: 0.1\n")
    (tmp_path / "acme_odd-0.1.dist-info" / "entry_points.txt").write_text("[mtdsl]\nacme_odd = acme_odd\n")
    both = mtdsl("schema", "--plugin", "scheduler", "cosine")
    assert (both.returncode, both.stdout) == (1, "")
    assert "error[plugin-conflict]: `acme-odd` and `mtdsl` both provide the scheduler `cosine`" in both.stderr
    plain = mtdsl("schema", "--plugin", "scheduler", "plain")
    assert (plain.returncode, plain.stdout) == (1, "")
    assert "error[plugin-broken]: `acme-odd` could not load `plain`" in plain.stderr
