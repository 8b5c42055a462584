"""A visitor uploads a file, walks all pages, looks, clicks and downloads."""

import csv
import io
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "groups.png"
LONG = 120_000  # milliseconds
HOSTILE = ["a.b", "x[0]", "![x](http://h.invalid/)", "<img src=x onerror=alert(1)>"]

# For each chart that is shown: how many colours it really has, on its canvas or in its SVG.
DRAWN = """() => {
    const colours = chart => {
        const canvas = chart.querySelector('canvas.marks'), svg = chart.querySelector('svg.marks'), seen = new Set();
        if (canvas) {
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            for (let i = 0; i < data.length; i += 4)
                if (data[i + 3] > 0) seen.add([data[i] >> 4, data[i + 1] >> 4, data[i + 2] >> 4].join());
        } else if (svg) {
            const marks = ['symbol path', 'rect path', 'line path', 'rule line'].map(each => '.mark-' + each).join();
            for (const mark of svg.querySelectorAll(marks))
                seen.add(mark.getAttribute('fill') + mark.getAttribute('stroke') + mark.getAttribute('d'));
        }
        return seen.size;
    };
    return [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].filter(c => c.offsetParent).map(colours);
}"""
QUIET = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    const busy = '[data-stale=true],[data-testid=stSkeleton],[data-testid=stProgress]';
    return app && app.dataset.testScriptState === 'notRunning' && !document.querySelector(busy);
}"""


@pytest.fixture
def table(tmp_path):
    """Two groups in two columns of four, all with hostile names, and a row that belongs nowhere."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(240, 4)) + np.repeat([[0, 0, 0, 0], [8, 8, 0, 0]], 120, axis=0)
    rows[17] = [2.5, -2.5, 2.5, -2.5]
    path = tmp_path / "made by the test.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", *HOSTILE])
        writer.writerows([f"=row {i}", *(f"{value:.4f}" for value in row)] for i, row in enumerate(rows))
    return path


def upload(page, path):
    page.locator("input[type=file]").first.set_input_files(path)


def answer(page, path):
    """Upload the file and wait for its answer: a file is the visitor's own only once the page has read it."""
    upload(page, path)
    page.get_by_text("2 groups; ").first.wait_for(timeout=LONG)


def quiet(page):
    """Until the script rests, nothing is stale, and no job runs."""
    page.wait_for_function(QUIET, timeout=LONG)
    page.wait_for_timeout(800)


def go(page, path):
    page.locator(f"[data-testid=stSidebarNavLink][href$='/{path}']").evaluate("e => e.click()")
    page.get_by_test_id("stHeading").first.wait_for(timeout=LONG)
    quiet(page)


def looks_sound(page, charts=1):
    """So many charts come and have drawn marks; no refusal, no exception, and nothing left the machine."""
    page.locator("[data-testid=stVegaLiteChart] .marks").nth(charts - 1).wait_for(timeout=LONG)
    quiet(page)
    assert page.get_by_test_id("stException").count() == 0
    assert page.locator("[data-testid=stAlertContentError]:visible").count() == 0
    colours = page.evaluate(DRAWN)
    assert all(count >= 2 for count in colours), colours
    assert page.faults == []


def test_an_upload_is_answered_and_every_page_shows_its_picture(visit, table):
    answer(visit, table)
    quiet(visit)
    looks_sound(visit, charts=1)
    for path, charts in (("groups", 4), ("how-many", 4), ("odd-rows", 2), ("density", 4)):
        go(visit, path)
        looks_sound(visit, charts)


def test_hostile_names_are_shown_as_they_are_and_run_nothing(visit, table):
    answer(visit, table)
    for path in ("groups", "odd-rows"):
        go(visit, path)
        assert visit.locator("img[onerror], img[src^='http://h']").count() == 0
    assert visit.get_by_test_id("stSidebar").get_by_text(HOSTILE[3]).is_visible()


def test_the_odd_row_is_listed_reviewed_and_downloaded_with_its_name_defused(visit, table):
    answer(visit, table)
    go(visit, "odd-rows")
    visit.get_by_role("radio", name="Really odd").click()
    visit.get_by_text("Of 1 reviewed row, 1 is really odd.").wait_for(timeout=LONG)
    with visit.expect_download(timeout=LONG) as waiting:
        visit.get_by_role("button", name="Odd rows with reasons and reviews (CSV)").click()
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows[0]["name"] == "'=row 17"
    assert rows[0]["odd"] == "yes"
    assert rows[0]["your review"] == "really odd"
    assert "given the other columns; got" in rows[0]["why"]
    assert float(rows[0]["a.b"]) == 2.5


def test_other_detectors_are_asked_and_another_file_is_scored_with_pictures(visit, table):
    answer(visit, table)
    go(visit, "odd-rows")
    visit.get_by_role("button", name="Ask them").click()
    visit.get_by_text("Isolation Forest ranks the rows").wait_for(timeout=LONG)
    looks_sound(visit, charts=5)
    go(visit, "score")
    visit.locator("input[type=file]").last.set_input_files(table)
    visit.get_by_text("No column has moved by much").wait_for(timeout=LONG)
    looks_sound(visit, charts=2)


