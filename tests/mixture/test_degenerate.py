"""Data that no mixture fits soundly, drawn at random: marked or refused by every way in, never called fine."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core
from core.mixture.family import FAMILIES

QUICK = {"restarts": 2, "max_iterations": 60, "tolerance": 1e-7}


def spoilt(fit):
    """Whether a fit says that it is not to be trusted."""
    return not fit.admissible and bool(fit.objections)


def marked_or_refused(rows, family, components, **given):
    """Whether a fit of these rows is spoilt, or refused in a sentence."""
    try:
        return spoilt(core.fit(rows, core.Plan(family, components, **QUICK), **given))
    except core.CoreError as refusal:
        return len(str(refusal)) > 20


@st.composite
def tables(draw, least=12, most=60, most_features=4):
    """(n, d) rows of any location and scale, and a generator for what is to be spoilt in them."""
    n, d = draw(st.integers(least, most)), draw(st.integers(1, most_features))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    scale = 10.0 ** rng.integers(-6, 7, d)
    offset = scale * draw(st.sampled_from([0.0, 1.0, 1e6]))
    return rng.normal(size=(n, d)) * scale + offset, rng


families = st.sampled_from(FAMILIES)
numbers = st.integers(1, 4)


@given(tables(), families, numbers, st.sampled_from([1.0, -1.0, 1e5]))
@settings(max_examples=40)
def test_a_duplicated_column_up_to_its_units(table, family, components, factor):
    rows, rng = table
    twin = factor * rows[:, [rng.integers(rows.shape[1])]] + rng.integers(3)
    assert marked_or_refused(np.hstack([rows, twin]), family, components)


@given(tables(), families, numbers)
@settings(max_examples=40)
def test_a_column_that_others_add_up_to(table, family, components):
    rows, rng = table
    total = (rows * rng.uniform(0.5, 2, rows.shape[1]) / rows.std(axis=0)).sum(axis=1)
    assert marked_or_refused(np.column_stack([total, rows]), family, components)


@given(tables(), families, numbers, st.sampled_from([0.0, 1.0, 0.1, -1e9, 1e-300]))
@settings(max_examples=40)
def test_a_constant_column(table, family, components, value):
    rows, _ = table
    with pytest.raises(core.FitError, match="same value in every row"):
        core.fit(np.column_stack([rows, np.full(len(rows), value)]), core.Plan(family, components, **QUICK))


@given(families, numbers, st.integers(2, 9), st.integers(0, 7), st.integers(0, 2**16))
@settings(max_examples=40)
def test_no_more_rows_than_columns(family, components, features, fewer, seed):
    rows = np.random.default_rng(seed).normal(size=(max(features - fewer, 1), features))
    assert marked_or_refused(rows, family, components)


@given(tables(least=2, most=6), families)
@settings(max_examples=40)
def test_fewer_rows_than_groups(table, family):
    rows, _ = table
    with pytest.raises(core.FitError, match="cannot be found in"):
        core.fit(rows, core.Plan(family, len(rows) + 1, **QUICK))


@given(tables(), families, numbers)
@settings(max_examples=40)
def test_rows_that_are_all_the_same(table, family, components):
    rows, _ = table
    with pytest.raises(core.FitError, match="same value in every row"):
        core.fit(np.repeat(rows[:1], len(rows), axis=0), core.Plan(family, components, **QUICK))


@given(tables(most_features=3), families, st.integers(2, 4), st.integers(0, 2**16))
@settings(max_examples=60)
def test_as_many_groups_as_there_are_different_rows(table, family, components, seed):
    rows, _ = table
    few = rows[np.random.default_rng(seed).integers(components, size=len(rows))]
    assert marked_or_refused(few, family, components)


@given(tables(least=20, most_features=3), families, st.integers(2, 4), st.integers(0, 2))
@settings(max_examples=60)
def test_weight_on_no_more_rows_than_groups(table, family, components, fewer):
    rows, rng = table
    weights = np.zeros(len(rows))
    weights[rng.choice(len(rows), components - min(fewer, components - 1), replace=False)] = rng.uniform(0.5, 2)
    assert marked_or_refused(rows, family, components, weights=weights)


@given(tables(least=30, most_features=3), st.sampled_from(["VVV", "VVI", "VII", "VEV", "VEI", "VVE", "EVV"]))
@settings(max_examples=40)
def test_a_group_of_one_row_repeated(table, family):
    """Where volumes or shapes are its own, such a group's likelihood is without bound."""
    rows, _ = table
    far = rows.mean(axis=0) + 12 * rows.std(axis=0)
    n = len(rows)
    data, shares = np.vstack([rows, np.tile(far, (n, 1))]), np.eye(2)[np.repeat([0, 1], n)]
    if rows.shape[1] == 1 and core.family(family).reduced(2, 1).name == "EII":
        return  # one volume for both
    assert marked_or_refused(data, family, 2, responsibilities=shares)


@pytest.mark.parametrize("case", ["duplicated", "collinear", "constant", "few rows", "all the same"])
def test_a_sweep_a_bayesian_mixture_and_k_means_mark_or_refuse_too(case):
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(40, 2))
    data = {
        "duplicated": rows[:, [0, 1, 0]],
        "collinear": np.column_stack([rows, rows.sum(axis=1)]),
        "constant": np.column_stack([rows, np.ones(40)]),
        "few rows": rng.normal(size=(3, 4)),
        "all the same": np.ones((40, 2)),
    }[case]
    with pytest.raises(core.FitError):
        core.sweep(data, components=(1, 2))
    with pytest.raises(core.FitError):
        core.bayes(data, core.BayesPlan(2))
    with pytest.raises(core.FitError):
        core.effective_components(data, core.BayesPlan(2), seeds=range(2))


@pytest.mark.parametrize("case", ["blank", "infinite", "text", "empty", "three axes", "too large"])
def test_what_is_no_table_of_numbers_is_refused(case):
    data = {
        "blank": [[np.nan, 1.0], [2.0, 3.0]],
        "infinite": [[np.inf, 1.0], [2.0, 3.0]],
        "text": [["a", "b"]],
        "empty": np.zeros((0, 2)),
        "three axes": np.zeros((2, 2, 2)),
        "too large": [[1e200, 1.0], [-1e200, 3.0], [0.0, 0.0]],
    }[case]
    for refused in (core.fit, core.bayes, core.sweep):
        with pytest.raises(core.CoreError):
            refused(data)
