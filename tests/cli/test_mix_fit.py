"""`mtdsl mix fit`, from a table to a recipe that is checked."""

import json
import sys
from math import exp
from random import Random

import pytest

from mtdsl.cli import mix
from mtdsl.diag import Refusal

RECIPE = """\
recipe pasted "A phase on a fitted mixture"
model     = llama(layers = 2, width = 64, heads = 2)
tokenizer = bpe(vocab = 512)
data web { tokens = 1B }
data code { tokens = 1B }
data math { tokens = 1B }
context = 512
batch = 4 x 512
lr = 1e-3
phase train { steps = 100, mix = better }
"""
LAW = ("--by", "mixing_law")


@pytest.fixture
def table(tmp_path):
    def written(count=40):
        random, lines = Random(1), ["run,mix.web,mix.code,mix.math,loss.web,loss.code,note"]
        for run in range(count):
            parts = [random.expovariate(1) for _ in range(3)]
            a, b, c = (part / sum(parts) for part in parts)
            losses = 2 + exp(0.2 - 1.5 * a + 0.1 * c), 1 + exp(0.4 - 2 * b)
            lines.append(",".join(map(str, (run, a, b, c, *losses, "x"))))
        (tmp_path / "runs.csv").write_text("\n".join(lines) + "\n")

    return written


@pytest.fixture
def fitting():
    pytest.importorskip("lightgbm", reason="needs mtdsl[fit]")
    pytest.importorskip("scipy", reason="needs mtdsl[fit]")


def test_what_it_writes_is_pasted_and_checked(mtdsl, table, tmp_path, fitting):
    table()
    done = mtdsl("mix", "fit", "runs.csv", *LAW, "--name", "better")
    assert (done.returncode, done.stderr) == (0, "")
    assert "# by mixing_law(delta = 0.02) of mtdsl" in done.stdout
    assert "rank correlation 1.000, R2 1.000" in done.stdout
    assert "Below 0.01 %, and left out: math." in done.stdout
    (tmp_path / "r.mtr").write_text(RECIPE + done.stdout)
    checked = mtdsl("check", "r.mtr")
    assert "error" not in checked.stderr
    (tmp_path / "m.mtr").write_text("recipe m\n" + done.stdout)
    assert mtdsl("fmt", "--check", "m.mtr").returncode == 0
    assert mtdsl("mix", "fit", "runs.csv", *LAW, "--name", "better").stdout == done.stdout


def test_json_holds_the_same_and_targets_are_weighed(mtdsl, table, fitting):
    table()
    webs = []
    for weight in ("1", "5"):
        done = mtdsl("mix", "fit", "runs.csv", *LAW, "--format", "json", "--target", f"web={weight}", "--target", "code")
        said = json.loads(done.stdout)
        assert sum(round(share * 100) for share in said["percent"].values()) == 10_000
        webs.append(said["percent"].get("web", 0))
    assert webs[0] < webs[1]
    assert (said["fitter"], said["runs"], said["targets"]) == ("mixing_law", 40, ["web=5", "code"])


def test_regmix_is_the_default_and_looks_around_the_prior(mtdsl, table, fitting):
    table(60)
    priors = ("--prior", "web=1e12", "--prior", "code=1e12", "--prior", "math=1e9")
    said = json.loads(mtdsl("mix", "fit", "runs.csv", "--format", "json", *priors).stdout)
    assert said["fitter"] == "regmix"
    assert said["parameters"]["by"] == "lightgbm"
    assert said["prior"]["web"] == pytest.approx(0.49975, abs=1e-5)
    assert said["percent"].get("math", 0) < 5


def test_too_few_runs_are_told(mtdsl, table):
    table(20)
    done = mtdsl("mix", "fit", "runs.csv")
    assert done.returncode == 1
    assert "error[fit-few]: `regmix` needs 50 small runs of 3 sources, a fifth of them held out; here are 20" in done.stderr


def test_a_row_that_is_wrong_is_shown(mtdsl, table, tmp_path):
    table()
    with (tmp_path / "runs.csv").open("a") as file:
        file.write("40,0.5,0.5,0.5,2,3,x\n")
    done = mtdsl("mix", "fit", "runs.csv")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[fit-share]: the shares sum to 1.5, not 1" in done.stderr
    assert "runs.csv:42:1" in done.stderr


@pytest.mark.parametrize(
    ("content", "id"), [(None, "file-unreadable"), (b"\xff\xfe\x00", "not-text"), (b"", "fit-header"), (b"\n\n", "fit-header")]
)
def test_what_is_no_table(mtdsl, tmp_path, content, id):
    if content is not None:
        (tmp_path / "t.csv").write_bytes(content)
    done = mtdsl("mix", "fit", "t.csv")
    assert done.returncode == 1
    assert f"error[{id}]" in done.stderr


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("regmax", "error[unknown-plugin]: no installed package provides a fitter named `regmax`"),
        ("regmix(top = 0)", "error[plugin-argument]: `top` of `regmix` must be more than 0"),
        ("regmix(tops = 1)", "did you mean `top`?"),
    ],
)
def test_a_fitter_that_there_is_not(mtdsl, table, by, said):
    table()
    done = mtdsl("mix", "fit", "runs.csv", "--by", by)
    assert done.returncode == 1
    assert said in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--name", "a-b"),
        ("--seed", "-1"),
        ("--prior", "web"),
        ("--prior", "web=1"),
        ("--target", "web=0"),
        ("--target", "web=x"),
    ],
)
def test_options_that_make_no_sense(mtdsl, table, options):
    table()
    done = mtdsl("mix", "fit", "runs.csv", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_packages_that_are_missing_are_named(monkeypatch, table, tmp_path, fitting):
    table(60)
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(Refusal, match="fit-missing: the fitter `regmix` needs `lightgbm`") as raised:
        mix.fit(tmp_path / "runs.csv")
    assert raised.value.diagnostics[0].help.startswith("pip install 'mtdsl[fit]'")
    assert mix.fit(tmp_path / "runs.csv", by='regmix(by = "linear")') == 0


def test_a_fitter_that_fails_is_told():
    def failing():
        raise ValueError("no law")

    with pytest.raises(Refusal, match="fit-failed: the fitter `odd` failed: no law"):
        mix._asked(mix_plugin("odd"), failing)


def mix_plugin(name):
    from mtdsl.plan.model import Plugin

    return Plugin(name)


def test_a_table_may_be_longer_than_a_recipe(tmp_path, monkeypatch):
    wide = tmp_path / "wide.csv"
    wide.write_text("note\n" + "x\n" * 500_000)
    with pytest.raises(Refusal) as refused:
        mix.fit(wide)
    assert refused.value.diagnostics[0].id == "fit-header"
    monkeypatch.setattr(mix, "LARGEST", 1_000_000)
    with pytest.raises(Refusal) as refused:
        mix.fit(wide)
    assert [(one.id, one.help) for one in refused.value.diagnostics] == [("file-too-large", mix.TABLE)]
