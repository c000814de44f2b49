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
