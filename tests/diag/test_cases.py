"""Every id: raised somewhere, explained, and shown by a recipe that causes it and nothing else, or tested where a run does."""

import ast
import re
from pathlib import Path

import pytest

import mtdsl
from mtdsl.diag.catalogue import catalogue
from mtdsl.plan import compile
from mtdsl.plan.examples import cases, id_of
from mtdsl.registry import installed
from mtdsl.registry.meanings import meanings

ROOT = Path(mtdsl.__file__).parents[1]
CASES = list(cases())
GIVES = {"mistake", "refuse", "error", "warning", "note", "Diagnostic"}
ELSEWHERE = {
    "attention-unsupported": "run/test_probe.py::test_what_would_go_wrong_unseen_is_refused",
    "cache-write": "data/test_entry.py::test_a_cache_that_is_a_file_is_refused",
    "cannot-run-yet": "cli/test_run_refusals.py::test_a_run_is_refused_before_it_begins",
    "cannot-write": "cli/test_plan_command.py::test_a_folder_that_is_not_there_is_said_so",
    "disk-full": "run/test_store.py::test_no_room_is_a_refusal_and_earlier_checkpoints_stay",
    "document-too-long": "data/test_shards.py::test_a_document_that_no_tokenizer_counts",
    "file-too-large": "lang/test_files.py::test_a_file_longer_than_any_recipe_is_named_without_being_read_whole",
    "fit-constant": "data/test_sheet.py::test_what_is_wrong_is_told_by_its_line",
    "fit-failed": "cli/test_mix_fit.py::test_a_fitter_that_fails_is_told",
    "fit-few": "cli/test_mix_fit.py::test_too_few_runs_are_told",
    "fit-header": "data/test_sheet.py::test_what_is_wrong_is_told_by_its_line",
    "fit-missing": "cli/test_mix_fit.py::test_packages_that_are_missing_are_named",
    "fit-number": "data/test_sheet.py::test_what_is_wrong_is_told_by_its_line",
    "fit-share": "data/test_sheet.py::test_what_is_wrong_is_told_by_its_line",
    "folder-not-empty": "cli/test_new_command.py::test_a_folder_with_something_in_it_is_left_alone",
    "head-unsupported": "run/test_probe.py::test_what_would_go_wrong_unseen_is_refused",
    "lock-differs": "cli/test_lock_command.py::test_a_run_holds_to_the_lock",
    "lock-nothing": "cli/test_lock_command.py::test_a_recipe_without_anything_to_lock_is_told_so",
    "merge-missing": "run/test_merge.py::test_a_broken_or_empty_folder_is_refused",
    "model-missing": "cli/test_run_lines.py::test_a_run_that_cannot_begin_shows_the_line",
    "model-not-causal": "run/test_foreign.py::test_a_model_that_is_no_decoder_is_named_before_its_tokenizer",
    "model-sizes": "run/test_model.py::test_sizes_that_do_not_fit_are_refused",
    "model-unreadable": "run/test_failed_run.py::test_a_run_that_cannot_begin_overwrites_nothing",
    "model-unsupported": "run/test_probe.py::test_what_would_go_wrong_unseen_is_refused",
    "model-vocabulary": "run/test_failed_run.py::test_a_run_that_cannot_begin_overwrites_nothing",
    "hub-unpinned": "run/test_foreign.py::test_a_name_on_the_hub_says_which_commit",
    "no-run": "cli/test_status_command.py::test_a_folder_that_holds_no_run",
    "not-a-plan": "cli/test_run_plan.py::test_a_file_that_is_no_plan",
    "not-finite": "run/test_execute.py::test_a_loss_that_is_no_number_stops_the_run_before_the_step",
    "package-missing": "run/test_packages.py::test_a_package_that_is_not_there_is_named_before_anything_is_done",
    "optimizer-differs": "run/test_kept_optimizer.py::test_the_state_of_another_optimizer_is_not_taken",
    "plan-changed": "run/test_kill.py::test_a_plan_that_was_reviewed_is_what_is_run",
    "plugin-broken": "packaging/test_third_party.py::test_a_package_that_does_not_load_is_named_and_the_rest_works",
    "plugin-name": "cli/test_new_command.py::test_a_name_that_nothing_can_have",
    "plugin-taken": "cli/test_new_command.py::test_a_name_that_somebody_has",
    "plugin-not-installed": "registry/test_choosing.py::test_a_name_that_no_package_has_is_warned_of",
    "plugin-conflict": "plan/test_plugin_conflict.py::test_two_packages_of_one_name_are_both_named",
    "plugin-differs": "cli/test_run_plan.py::test_a_plan_of_another_version_of_a_plugin",
    "rope-mismatch": "run/test_rope.py::test_a_closed_form_that_differs_is_an_error",
    "rope-missing": "run/test_rope.py::test_a_model_without_rotary_embeddings_is_refused",
    "rope-several": "run/test_rope.py::test_an_embedding_that_is_not_made_of_the_configuration_is_refused",
    "run-busy": "run/test_execute.py::test_two_runs_in_one_folder_are_refused",
    "run-folder": "run/test_execute.py::test_another_recipes_folder_is_refused_untouched",
    "source-column": "data/test_sources.py::test_bad_input_is_one_refusal",
    "source-corrupt": "data/test_sources.py::test_bad_input_is_one_refusal",
    "source-declared": "data/test_prepare.py::test_a_source_that_is_only_declared",
    "source-empty": "data/test_prepare.py::test_no_text_at_all",
    "source-encoding": "data/test_sources.py::test_bad_input_is_one_refusal",
    "sequence-unknown": "cli/test_data_command.py::test_a_sequence_that_there_is_not",
    "source-changed": "run/test_changed_sources.py::test_a_run_that_was_stopped_does_not_go_on_with_other_text",
    "source-missing": "data/test_sources.py::test_bad_input_is_one_refusal",
    "source-tokens": "data/test_tokens_source.py::test_what_is_wrong_with_a_file_of_tokens",
    "source-unreadable": "data/test_bad_sources.py::test_no_right_to_read",
    "source-exhausted": "data/test_prepare.py::test_too_few_tokens",
    "special-token-missing": "run/test_runs_with_fim.py::test_special_tokens_that_the_tokenizer_lacks_are_named",
    "start-declared": "run/test_foreign.py::test_a_start_without_weights_is_named_before_the_tokenizer",
    "start-differs": "run/test_execute.py::test_a_start_is_loaded_and_its_facts_compared",
    "too-many-errors": "plan/test_order_of_findings.py::test_after_a_thousand_errors_nothing_more_is_looked_for",
    "tokenizer-missing": "cli/test_run_lines.py::test_a_run_that_cannot_begin_shows_the_line",
    "tokenizer-unusable": "data/test_tokenizer.py::test_no_tokenizer_or_a_broken_one_is_refused",
    "tokenizer-vocab": "data/test_tokenizer.py::test_a_vocabulary_below_the_bytes_is_refused",
    "unknown-kind": "cli/test_new_command.py::test_a_kind_that_there_is_not",
    "train-missing": "cli/test_training_packages.py::test_packages_that_are_missing_are_all_named",
}
"""Ids that no recipe can cause: it takes a file, a model, a terminal or a package. Each with the test that causes it."""


