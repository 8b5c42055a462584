"""One Gaussian by hand: what is shown is what the mathematics says, and the lines compute the same."""

import contextlib
import io

import numpy as np
import pytest
from scipy.stats import chi2, multivariate_normal

from core.charts.lessons.one_gaussian import bell_picture
from core.errors import FitError
from core.lessons.one_gaussian import SIGMAS, Bell, bell_of, points_of, some_points, within
from pages.lesson import one_gaussian

BELL = Bell((0.5, -1.0), (1.5, 0.7), 0.6)


def printed(code):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "figure", "exec"), {})
    return said.getvalue()


def test_a_bell_says_of_a_point_what_the_normal_distribution_does():
    spot = BELL.at((2.0, -2.0))
    covariance = [[1.5**2, 0.6 * 1.5 * 0.7], [0.6 * 1.5 * 0.7, 0.7**2]]
    assert spot.density == pytest.approx(multivariate_normal([0.5, -1.0], covariance).pdf([2.0, -2.0]))
    assert spot.score == pytest.approx(-np.log(spot.density))
    away = np.array([1.5, -1.0])
    assert spot.distance == pytest.approx(np.sqrt(away @ np.linalg.inv(covariance) @ away))
    assert spot.beyond == pytest.approx(chi2(2).sf(spot.distance**2))


def test_as_many_rows_lie_within_the_ellipses_as_is_said():
    rows = BELL.mixture.sample(40_000, np.random.default_rng(0))
    distances = np.array([BELL.at(tuple(row)).distance for row in rows[:4_000]])
    for sigma in SIGMAS:
        assert np.mean(distances <= sigma) == pytest.approx(within(sigma), abs=0.02)


def test_a_bell_that_is_fitted_has_the_moments_of_its_points():
    points = points_of(some_points())
    found = bell_of(points)
    np.testing.assert_allclose(found.mean, points.mean(axis=0))
    np.testing.assert_allclose(found.spreads, points.std(axis=0), rtol=1e-8)
    assert found.correlation == pytest.approx(np.corrcoef(points.T)[0, 1])


def test_points_that_are_not_whole_are_left_out_and_too_few_are_refused():
    typed = some_points()
    typed.loc[2, "y"] = None
    assert len(points_of(typed)) == len(typed) - 1
    with pytest.raises(FitError, match="Add 4 or more"):
        bell_of(points_of(typed.iloc[:2]))


def test_points_on_a_line_are_refused_in_words():
    with pytest.raises(FitError, match="The points lie on a line"):
        bell_of([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [4.0, 4.0]])


def test_the_lines_of_one_gaussian_compute_what_is_shown():
    spot = BELL.at((2.0, -2.0))
    found = [float(each) for each in printed(one_gaussian.code(BELL, (2.0, -2.0))).split()]
    np.testing.assert_allclose(found, [spot.density, spot.score, spot.distance])


def test_the_lines_of_a_bell_that_is_fitted_compute_what_is_shown():
    points = points_of(some_points())
    spot = bell_of(points).at((2.0, -2.0))
    found = [float(each) for each in printed(one_gaussian.fitted_code(points, (2.0, -2.0))).split()]
    np.testing.assert_allclose(found, [spot.density, spot.score, spot.distance])


@pytest.mark.parametrize("rows", [0, 5])
def test_the_picture_says_where_the_point_lies(rows):
    points = points_of(some_points()) if rows else None
    shown = bell_picture(BELL, (1.0, 1.0), BELL.at((1.0, 1.0)), points, 6.0).to_dict()
    assert "standard deviations out" in shown["description"]
