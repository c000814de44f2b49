"""RegMix against what its released code printed; the law against closed forms, torch's Huber loss and laws that are known."""

import csv
from math import exp, log
from pathlib import Path
from random import Random

import pytest
from mtdsl_mixers.mixing_law import Exponentials, MixingLaw
from mtdsl_mixers.regmix import Regmix

from mtdsl import Proxies, Search

pytest.importorskip("lightgbm", reason="needs mtdsl[fit]")
np = pytest.importorskip("numpy", reason="needs mtdsl[fit]")
pytest.importorskip("scipy", reason="needs mtdsl[fit]")

TABLE = Path(__file__).parent / "golden/regmix_pile_cc.csv"
"""512 runs of 1M parameters on the Pile: data/train_mixture_1m.csv and one column of data/train_pile_loss_1m.csv of
sail-sg/regmix@b004d3a (MIT, Copyright (c) 2024 Sea AI Lab)."""

PRIOR = (0.11328527, 0.07960865, 0.00391349, 0.1853759, 0.05108136, 0.01596293, 0.10175077, 0.00370752, 0.06652935, 0.00175077)
PRIOR += (0.02708548, 0.23686921, 0.01184346, 0.00792997, 0.00803296, 0.03882595, 0.04644696)
PRINTED = (4.66329544e-03, 3.94374644e-03, 4.83724817e-07, 5.81013210e-03, 7.25528969e-03, 6.89717990e-04, 1.13732015e-03)
PRINTED += (1.25776313e-04, 1.11175820e-03, 2.56605336e-03, 3.72214513e-03, 8.90924344e-01, 6.14285142e-02, 3.44762896e-04)
PRINTED += (2.49409048e-03, 1.23006293e-02, 1.48194075e-03)
"""The token distribution in regression_fitting/regression.ipynb of the same commit, and the mixture that it printed of it."""

STOPPED = 613
"""Trees after which that notebook stops by its further 256 runs: lightgbm 4.7's early stopping on them."""


@pytest.fixture(scope="module")
def pile():
    with TABLE.open() as file:
        _, *rows = csv.reader(file)
    numbers = [tuple(map(float, row[1:])) for row in rows]
    return Proxies(tuple(f"s{at}" for at in range(17)), tuple(row[:17] for row in numbers), tuple(row[17:] for row in numbers))


def test_regmix_is_what_the_released_notebook_printed(pile):
    law = Regmix(trees=STOPPED).fit(pile, 42)
    assert law.best(Search(PRIOR, 42)) == pytest.approx(PRINTED, rel=1e-6)


def test_linear_regression_is_scipys_without_a_bound(pile):
    from scipy.optimize import lsq_linear

    shares, targets = np.array(pile.shares), np.array(pile.targets)
    found = lsq_linear(np.column_stack([np.ones(len(shares)), shares]), targets, tol=1e-14).x
    wanted = found[0] + shares @ found[1:]
    assert Regmix(by="linear").fit(pile, 0).predict(pile.shares) == pytest.approx(wanted, rel=1e-8)


def test_ridge_is_the_closed_form(pile):
    shares, targets = np.array(pile.shares), np.array(pile.targets)
    center, level = shares.mean(0), targets.mean()
    away = shares - center
    slopes = np.linalg.solve(away.T @ away + 3 * np.eye(17), away.T @ (targets - level))
    assert Regmix(by="ridge", alpha=3.0).fit(pile, 0).predict(pile.shares) == pytest.approx(level + away @ slopes, rel=1e-9)


def drawn(laws, count, noise, sources, seed=1):
    """Runs on random mixtures whose losses follow laws (c, t...), with some noise in nats."""
    random = Random(seed)
    rows = [[random.expovariate(1) for _ in range(sources)] for _ in range(count)]
    shares = tuple(tuple(part / sum(row) for part in row) for row in rows)
    losses = tuple(tuple(c + exp(sum(map(float.__mul__, t, row))) + random.gauss(0, noise) for c, *t in laws) for row in shares)
    return Proxies(tuple("abcdef"[:sources]), shares, losses, tuple(1 / len(laws) for _ in laws))


LAWS = ((2.0, -1.5, 0.4, 0.1), (1.2, 0.5, -2.0, 0.3), (0.8, 0.2, 0.6, -1.0))


def test_a_known_law_is_found_again():
    law = MixingLaw().fit(drawn(LAWS, 30, 0.0, 3), 0)
    for found, wanted in zip(law.laws, LAWS, strict=True):
        assert found == pytest.approx(wanted, abs=1e-4)


def test_a_known_law_is_found_under_noise():
    law, true = MixingLaw().fit(drawn(LAWS, 200, 0.005, 3), 0), Exponentials(LAWS, (1 / 3,) * 3)
    search = Search((0.3, 0.3, 0.4))
    assert law.best(search) == pytest.approx(true.best(search), abs=0.03)
    assert law.predict([search.prior]) == pytest.approx(true.predict([search.prior]), abs=0.005)


def test_runs_far_off_do_not_bend_it():
    clean = drawn(LAWS[:1], 60, 0.0, 3)
    off = tuple((loss + (0.5 if at % 20 == 0 else 0.0),) for at, (loss,) in enumerate(clean.losses))
    law = MixingLaw().fit(Proxies(clean.sources, clean.shares, off), 0)
    assert law.predict(clean.shares) == pytest.approx(clean.targets, abs=0.01)


def test_no_step_of_torch_lowers_the_huber_loss_of_the_fit():
    torch = pytest.importorskip("torch", reason="needs mtdsl[train]")
    proxies = drawn(LAWS[:1], 40, 0.05, 3)
    shares, losses = (torch.tensor(rows, dtype=torch.float64) for rows in (proxies.shares, proxies.losses))
    found = torch.tensor(MixingLaw().fit(proxies, 0).laws[0], dtype=torch.float64)

    def missed(law):
        predicted = law[0] + torch.exp(shares @ law[1:])
        return torch.nn.functional.huber_loss(predicted, losses[:, 0], delta=0.02, reduction="sum")

    law = torch.nn.Parameter(found.clone())
    steps = torch.optim.LBFGS([law], lr=0.01, max_iter=500, line_search_fn="strong_wolfe")
    steps.step(lambda: (steps.zero_grad(), (loss := missed(law)).backward(), loss)[2])
    assert missed(found).item() == pytest.approx(missed(law).item(), rel=1e-5)


def test_the_best_mixture_of_two_sources_is_the_closed_form():
    """d/dr of exp(a - p r) + exp(b - q (1 - r)) is 0 where r = (q + a - b + log(p / q)) / (p + q)."""
    a, p, b, q = 0.3, 2.0, 0.1, 1.5
    law = Exponentials(((2.0, a - p, a), (1.0, b, b - q)), (0.5, 0.5))
    share = (q + a - b + log(p / q)) / (p + q)
    assert 0 < share < 1
    for prior in ((0.5, 0.5), (0.99, 0.01), (0.0, 1.0)):
        assert law.best(Search(prior)) == pytest.approx((share, 1 - share), abs=1e-5)


def test_the_best_mixture_of_one_loss_is_a_corner():
    assert Exponentials(((2.0, -1.0, 0.5, -2.0),), (1.0,)).best(Search((0.4, 0.3, 0.3))) == pytest.approx((0, 0, 1), abs=1e-6)
