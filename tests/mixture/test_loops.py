import json
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.loops import accelerated, fast, plain
from strategies import clustered_rows

from core.data.rows import Rows
from core.data.source import ArraySource
from core.errors import DegenerateError
from core.mixture import compiled
from core.mixture.em.covariance import ONE_ROUND, TO_THE_END
from core.mixture.em.drivers import Compiled, End, Method, Stepped
from core.mixture.em.e_step import e_step
from core.mixture.em.m_step import MStep, m_step
from core.mixture.family import FAMILIES, family
from core.mixture.model import Mixture, Noise
from core.mixture.moments import moments

REFERENCE = Path(__file__).parents[1] / "reference"
SETS = ("faithful", "iris", "banknote")


def method_of(each, floor, tolerance=0.0, sweeps=TO_THE_END, accelerates=False):
    return Method(MStep(each, floor, sweeps), 1e4 * floor, tolerance, accelerates)  # a spike is 1e4 times the floor


def driver(method, start, source):
    return Compiled(compiled.load("loops"), method, start, Rows.of(source.values, source.weights))


def taken(method, start, source, passes):
    """So many passes of a driver."""
    return driver(method, start, source).advance(passes)


def matrix(name):
    return np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)


def runs():
    for name in SETS:
        for run, case in json.loads((REFERENCE / f"me_fixed_{name}.json").read_text()).items():
            for model, expected in case["fits"].items():
                yield pytest.param(name, case, model, expected, id=f"{name}-{run}-{model}")


def fitted(name, case, model):
    """Plain EM from the reference's own start; the units are the data's."""
    rows = matrix(name)
    shares = np.eye(case["G"])[np.array(case["labels_1based"]) - 1]
    shares = 0.9 * shares + 0.1 / case["G"] if case["init"] == "soft" else shares
    start = m_step(family(model), moments(rows, shares))
    method = method_of(family(model), np.zeros(rows.shape[1]), 1e-14)
    return taken(method, start, ArraySource(rows), 20_000)


@pytest.mark.parametrize(("name", "case", "model", "expected"), [p for p in runs() if "VVE" not in p.id])
def test_compiled_em_from_the_same_start_reaches_mclusts_optimum(name, case, model, expected):
    got = fitted(name, case, model)
    assert got.trace[-1] == pytest.approx(expected["loglik"], rel=1e-8)
    if expected["tolerance"] == "1e-14":  # the soft starts were run to 1e-10 only: too few digits to compare
        p = expected["parameters"]
        for mine, theirs in (
            (got.place.mixture.weights, p["pro"]),
            (got.place.mixture.means, p["mean"]),
            (got.place.mixture.covariances, p["sigma"]),
        ):
            mine, theirs = mine.reshape(case["G"], -1), np.array(theirs).reshape(case["G"], -1)
            assert (np.abs(mine - theirs).max(axis=1) <= 1e-5 * np.abs(theirs).max(axis=1)).all()


def some_start(each, rows, components, seed):
    shares = np.random.default_rng(seed).dirichlet(np.ones(components), len(rows))
    return m_step(each, moments(rows, shares))


