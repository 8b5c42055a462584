import time
from random import Random

import numpy as np
import pytest

from core.analysis.answer.first import first_answer
from core.data.prepare import Preparation, Shape
from core.data.samples import sample
from core.progress import Progress
from pages.app.choices import DataChoice, PreparationChoice, ReadingChoice, RowNameChoice
from pages.app.jobs import Lane
from pages.app.session import KEY, Session
from pages.data import column_choice
from pages.data.choices import TicksChoice
from pages.data.reading_form import CHOICES
from pages.ui.messages import plain
from tests.pages.conftest import OF_DATA, PAGES, as_csv


def test_without_data_every_page_offers_the_samples_and_the_way_to_upload(visitor):
    for page in OF_DATA:
        visitor.go(page)
        assert not visitor.app.exception
        assert visitor.refusals == []
        assert "sample-iris" in visitor.keys
        assert visitor.app.title
        if page == "pages/data_page.py":
            assert {each.key for each in visitor.app.file_uploader} == {"upload", "saved"}
        else:
            assert len(visitor.app.page_link) == 1


def test_an_upload_is_answered_with_the_groups_and_one_picture(visitor, two_groups):
    visitor.upload(two_groups).settle()
    assert visitor.headings[0].startswith("2 groups; every row is clearly in one")
    assert len(visitor.app.get("vega_lite_chart")) == 1
    assert plain("1 row has a blank in a chosen column; it is placed by the cells that it has.") in visitor.text


def test_columns_that_are_left_out_say_why_and_one_click_takes_them_in(visitor, two_groups):
    visitor.upload(two_groups).settle()
    offered = {each.label: each.key for each in visitor.app.button if str(each.key).startswith("take-")}
    assert set(offered) == {"id", "same"}
    assert "an identifier or a running number" in visitor.text
    assert visitor.session[PreparationChoice].preparation is None
    visitor.click(offered["id"]).settle()
    assert visitor.session[PreparationChoice].preparation.columns == ("id", "width", "height")
    assert {each.label for each in visitor.app.button if str(each.key).startswith("take-")} == {"same"}


def test_a_choice_that_cannot_be_fitted_is_refused_and_leaves_the_way_back(visitor, two_groups):
    visitor.upload(two_groups).settle()
    visitor.click(next(each.key for each in visitor.app.button if each.label == "same")).settle()
    assert "the same value in every row" in visitor.refusals[0]
    assert "upload" in {each.key for each in visitor.app.file_uploader}
    assert "Which columns it is based on" in visitor.headings


def test_the_scale_and_the_transforms_prepare_the_rows_anew(visitor, two_groups):
    visitor.upload(two_groups).settle()
    before = visitor.session[PreparationChoice].preparation
    visitor.showing("pills", "shape-YEO_JOHNSON").set_value(["width"]).run()
    visitor.settle()
    assert dict(visitor.session[PreparationChoice].preparation.transforms) == {"width": "yeo-johnson"}
    assert visitor.showing("pills", "shape-LOG").options == ["height"]
    assert visitor.session[PreparationChoice].preparation != before
    assert visitor.refusals == []


def test_the_file_can_be_read_in_another_way(visitor, two_groups):
    visitor.upload(two_groups).settle()
    chosen(visitor, "header").set_value(0)
    next(each for each in visitor.app.button if each.label == "Read again").click().run()
    visitor.settle()
    assert visitor.session[ReadingChoice].reading.header == 0
    assert "has 121 rows and 5 columns" in visitor.text


def test_one_click_reads_what_a_note_tells_of_in_the_other_way_and_one_more_goes_back(visitor, two_groups):
    visitor.upload(two_groups + b"Total,9,9,9,9\r\n").settle()
    assert "has 120 rows" in visitor.text
    visitor.click(next(each.key for each in visitor.app.button if each.label == "Keep them")).settle()
    assert "has 121 rows" in visitor.text
    visitor.click("read-first").settle()
    assert "has 120 rows" in visitor.text
    assert "read-first" not in visitor.keys


def noise(seed):
    """A table that no other test has asked for."""
    values = np.random.default_rng(seed).normal(size=(300, 3))
    return as_csv([f"c{j}" for j in range(3)], [[f"{v:.6f}" for v in row] for row in values.tolist()])


@pytest.fixture
def lingering(monkeypatch):
    """The first search for groups goes on until it is cancelled, the next ones take their time."""
    begun = []

    def search(matrix, *, watch, over):
        begun.append(matrix)
        while len(begun) == 1 and watch(Progress("fits", 0, 1)):
            time.sleep(0.01)
        return first_answer(matrix, watch=watch, over=over)

    monkeypatch.setattr("pages.app.beginning.first_answer", search)