def sources():
    yield from (ROOT / "mtdsl").rglob("*.py")
    yield from (ROOT / "plugins").rglob("*.py")


def given(path):
    """The ids that a module's calls give, as first argument."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in GIVES and isinstance(node.args[0].value, str):
                yield node.args[0].value


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_a_case_causes_its_id_and_nothing_else(case, monkeypatch):
    monkeypatch.chdir(case.parent)
    _, found = compile(Path(case.name))
    assert {one.id for one in found} == {id_of(case)}


def test_every_id_that_is_given_is_explained():
    assert {id: path.name for path in sources() for id in given(path) if id not in catalogue()} == {}


def test_every_explained_id_is_given():
    text = "".join(path.read_text(encoding="utf-8") for path in sources())
    assert [id for id in catalogue() if f'"{id}"' not in text] == []


@pytest.mark.parametrize("entry", list(meanings(installed())), ids=lambda entry: entry.id)
def test_an_explanation_is_a_sentence_and_why_it_matters(entry):
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", entry.id)
    assert re.fullmatch(r"[A-Z`][^\n]*[^.]\.", entry.summary)
    assert len(entry.explanation) > 40


def test_every_id_has_a_case_or_is_tested_elsewhere():
    shown = {id_of(case) for case in CASES}
    known = {entry.id for entry in meanings(installed())}
    assert known - shown - ELSEWHERE.keys() == set()
    assert shown - known == set()
    assert ELSEWHERE.keys() & shown == set()


@pytest.mark.parametrize("id", ELSEWHERE)
def test_the_test_that_causes_it_names_it(id):
    file, name = ELSEWHERE[id].split("::")
    path = ROOT / "tests" / file
    tree = ast.parse(path.read_text(encoding="utf-8"))
    test = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    words = [node.value for node in ast.walk(test) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert any(re.search(rf"(?<![\w-]){id}(?![\w-])", word) for word in words)
