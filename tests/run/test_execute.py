"""A plan done in this process: what it leaves, what it reuses, what it refuses."""

import gc
import json
import math
import os
import signal

import pytest
import torch
import toys

from mtdsl.diag import Refusal
from mtdsl.registry import installed
from mtdsl.run import Interrupted, execute
from mtdsl.run.locks import take


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipe")
    toys.text(folder)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a toy is slower with more
    gc.collect()
    gc.freeze()  # else every phase's end looks through all that pytest holds
    yield folder
    torch.set_num_threads(threads)
    gc.unfreeze()


@pytest.fixture(scope="module")
def do(base):
    def run(recipe, out, then=lambda taken: None, save_every=1e9):
        watcher = toys.Recording(then)
        plan = toys.plan_of(base, recipe)
        files = [base / "toy.mtr"]
        result = execute(plan, base, out, installed(), watcher, files=files, save_every=save_every, cache=base / "cache")
        return result, watcher

    return run


@pytest.fixture(scope="module")
def whole(do, tmp_path_factory):
    """A run that nobody disturbed."""
    out = tmp_path_factory.mktemp("whole") / "runs" / "toy"
    do(toys.CHAIN, out)
    return out


def stop_after(number, kind=signal.SIGTERM):
    return lambda taken: os.kill(os.getpid(), kind) if len(taken) == number else None


def test_a_run_leaves_what_a_reader_needs(whole, base):
    names = {path.name for path in whole.iterdir()}
    assert {"plan.json", "log.jsonl", "events.jsonl", "results.json", "phases", "final", "recipe"} <= names
    assert (whole / "recipe" / "toy.mtr").read_text() == (base / "toy.mtr").read_text()
    assert {path.name for path in (whole / "phases").iterdir()} == {"trunk", "anneal[1]", "anneal[2]", "soup", "long"}
    assert all((path / "manifest.json").exists() for path in (whole / "phases").iterdir())
    steps = [(phase, step) for phase, step, *_ in toys.log_of(whole)]
    wanted = [("trunk", 10), ("anneal[1]", 6), ("anneal[2]", 6), ("long", 5)]
    assert steps == [(phase, step) for phase, count in wanted for step in range(1, count + 1)]
    assert toys.log_of(whole)[0][2] == 256
    assert toys.log_of(whole)[-1][2] == 10 * 256 + 6 * 256 + 5 * 256


def test_the_rate_is_the_plans(whole):
    rates = {(phase, step): lr for phase, step, _, _, lr in toys.log_of(whole)}
    assert rates[("trunk", 1)] == 5e-4
    assert rates[("trunk", 2)] == rates[("trunk", 10)] == 1e-3
    assert rates[("anneal[1]", 1)] == 1e-3
    assert rates[("anneal[1]", 4)] == pytest.approx(5e-4)


def test_every_node_is_measured_and_the_leaf_can_be_loaded(whole):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    results = json.loads((whole / "results.json").read_text())
    assert list(results) == ["trunk", "anneal[1]", "anneal[2]", "soup", "long"]
    assert all(set(entry["losses"]) == {"noisy", "clean"} for entry in results.values())
    model = AutoModelForCausalLM.from_pretrained(whole / "final")
    assert model.config.max_position_embeddings == 128
    assert model.config.rope_parameters["rope_type"] == "yarn"
    ids = AutoTokenizer.from_pretrained(whole / "final")("abc def", return_tensors="pt")
    assert torch.isfinite(model(**ids).logits).all()


def test_a_child_names_its_parents_result(whole):
    manifest = json.loads((whole / "phases" / "trunk" / "manifest.json").read_text())
    weights = manifest["files"]["model-00001-of-00002.safetensors"]["sha256"]
    state = json.loads((whole / "phases" / "anneal[1]" / "state.json").read_text())
    assert state["parents"] == [{"key": manifest["point"]["key"], "weights": weights}]
    assert len(json.loads((whole / "phases" / "soup" / "state.json").read_text())["parents"]) == 2


def test_the_transition_says_what_it_did(whole):
    began = {event["phase"]: event for event in toys.events_of(whole, "phase-began")}
    assert began["trunk"]["optimizer"] == {"kept": 0}
    assert began["anneal[1]"]["optimizer"]["kept"] > 20
    assert began["long"]["optimizer"] == {"kept": 0}
    assert began["long"]["window"] == [64, 128]
    assert began["anneal[2]"]["parent_loss"] == toys.log_of(whole)[9][3]


def test_a_finished_run_trains_nothing(whole, do):
    before = toys.weights_of(whole / "final")
    result, watcher = do(toys.CHAIN, whole)
    assert watcher.taken == []
    assert watcher.said == [f"`{node}` is done" for node in ("trunk", "anneal[1]", "anneal[2]", "soup", "long")]
    assert list(result.losses) == ["trunk", "anneal[1]", "anneal[2]", "soup", "long"]
    assert toys.weights_of(whole / "final") == before


