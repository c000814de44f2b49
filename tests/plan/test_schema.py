"""The schema of a plan against the plans of every recipe there is, and against what is no plan."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mtdsl.plan import analyse, to_json
from mtdsl.plan.lock import Lock, LockedModel, written
from mtdsl.plan.schema import schema
from mtdsl.registry import installed
from mtdsl.registry.schema import schema_of

ROOT = Path(__file__).resolve().parents[2]
RECIPES = [*sorted((ROOT / "recipes").glob("*.mtr")), *sorted((ROOT / "tests/diag/cases").glob("*.mtr"))]
PLANS = [*RECIPES, *sorted((ROOT / "tests/diag/cases").glob("*/recipe.mtr"))]
VALIDATOR = Draft202012Validator(schema())


def wrong(body):
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(json.loads(json.dumps(body)))]


def test_it_is_a_schema():
    Draft202012Validator.check_schema(schema())


def test_every_plan_there_is_fits():
    plans = {path: found.plan for path in PLANS if (found := analyse(path)).plan is not None}
    assert len(plans) > 30
    assert {str(path): wrong(to_json(plan)) for path, plan in plans.items() if wrong(to_json(plan))} == {}


@pytest.fixture
def quickstart():
    return to_json(analyse(ROOT / "recipes/quickstart.mtr").plan)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.pop("fingerprint"),
        lambda body: body.update(extra=1),
        lambda body: body["phases"][0].update(tokens="many"),
        lambda body: body["phases"][0].pop("transition"),
        lambda body: body["phases"][0]["transition"].update(lr="jump"),
        lambda body: body["phases"][0]["lr"]["pieces"][0].update(start="1 / 3"),
        lambda body: body["sources"][0]["size"].update(certainty="guessed"),
        lambda body: body["totals"].pop("flops_certainty"),
    ],
)
def test_what_is_no_plan_does_not(quickstart, change):
    body = copy.deepcopy(quickstart)
    assert wrong(body) == []
    change(body)
    assert wrong(body) != []


def test_a_plan_after_a_start_that_nobody_knows_and_with_a_lock_fits(tmp_path):
    (tmp_path / "toy.mtr").write_text(
        'recipe toy "a toy"\n'
        'start trunk { weights = "acme/model", context = 8k }\n'
        "data a { tokens = 1M }\n"
        "phase one { steps = 10, batch = 4 x 8k, lr = 1e-4 / 3 -> 0 by linear, mix = a }\n"
        "flow trunk -> one\n"
    )
    model = LockedModel("acme/model", "mmmm", 1_200, 1_000, 2, 4, 16, 8_192, 512, "mmmm")
    (tmp_path / "toy.lock").write_text(written(Lock(starts={"trunk": model})))
    body = to_json(analyse(tmp_path / "toy.mtr").plan)
    assert (body["phases"][0]["seen"], set(body["pins"])) == (None, {"start trunk"})
    assert wrong(body) == []


def test_classes_explain_themselves():
    bare = [name for name, body in schema()["$defs"].items() if not body.get("description")]
    assert bare == []


def test_every_plugin_has_a_schema_that_its_plans_fit():
    plugins = [entry for entries in installed().entries.values() for entry in entries if entry.kind != "lint"]
    schemas = {(entry.kind, entry.name): schema_of(entry) for entry in plugins}
    for body in schemas.values():
        Draft202012Validator.check_schema(body)
    plan = to_json(analyse(ROOT / "recipes/quickstart.mtr").plan)
    extender = plan["phases"][-1]["context"]["extender"]
    assert list(Draft202012Validator(schemas["extender", extender["name"]]).iter_errors(extender["params"])) == []
    wrong_params = {**extender["params"], "factor": 0.5, "unknown": 1}
    assert len(list(Draft202012Validator(schemas["extender", "yarn"]).iter_errors(wrong_params))) >= 1
