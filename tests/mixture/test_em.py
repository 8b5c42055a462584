import contextlib
import json
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import clustered_rows
from threadpoolctl import threadpool_info, threadpool_limits

from core.errors import DegenerateError
from core.mixture.em.m_step import m_step
from core.mixture.family import FAMILIES, Axis, family
from core.mixture.fit import fit
from core.mixture.iterate import iterate
from core.mixture.moments import moments
from core.mixture.plan import Plan

REFERENCE = Path(__file__).parents[1] / "reference"
SETS = ("faithful", "iris", "banknote")


def matrix(name):
    return np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)


def runs():
    for name in SETS:
        for run, case in json.loads((REFERENCE / f"me_fixed_{name}.json").read_text()).items():
            for model, expected in case["fits"].items():
                yield pytest.param(name, case, model, expected, id=f"{name}-{run}-{model}")


def fitted(name, case, model):
    shares = np.eye(case["G"])[np.array(case["labels_1based"]) - 1]
    shares = 0.9 * shares + 0.1 / case["G"] if case["init"] == "soft" else shares
    plan = Plan(family(model), case["G"], tolerance=1e-14, max_iterations=20_000, accelerate=False)
    return fit(matrix(name), plan, responsibilities=shares)


@pytest.mark.parametrize(("name", "case", "model", "expected"), [p for p in runs() if "VVE" not in p.id])
def test_em_from_the_same_start_reaches_mclusts_optimum(name, case, model, expected):
    got = fitted(name, case, model)
    assert got.log_likelihood == pytest.approx(expected["loglik"], rel=1e-8)
    if expected["tolerance"] == "1e-14":  # the soft starts were run to 1e-10 only: too few digits to compare
        p = expected["parameters"]
        mixture = got.mixture
        assert relative_distance(mixture.weights, p["pro"]) <= 1e-5
        assert relative_distance(mixture.means, p["mean"]) <= 1e-5
        assert relative_distance(mixture.covariances, p["sigma"]) <= 1e-5


def relative_distance(got, expected):
    """The largest difference, over the components, as a share of the component's largest entry."""
    components = len(expected)
    got, expected = got.reshape(components, -1), np.array(expected).reshape(components, -1)
    return (np.abs(got - expected).max(axis=1) / np.abs(expected).max(axis=1)).max()


def test_vve_is_no_worse_than_mclusts_in_at_least_four_runs_of_five():
    outcomes = []
    for p in runs():
        name, case, model, expected = p.values
        if model == "VVE":
            got = fitted(name, case, model)
            assert all(after >= before - 1e-9 * abs(before) for before, after in pairwise(got.trace)), p.id
            outcomes.append(got.log_likelihood >= expected["loglik"] - 1e-8 * abs(expected["loglik"]))
    assert np.mean(outcomes) >= 0.8, f"{sum(outcomes)} of {len(outcomes)}"


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
@settings(max_examples=20)
@given(rows=clustered_rows())
def test_the_log_likelihood_never_falls(each, rows):
    shares = np.random.default_rng(len(rows)).dirichlet(np.ones(2), len(rows))
    start = m_step(each, moments(rows, shares))
    trace = []
    with contextlib.suppress(DegenerateError):  # few rows in many columns may collapse; until then it rises
        for _, value in islice(iterate(each, start, [rows]), 25):
            trace.append(value)
    assert len(trace) >= 2
    assert all(after >= before - 1e-9 * abs(before) for before, after in pairwise(trace))


@pytest.mark.parametrize("each", [f for f in FAMILIES if f.volume is Axis.VARIABLE], ids=lambda f: f.name)
def test_a_component_of_one_point_ends_em_where_its_own_covariance_would_vanish(each):
    rows = np.random.default_rng(0).normal(size=(30, 2))
    alone = np.eye(2)[(np.arange(30) == 7).astype(int)]
    with pytest.raises(DegenerateError):
        m_step(each, moments(rows, alone), floor=np.full(2, 1e-10))


def test_iterate_gives_the_same_steps_for_one_block_and_for_many():
    rows = matrix("iris")
    start = m_step(family("VVV"), moments(rows, np.eye(3)[np.arange(150) % 3]))
    whole = [value for _, value in islice(iterate(family("VVV"), start, [rows]), 20)]
    parts = [value for _, value in islice(iterate(family("VVV"), start, np.array_split(rows, 7)), 20)]
    np.testing.assert_allclose(parts, whole, rtol=1e-10)


class Looking:
    """Rows that note how many threads BLAS has whenever they are gone through."""

    def __init__(self, values):
        self.values, self.n, self.d, self.threads = values, *values.shape, []

    def blocks(self):
        self.threads.append({each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"})
        yield self.values, None

    def sample(self, n, rng):
        return self.values[:n]


def test_each_pass_to_watch_has_one_thread_of_blas_whatever_the_watcher_has():
    values, labels = clustered(200)
    rows = Looking(values)
    start = m_step(family("VVV"), moments(values, np.eye(2)[labels]))
    with threadpool_limits(2, "blas"):
        steps = iterate(family("VVV"), start, rows)
        for _ in range(3):
            next(steps)
            assert {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"} != {1}
    assert rows.threads[-3:] == [{1}] * 3


def clustered(n):
    """Two groups, with the group of each row."""
    labels = np.arange(n) % 2
    return np.random.default_rng(0).normal(size=(n, 3)) + 5 * labels[:, None], labels
