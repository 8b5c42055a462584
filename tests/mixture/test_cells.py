"""Cells: chances of boxes agree with what others compute, and draws lie in them as the mixture has them there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

import core
from core.mixture.cells import Cells, drawn, log_chances

NO_CODES = np.empty((3, 0))


def two_components(d):
    """A mixture whose columns go together."""
    rng = np.random.default_rng(d)
    factors = rng.normal(size=(2, d, d))
    covariances = factors @ factors.transpose(0, 2, 1) + 0.3 * np.eye(d)
    return core.Mixture([0.3, 0.7], rng.normal(size=(2, d)), covariances)


def boxes(d, rows=3):
    rng = np.random.default_rng(10 + d)
    lower = rng.normal(-1.0, 1.0, (rows, d))
    return lower, lower + rng.uniform(0.5, 3.0, (rows, d))


@pytest.mark.parametrize("d", [1, 2, 4])
def test_the_chance_of_a_box_is_that_of_the_integral_over_it(d):
    mixture, (lower, upper) = two_components(d), boxes(d)
    lower[0, 0], upper[1, -1] = -np.inf, np.inf
    found = log_chances(mixture, Cells(lower, upper, NO_CODES), points=4_096)
    for row in range(3):
        parts = [
            weight * multivariate_normal(mean, covariance).cdf(upper[row], lower_limit=lower[row])
            for weight, mean, covariance in zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
        ]
        assert found[row] == pytest.approx(np.log(sum(parts)), abs=1e-9 if d == 1 else 2e-3)


def test_what_is_known_exactly_counts_by_its_density_and_what_is_not_known_does_not_count():
    mixture = two_components(3)
    rows = np.random.default_rng(0).normal(size=(50, 3))
    exact = log_chances(mixture, Cells(rows, rows, np.empty((50, 0))))
    assert exact == pytest.approx(mixture.log_density(rows), rel=1e-12)
    blank = np.where(np.random.default_rng(1).random(rows.shape) < 0.3, np.nan, rows)  # other columns in each row
    lower, upper = (np.where(np.isnan(blank), bound, blank) for bound in (-np.inf, np.inf))
    assert log_chances(mixture, Cells(lower, upper, np.empty((50, 0)))) == pytest.approx(
        mixture.log_density(blank), rel=1e-12
    )


def test_a_known_column_tells_of_a_box_whatever_their_order():
    mixture = core.Mixture([1.0], [[0.0, 1.0]], [[[1.0, 0.6], [0.6, 2.0]]])
    known, low, high = 0.7, 0.2, 1.9
    centre, spread = 0.6 * (known - 1.0) / 2.0, np.sqrt(1.0 - 0.6**2 / 2.0)
    wanted = norm(1.0, np.sqrt(2.0)).logpdf(known) + np.log(
        norm.cdf((high - centre) / spread) - norm.cdf((low - centre) / spread)
    )
    cells = Cells(np.array([[low, known]]), np.array([[high, known]]), np.empty((1, 0)))
    assert log_chances(mixture, cells) == pytest.approx(wanted, rel=1e-12)


def test_categories_count_by_their_chances_and_blank_ones_do_not():
    chances = np.array([[0.9, 0.1], [0.2, 0.8]])
    mixture = core.Mixture([0.5, 0.5], [[0.0], [3.0]], [[[1.0]], [[1.0]]], None, (chances,))
    rows = np.array([[0.4, 0.0], [2.0, 1.0], [1.0, np.nan]])
    cells = Cells(rows[:, :1], rows[:, :1], rows[:, 1:])
    assert log_chances(mixture, cells) == pytest.approx(mixture.log_density(rows), rel=1e-12)


def test_the_tails_have_digits():
    mixture = core.Mixture([1.0], [[0.0]], [[[1.0]]])
    cells = Cells(np.array([[9.0], [-9.5]]), np.array([[9.5], [-9.0]]), np.empty((2, 0)))
    assert log_chances(mixture, cells) == pytest.approx(np.log(norm.sf(9.0) - norm.sf(9.5)), rel=1e-10)


def test_draws_lie_between_their_bounds_as_the_mixture_has_them_there():
    mixture = core.Mixture([0.4, 0.6], [[-1.0, 0.0], [2.0, 1.0]], [[[1.0, 0.8], [0.8, 1.0]]] * 2)
    n = 40_000
    lower, upper = np.tile([-0.5, -np.inf], (n, 1)), np.tile([1.5, 0.5], (n, 1))
    found = drawn(mixture, Cells(lower, upper, np.empty((n, 0))), np.random.default_rng(0))
    assert (found >= lower).all()
    assert (found <= upper).all()
    others = mixture.sample(2_000_000, np.random.default_rng(1))
    others = others[((others >= lower[0]) & (others <= upper[0])).all(axis=1)]
    assert found.mean(axis=0) == pytest.approx(others.mean(axis=0), abs=0.03)
    assert np.cov(found.T) == pytest.approx(np.cov(others.T), abs=0.03)


def test_rows_beyond_all_reach_are_not_drawn():
    mixture = core.Mixture([1.0], [[0.0]], [[[1.0]]])
    cells = Cells(np.array([[0.0], [60.0]]), np.array([[1.0], [61.0]]), np.empty((2, 0)))
    assert np.isnan(drawn(mixture, cells, np.random.default_rng(0))).ravel().tolist() == [False, True]


def test_many_columns_that_go_together_cost_little_of_the_likelihood():
    d, r, rows = 10, 0.8, 1_000
    covariance = np.full((d, d), r) + (1 - r) * np.eye(d)
    values = np.random.default_rng(0).multivariate_normal(np.zeros(d), covariance, rows)
    edges = np.array([-np.inf, -1.5, -0.5, 0.5, 1.5, np.inf])
    at = np.searchsorted(edges, values) - 1
    lower, upper = edges[at], edges[at + 1]
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    trait = np.sqrt(r) * nodes[:, None]
    given_trait = [
        norm.cdf((high - trait) / np.sqrt(1 - r)) - norm.cdf((low - trait) / np.sqrt(1 - r))
        for low, high in zip(lower, upper, strict=True)
    ]
    exact = np.log(np.prod(given_trait, axis=2) @ weights / weights.sum()).sum()
    mixture = core.Mixture([1.0], np.zeros((1, d)), covariance[None])
    found = log_chances(mixture, Cells(lower, upper, np.empty((rows, 0)))).sum()
    assert found == pytest.approx(exact, abs=5.0)
