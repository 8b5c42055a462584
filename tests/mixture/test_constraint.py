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

    got = core.EigenvalueRatio(most).clipped(weight, variances)
    assert got.max() <= most * got.min() * (1 + 1e-12)
    tried = np.exp(np.linspace(np.log(variances.min() / most), np.log(variances.max()), 3_000))
    best = min(loss(np.clip(variances, least, most * least)) for least in tried)
    assert loss(got) <= best + 1e-9 * abs(best)


@pytest.mark.parametrize("name", BOUNDED)
@settings(max_examples=25)
@given(
    rows=clustered_rows(least=30), most=st.sampled_from([1.0, 3.0, 20.0]), seed=st.integers(0, 99),
    noise=st.booleans(), prior=st.booleans(), weighted=st.booleans(), blanks=st.booleans(), accelerate=st.booleans(),
)  # fmt: skip
def test_every_fit_keeps_the_bound_and_its_likelihood_never_falls(
    name, rows, most, seed, noise, prior, weighted, blanks, accelerate
):
    rng = np.random.default_rng(seed)
    shares, weights = rng.dirichlet(np.ones(3), len(rows)), rng.integers(0, 3, len(rows)) if weighted else None
    if blanks:
        rows = np.where(rng.random(rows.shape) < 0.1, np.nan, rows)
    held = {"bound": core.EigenvalueRatio(most), "prior": core.ConjugatePrior() if prior else None}
    plan = core.Plan(name, 3, max_iterations=100, noise=noise, accelerate=accelerate, **held)
    fit = core.fit(rows, plan, weights=weights, responsibilities=shares)
    assert ratio(fit.mixture) <= most * (1 + 1e-6)
    assert fit.outcome is not core.Outcome.FELL
    assert all(after >= before - 1e-9 * (1 + abs(before)) for before, after in pairwise(fit.trace))


@pytest.mark.parametrize(
    "variances", [np.zeros((2, 3)), np.full((2, 3), np.nan), np.array([[0.0, 0.0], [-1e-20, 0.0]])]
)
def test_nothing_is_clipped_where_all_is_flat(variances):
    np.testing.assert_array_equal(core.EigenvalueRatio(5.0).clipped(np.ones(2), variances), np.maximum(variances, 0.0))


def test_a_variance_that_rounding_left_below_zero_is_raised_as_zero_is():
    weight, bound = np.ones(1), core.EigenvalueRatio(5.0)
    flat, less = (bound.clipped(weight, np.array([[1.0, 2.0, each]])) for each in (0.0, -1e-17))
    np.testing.assert_array_equal(flat, less)
    assert less.min() > 0


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
