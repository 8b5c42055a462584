import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import mixtures

from core.data.rows import Rows
from core.mixture import compiled, density
from core.mixture.em import e_step as steps
from core.mixture.model import Mixture, Noise
from core.mixture.moments import Moments

ROOT = Path(__file__).parents[2]
BIG = mixtures(most_components=7, most_features=11)
AWKWARD_ROWS = st.sampled_from([1, 2, 7, 8, 9, 255, 256, 257, 263, 600])
FIELDS = ("log_likelihood", "rows", "noise_weight", "entropy", "log_largest")


def e_step(mixture, rows, weights=None, diagonal=False, over=map):
    return steps.e_step(mixture, Rows.of(rows, weights), diagonal, over)


def diagonal_e_step(mixture, rows, weights=None, over=map):
    return e_step(mixture, rows, weights, True, over)


def in_numpy(mixture, rows, weights=None):
    return steps.in_numpy(mixture, Rows.of(rows, weights))


def rows_of(mixture, n, seed):
    return mixture.sample(n, np.random.default_rng(seed))


def with_noise(mixture):
    return Mixture(mixture.weights * 0.9, mixture.means, mixture.covariances, Noise(0.1, 5.0))


def diagonal(mixture):
    return Mixture(mixture.weights, mixture.means, mixture.covariances * np.eye(mixture.features), mixture.noise)


def assert_same(got: Moments, expected: Moments, tolerance=1e-10):
    """Sums agree to a tolerance relative to what was summed, as rounding leaves it."""
    rows = max(expected.rows, 1e-300)
    present = expected.weight > 1e-8 * rows
    assert got.weight == pytest.approx(expected.weight, rel=tolerance, abs=tolerance * rows)
    np.testing.assert_allclose(got.mean[present], expected.mean[present], rtol=tolerance, atol=tolerance)
    scale = np.abs(expected.scatter).max() + rows
    np.testing.assert_allclose(got.scatter[present], expected.scatter[present], rtol=tolerance, atol=tolerance * scale)
    for name in FIELDS:
        assert getattr(got, name) == pytest.approx(getattr(expected, name), rel=tolerance, abs=tolerance * rows), name


@given(mixture=BIG, n=AWKWARD_ROWS, noisy=st.booleans(), weighted=st.booleans(), seed=st.integers(0, 99))
def test_the_kernel_equals_its_numpy_twin(mixture, n, noisy, weighted, seed):
    mixture = with_noise(mixture) if noisy else mixture
    rows = rows_of(mixture, n, seed)
    weights = np.random.default_rng(seed).choice([0.0, 0.5, 1.0, 3.0], n) if weighted else None
    assert_same(e_step(mixture, rows, weights), in_numpy(mixture, rows, weights))


@given(mixture=BIG, n=AWKWARD_ROWS, noisy=st.booleans(), weighted=st.booleans(), seed=st.integers(0, 99))
def test_the_diagonal_kernel_equals_the_diagonal_of_its_twin(mixture, n, noisy, weighted, seed):
    mixture = diagonal(with_noise(mixture) if noisy else mixture)
    rows = rows_of(mixture, n, seed)
    weights = np.random.default_rng(seed).uniform(0, 2, n) if weighted else None
    got, expected = e_step(mixture, rows, weights, diagonal=True), in_numpy(mixture, rows, weights)
    off_diagonal = ~np.eye(mixture.features, dtype=bool)
    assert not got.scatter[:, off_diagonal].any()
    assert_same(got, replace(expected, scatter=expected.scatter * np.eye(mixture.features)))


@given(mixture=BIG, n=AWKWARD_ROWS, noisy=st.booleans(), seed=st.integers(0, 99))
def test_the_scores_equal_the_mixtures_own(mixture, n, noisy, seed):
    mixture = with_noise(mixture) if noisy else mixture
    rows = rows_of(mixture, n, seed)
    np.testing.assert_allclose(density.log_density(mixture, rows), mixture.log_density(rows), rtol=1e-10, atol=1e-10)
    shares = mixture.responsibilities(rows)
    np.testing.assert_allclose(density.responsibilities(mixture, rows), shares, rtol=1e-9, atol=1e-12)
    sure = (shares > 0.5).any(axis=1)
    assert (density.labels(mixture, rows) == shares.argmax(axis=1))[sure].all()


@pytest.mark.parametrize("step", [e_step, diagonal_e_step], ids=["full", "diagonal"])
def test_any_number_of_threads_gives_the_same_bits(step):
    mixture = diagonal(Mixture([0.3, 0.7], [[0.0, 1, 2], [2.0, 1, 0]], [np.eye(3), 2 * np.eye(3)]))
    rows = rows_of(mixture, 3 * steps.CHUNK_ROWS + 77, 1)
    alone = step(mixture, rows)
    for threads in (1, 2, 8):
        with ThreadPoolExecutor(threads) as pool:
            together = step(mixture, rows, over=pool.map)
        for name in ("weight", "mean", "scatter", *FIELDS):
            assert np.array_equal(getattr(together, name), getattr(alone, name)), name
        with ThreadPoolExecutor(threads) as pool:
            assert np.array_equal(density.log_density(mixture, rows, pool.map), density.log_density(mixture, rows))


@given(mixture=mixtures(), cuts=st.lists(st.integers(1, 299), min_size=1, max_size=6, unique=True))
def test_moments_do_not_depend_on_the_partition(mixture, cuts):
    rows = rows_of(mixture, 300, 3)
    parts = [e_step(mixture, part) for part in np.split(rows, sorted(cuts))]
    assert_same(reduce(add, parts), e_step(mixture, rows))


