"""The lesson: every figure stands, whatever is chosen, and its lines of Python compute what is shown."""

import numpy as np
import pytest

from core.lessons import ground
from core.lessons.em_steps import watched
from core.lessons.toys import TOYS, toy
from core.mixture.family import family
from pages.lesson.em_steps import PLACED, TRAP, WAYS, Choice, code, start

FIGURES = ("One Gaussian", "A mixture", "EM, step by step", "K-Means or mixture", "Anomaly score", "BIC and AIC")
PAGE = "pages/how_em_works_page.py"


def chart_texts(visitor):
    return [each.value for each in visitor.app.markdown]


def test_em_can_be_watched_without_any_data(visitor):
    visitor.go(PAGE)
    assert "Inside one step" in visitor.headings
    assert visitor.refusals == []
    assert any(text.startswith("**E-step 1**") for text in chart_texts(visitor))
    assert "A column of categories takes part the same way" in visitor.text


@pytest.mark.parametrize("shape", TOYS)
def test_em_can_be_watched_on_every_shape(visitor, shape):
    visitor.go(PAGE)
    visitor.app.selectbox(key="em-rows").set_value(shape).run()
    assert visitor.refusals == []
    assert not visitor.app.exception


@pytest.mark.parametrize("way", [*WAYS, PLACED])
def test_em_can_begin_anywhere(visitor, way):
    visitor.go(PAGE)
    visitor.app.selectbox(key="em-start").set_value(way).run()
    assert visitor.refusals == []
    assert not visitor.app.exception


def test_a_trap_is_told_with_what_saves_it(visitor):
    visitor.go(PAGE)
    visitor.app.selectbox(key="em-start").set_value(TRAP).run()
    assert "closes in on a few rows" in visitor.app.info[0].value
    assert "settles after" in visitor.app.info[0].value


def test_a_trap_where_there_is_none_is_refused_in_words(visitor):
    visitor.go(PAGE)
    visitor.app.selectbox(key="em-start").set_value(TRAP)
    visitor.app.selectbox(key="em-family").set_value("EII").run()
    assert "No start was found" in visitor.refusals[0]


def test_ones_own_columns_can_be_watched(visitor, two_groups):
    visitor.upload(two_groups).settle().go(PAGE)
    visitor.app.selectbox(key="em-rows").set_value("Your data").run()
    visitor.settle()
    assert visitor.refusals == []
    assert visitor.app.selectbox(key="em-x").value in ("width", "height")


def test_several_starts_say_how_many_reach_the_top(visitor):
    visitor.go(PAGE)
    visitor.app.toggle(key="em-several").set_value(True).run()
    visitor.settle()
    assert visitor.refusals == []
    assert not visitor.app.exception


@pytest.mark.parametrize("way", WAYS)
def test_the_lines_of_python_compute_what_is_shown(way):
    chosen = Choice("elongated", "", ("x", "y"), 300, 3, "VVV", way, 4)
    found = {}
    exec(code(chosen), found)
    here = ground.of_toy(toy(chosen.rows, chosen.n))
    trajectory = watched(family("VVV"), start(chosen, here), here.rows)
    np.testing.assert_array_equal(found["trace"], trajectory.trace)
    np.testing.assert_array_equal(found["mixture"].means, trajectory.last.means)


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_of_the_lesson_stands_without_data(visitor, figure):
    visitor.go(PAGE)
    visitor.app.segmented_control(key="figure").set_value(figure).run()
    visitor.settle()
    assert not visitor.app.exception
    assert visitor.refusals == []
    assert any("**Try this.**" in text for text in chart_texts(visitor))


def test_a_bell_is_fitted_to_points(visitor):
    visitor.go(PAGE)
    visitor.app.segmented_control(key="figure").set_value("One Gaussian").run()
    visitor.app.toggle(key="g-fit").set_value(True).run()
    assert not visitor.app.exception
    assert visitor.refusals == []


def test_a_mixture_without_any_weight_is_refused_in_words(visitor):
    visitor.go(PAGE)
    visitor.app.segmented_control(key="figure").set_value("A mixture").run()
    for k in (1, 2, 3):
        visitor.app.slider(key=f"mix-share-{k}").set_value(0)
    visitor.app.run()
    assert "No component has any weight" in visitor.refusals[0]