def test_another_folder_beside_it_reuses_everything(whole, do):
    _, watcher = do(toys.CHAIN, whole.parent / "again")
    assert watcher.taken == []
    assert toys.weights_of(whole / "final") == toys.weights_of(whole.parent / "again" / "final")


@pytest.mark.parametrize("steps", [1, 10, 11, 22, 26])
def test_a_signal_stops_after_the_step_and_the_next_run_goes_on(whole, do, tmp_path, steps):
    out = tmp_path / "toy"
    with pytest.raises(Interrupted) as stopped:
        do(toys.CHAIN, out, stop_after(steps))
    assert stopped.value.code == 143
    assert len(toys.log_of(out)) == steps
    _, watcher = do(toys.CHAIN, out)
    assert len(watcher.taken) == 27 - steps
    assert watcher.said.count("`trunk` is done") == (steps >= 10)
    assert toys.log_of(out) == toys.log_of(whole)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")


def test_ctrl_c_is_a_signal_too(do, tmp_path):
    with pytest.raises(Interrupted) as stopped:
        do(toys.HEAD + toys.TRUNK, tmp_path / "toy", stop_after(2, signal.SIGINT))
    assert stopped.value.code == 130


def test_saving_at_every_step_changes_nothing_and_keeps_two(whole, do, tmp_path):
    counts = []
    store = tmp_path / ".store"

    def count(taken):
        counts.append(sum(path.name[0] != "." for path in store.iterdir()))

    do(toys.CHAIN, tmp_path / "toy", count, save_every=0)
    assert toys.log_of(tmp_path / "toy") == toys.log_of(whole)
    assert toys.weights_of(tmp_path / "toy" / "final") == toys.weights_of(whole / "final")
    assert max(counts[:10]) == 2
    kinds = [json.loads((path / "manifest.json").read_text())["point"]["kind"] for path in store.glob("[0-9a-f]*")]
    assert kinds.count("result") == 5
    assert kinds.count("periodic") == 4


def test_a_later_phase_may_change(whole, do, tmp_path):
    do(toys.CHAIN, tmp_path / "toy")
    changed = toys.CHAIN.replace("lr = 5e-4", "lr = 4e-4")
    _, watcher = do(changed, tmp_path / "toy")
    assert watcher.taken == [("long", step) for step in range(1, 6)]
    assert toys.log_of(tmp_path / "toy")[:22] == toys.log_of(whole)[:22]
    assert toys.log_of(tmp_path / "toy")[22:] != toys.log_of(whole)[22:]
    assert len(toys.log_of(tmp_path / "toy")) == 27
    do(toys.CHAIN, tmp_path / "toy")
    assert toys.weights_of(tmp_path / "toy" / "final") == toys.weights_of(whole / "final")


def test_one_member_of_a_fork_may_change(whole, do, tmp_path):
    do(toys.CHAIN, tmp_path / "toy")
    _, watcher = do(toys.CHAIN.replace("in [1, 2]", "in [3, 2]"), tmp_path / "toy")
    assert {phase for phase, _ in watcher.taken} == {"anneal[3]", "long"}
    phases = [line[0] for line in toys.log_of(tmp_path / "toy")]
    assert phases == ["trunk"] * 10 + ["anneal[3]"] * 6 + ["anneal[2]"] * 6 + ["long"] * 5
    assert "anneal[1]" not in {path.name for path in (tmp_path / "toy" / "phases").iterdir()}


LONG = toys.HEAD + toys.TRUNK.replace("steps = 6", "steps = 9")


def test_a_longer_trunk_goes_on_from_the_last_checkpoint(do, tmp_path):
    do(LONG, tmp_path / "straight" / "toy")
    do(toys.HEAD + toys.TRUNK, tmp_path / "grown" / "toy", save_every=0)
    _, watcher = do(LONG, tmp_path / "grown" / "toy")
    assert watcher.taken == [("trunk", step) for step in range(6, 10)]
    assert toys.log_of(tmp_path / "grown" / "toy") == toys.log_of(tmp_path / "straight" / "toy")
    one, other = (toys.weights_of(tmp_path / name / "toy" / "final") for name in ("grown", "straight"))
    assert one == other


