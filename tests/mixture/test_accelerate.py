from contextlib import suppress
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.loops import accelerated, plain
from sklearn.cluster import kmeans_plusplus
from strategies import clustered_rows, mixtures

from benchmarks import problems
from core.data.rows import Rows
from core.data.source import ArraySource
from core.errors import DegenerateError
from core.mixture.em.acceleration import Frame
from core.mixture.em.covariance import TO_THE_END, estimate
from core.mixture.em.e_step import e_step
from core.mixture.em.m_step import m_step
from core.mixture.family import FAMILIES, family
from core.mixture.model import Mixture, Noise
from core.mixture.moments import moments

REFERENCE = Path(__file__).parents[1] / "reference"


def matrix(name):
    return np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)


def near_rows(each, rows, components, seed):
    """A mixture from rows chosen far from each other, each row given to the nearest."""
    centres, _ = kmeans_plusplus(rows, components, random_state=seed)
    labels = ((rows[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    return m_step(each, moments(rows, 0.9 * np.eye(components)[labels] + 0.1 / components))


def taken(steps, most):
    """What a generator of passes yields until it cannot go on, at most so many."""
    found = []
    with suppress(DegenerateError):
        found.extend(islice(steps, most))
    return found


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
@settings(max_examples=40)
@given(rows=clustered_rows(least=30, most_features=4), components=st.integers(2, 4), seed=st.integers(0, 9))
def test_the_log_likelihood_never_falls(each, rows, components, seed):
    start = near_rows(each, rows, components, seed)
    floor = 1e-6 * rows.var(axis=0)  # below it a log-likelihood has fewer digits than are looked at here
    found = taken(accelerated(each, start, rows, floor=floor), 30)
    trace = [moments.log_likelihood for _, moments in found]
    assert all(after >= before - 1e-9 * abs(before) for before, after in pairwise(trace))


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
def test_every_mixture_is_in_the_family_and_comes_with_its_own_moments(each):
    rows = matrix("iris")
    floor = 1e-10 * rows.var(axis=0)
    for mixture, found in islice(accelerated(each, near_rows(each, rows, 3, 0), rows, floor=floor), 25):
        weight = mixture.weights
        nearest = estimate(each, weight, weight[:, None, None] * mixture.covariances, mixture.covariances, TO_THE_END)
        np.testing.assert_allclose(nearest, mixture.covariances, atol=1e-6 * mixture.covariances.max())
        assert found.log_likelihood == pytest.approx(mixture.log_density(rows).sum(), rel=1e-12)


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
def test_it_settles_where_plain_em_stands_still(each):
    rows = matrix("banknote")
    source = ArraySource((rows - rows.mean(axis=0)) / rows.std())
    floor = 1e-10 * source.values.var(axis=0)
    start = near_rows(each, source.values, 2, 0)
    mixture, found = list(islice(accelerated(each, start, source, floor=floor), 120))[-1]
    after = list(islice(plain(each, mixture, source, floor=floor), 20))[-1][1]
    assert after.log_likelihood - found.log_likelihood <= 1e-5


def passes_until_near(rows, components, seed, generator, most):
    """Data passes, rejected ones counted, until the log-likelihood is within 1e-3 of where they all lead."""
    best = []

    def counted(mixture, block):
        found = e_step(mixture, block)
        best.append(max(found.log_likelihood, *best[-1:]) if best else found.log_likelihood)
        return found

    source = ArraySource(rows)
    start = near_rows(family("VVV"), rows, components, seed)
    for _ in generator(family("VVV"), start, source, counted):
        if len(best) >= most:
            break
    return int(np.argmax(np.array(best) >= best[-1] - 1e-3)) + 1


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_takes_at_most_a_quarter_of_plain_ems_passes_where_em_is_slow(seed):
    rows = problems.slow()
    slow = passes_until_near(rows, 5, seed, plain, 2_500)
    assert 4 * passes_until_near(rows, 5, seed, accelerated, 200) <= slow


def test_a_noise_component_is_carried_along():
    rows = matrix("faithful")
    start = near_rows(family("VVV"), rows, 2, 0)
    start = Mixture(start.weights * 0.9, start.means, start.covariances, Noise(0.1, 5.0))
    floor = 1e-10 * rows.var(axis=0)
    fast = list(islice(accelerated(family("VVV"), start, rows, floor=floor), 60))[-1]
    slow = list(islice(plain(family("VVV"), start, rows, floor=floor), 400))[-1]
    assert fast[1].log_likelihood == pytest.approx(slow[1].log_likelihood, abs=1e-4)
    assert fast[0].weights.sum() + fast[0].noise_weight == pytest.approx(1)


@given(origin=mixtures(), other=mixtures())
def test_coordinates_lead_back_to_the_mixture(origin, other):
    if origin.means.shape != other.means.shape:
        return
    found = Frame(origin).moments(Frame(origin).vector(other), 50.0)
    np.testing.assert_allclose(found.weight / 50, other.weights, rtol=1e-9)
    np.testing.assert_allclose(found.mean, other.means, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(
        found.scatter / found.weight[:, None, None], other.covariances, atol=1e-8 * other.covariances.max()
    )


def test_near_an_optimum_ems_step_is_the_gradient_in_these_coordinates():
    rows, each = matrix("faithful") / 10, family("VVV")
    optimum = list(islice(plain(each, near_rows(each, rows, 2, 0), rows), 300))[-1][0]
    step = Frame(optimum).vector(optimum)
    nearby = m_step(each, Frame(optimum).moments(np.full(len(step), 1e-4), len(rows)))
    frame = Frame(nearby)
    step = frame.vector(m_step(each, e_step(nearby, Rows.of(rows))))
    slopes = []
    for direction in 1e-6 * np.eye(len(step)):
        sides = (m_step(each, frame.moments(way * direction, len(rows))) for way in (1, -1))
        ahead, behind = (side.log_density(rows).sum() for side in sides)
        slopes.append((ahead - behind) / 2e-6 / len(rows))
    np.testing.assert_allclose(step, slopes, atol=2e-2 * np.abs(step).max())
