"""A visitor loads a page anew, closes the tab and comes back, and hands a link to somebody else."""

import csv

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LONG = 120_000  # milliseconds
TITLES = {
    "groups": "What are the groups?",
    "how-many": "How many groups are there?",
    "odd-rows": "Which rows do not belong?",
    "density": "How are the values spread?",
    "score": "Score another file",
}
SEEN = "() => document.querySelector('[data-testid=stSidebarContent]')?.innerText.includes('made by the test.csv')"


@pytest.fixture
def table(tmp_path):
    """Two groups in two columns."""
    rows = np.random.default_rng(0).normal(size=(200, 2)) + np.repeat([[0, 0], [8, 8]], 100, axis=0)
    path = tmp_path / "made by the test.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b"])
        writer.writerows([f"{value:.4f}" for value in row] for row in rows)
    return path


def answered(page, table):
    page.locator("input[type=file]").first.set_input_files(table)
    page.get_by_text("2 groups; ").first.wait_for(timeout=LONG)


def shows(page, title):
    """Wait until a page is there, and that it is of the file."""
    page.get_by_test_id("stMain").locator("h1").filter(has_text=title).first.wait_for(timeout=LONG)
    page.wait_for_function(SEEN, timeout=LONG)


def test_every_page_that_is_loaded_anew_has_its_file_again_and_another_browser_sees_nothing(
    visit, browser, address, table
):
    answered(visit, table)
    for path, title in TITLES.items():
        visit.locator(f"[data-testid=stSidebarNavLink][href$='/{path}']").evaluate("e => e.click()")
        shows(visit, title)
        here = visit.url
        visit.reload()
        shows(visit, title)
        assert visit.url == here
    with browser.new_context() as other:
        stranger = other.new_page()
        stranger.goto(here)
        stranger.get_by_text("No data yet.", exact=True).wait_for(timeout=LONG)
        assert "made by the test" not in stranger.content()


def test_a_tab_that_was_closed_is_opened_again_with_everything_and_a_link_shows_it_to_others(
    visit, browser, address, table
):
    answered(visit, table)
    context = visit.context
    visit.close()
    again = context.new_page()
    again.goto(address)
    again.get_by_text("2 groups; ").first.wait_for(timeout=LONG)
    again.get_by_test_id("stPopoverButton").filter(has_text="Share").click()
    again.get_by_text("Make a link").click()
    link = again.get_by_test_id("stCode").inner_text(timeout=LONG).strip()
    assert link.startswith(address)
    with browser.new_context() as other:
        guest = other.new_page()
        guest.goto(link)
        guest.get_by_text("2 groups; ").first.wait_for(timeout=LONG)
        assert "analysis=" not in guest.url


def test_two_tabs_of_a_browser_each_come_back_to_their_own(visit, address, table):
    answered(visit, table)
    other = visit.context.new_page()
    other.goto(address)
    shows(other, "What is in your data?")  # a new tab begins where the last one was
    other.get_by_test_id("stPopoverButton").filter(has_text="Use another table").click()
    other.get_by_test_id("stPopoverBody").get_by_role("button", name="Old Faithful").click()
    other.get_by_test_id("stSidebarContent").get_by_text("Old Faithful").wait_for(timeout=LONG)
    other.get_by_text("2 groups; ").first.wait_for(timeout=LONG)
    visit.reload()
    shows(visit, "What is in your data?")
    other.reload()
    other.get_by_test_id("stSidebarContent").get_by_text("Old Faithful").wait_for(timeout=LONG)
