import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from oracles import naive
from strategies import mixtures

from core.errors import DegenerateError
from core.mixture.model import Mixture, Noise

REFERENCE = Path(__file__).parents[1] / "reference"


def rows_of(mixture, n=50, seed=0):
    return mixture.sample(n, np.random.default_rng(seed))


@given(mixtures())
def test_density_and_responsibilities_equal_scipys(mixture):
    rows = rows_of(mixture)
    np.testing.assert_allclose(mixture.log_density(rows), naive.log_density(mixture, rows), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(mixture.responsibilities(rows), naive.responsibilities(mixture, rows), atol=1e-9)


def test_density_and_responsibilities_on_a_grid_equal_mclusts():
    reference = json.loads((REFERENCE / "density_faithful.json").read_text())
    p = reference["parameters"]
    mixture = Mixture(np.array(p["pro"]), np.array(p["mean"]), np.array(p["sigma"]))
    grid = np.array(reference["grid"])
    np.testing.assert_allclose(mixture.log_density(grid), reference["log_density"], rtol=1e-9)
    np.testing.assert_allclose(mixture.responsibilities(grid), reference["z"], atol=1e-9)


def test_the_density_of_far_rows_is_finite():
    mixture = Mixture(np.ones(1), np.zeros((1, 2)), np.eye(2)[None])
    assert np.isfinite(mixture.log_density([[1e100, 0.0]])).all()
    np.testing.assert_allclose(mixture.responsibilities([[1e100, 0.0]]), 1.0)


@given(mixtures())
def test_the_affine_image_has_the_density_of_the_moved_rows(mixture):
    rows, d = rows_of(mixture), mixture.features
    shift, scale = np.linspace(-3, 5, d), np.linspace(0.5, 20, d)
    moved = mixture.affine(shift, scale)
    np.testing.assert_allclose(
        moved.log_density(shift + scale * rows), mixture.log_density(rows) - np.log(scale).sum(), rtol=1e-8, atol=1e-8
    )


@given(mixtures(most_features=3))
def test_the_marginal_of_the_first_column_integrates_the_others_out(mixture):
    marginal = mixture.marginal([0])
    grid = np.linspace(-15, 15, 400)
    expected = sum(
        w * np.exp(-((grid - m[0]) ** 2) / (2 * c[0, 0])) / np.sqrt(2 * np.pi * c[0, 0])
        for w, m, c in zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
    )
    np.testing.assert_allclose(np.exp(marginal.log_density(grid)), expected, rtol=1e-9, atol=1e-300)


@given(mixtures(most_components=3, most_features=2))
def test_samples_have_the_mixtures_mean_and_covariance(mixture):
    rows = rows_of(mixture, 40_000)
    mean = mixture.weights @ mixture.means
    within = np.einsum("k,kij->ij", mixture.weights, mixture.covariances)
    between = np.einsum("k,ki,kj->ij", mixture.weights, mixture.means - mean, mixture.means - mean)
    spread = np.sqrt(np.diagonal(within + between))
    assert (np.abs(rows.mean(axis=0) - mean) < 5 * spread / 200).all()
    np.testing.assert_allclose(np.cov(rows.T).reshape(within.shape), within + between, atol=0.06 * spread.max() ** 2)


def test_samples_repeat_with_their_seed():
    mixture = Mixture(np.array([0.3, 0.7]), np.array([[0.0], [5.0]]), np.ones((2, 1, 1)))
    np.testing.assert_array_equal(rows_of(mixture, seed=3), rows_of(mixture, seed=3))
    assert not np.array_equal(rows_of(mixture, seed=3), rows_of(mixture, seed=4))


def test_noise_adds_a_uniform_density_and_a_last_column():
    noise = Noise(0.25, np.log(8.0))
    mixture = Mixture(np.array([0.75]), np.zeros((1, 1)), np.ones((1, 1, 1)), noise)
    normal = 0.75 * np.exp(-0.5 * 4.0) / np.sqrt(2 * np.pi)
    assert np.exp(mixture.log_density([[2.0]])[0]) == pytest.approx(normal + 0.25 / 8)
    assert mixture.responsibilities([[2.0]])[0, 1] == pytest.approx((0.25 / 8) / (normal + 0.25 / 8))


def test_a_singular_covariance_is_refused_in_words():
    flat = Mixture(np.ones(1), np.zeros((1, 2)), np.ones((1, 2, 2)))
    with pytest.raises(DegenerateError, match="singular"):
        flat.log_density([[0.0, 0.0]])


def test_nobody_can_write_into_a_mixture():
    weights = np.array([1.0])
    mixture = Mixture(weights, np.zeros((1, 1)), np.ones((1, 1, 1)))
    weights[0] = 5.0
    assert mixture.weights[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        mixture.means[0, 0] = 1.0


def test_a_row_is_predicted_to_come_from_its_likeliest_component_and_noise_is_minus_one():
    noisy = Mixture(
        np.array([0.5, 0.4]), np.array([[0.0], [5.0]]), np.ones((2, 1, 1)), Noise(0.1, float(np.log(100.0)))
    )
    assert noisy.predict([[0.1], [4.8], [50.0]]).tolist() == [0, 1, -1]
    assert (
        noisy.predict([[0.1], [4.8], [50.0]]).tolist()[:2]
        == noisy.responsibilities([[0.1], [4.8]]).argmax(axis=1).tolist()
    )


def test_responsibilities_sum_to_one_where_densities_have_few_digits_left():
    sharp = Mixture([0.5, 0.5], [[0.0], [1.0]], [[[1e-22]], [[1e-22]]])
    rows = [[0.1], [0.4999999999], [0.5], [0.9]]
    np.testing.assert_allclose(sharp.responsibilities(rows).sum(axis=1), 1.0, rtol=1e-12)
