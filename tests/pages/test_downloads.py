import numpy as np
import pytest

import core
from core.mixture.family import family
from pages.app import sharing
from pages.app.choices import Model, ModelChoice, PolicyChoice
from pages.ui import downloads
from tests.pages.conftest import PAGES


@pytest.fixture
def seen(monkeypatch):
    """The analyses that pages hand on, and what came of them as engine's values."""
    found = []
    real = sharing.answered

    def answered(analysis):
        answer = real(analysis)
        if answer is not None:
            found.append((answer, sharing.recipe(analysis, answer)))
        return answer

    monkeypatch.setattr(downloads.sharing, "answered", answered)
    return found


def titles(visitor):
    return {each.proto.label for each in visitor.app.get("download_button")}


@pytest.mark.parametrize("page", [PAGES[0], PAGES[1], PAGES[3]])
def test_the_answer_can_be_taken_from_where_it_stands(visitor, two_groups, page):
    ready = visitor.upload(two_groups).settle().go(page).settle()
    assert titles(ready) >= {
        *("Report (HTML)", "Workbook (XLSX)", "Notebook", "Save analysis (JSON)"),
        *("Python script that scores other files", "SQL for DuckDB and PostgreSQL"),
    }


def test_a_saved_analysis_replays_to_the_numbers_of_the_pages(visitor, two_groups, seen):
    visitor.upload(two_groups, "<b>my</b> rows.csv").settle()
    visitor.app.session_state["session"] = with_choices(visitor)
    visitor.app.run()
    visitor.settle()
    answer, recipe = seen[-1]
    again = core.Recipe.from_json(recipe.to_json())
    found = again.replay(core.read_table(two_groups, again.reading))
    assert found.same_data
    assert found.is_identical
    assert found.answer.groups == answer.groups == 1
    assert found.answer.fit.bic == answer.fit.bic
    assert (found.answer.fit.family.name, found.answer.fit.components) == ("EEE", 2)
    np.testing.assert_array_equal(found.answer.labels, answer.labels)
    np.testing.assert_array_equal(found.answer.odd.score, answer.odd.score)
    assert found.answer.odd.flagged.sum() == answer.odd.flagged.sum() == 3
    assert found.answer.sentence == answer.sentence
    assert "<b>my</b>" in core.html_report(answer, recipe).replace("&lt;", "<").replace("&gt;", ">")


def with_choices(visitor):
    """A model, a number of groups and a line of the visitor's own."""
    return visitor.session.chosen(ModelChoice(Model(family("EEE"), 2), 1), PolicyChoice(core.TopRows(3)))