def test_the_search_for_groups_can_be_cancelled_and_started_again(visitor, lingering):
    visitor.upload(noise(1))
    while "What we read" not in visitor.headings:  # the page is alive while groups are looked for
        visitor.app.run()
    assert "Looking for groups" in visitor.app.session_state["jobs"][Lane.FRONT].title
    assert "cancel-front" in visitor.keys
    visitor.click("cancel-front")
    assert "again-front" in visitor.keys
    assert visitor.refusals == []
    visitor.click("again-front").settle()
    assert " group" in visitor.headings[0]


def test_another_choice_cancels_the_work_of_the_choice_before(visitor, lingering):
    visitor.upload(noise(2))
    while "What we read" not in visitor.headings:
        visitor.app.run()
    job = visitor.app.session_state["jobs"][Lane.FRONT]
    visitor.app.radio(key="scale").set_value("robust").run()
    assert job.cancelled
    assert visitor.app.session_state["jobs"].get(Lane.FRONT) is not job  # it may be over already
    visitor.settle()
    assert visitor.refusals == []


def test_rows_are_called_by_the_likeliest_column_until_another_is_chosen(visitor):
    rows = [[f"shop {i}", f"town {i % 9}", f"{(i * 37) % 101}", f"{(i * 53) % 89}"] for i in range(80)]
    visitor.upload(as_csv(["name", "town", "x", "y"], rows)).settle()
    assert visitor.app.selectbox(key="row-name").value == "name"
    visitor.app.selectbox(key="row-name").set_value("town").run()
    visitor.settle()
    assert visitor.session[RowNameChoice].column == "town"
    assert visitor.session[PreparationChoice].preparation is None  # which would fit everything anew
    visitor.app.selectbox(key="row-name").set_value("").run()
    assert visitor.app.selectbox(key="row-name").value == ""


class Screen:
    """A stand-in for the state of widgets that AppTest cannot set: what was edited in a table."""

    def __init__(self, monkeypatch, session, edited):
        self.state = {KEY: session, "jobs": {}, "editor": {"edited_rows": edited}}
        monkeypatch.setattr(column_choice.st, "session_state", self.state)

    @property
    def session(self):
        return self.state[KEY]


@pytest.fixture
def customers():
    return [each for each in sample("customers").load().columns if each.kind.is_numeric]


def test_ticks_choose_the_columns_in_the_order_of_the_table(monkeypatch, customers):
    session = Session().chosen(DataChoice(sample="customers"), TicksChoice(("yearly_spend", "visits_per_year")))
    screen = Screen(monkeypatch, session, {"5": {"use": True}, "2": {"use": False}})
    column_choice._take_edits("editor", sample("customers").load(), customers)
    assert screen.session[PreparationChoice].preparation.columns == ("visits_per_year", "months_as_customer")


def test_a_column_can_be_read_as_another_kind_and_then_leaves_or_joins_the_columns(monkeypatch, customers):
    session = Session().chosen(
        DataChoice(sample="customers"),
        PreparationChoice(Preparation(columns=("yearly_spend", "visits_per_year"))),
    )
    screen = Screen(monkeypatch, session, {"2": {"kind": "text"}, "5": {"kind": "number"}})
    column_choice._take_edits("editor", sample("customers").load(), customers)
    assert dict(screen.session[ReadingChoice].reading.kinds) == {"yearly_spend": "text", "months_as_customer": "number"}
    assert screen.session[PreparationChoice].preparation.columns == ("visits_per_year", "months_as_customer")
    assert screen.session[TicksChoice].drawn == session[TicksChoice].drawn + 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"a,b\n", "no rows"),
        (b"%PDF-1.7 \x00\x01 no table", ""),
        (b"PK\x03\x04 not a workbook", ""),
        (as_csv(["name", "town"], [[f"name {at}", f"town {at}"] for at in range(30)]), "No column"),
        (as_csv(["x"], [["1.5"]]), ""),
    ],
    ids=["empty", "header only", "pdf", "broken workbook", "no numbers", "one row"],
)
def test_what_cannot_be_analysed_is_refused_in_a_sentence_on_every_page(visitor, content, said):
    visitor.upload(content).settle()
    for page in OF_DATA:
        visitor.go(page).settle()
        assert not visitor.app.exception
        assert len(visitor.refusals) == 1
        assert said in visitor.refusals[0].replace("\\", "")
    visitor.go("pages/data_page.py").click("sample-iris" if "sample-iris" in visitor.keys else "begin-iris").settle()
    assert visitor.refusals == []


