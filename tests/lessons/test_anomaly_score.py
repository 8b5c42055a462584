"""The anomaly score as a lesson: the line is where it is said, and units and columns do what is said of them."""

import contextlib
import io

import numpy as np
import pytest

from core.charts.lessons.anomaly_score import chance_in_words, score_landscape, usual_by_columns
from core.lessons import ground
from core.lessons.anomaly_score import DIMENSIONS, far_from_centres, landscape, rescaled, usual_scores
from core.lessons.toys import toy
from pages.lesson.anomaly_score import code, in_percent

ROWS = toy("overlapping", 500).points


@pytest.fixture(scope="module")
def found():
    return landscape(ROWS, 3)


@pytest.mark.parametrize("rate", [0.005, 0.05, 0.2])
def test_the_share_of_usual_rows_beyond_the_line_is_the_one_that_was_asked_for(found, rate):
    drawn = found.fit.mixture.sample(40_000, np.random.default_rng(1))
    beyond = np.mean(-found.fit.mixture.log_density(drawn) >= found.flagged_at(rate).threshold)
    assert beyond == pytest.approx(rate, rel=0.15)


def test_the_outermost_border_is_the_line(found):
    regions, odd = found.regions(0.02), found.flagged_at(0.02)
    inside = np.array(
        [
            ((regions.left <= x) & (x < regions.right) & (regions.bottom <= y) & (y < regions.top)).any()
            for x, y in found.rows
        ]
    )
    assert regions.masses[-1] == 0.98
    assert np.mean(inside == ~odd.flagged) > 0.98  # but for the width of a cell at the border


@pytest.mark.parametrize("factor", [0.01, 1, 1_000])
def test_another_unit_moves_every_score_by_its_log_and_keeps_the_odd_rows(found, factor):
    odd = found.flagged_at(0.02)
    said = rescaled(found, odd, factor)
    assert said.shift == pytest.approx(np.log(factor), abs=1e-9)
    assert said.still_odd == said.odd == len(odd.ranking)
    assert 0 <= said.nearest_kept <= said.odd


def test_distances_are_those_to_the_own_centre():
    far = far_from_centres(ROWS, 3)
    assert far.shape == (500,)
    assert far.min() >= 0


def test_usual_scores_grow_with_the_columns_and_their_chances_are_those_of_simulated_rows():
    usual = usual_scores()
    assert [each.features for each in usual] == list(DIMENSIONS)
    assert all(each.least <= each.low < each.middle < each.high for each in usual)
    for each in usual:
        assert each.chance(each.high) == pytest.approx(0.05, abs=0.012)
        assert each.chance(each.middle) == pytest.approx(0.5, abs=0.03)
    assert chance_in_words(usual[-1], 10.0) == "every row"
    assert chance_in_words(usual[0], 10.0).startswith("1 row in 4")


def test_the_lines_draw_the_line_that_is_shown(found):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code("overlapping", 500, 3, 0.02), "figure", "exec"), {})
    odd = found.flagged_at(0.02)
    assert [float(each) for each in said.getvalue().split()] == [odd.threshold, odd.flagged.sum(), odd.score.max()]


def test_the_pictures_say_how_many_rows_lie_beyond(found):
    here, odd = ground.of_toy(toy("overlapping", 500)), found.flagged_at(0.02)
    spec = score_landscape(found, odd, 0.02, here).to_dict()
    assert spec["description"].startswith(f"{len(odd.ranking)} rows beyond a score of ")
    assert "in 50" in usual_by_columns(usual_scores(), 20.0).to_dict()["description"]
    assert in_percent(0.005) == "0.5 %"
