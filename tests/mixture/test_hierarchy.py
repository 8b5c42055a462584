"""The model-based hierarchy that starts are cut from."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.mixture.starts import hierarchy
from core.mixture.starts.hierarchy import cut, merge_all
from core.mixture.starts.start import Hierarchical, StartSample

REFERENCE = Path(__file__).parents[1] / "reference"


def columns(name):
    return np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)


def standardised(rows):
    return StartSample((rows - rows.mean(axis=0)) / rows.std(axis=0), np.ones(len(rows)))


@pytest.mark.parametrize("name", ["iris", "crabs", "banknote"])
def test_groups_are_those_of_mclust(name):
    found = standardised(columns(name)).hierarchy
    for groups, theirs in json.loads((REFERENCE / "hc_labels.json").read_text())[name].items():
        own = found.labels(int(groups))
        pairs = set(zip(own.tolist(), theirs, strict=True))
        assert len(pairs) == int(groups)


@given(st.integers(0, 10_000), st.integers(2, 25), st.integers(1, 4))
def test_compiled_merges_are_those_in_numpy(seed, m, d):
    rows = np.random.default_rng(seed).normal(size=(m, d))
    np.testing.assert_array_equal(merge_all(rows), hierarchy._merge_in_numpy(rows))


def test_each_merge_is_the_cheapest_there_is():
    rows = np.random.default_rng(4).normal(size=(14, 2))
    least = hierarchy.ridge(rows)

    def criterion(labels):
        groups = [rows[labels == k] for k in np.unique(labels)]
        scatters = np.array([(g - g.mean(axis=0)).T @ (g - g.mean(axis=0)) for g in groups])
        return hierarchy.terms_of(np.array([float(len(g)) for g in groups]), scatters, least).sum()

    merges = merge_all(rows)
    for clusters in range(14, 1, -1):
        before, after = cut(merges, clusters), cut(merges, clusters - 1)
        others = [np.where(before == b, a, before) for a in range(clusters) for b in range(a + 1, clusters)]
        assert criterion(after) == pytest.approx(min(map(criterion, others)))


def test_rows_that_were_not_merged_join_the_nearest_group():
    rng = np.random.default_rng(0)
    truth = np.arange(1_500) % 3
    sample = standardised(rng.normal(size=(1_500, 2)) + 20.0 * np.array([[0, 0], [1, 0], [0, 1]])[truth])
    assert len(sample.hierarchy.merged) < 1_500
    labels = Hierarchical().labels(sample, 3, 0, 0)
    assert len(set(zip(labels.tolist(), truth.tolist(), strict=True))) == 3


def test_a_fit_begins_with_the_hierarchy_and_stays_near_it():
    plan = core.Plan(family="EEV", components=4, restarts=1)
    found = core.fit(columns("crabs"), plan)
    assert found.bic == pytest.approx(2842.29783, abs=0.02)  # mclust's, from the same start
    assert found.bic == pytest.approx(core.fit(columns("crabs"), core.Plan(**{**vars(plan), "accelerate": False})).bic)


@pytest.mark.parametrize("name", ["iris", "crabs", "banknote"])
def test_from_the_same_start_plain_em_ends_where_mclusts_does(name):
    table = json.loads((REFERENCE / "mclust_tight_bic.json").read_text())["datasets"][name]
    rows, no_worse = columns(name), []
    for components, line in zip(table["G"], table["bic"], strict=True):
        for family, theirs in zip(table["models"], line, strict=True):
            if theirs is None or family == "VVE":  # whose steps in mclust may lower the likelihood
                continue
            plan = core.Plan(family=family, components=components, restarts=1, accelerate=False, tolerance=1e-9)
            no_worse.append(core.fit(rows, plan).bic <= -theirs + 0.01)
    assert np.mean(no_worse) >= 0.95, f"{sum(no_worse)} of {len(no_worse)}"
