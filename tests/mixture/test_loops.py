import json
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import clustered_rows

from core.data.patterns import Patterns
from core.data.source import ArraySource
from core.errors import DegenerateError
from core.mixture import compiled, missing_pass
from core.mixture.em import acceleration as accelerate
from core.mixture.em import m_step as em
from core.mixture.em.covariance import ONE_ROUND, TO_THE_END
from core.mixture.em.drivers import End, Limits, loop
from core.mixture.family import FAMILIES, family
from core.mixture.model import Mixture, Noise
from core.mixture.moments import moments
from core.mixture.problem import by_pattern

REFERENCE = Path(__file__).parents[1] / "reference"
SETS = ("faithful", "iris", "banknote")


def limits_of(floor, tolerance=0.0, **others):
    return Limits(floor, 1e4 * floor, tolerance, **others)  # a spike is 1e4 times the numerical floor


def taken(each, start, source, limits, passes, patterns=None):
    """So many passes of a loop."""
    return loop(each, start, source, limits, patterns).run(passes)


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
    start = em.m_step(family(model), moments(rows, shares))
    limits = limits_of(np.zeros(rows.shape[1]), 1e-14)
    return taken(family(model), start, ArraySource(rows), limits, 20_000)


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
    return em.m_step(each, moments(rows, shares))


@pytest.mark.parametrize("sweeps", [TO_THE_END, ONE_ROUND], ids=["to the end", "one round"])
@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
@settings(max_examples=15)
@given(rows=clustered_rows(least=40, most_features=6), components=st.integers(1, 4), weighted=st.booleans())
def test_the_compiled_loop_equals_its_numpy_twin(each, sweeps, rows, components, weighted):
    weights = np.random.default_rng(1).uniform(0.5, 1.5, len(rows)) if weighted else None
    start = some_start(each, rows, components, 0)
    limits = limits_of(1e-12 * rows.var(axis=0), sweeps=sweeps)
    source = ArraySource(rows, weights)
    got = taken(each, start, source, limits, 8)
    twin = list(islice(em.passes(each, start, source, floor=limits.floor, sweeps=sweeps), len(got.trace)))
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
    values, _ = by_pattern(np.where(blank, np.nan, rows))
    weights = rng.uniform(0.5, 1.5, len(rows)) if weighted else None
    limits, source = limits_of(1e-12 * rows.var(axis=0)), ArraySource(values, weights)
    got = taken(each, start, source, limits, 6, Patterns.of(values))
    step = missing_pass.diagonal_e_step if each.is_diagonal else missing_pass.e_step
    twin = list(islice(em.passes(each, start, source, step, limits.floor), len(got.trace)))
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
    limits = limits_of(1e-10 * rows.var(axis=0), sweeps=ONE_ROUND, accelerates=True)
    got = taken(each, start, ArraySource(rows), limits, 8)
    twin = islice(accelerate.passes(each, start, ArraySource(rows), floor=limits.floor), len(got.trace))
    np.testing.assert_allclose(got.trace, [found.log_likelihood for _, found in twin], rtol=1e-6)


@pytest.mark.parametrize("accelerates", [False, True], ids=["plain", "accelerated"])
@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
@settings(max_examples=75)
@given(rows=clustered_rows(most_features=5), components=st.integers(2, 5), seed=st.integers(0, 9))
def test_the_log_likelihood_never_falls(each, accelerates, rows, components, seed):
    sweeps = ONE_ROUND if seed % 2 else TO_THE_END
    # Below the floor of a spike a log-likelihood has fewer digits than are looked at here.
    limits = limits_of(1e-6 * rows.var(axis=0), sweeps=sweeps, accelerates=accelerates)
    trace = taken(each, some_start(each, rows, components, seed), ArraySource(rows), limits, 40).trace
    assert all(after >= before - 1e-9 * abs(before) for before, after in pairwise(trace))


@pytest.mark.parametrize("name", ["VVV", "VVI"])
def test_a_noise_component_is_carried_along(name):
    rows = matrix("faithful")
    start = some_start(family(name), rows, 2, 0)
    start = Mixture(start.weights * 0.9, start.means, start.covariances, Noise(0.1, 5.0))
    got = taken(family(name), start, ArraySource(rows), limits_of(np.zeros(2)), 30)
    mixture, found = list(islice(em.passes(family(name), start, ArraySource(rows)), 30))[-1]
    assert got.trace[-1] == pytest.approx(found.log_likelihood, rel=1e-12)
    assert got.place.mixture.noise_weight == pytest.approx(mixture.noise_weight, rel=1e-9)
    assert got.place.mixture.noise.log_volume == 5.0
    assert got.place.found.noise_weight == pytest.approx(found.noise_weight, rel=1e-9)


