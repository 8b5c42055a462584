"""The Bayesian mixture: its bound, its peer's numbers, exact evidence, and what it recovers."""

from dataclasses import replace
from inspect import signature
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.loops import fast, over, textbook
from scipy.special import betaln, gammaln
from scipy.stats import multivariate_t
from sklearn.mixture import BayesianGaussianMixture
from strategies import clustered_rows

import core
from core.data.rows import Rows
from core.mixture.bayes.posterior import DirichletPosterior, NormalWishart, SticksPosterior
from core.mixture.bayes.variational import Update, expecting
from core.mixture.em.passes import passes
from core.mixture.moments import Moments, moments
from core.mixture.starts.first_moments import of_shares

REFERENCE = Path(__file__).parents[1] / "reference"
PRIORS = {"dirichlet_process": core.DirichletProcess(), "dirichlet_distribution": core.Dirichlet()}
TIGHT = core.BayesPlan(components=4, tolerance=1e-14, max_iterations=3_000)


def matrix(name):
    return np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)


def start(n, components, seed=0):
    shares = np.random.default_rng(seed).dirichlet(np.ones(components), n)
    return shares[:, np.argsort(-shares.sum(axis=0))]


def three_clumps(n=900):
    rng = np.random.default_rng(4)
    which = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    centres = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
    return centres[which] + rng.normal(size=(n, 2)) * [1.0, 0.7], centres


def array_library(function):
    """What newer versions of the peer are told besides."""
    return {"xp": np} if "xp" in signature(function).parameters else {}


def peer(rows, kind, components):
    """scikit-learn's variational EM from the same responsibilities to a fixed point."""
    model = BayesianGaussianMixture(n_components=components, weight_concentration_prior_type=kind, reg_covar=0.0)
    model._check_parameters(rows, **array_library(model._check_parameters))
    model._initialize(rows, start(len(rows), components))
    bounds = []
    for _ in range(3_000):
        log_norm, log_shares = model._e_step(rows)
        model._m_step(rows, log_shares)
        bounds.append(float(model._compute_lower_bound(log_shares, log_norm)))
    model._set_parameters(model._get_parameters(), **array_library(model._set_parameters))
    return model, bounds


def left_out_by_the_peer(model, n, d):
    """What the evidence bound has beside scikit-learn's: the priors' normalisers and n d / 2 log 2 pi."""
    K, dof = model.n_components, model.degrees_of_freedom_prior_
    log_det = np.linalg.slogdet(model.covariance_prior_)[1]
    wishart = -dof / 2 * log_det + dof * d / 2 * np.log(2) + gammaln((dof - np.arange(d)) / 2).sum()
    alpha = model.weight_concentration_prior_
    weights = K * gammaln(alpha) - gammaln(K * alpha)
    if model.weight_concentration_prior_type == "dirichlet_process":
        weights = K * betaln(1, alpha)
    return -n * d / 2 * np.log(2 * np.pi) - K * (wishart - d / 2 * np.log(model.mean_precision_prior_)) - weights


@pytest.mark.parametrize("name", ["faithful", "iris"])
@pytest.mark.parametrize("kind", PRIORS)
def test_it_is_scikit_learns_given_the_same_priors_and_start(name, kind):
    rows = matrix(name)
    theirs, bounds = peer(rows, kind, 4)
    ours = core.bayes(rows, replace(TIGHT, weights=PRIORS[kind]), responsibilities=start(len(rows), 4))
    np.testing.assert_allclose(ours.weights, theirs.weights_, atol=1e-6)
    np.testing.assert_allclose(ours.mixture.means, theirs.means_, atol=1e-6 * np.ptp(rows))
    np.testing.assert_allclose(ours.mixture.covariances, theirs.covariances_, rtol=1e-5, atol=1e-6)
    assert ours.elbo[-1] == pytest.approx(bounds[-1] + left_out_by_the_peer(theirs, *rows.shape), abs=1e-6)


