import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import naive
from strategies import clustered_rows, mixtures

from core.data.rows import Rows
from core.mixture.em.e_step import in_numpy
from core.mixture.moments import Moments, adding_up, moments, of_groups
from core.mixture.starts.start import one_hot


def e_step(mixture, rows, weights=None):
    return in_numpy(mixture, Rows.of(rows, weights))


def assert_alike(one: Moments, other: Moments, relative=1e-9):
    scale = max(1.0, np.abs(other.scatter).max())
    np.testing.assert_allclose(one.weight, other.weight, rtol=relative, atol=1e-12)
    np.testing.assert_allclose(one.mean, other.mean, rtol=relative, atol=1e-9)
    np.testing.assert_allclose(one.scatter, other.scatter, rtol=relative, atol=relative * scale)
    for name in ("log_likelihood", "rows", "entropy", "log_largest", "noise_weight"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=relative, atol=1e-8, err_msg=name)


@st.composite
def rows_under_a_mixture(draw):
    mixture = draw(mixtures())
    n = draw(st.integers(3, 40))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    return mixture, mixture.sample(n, rng), rng.uniform(0.1, 3.0, n)


@given(rows_under_a_mixture(), st.data())
def test_moments_do_not_depend_on_the_partition(drawn, data):
    mixture, rows, weights = drawn
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    total = Moments.zero(mixture.components, mixture.features)
    for begin, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        total = total + e_step(mixture, rows[begin:end], weights[begin:end])
    assert_alike(total, e_step(mixture, rows, weights))


@given(rows_under_a_mixture())
def test_addition_is_commutative_and_associative_and_has_a_zero(drawn):
    mixture, rows, _ = drawn
    a, b, c = (e_step(mixture, part) for part in np.array_split(rows, 3))
    assert_alike(a + b, b + a)
    assert_alike((a + b) + c, a + (b + c))
    assert_alike(a + Moments.zero(mixture.components, mixture.features), a)


@given(rows_under_a_mixture())
def test_moments_equal_the_plain_sums(drawn):
    mixture, rows, weights = drawn
    shares = mixture.responsibilities(rows)
    got = moments(rows, shares, weights)
    weight, mean, scatter = naive.moments(rows, shares, weights)
    np.testing.assert_allclose(got.weight, weight, rtol=1e-10)
    np.testing.assert_allclose(got.mean, mean, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(got.scatter, scatter, rtol=1e-7, atol=1e-9)


@given(rows_under_a_mixture())
def test_a_row_of_weight_two_counts_as_two_rows(drawn):
    mixture, rows, _ = drawn
    assert_alike(e_step(mixture, rows, np.full(len(rows), 2.0)), e_step(mixture, np.concatenate([rows, rows])))


@given(clustered_rows())
def test_an_offset_of_1e8_costs_the_scatter_no_digits_that_the_data_have(rows):
    rounded = (rows + 1e8) - 1e8  # what of the rows survives the offset
    shares = np.random.default_rng(0).dirichlet(np.ones(2), len(rows))
    near, far = moments(rounded, shares), moments(rounded + 1e8, shares)
    np.testing.assert_allclose(far.scatter, near.scatter, rtol=1e-6, atol=1e-6)


@given(rows_under_a_mixture())
def test_the_e_step_reports_log_likelihood_entropy_and_largest_responsibility(drawn):
    mixture, rows, weights = drawn
    found = e_step(mixture, rows, weights)
    shares = naive.responsibilities(mixture, rows)
    assert found.log_likelihood == pytest.approx(weights @ naive.log_density(mixture, rows), rel=1e-9, abs=1e-9)
    assert found.log_largest == pytest.approx(weights @ np.log(shares.max(axis=1)), rel=1e-7, abs=1e-8)
    safe = np.where(shares > 0, shares, 1)
    assert found.entropy == pytest.approx(-(weights[:, None] * shares * np.log(safe)).sum(), rel=1e-7, abs=1e-8)


@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=30), d=st.integers(1, 9), seed=st.integers(0, 99))
def test_moments_of_groups_are_those_of_their_responsibilities(labels, d, seed):
    rng = np.random.default_rng(seed)
    values = 1e6 + rng.normal(size=(len(labels), d))  # rows far from 0 keep their digits
    rows, groups = rng.uniform(0.1, 3.0, len(labels)), np.array(labels)
    assert_alike(of_groups(values, groups, 4, rows), adding_up(values, one_hot(groups, 4), rows))


def test_a_group_of_equal_rows_has_no_scatter():
    values = np.vstack([np.full((5, 2), 0.1), np.random.default_rng(0).normal(size=(5, 2))])
    found = of_groups(values, np.repeat([0, 1], 5), 2, np.ones(10))
    assert np.abs(found.scatter[0]).max() < 1e-30


def test_moments_of_groups_of_wide_rows_take_little_memory():
    values = np.random.default_rng(0).normal(size=(1_000, 100))
    tracemalloc.start()
    of_groups(values, np.arange(1_000) % 2, 2, np.ones(1_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * values.nbytes  # the products of all pairs of columns would take 100 times as much


def test_sums_for_an_m_step_are_the_moments_without_entropy():
    rng = np.random.default_rng(0)
    values, weights, responsibilities = (
        rng.normal(size=(200, 5)),
        rng.uniform(0.5, 1.5, 200),
        rng.dirichlet(np.ones(3), 200),
    )
    whole, sums = moments(values, responsibilities, weights), adding_up(values, responsibilities, weights)
    assert whole.rows == sums.rows
    np.testing.assert_array_equal(whole.scatter, sums.scatter)
    assert (sums.entropy, sums.log_largest) == (0.0, 0.0)
    assert whole.entropy > 0 > whole.log_largest
