"""One Gaussian and a mixture by hand: what is shown is what the mathematics says, and the lines compute the same."""

import contextlib
import io

import numpy as np
import pytest
from scipy.stats import chi2, multivariate_normal, norm

from core.charts.lessons.bells import bell_picture, blend_curves, blend_plane
from core.errors import ChoiceError, FitError
from core.lessons.mixture import MOST, along_x, blend, draw
from core.lessons.one_gaussian import SIGMAS, Bell, bell_of, points_of, some_points, within
from pages.lesson import mixture, one_gaussian

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


@pytest.mark.parametrize("shares", [(1,), (5, 3, 2), (0, 1), (1,) * MOST])
def test_weights_are_shares_of_one_and_parts_sum_to_the_density(shares):
    made = blend(shares, 0.7, 1.3)
    np.testing.assert_allclose(made.weights, np.array(shares) / sum(shares))
    found = along_x(made, -1.0)
    bells = [norm(m, c**0.5).pdf(-1.0) for m, c in zip(made.means[:, 0], made.covariances[:, 0, 0], strict=True)]
    np.testing.assert_allclose(found.densities, bells)
    assert sum(w * p for w, p in zip(found.weights, found.densities, strict=True)) == pytest.approx(found.total)
    assert found.total == pytest.approx(float(np.exp(made.marginal([0]).log_density([[-1.0]])[0])))


def test_components_without_any_weight_are_refused():
    with pytest.raises(ChoiceError, match="Raise one"):
        blend((0, 0))


def test_the_lines_of_a_mixture_draw_the_points_that_are_shown():
    made = blend((5, 3, 2), 0.8, 1.1)
    drawn = draw(made, 100, 3)
    said = printed(mixture.code((5, 3, 2), 0.8, 1.1, -2.0, 100, 3))
    assert said.splitlines()[0].startswith("[0.5 0.3 0.2] 1.0 ")
    assert float(said.splitlines()[0].split()[-1]) == pytest.approx(along_x(made, -2.0).total, rel=1e-12)
    assert said.splitlines()[1] == str(np.array(drawn.counts))


def test_points_follow_their_components():
    made = blend((6, 4))
    drawn = draw(made, 20_000, 1)
    np.testing.assert_allclose(np.array(drawn.counts) / 20_000, made.weights, atol=0.02)
    for k in (0, 1):
        np.testing.assert_allclose(drawn.points[drawn.labels == k].mean(axis=0), made.means[k], atol=0.06)


@pytest.mark.parametrize("rows", [0, 1, 100])
def test_the_pictures_say_what_they_show(rows):
    made = blend((5, 3))
    drawn = draw(made, rows)
    assert "Density curve of a mixture of 2 components" in blend_curves(made, drawn, 0.0, 10).to_dict()["description"]
    assert "Ellipses of 2 components" in blend_plane(made, drawn, 0.5, 10).to_dict()["description"]
    points = points_of(some_points()) if rows else None
    shown = bell_picture(BELL, (1.0, 1.0), BELL.at((1.0, 1.0)), points, 6.0).to_dict()
    assert "standard deviations out" in shown["description"]