@settings(max_examples=60)
@given(
    rows=clustered_rows(least=12),
    components=st.integers(1, 6),
    kind=st.sampled_from(list(PRIORS)),
    concentration=st.sampled_from([None, 1e-3, 1.0, 50.0]),
    seed=st.integers(0, 2**16),
)
def test_the_bound_never_falls(rows, components, kind, concentration, seed):
    weights = replace(PRIORS[kind], concentration=concentration)
    plan = core.BayesPlan(components, weights, max_iterations=60, seed=seed)
    found = core.bayes(rows, plan)
    bound = found.elbo
    assert found.outcome is not core.Outcome.FELL
    assert all(after >= before - 1e-9 * (1 + abs(before)) for before, after in pairwise(bound))


def with_blanks(rows, share, seed):
    return np.where(np.random.default_rng(seed).random(rows.shape) < share, np.nan, rows)


@settings(max_examples=30)
@given(
    rows=clustered_rows(least=30),
    kind=st.sampled_from(list(PRIORS)),
    share=st.sampled_from([0.02, 0.2, 0.5]),
    seed=st.integers(0, 2**16),
)
def test_the_bound_never_falls_where_cells_are_blank(rows, kind, share, seed):
    plan = core.BayesPlan(4, PRIORS[kind], max_iterations=60, seed=seed)
    found = core.bayes(with_blanks(rows, share, seed), plan)
    bound = found.elbo
    assert found.outcome is not core.Outcome.FELL
    assert all(after >= before - 1e-9 * (1 + abs(before)) for before, after in pairwise(bound))


def bounds_of(weights, prior, first, source, step=fast):
    """The evidence bound at each pass, from the update by some moments."""
    update = Update(weights, prior)
    for posterior, found in passes(expecting(over(source, step)), update, update(first)):
        yield update.value(posterior, found)


def test_with_blanks_the_bound_is_that_of_the_textbooks_e_step_and_units_only_count_cells():
    rows = with_blanks(matrix("iris"), 0.2, 1)
    prior = NormalWishart(np.zeros((1, 4)), np.ones(1), np.array([5.0]), 30 * np.eye(4)[None])
    ordered = Rows.of(rows)
    first = of_shares(ordered, ordered.arranged(start(150, 3)))
    steps = fast, textbook
    quick, slow = (list(islice(bounds_of(core.Dirichlet(), prior, first, core.as_source(rows), s), 5)) for s in steps)
    np.testing.assert_allclose(quick, slow, rtol=1e-10)
    near, far = core.bayes(rows, TIGHT), core.bayes(rows * 10 + 5, TIGHT)
    assert far.elbo[-1] == pytest.approx(near.elbo[-1] - (~np.isnan(rows)).sum() * np.log(10), abs=1e-3)


def test_clumps_are_found_with_a_tenth_of_the_cells_blank():
    rows, centres = three_clumps()
    found = core.effective_components(with_blanks(rows, 0.1, 0), core.BayesPlan(8), seeds=range(5)).best
    assert found.effective_components == 3
    np.testing.assert_allclose(found.mixture.means[:3], centres, atol=0.3)


