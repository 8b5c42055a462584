"""K-Means against the mixture on shapes whose groups are known."""

import contextlib
import io

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

import core
from core.charts.lessons.kmeans_or_mixture import contest_pair
from core.errors import ChoiceError
from core.lessons.kmeans_or_mixture import contest
from core.lessons.toys import TOYS
from pages.lesson.kmeans_or_mixture import SHAPES, TRY, code


@pytest.mark.parametrize("shape", TOYS)
def test_a_toy_set_has_as_many_points_as_asked_for_and_every_group(shape):
    toy = core.toy(shape, rows=137, seed=3)
    assert toy.points.shape == (137, 2)
    assert set(toy.labels.tolist()) == set(range(toy.components))
    assert (core.toy(shape, rows=137, seed=3).points == toy.points).all()
    assert not (core.toy(shape, rows=137, seed=4).points == toy.points).all()


def test_a_set_that_there_is_not_is_refused():
    with pytest.raises(ChoiceError, match="round"):
        core.toy("square")
    with pytest.raises(ChoiceError, match="20"):
        core.toy("round", rows=3)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_lines_compute_the_two_indices_that_are_shown(shape):
    found = contest(shape, 300, 3, 1)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code(shape, 300, 3, 1), "figure", "exec"), {})
    assert [float(each) for each in said.getvalue().split()] == [found.k_means_ari, found.mixture_ari]
    assert len(TRY[shape]) == 2


def test_the_mixture_wins_where_groups_are_long_or_unequal_and_nobody_where_they_are_round():
    assert contest("round").sentence.startswith("A draw, both find the groups")
    for shape in ("elongated", "spread", "size"):
        assert contest(shape).sentence.startswith("The mixture wins")
    for shape in ("crescents", "ring"):
        assert contest(shape).sentence.startswith("Neither finds the groups")


def test_labels_are_those_of_the_true_groups_they_match():
    found = contest("round")
    assert np.mean(found.k_means_labels == found.toy.labels) > 0.97
    assert adjusted_rand_score(found.k_means_labels, found.toy.labels) == found.k_means_ari


@pytest.mark.parametrize("groups", [1, 2, 5])
def test_another_number_of_groups_is_drawn_as_well(groups):
    found = contest("ring", 200, groups)
    for chart, ari in zip(contest_pair(found), (found.k_means_ari, found.mixture_ari), strict=True):
        assert f"{ari:.2f}" in chart.to_dict()["description"]
