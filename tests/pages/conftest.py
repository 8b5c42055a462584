"""Visitors: the whole app run as Streamlit's AppTest, one session each."""

import csv
import io
import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.data.samples import sample

APP = Path(__file__).parents[2] / "app.py"
PAGES = (
    *("pages/data_page.py", "pages/groups_page.py", "pages/how_many_page.py", "pages/odd_rows_page.py"),
    *("pages/density_page.py", "pages/score_page.py", "pages/how_em_works_page.py"),
)
OF_DATA = tuple(page for page in PAGES if page != "pages/how_em_works_page.py")  # that one has toys to show


class Visitor:
    """One session in the app."""

    def __init__(self, **query):
        self.app = AppTest.from_file(str(APP), default_timeout=120)
        for name, value in query.items():
            self.app.query_params[name] = value
        self.app.run()

    def settle(self, seconds=180):
        """Run until no job shows its progress."""
        end = time.monotonic() + seconds
        while any(str(each.key).startswith("cancel-") for each in self.app.button):
            assert time.monotonic() < end, "a job did not end"
            time.sleep(0.05)
            self.app.run()
        return self

    def click(self, key):
        self.app.button(key=key).click().run()
        return self

    def upload(self, content, name="table.csv"):
        self.app.file_uploader(key="upload").upload(name, content, "text/csv").run()
        return self

    def go(self, page):
        self.app.switch_page(page).run()
        return self

    def showing(self, kind, widget):
        """The element of a choice whose key changes with what it shows."""
        return next(each for each in getattr(self.app, kind) if str(each.key).startswith(f"{widget}, showing "))

    @property
    def session(self):
        return self.app.session_state["session"]

    @property
    def keys(self):
        return {each.key for each in self.app.button}

    @property
    def headings(self):
        return [each.value for each in self.app.subheader]

    @property
    def refusals(self):
        return [each.value for each in self.app.error]

    @property
    def text(self):
        """All that the page says, as Markdown."""
        parts = (self.app.title, self.app.subheader, self.app.markdown, self.app.caption, self.app.error)
        return "\n".join(each.value for part in parts for each in part)


@pytest.fixture
def visitor():
    return Visitor()


@pytest.fixture
def visitors():
    return Visitor


@pytest.fixture(scope="session")
def flowers():
    """A CSV of the measurements of iris, without the species, which would take part as a category."""
    measured = sample("iris").load().frame.select_dtypes("number")
    return as_csv(list(measured.columns), measured.to_numpy().tolist())


@pytest.fixture(scope="session")
def two_groups():
    """A CSV of two groups in two columns, an identifier, a constant, a word, and one blank."""
    rng = np.random.default_rng(3)
    values = rng.normal(size=(120, 2)) + np.repeat([[0, 0], [9, 9]], 60, axis=0)
    rows = [[1000 + i, f"{x:.4f}", f"{y:.4f}", 7, "ab"[i % 2]] for i, (x, y) in enumerate(values.tolist())]
    rows[5][1] = ""
    return as_csv(["id", "width", "height", "same", "word"], rows)


def as_csv(names, rows):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue().encode()
