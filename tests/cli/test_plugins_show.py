import json

import pytest

from mtdsl.registry import installed

ACME = '''
from dataclasses import dataclass
from typing import Annotated, ClassVar
import mtdsl

@mtdsl.hookimpl
def mtdsl_schedulers():
    yield mtdsl.Scheduler("late", "acme_late:Late")
    yield mtdsl.Scheduler("cosine", "acme_late:Late")
    yield mtdsl.Scheduler("gone", "acme_late:Gone")

@dataclass(frozen=True)
class Late:
    """Stands, and falls to the end in its last step: value = a before p = 1."""

    share: Annotated[float, mtdsl.Share]
    """What is left on the way."""
    examples: ClassVar = ({"share": "50%"},)

    def __call__(self, at: mtdsl.Progress) -> float:
        return at.fraction**8 * (1 - self.share) if at.fraction < 1 else 1.0
'''


@pytest.fixture
def acme(tmp_path):
    (tmp_path / "acme_late.py").write_text(ACME)
    (tmp_path / "acme_late-0.1.dist-info").mkdir()
    (tmp_path / "acme_late-0.1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-late\nVersion: 0.1\n")
    (tmp_path / "acme_late-0.1.dist-info" / "entry_points.txt").write_text("[mtdsl]\nacme_late = acme_late\n")


