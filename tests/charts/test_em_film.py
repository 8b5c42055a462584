"""The film of EM: its signals hold core's numbers, and its pictures follow from them."""

import json
import re

import numpy as np
import pytest
import vl_convert

import core
from core.charts import theme
from core.charts.lessons.em_steps.film import controls, em_film, stages
from core.charts.lessons.em_steps.traces import em_traces
from core.lessons import ground
from core.lessons.em_steps import several, start_of, watched
from core.lessons.toys import toy
from core.mixture.starts.start import RandomRows

VVV = core.family("VVV")
TOY = toy("spread", 200)
HERE = ground.of_toy(TOY)


@pytest.fixture(scope="module")
def trajectory():
    return watched(VVV, start_of(RandomRows(), VVV, 3, TOY.points), TOY.points)


@pytest.fixture(scope="module")
def signals(trajectory):
    return {each["name"]: each for each in controls(trajectory, HERE)}


def film_at(trajectory, stage):
    signals = controls(trajectory, HERE)
    next(each for each in signals if each["name"] == "stage")["value"] = stage
    spec = em_film(trajectory, HERE).to_dict()
    return vl_convert.vegalite_to_svg(spec | {"params": signals, "width": 700})


def test_stages_are_the_start_then_e_and_m_steps_in_turn(trajectory):
    said = [stage.said[0].split()[0] for stage in stages(trajectory)]
    assert said[0] == "The"
    assert said[1:7] == ["E-step", "M-step"] * 3
    assert said[-1] == "E-step"


def test_the_bound_never_falls_from_stage_to_stage(trajectory):
    bounds = [stage.lower_bound for stage in stages(trajectory)]
    assert (np.diff(bounds) >= -1e-9 * np.abs(bounds[1:])).all()


def test_the_signals_hold_cores_means_and_covariances(trajectory, signals):
    for stage, numbers in zip(stages(trajectory), signals["trajectory"]["value"], strict=True):
        x, y, a, b, c = np.array(numbers).T
        np.testing.assert_allclose(np.column_stack([x, y]), stage.mixture.means, rtol=1e-5, atol=1e-5)
        roots = np.stack([np.array([[p, 0], [q, r]]) for p, q, r in zip(a, b, c, strict=True)])
        np.testing.assert_allclose(roots @ roots.swapaxes(1, 2), stage.mixture.covariances, rtol=1e-4, atol=1e-5)
    assert signals["level"]["value"] == [stage.lower_bound for stage in stages(trajectory)]


def test_the_slider_covers_all_stages(trajectory, signals):
    assert signals["stage"]["bind"]["max"] == len(stages(trajectory)) - 1


def test_rows_are_grey_at_the_start_and_wear_their_shares_after_the_first_e_step(trajectory):
    assert film_at(trajectory, 0).lower().count(f'fill="{theme.GREY.lower()}"') >= len(TOY.points)
    wanted = {colour.lower() for colour in theme.blended(trajectory.passes[0].responsibilities)}
    painted = set(re.findall(r'fill="(#[0-9a-f]{6})"', film_at(trajectory, 1).lower()))
    assert wanted <= painted


def test_the_film_says_where_it_is(trajectory):
    assert "E-step 2: the rows are shared out" in film_at(trajectory, 3)


def test_shares_of_one_group_are_painted_in_its_colour():
    assert theme.blended(np.eye(3)) == [theme.colour(k) for k in range(3)]


def test_titles_say_how_it_ended(trajectory):
    said = em_film(trajectory, HERE).to_dict()["description"]
    assert said.startswith(f"EM settles after {len(trajectory.trace) - 1} passes")
    assert "never fell" in said


def test_several_starts_are_told_by_where_they_end():
    trajectories = list(several(RandomRows(), VVV, 3, TOY.points, range(4)))
    spec = em_traces(trajectories).to_dict()
    rows = [row for rows in spec["datasets"].values() for row in rows]
    assert len(rows) == sum(len(trajectory.trace) for trajectory in trajectories)
    assert "starts end at" in json.dumps(spec["description"])
