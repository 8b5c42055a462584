"""Conjugate priors: mclust's numbers, the posterior's maximum, and what they are for."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import invwishart, multivariate_normal
from strategies import clustered_rows

import core
from core.mixture.em.m_step import MStep
from core.mixture.em.run import m_step_of
from core.mixture.family import FAMILIES
from core.mixture.problem import pose

REFERENCE = Path(__file__).parents[1] / "reference"
CASES = json.loads((REFERENCE / "prior.json").read_text())
WEAK = core.ConjugatePrior()


def rows_of(case):
    name, *column = case["set"].split()
    rows = np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)
    return rows[:, 1:] if column else rows


def start(n, components):
    return 0.9 * np.eye(components)[np.arange(n) * components // n] + 0.1 / components


@pytest.mark.parametrize("case", [c for c in CASES if "loglik" in c], ids=lambda c: f"{c['set']}-{c['model']}")
def test_the_mode_is_mclusts_from_the_same_start(case):
    rows = rows_of(case)
    plan = core.Plan(case["model"], case["G"], prior=WEAK, tolerance=1e-15, max_iterations=20_000)
    fit = core.fit(rows, plan, responsibilities=start(len(rows), case["G"]))
    # The log-likelihood is not flat at the mode: its digits are those of the parameters.
    assert fit.log_likelihood == pytest.approx(case["loglik"], rel=1e-8)
    np.testing.assert_allclose(fit.mixture.weights, case["pro"], rtol=1e-5)
    np.testing.assert_allclose(fit.mixture.means, np.reshape(case["mean"], fit.mixture.means.shape), rtol=1e-5)
    sigma = np.reshape(case["sigma"], fit.mixture.covariances.shape)
    np.testing.assert_allclose(fit.mixture.covariances, sigma, atol=1e-5 * sigma.max())
    assert fit.n_parameters == fit.family.n_parameters(case["G"], rows.shape[1])


@pytest.mark.parametrize("case", [c for c in CASES if "mstep" in c["model"]], ids=lambda c: f"{c['set']}-{c['model']}")
def test_one_m_step_is_mclusts_where_its_runs_are_not_of_one_prior(case):
    """`me` of mclust 6.0.0 leaves EEI's means out of the prior and the number of groups out of its divisor."""
    rows, name = rows_of(case), case["model"].split()[1]
    prior = core.ConjugatePrior(shrinkage=0.0) if "shrinkage" in case["model"] else WEAK
    problem, plan = pose(core.as_source(rows)), core.Plan(name, case["G"], prior=prior)
    found = core.moments((rows - problem.units.centre) / problem.units.scale, start(len(rows), case["G"]))
    mixture = MStep(plan.family, prior=m_step_of(problem, plan).prior)(found)
    np.testing.assert_allclose(mixture.covariances * problem.units.scale**2, case["sigma"], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
def test_the_log_posterior_never_falls_and_ends_at_a_maximum(each):
    rows = np.loadtxt(REFERENCE / "iris_X.csv", delimiter=",", skiprows=1)[:, :3]
    prior = core.ConjugatePrior(shrinkage=2.0, dof=9.0)
    plan = core.Plan(each, 2, prior=prior, tolerance=1e-13, max_iterations=20_000)
    fit = core.fit(rows, plan, responsibilities=start(150, 2))
    assert fit.outcome is not core.Outcome.FELL
    assert all(after >= before - 1e-9 * abs(before) for before, after in pairwise(fit.trace))
    problem = pose(core.as_source(rows))
    units, m_step = problem.units, m_step_of(problem, plan)
    mode = fit.mixture.affine(-units.centre / units.scale, np.full(3, 1 / units.scale))
    scaled = (rows - units.centre) / units.scale

    def log_posterior(mixture):
        return mixture.log_density(scaled).sum() + m_step.prior.log_density(mixture)

    best, rng = log_posterior(mode), np.random.default_rng(0)
    for _ in range(20):  # within the family: means anywhere, covariances by a common factor
        means = mode.means + rng.normal(0, 1e-3, mode.means.shape)
        covariances = mode.covariances * np.exp(rng.normal(0, 1e-3))
        assert log_posterior(core.Mixture(mode.weights, means, covariances)) <= best + 1e-8


def test_the_log_prior_is_that_of_normal_inverse_wishart_distributions():
    rows = np.random.default_rng(0).normal(size=(50, 2))
    prior = core.ConjugatePrior(shrinkage=0.5, mean=(1.0, -1.0), dof=6.0, scale=((2.0, 0.5), (0.5, 1.0)))
    units = pose(core.as_source(rows)).units
    learned = prior.learned(units, 50, core.family("VVV"), 2)
    rng, differences = np.random.default_rng(1), []
    for _ in range(5):
        factors = rng.normal(size=(2, 2, 2)) + 2 * np.eye(2)
        mixture = core.Mixture(np.array([0.5, 0.5]), rng.normal(size=(2, 2)), factors @ factors.transpose(0, 2, 1))
        expected = 0.0
        for mean, covariance in zip(mixture.means, mixture.covariances, strict=True):
            expected += invwishart(6.0, np.array(prior.scale)).logpdf(covariance)
            expected += multivariate_normal(prior.mean, covariance / 0.5).logpdf(mean)
        scaled = mixture.affine(-units.centre / units.scale, np.full(2, 1 / units.scale))
        differences.append(expected - learned.log_density(scaled))
    np.testing.assert_allclose(differences, differences[0], rtol=1e-10)


@settings(max_examples=40)
@given(rows=clustered_rows(least=30), seed=st.integers(0, 99), family=st.sampled_from(FAMILIES))
def test_rows_by_the_million_outweigh_the_prior(rows, seed, family):
    n = len(rows)
    shares = np.random.default_rng(seed).dirichlet(np.full(2, 3.0), n)
    found = core.moments(rows, shares, np.full(n, 1e9))
    problem = pose(core.as_source(rows))
    plan = core.Plan(family, 2, prior=WEAK)
    got = MStep(family, prior=m_step_of(problem, plan).prior)(found)
    expected = core.m_step(family, found)
    np.testing.assert_allclose(got.weights, expected.weights, rtol=1e-12)
    np.testing.assert_allclose(got.means, expected.means, atol=1e-6 * np.abs(rows).max())
    np.testing.assert_allclose(got.covariances, expected.covariances, atol=1e-5 * expected.covariances.max())


def test_it_keeps_repeated_rows_from_becoming_a_spike():
    rng = np.random.default_rng(3)
    rows = np.concatenate([rng.normal(size=(80, 2)), np.tile([[4.0, 4.0]], (12, 1))])
    shares = np.eye(2)[(np.arange(92) >= 80).astype(int)]
    with pytest.raises(core.FitError):
        core.fit(rows, core.Plan(components=2), responsibilities=shares)
    held = core.fit(rows, core.Plan(components=2, prior=WEAK), responsibilities=shares)
    assert held.admissible
    assert held.outcome is core.Outcome.CONVERGED
    assert held.mixture.weights[1] == pytest.approx(12 / 92, abs=0.02)


def test_a_sweep_and_a_noise_component_take_a_prior():
    rows = np.loadtxt(REFERENCE / "faithful_noise_X.csv", delimiter=",", skiprows=1)
    board = core.sweep(rows, core.Search(("VVV", "EEI"), (1, 2, 3), noise=True, prior=WEAK))
    best = board.best()
    assert best.plan.prior == WEAK
    assert best.mixture.weights.sum() + best.mixture.noise_weight == pytest.approx(1)
    assert board.cell("VVV", 1).fit.log_likelihood == pytest.approx(
        core.fit(rows, core.Plan("VVV", 1, noise=True, prior=WEAK)).log_likelihood, rel=1e-6
    )


@pytest.mark.parametrize(
    ("prior", "sentence"),
    [
        ({"shrinkage": -1.0}, "shrinkage is 0 or more"),
        ({"dof": 0.0}, "degrees of freedom are positive"),
        ({"mean": (1.0,)}, "not one of 2 columns"),
        ({"scale": ((1.0, 2.0), (2.0, 1.0))}, "no negative variance"),
    ],
)
def test_a_prior_that_is_none_is_refused(prior, sentence):
    with pytest.raises(core.ChoiceError, match=sentence):
        core.fit(np.random.default_rng(0).normal(size=(30, 2)), core.Plan(prior=core.ConjugatePrior(**prior)))