def test_a_phase_cut_in_two_is_trained_alike_and_reuses_the_whole(do, tmp_path):
    do(LONG, tmp_path / "whole" / "toy", save_every=0)
    cut = toys.HEAD + toys.TRUNK.replace("steps = 6", "steps = 4") + "phase rest like trunk { steps = 5 }\nflow trunk -> rest\n"
    do(cut, tmp_path / "cut" / "toy")
    losses = [[line[3] for line in toys.log_of(tmp_path / name / "toy")] for name in ("whole", "cut")]
    assert losses[0] == losses[1]
    one, other = (toys.weights_of(tmp_path / name / "toy" / "final") for name in ("whole", "cut"))
    assert one == other
    _, watcher = do(cut, tmp_path / "whole" / "again")
    assert "rest" not in {phase for phase, _ in watcher.taken}


def test_a_checkpoint_of_the_whole_serves_the_second_half(do, tmp_path):
    straight, out = tmp_path / "straight" / "toy", tmp_path / "stopped" / "toy"
    do(LONG, straight)
    with pytest.raises(Interrupted):
        do(LONG, out, stop_after(6))
    cut = toys.HEAD + toys.TRUNK.replace("steps = 6", "steps = 4") + "phase rest like trunk { steps = 5 }\nflow trunk -> rest\n"
    do(cut, out)
    assert [line[1] for line in toys.log_of(out) if line[0] == "rest"] == [3, 4, 5]
    assert toys.weights_of(out / "final") == toys.weights_of(straight / "final")


BRANCH = "phase child like trunk { steps = 2, lr = -> 0 by linear }\nflow trunk.at(4 steps) -> child\nflow trunk\n"


def test_a_branch_starts_inside_a_phase(do, tmp_path):
    do(toys.HEAD + toys.TRUNK + BRANCH, tmp_path / "inside" / "toy")
    flow = BRANCH.replace("trunk.at(4 steps) -> child\nflow trunk\n", "trunk -> child\n")
    do(toys.HEAD + toys.TRUNK.replace("steps = 6", "steps = 4") + flow, tmp_path / "end" / "toy")
    inside = [line[1:] for line in toys.log_of(tmp_path / "inside" / "toy") if line[0] == "child"]
    assert inside == [line[1:] for line in toys.log_of(tmp_path / "end" / "toy") if line[0] == "child"]
    assert toys.weights_of(tmp_path / "inside" / "toy" / "final" / "child") == toys.weights_of(
        tmp_path / "end" / "toy" / "final"
    )
    links = {path.name for path in (tmp_path / "inside" / "toy" / "phases").iterdir()}
    assert links == {"trunk", "trunk.at(1024)", "child"}


def test_a_branch_that_is_added_later_leaves_the_log_whole(do, tmp_path):
    do(toys.HEAD + toys.TRUNK, tmp_path / "toy")
    before = toys.log_of(tmp_path / "toy")
    _, watcher = do(toys.HEAD + toys.TRUNK + BRANCH, tmp_path / "toy")
    assert watcher.taken == [("trunk", 1), ("trunk", 2), ("trunk", 3), ("trunk", 4), ("child", 1), ("child", 2)]
    assert toys.log_of(tmp_path / "toy")[:6] == before


def test_a_phase_of_no_steps_edits_the_model_and_passes_on_the_optimizer(do, tmp_path):
    serve = "phase serve { steps = 0, context = -> 128 by yarn(factor = 2) }\n"
    after = "phase after { steps = 2, batch = 2 x 128, lr = 1e-3, mix = good }\nflow trunk -> serve -> after\n"
    do(toys.HEAD + toys.TRUNK + serve + after, tmp_path / "toy")
    began = {event["phase"]: event for event in toys.events_of(tmp_path / "toy", "phase-began")}
    assert began["after"]["optimizer"]["kept"] > 20
    config = json.loads((tmp_path / "toy" / "phases" / "serve" / "state.json").read_text())["model"]
    assert config["max_position_embeddings"] == 128


def damage(run, node, how):
    folder = (run / "phases" / node).resolve()
    how(next(folder.glob("model-00001-*.safetensors")))
    return folder


@pytest.mark.parametrize(
    "how",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        lambda path: path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1])),
        lambda path: path.unlink(),
        lambda path: (path.parent / "manifest.json").unlink(),
    ],
    ids=["truncated", "flipped", "missing", "no manifest"],
)
def test_a_damaged_result_is_named_and_made_again_from_the_one_before(whole, do, tmp_path, how):
    out = tmp_path / "toy"
    do(toys.CHAIN, out, save_every=0)
    damage(out, "trunk", how)
    damage(out, "long", how)
    _, watcher = do(toys.CHAIN.replace("in [1, 2]", "in [1, 3]"), out)
    broken = toys.events_of(out, "checkpoint-broken")
    assert broken
    assert any("not used" in said for said in watcher.said)
    assert [step for phase, step in watcher.taken if phase == "trunk"] == [10]
    do(toys.CHAIN, out)
    assert toys.log_of(out)[:16] == toys.log_of(whole)[:16]
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")


