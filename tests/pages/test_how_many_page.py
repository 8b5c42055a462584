import pytest

from core.analysis.selection import Criterion


@pytest.fixture
def iris(visitor):
    return visitor.click("sample-iris").settle().go("pages/how_many_page.py").settle()


def test_the_first_answer_stands_as_curves_a_map_and_two_rules_for_k_means(iris):
    assert not iris.app.exception
    assert iris.headings[0].startswith("2 groups: BIC clearly prefers that to 3")
    assert len(iris.app.get("vega_lite_chart")) == 4
    assert iris.session.model is None


def test_another_criterion_gives_its_own_verdict(iris):
    iris.app.segmented_control(key="criterion").set_value(Criterion.AIC).run()
    assert "AIC" in iris.headings[0]
    assert iris.session.criterion is Criterion.AIC
    iris.go("pages/data_page.py").go("pages/how_many_page.py").settle()
    assert iris.app.segmented_control(key="criterion").value is Criterion.AIC


def test_curves_are_drawn_for_the_families_that_are_chosen(iris):
    iris.app.pills(key="curves").set_value(["EEE"]).run()
    assert iris.session.curves == ("EEE",)
    assert not iris.app.exception
    iris.app.pills(key="curves").set_value([]).run()
    assert iris.session.curves is None
    assert len(iris.app.pills(key="curves").value) > 1


def test_a_model_chosen_here_is_the_model_everywhere_until_it_is_taken_back(iris):
    iris.app.number_input(key="model-components").set_value(3).run()
    iris.settle()
    assert (iris.session.model.family.name, iris.session.model.components) == ("VVV", 3)
    for page in ("pages/data_page.py", "pages/groups_page.py", "pages/odd_rows_page.py", "pages/how_many_page.py"):
        iris.go(page).settle()
        assert "**3 groups**, your choice" in [each.value for each in iris.app.sidebar.markdown]
    iris.click("model-automatic").settle()
    assert iris.session.model is None
    assert "**2 groups**, found automatically" in [each.value for each in iris.app.sidebar.markdown]


def test_the_fuller_search_only_offers_what_it_finds(iris):
    iris.click("search").settle(180)
    assert iris.session.model is None
    assert "A better model was found: VEV with 3 groups" in iris.text
    assert iris.headings[0].startswith("3 groups")
    iris.click("offer").settle()
    assert (iris.session.model.family.name, iris.session.model.components) == ("VEV", 3)
    assert "Nothing better was found" in iris.text


def test_the_fuller_search_can_be_cancelled_and_started_again(visitor):
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
