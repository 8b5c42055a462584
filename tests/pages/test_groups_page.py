import pytest

from core.data.samples import sample
from pages.app.choices import ModelChoice, NamesChoice
from pages.ui.messages import plain
from tests.pages.conftest import PAGES, as_csv


@pytest.fixture
def iris(visitor, flowers):
    return visitor.upload(flowers).settle().go("pages/groups_page.py").settle()


def test_the_steps_from_k_means_to_the_mixture_are_shown_with_what_they_gain(iris):
    assert not iris.app.exception
    assert "From K-Means to the mixture, step by step" in iris.headings
    assert "Go as far as " in iris.text
    assert "Every step begins with the same 2 clusters of K" in iris.text
    (steps,) = (each.value for each in iris.app.dataframe if "gain_error" in each.value)
    assert list(steps["name"]) == ["K-Means", "EII", "VII", "VVI", "EEE", "VVV"]


def test_the_gain_on_held_out_rows_is_one_of_the_grounds_for_trusting_the_mixture(iris):
    iris.app.number_input(key="model-components").set_value(3).run()
    iris.settle()
    assert "Use the mixture here" in iris.headings
    assert "as likely under the mixture as under K" in iris.text


def test_with_one_group_there_are_no_steps(iris):
    iris.app.number_input(key="model-components").set_value(1).run()
    iris.settle()
    assert not iris.app.exception
    assert "With one group there is nothing to choose: both hold all rows." in iris.headings
    assert "From K-Means to the mixture, step by step" not in iris.headings


def test_components_without_a_valley_between_them_are_one_group_and_one_click_shows_them_apart(visitor):
    visitor.click("sample-faithful").settle()
    assert visitor.headings[0].startswith("2 groups; ")
    assert "The 3 components make up 2 groups" in visitor.text
    visitor.go("pages/groups_page.py").settle().click("apart").settle()
    assert visitor.session[ModelChoice].merged == 3
    assert visitor.headings[0].startswith("3 groups; ")
    assert "By your choice the 3 components are shown as groups." in visitor.text
    visitor.go("pages/data_page.py").settle().click("unmerge").settle()
    assert visitor.session[ModelChoice].merged is None
    assert visitor.headings[0].startswith("2 groups; ")


def test_one_column_alone_has_its_density_and_the_rest_of_the_page(visitor):
    values = [f"{i * i % 83 / 7 + 40 * (i % 2):.3f}" for i in range(120)]
    visitor.upload(as_csv(["only"], [[value] for value in values])).settle()
    visitor.go("pages/groups_page.py").settle()
    assert not visitor.app.exception
    assert "What each group is like" in visitor.headings


@pytest.mark.parametrize("page", PAGES)
def test_three_rows_break_no_page(visitor, page):
    visitor.upload(as_csv(["a", "b"], [["1", "2"], ["3", "5"], ["2", "2.2"]])).settle()
    visitor.go(page).settle()
    assert not visitor.app.exception


def test_each_group_is_said_to_be_found_again_or_not_once_it_is_asked_for(iris):
    assert "How sure is each group?" in iris.headings
    iris.click("sure").settle()
    assert not iris.app.exception
    assert iris.refusals == []
    (again,) = (each.value for each in iris.app.dataframe if "similarity" in each.value)
    assert again["similarity"].between(0, 1).all()
    (numbers,) = (each.value for each in iris.app.dataframe if "weight_low" in each.value)
    assert (numbers["mean_low"] <= numbers["mean"]).all()


def test_the_scatter_can_show_doubt_behind_the_rows(iris):
    iris.app.segmented_control(key="behind").set_value("How sure it would be").run()
    assert not iris.app.exception


def test_names_of_groups_are_used_on_every_page_and_come_back_with_their_model(iris):
    iris.app.text_input(key="group-name-0").set_value("*setosa* & <b>").run()
    iris.settle()
    assert iris.session[NamesChoice].names[0][1][0] == "*setosa* & <b>"
    assert r"**\*setosa\* \& \<b\>** holds 100 rows" in iris.text
    iris.go("pages/density_page.py").settle()
    iris.app.number_input(key="given-0").set_value(5.0).run()
    iris.settle()
    assert r"\*setosa\* \& \<b\> " in iris.text
    iris.go("pages/groups_page.py").settle()
    iris.app.number_input(key="model-components").set_value(3).run()
    iris.settle()
    assert "**Group 1** holds" in iris.text
    iris.app.number_input(key="model-components").set_value(2).run()
    iris.settle()
    assert iris.session[ModelChoice].model is not None  # chosen, though it is the one that was found without asking
    assert r"**\*setosa\* \& \<b\>** holds 100 rows" in iris.text
    iris.app.text_input(key="group-name-1").set_value("others").run()
    iris.settle()
    assert "**others** holds 50 rows" in iris.text


def test_typical_and_borderline_rows_of_a_group_are_shown(iris):
    (shown,) = (each.value for each in iris.app.dataframe if "this row is" in each.value)
    assert set(shown["this row is"]) >= {"most typical"}


def test_a_category_outside_the_model_is_said_to_go_together_with_the_groups(visitor):
    table = sample("iris").load().frame
    table = table.assign(species=[f"{name} {at % 5}" for at, name in enumerate(table["species"])])  # too many levels
    content = as_csv(list(table.columns), table.to_numpy().tolist())
    visitor.upload(content).settle().go("pages/groups_page.py").settle()
    assert "goes strongly together with the groups" in visitor.text


def pictures(visitor):
    """Every chart of the page, as Vega-Lite."""
    return [each.proto.spec for each in visitor.app.get("vega_lite_chart")]


def test_pictures_that_were_drawn_before_a_group_was_named_are_drawn_anew(iris):
    iris.go("pages/density_page.py").settle()
    assert any("Group 1" in each for each in pictures(iris))
    iris.go("pages/groups_page.py").settle()
    iris.app.text_input(key="group-name-0").set_value("small flowers").run()
    iris.settle().go("pages/density_page.py").settle()
    assert any("small flowers" in each for each in pictures(iris))
    assert not any("Group 1" in each for each in pictures(iris))


def test_a_name_stays_text_on_the_buttons_that_choose_a_group(iris):
    iris.app.text_input(key="group-name-0").set_value("**a** :red[b]").run()
    iris.settle()
    assert iris.app.segmented_control(key="examples").options[0] == plain("**a** :red[b]")


def test_a_chosen_group_that_is_no_more_breaks_nothing(iris):
    iris.app.segmented_control(key="examples").set_value(1).run()
    iris.app.number_input(key="model-components").set_value(1).run()
    iris.settle()
    assert not iris.app.exception