def test_values_are_supposed_and_synthetic_rows_downloaded(visit, table):
    answer(visit, table)
    go(visit, "density")
    value = visit.locator(".st-key-given-0 input")
    value.fill("8")
    value.press("Enter")
    visit.get_by_text("Forget these values").wait_for(timeout=LONG)
    looks_sound(visit, charts=5)
    with visit.expect_download(timeout=LONG) as waiting:
        visit.get_by_role("button", name="Synthetic rows (CSV)").click()
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0][:2] == ["a.b", "x[0]"]
    assert len(rows) == 1_001


def test_another_file_is_scored_and_downloaded(visit, table):
    answer(visit, table)
    go(visit, "score")
    upload(visit, table)
    visit.get_by_text("No column has moved by much").first.wait_for(timeout=LONG)
    with visit.expect_download(timeout=LONG) as waiting:
        visit.get_by_role("button", name="with groups, scores and flags").click()
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows[17]["odd"] == "yes"
    assert len(rows) == 240


def test_another_number_of_components_is_the_model_on_every_page(visit, table):
    answer(visit, table)
    go(visit, "groups")
    number = visit.get_by_role("spinbutton", name="Number of components")
    number.fill("3")
    number.press("Enter")
    visit.get_by_test_id("stSidebar").get_by_text("your choice").wait_for(timeout=LONG)
    quiet(visit)
    go(visit, "odd-rows")
    assert visit.get_by_test_id("stSidebar").get_by_text("your choice").is_visible()
    go(visit, "groups")
    assert visit.get_by_role("spinbutton", name="Number of components").input_value() == "3"


def test_a_file_that_is_no_table_is_refused_in_a_sentence_and_the_next_one_works(visit, tmp_path, table):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook at all")
    upload(visit, broken)
    visit.locator("[data-testid=stAlertContentError]:visible").first.wait_for(timeout=LONG)
    assert visit.get_by_test_id("stException").count() == 0
    answer(visit, table)


def test_a_sample_is_answered_with_one_click_and_the_screenshot_is_taken(visit):
    visit.get_by_text("Old Faithful", exact=True).first.wait_for(timeout=LONG)
    visit.locator(".st-key-sample-faithful button").click()
    visit.get_by_text("groups; ").first.wait_for(timeout=LONG)
    quiet(visit)
    looks_sound(visit)
    go(visit, "groups")
    looks_sound(visit, charts=4)
    picture = visit.screenshot()
    assert len(picture) > 20_000
    if not PICTURE.exists():  # the README shows it; delete it to have it taken anew
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_bytes(picture)


PLAYED = """async () => {
    const [box] = document.querySelectorAll('.vega-bindings input[type=checkbox]');
    const [slider] = document.querySelectorAll('.vega-bindings input[type=range]');
    const told = () => [...document.querySelectorAll('svg.marks text')].map(each => each.textContent).join('\\n');
    const seen = [], begun = performance.now();
    let last = slider.value;
    box.click();
    while (slider.value !== slider.max && performance.now() - begun < 60000) {
        await new Promise(done => requestAnimationFrame(done));
        if (slider.value !== last) { last = slider.value; seen.push(told()); }
    }
    return seen;
}"""


def test_the_groups_page_leads_to_em_on_the_same_columns_and_model(visit, table):
    answer(visit, table)
    go(visit, "groups")
    visit.get_by_role("link", name="See how this was found").click()
    visit.locator(".vega-bindings input[type=range]").wait_for(timeout=LONG)
    model = visit.get_by_test_id("stSidebar").get_by_text("Gaussian mixture, ").inner_text()
    assert visit.get_by_role("combobox", name="Rows", exact=True).input_value() == "Your data"
    family = visit.get_by_role("combobox", name="Shape of the groups").input_value()
    assert family == model.removeprefix("Gaussian mixture, ")


def test_em_plays_to_its_end_and_the_bound_only_rises(visit, address):
    page = visit
    family = "EII: round, all of one width"
    setting = {"figure": "EM, step by step", "em-rows": "Round, alike", "em-k": "4", "em-family": family}
    page.goto(f"{address}/how-em-works?{urlencode(setting)}")
    page.locator(".vega-bindings input[type=range]").wait_for(timeout=LONG)
    assert page.get_by_role("combobox", name="Shape of the groups").input_value() == family
    quiet(page)
    seen = page.evaluate(PLAYED)
    value = re.compile(r"(?:touches the log-likelihood,|rises to|Log-likelihood) (−?[\d,.]+)")
    found = [value.search(text) for text in seen]
    numbers = [float(each[1].replace(",", "").replace("−", "-")) for each in found if each]
    assert len(numbers) == len(seen) > 10
    assert all(after >= before - 1e-6 * abs(before) for before, after in pairwise(numbers))
    assert numbers[-1] > numbers[0]
