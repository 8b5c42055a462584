"""Bounded eigenvalues: the best clipping, kept by every component, and no loss where it does not bind."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import clustered_rows

import core

REFERENCE = Path(__file__).parents[1] / "reference"
BOUNDED = ("EII", "VII", "EEI", "VVI", "EEE", "EEV", "VVE", "VVV")


def ratio(mixture):
    variances = np.linalg.eigvalsh(mixture.covariances)
    return variances.max() / variances.min()


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**16), most=st.sampled_from([1.0, 1.5, 4.0, 30.0]), K=st.integers(1, 4), d=st.integers(1, 4)
)
def test_no_other_clipping_within_the_bound_loses_less(seed, most, K, d):
    rng = np.random.default_rng(seed)
    weight, variances = rng.uniform(1, 50, K), np.exp(rng.normal(0, 2, (K, d)))

    def loss(some):
        return float((weight[:, None] * (np.log(some) + variances / some)).sum())

    got = core.EigenvalueRatio(most).bounded(weight, variances)
    assert got.max() <= most * got.min() * (1 + 1e-12)
    tried = np.exp(np.linspace(np.log(variances.min() / most), np.log(variances.max()), 3_000))
    best = min(loss(np.clip(variances, least, most * least)) for least in tried)
    assert loss(got) <= best + 1e-9 * abs(best)


@settings(max_examples=25)
@given(
    rows=clustered_rows(least=30), name=st.sampled_from(BOUNDED), most=st.sampled_from([1.0, 3.0, 20.0]),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_every_fit_keeps_the_bound_and_its_likelihood_never_falls(rows, name, most, seed):
    shares = np.random.default_rng(seed).dirichlet(np.ones(3), len(rows))
    plan = core.Plan(name, 3, bound=core.EigenvalueRatio(most), max_iterations=200)
    fit = core.fit(rows, plan, responsibilities=shares)
    assert ratio(fit.mixture) <= most * (1 + 1e-6)
    assert all(after >= before - 1e-9 * abs(before) for before, after in pairwise(fit.trace))


@pytest.mark.parametrize("name", BOUNDED)
def test_a_bound_that_does_not_bind_changes_nothing(name):
    rows = np.loadtxt(REFERENCE / "iris_X.csv", delimiter=",", skiprows=1)
    shares = np.eye(3)[np.arange(150) // 50]
    plain = core.fit(rows, core.Plan(name, 3, accelerate=False), responsibilities=shares)
    wide = core.Plan(name, 3, accelerate=False, bound=core.EigenvalueRatio(1e9))
    assert core.fit(rows, wide, responsibilities=shares).log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-5)


def test_the_bound_of_one_gives_equal_spheres():
    rows = np.loadtxt(REFERENCE / "faithful_X.csv", delimiter=",", skiprows=1) / [1.0, 12.0]
    shares = np.eye(2)[(rows[:, 0] > 3).astype(int)]
    held = core.fit(rows, core.Plan("VVV", 2, bound=core.EigenvalueRatio(1.0)), responsibilities=shares)
    round_ones = core.fit(rows, core.Plan("EII", 2), responsibilities=shares)
    assert held.log_likelihood == pytest.approx(round_ones.log_likelihood, rel=1e-8)
    np.testing.assert_allclose(held.mixture.covariances, round_ones.mixture.covariances, rtol=1e-4, atol=1e-8)


def test_a_spike_is_held_off_and_a_prior_may_stand_beside_the_bound():
    rng = np.random.default_rng(3)
    rows = np.concatenate([rng.normal(size=(80, 2)), np.tile([[4.0, 4.0]], (12, 1))])
    shares = np.eye(2)[(np.arange(92) >= 80).astype(int)]
    for prior in (None, core.ConjugatePrior()):
        plan = core.Plan(components=2, bound=core.EigenvalueRatio(20.0), prior=prior)
        fit = core.fit(rows, plan, responsibilities=shares)
        assert fit.admissible
        assert ratio(fit.mixture) <= 20 * (1 + 1e-6)


@pytest.mark.parametrize("name", sorted({each.name for each in core.FAMILIES} - set(BOUNDED)))
def test_families_whose_variances_are_tied_refuse_a_bound(name):
    with pytest.raises(core.ChoiceError, match="cannot be bounded one by one"):
        core.Plan(name, 2, bound=core.EigenvalueRatio(10.0))


@pytest.mark.parametrize("most", [0.5, np.inf, np.nan])
def test_a_bound_that_is_none_is_refused(most):
    with pytest.raises(core.ChoiceError, match="at least once the smallest"):
        core.EigenvalueRatio(most)
