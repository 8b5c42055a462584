"""A mixture by hand: what is shown is what the mathematics says, and the lines compute the same."""

import contextlib
import io

import numpy as np
import pytest
from scipy.stats import norm

from core.charts.lessons.mixture import blend_curves, blend_plane
from core.errors import ChoiceError
from core.lessons.mixture import MOST, along_x, blend, draw
from pages.lesson import mixture


def printed(code):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "figure", "exec"), {})
    return said.getvalue()


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