def test_hostile_names_are_no_markdown_anywhere(visitor):
    names = [
        "a.b",
        "x[0]",
        "![x](http://h.invalid/)",
        "<img src=x onerror=alert(1)>",
        "mean(x)",
        "q" * 5_000,
        "",
        "a.b",
    ]
    rows = [[f"{(7 * i * (j + 3)) % 101 + i / 997:.4f}" for j in range(len(names))] for i in range(60)]
    visitor.upload(as_csv(names, rows), "![x](http://h.invalid) <b>.csv").settle()
    for page in PAGES:
        visitor.go(page).settle()
        assert not visitor.app.exception
        assert visitor.refusals == []
        assert "![x](http" not in visitor.text
        assert "<img" not in visitor.text.replace("\\<img", "")
        assert not any("![x](http" in each.label for each in visitor.app.button)


def test_another_file_takes_the_place_of_the_first_and_an_emptied_uploader_does_not(visitor, two_groups):
    visitor.upload(two_groups).settle()
    first = visitor.session[DataChoice].upload
    visitor.go("pages/groups_page.py").go("pages/data_page.py").settle()
    assert visitor.session[DataChoice].upload is first
    visitor.app.file_uploader(key="upload").clear().run()
    assert visitor.session[DataChoice].upload is first
    visitor.upload(two_groups.replace(b"word", b"noun"), "second.csv").settle()
    assert visitor.session[DataChoice].upload.name == "second.csv"


def test_choices_outlive_the_switch_of_pages(visitor, two_groups):
    visitor.upload(two_groups).settle()
    visitor.app.radio(key="scale").set_value("robust").run()
    visitor.settle()
    visitor.go("pages/how_many_page.py").settle().go("pages/data_page.py").settle()
    assert visitor.app.radio(key="scale").value == "robust"
    assert visitor.session[PreparationChoice].preparation.scale == "robust"


def of_words_and_counts():
    rng, words = Random(0), ("red", "blue", "green")
    rows = [
        [f"{rng.gauss(4 * (i % 2), 1):.3f}", f"{rng.gauss(0, 1):.3f}", words[i % 3], str(1 + i % 4)] for i in range(120)
    ]
    return as_csv(["a", "b", "colour", "times"], rows)


@pytest.mark.parametrize("page", PAGES)
def test_words_that_take_part_break_no_page(visitor, page):
    visitor.upload(of_words_and_counts()).settle()
    visitor.app.button_group(key="encode").set_value(["colour"]).run()
    visitor.settle()
    assert visitor.session[PreparationChoice].preparation.encode == ("colour",)
    visitor.go(page).settle()
    assert not visitor.app.exception
    assert visitor.refusals == []


def test_a_column_of_counts_weighs_the_rows_and_is_no_column_of_the_fit(visitor):
    visitor.upload(of_words_and_counts()).settle()
    visitor.app.selectbox(key="weight").set_value("times").run()
    visitor.settle()
    assert visitor.session[PreparationChoice].preparation.weight == "times"
    visitor.app.checkbox(key="counts").check().run()
    assert visitor.settle().session[PreparationChoice].preparation.counts
    assert visitor.refusals == []
    visitor.go("pages/groups_page.py").settle()
    assert not visitor.app.exception
    assert "columns: a, b, colour\nRow counts come from times" in visitor.text


def test_what_the_reader_decided_can_be_decided_otherwise(visitor):
    text = b"% made by hand\na,b\n1,'x,y'\n2,z\n3,w\n4,v\n"
    visitor.upload(text).settle()
    kinds = ("selectbox", "number_input", "text_input")
    offered = {str(each.key).split("-")[1] for kind in kinds for each in getattr(visitor.app, kind) if "-" in each.key}
    assert {*CHOICES, "blanks"} - offered <= {"sheet", "fill_merged", "hidden"}
    chosen(visitor, "quote").set_value("'")
    next(each for each in visitor.app.button if each.label == "Read again").click().run()
    visitor.settle()
    assert visitor.session[ReadingChoice].reading.quote == "'"
    assert not visitor.app.exception


