import csv
import io
import json
import math
import runpy
import sqlite3
import subprocess
import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.answer.robust import Settled
from core.data.columns import profile
from core.share.answered import Answered
from core.share.sql_literals import literal, quoted

RNG = np.random.default_rng(8)
NAMES = ("size", 'a "quoted"; DROP TABLE data; --', "it's #{}%s")
HOSTILE = ("'''); import os; os._exit(3) #", '"""\\', "'; DROP TABLE data; --")


def rows_of(n=240):
    """Three columns in two groups, one skewed and one with zero, some cells blank; a word for each row."""
    group = np.arange(n) % 2
    wide = np.exp(RNG.normal(1.0 + 2 * group, 0.4))
    frame = pd.DataFrame(
        {
            NAMES[0]: wide,
            NAMES[1]: RNG.normal(5 * group, 1.0) + 0.3 * np.log(wide),
            NAMES[2]: RNG.normal(size=n) ** 3,
            "kind": np.array(["red", "it's blue"], dtype=object)[np.where(RNG.random(n) < 0.9, group, 1 - group)],
        }
    )
    for j in range(4):
        frame.iloc[RNG.choice(n, n // 15, replace=False), j] = None
    return frame


FRAME = rows_of()
CHOICES = {
    "plain": {"columns": NAMES},
    "transformed": {"columns": NAMES, "transforms": {NAMES[0]: "log", NAMES[2]: "yeo-johnson"}},
    "with words": {"columns": NAMES[:2], "encode": ("kind",), "scale": "robust"},
    "without blanks": {
        "columns": NAMES,
        "blanks": "drop",
        "heaps": {NAMES[0]: float(FRAME[NAMES[0]].dropna().iloc[3])},
    },
    "one column": {"columns": NAMES[:1], "transforms": {NAMES[0]: "log"}},
}


@cache
def answer_of(choice, family="VVV", groups=2):
    """An answer with three components in so many groups, without a search before it."""
    table = profile(FRAME)
    matrix = core.prepare(table, core.Preparation(**CHOICES[choice]))
    fitted = core.fit(matrix, core.Plan(family, 3, restarts=2, tolerance=1e-6, prior=core.ConjugatePrior()))
    odd, joined = core.anomalies(fitted, matrix, core.TopRows(9)), core.merging(fitted, matrix)
    part = np.ones(len(matrix.values), dtype=bool)
    first = core.FirstAnswer(matrix, None, None, Settled(fitted, part), joined, odd, None, len(part), len(FRAME))
    return Answered(table, first, fitted, joined.grouping(groups).called(HOSTILE), odd)


@pytest.fixture(scope="module", params=CHOICES)
def answer(request):
    return answer_of(request.param)


def cells_of(frame):
    """A frame's columns as lists, None where blank."""
    return {name: [None if pd.isna(cell) else cell for cell in frame[name]] for name in frame.columns}


def run(script, tmp_path):
    """What a script defines."""
    path = tmp_path / "scorer_of_test.py"
    path.write_text(script)
    return runpy.run_path(str(path))


def test_a_script_places_and_scores_rows_as_the_answer_does(answer, tmp_path):
    script = core.scoring_script(answer)
    assert script.isascii()
    found = run(script, tmp_path)["scored"](cells_of(FRAME))
    np.testing.assert_array_equal(found["group"], answer.labels)
    np.testing.assert_allclose(found["score"], answer.odd.score, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found["share"][answer.matrix.row_ids], answer.shares, rtol=0, atol=1e-12)
    assert [each is True for each in found["odd"]] == answer.odd.flagged.tolist()
    assert found["name"] == [None if k < 0 else answer.grouping.names[k] for k in answer.labels]


def test_a_script_needs_numpy_alone(tmp_path):
    path = tmp_path / "scorer.py"
    path.write_text(core.scoring_script(answer_of("plain")))
    code = f"import sys, runpy; runpy.run_path({str(path)!r}); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    assert "'numpy'" in loaded
    assert not [name for name in ("pandas", "scipy", "core", "mixture_explorer") if f"'{name}'" in loaded]


def test_a_script_reads_and_writes_csv_of_which_a_spreadsheet_runs_nothing(tmp_path):
    path, rows = tmp_path / "scorer.py", tmp_path / "rows.csv"
    path.write_text(core.scoring_script(answer_of("with words")))
    FRAME.to_csv(rows, index=False)
    done = subprocess.run([sys.executable, str(path), str(rows)], capture_output=True, text=True, check=True)
    found = list(csv.reader(io.StringIO(done.stdout)))
    assert found[0] == [*FRAME.columns, "group", "share of the group", "score (-log p)", "odd"]
    assert len(found) == len(FRAME) + 1
    assert [row[-1] for row in found].count("yes") == 9
    piped = subprocess.run([sys.executable, str(path), "-"], input=rows.read_text(), capture_output=True, text=True)
    assert piped.stdout == done.stdout


def test_a_row_that_is_blank_in_columns_that_none_was_is_neither_odd_nor_usual(tmp_path):
    frame = FRAME.dropna().reset_index(drop=True)
    whole = core.Recipe.of(frame, preparation=core.Preparation(columns=NAMES)).replay(frame).answer
    scored = run(core.scoring_script(whole), tmp_path)["scored"]
    found = scored({NAMES[0]: [1.0, None], NAMES[1]: [None, None], NAMES[2]: [0.0, None]})
    assert found["odd"] == [None, None]
    assert found["group"][1] == -1
    assert math.isfinite(found["score"][0])


def test_a_script_refuses_what_it_cannot_read_in_a_sentence(tmp_path):
    space = run(core.scoring_script(answer_of("plain")), tmp_path)
    with pytest.raises(SystemExit, match="no number"):
        space["scored"]({name: ["5 kg"] for name in NAMES})
    with pytest.raises(SystemExit, match="no column"):
        space["scored"]({"other": [1.0]})


def database(frame):
    """A base with the functions of SQL that SQLite lacks."""
    base = sqlite3.connect(":memory:")
    base.create_function("GREATEST", -1, lambda *each: None if None in each else max(each))
    frame.to_sql("data", base, index=False)
    return base


@pytest.mark.parametrize("family", ["VVV", "VVI", "EII"])
@pytest.mark.parametrize("choice", CHOICES)
def test_a_statement_gives_every_row_the_group_that_the_answer_does(choice, family):
    answer = answer_of(choice, family)
    with database(FRAME) as base:
        found = [row[-1] for row in base.execute(core.labels_sql(answer))]
    assert found == [None if k < 0 else answer.grouping.names[k] for k in answer.labels]


@pytest.mark.parametrize("dialect", ["duckdb", "postgresql"])
def test_a_statement_of_k_means_takes_the_nearest_centre(answer, dialect):
    with database(FRAME) as base:
        found = [row[-1] for row in base.execute(core.labels_sql(answer, "data", dialect, k_means=True))]
    own = answer.of_table(answer.partition.labels, -1)
    assert found == [None if k < 0 else str(k + 1) for k in own]


def test_a_statement_gives_no_group_to_a_word_that_was_not_there():
    answer = answer_of("with words", "VVI", 3)
    with database(FRAME.assign(kind="green")) as base:
        assert {row[-1] for row in base.execute(core.labels_sql(answer))} == {None}


def test_the_statement_has_the_columns_as_they_are_and_one_more_whatever_they_are_called():
    frame = FRAME.rename(columns={"kind": "group"}).assign(mx_f0=1)
    answer = replace(answer_of("plain"), table=profile(frame))
    with database(frame) as base:
        names = [each[0] for each in base.execute(core.labels_sql(answer)).description]
    assert names == [*frame.columns, "_mx_group"]


@pytest.mark.parametrize("text", ['a"b', "a'b", "\0a;--", "\\'"])
def test_names_and_texts_stay_what_they_are_in_sql(text):
    base = sqlite3.connect(":memory:")
    (found,) = base.execute(f"SELECT {literal(text)} AS {quoted(text)}")
    assert found == (text.replace("\0", ""),)


def test_a_notebook_runs_the_whole_analysis(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    FRAME.to_csv('it\'s a "file".csv', index=False)
    table = core.read_table('it\'s a "file".csv')
    recipe = core.Recipe.of(table, names=HOSTILE, policy=core.TopRows(3)).carried_out(table)
    book = json.loads(core.notebook(recipe))
    assert (book["nbformat"], len({each["id"] for each in book["cells"]})) == (4, len(book["cells"]))
    space = {}
    monkeypatch.setitem(sys.modules, "mixture_explorer", core)
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            exec(compile(cell["source"], "cell", "exec"), space)
    assert space["found"].is_identical
    assert space["rows"]["odd in this analysis"].sum() == 3
    assert space["answer"].sentence in capsys.readouterr().out
