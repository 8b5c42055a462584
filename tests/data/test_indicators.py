import numpy as np
import pandas as pd
import pytest

import core
from core.data.indicators import Indicators


def rows(n=200, seed=0):
    """(n, 4) two numbers of standard deviation 1, a category of 2 and one of 4 levels, some cells blank."""
    rng = np.random.default_rng(seed)
    found = np.column_stack([rng.normal(size=(n, 2)), rng.integers(0, 2, n), rng.integers(0, 4, n)])
    found[rng.random(found.shape) < 0.05] = np.nan
    return found


def test_two_rows_are_as_far_apart_as_in_k_prototypes():
    given = rows()
    given = given[~np.isnan(given).any(axis=1)][:20]
    found = Indicators((2, 4), 1.7)
    apart = ((found.applied(given)[:, None] - found.applied(given)[None]) ** 2).sum(axis=2)
    numbers = ((given[:, None, :2] - given[None, :, :2]) ** 2).sum(axis=2)
    differing = (given[:, None, 2:] != given[None, :, 2:]).sum(axis=2)
    np.testing.assert_allclose(apart, numbers + 1.7 * differing, atol=1e-12)


def test_a_blank_category_is_blank_in_all_of_its_levels():
    found = Indicators((3,), 1.0).applied(np.array([[0.5, np.nan], [0.5, 2.0]]))
    assert np.isnan(found[0, 1:]).all()
    assert not np.isnan(found[1]).any()


@pytest.mark.parametrize("scale", [1.0, 1e-140, 1e140])
def test_categories_spread_the_rows_as_much_as_numbers_whatever_the_unit(scale):
    given = rows(2_000) * np.array([scale, scale, 1.0, 1.0])
    spread = np.nanvar(Indicators.of(given, (2, 4)).applied(given) / scale, axis=0)
    assert spread[2:].sum() / 2 == pytest.approx(spread[:2].mean(), rel=0.02)


def answers(n=300):
    rng = np.random.default_rng(1)
    group = np.arange(n) % 2
    frame = pd.DataFrame({f"q{j}": np.where(rng.random(n) < 0.9, group, 1 - group).astype(str) for j in range(6)})
    return frame, group


def test_k_means_splits_rows_of_words_alone():
    frame, group = answers()
    matrix = core.prepare(frame, core.Preparation(columns=(), categories=tuple(frame)))
    parts = core.k_means(matrix, components=2)
    assert core.agreement(group, parts.labels).adjusted_rand_index > 0.9
    assert (parts.assign(matrix.rows) == parts.labels).all()
    assert parts.balance == "K-Means counts in how many columns two rows differ."


def test_k_means_takes_words_beside_numbers_and_tells_its_balance():
    frame, group = answers()
    frame = frame.assign(x=np.random.default_rng(2).normal(size=len(frame)))
    matrix = core.prepare(frame, core.Preparation(columns=("x",), categories=tuple(frame)[:-1]))
    parts = core.k_means(matrix, components=2)
    assert core.agreement(group, parts.labels).adjusted_rand_index > 0.8
    assert "differ in a column of words" in parts.balance


def test_numbers_alone_are_clustered_as_before():
    given = np.random.default_rng(0).normal(size=(100, 2))
    assert core.k_means(given, components=3).balance == ""
    assert core.k_means(given, components=3).centers.shape == (3, 2)
