"""A run that cannot do all that a recipe says makes no folder, and shows each line."""

RECIPE = """
recipe gated "A gate and an event"
model     = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 300)
data web  = text(path = "words.txt")
eval held = loss([web])
context   = 64
phase one {
    tokens = 65536
    batch  = 4 x 64
    lr     = 1e-3
    mix    = web
    when loss < 3 { expect = 50%, lr = lr / 2 }
}
phase two { tokens = 65536, batch = 4 x 64, lr = -> 0, mix = web }
transition one -> two { gate = held < 2 }
flow one -> two
"""


def test_a_run_is_refused_before_it_begins(mtdsl, tmp_path):
    (tmp_path / "gated.mtr").write_text(RECIPE)
    done = mtdsl("run", "gated.mtr")
    assert done.returncode == 1
    assert done.stderr.count("error[cannot-run-yet]") == 3
    for line in ("eval held = loss([web])", "when loss < 3 { expect = 50%", "transition one -> two { gate = held < 2 }"):
        assert line in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_plan_in_a_file_is_refused_as_well(mtdsl, tmp_path):
    (tmp_path / "gated.mtr").write_text(RECIPE)
    (tmp_path / "plan.json").write_text(mtdsl("plan", "gated.mtr", "--format", "json").stdout)
    done = mtdsl("run", "--plan", "plan.json", "--out", "out")
    assert done.returncode == 1
    assert done.stderr.count("error[cannot-run-yet]") == 3
    assert not (tmp_path / "out").exists()


def test_check_and_plan_understand_it(mtdsl, tmp_path):
    (tmp_path / "gated.mtr").write_text(RECIPE)
    assert mtdsl("check", "gated.mtr").returncode == 0
    assert "loss < 3" in mtdsl("plan", "gated.mtr").stdout


def test_a_parameter_that_a_schedule_moves_is_refused_by_the_schedule_s_line(mtdsl, tmp_path):
    text = RECIPE[: RECIPE.index("    when")] + "}\nschedule objective.mtp over one = 0.3 -> 0.1\n"
    (tmp_path / "moved.mtr").write_text(text.replace("eval held = loss([web])", ""))
    done = mtdsl("run", "moved.mtr")
    said = "this version cannot run an objective that is more than a loss for each token yet: `one`"
    assert f"error[cannot-run-yet]: {said}" in done.stderr
    assert "schedule objective.mtp over one" in done.stderr