@pytest.mark.parametrize("sweeps", [TO_THE_END, ONE_ROUND], ids=["to the end", "one round"])
@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
@settings(max_examples=15)
@given(rows=clustered_rows(least=40, most_features=6), components=st.integers(1, 4), weighted=st.booleans())
def test_the_compiled_loop_equals_its_numpy_twin(each, sweeps, rows, components, weighted):
    weights = np.random.default_rng(1).uniform(0.5, 1.5, len(rows)) if weighted else None
    start = some_start(each, rows, components, 0)
    method = method_of(each, 1e-12 * rows.var(axis=0), sweeps=sweeps)
    source = ArraySource(rows, weights)
    got = taken(method, start, source, 8)
    twin = list(islice(plain(each, start, source, floor=method.m_step.floor, sweeps=sweeps), len(got.trace)))
    np.testing.assert_allclose(got.trace, [found.log_likelihood for _, found in twin], rtol=1e-10)
    mixture, found = twin[-1]
    size = np.abs(mixture.covariances).max()
    np.testing.assert_allclose(got.place.mixture.weights, mixture.weights, atol=1e-8)
    np.testing.assert_allclose(got.place.mixture.means, mixture.means, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(got.place.mixture.covariances, mixture.covariances, atol=1e-7 * size)
    assert got.place.found.entropy == pytest.approx(found.entropy, rel=1e-8, abs=1e-8)
    assert got.place.found.rows == pytest.approx(found.rows)


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
@settings(max_examples=10)
@given(
    rows=clustered_rows(least=40, most_features=5),
    components=st.integers(1, 3),
    share=st.sampled_from([0.05, 0.3]),
    weighted=st.booleans(),
)
def test_the_compiled_loop_over_rows_with_blanks_equals_single_passes(each, rows, components, share, weighted):
    rng = np.random.default_rng(2)
    start = some_start(each, rows, components, 0)
    blank = rng.random(rows.shape) < share
    blank[np.arange(len(rows)), rng.integers(0, rows.shape[1], len(rows))] = False
    values = np.where(blank, np.nan, rows)
    weights = rng.uniform(0.5, 1.5, len(rows)) if weighted else None
    method, source = method_of(each, 1e-12 * rows.var(axis=0)), ArraySource(values, weights)
    got = taken(method, start, source, 6)
    twin = list(islice(plain(each, start, source, fast, method.m_step.floor), len(got.trace)))
    np.testing.assert_allclose(got.trace, [found.log_likelihood for _, found in twin], rtol=1e-10)
    mixture, found = twin[-1]
    np.testing.assert_allclose(got.place.mixture.means, mixture.means, atol=1e-7 * np.abs(mixture.means).max())
    size = np.abs(mixture.covariances).max()
    np.testing.assert_allclose(got.place.mixture.covariances, mixture.covariances, atol=1e-7 * size)
    np.testing.assert_allclose(got.place.found.weight, found.weight, rtol=1e-7)


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
@settings(max_examples=15)
@given(rows=clustered_rows(least=40, most_features=5), components=st.integers(2, 4), noisy=st.booleans())
def test_the_accelerated_loop_equals_its_numpy_twin(each, rows, components, noisy):
    start = some_start(each, rows, components, 0)
    if noisy:
        start = Mixture(start.weights * 0.9, start.means, start.covariances, Noise(0.1, 5.0))
    method = method_of(each, 1e-10 * rows.var(axis=0), sweeps=ONE_ROUND, accelerates=True)
    got = taken(method, start, ArraySource(rows), 8)
    twin = islice(accelerated(each, start, rows, floor=method.m_step.floor), len(got.trace))
    np.testing.assert_allclose(got.trace, [found.log_likelihood for _, found in twin], rtol=1e-6)


@pytest.mark.parametrize("accelerates", [False, True], ids=["plain", "accelerated"])
@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
@settings(max_examples=75)
@given(rows=clustered_rows(most_features=5), components=st.integers(2, 5), seed=st.integers(0, 9))
def test_the_log_likelihood_never_falls(each, accelerates, rows, components, seed):
    sweeps = ONE_ROUND if seed % 2 else TO_THE_END
    # Below the floor of a spike a log-likelihood has fewer digits than are looked at here.
    method = method_of(each, 1e-6 * rows.var(axis=0), sweeps=sweeps, accelerates=accelerates)
    stride = taken(method, some_start(each, rows, components, seed), ArraySource(rows), 40)
    trace = stride.trace
    assert stride.end is not End.FELL
    assert all(after >= before - 1e-9 * abs(before) for before, after in pairwise(trace))


@pytest.mark.parametrize("accelerates", [False, True], ids=["plain", "accelerated"])
@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
@settings(max_examples=25)
@given(rows=clustered_rows(most_features=5), components=st.integers(2, 5), seed=st.integers(0, 10_000))
def test_the_log_likelihood_never_falls_where_columns_differ_much_in_units(each, accelerates, rows, components, seed):
    rows = rows * 10.0 ** np.random.default_rng(seed).uniform(-6, 6, rows.shape[1])
    method = method_of(each, 1e-6 * rows.var(axis=0), sweeps=ONE_ROUND, accelerates=accelerates)
    stride = taken(method, some_start(each, rows, components, seed), ArraySource(rows), 40)
    assert stride.end is not End.FELL
    assert all(after >= before - 1e-9 * (1 + abs(before)) for before, after in pairwise(stride.trace))


@pytest.mark.parametrize("name", ["VVV", "VVI"])
def test_a_noise_component_is_carried_along(name):
    rows = matrix("faithful")
    start = some_start(family(name), rows, 2, 0)
    start = Mixture(start.weights * 0.9, start.means, start.covariances, Noise(0.1, 5.0))
    got = taken(method_of(family(name), np.zeros(2)), start, ArraySource(rows), 30)
    mixture, found = list(islice(plain(family(name), start, rows), 30))[-1]
    assert got.trace[-1] == pytest.approx(found.log_likelihood, rel=1e-12)
    assert got.place.mixture.noise_weight == pytest.approx(mixture.noise_weight, rel=1e-9)
    assert got.place.mixture.noise.log_volume == 5.0
    assert got.place.found.noise_weight == pytest.approx(found.noise_weight, rel=1e-9)


@pytest.mark.parametrize("accelerates", [False, True])
def test_strides_go_on_where_the_last_one_ended(accelerates):
    rows, each = matrix("iris"), family("VEE")
    start = some_start(each, rows, 3, 0)
    method = method_of(each, np.zeros(4), accelerates=accelerates)
    whole = taken(method, start, ArraySource(rows), 40)
    going = driver(method, start, ArraySource(rows))
    parts = [going.advance(7) for _ in range(6)]
    trace = [value for part in parts for value in part.trace]
    shared = min(len(trace), len(whole.trace))
    assert shared > 20
    assert trace[:shared] == list(whole.trace[:shared])
    assert all(1 <= len(part.trace) <= 7 for part in parts if part.end is End.GOING)


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
def test_a_loop_from_moments_begins_with_their_m_step(each):
    rows = matrix("banknote")
    source, method = ArraySource(rows), method_of(each, 1e-10 * rows.var(axis=0))
    found = moments(rows, np.random.default_rng(0).dirichlet(np.ones(3), len(rows)))
    got, expected = (taken(method, begin, source, 5) for begin in (found, m_step(each, found)))
    np.testing.assert_allclose(got.trace, expected.trace, rtol=1e-9)


def test_a_settled_loop_stops_at_the_pass_that_changed_little():
    rows, each = matrix("faithful"), family("EEE")
    start = m_step(each, moments(rows, np.eye(2)[np.arange(len(rows)) % 2] * 0.8 + 0.1))
    got = taken(method_of(each, np.zeros(2), 1e-8), start, ArraySource(rows), 10_000)
    assert got.end is End.SETTLED
    steps = np.abs(np.diff(got.trace)) / (1 + np.abs(got.trace[1:]))
    assert steps[-1] <= 1e-8 < steps[:-1].min()


def test_a_collapse_leaves_the_mixture_before_it():
    rows = np.vstack([np.random.default_rng(0).normal(size=(30, 2)), np.full((5, 2), 9.0)])
    shares = np.eye(2)[np.r_[np.zeros(30, int), np.ones(5, int)]] * 0.9 + 0.05
    start = m_step(family("VVV"), moments(rows, shares))
    got = taken(method_of(family("VVV"), 1e-10 * rows.var(axis=0)), start, ArraySource(rows), 500)
    assert got.end is End.DEGENERATE
    assert np.linalg.eigvalsh(got.place.mixture.covariances).min() > 0
    assert e_step(got.place.mixture, Rows.of(rows)).log_likelihood == pytest.approx(got.trace[-1])


def test_a_near_singular_covariance_is_told():
    rows = np.vstack([np.random.default_rng(0).normal(size=(30, 2)), [[9.0, 9.0], [9.0, 9.001], [9.001, 9.0]]])
    start = m_step(family("VVV"), moments(rows, np.eye(2)[np.r_[np.zeros(30, int), np.ones(3, int)]]))
    for flattest, near_singular in ((1e-3, True), (1e-9, False)):
        method = Method(MStep(family("VVV"), 1e-12 * rows.var(axis=0)), np.full(2, flattest))
        assert taken(method, start, ArraySource(rows), 3).place.is_near_singular == near_singular


def test_a_singular_start_is_refused():
    flat = Mixture([1.0], [[0.0, 0.0]], [[[1.0, 1.0], [1.0, 1.0]]])
    with pytest.raises(DegenerateError):
        taken(method_of(family("VVV"), np.zeros(2)), flat, ArraySource(np.eye(2)), 5)


def test_a_covariance_of_which_rounding_alone_is_left_is_refused_by_both_drivers():
    rows = np.random.default_rng(0).normal(size=(30, 2))
    near = np.array([[[1.0, 1.0], [1.0, 1.0 + 1e-13]]])
    with pytest.raises(DegenerateError):
        taken(method_of(family("VVV"), np.zeros(2)), Mixture([1.0], [[0.0, 0.0]], near), ArraySource(rows), 5)
    line = replace(moments(rows, np.ones((30, 1))), scatter=30 * near)
    with pytest.raises(DegenerateError):
        m_step(family("VVV"), line)


@pytest.mark.parametrize("accelerates", [False, True], ids=["plain", "accelerated"])
@pytest.mark.parametrize("name", ["VVI", "VEE"])
def test_both_drivers_go_the_same_way_to_the_same_end(name, accelerates):
    rows, each = matrix("iris"), family(name)
    start = some_start(each, rows, 3, 0)
    for floor, tolerance, most in ((1e-9, 0.0, 7), (1e-9, 1e-6, 500), (0.1, 0.0, 500)):
        method = method_of(each, np.full(4, floor), tolerance, accelerates=accelerates)
        fast = taken(method, start, ArraySource(rows), most)
        steps = (accelerated if accelerates else plain)(each, start, rows, floor=method.m_step.floor, sweeps=TO_THE_END)
        if fast.end is End.GOING:
            most = len(fast.trace)  # in compiled code rejected steps count as passes
        slow = Stepped(steps, method.m_step.value, tolerance, method.flattest).advance(most)
        np.testing.assert_allclose(slow.trace, fast.trace, rtol=1e-6 if accelerates else 1e-10)
        assert slow.end is fast.end
        assert slow.place.is_near_singular == fast.place.is_near_singular
        assert slow.place.least_weight == pytest.approx(fast.place.least_weight, rel=1e-3)