@pytest.mark.parametrize("accelerates", [False, True])
def test_strides_go_on_where_the_last_one_ended(accelerates):
    rows, each = matrix("iris"), family("VEE")
    start = some_start(each, rows, 3, 0)
    limits = limits_of(np.zeros(4), accelerates=accelerates)
    whole = taken(each, start, ArraySource(rows), limits, 40)
    going = loop(each, start, ArraySource(rows), limits)
    parts = [going.run(7) for _ in range(6)]
    trace = [value for part in parts for value in part.trace]
    shared = min(len(trace), len(whole.trace))
    assert shared > 20
    assert trace[:shared] == list(whole.trace[:shared])
    assert all(7 <= part.passes <= 8 for part in parts if part.end is End.GOING)


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
def test_a_loop_from_moments_begins_with_their_m_step(each):
    rows = matrix("banknote")
    source, limits = ArraySource(rows), limits_of(1e-10 * rows.var(axis=0))
    found = moments(rows, np.random.default_rng(0).dirichlet(np.ones(3), len(rows)))
    got, expected = (taken(each, begin, source, limits, 5) for begin in (found, em.m_step(each, found)))
    np.testing.assert_allclose(got.trace, expected.trace, rtol=1e-9)


def test_a_settled_loop_stops_at_the_pass_that_changed_little():
    rows, each = matrix("faithful"), family("EEE")
    start = em.m_step(each, moments(rows, np.eye(2)[np.arange(len(rows)) % 2] * 0.8 + 0.1))
    got = taken(each, start, ArraySource(rows), limits_of(np.zeros(2), 1e-8), 10_000)
    assert got.end is End.SETTLED
    steps = np.abs(np.diff(got.trace)) / (1 + np.abs(got.trace[1:]))
    assert steps[-1] <= 1e-8 < steps[:-1].min()


def test_a_collapse_leaves_the_mixture_before_it():
    rows = np.vstack([np.random.default_rng(0).normal(size=(30, 2)), np.full((5, 2), 9.0)])
    shares = np.eye(2)[np.r_[np.zeros(30, int), np.ones(5, int)]] * 0.9 + 0.05
    start = em.m_step(family("VVV"), moments(rows, shares))
    got = taken(family("VVV"), start, ArraySource(rows), limits_of(1e-10 * rows.var(axis=0)), 500)
    assert got.end is End.DEGENERATE
    assert np.linalg.eigvalsh(got.place.mixture.covariances).min() > 0
    assert em.e_step(got.place.mixture, rows).log_likelihood == pytest.approx(got.trace[-1])


def test_a_squeezed_covariance_is_told():
    rows = np.vstack([np.random.default_rng(0).normal(size=(30, 2)), [[9.0, 9.0], [9.0, 9.001], [9.001, 9.0]]])
    start = em.m_step(family("VVV"), moments(rows, np.eye(2)[np.r_[np.zeros(30, int), np.ones(3, int)]]))
    for flattest, squeezed in ((1e-3, True), (1e-9, False)):
        limits = Limits(1e-12 * rows.var(axis=0), np.full(2, flattest))
        assert taken(family("VVV"), start, ArraySource(rows), limits, 3).place.is_squeezed == squeezed


def test_a_singular_start_is_refused():
    flat = Mixture([1.0], [[0.0, 0.0]], [[[1.0, 1.0], [1.0, 1.0]]])
    with pytest.raises(DegenerateError):
        taken(family("VVV"), flat, ArraySource(np.eye(2)), limits_of(np.zeros(2)), 5)


@pytest.mark.parametrize("accelerates", [False, True], ids=["plain", "accelerated"])
@pytest.mark.parametrize("name", ["VVI", "VEE"])
def test_without_a_compiler_the_loop_is_the_same(name, accelerates, monkeypatch):
    rows = matrix("iris")
    start = some_start(family(name), rows, 3, 0)
    tiny = np.full(4, 1e-9)
    for limits, passes in ((limits_of(tiny), 7), (limits_of(tiny, 1e-6), 500), (limits_of(np.full(4, 0.1)), 500)):
        limits = replace(limits, accelerates=accelerates)
        fast = taken(family(name), start, ArraySource(rows), limits, passes)
        with monkeypatch.context() as patch:
            patch.setattr(compiled, "load", lambda _: None)
            slow = taken(family(name), start, ArraySource(rows), limits, passes)
        np.testing.assert_allclose(slow.trace, fast.trace, rtol=1e-6 if accelerates else 1e-10)
        assert (slow.end, slow.passes) == (fast.end, fast.passes)
        assert slow.place.is_squeezed == fast.place.is_squeezed
        assert slow.place.least_weight == pytest.approx(fast.place.least_weight, rel=1e-3)
