from mtdsl.plan.examples import cases, example, id_of


def test_an_example_is_its_text_and_what_is_said_of_it(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    shown = example("lr-jump")
    assert shown.name == "lr-jump.mtr"
    assert shown.text.startswith("recipe ")
    assert shown.said.startswith("error[lr-jump]: ")
    assert "--> lr-jump.mtr:" in shown.said


def test_a_folder_is_an_example_too():
    assert "import-cycle" in {id_of(case) for case in cases()}
    assert example("import-cycle").said.startswith("error[import-cycle]")


def test_what_no_recipe_causes_has_none():
    assert example("disk-full") is None