@pytest.mark.parametrize("weights", PRIORS.values(), ids=PRIORS)
def test_with_one_component_the_bound_is_the_exact_evidence(weights):
    """A chain of Student t predictions (Murphy 2007, eq. 232), which needs no variational argument."""
    rows = matrix("faithful")[:40]
    prior = core.ComponentPrior(mean=(3.0, 70.0), strength=0.5, dof=4.0, scatter=((2.0, 1.0), (1.0, 300.0)))
    mean, strength, dof, scatter = np.array(prior.mean), prior.strength, prior.dof, np.array(prior.scatter)
    evidence = 0.0
    for row in rows:
        spread = scatter * (strength + 1) / (strength * (dof - 1))
        evidence += multivariate_t(mean, spread, dof - 1).logpdf(row)
        step = row - mean
        scatter = scatter + np.outer(step, step) * strength / (strength + 1)
        mean, strength, dof = mean + step / (strength + 1), strength + 1, dof + 1
    found = core.bayes(rows, core.BayesPlan(1, weights, prior))
    # A stick is broken for the one component too: every row takes what the first break gives, Beta(1, 1).
    breaks = betaln(1 + 40, 1) - betaln(1, 1) if isinstance(weights, core.DirichletProcess) else 0.0
    assert found.elbo[-1] == pytest.approx(evidence + breaks, rel=1e-10)
    np.testing.assert_allclose(found.mixture.means[0], mean, rtol=1e-10)
    np.testing.assert_allclose(found.mixture.covariances[0], scatter / dof, rtol=1e-10)


def test_adjusted_weights_that_underflow_leave_their_component_empty():
    rows = three_clumps()[0]
    found = core.bayes(rows, core.BayesPlan(8, core.Dirichlet(1e-4), core.ComponentPrior(strength=1e-4)))
    assert found.effective_components == 3
    assert np.isfinite(found.elbo).all()
    np.testing.assert_allclose(found.counts[3:], 0, atol=1e-12)


@pytest.mark.parametrize("weights", PRIORS.values(), ids=PRIORS)
def test_three_clumps_are_found_with_eight_components_to_spend(weights):
    rows, centres = three_clumps()
    found = core.effective_components(rows, core.BayesPlan(8, weights), seeds=range(5))
    assert found.best.effective_components == 3
    means = found.best.mixture.means[:3]
    np.testing.assert_allclose(means, centres, atol=0.2)
    np.testing.assert_allclose(found.best.weights[:3], [0.5, 0.3, 0.2], atol=0.05)
    assert found.best.outcome is core.Outcome.CONVERGED


def test_one_clump_needs_one_component():
    rows = np.random.default_rng(0).normal(size=(400, 2))
    assert core.effective_components(rows, seeds=range(3)).best.effective_components == 1


@given(shift=st.floats(-1e6, 1e6), scale=st.sampled_from([1e-6, 0.5, 1e5]))
@settings(max_examples=15)
def test_the_units_of_the_data_change_nothing_but_the_bounds_constant(shift, scale):
    rows = matrix("faithful")
    near, far = core.bayes(rows, TIGHT), core.bayes(rows * scale + shift * scale, TIGHT)
    np.testing.assert_allclose(far.counts, near.counts, atol=1e-3)
    assert far.elbo[-1] == pytest.approx(near.elbo[-1] - rows.size * np.log(scale), abs=1e-3)


def test_a_row_of_weight_two_counts_as_two_rows():
    rows, twice = matrix("faithful"), np.arange(272) < 100
    prior = NormalWishart(rows.mean(axis=0)[None], np.ones(1), np.array([3.0]), np.cov(rows.T)[None])
    weighted = core.as_source(rows, np.where(twice, 2.0, 1.0))
    repeated = core.as_source(np.concatenate([rows, rows[twice]]))
    first = moments(rows, start(272, 3))
    bounds = [
        list(islice(bounds_of(core.DirichletProcess(), prior, first, source), 30)) for source in (weighted, repeated)
    ]
    np.testing.assert_allclose(bounds[0], bounds[1], rtol=1e-11)


def test_divergences_from_oneself_are_zero_and_from_others_positive():
    one = NormalWishart(np.zeros((1, 2)), np.ones(1), np.array([3.0]), np.eye(2)[None])
    assert one.divergence(one) == pytest.approx(0, abs=1e-12)
    after = one.updated(Moments(np.array([5.0]), np.ones((1, 2)), np.eye(2)[None]))
    assert after.divergence(one) > 0
    for weights in PRIORS.values():
        nothing, some = weights.updated(np.zeros(3)), weights.updated(np.array([3.0, 2.0, 0.0]))
        assert nothing.divergence == pytest.approx(0, abs=1e-12)
        assert some.divergence > 0
        assert isinstance(some, DirichletPosterior | SticksPosterior)
        assert some.means.sum() == pytest.approx(1)