def test_a_damaged_checkpoint_inside_a_phase_gives_way_to_the_one_before(whole, do, tmp_path):
    out = tmp_path / "toy"
    with pytest.raises(Interrupted):
        do(toys.CHAIN, out, stop_after(8), save_every=0)
    newest = max((tmp_path / ".store").glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime_ns)
    file = next(newest.glob("model-00002-*.safetensors"))
    file.write_bytes(file.read_bytes()[:-8] + b"\xff" * 8)
    _, watcher = do(toys.CHAIN, out)
    assert watcher.taken[0] == ("trunk", 8)
    assert toys.log_of(out) == toys.log_of(whole)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")


def refusal(do, *arguments):
    with pytest.raises(Refusal) as refused:
        do(*arguments)
    return refused.value.diagnostics[0]


def test_another_recipes_folder_is_refused_untouched(whole, do):
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}
    other = toys.CHAIN.replace("recipe toy", "recipe other")
    found = refusal(do, other, whole)
    assert found.id == "run-folder"
    assert "belongs to the recipe `toy`" in found.message
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*")} == before


def test_a_folder_that_is_no_run_is_refused_untouched(do, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    assert refusal(do, toys.CHAIN, tmp_path).id == "run-folder"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    assert refusal(do, toys.CHAIN, tmp_path / "thesis.tex").id == "run-folder"


def test_two_runs_in_one_folder_are_refused(whole, do):
    with take(whole / ".lock"):
        assert refusal(do, toys.CHAIN, whole).id == "run-busy"
    assert do(toys.CHAIN, whole)[1].taken == []


def test_a_loss_that_is_no_number_stops_the_run_before_the_step(do, tmp_path):
    wild = toys.HEAD + toys.TRUNK.replace("lr = 1e-3", "lr = 900").replace("steps = 6", "steps = 60, clip = 1000")
    found = refusal(do, wild, tmp_path / "toy", lambda taken: None, 0)
    assert found.id == "not-finite"
    assert "`trunk`" in found.message
    lines = toys.log_of(tmp_path / "toy")
    assert lines
    assert all(math.isfinite(line[3]) for line in lines)
    assert f"the last checkpoint is from its step {len(lines)}" in found.message
    assert f"step {len(lines) + 1} of" in found.message


def test_a_gradient_is_cut_to_what_the_plan_says(do, tmp_path):
    fast = toys.HEAD + toys.TRUNK.replace("lr = 1e-3", "lr = 1e-2")
    runs = [do(fast, tmp_path / "default")[1], do(fast.replace("steps = 6", "steps = 6, clip = 1"), tmp_path / "one")[1]]
    assert [len(run.taken) for run in runs] == [6, 0]  # the same history
    do(fast.replace("steps = 6", "steps = 6, clip = none"), tmp_path / "none")
    assert toys.log_of(tmp_path / "none")[0] == toys.log_of(tmp_path / "default")[0]
    assert toys.log_of(tmp_path / "none")[-1] != toys.log_of(tmp_path / "default")[-1]


def test_a_check_that_nobody_could_decide_is_said_before_the_first_step(do, tmp_path):
    checks = 'check noisy.epochs <= 1 "small"\ncheck trunk.steps == 6 "six"\n'
    watcher = do(toys.HEAD + toys.TRUNK + checks, tmp_path / "toy")[1]
    said = "`check noisy.epochs <= 1` is not decided: the plan does not know a number in it; declare it, or run `mtdsl lock`"
    assert [line for line in watcher.said if line.startswith("`check")] == [said]
    (event,) = toys.events_of(tmp_path / "toy", "check-undecided")
    assert event["check"] == "noisy.epochs <= 1"


def test_several_processes_are_refused(do, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert refusal(do, toys.CHAIN, tmp_path / "toy").id == "not-supported-yet"
    assert not (tmp_path / "toy").exists()


def test_a_start_is_loaded_and_its_facts_compared(whole, do, base, tmp_path):
    start = 'start old {{ weights = "{0}", tokens = 1000, context = {1} }}\n'
    rest = "phase more { steps = 2, batch = 2 x 128, lr = 1e-4, mix = clean }\n"
    rest += "transition old -> more { lr = restart }\nflow old -> more\n"
    head = toys.HEAD.replace("model = llama(layers = 1, width = 32, heads = 2)\ntokenizer = bpe(vocab = 300)\n", "")
    final = whole / "final"
    do(head + start.format(final, 128) + rest, tmp_path / "toy")
    assert toys.log_of(tmp_path / "toy")[-1][2] == 1000 + 2 * 256
    found = refusal(do, (head + start.format(final, 64) + rest).replace("2 x 128", "4 x 64"), tmp_path / "wrong")
    assert found.id == "start-differs"
