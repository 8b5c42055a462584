import re
from dataclasses import replace

import numpy as np
import pytest

from core.analysis.selection.board import Search
from core.analysis.selection.criterion import Criterion
from core.analysis.selection.sweep import sweep
from core.charts.selection.cell_map import SELECTION
from core.data.prepare import Preparation, prepare
from core.data.samples import sample
from core.mixture.family import family
from pages.app.choices import DataChoice, Model, ModelChoice
from pages.app.session import KEY, Session
from pages.how_many import cell_choice
from pages.how_many.choices import CriterionChoice, CurvesChoice, EvidenceChoice
from tests.pages.conftest import as_csv


@pytest.fixture
def iris(visitor, flowers):
    return visitor.upload(flowers).settle().go("pages/how_many_page.py").settle()


def test_the_first_answer_stands_as_curves_a_map_an_entropy_plot_and_four_rules_for_k_means(iris):
    assert not iris.app.exception
    assert iris.headings[0].startswith("2 groups: BIC clearly prefers 2 components to 3")
    assert len(iris.app.get("vega_lite_chart")) == 7
    assert iris.session[ModelChoice].model is None


def test_another_criterion_gives_its_own_verdict(iris):
    iris.app.segmented_control(key="criterion").set_value(Criterion.AIC).run()
    assert "AIC" in iris.headings[0]
    assert iris.session[CriterionChoice].criterion is Criterion.AIC
    iris.go("pages/data_page.py").go("pages/how_many_page.py").settle()
    assert iris.app.segmented_control(key="criterion").value is Criterion.AIC


def test_curves_are_drawn_for_the_families_that_are_chosen(iris):
    iris.app.pills(key="curves").set_value(["EEE"]).run()
    assert iris.session[CurvesChoice].families == ("EEE",)
    assert not iris.app.exception
    iris.app.pills(key="curves").set_value([]).run()
    assert iris.session[CurvesChoice].families is None
    assert len(iris.app.pills(key="curves").value) > 1


def test_a_model_chosen_here_is_the_model_everywhere_until_it_is_taken_back(iris):
    iris.app.number_input(key="model-components").set_value(3).run()
    iris.settle()
    assert (iris.session[ModelChoice].model.family.name, iris.session[ModelChoice].model.components) == ("VVV", 3)
    for page in ("pages/data_page.py", "pages/groups_page.py", "pages/odd_rows_page.py", "pages/how_many_page.py"):
        iris.go(page).settle()
        assert "**3 groups**, your choice" in [each.value for each in iris.app.sidebar.markdown]
    iris.click("model-automatic").settle()
    assert iris.session[ModelChoice].model is None
    assert "**2 groups**, found automatically" in [each.value for each in iris.app.sidebar.markdown]


def test_the_full_search_only_offers_what_it_finds(iris):
    iris.click("search").settle(180)
    assert iris.session[ModelChoice].model is None
    assert "A better model was found: VEV with 3 components" in iris.text
    assert iris.headings[0].startswith("2 groups in the present model. BIC ")
    iris.click("offer").settle()
    assert iris.headings[0].startswith("3 groups")
    assert iris.session[ModelChoice].model == Model(family("VEV"), 3, Search())
    assert "Nothing better was found" in iris.text
    iris.app.number_input(key="model-components").set_value(2).run()
    iris.settle()
    assert iris.session[ModelChoice].model == Model(family("VEV"), 2, Search())


def test_rows_are_held_out_when_that_is_asked_for(iris):
    assert "Hold rows out" not in iris.text
    iris.click("held-out").settle(180)
    assert not iris.app.exception
    assert "predicts rows that it has not seen" in iris.text
    assert "Rows held out a" in iris.text
    assert len(iris.app.get("vega_lite_chart")) == 8


def test_one_group_more_is_tested_when_that_is_asked_for_and_only_against_that_model(iris):
    iris.click("one-more").settle(180)
    assert not iris.app.exception
    assert "Twice the gain in log-likelihood from VVV with 2 to 3 is" in iris.text
    assert "The bootstrap test " in iris.text
    iris.app.number_input(key="model-components").set_value(3).run()
    iris.settle()
    assert "Twice the gain" not in iris.text
    assert "one-more" in iris.keys