def shown(mtdsl, *words):
    done = mtdsl("plugins", "show", *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["plugins"]


def test_a_scheduler_has_the_points_of_its_curve(mtdsl):
    (about,) = shown(mtdsl, "wsd(decay = 20%, shape = sqrt)")
    points = [(point["tokens"], point["lr"]) for point in about["picture"]["points"]]
    assert points[0][1] == pytest.approx(1e-3 / 50)  # the first of 50 steps of warm-up
    assert points[-1] == (500 * 4 * 512, pytest.approx(1e-5))
    assert {round(rate, 9) for at, rate in points if 50 < at / 2048 < 400} == {1e-3}
    decay = next(one for one in about["parameters"] if one["name"] == "decay")
    assert (decay["required"], decay["unit"]) == (True, "stretch")
    assert decay["takes"] == "a number of steps or tokens, or a share of the phase, more than 0"


def test_text_has_doc_parameters_recipe_and_curve(mtdsl):
    said = mtdsl("plugins", "show", "sqrt").stdout
    for part in ("sqrt  scheduler of mtdsl", "(arXiv:2405.18392)", "by sqrt }", "1e-3 │", "500 steps"):
        assert part in said
    assert max(map(len, said.splitlines())) <= 100


def test_a_name_of_several_kinds_is_shown_in_each(mtdsl):
    assert [one["kind"] for one in shown(mtdsl, "linear")] == ["scheduler", "extender"]
    assert [one["kind"] for one in shown(mtdsl, "linear", "--kind", "extender")] == ["extender"]
    assert [one["kind"] for one in shown(mtdsl, "linear(multiple = 3)")] == ["scheduler"]


def test_a_mixer_has_the_shares_that_it_chooses(mtdsl):
    (about,) = shown(mtdsl, "temperature(tau = 2)")
    roots = {"a": 0.5**0.5, "b": 0.3**0.5, "c": 0.2**0.5}
    found = {row["source"]: row["share"] for row in about["picture"]["sources"]}
    assert found == pytest.approx({name: root / sum(roots.values()) for name, root in roots.items()})


def test_an_online_mixer_moves_on_losses_that_are_stated(mtdsl):
    (about,) = shown(mtdsl, "exp3")
    sources = about["picture"]["sources"]
    assert len(sources[0]["weights"]) == about["picture"]["steps"] == 3000
    assert all(sum(at) == pytest.approx(1) for at in zip(*(one["weights"] for one in sources), strict=True))
    assert [one["losses"][0] for one in sources] == [4.0, 3.5, 5.0]
    assert "made-up" in about["picture"]["title"]


def test_an_extender_has_its_wavelengths(mtdsl):
    (about,) = shown(mtdsl, "linear(factor = 8)", "--kind", "extender")
    pairs = about["picture"]["pairs"]
    assert [pair["after"] / pair["before"] for pair in pairs] == pytest.approx([8] * 16)
    assert pairs[0]["before"] == pytest.approx(2 * 3.141592653589793)
    (none,) = shown(mtdsl, "p_rope")
    assert [pair["after"] is None for pair in none["picture"]["pairs"]] == [False] * 4 + [True] * 12


def test_a_merger_has_the_weights_of_its_checkpoints(mtdsl):
    (about,) = shown(mtdsl, "ema(count = 3, every = 10%, decay = 0.5)")
    assert [one["weight"] for one in about["picture"]["checkpoints"]] == pytest.approx([0.25, 0.25, 0.5])
    assert shown(mtdsl, "average")[0]["picture"] is None


def test_somebody_elses_is_drawn_as_ours_are(mtdsl, acme):
    (about,) = shown(mtdsl, "late")
    assert about["package"] == "acme-late"
    assert "late(share = 50%)" in about["recipe"]
    assert about["picture"]["points"][-1]["lr"] == pytest.approx(1e-5)
    assert about["parameters"][0]["doc"] == "What is left on the way."
    assert [one["package"] for one in shown(mtdsl, "cosine")] == ["acme-late", "mtdsl"]
    assert [one["package"] for one in shown(mtdsl, "acme_late.cosine")] == ["acme-late"]
    gone = mtdsl("plugins", "show", "gone")
    assert gone.returncode == 1
    assert "error[plugin-broken]: `acme-late` could not load `gone`" in gone.stderr


def test_wrong_parameters_are_diagnostics(mtdsl):
    done = mtdsl("plugins", "show", "power(exponent = 0.3)")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[plugin-argument]: `power` has no parameter `exponent`" in done.stderr
    assert "`b` of `power` must be less than 0" in mtdsl("plugins", "show", "power(b = 2)").stderr


def test_misspelt_names_and_kinds(mtdsl):
    done = mtdsl("plugins", "show", "cosin")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[unknown-plugin]" in done.stderr
    assert "did you mean `cosine`?" in done.stderr
    for words in (["--kind", "mixxer"], ["show"], ["list", "cosine"], ["show", "power("]):
        done = mtdsl("plugins", *words)
        assert (done.returncode, done.stdout, done.stderr.startswith("error: ")) == (2, "", True)
    assert "did you mean `mixer`?" in mtdsl("plugins", "--kind", "mixxer").stderr


def test_list_is_of_one_kind(mtdsl):
    listed = json.loads(mtdsl("plugins", "list", "--kind", "packer", "--format", "json").stdout)
    assert {one["kind"] for one in listed["plugins"]} == {"packer"}
    assert mtdsl("plugins").stdout == mtdsl("plugins", "list", "--format", "text").stdout


def test_a_lint_says_what_it_finds(mtdsl):
    assert "learning rate" in mtdsl("plugins", "show", "lr-never-decays").stdout


@pytest.mark.parametrize("kind", ["scheduler", "mixer", "extender"])
def test_every_technique_of_ours_is_drawn(kind):
    from mtdsl.view.technique import page
    from mtdsl.view.technique.described import described

    for name in installed().names(kind):
        about = described(installed().find(kind, name)[0], None, installed())
        assert about.picture is not None, (name, about.missing)
        assert not about.missing
        text = page.render(about, width=80, color=False)
        assert max(map(len, text.splitlines())) <= 80
        json.dumps(page.body(about), default=float, allow_nan=False)


@pytest.mark.usefixtures("acme")
def test_a_name_that_two_packages_claim_is_told_in_the_list(mtdsl):
    listed = mtdsl("plugins", "list")
    told = "conflict: `acme-late` and `mtdsl` both provide the scheduler `cosine`"
    assert [line.partition(";")[0] for line in listed.stdout.splitlines() if line.startswith("conflict")] == [told]
    assert listed.returncode == 0
    assert json.loads(mtdsl("plugins", "list", "--format", "json").stdout)["conflicts"] == [["acme-late", "mtdsl"]]
    assert "conflict" not in mtdsl("plugins", "list", "--kind", "mixer").stdout
