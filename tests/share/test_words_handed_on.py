"""Models with columns of words, handed on: the script, the saved analysis, the report and the downloads."""

import csv
import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import core
from core.data.columns import profile
from core.share.answered import Answered
from core.share.export import Labelled, labelled_frame
from core.share.recipe.recipe import Recipe
from core.share.report.page import html_report
from core.share.script import scoring_script


def asked(numbers, n=300):
    """Two groups in four columns of words and perhaps a number; a twentieth of the cells blank, one level rare."""
    rng = np.random.default_rng(2)
    group = np.arange(n) % 2
    frame = pd.DataFrame({f"q{j}": _said(rng, group) for j in range(4)})
    frame.loc[:2, "q0"] = 'it\'s "rare"; #%'
    if numbers:
        frame["hours"] = rng.normal(3 + 4 * group, 1)
    frame = frame.astype(object).mask(rng.random(frame.shape) < 0.05)
    return profile(frame.astype({"hours": float}) if numbers else frame)


def _said(rng, group):
    return np.where(rng.random(len(group)) < 0.93, np.array(["never", "often"])[group], "never")


@pytest.fixture(scope="module", params=[False, True], ids=["words alone", "words and numbers"])
def answer(request):
    table = asked(request.param)
    return Answered.of(table, core.first_answer(table))


def test_the_script_places_and_scores_rows_as_the_engine_does(answer, tmp_path):
    script, rows = tmp_path / "scorer.py", tmp_path / "rows.csv"
    script.write_text(scoring_script(answer))
    answer.table.frame.to_csv(rows, index=False)
    done = subprocess.run([sys.executable, script, rows], capture_output=True, text=True, check=True)
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    own = [answer.grouping.names[k] for k in answer.own]
    ids = answer.matrix.row_ids
    assert [found[at]["group"] for at in ids] == own
    scores = [float(found[at]["score (-log p)"]) for at in ids]
    np.testing.assert_allclose(scores, answer.anomalies.score, rtol=1e-9)


def test_a_level_that_was_not_fitted_has_no_group_in_the_script(answer, tmp_path):
    script, rows = tmp_path / "scorer.py", tmp_path / "rows.csv"
    script.write_text(scoring_script(answer))
    answer.table.frame.head(3).assign(q1="hourly").to_csv(rows, index=False)
    done = subprocess.run([sys.executable, script, rows], capture_output=True, text=True, check=True)
    assert [each["group"] for each in csv.DictReader(io.StringIO(done.stdout))] == ["", "", ""]


def test_a_saved_analysis_comes_back_with_its_levels(answer):
    saved = Recipe.from_json(Recipe.of(answer.table).with_result(answer).to_json())
    found = saved.result.labelled(answer.table)
    np.testing.assert_array_equal(found.matrix.codes, answer.matrix.codes)
    np.testing.assert_allclose(found.odd.score, answer.anomalies.score)


def test_a_saved_analysis_is_carried_out_again(answer):
    saved = Recipe.from_json(Recipe.of(answer.table).with_result(answer).to_json())
    found = saved.replay(answer.table)
    np.testing.assert_array_equal(found.answer.own, answer.own)
    assert found.differs == ()


def test_the_report_tells_words(answer):
    text = html_report(answer, Recipe.of(answer.table).with_result(answer))
    assert "q0" in text
    assert "mostly often" in text


def test_downloads_keep_levels_as_they_are_spelled(answer):
    frame = labelled_frame(
        answer.table, Labelled(answer.matrix, answer.fit, answer.anomalies, grouping=answer.grouping)
    )
    assert frame["q1"].equals(answer.table.frame["q1"])
    assert set(frame["GMM group"].dropna()) == {1, 2}