def test_blocks_of_one_row_add_up_to_all_rows():
    mixture = Mixture([0.4, 0.6], [[0.0, 0], [1.0, 1]], [np.eye(2), [[1, 0.5], [0.5, 1]]])
    rows = rows_of(mixture, 40, 0)
    assert_same(reduce(add, (e_step(mixture, row[None]) for row in rows)), e_step(mixture, rows))


def test_no_rows_have_the_moments_of_no_rows():
    mixture = Mixture([1.0], [[0.0, 0]], [np.eye(2)])
    got = e_step(mixture, np.empty((0, 2)))
    assert got.rows == got.log_likelihood == 0
    assert not got.weight.any()
    assert not got.scatter.any()
    assert len(density.log_density(mixture, np.empty((0, 2)))) == 0


def test_read_only_and_strided_rows_are_taken_as_they_are():
    mixture = Mixture([0.4, 0.6], [[0.0, 0], [1.0, 1]], [np.eye(2), [[1, 0.5], [0.5, 1]]])
    rows = rows_of(mixture, 500, 0)
    wide = np.zeros((1000, 5))
    wide[::2, 1:4:2] = rows
    frozen = rows.copy()
    frozen.flags.writeable = False
    for other in (wide[::2, 1:4:2], np.asfortranarray(rows), frozen, rows[::-1][::-1]):
        assert_same(e_step(mixture, other), e_step(mixture, rows), 0.0)


def test_an_offset_costs_no_digits():
    mixture = Mixture([0.4, 0.6], [[0.0, 0], [1.0, 1]], [np.eye(2), [[1, 0.5], [0.5, 1]]])
    rows = np.round(rows_of(mixture, 500, 0) * 2**20) / 2**20  # so that adding the offset rounds nothing
    far = Mixture(mixture.weights, mixture.means + 2.0**27, mixture.covariances)
    near, moved = e_step(mixture, rows), e_step(far, rows + 2.0**27)
    np.testing.assert_array_equal(moved.scatter, near.scatter)
    assert moved.log_likelihood == near.log_likelihood


def test_a_row_that_no_component_explains_belongs_to_none():
    mixture = Mixture([0.4, 0.6], [[0.0, 0], [1.0, 1]], [np.eye(2), np.eye(2)])
    rows = np.array([[0.0, 0.5], [1e200, 0], [1.0, 1.0]])
    got, without = e_step(mixture, rows), e_step(mixture, rows[[0, 2]])
    assert got.log_likelihood == -np.inf
    assert got.rows == 3
    np.testing.assert_array_equal(got.weight, without.weight)
    np.testing.assert_allclose(got.scatter, without.scatter)
    np.testing.assert_array_equal(density.responsibilities(mixture, rows)[1], [0, 0])
    np.testing.assert_allclose(in_numpy(mixture, rows).weight, got.weight)


def test_a_row_of_weight_zero_adds_nothing_even_if_impossible():
    mixture = Mixture([1.0], [[0.0]], [[[1.0]]])
    got = e_step(mixture, np.array([[0.5], [1e200]]), np.array([1.0, 0.0]))
    assert got.log_likelihood == pytest.approx(mixture.log_density(np.array([[0.5]]))[0])


def test_a_component_of_weight_zero_takes_no_share():
    mixture = Mixture([1.0, 0.0], [[0.0], [1.0]], [[[1.0]], [[1.0]]])
    got = e_step(mixture, np.array([[0.5], [1.5]]))
    assert got.weight[1] == 0
    assert np.isfinite(got.log_likelihood)


PROBE = """
import logging, sys
logging.basicConfig(level=logging.WARNING, format="%(message)s")
import numpy as np
from core.data.rows import Rows
from core.mixture import density
from core.mixture.em.e_step import e_step
from core.mixture.model import Mixture
mixture = Mixture([1.0], [[0.0]], [[[1.0]]])
for _ in range(3):
    e_step(mixture, Rows.of(np.ones((5, 1))))
print(density.labels(mixture, np.ones((5, 1))), "numba" in sys.modules)
"""


def run_apart(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True
    )


def test_a_missing_compiler_is_said_once_and_numpy_takes_over():
    hidden = "import sys; sys.modules['numba'] = None" + PROBE
    ran = run_apart(hidden)
    assert ran.stderr.count("NumPy") == 1
    assert ran.stdout.startswith("[0 0 0 0 0]")


def test_nowhere_to_keep_the_compiled_code_is_said_once_and_numpy_takes_over():
    ran = run_apart("from numba.core import caching; caching.CacheImpl._locator_classes = []" + PROBE)
    assert ran.stderr.count("NumPy") == 1
    assert ran.stdout.startswith("[0 0 0 0 0]")


def test_the_numpy_form_has_the_same_interface(monkeypatch):
    mixture = with_noise(Mixture([0.4, 0.6], [[0.0, 0], [1.0, 1]], [np.eye(2), 2 * np.eye(2)]))
    rows = rows_of(mixture, 100, 0)
    fast = [f(mixture, rows) for f in (e_step, diagonal_e_step)]
    scores = [f(mixture, rows) for f in (density.log_density, density.responsibilities, density.labels)]
    monkeypatch.setattr(compiled, "load", lambda name: None)
    for f, expected in zip((e_step, diagonal_e_step), fast, strict=True):
        assert_same(f(mixture, rows), expected)
    for f, expected in zip((density.log_density, density.responsibilities, density.labels), scores, strict=True):
        np.testing.assert_allclose(f(mixture, rows), expected, atol=1e-12)


def test_importing_core_does_not_import_the_compiler():
    ran = run_apart("import sys; import core.mixture.density; print('numba' in sys.modules)")
    assert ran.stdout.strip() == "False"
