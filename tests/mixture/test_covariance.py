"""The M-step: declared structure, optimality against every nested family, and the plane turns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import naive

from core.mixture.em.covariance import ONE_ROUND, common_axes, decompose, diagonalise, estimate, turn_common_axes
from core.mixture.family import FAMILIES, Axis, family


def scatters(components, features, seed):
    rng = np.random.default_rng(seed)
    weight = rng.uniform(20, 80, components)
    factors = rng.normal(size=(components, features, features)) + np.eye(features)
    return weight, weight[:, None, None] * (factors @ factors.transpose(0, 2, 1) + 0.1 * np.eye(features))


def fitted(family, weight, scatter):
    return estimate(family, weight, scatter)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
@settings(max_examples=15)
@given(components=st.integers(1, 4), features=st.integers(1, 4), seed=st.integers(0, 10_000))
def test_every_covariance_has_the_structure_its_family_declares(family, components, features, seed):
    covariances = fitted(family, *scatters(components, features, seed))
    found = decompose(covariances)
    if family.volume is Axis.EQUAL:
        np.testing.assert_allclose(found.volume, found.volume[0], rtol=1e-8)
    if family.orientation is not Axis.IDENTITY and family.shape is Axis.EQUAL:
        np.testing.assert_allclose(found.shape, found.shape[:1].repeat(components, 0), rtol=1e-7)
    if family.shape is Axis.IDENTITY:
        np.testing.assert_allclose(found.shape, 1.0, rtol=1e-8)
    if family.orientation is Axis.IDENTITY:
        np.testing.assert_allclose(covariances * (1 - np.eye(features)), 0.0, atol=1e-12)
        if family.shape is Axis.EQUAL:
            diagonal = np.diagonal(covariances, axis1=1, axis2=2)
            np.testing.assert_allclose(diagonal / diagonal[:1] * diagonal[0, 0] / diagonal[:, :1], 1.0, rtol=1e-8)
    if family.orientation is Axis.EQUAL:
        # A common set of axes: the covariances commute.
        product = covariances[0] @ covariances[-1]
        np.testing.assert_allclose(product, product.T, atol=1e-7 * np.abs(product).max())


@settings(max_examples=25)
@given(components=st.integers(2, 4), features=st.integers(2, 4), seed=st.integers(0, 10_000))
def test_a_freer_family_never_fits_the_same_moments_worse(components, features, seed):
    weight, scatter = scatters(components, features, seed)
    reached = {f: naive.expected_log_likelihood(weight, scatter, fitted(f, weight, scatter)) for f in FAMILIES}
    for free in FAMILIES:
        for bound in FAMILIES:
            # The common axes of EVE and VVE have several optima, so nothing is promised above them but VVV and EVV.
            common_axes = free.orientation is Axis.EQUAL and free.shape is Axis.VARIABLE
            if free.contains(bound) and not common_axes:
                assert reached[free] >= reached[bound] - 1e-6 * abs(reached[bound]), (free.name, bound.name)


@pytest.mark.parametrize("family", [f for f in FAMILIES if not f.has_closed_form], ids=lambda f: f.name)
def test_inner_iterations_end_where_no_small_change_of_volume_helps(family):
    weight, scatter = scatters(3, 3, seed=5)
    covariances = fitted(family, weight, scatter)
    best = naive.expected_log_likelihood(weight, scatter, covariances)
    for factor in (0.999, 1.001):
        assert naive.expected_log_likelihood(weight, scatter, covariances * factor) <= best


@settings(max_examples=40)
@given(components=st.integers(1, 4), features=st.integers(2, 5), seed=st.integers(0, 10_000))
def test_a_turn_of_the_common_axes_never_raises_the_objective_and_keeps_them_orthonormal(components, features, seed):
    _, scatter = scatters(components, features, seed)
    rng = np.random.default_rng(seed)
    precision = rng.uniform(0.1, 5.0, (components, features))
    axes = np.linalg.qr(rng.normal(size=(features, features)))[0]

    def objective(turned):
        return (precision * np.diagonal(turned.T @ scatter @ turned, axis1=1, axis2=2)).sum()

    turned = turn_common_axes(scatter, precision, axes)
    assert objective(turned) <= objective(axes) * (1 + 1e-12)
    np.testing.assert_allclose(turned.T @ turned, np.eye(features), atol=1e-12)


def sharing_axes(components, features, seed):
    """Covariances along common axes, with variances that are often equal, as a bound makes them."""
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(features, features)))[0]
    variances = rng.choice([0.5, 1.0, 1.0, 4.0], (components, features))
    return (axes * variances[:, None, :]) @ axes.T, variances


@settings(max_examples=60)
@given(components=st.integers(1, 4), features=st.integers(2, 5), seed=st.integers(0, 10_000))
def test_the_axes_that_covariances_share_are_found_though_some_of_their_variances_are_equal(components, features, seed):
    covariances, _ = sharing_axes(components, features, seed)
    axes = common_axes(covariances)
    turned = axes.T @ covariances @ axes
    np.testing.assert_allclose(turned * (1 - np.eye(features)), 0.0, atol=1e-12)
    assert (np.diff(turned[0].diagonal()) <= 1e-12).all()


@pytest.mark.parametrize("name", ["EVE", "VVE"])
@settings(max_examples=40)
@given(components=st.integers(1, 4), features=st.integers(2, 5), seed=st.integers(0, 10_000))
def test_a_round_from_covariances_with_equal_variances_loses_no_likelihood(name, components, features, seed):
    before, variances = sharing_axes(components, features, seed)
    if name == "EVE":
        before = before / np.exp(np.log(variances).mean(axis=1))[:, None, None]
    weight, scatter = scatters(components, features, seed)
    after = estimate(family(name), weight, scatter, before, ONE_ROUND)
    least = naive.expected_log_likelihood(weight, scatter, before)
    assert naive.expected_log_likelihood(weight, scatter, after) >= least - 1e-9 * abs(least)


def in_units(components, features, seed):
    """Weights and scatters of columns whose units are up to 12 orders of magnitude apart, and these units."""
    weight, scatter = scatters(components, features, seed)
    units = 10.0 ** np.random.default_rng(seed).uniform(-6, 6, features)
    return weight, scatter * np.outer(units, units)


@settings(max_examples=40)
@given(features=st.integers(2, 6), seed=st.integers(0, 10_000))
def test_small_variances_are_exact_where_columns_differ_much_in_units(features, seed):
    matrix = in_units(1, features, seed)[1][0]
    variances, axes = diagonalise(matrix)
    log_determinant = 2 * np.log(np.diagonal(np.linalg.cholesky(matrix))).sum()
    np.testing.assert_allclose(np.log(variances).sum(), log_determinant, atol=1e-9)
    roots = np.sqrt(np.diagonal(matrix))
    joined = (axes * variances) @ axes.T
    np.testing.assert_allclose(joined / np.outer(roots, roots), matrix / np.outer(roots, roots), atol=1e-9)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
@settings(max_examples=40)
@given(components=st.integers(1, 4), features=st.integers(2, 5), seed=st.integers(0, 10_000))
def test_a_round_loses_no_likelihood_where_columns_differ_much_in_units(family, components, features, seed):
    weight, scatter = in_units(components, features, seed)
    before = estimate(family, weight[::-1], scatter[::-1])
    after = estimate(family, weight, scatter, before, ONE_ROUND)
    least = naive.expected_log_likelihood(weight, scatter, before)
    assert naive.expected_log_likelihood(weight, scatter, after) >= least - 1e-9 * abs(least)