def test_the_bootstrap_test_can_be_cancelled(visitor):
    visitor.click("sample-wine").settle().go("pages/how_many_page.py").settle()
    visitor.click("one-more")
    assert "cancel-front" in visitor.keys
    visitor.click("cancel-front")
    assert "again-front" in visitor.keys
    assert not visitor.app.exception


def test_a_bayesian_mixture_says_how_many_groups_it_needs_over_its_starts(iris):
    assert "It needs" not in iris.text
    iris.click("bayesian").settle(180)
    assert not iris.app.exception
    assert re.search(r"It needs \d to \d components, .*the start with the highest evidence needs \d", iris.text)
    assert iris.session[EvidenceChoice].bayesian
    assert "- Bayesian mixtures " in iris.text
    assert len(iris.app.get("vega_lite_chart")) == 8
    iris.go("pages/data_page.py").go("pages/how_many_page.py").settle()
    assert "It needs" in iris.text


def test_a_bayesian_mixture_can_be_cancelled_and_started_again(visitor):
    rows = np.random.default_rng(7).normal(size=(4_000, 5)) ** 3  # no start is soon done with these
    visitor.upload(as_csv(list("abcde"), rows.round(4).tolist())).settle().go("pages/how_many_page.py").settle()
    visitor.click("bayesian")
    assert "cancel-front" in visitor.keys
    visitor.click("cancel-front")
    assert "again-front" in visitor.keys
    assert not visitor.app.exception
    visitor.click("again-front")
    assert "cancel-front" in visitor.keys
    visitor.click("cancel-front")


def test_another_number_of_merged_groups_can_be_had_and_another_model_takes_it_back(iris):
    assert "The 2 components are 2 groups" in iris.text
    iris.app.number_input(key="merged").set_value(1).run()
    assert iris.settle().session[ModelChoice].merged == 1
    iris.app.number_input(key="model-components").set_value(3).run()
    assert iris.settle().session[ModelChoice].merged is None
    own = iris.app.number_input(key="merged").value
    iris.app.number_input(key="merged").set_value(1).run()
    assert iris.settle().session[ModelChoice].merged == 1
    iris.app.number_input(key="merged").set_value(own).run()
    assert iris.settle().session[ModelChoice].merged is None


def test_the_full_search_can_be_cancelled_and_started_again(visitor):
    visitor.click("sample-cancer").settle().go("pages/how_many_page.py")
    visitor.click("search")
    assert "cancel-background" in visitor.keys
    visitor.click("cancel-background")
    assert "again-background" in visitor.keys
    assert not visitor.app.exception
    assert visitor.headings
    visitor.click("again-background")
    assert "cancel-background" in visitor.keys
    visitor.click("cancel-background")


def test_the_search_goes_on_while_another_page_is_shown(visitor):
    visitor.click("sample-cancer").settle().go("pages/how_many_page.py").click("search")
    visitor.go("pages/data_page.py").settle()
    assert any("Trying every model" in each.value for each in visitor.app.sidebar.caption)
    visitor.go("pages/how_many_page.py")
    assert "cancel-background" in visitor.keys
    visitor.click("cancel-background")


def test_a_cell_that_is_clicked_is_the_model_and_one_without_a_fit_only_says_why(monkeypatch):
    board = sweep(
        prepare(sample("iris").load(), Preparation(categories=())), families=("EEE", "VVV"), components=(1, 2)
    )
    board = replace(board, cells=(*board.cells[:-1], replace(board.cells[-1], fit=None, reason="It collapsed.")))
    said = []
    monkeypatch.setattr(cell_choice.st, "toast", lambda text, icon: said.append(text))

    def clicked(family, components):
        state = {KEY: Session().chosen(DataChoice(sample="iris")), "map": {"selection": {SELECTION: []}}}
        if family:
            state["map"]["selection"][SELECTION].append({"family": family, "components": components})
        monkeypatch.setattr(cell_choice.st, "session_state", state)
        cell_choice.take(board, "map")
        return state[KEY][ModelChoice].model

    assert clicked("EEE", 2) == Model(board.cell("EEE", 2).family, 2, board.search)
    assert clicked("VVV", 2) is None
    assert said == ["It collapsed."]
    assert clicked(None, 0) is None
