from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from core.data.prepare import Preparation
from core.mixture.family import family
from core.mixture.fit import fit
from pages.app.choices import Model, ModelChoice, PreparationChoice
from pages.density.choices import DrawingChoice, WhatIfChoice
from pages.ui.messages import plain
from tests.pages.conftest import as_csv

PAGE = "pages/density_page.py"


@pytest.fixture
def iris(visitor, flowers):
    return visitor.upload(flowers).settle().go(PAGE).settle()


def test_without_data_the_page_says_how_to_begin(visitor):
    visitor.go(PAGE).settle()
    assert not visitor.app.exception
    assert "There is no data yet" in visitor.text


def test_the_page_shows_densities_asks_what_if_and_checks_synthetic_rows(iris):
    assert not iris.app.exception
    assert iris.headings[0].startswith("3 of 4 columns have several peaks")
    assert iris.headings[1:] == ["What if some columns were known?", "Synthetic rows"]
    assert "Means differ by at most" in iris.text
    (check,) = (each.value for each in iris.app.dataframe)
    assert len(check) == 4


def test_a_value_that_is_supposed_says_which_group_and_what_the_others_are(iris):
    iris.app.number_input(key="given-2").set_value(1.4).run()
    iris.settle()
    assert not iris.app.exception
    assert "at 1\\.40: Group" in iris.text or "at 1.40: Group" in iris.text
    rest = iris.app.dataframe[0].value
    assert len(rest) == 3
    assert rest["sd"].to_numpy()[-1] < rest["sd_before"].to_numpy()[-1]
    iris.app.selectbox(key="about").select(rest["column"].iloc[2]).run()
    assert not iris.app.exception
    assert iris.session[WhatIfChoice].about == rest["column"].iloc[2]
    iris.click("forget")
    assert iris.session[WhatIfChoice].given == ()
    assert "forget" not in iris.keys


def test_with_every_column_known_the_page_says_that_none_is_left(iris):
    for at in range(4):
        iris.app.number_input(key=f"given-{at}").set_value(2.0).run()
    assert not iris.app.exception
    assert any("none is left" in each for each in iris.refusals)


def test_the_number_of_synthetic_rows_and_the_rules_are_choices(iris):
    iris.app.number_input(key="rows").set_value(77).run()
    iris.app.checkbox(key="within").uncheck().run()
    iris.settle()
    assert not iris.app.exception
    assert (iris.session[DrawingChoice].drawing.rows, iris.session[DrawingChoice].drawing.within) == (77, False)
    iris.go("pages/groups_page.py").settle().go(PAGE).settle()
    assert iris.app.number_input(key="rows").value == 77


def test_one_column_alone_has_a_density_and_synthetic_rows(visitor):
    values = np.random.default_rng(0).normal(size=80)
    visitor.upload(as_csv(["only"], [[f"{value:.4f}"] for value in values])).settle().go(PAGE).settle()
    assert not visitor.app.exception
    assert not visitor.refusals
    assert "Synthetic rows" in visitor.headings


def test_the_page_says_that_noise_is_left_out(visitor, monkeypatch):
    def noisy(matrix, plan, found, watch):
        return fit(matrix, replace(plan, noise=True), watch=watch)

    monkeypatch.setattr("pages.app.model.chosen", noisy)
    visitor.click("sample-outliers").settle()
    session = visitor.session
    visitor.app.session_state["session"] = session.chosen(ModelChoice(Model(family("EVI"), 3)))
    visitor.go(PAGE).settle()
    assert not visitor.app.exception
    assert "of the rows: scattered ones that no group claims" in visitor.text
    assert "Synthetic rows" in visitor.headings


def test_a_date_is_typed_and_told_as_a_date(visitor):
    rng = np.random.default_rng(1)
    days = np.sort(rng.integers(0, 700, 150)).tolist()
    level = rng.normal(np.array(days) / 9, 9)
    rows = [
        [np.datetime64("2022-01-01") + each, f"{one:.3f}", f"{rng.normal():.3f}"]
        for each, one in zip(days, level, strict=True)
    ]
    visitor.upload(as_csv(["when", "level", "other"], rows)).settle()
    chosen = Preparation(columns=("when", "level", "other"))
    visitor.app.session_state["session"] = visitor.session.chosen(PreparationChoice(chosen))
    visitor.go(PAGE).settle()
    visitor.app.date_input(key="given-0").set_value(date(2023, 3, 5)).run()
    visitor.settle()
    assert not visitor.app.exception
    assert plain("2023-03-05") in visitor.text
    visitor.click("forget").settle()
    visitor.app.number_input(key="given-1").set_value(40.0).run()
    visitor.settle()
    rest = visitor.app.dataframe[0].value.set_index("column")
    assert rest.loc["when", "mean"].startswith("202")
    assert rest.loc["when", "sd"].endswith(" days")
    visitor.go("pages/odd_rows_page.py").settle().go("pages/groups_page.py").settle()
    assert not visitor.app.exception
