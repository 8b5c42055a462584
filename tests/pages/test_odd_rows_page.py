from streamlit.testing.v1 import AppTest

from core.analysis.anomaly.policies import FalseDiscoveryRate, TopRows
from core.analysis.anomaly.reviews import Review, Reviews
from core.data.prepare import Preparation
from pages.app.choices import PolicyChoice, PreparationChoice, ReviewsChoice
from pages.odd_rows.choices import SecondOpinionsChoice
from tests.pages.conftest import as_csv


def test_the_line_can_be_drawn_by_false_discoveries(visitor):
    visitor.click("sample-outliers").settle().go("pages/odd_rows_page.py").settle()
    visitor.app.segmented_control(key="policy").set_value(FalseDiscoveryRate).run()
    assert not visitor.app.exception
    assert visitor.session[PolicyChoice].policy == FalseDiscoveryRate(0.1)
    visitor.app.select_slider(key="rate").set_value(0.01).run()
    assert visitor.session[PolicyChoice].policy == FalseDiscoveryRate(0.01)


def test_an_odd_row_says_what_its_columns_should_have_been(visitor):
    visitor.click("sample-outliers").settle().go("pages/odd_rows_page.py").settle()
    assert not visitor.app.exception
    assert "Why is it odd?" in visitor.text
    assert "given the other columns" in visitor.text


def reviews_shown(visitor):
    """The flagged rows' reviews as the table shows them, by row number."""
    frame = next(each.value for each in visitor.app.dataframe if "your review" in each.value)
    return dict(zip(frame["row"], frame["your review"], strict=True))


def test_a_review_given_beside_the_reasons_stands_in_the_table_and_is_counted(visitor):
    visitor.click("sample-outliers").settle().go("pages/odd_rows_page.py").settle()
    assert "No row is reviewed yet." in visitor.text
    row = int(next(iter(reviews_shown(visitor))))
    visitor.app.segmented_control(key=f"review-{row - 1}").set_value(Review.ODD).run()
    assert not visitor.app.exception
    assert reviews_shown(visitor)[row] == "really odd"
    assert "Of 1 reviewed row, 1 is really odd." in visitor.text
    visitor.app.segmented_control(key=f"review-{row - 1}").set_value(None).run()
    assert visitor.session[ReviewsChoice].reviews == Reviews()


def test_reviews_stay_when_the_line_the_page_and_the_model_change_and_go_with_the_file(visitor):
    visitor.click("sample-outliers").settle().go("pages/odd_rows_page.py").settle()
    row = int(next(iter(reviews_shown(visitor))))
    visitor.app.segmented_control(key=f"review-{row - 1}").set_value(Review.FINE).run()
    visitor.app.segmented_control(key="policy").set_value(TopRows).run()
    visitor.app.number_input(key="top").set_value(0).run()
    assert "Of 1 reviewed row, none is really odd." in visitor.text
    visitor.app.number_input(key="top").set_value(5).run()
    visitor.go("pages/groups_page.py").settle().go("pages/odd_rows_page.py").settle()
    assert not visitor.app.exception
    assert reviews_shown(visitor)[row] == "fine"
    visitor.go("pages/data_page.py").settle().click("begin-iris").settle()
    assert visitor.session[ReviewsChoice].reviews == Reviews()


def test_a_review_chosen_in_the_table_is_kept_by_its_row():
    def script():
        import streamlit as st

        from core.analysis.groups.listing import REVIEW
        from pages.app.choices import ReviewsChoice
        from pages.app.session import current
        from pages.odd_rows import reviews

        st.session_state["table"] = {"edited_rows": {1: {REVIEW: "fine"}, 0: {REVIEW: "really odd"}, 2: {}}}
        reviews.take_edits("table", [30, 10, 20])
        st.session_state["table"] = {"edited_rows": {0: {REVIEW: None}}}
        reviews.take_edits("table", [30, 10, 20])
        st.write(current()[ReviewsChoice].reviews.said)

    ran = AppTest.from_function(script).run()
    assert not ran.exception
    assert ran.session_state["session"][ReviewsChoice].reviews == Reviews.of({10: Review.FINE})


def test_other_detectors_are_asked_on_demand_and_stay_when_the_line_moves(visitor):
    visitor.click("sample-outliers").settle().go("pages/odd_rows_page.py").settle()
    visitor.click("others").settle()
    assert not visitor.app.exception
    assert "Isolation Forest ranks the rows" in visitor.text
    assert "Local Outlier Factor ranks the rows" in visitor.text
    visitor.app.segmented_control(key="policy").set_value(TopRows).run()
    assert not visitor.app.exception
    assert "of the 10 oddest rows" in visitor.text
    differing = visitor.app.dataframe[-1].value
    assert list(differing.columns) == ["row", "mixture", "Isolation Forest", "Local Outlier Factor"]


def test_rows_that_are_nearly_all_blank_somewhere_have_a_refusal_in_place_of_other_detectors(visitor):
    rows = [[f"{i * i % 17 + i / 9:.3f}", "" if i > 5 else str(i)] for i in range(40)]
    visitor.upload(as_csv(["a", "b"], rows)).settle()
    visitor.app.session_state["session"] = visitor.session.chosen(
        PreparationChoice(Preparation(columns=("a", "b"))), SecondOpinionsChoice(asked=True)
    )
    visitor.go("pages/odd_rows_page.py").settle()
    assert not visitor.app.exception
    assert any("without blanks" in each for each in visitor.refusals)


def test_one_column_alone_has_its_density_in_place_of_a_scatter(visitor):
    values = [f"{i * i % 83 / 7:.3f}" for i in range(120)] + ["99"]
    visitor.upload(as_csv(["only"], [[value] for value in values])).settle()
    visitor.go("pages/odd_rows_page.py").settle()
    assert not visitor.app.exception
    assert "Why is it odd?" in visitor.headings
    assert "only: expected" in visitor.text.replace("\\", "").replace("\u2060", "")
