import json

from mtdsl.diag.catalogue import catalogue


def test_an_id_is_explained_with_a_recipe_and_what_check_says_of_it(mtdsl):
    done = mtdsl("explain", "lr-jump")
    entry = catalogue()["lr-jump"]
    assert done.returncode == 0
    assert done.stdout.startswith(
        f"lr-jump: {entry.summary}\n\n{entry.explanation}\n\nFor example, lr-jump.mtr:\n\n    recipe "
    )
    assert "mtdsl check says:\n\n    error[lr-jump]: the learning rate jumps" in done.stdout


def test_a_lint_is_explained_by_its_own_words(mtdsl):
    assert "Attention across documents changes what every position sees" in mtdsl("explain", "mask-changes").stdout


def test_what_no_recipe_causes_has_no_example(mtdsl):
    said = mtdsl("explain", "disk-full").stdout
    assert said == f"disk-full: {catalogue()['disk-full'].summary}\n\n{catalogue()['disk-full'].explanation}\n"


def test_all_are_listed_by_subject(mtdsl):
    said = mtdsl("explain").stdout
    assert "\n\nLearning rate\n  lr-jump " in said
    listed = {line.split()[0] for line in said.splitlines() if line.startswith("  ")}
    assert catalogue().keys() | {"mask-changes"} <= listed


def test_a_misspelt_id_is_wrong_use_and_answered_with_the_nearest(mtdsl):
    done = mtdsl("explain", "lr-jmp")
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "error: there is no diagnostic `lr-jmp`; did you mean `lr-jump`?\n",
    )


def test_json_for_machines(mtdsl):
    one = json.loads(mtdsl("explain", "lr-jump", "--format", "json").stdout)
    assert one["summary"] == catalogue()["lr-jump"].summary
    assert one in json.loads(mtdsl("explain", "--format", "json").stdout)


def test_another_name_points_to_ours(mtdsl):
    done = mtdsl("explain", "soup-of-unlike-models")
    said = "error: there is no diagnostic `soup-of-unlike-models`; see `merge-unlike` and `merge-of-strangers`\n"
    assert (done.returncode, done.stderr) == (2, said)