def test_a_code_is_put_back_by_itself_and_the_form_says_so(visitor):
    rows = np.random.default_rng(2).normal(20, 2, (60, 2)).round(2)
    rows[:3, 0], rows[:4, 1] = -999, -99
    visitor.upload(as_csv(["a", "b"], rows.tolist())).settle()
    visitor.click(next(each.key for each in visitor.app.button if each.label.endswith("-999 is a number"))).settle()
    assert visitor.session[ReadingChoice].reading.codes == ("-999",)
    offers = [each.label for each in visitor.app.button if each.label.endswith(" is a number")]
    assert len(offers) == 1
    assert offers[0].endswith("-99 is a number")
    next(each for each in visitor.app.button if each.label == "Read again").click().run()
    visitor.settle()
    assert visitor.session[ReadingChoice].reading.codes == ("-999",)
    assert not visitor.app.exception


def test_one_click_takes_every_transform_that_long_tails_suggest(visitor):
    tails = np.exp(np.random.default_rng(0).normal(size=(200, 2)) * 2)
    visitor.upload(as_csv(["wide", "wider"], [[f"{x:.5f}" for x in row] for row in tails.tolist()])).settle()
    visitor.showing("button_group", "shape-LOG").set_value([]).run()
    visitor.settle().click("suggested").settle()
    assert dict(visitor.session[PreparationChoice].preparation.transforms) == {"wide": Shape.LOG, "wider": Shape.LOG}
    assert "suggested" not in visitor.keys
    assert visitor.showing("button_group", "shape-LOG").value == ["wide", "wider"]
    assert "Logarithms of wide, wider" in visitor.text
    assert not visitor.app.exception


def test_transforms_that_the_answer_took_are_seen_and_taken_back_by_one_click(visitor):
    tails = np.exp(np.random.default_rng(0).normal(size=(200, 2)) * 2)
    visitor.upload(as_csv(["wide", "wider"], [[f"{x:.5f}" for x in row] for row in tails.tolist()])).settle()
    assert visitor.session[PreparationChoice].preparation is None
    assert "Logarithms of wide, wider" in visitor.text
    assert "“wide” is skewed" in visitor.text
    assert visitor.showing("button_group", "shape-LOG").value == ["wide", "wider"]
    visitor.showing("button_group", "shape-LOG").set_value(["wider"]).run()
    visitor.settle()
    assert dict(visitor.session[PreparationChoice].preparation.transforms) == {"wider": Shape.LOG}
    visitor.click("prepare-automatic").settle()
    assert visitor.session[PreparationChoice].preparation is None
    assert "Logarithms of wide, wider" in visitor.text


def test_heaps_and_repeats_that_the_answer_took_account_of_are_taken_back_by_one_click(visitor):
    rng = np.random.default_rng(1)
    bought = np.where(rng.random(240) < 0.3, 0.0, rng.normal(40, 5, 240))
    rows = np.repeat(np.column_stack([bought, rng.normal(5, 1, (240, 2))]).round(3), 2, axis=0)
    visitor.upload(as_csv(["bought", "age", "visits"], rows.tolist())).settle()
    assert visitor.showing("button_group", "heaps").value == [("bought", 0.0)]
    assert visitor.showing("radio", "repeats").value is False
    assert "Blank: 0 in bought" in visitor.text
    assert "Each different row counts once" in visitor.text
    visitor.showing("button_group", "heaps").set_value([]).run()
    visitor.settle().showing("radio", "repeats").set_value(True).run()
    visitor.settle()
    assert visitor.session[PreparationChoice].preparation.heaps == ()
    assert visitor.session[PreparationChoice].preparation.repeats
    assert visitor.showing("button_group", "heaps").value == []
    assert not visitor.app.exception
    assert visitor.refusals == []


def chosen(visitor, name):
    """A choice of the form that reads the file again."""
    return next(each for each in visitor.app.selectbox if str(each.key).startswith(f"reading-{name}-"))


def test_answers_of_which_only_the_order_counts_are_a_choice(visitor):
    rng = np.random.default_rng(1)
    felt = 0.8 * rng.normal(size=(300, 1)) + 0.6 * rng.normal(size=(300, 4))
    answers = 1 + np.searchsorted([-1.5, -0.5, 0.5, 1.5], felt)
    visitor.upload(as_csv([f"question {at}" for at in range(4)], answers.tolist())).settle()
    assert visitor.headings[0].startswith("One group")
    assert visitor.showing("pills", "ordered").value == []
    visitor.showing("pills", "ordered").set_value(["question 1", "question 2"]).run()
    visitor.settle()
    assert visitor.session[PreparationChoice].preparation.ordered == ("question 1", "question 2")
    assert visitor.headings[0].startswith("One group")
    assert not visitor.app.exception
