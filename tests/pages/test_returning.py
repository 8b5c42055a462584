"""What a visitor comes back to, shares and forgets, opens, undoes and does again."""

import json
import time

import pytest

import core
from core.analysis.anomaly.policies import TopRows
from core.analysis.anomaly.reviews import Review, Reviews
from core.errors import CoreError
from pages.app import returning
from pages.app import shelf as shelves
from pages.app.choices import DataChoice, NamesChoice, PolicyChoice, PreparationChoice, ReviewsChoice
from pages.app.returning import LINK
from pages.app.session import Session
from pages.app.shelf import Files, Shelf
from pages.app.uploads import Upload
from pages.ui.messages import plain


@pytest.fixture(autouse=True)
def nothing_kept():
    returning.own.cache_clear()
    returning.shared.cache_clear()
    returning.files.cache_clear()


@pytest.fixture
def browser(monkeypatch, visitors):
    """New visits from one browser, which brings the key that it was given at the first."""
    key = []

    def visit():
        with monkeypatch.context() as patch:
            patch.setattr(returning, "_cookie", lambda: key[0] if key else None)
            found = visitors()
        key[:] = [found.app.session_state[returning.OWN]]
        return found

    return visit


def test_a_page_loaded_anew_shows_the_same_file_choices_and_names(browser, flowers):
    first = browser().upload(flowers, "flowers.csv").settle().go("pages/groups_page.py").settle()
    first.app.text_input(key="group-name-0").set_value("the small ones").run()
    again = browser().settle()
    assert again.session == first.session
    assert "flowers" in again.text
    assert "the small ones" in again.go("pages/groups_page.py").settle().text


def test_another_browser_sees_nothing_of_it(browser, visitors, flowers, monkeypatch):
    browser().upload(flowers).settle()
    for key in (None, "guessed", ""):
        monkeypatch.setattr(returning, "_cookie", lambda key=key: key)
        other = visitors()
        assert other.session == Session()
        assert other.app.session_state[returning.OWN] != key  # a key that somebody brings is never taken over


def test_what_was_forgotten_is_gone_with_its_file_and_its_links(browser, visitors, flowers):
    visitor = browser().upload(flowers).settle()
    visitor.click("make-link")
    kept, address = visitor.session[DataChoice].upload, returning.shared()
    assert len(address._kept) == 1
    visitor.click("forget-analysis")
    assert not visitor.session[DataChoice].is_there
    assert not browser().session[DataChoice].is_there
    assert len(returning.shared()._kept) == 0
    with pytest.raises(CoreError, match="no longer there"):
        kept.content()


def test_a_link_shows_the_analysis_until_its_owner_ends_it_and_says_so_then(visitor, visitors, flowers):
    visitor.upload(flowers).settle()
    visitor.click("make-link").settle()
    (key,) = returning.shared()._kept
    assert any(key in each.value for each in visitor.app.code)
    guest = visitors(**{LINK: key}).settle()
    assert guest.session[DataChoice].upload == visitor.session[DataChoice].upload
    assert LINK not in guest.app.query_params
    assert "make-link" not in guest.keys  # nor has a guest any hold of the owner's link or file
    again = visitors(**{LINK: key}).settle()
    again.click("forget-analysis")
    assert not again.session[DataChoice].is_there
    assert visitor.session[DataChoice].upload.content() == flowers
    visitor.click("end-link")
    guest.app.run()
    assert not guest.session[DataChoice].is_there  # it ends for those who came by it as well
    late = visitors(**{LINK: key})
    assert late.session == Session()
    assert "This link has ended" in late.app.warning[0].value


def test_a_setting_turns_links_and_returning_off(monkeypatch, browser, flowers):
    monkeypatch.setenv(returning.SETTING, "0")
    monkeypatch.setenv(returning.SHARING, "0")
    visitor = browser().upload(flowers).settle()
    assert "make-link" not in visitor.keys
    assert browser().session == Session()


