"""Stored parameters: the criteria of a fit are those of the mixture that it hands out, whatever rounding did to it."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core.mixture import fit as fitting
from core.mixture.em.stopping import Objection, Outcome
from core.mixture.family import FAMILIES
from core.mixture.fit import polish
from core.mixture.stored import is_rounded, totals

RNG = np.random.default_rng(3)
ROWS = RNG.normal(size=(60, 3)) + np.repeat([[0.0, 0.0, 0.0], [7.0, 3.0, 0.0]], 30, axis=0)
WEIGHTS = RNG.integers(0, 3, 60).astype(float)
FAR = np.array([9e11, -3e11, 1e5])  # from 0, in spreads


def log_likelihood(fit, rows, weights=None):
    """The sum of the log densities of rows with a cell, by weights that sum to the fit's."""
    some = ~np.isnan(rows).all(axis=1)
    given = np.ones(len(rows)) if weights is None else weights
    return given[some] @ fit.mixture.log_density(rows)[some] * fit.n_rows / given[some].sum()


def entropy(fit, rows):
    """Of rows that all weigh 1."""
    shares = fit.mixture.responsibilities(rows)
    return -(shares * np.log(np.where(shares > 0, shares, 1.0))).sum()


def with_blanks(rows):
    blanks = np.random.default_rng(5).random(rows.shape) < 0.1
    blanks[4] = True
    return np.where(blanks, np.nan, rows)


@pytest.mark.parametrize("weights", [None, WEIGHTS, RNG.exponential(size=60)], ids=["alike", "whole", "any"])
@pytest.mark.parametrize("noise", [False, True], ids=["", "noise"])
@pytest.mark.parametrize("offset", [0.0, FAR], ids=["near", "far"])
@pytest.mark.parametrize("blanks", [False, True], ids=["whole", "blanks"])
def test_the_log_likelihood_is_that_of_the_mixture_handed_out(blanks, offset, noise, weights):
    rows = (with_blanks(ROWS) if blanks else ROWS) + offset
    plan = core.Plan(components=2, restarts=1, max_iterations=40, noise=noise)
    for each in FAMILIES:
        found = core.fit(rows, replace(plan, family=each), weights=weights)
        assert log_likelihood(found, rows, weights) == pytest.approx(found.log_likelihood, rel=1e-9), each.name
        if weights is None and not blanks:
            assert entropy(found, rows) == pytest.approx(found.entropy, rel=1e-6, abs=1e-6), each.name


@pytest.mark.parametrize("outcome", [Outcome.ITERATION_LIMIT, Outcome.COLLAPSED, Outcome.CANCELLED])
@pytest.mark.parametrize("offset", [0.0, FAR], ids=["near", "far"])
def test_so_it_is_however_the_fit_ended(offset, outcome):
    rows, limit, watch = ROWS + offset, 500, None
    if outcome is Outcome.COLLAPSED:
        rows = np.vstack([ROWS, np.full((3, 3), 20.0), np.full((3, 3), -20.0)]) + offset
    if outcome is Outcome.ITERATION_LIMIT:
        limit = 2
    if outcome is Outcome.CANCELLED:
        watch = lambda progress: progress.done < 3  # noqa: E731
    found = core.fit(rows, components=4, restarts=1, max_iterations=limit, tolerance=1e-12, watch=watch)
    assert found.outcome is outcome
    assert log_likelihood(found, rows) == pytest.approx(found.log_likelihood, rel=1e-9)


def test_so_it_is_in_a_sweep_and_after_polishing():
    rows = ROWS + FAR
    board = core.sweep(rows, families=("VVV", "EEI"), components=(1, 2))
    for each in [*(cell.fit for cell in board.cells), polish(rows, board.best(), tolerance=1e-12)]:
        assert log_likelihood(each, rows) == pytest.approx(each.log_likelihood, rel=1e-9)


def test_near_zero_nothing_is_looked_at_twice(monkeypatch):
    monkeypatch.setattr(fitting, "totals", lambda *_: pytest.fail("The rows were gone through once more."))
    for offset in (0.0, 1e3):
        core.fit(ROWS + offset, components=2)


def test_a_mixture_without_a_density_in_the_users_units_is_not_admissible(monkeypatch):
    found = core.fit(ROWS + FAR, components=2)
    assert found.admissible
    monkeypatch.setattr(fitting, "totals", lambda *_: None)
    assert core.fit(ROWS + FAR, components=2).objections == (Objection.SPIKE,)


def test_a_singular_covariance_and_a_row_beyond_all_numbers_have_no_totals():
    flat = core.Mixture(np.ones(1), np.zeros((1, 3)), np.ones((1, 3, 3)))
    assert is_rounded(flat)
    assert totals(flat, core.ArraySource(ROWS), 60.0) is None
    assert (
        totals(core.Mixture(np.ones(1), np.zeros((1, 3)), np.eye(3)[None]), core.ArraySource(ROWS * 1e200), 60.0)
        is None
    )


def test_a_polished_fit_keeps_the_row_weights():
    weights = np.where(np.arange(60) < 30, 5.0, 1.0)
    found = core.fit(ROWS, components=2, weights=weights, tolerance=1e-4)
    again = polish(ROWS, found, weights=weights, tolerance=1e-12)
    assert again.mixture.weights == pytest.approx(found.mixture.weights, abs=1e-3)
    assert again.trace[: len(found.trace)] == found.trace
    without = polish(ROWS, found)
    assert without.mixture.weights == pytest.approx(np.full(2, 0.5), abs=0.02)
    assert without.trace[: len(found.trace)] != found.trace
