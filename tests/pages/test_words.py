"""Columns of words that take part, alone and beside numbers: every page shows them, and none is empty or refused."""

import json
from random import Random

import numpy as np
import pytest

from pages.app.choices import PreparationChoice
from pages.data.preparing import named
from pages.density.choices import WhatIfChoice
from pages.ui.messages import plain
from pages.ui.words import NO_NUMBERS
from tests.pages.conftest import OF_DATA, as_csv


def answers(numbers, n=240):
    """Two groups that four columns of words, and a number if there is to be one, tell apart; the first row is wrong."""
    rng = Random(5)
    names = [*(f"q{j}" for j in range(4)), "id", *(["hours"] if numbers else [])]
    rows = []
    for at in range(n):
        group = at % 2
        said = [("never", "often")[group if rng.random() < 0.95 else 1 - group] for _ in range(4)]
        rows.append([*said, f"person {at}", *([f"{rng.gauss(3 + 4 * group, 1):.3f}"] if numbers else [])])
    if numbers:
        rows[0][-1] = "40.5"
    return as_csv(names, rows)


@pytest.fixture(params=[False, True], ids=["words alone", "words and numbers"])
def asked(request, visitor):
    return visitor.upload(answers(request.param)).settle(), request.param


def charts(visitor):
    """The specifications of all charts on the page."""
    return [json.loads(each.proto.spec) for each in visitor.app.get("vega_lite_chart")]


def test_every_page_shows_columns_of_words(asked):
    visitor, _numbers = asked
    for page in OF_DATA:
        visitor.go(page).settle()
        assert not visitor.app.exception, page
        assert visitor.refusals == [], page
        drawn = charts(visitor)
        assert page == "pages/score_page.py" or drawn, page
        assert all(_rows(each) for each in drawn), page


def _rows(chart):
    """How many rows of data a chart's specification or its frames have."""
    return chart.get("datasets") or chart.get("data") or chart.get("layer")


def test_without_numbers_a_sentence_stands_for_their_pictures(asked):
    visitor, numbers = asked
    for page in ("pages/groups_page.py", "pages/density_page.py", "pages/odd_rows_page.py"):
        assert (NO_NUMBERS in visitor.go(page).settle().text) != numbers


def test_groups_are_told_by_their_words(asked):
    visitor, _ = asked
    said = visitor.go("pages/groups_page.py").settle().text
    assert "mostly often" in said
    assert "mostly never" in said
    assert "The groups differ most in " in said


def test_a_level_that_is_supposed_moves_the_others(asked):
    visitor, _ = asked
    visitor.go("pages/density_page.py").settle()
    visitor.app.selectbox(key="given-level-0").select("often").run()
    visitor.settle()
    assert dict(visitor.session[WhatIfChoice].given) == {"q0": "often"}
    assert "With q0 at often: " in visitor.text.replace("\\", "")
    assert visitor.refusals == []


def test_a_column_of_words_is_left_out_and_taken_back(asked):
    visitor, numbers = asked
    visitor.showing("button_group", "categories").set_value(["q0", "q1"]).run()
    visitor.settle()
    assert visitor.session[PreparationChoice].preparation.categories == ("q0", "q1")
    assert visitor.session[PreparationChoice].preparation.columns == (("hours",) if numbers else ())
    assert visitor.refusals == []
    assert "names rows" in visitor.text
    visitor.click("prepare-automatic").settle()
    assert visitor.session[PreparationChoice].preparation is None


def test_another_file_is_scored_and_unknown_levels_are_told(asked):
    visitor, numbers = asked
    content = answers(numbers).replace(b"never", b"hardly ever", 3)
    visitor.go("pages/score_page.py").settle()
    visitor.app.file_uploader(key="other").upload("other.csv", content, "text/csv").run()
    visitor.settle()
    assert visitor.refusals == []
    assert not visitor.app.exception
    assert plain("hardly ever") in visitor.text


def in_pairs(n=300):
    """Two groups that a number tells apart; of two columns of words the second says often what the first does."""
    rng = Random(2)
    rows = []
    for at in range(n):
        first, second, third = (rng.choice(["yes", "no"]) for _ in range(3))
        rows.append([first, first if rng.random() < 0.3 else second, third, f"{rng.gauss(9 * (at % 2), 1):.3f}"])
    return as_csv(["a *b*", "c", "d", "hours"], rows)


def test_columns_that_go_together_within_groups_are_told_with_their_figures(visitor):
    visitor.upload(in_pairs()).settle().go("pages/groups_page.py").settle()
    assert visitor.headings[0].startswith("2 groups")
    assert "“a *b*” and “c” go together within groups" in visitor.text.replace("\\", "")
    assert "a *b*" not in visitor.text
    (shown,) = (each.value for each in visitor.app.dataframe if "p_value" in each.value)
    assert len(shown) == 3


def test_columns_that_are_independent_within_groups_are_told_as_such(visitor):
    said = visitor.upload(answers(True)).settle().go("pages/groups_page.py").settle().text
    assert "No two columns of categories go together within groups by more than chance" in said


def test_the_rows_of_a_level_are_split_by_group_or_by_another_column(visitor):
    visitor.upload(in_pairs()).settle().go("pages/density_page.py").settle()
    assert any("a *b* by group: " in each["description"] for each in charts(visitor))
    visitor.app.selectbox(key="split-by").select_index(1).run()
    assert any("a *b* by c: " in each["description"] for each in visitor.settle() and charts(visitor))
    visitor.app.selectbox(key="spread-of").select_index(1).run()
    assert not visitor.settle().app.exception
    assert any("c by " in each["description"] for each in charts(visitor))


def test_a_single_group_splits_no_level(visitor):
    visitor.upload(in_pairs()).settle().go("pages/groups_page.py").settle()
    visitor.app.number_input(key="model-components").set_value(1).run()
    visitor.settle().go("pages/density_page.py").settle()
    assert not visitor.app.exception
    assert "The groups" not in visitor.app.selectbox(key="split-by").options
    assert any("a *b* by c: " in each["description"] for each in charts(visitor))


def test_what_a_widget_was_made_to_show_is_no_choice(visitor):
    rng = np.random.default_rng(5)
    felt = 0.8 * rng.normal(size=(300, 1)) + 0.6 * rng.normal(size=(300, 4))
    rows = 1 + np.searchsorted([-1.5, -0.5, 0.5, 1.5], felt)
    visitor.upload(as_csv(["a", "b", "c", "d"], rows.tolist())).settle()
    shown = visitor.showing("button_group", "categories")
    assert shown.value == []
    assert shown.key == named("categories", [])
    assert shown.key != named("categories", ["a", "b", "c", "d"])  # as it was while the answer was on its way
    shown.set_value(["a"]).run()
    assert visitor.settle().showing("button_group", "categories").value == ["a"]
    assert visitor.session[PreparationChoice].preparation.columns == ("b", "c", "d")
    visitor.showing("button_group", "categories").set_value([]).run()
    assert visitor.settle().session[PreparationChoice].preparation.categories == ()
