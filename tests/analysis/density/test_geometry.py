"""Figures of a mixture's marginals, held to its densities and to raw units."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid
from strategies import mixtures

from core.analysis.density.geometry import (
    Plane,
    density_curves,
    ellipses,
    mixture_regions,
    nearest_center_regions,
    overlap,
    peaks,
    telling_column,
    telling_pair,
)
from core.data.prepare import Preparation, prepare
from core.mixture.model import Mixture


def flat(mixture):
    return Plane((0, mixture.features - 1), mixture.features)


@given(mixtures(), st.sampled_from([0.5, 1.0, 2.0, 3.0]))
def test_an_ellipse_lies_at_its_mahalanobis_distance(mixture, sigma):
    if mixture.features < 2:
        return
    plane = flat(mixture)
    shown = mixture.marginal(plane.columns)
    for each in ellipses(mixture, plane, (sigma,)):
        off = each.points - shown.means[each.component]
        squared = np.einsum("ij,jk,ik->i", off, np.linalg.inv(shown.covariances[each.component]), off)
        np.testing.assert_allclose(np.sqrt(squared), sigma, rtol=1e-8)
        np.testing.assert_array_equal(each.points[0], each.points[-1])


def lognormal_matrix():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.lognormal([3.0, 0.0, 1.0], [0.5, 0.3, 0.2], (400, 3)), columns=["a", "b", "c"])
    return prepare(frame, Preparation(columns=("a", "b", "c"), transforms=(("a", "log"), ("c", "yeo-johnson"))))


def two_groups(d=3):
    covariances = np.stack([np.eye(d) * 0.1, np.eye(d) * 0.2])
    return Mixture(np.array([0.6, 0.4]), np.stack([-np.ones(d), np.ones(d)]), covariances)


def test_an_ellipse_under_a_bent_column_goes_back_to_its_distance():
    matrix, mixture = lognormal_matrix(), two_groups()
    plane = Plane((0, 2), 3, matrix.transform)
    for each in ellipses(mixture, plane):
        raw = np.zeros((len(each.points), 3))
        raw[:, [0, 2]] = each.points
        raw[:, 1] = matrix.raw[0, 1]
        fitted = matrix.transform.forward(raw)[:, [0, 2]]
        off = fitted - mixture.means[each.component][[0, 2]]
        variance = mixture.covariances[each.component][0, 0]
        np.testing.assert_allclose(np.sqrt((off**2).sum(axis=1) / variance), each.sigma, rtol=1e-8)


@given(mixtures())
def test_regions_tile_the_plane_and_say_which_component_is_likeliest(mixture):
    if mixture.features < 2:
        return
    rows, plane = mixture.sample(60, np.random.default_rng(1)), flat(mixture)
    found = mixture_regions(mixture, plane, rows, cells=25)
    area = ((found.right - found.left) * (found.top - found.bottom)).sum()
    spread = np.ptp(rows[:, list(plane.columns)], axis=0) * 1.08
    np.testing.assert_allclose(area, spread.prod(), rtol=1e-9)
    assert (found.right > found.left).all()
    width = spread[0] / 25
    middle = np.column_stack([found.left + width / 2, (found.bottom + found.top) / 2])
    expected = mixture.marginal(plane.columns).responsibilities(middle).argmax(axis=1)
    np.testing.assert_array_equal(found.group, expected)


def test_nearest_center_regions_know_the_nearest_center():
    rng = np.random.default_rng(0)
    centers, rows = rng.normal(size=(4, 3)), rng.normal(size=(50, 3))
    found = nearest_center_regions(centers, Plane((2, 0), 3), rows, cells=40)
    width = (found.right - found.left).min()
    middle = np.column_stack([found.right - width / 2, (found.bottom + found.top) / 2])
    distances = ((middle[:, None] - centers[None][:, :, [2, 0]]) ** 2).sum(axis=2)
    np.testing.assert_array_equal(found.group, distances.argmin(axis=1))


@given(mixtures())
def test_component_curves_add_up_to_a_density_that_integrates_to_one(mixture):
    rows = mixture.sample(2_000, np.random.default_rng(2))
    rows = np.concatenate([rows, 3 * rows - 2 * rows.mean(axis=0)])
    curves = density_curves(mixture, Plane((0, 0), mixture.features), rows)
    np.testing.assert_allclose(curves.components.sum(axis=0), curves.density)
    assert trapezoid(curves.density, curves.at) == pytest.approx(1, abs=0.02)


def test_a_density_in_raw_units_accounts_for_a_bent_column():
    matrix, mixture = lognormal_matrix(), two_groups()
    curves = density_curves(mixture, Plane((0, 0), 3, matrix.transform), matrix.values * 2)
    assert trapezoid(curves.density, curves.at) == pytest.approx(1, abs=0.01)
    shown, transform = mixture.marginal([0]), matrix.transform
    at = (np.log(curves.at) - transform.centers[0]) / transform.scales[0]
    exact = np.exp(shown.log_density(at[:, None])) / (transform.scales[0] * curves.at)
    np.testing.assert_allclose(curves.density[5:-5], exact[5:-5], rtol=0.02, atol=1e-4 * exact.max())


def test_a_narrow_component_is_not_missed_by_the_grid():
    mixture = Mixture(np.array([0.5, 0.5]), np.array([[0.0], [3.0]]), np.array([[[1.0]], [[1e-10]]]))
    curves = density_curves(mixture, Plane((0, 0), 1), np.linspace(-5, 5, 50)[:, None])
    assert trapezoid(curves.density, curves.at) == pytest.approx(1, abs=0.02)


def test_peaks_are_where_the_density_is_locally_highest():
    mixture = Mixture(np.full(3, 1 / 3), np.array([[0.0], [6.0], [6.0]]), np.array([[[1.0]], [[0.01]], [[1.0]]]))
    curves = density_curves(mixture, Plane((0, 0), 1), np.linspace(-5, 12, 50)[:, None])
    np.testing.assert_allclose(peaks(curves.at, curves.density), [0.0, 6.0], atol=0.05)


def test_the_telling_pair_is_the_pair_that_separates():
    means = np.zeros((2, 5))
    means[:, [1, 3]] = [[-3, -2], [3, 2]]
    mixture = Mixture(np.array([0.5, 0.5]), means, np.stack([np.eye(5)] * 2))
    assert telling_pair(mixture) == (1, 3)
    assert telling_column(mixture) == 1


@given(mixtures(most_components=3, most_features=3))
def test_the_telling_pair_agrees_with_integration_over_the_plane(mixture):
    if mixture.features < 3 or mixture.components < 2:
        return
    grid = np.stack(np.meshgrid(*[np.linspace(-12, 12, 161)] * 2), axis=-1).reshape(-1, 2)

    def apart(pair):
        joint = mixture.marginal(pair).log_joint(grid) - np.log(mixture.weights)
        cell = (24 / 160) ** 2
        return sum(
            mixture.weights[a] * mixture.weights[b] * (1 - cell * np.exp((joint[:, a] + joint[:, b]) / 2).sum())
            for a in range(mixture.components)
            for b in range(a)
        )

    measured = {pair: apart(pair) for pair in ((0, 1), (0, 2), (1, 2))}
    assert measured[telling_pair(mixture)] >= max(measured.values()) - 1e-3


def test_with_one_group_the_telling_pair_is_the_most_correlated():
    covariance = np.eye(4)
    covariance[1, 2] = covariance[2, 1] = -0.8
    assert telling_pair(Mixture(np.ones(1), np.zeros((1, 4)), covariance[None])) == (1, 2)


def test_overlap_names_the_groups_that_share_rows_and_where():
    means = np.array([[0.0, 0.0], [3.0, 0.0], [40.0, 0.0]])
    mixture = Mixture(np.full(3, 1 / 3), means, np.stack([np.eye(2)] * 3))
    rows = mixture.sample(3_000, np.random.default_rng(3))
    shared = mixture.responsibilities(rows)
    found = overlap(shared, rows, Plane((0, 1), 2), mixture, 0.8)
    assert found.groups == (0, 1)
    assert found.column == 0
    assert 0.9 < found.low < 1.5 < found.high < 2.1
    assert found.count == (shared.max(axis=1) < 0.8).sum()
    assert overlap(shared, rows, Plane((0, 1), 2), mixture, 0.0) is None


def test_overlap_is_told_from_the_cells_that_are_not_blank():
    mixture = Mixture(np.full(2, 1 / 2), np.array([[0.0, 0.0], [3.0, 0.0]]), np.stack([np.eye(2)] * 2))
    rows = mixture.sample(3_000, np.random.default_rng(3))
    rows[::4, 0] = np.nan
    found = overlap(mixture.responsibilities(np.nan_to_num(rows, nan=1.5)), rows, Plane((0, 1), 2), mixture, 0.8)
    assert 0.9 < found.low < 1.5 < found.high < 2.1
