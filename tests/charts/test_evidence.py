"""The pictures of evidence: curves on rows held out, the entropy plot, the ladder."""

import dataclasses

import numpy as np
import pytest

from core.analysis.groups.grouping import Grouping
from core.analysis.groups.merging import Merge, Merging
from core.analysis.kmeans_or_mixture.ladder import ladder
from core.analysis.selection.held_out import Folds, HeldOut, Prediction
from core.charts.groups.merging import entropy_plot
from core.charts.kmeans_or_mixture.ladder import ladder_chart
from core.charts.selection.held_out import held_out_curves, leading
from core.mixture.family import family


def rows(chart):
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


def prediction(name, K, density, error=0.1, failed=0):
    return Prediction(family(name), K, K * 5 + (name == "VVV"), density, -density, error, failed)


@pytest.fixture
def predicted():
    models = [prediction("EII", K, value) for K, value in ((1, -9.0), (2, -0.05), (3, -0.2))]
    models += [prediction("VVV", K, value, failed=K == 3) for K, value in ((1, -8.0), (2, 0.0), (3, float("nan")))]
    return HeldOut(Folds(), tuple(models), 50, 50)


def test_models_that_failed_have_no_point_on_the_curves(predicted):
    drawn = {(row["family"], row["components"]) for row in rows(held_out_curves(predicted))}
    assert drawn == {("EII", 1), ("EII", 2), ("EII", 3), ("VVV", 1), ("VVV", 2)}


def test_one_group_far_below_does_not_flatten_the_curves_unless_it_is_the_best(predicted):
    def low(found):
        layers = held_out_curves(found).to_dict()["layer"]
        return next(
            layer["encoding"]["y"]["scale"]["domain"][0] for layer in layers if "scale" in layer["encoding"]["y"]
        )

    assert -1 < low(predicted) < -0.3
    best = dataclasses.replace(predicted.predictions[0], density=1.0, behind=0.0)
    assert low(dataclasses.replace(predicted, predictions=(best, *predicted.predictions[1:]))) < -8


def test_the_title_names_the_best_and_the_simplest_that_does_as_well(predicted):
    assert predicted.choice.name == "EII with 2 components"
    said = held_out_curves(predicted).to_dict()["description"]
    assert said.startswith("VVV with 2 components predicts rows held out best; EII with 2 components does as well.")
    words = str(held_out_curves(predicted).to_dict())
    assert "best: VVV, 2 components" in words
    assert "as good: EII, 2 components" in words


def test_curves_are_those_that_are_asked_for_or_the_leading_and_say_so_if_none_is_sound(predicted):
    assert leading(predicted) == ["EII", "VVV"]
    assert {row["family"] for row in rows(held_out_curves(predicted, ["VVV"]))} == {"VVV"}
    failed = tuple(dataclasses.replace(each, failed=1) for each in predicted.predictions if each.family.name == "VVV")
    found = dataclasses.replace(predicted, predictions=(predicted.predictions[0], *failed))
    assert "No model of VVV" in held_out_curves(found, ["VVV"]).to_dict()["description"]


def test_the_entropy_plot_tells_allowed_merges_from_others_and_rings_where_they_end():
    merges = (
        Merge(((0,), (2,)), Grouping((0, 1, 0)), 0.1, 0.9, 0.2, True),
        Merge(((0, 2), (1,)), Grouping((0, 0, 0)), 0.0, 0.2, 0.0, False),
    )
    chart = entropy_plot(Merging(3, 0.4, merges)).to_dict()
    drawn = [row for data in chart["datasets"].values() for row in data]
    assert [(row["components"], row["allowed"], row["under"]) for row in drawn] == [
        (3, True, ""), (2, True, "90 %"), (1, False, "20 %"),
    ]  # fmt: skip
    assert "datum.components === 2" in str(chart)
    assert chart["description"].startswith("3 components make up 2 groups.")


def test_one_component_has_no_entropy_plot():
    assert "nothing to merge" in entropy_plot(Merging(1, 0.0, ())).to_dict()["description"]


def test_the_ladder_has_a_point_for_every_rung_with_the_rows_that_move():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(300, 2)) * [5, 0.6] + np.repeat([[0, 0], [0, 5]], 150, axis=0)
    found = ladder(values, 2)
    drawn = rows(ladder_chart(found))
    assert [row["name"] for row in drawn] == [each.name for each in found.rungs]
    assert [row["brief"] for row in drawn] == ["", *(str(each.moved) for each in found.rungs[1:])]
    assert drawn[0]["gain"] == "–"
    assert ladder_chart(found).to_dict()["description"].startswith(f"{found.enough.name} is as far as it pays.")


def test_the_ladder_says_that_k_means_is_enough():
    found = ladder(np.random.default_rng(3).normal(size=(100, 2)), 1)
    assert ladder_chart(found).to_dict()["description"].startswith("No mixture predicts clearly better than K-Means.")