def test_every_choice_can_be_undone_and_done_again(visitor, flowers):
    visitor.upload(flowers).settle()
    assert visitor.app.button(key="undo").disabled
    begun = visitor.session
    visitor.go("pages/odd_rows_page.py").settle()
    visitor.app.segmented_control(key="policy").set_value(TopRows).run()
    visitor.settle()
    chosen = visitor.session
    assert chosen[PolicyChoice] != begun[PolicyChoice]
    visitor.click("undo").settle()
    assert visitor.session.steps == begun.steps
    assert visitor.app.segmented_control(key="policy").value is not TopRows
    visitor.click("redo").settle()
    assert visitor.session.steps == chosen.steps
    assert visitor.app.button(key="redo").disabled
    assert not visitor.app.exception


def test_a_ticked_column_is_unticked_by_undoing_it(visitor, two_groups):
    visitor.upload(two_groups).settle()
    visitor.click(next(each for each in sorted(visitor.keys) if each.startswith("take-"))).settle()
    assert visitor.session[PreparationChoice].preparation is not None
    visitor.click("undo").settle()
    assert visitor.session[PreparationChoice].preparation is None
    assert not visitor.app.exception


def test_a_session_is_kept_for_its_time_and_no_longer_and_the_latest_where_room_is_short(monkeypatch):
    shelf, now = Shelf(60), [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    files = [Upload.spool(name, name.encode()) for name in "abc"]
    keys = [shelf.put(Session((DataChoice(each),))) for each in files]
    assert len(set(keys)) == 3
    assert min(map(len, keys)) > 40
    now[0] = 59
    assert shelf.find(keys[0])[DataChoice].upload is files[0]
    shelf.put(Session((DataChoice(files[1]),)), keys[1])
    shelf.put(Session((DataChoice(files[2]),)), keys[2], "a visitor")
    now[0] = 200
    assert [shelf.find(key) is None for key in keys] == [True, True, False]  # who is there keeps it
    shelf.part("a visitor")
    now[0] = 259
    assert shelf.find(keys[2]) is not None
    now[0] = 260
    assert shelf.find(keys[2]) is None
    assert shelf.find(shelf.put(Session())) is None  # without data there is nothing to keep
    monkeypatch.setattr(shelves, "MOST_BYTES", 1)
    later = [shelf.put(Session((DataChoice(each),))) for each in files[:2]]
    assert [shelf.find(key) is None for key in later] == [True, False]


def test_a_link_to_data_ends_when_its_owner_brings_others(visitor, flowers, two_groups):
    visitor.upload(flowers).settle()
    visitor.click("make-link").settle()
    assert len(returning.shared()._kept) == 1
    visitor.upload(two_groups).settle()
    assert len(returning.shared()._kept) == 0


def test_whoever_comes_by_a_link_keeps_an_analysis_of_their_own(
    browser, visitor, visitors, flowers, two_groups, monkeypatch
):
    visitor.upload(flowers).settle()
    visitor.click("make-link").settle()
    (link,) = returning.shared()._kept
    mine = browser().upload(two_groups).settle()
    key = mine.app.session_state[returning.OWN]
    monkeypatch.setattr(returning, "_cookie", lambda: key)
    guest = visitors(**{LINK: link}).settle()
    assert guest.session[DataChoice].upload == visitor.session[DataChoice].upload
    assert guest.app.session_state[returning.OWN] != key
    assert visitors().settle().session == mine.session


def test_a_tab_that_chooses_before_it_has_a_key_of_its_own_changes_nothing_in_another(browser, flowers):
    first = browser().upload(flowers).settle()
    key, session = first.app.session_state[returning.OWN], first.session
    second = browser().settle()
    assert second.app.session_state[returning.OWN] == key
    second.click("begin-faithful").settle()
    assert second.app.session_state[returning.OWN] != key
    assert returning.own().find(key).steps == session.steps


def test_a_tab_takes_its_own_key_and_one_whose_key_has_expired_a_new_one(visitor, flowers, two_groups, monkeypatch):
    visitor.upload(flowers).settle()
    state = {"returning": {"tab": "expired"}, returning.OWN: "another tab's", returning.SPARE: "spare"}
    monkeypatch.setattr(returning.st, "session_state", state)
    for tab in ("expired", 7, None, ["spare"]):
        state |= {"returning": {"tab": tab}, returning.OWN: "another tab's", returning.SPARE: "spare"}
        returning._take_key_of_tab()
        assert (state[returning.OWN], state[returning.SPARE]) == ("spare", None)


def test_a_saved_analysis_on_a_file_that_lacks_a_column_is_refused_in_a_sentence(visitor, flowers):
    recipe = saved(flowers, "flowers.csv")
    open_text(visitor, recipe.to_json())
    visitor.upload(b"\n".join(line.split(b",", 1)[1] for line in flowers.splitlines())).settle()
    assert len(visitor.refusals) == 1
    assert "sepal length" in visitor.refusals[0]
    assert not visitor.app.exception


def test_a_file_is_closed_when_neither_a_visitor_nor_a_shelf_holds_it_whoever_else_refers_to_it():
    kept, (upload, other) = Shelf(60), (Upload.spool(name, b"a\n1\n") for name in "ab")
    files = Files(lambda: [kept])
    session = Session((DataChoice(upload),))
    files.hold("ada", session)
    files.hold("bob", session)
    files.hold("eve", Session((DataChoice(other),)))
    files.let_go("ada")
    assert upload.is_there
    key = kept.put(session)
    files.let_go("bob")
    assert upload.is_there
    files.hold("eve", Session())  # other data were brought
    kept.forget(key)
    files.close_unheld()
    assert not upload.is_there
    assert not other.is_there


def saved(content, name, **choices):
    table = core.read_table(content, core.Reading(name=name))
    return core.Recipe.of(table, **choices).carried_out(table)


def open_text(visitor, text):
    visitor.app.file_uploader(key="saved").upload("analysis.json", text.encode(), "application/json").run()
    return visitor


def test_a_saved_analysis_asks_for_its_file_and_shows_what_it_was(visitor, flowers):
    recipe = saved(flowers, "flowers.csv", names=("small", "large"), policy=TopRows(4))
    open_text(visitor, recipe.to_json())
    assert plain("flowers.csv") in visitor.app.info[0].value
    visitor.upload(flowers, "renamed.csv").settle()
    assert visitor.session[PolicyChoice].policy == TopRows(4)
    assert visitor.session[NamesChoice].names[0][1] == ("small", "large")
    assert "small" in visitor.go("pages/groups_page.py").settle().text
    assert "4 rows look odd" in visitor.go("pages/data_page.py").settle().text
    assert not visitor.app.exception


def test_a_saved_analysis_is_refitted_on_another_file_and_what_differs_is_told(visitor, flowers):
    reviews = Reviews(((3, Review.FINE),))
    recipe = saved(flowers, "flowers.csv", names=("small", "large"), reviews=reviews)
    other = b"\n".join(flowers.splitlines()[:-20]) + b"\n"
    open_text(visitor, recipe.to_json())
    visitor.upload(other, "next.csv").settle()
    assert "These are other data" in visitor.text
    assert visitor.session[ReviewsChoice].reviews.said == ()
    assert "small" in visitor.go("pages/groups_page.py").settle().text  # names go with most rows
    assert not visitor.app.exception


def test_an_analysis_of_a_sample_opens_without_a_file(visitor):
    table = core.sample("faithful").load()
    recipe = core.Recipe.of(table, preparation=core.Preparation(columns=("eruptions",))).carried_out(table)
    open_text(visitor, recipe.to_json()).settle()
    assert visitor.session[DataChoice].sample == "faithful"
    assert visitor.session[PreparationChoice].preparation.columns == ("eruptions",)


@pytest.mark.parametrize("text", ["", "{}", "[1]", json.dumps({"format": "mixture-explorer analysis", "version": 99})])
def test_what_is_no_saved_analysis_is_refused_in_a_sentence_and_nothing_is_lost(visitor, flowers, text):
    visitor.upload(flowers).settle()
    before = visitor.session
    open_text(visitor, text)
    assert len(visitor.refusals) == 1
    assert visitor.settle().session == before


def test_bytes_that_are_no_text_and_too_many_are_refused(visitor, monkeypatch):
    visitor.app.file_uploader(key="saved").upload("a.json", b"\xff\xfe\x00", "application/json").run()
    assert "no text" in visitor.refusals[0]
    monkeypatch.setattr("pages.ui.widgets.MOST_BYTES", 3)
    open_text(visitor, "{}  ")
    assert "larger than" in visitor.refusals[0]
