"""The plan of every recipe on a page of the reference, or in a document, fits the schema that `mtdsl schema` prints."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator
from literate import examples

from mtdsl.plan import to_json
from mtdsl.plan.schema import schema

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted(Path(__file__).parent.glob("*.md"))]


def test_every_plan_of_a_page_fits_the_schema():
    validator = Draft202012Validator(schema())
    wrong, planned = {}, 0
    for page in PAGES:
        for example in examples(page.name, page.read_text()):
            plan = example.analyse().plan
            if plan is not None:
                planned += 1
                found = [error.message for error in validator.iter_errors(json.loads(json.dumps(to_json(plan))))]
                wrong |= {example.at(example.fence.line): found} if found else {}
    assert planned > 50
    assert wrong == {}
