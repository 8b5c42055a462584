"""Tests of fitting with blanks."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import naive
from oracles.loops import accelerated, plain
from scipy.stats import multivariate_normal

import core
from core.data.patterns import Patterns
from core.data.rows import Rows
from core.data.source import ArraySource
from core.errors import DegenerateError
from core.mixture import compiled, density
from core.mixture.em import e_step as steps
from core.mixture.em.m_step import m_step
from core.mixture.family import FAMILIES, family
from core.mixture.model import Mixture, Noise
from core.mixture.moments import moments
from core.mixture.starts.first_moments import of_shares


def e_step(mixture, rows, weights=None, diagonal=False):
    return steps.e_step(mixture, Rows.of(rows, weights), diagonal)


def first_moments(rows, shares, weights=None):
    ordered = Rows.of(rows, weights)
    return of_shares(ordered, ordered.arranged(shares))


def in_numpy(mixture, rows, weights=None):
    return steps.in_numpy(mixture, Rows.of(rows, weights))


def some_mixture(rng, components=3, features=4, noise=False):
    roots = rng.normal(size=(components, features, features))
    covariances = roots @ roots.transpose(0, 2, 1) + 0.3 * np.eye(features)
    weights = rng.dirichlet(np.full(components, 5.0))
    mixture = Mixture(weights, 3 * rng.normal(size=(components, features)), covariances)
    if noise:
        mixture = replace(
            mixture, weights=weights * 0.9, noise=Noise(0.1, 8.0, tuple(np.full(features, 8.0 / features)))
        )
    return mixture


def blanked(rng, rows, share):
    rows = rows.copy()
    rows[rng.random(rows.shape) < share] = np.nan
    return rows


def assert_same(got, expected, rtol=1e-10):
    for name in ("weight", "mean", "scatter", "log_likelihood", "rows", "noise_weight", "entropy", "log_largest"):
        scale = np.abs(getattr(expected, name)).max() + 1e-300
        np.testing.assert_allclose(getattr(got, name), getattr(expected, name), rtol=0, atol=rtol * scale, err_msg=name)


@pytest.mark.parametrize("noise", [False, True])
def test_the_moments_are_those_of_a_row_by_row_twin(noise):
    rng = np.random.default_rng(1)
    mixture = some_mixture(rng, noise=noise)
    rows, weights = blanked(rng, mixture.sample(60, rng), 0.4), rng.random(60)
    expected = naive.e_step_with_blanks(mixture, rows, weights)
    assert_same(in_numpy(mixture, rows, weights), expected)


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.95])
@pytest.mark.parametrize("features", [1, 2, 5, 9])
def test_the_fast_pass_equals_the_textbook(noise, share, features):
    rng = np.random.default_rng(features)
    mixture = some_mixture(rng, features=features, noise=noise)
    rows, weights = blanked(rng, mixture.sample(400, rng), share), rng.random(400)
    assert_same(e_step(mixture, rows, weights), in_numpy(mixture, rows, weights))
    assert_same(e_step(mixture, rows), in_numpy(mixture, rows))
    flat = replace(mixture, covariances=mixture.covariances * np.eye(features))
    expected = in_numpy(flat, rows, weights)
    expected = replace(expected, scatter=expected.scatter * np.eye(features))
    assert_same(e_step(flat, rows, weights, diagonal=True), expected)


def test_the_fast_pass_in_small_batches_gives_the_same_moments(monkeypatch):
    rng = np.random.default_rng(2)
    mixture = some_mixture(rng)
    rows = blanked(rng, mixture.sample(300, rng), 0.4)
    whole = e_step(mixture, rows)
    monkeypatch.setattr(steps, "BATCH_CELLS", 1)
    assert_same(e_step(mixture, rows), whole, 1e-12)


@pytest.mark.parametrize("diagonal", [False, True])
def test_without_a_compiler_the_pass_gives_the_same_moments(monkeypatch, diagonal):
    rng = np.random.default_rng(3)
    mixture = some_mixture(rng)
    mixture = replace(mixture, covariances=mixture.covariances * np.eye(4))
    rows = blanked(rng, mixture.sample(100, rng), 0.3)
    fast = e_step(mixture, rows, diagonal=diagonal)
    monkeypatch.setattr(compiled, "load", lambda name: None)
    assert_same(e_step(mixture, rows, diagonal=diagonal), fast)


def test_complete_rows_among_others_have_the_moments_that_they_have_alone():
    rng = np.random.default_rng(4)
    mixture = some_mixture(rng)
    rows, others = mixture.sample(200, rng), blanked(rng, mixture.sample(50, rng), 0.9)
    others[:, 0] = np.nan
    together, apart = e_step(mixture, np.concatenate([rows, others])), e_step(mixture, rows) + e_step(mixture, others)
    assert_same(together, apart)
    assert_same(in_numpy(mixture, rows), e_step(mixture, rows))


def test_an_offset_costs_no_digits():
    rng = np.random.default_rng(5)
    mixture = some_mixture(rng)
    rows = np.round(blanked(rng, mixture.sample(200, rng), 0.3) * 2**10) / 2**10
    mixture = replace(mixture, means=np.round(mixture.means * 2**10) / 2**10)
    near = e_step(mixture, rows)
    far = e_step(replace(mixture, means=mixture.means + 2.0**20), rows + 2.0**20)
    assert_same(replace(far, mean=far.mean - 2.0**20), near, 1e-8)


def test_patterns_hold_every_row_once_with_what_it_has():
    rng = np.random.default_rng(6)
    rows = blanked(rng, rng.normal(size=(200, 11)), 0.2)
    patterns = Patterns.of(rows)
    found = np.concatenate([np.arange(200)[chosen] for chosen, _ in patterns])
    assert sorted(found) == list(range(200))
    for chosen, observed in patterns:
        assert (~np.isnan(rows[chosen]) == observed).all()
    assert len(np.unique(patterns.observed, axis=0)) == len(patterns.observed)
    assert Patterns.of(rows[patterns.order]).order is None


cases = st.tuples(
    st.integers(0, 2**32 - 1),
    st.sampled_from(FAMILIES),
    st.integers(1, 4),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=1_000, deadline=None)
@given(cases)
def test_the_log_likelihood_never_falls(case):
    seed, chosen, components, features, noise, accelerates = case
    rng = np.random.default_rng(seed)
    rows = blanked(rng, some_mixture(rng, 3, features).sample(40, rng), rng.uniform(0.02, 0.6))
    rows[0] = rng.normal(size=features)
    shares = rng.dirichlet(np.ones(components), size=len(rows))
    weights = rng.uniform(0.2, 2.0, size=len(rows)) if seed % 2 else None
    try:
        start = m_step(chosen, first_moments(rows, shares, weights))
        if noise:
            start = replace(start, weights=start.weights * 0.9, noise=Noise(0.1, 4.0 * features, (4.0,) * features))

        def step(mixture, block):
            return steps.e_step(mixture, block, chosen.is_diagonal)

        method = accelerated if accelerates else plain
        floor = np.full(features, 1e-10)
        before = -np.inf
        for _, found in islice(method(chosen, start, ArraySource(rows, weights), step, floor), 15):
            assert found.log_likelihood >= before - 1e-11 * (1 + abs(before))
            before = found.log_likelihood
    except DegenerateError:
        pass  # a component that collapses ends its run


@pytest.mark.parametrize("chosen", FAMILIES, ids=lambda each: each.name)
def test_a_fit_is_at_an_optimum_of_the_observed_likelihood(chosen):
    rng = np.random.default_rng(7)
    rows = blanked(rng, some_mixture(rng, 2, 3).sample(300, rng), 0.2)
    fit = core.fit(rows, core.Plan(chosen, 2, tolerance=1e-13))
    assert fit.log_likelihood == pytest.approx(fit.mixture.log_density(rows).sum(), rel=1e-12)
    after = m_step(chosen, in_numpy(fit.mixture, rows), fit.mixture)
    np.testing.assert_allclose(after.means, fit.mixture.means, atol=1e-3)
    assert after.log_density(rows).sum() == pytest.approx(fit.log_likelihood, abs=1e-6)


def test_a_fit_of_one_component_is_the_optimum_that_a_general_optimiser_finds():
    from scipy.optimize import minimize

    rng = np.random.default_rng(8)
    rows = blanked(rng, rng.normal(size=(60, 2)) @ [[1.0, 0.8], [0.0, 0.5]], 0.25)
    rows = rows[~np.isnan(rows).all(axis=1)]

    def loss(theta):
        root = np.array([[np.exp(theta[2]), 0.0], [theta[3], np.exp(theta[4])]])
        return -Mixture(np.ones(1), theta[None, :2], (root @ root.T)[None]).log_density(rows).sum()

    best = minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-6})
    fit = core.fit(rows, core.Plan(family("VVV"), 1))
    assert fit.log_likelihood == pytest.approx(-best.fun, abs=1e-6)
    np.testing.assert_allclose(fit.mixture.means[0], best.x[:2], atol=1e-4)


def test_rows_blank_in_all_columns_change_nothing_and_are_counted():
    rng = np.random.default_rng(9)
    rows = blanked(rng, some_mixture(rng, 2, 3).sample(200, rng), 0.2)
    rows = rows[~np.isnan(rows).all(axis=1)]
    plan = core.Plan(family("VVI"), 2)
    alone = core.fit(rows, plan)
    among = core.fit(np.insert(rows, [0, 50, 50], np.nan, axis=0), plan)
    assert (alone.set_aside, among.set_aside) == (0, 3)
    assert among.log_likelihood == pytest.approx(alone.log_likelihood, rel=1e-12)
    assert among.n_rows == alone.n_rows == len(rows)
    assert among.mixture.log_density(np.full((1, 3), np.nan)) == pytest.approx([0.0])
    np.testing.assert_allclose(among.mixture.responsibilities(np.full((1, 3), np.nan))[0], among.mixture.weights)


def test_a_weight_of_two_is_a_row_twice():
    rng = np.random.default_rng(10)
    rows = blanked(rng, some_mixture(rng, 2, 3).sample(150, rng), 0.2)
    twice = rng.random(150) < 0.4
    plan, shares = core.Plan(family("VEV"), 2, frequency=True), rng.dirichlet(np.ones(2), size=150)
    one = core.fit(rows, plan, weights=np.where(twice, 2.0, 1.0), responsibilities=shares)
    other = core.fit(
        np.concatenate([rows, rows[twice]]), plan, responsibilities=np.concatenate([shares, shares[twice]])
    )
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-9)
    assert one.n_rows == other.n_rows


def test_rows_from_a_source_give_the_same_fit_whatever_their_order():
    rng = np.random.default_rng(11)
    rows, shares = blanked(rng, some_mixture(rng, 2, 3).sample(150, rng), 0.2), rng.dirichlet(np.ones(2), size=150)
    turned = rng.permutation(150)
    plan = core.Plan(family("VVV"), 2)
    one = core.fit(rows, plan, responsibilities=shares)
    other = core.fit(rows[turned], plan, responsibilities=shares[turned])
    np.testing.assert_allclose(one.mixture.means, other.mixture.means, rtol=1e-6, atol=1e-8)


def test_the_first_step_takes_means_and_variances_of_observed_cells():
    rng = np.random.default_rng(12)
    rows, shares, weights = blanked(rng, rng.normal(size=(80, 3)), 0.3), rng.dirichlet(np.ones(2), 80), rng.random(80)
    found = first_moments(rows, shares, weights)
    for k in range(2):
        for j in range(3):
            seen = ~np.isnan(rows[:, j])
            alone = moments(rows[seen, j][:, None], shares[seen, k][:, None], weights[seen])
            assert found.mean[k, j] == pytest.approx(alone.mean[0, 0])
            expected = alone.scatter[0, 0, 0] / alone.weight[0]
            assert found.scatter[k, j, j] / found.weight[k] == pytest.approx(expected)
    assert (found.scatter * (1 - np.eye(3)) == 0).all()


@pytest.mark.parametrize("noise", [False, True])
def test_the_density_of_a_row_with_blanks_is_its_marginal(noise):
    rng = np.random.default_rng(13)
    mixture = some_mixture(rng, noise=noise)
    row = mixture.sample(1, rng)
    row[0, [1, 3]] = np.nan
    parts = [
        w * multivariate_normal(m[[0, 2]], c[np.ix_([0, 2], [0, 2])]).pdf(row[0, [0, 2]])
        for w, m, c in zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
    ]
    parts += [0.1 * np.exp(-4.0)] * noise
    for log_density in (mixture.log_density(row), density.log_density(mixture, row)):
        assert log_density == pytest.approx([np.log(sum(parts))])
    for shares in (mixture.responsibilities(row), density.responsibilities(mixture, row)):
        np.testing.assert_allclose(shares[0], np.array(parts) / sum(parts), rtol=1e-10)


def test_filled_values_are_expectations_with_their_spread():
    rng = np.random.default_rng(14)
    mixture = some_mixture(rng, 2, 3)
    row = mixture.sample(1, rng)
    row[0, 1] = np.nan
    grid = np.linspace(-40, 40, 80_001)
    dense = np.exp(
        mixture.log_density(np.column_stack([np.full_like(grid, row[0, 0]), grid, np.full_like(grid, row[0, 2])]))
    )
    mean = (grid * dense).sum() / dense.sum()
    got = core.fill(mixture, row)
    assert got.values[0, 1] == pytest.approx(mean, rel=1e-8)
    assert got.deviations[0, 1] == pytest.approx(np.sqrt(((grid - mean) ** 2 * dense).sum() / dense.sum()), rel=1e-8)
    assert (got.values[0, [0, 2]] == row[0, [0, 2]]).all()
    assert (got.deviations[0, [0, 2]] == 0).all()


def test_a_column_of_blanks_is_refused():
    with pytest.raises(core.FitError, match="Column 2 has no number"):
        core.fit(np.array([[1.0, np.nan], [2.0, np.nan], [4.0, np.nan]]))


def test_infinite_cells_are_refused():
    with pytest.raises(core.DataError, match="infinite"):
        core.fit(np.array([[1.0, np.nan], [np.inf, 3.0], [4.0, 5.0]]))


def test_noise_is_fitted_beside_blanks():
    rng = np.random.default_rng(15)
    rows = np.concatenate([rng.normal(size=(300, 2)), rng.uniform(-20, 20, size=(60, 2))])
    rows = blanked(rng, rows, 0.1)
    fit = core.fit(rows, core.Plan(family("VVV"), 1, noise=True))
    assert fit.mixture.noise_weight == pytest.approx(60 / 360, abs=0.05)
    assert fit.log_likelihood == pytest.approx(fit.mixture.log_density(rows).sum(), rel=1e-12)


def test_scores_of_another_scale_follow_the_units():
    rng = np.random.default_rng(16)
    rows, shares = blanked(rng, some_mixture(rng, 2, 3).sample(200, rng), 0.2), rng.dirichlet(np.ones(2), 200)
    plan = core.Plan(family("VVV"), 2, noise=True)
    one, other = (core.fit(each, plan, responsibilities=shares) for each in (rows, 1024.0 * rows))
    cells = int((~np.isnan(rows)).sum())
    assert other.log_likelihood == pytest.approx(one.log_likelihood - cells * np.log(1024.0), rel=1e-9)