def test_a_watch_hears_of_every_pass_and_ends_it():
    heard = []

    def watch(progress):
        heard.append(progress)
        return len(heard) < 4

    found = core.bayes(matrix("iris"), watch=watch)
    assert found.outcome is core.Outcome.CANCELLED
    assert [each.log_likelihood for each in heard][:3] == sorted(each.log_likelihood for each in heard[:3])
    assert len(found.elbo) == len(heard) == 4


def test_the_pass_limit_is_an_outcome():
    found = core.bayes(matrix("iris"), core.BayesPlan(max_iterations=3))
    assert found.outcome is core.Outcome.ITERATION_LIMIT
    assert len(found.elbo) == 4


def test_a_pass_goes_block_by_block():
    rows = matrix("iris")
    prior = NormalWishart(rows.mean(axis=0)[None], np.ones(1), np.array([4.0]), np.cov(rows.T)[None])
    first = moments(rows, start(150, 3))
    whole = bounds_of(core.Dirichlet(), prior, first, core.as_source(rows))
    assert list(islice(whole, 5)) == pytest.approx(
        list(islice(bounds_of(core.Dirichlet(), prior, first, Blocks(rows)), 5)), rel=1e-12
    )


class Blocks:
    """Rows seven at a time."""

    def __init__(self, rows):
        self.rows, (self.n, self.d) = rows, rows.shape

    def blocks(self):
        for at in range(0, self.n, 7):
            yield self.rows[at : at + 7], None

    def sample(self, n, rng):
        return self.rows[np.sort(rng.choice(self.n, min(n, self.n), replace=False))]


@pytest.mark.parametrize(
    ("rows", "plan", "sentence"),
    [
        (np.ones((20, 2)), core.BayesPlan(2), "same value in every row"),
        (np.arange(5.0), core.BayesPlan(6), "6 groups cannot be found in 5 rows"),
        (np.repeat(np.arange(20.0)[:, None], 2, axis=1), core.BayesPlan(2), "exact combinations"),
        (np.eye(4) + np.arange(4), core.BayesPlan(2), "no more rows than columns"),
        (np.arange(9.0), core.BayesPlan(2, prior=core.ComponentPrior(mean=(1, 2))), "not one of 1 columns"),
        (three_clumps()[0], core.BayesPlan(2, prior=core.ComponentPrior(mean=(1,))), "2 columns"),
        (np.arange(9.0), core.BayesPlan(2, prior=core.ComponentPrior(dof=0.0)), "too small"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_a_sentence(rows, plan, sentence):
    with pytest.raises(core.CoreError, match=sentence):
        core.bayes(rows, plan)


@pytest.mark.parametrize(
    "choice",
    [
        lambda: core.BayesPlan(components=0),
        lambda: core.BayesPlan(tolerance=0.0),
        lambda: core.ComponentPrior(strength=0.0),
        lambda: core.Dirichlet(0.0),
        lambda: core.DirichletProcess(np.inf),
    ],
)
def test_choices_that_cannot_be_carried_out_are_refused(choice):
    with pytest.raises(core.ChoiceError):
        choice()


def test_the_result_is_a_mixture_in_the_users_units_that_scores_rows():
    rows = matrix("faithful")
    found = core.bayes(rows)
    assert list(found.counts) == sorted(found.counts, reverse=True)
    assert found.counts.sum() == pytest.approx(272)
    assert found.weights.sum() == pytest.approx(1)
    labels = found.mixture.responsibilities(rows).argmax(axis=1)
    np.testing.assert_array_equal(labels, rows[:, 0] < 3)  # the long eruptions are more, so they come first
