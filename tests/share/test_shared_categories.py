import csv
import io
import json
import runpy
import sqlite3
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.anomaly.odd_rows import flag, scored
from core.analysis.answer.robust import Settled
from core.data.columns import profile
from core.numbers import share
from core.share.workbook import groups_frame

RNG = np.random.default_rng(21)
WORDS, TRUTHS, STEPS = 'it\'s a "plan"; --', "member", "answer"


def frame_of(n=300):
    """Two columns of numbers and three of categories in three groups, some cells blank; one level is rare."""
    group = np.arange(n) % 3
    plans = np.array(["basic", "it's pro", "plus", "=gone"], dtype=object)
    likely = np.array([[0.7, 0.2, 0.09, 0.01], [0.1, 0.7, 0.19, 0.01], [0.2, 0.2, 0.58, 0.02]])
    frame = pd.DataFrame(
        {
            WORDS: [RNG.choice(plans, p=likely[k]) for k in group],
            "size": RNG.normal(3.0 * group, 1.0).round(3),
            TRUTHS: np.where(RNG.random(n) < np.array([0.9, 0.5, 0.1])[group], "yes", "no"),
            STEPS: np.clip(np.rint(RNG.normal(1 + 2 * group, 0.8)), 1, 5),
            "width": np.exp(RNG.normal(group == 1, 0.5)).round(3),
        }
    )
    frame.iloc[:9, 0] = frame.iloc[10:19, 3] = frame.iloc[20:28, [1, 4]] = frame.iloc[30:35, [0, 2, 3]] = None
    return frame


FRAME = frame_of()
TEXT = FRAME.to_csv(index=False)
ALL = (WORDS, TRUTHS, STEPS)
CHOICES = {
    "mixed": {"columns": ("size", "width"), "categories": ALL, "transforms": {"width": "log"}},
    "rare together": {"columns": ("size",), "categories": (WORDS, STEPS), "fewest": 60},
    "beside features": {"columns": ("size",), "categories": (STEPS,), "encode": (TRUTHS, WORDS)},
    "categories alone": {"columns": (), "categories": ALL},
    "one category": {"columns": (), "categories": (STEPS,)},
    "without blanks": {"columns": ("width",), "categories": (TRUTHS, WORDS), "blanks": "drop"},
}


@cache
def answer_of(choice, family="VVV", noise=False):
    """An answer with three components in two groups, without a search before it."""
    table = core.read_table(TEXT.encode())
    matrix = core.prepare(table, core.Preparation(**CHOICES[choice]))
    fitted = core.fit(matrix, core.Plan(family, 3, restarts=1, tolerance=1e-6, prior=core.ConjugatePrior()))
    if noise:
        weights = fitted.mixture.weights * 0.9
        d = fitted.mixture.features
        box = core.Noise(0.1, 4.0 * d, (4.0,) * d)
        fitted = replace(fitted, mixture=replace(fitted.mixture, weights=weights, noise=box))
    odd = flag(replace(scored(fitted, matrix), draws=5_000), core.TopRows(9))
    grouping = core.Grouping((0, 1, 0)).called(("low", "high"))
    first = core.FirstAnswer(
        matrix, None, None, Settled(fitted, np.ones(len(matrix.values), bool)), None, odd, None, len(matrix.values), 300
    )
    return core.Answered(table, first, fitted, grouping, odd)


@pytest.fixture(scope="module", params=CHOICES)
def answer(request):
    return answer_of(request.param)


def columns_of(text):
    """The cells of a CSV as they are written."""
    names, *rows = csv.reader(io.StringIO(text))
    return {name: [row[j] for row in rows] for j, name in enumerate(names)}


def scored_by(answer, columns, tmp_path):
    """What the script of an answer says of columns."""
    path = tmp_path / "scorer_of_test.py"
    path.write_text(core.scoring_script(answer))
    return runpy.run_path(str(path))["scored"](columns)


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("choice", CHOICES)
def test_a_script_places_and_scores_categories_as_the_answer_does(choice, noise, tmp_path):
    answer = answer_of(choice, noise=noise)
    found = scored_by(answer, columns_of(TEXT), tmp_path)
    np.testing.assert_array_equal(found["group"], answer.labels)
    np.testing.assert_allclose(found["score"], answer.odd.score, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found["share"][answer.matrix.row_ids], answer.shares, rtol=0, atol=1e-12)
    assert [each is True for each in found["odd"]] == answer.odd.flagged.tolist()


def test_a_script_takes_cells_of_python_as_those_of_the_file(answer, tmp_path):
    frame = answer.table.frame.astype(object)
    cells = {name: [None if pd.isna(cell) else cell for cell in frame[name]] for name in frame.columns}
    np.testing.assert_array_equal(scored_by(answer, cells, tmp_path)["group"], answer.labels)


@pytest.mark.parametrize(
    ("column", "cell"), [(WORDS, "never seen"), (WORDS, "yes"), (STEPS, "7"), (STEPS, "2.5"), (TRUTHS, "perhaps")]
)
def test_a_script_gives_no_group_to_a_level_that_was_not_there(column, cell, tmp_path):
    columns = {name: cells[:2] for name, cells in columns_of(FRAME.dropna().to_csv(index=False)).items()}
    columns[column][0] = cell
    found = scored_by(answer_of("categories alone"), columns, tmp_path)
    assert found["name"][0] is None
    assert found["name"][1] is not None
    assert np.isnan(found["score"]).tolist() == [True, False]


def as_saved(answer, choice):
    """What an analysis came to, written and read again."""
    return core.Recipe.from_json(saved(answer, choice))


def saved(answer, choice):
    recipe = core.Recipe.of(answer.table, preparation=core.Preparation(**CHOICES[choice]))
    return recipe.with_result(answer).to_json()


@pytest.mark.parametrize("choice", CHOICES)
def test_a_saved_result_places_rows_with_categories_as_the_answer_did(choice):
    answer = answer_of(choice)
    text = saved(answer, choice)
    again = core.Recipe.from_json(text)
    assert again.to_json() == text
    found = again.result.labelled(answer.table)
    np.testing.assert_array_equal(found.odd.score, answer.anomalies.score)
    np.testing.assert_array_equal(found.odd.flagged, answer.anomalies.flagged)
    np.testing.assert_array_equal(found.matrix.rows, answer.matrix.rows)


@pytest.mark.parametrize("choice", ["mixed", "categories alone"])
def test_an_analysis_of_categories_is_carried_out_again_to_the_last_bit(choice):
    table = answer_of(choice).table
    plan = core.Plan("VVI", 2, restarts=1)
    recipe = core.Recipe.of(table, preparation=core.Preparation(**CHOICES[choice]), plan=plan, names=("one", "two"))
    kept = core.Recipe.from_json(recipe.carried_out(table).to_json())
    found = kept.replay(table)
    assert found.is_identical
    assert found.differs == ()
    other = core.read_table(FRAME.iloc[::2].to_csv(index=False).encode())
    replayed = kept.replay(other)
    assert not replayed.same_data
    assert set(replayed.answer.grouping.given) == {"one", "two"}


def test_a_category_that_a_file_lacks_is_named():
    kept = as_saved(answer_of("categories alone"), "categories alone")
    with pytest.raises(core.DataError, match=STEPS):
        kept.replay(core.read_table(FRAME.drop(columns=STEPS).to_csv(index=False).encode()))


@pytest.mark.parametrize(
    "change",
    [
        lambda mixture, _: mixture["chances"].pop(),
        lambda mixture, _: mixture["chances"].reverse(),
        lambda mixture, _: mixture["chances"][0][0].__setitem__(0, -0.1),
        lambda mixture, _: mixture["chances"][0][0].__setitem__(0, 0.0),
        lambda mixture, _: mixture.update(covariances={"shape": [3, 1, 0]}),
        lambda mixture, _: mixture.update(covariances={"shape": [3, 3]}),
        lambda mixture, _: mixture.update(means={"shape": [-3, 0]}),
        lambda _, transform: transform["categories"].pop(),
        lambda _, transform: transform["categories"][0]["levels"].pop(),
        lambda _, transform: transform["categories"][2].update(levels=["1", "1.0", "3", "4", "5"]),
        lambda _, transform: transform["categories"][2].update(other=["1"]),
        lambda _, transform: transform["categories"].append(transform["categories"][0]),
    ],
)
def test_chances_and_levels_that_were_tampered_with_are_refused(change):
    tree = json.loads(saved(answer_of("categories alone"), "categories alone"))
    change(tree["result"]["fit"]["mixture"], tree["result"]["fit"]["transform"])
    with pytest.raises(core.ChoiceError):
        core.Recipe.from_json(json.dumps(tree))


def base_of(table):
    """A base with a table's cells, and with the functions of SQL that SQLite lacks."""
    base = sqlite3.connect(":memory:")
    base.create_function("GREATEST", -1, lambda *each: None if None in each else max(each))
    table.frame.to_sql("data", base, index=False)
    return base


def grouped(base, answer, **choices):
    return [row[-1] for row in base.execute(core.labels_sql(answer, **choices))]


@pytest.mark.parametrize("dialect", ["duckdb", "postgresql"])
@pytest.mark.parametrize("family", ["VVV", "VVI"])
@pytest.mark.parametrize("choice", CHOICES)
def test_a_statement_gives_rows_with_categories_the_group_that_the_answer_does(choice, family, dialect):
    answer = answer_of(choice, family)
    with base_of(answer.table) as base:
        found = grouped(base, answer, dialect=dialect)
    assert found == [None if k < 0 else answer.grouping.names[k] for k in answer.labels]


def test_a_statement_heeds_levels_that_a_component_never_has():
    answer = answer_of("categories alone")
    mixture, table = answer.fit.mixture, answer.table
    words, truths, steps = (each.copy() for each in mixture.chances)
    words[0], steps[1] = [0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0]
    steps[0] = steps[2] = [0.0, 0.0, 0.5, 0.5, 0.0]  # so that rows of the last step are of no component
    fitted = replace(answer.fit, mixture=replace(mixture, chances=(words, truths, steps)))
    never = replace(answer, fit=fitted)
    with base_of(table) as base:
        found = grouped(base, never)
    assert found == [None if k < 0 else never.grouping.names[k] for k in never.labels]
    assert len(set(found)) > 1


def test_a_statement_gives_no_group_to_a_level_that_was_not_there():
    answer = answer_of("mixed")
    for column, value in ((WORDS, "never seen"), (STEPS, 2.5)):
        with base_of(profile(answer.table.frame.assign(**{column: value}))) as base:
            assert set(grouped(base, answer)) == {None}


def test_a_statement_of_k_means_is_refused_where_categories_took_part():
    for choice in ("mixed", "categories alone"):
        with pytest.raises(core.ChoiceError, match="K-Means"):
            core.labels_sql(answer_of(choice), k_means=True)


@cache
def found_in(columns):
    """The first answer to some of the columns of two groups that a plan and a member tell apart."""
    group = np.arange(200) % 2
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "plan": np.where(rng.random(200) < np.array([0.05, 0.95])[group], "<b>pro", "basic"),
            "member": np.where(rng.random(200) < np.array([0.1, 0.9])[group], "yes", "no"),
            "spend": rng.normal(100 + 50 * group, 10).round(2),
        }
    )[list(columns)]
    table = core.read_table(frame.to_csv(index=False).encode())
    words = tuple(name for name in columns if name != "spend")
    numbers = tuple(name for name in columns if name == "spend")
    recipe = core.Recipe.of(
        table, preparation=core.Preparation(columns=numbers, categories=words), plan=core.Plan("VVI", 2), groups=2
    )
    return recipe.replay(table).answer


@pytest.mark.parametrize("columns", [("plan", "member"), ("plan", "member", "spend")])
def test_a_report_tells_the_shares_of_levels_with_numbers_or_without(columns):
    answer = found_in(columns)
    page = core.html_report(answer)
    pro = answer.table.frame["plan"].eq("<b>pro").to_numpy()
    own = max(float(pro[answer.labels == k].mean()) for k in range(answer.groups))
    assert f"plan mostly &lt;b&gt;pro ({share(own)}, {share(float(pro.mean()))} overall)" in page
    assert ("<figure><svg" in page.split("<h2>")[0]) == ("spend" in columns)
    assert "2 columns were used" in page or "3 columns were used" in page
    assert "chances of 2 levels" in page


def test_the_sheet_of_groups_has_the_share_of_each_level():
    answer = found_in(("plan", "member"))
    groups = groups_frame(answer)
    for k in range(answer.groups):
        mine = answer.table.frame["plan"][answer.labels == k]
        assert groups["Share of plan = basic"][k] == share(float((mine == "basic").mean()))
    assert any("overall)" in each for each in groups["In words"])
    assert core.workbook(answer)[:2] == b"PK"


def test_a_script_reads_answers_in_numbers_as_the_file_writes_them(tmp_path):
    rng, group = np.random.default_rng(9), np.arange(160) % 2
    steps = np.array(["1,0", "1,5", "2,0"])[np.clip(rng.binomial(2, np.where(group, 0.9, 0.1)), 0, 2)]
    said = np.where(rng.random(160) < np.where(group, 0.9, 0.1), "yes", "no")
    words = np.where(rng.random(160) < 0.8, np.where(group, "yes", "sometimes"), "no")
    frame = pd.DataFrame({"step": steps, "said": said, "how often": words})
    text = frame.to_csv(index=False, sep=";")
    table = core.read_table(text.encode(), core.Reading(decimal=","))
    choice = core.Preparation(columns=(), categories=("step", "said", "how often"))
    answer = core.Recipe.of(table, preparation=choice, plan=core.Plan("VVI", 2)).replay(table).answer
    assert table.frame["step"].dtype == float
    cells = {name: frame[name].tolist() for name in frame.columns}
    found = scored_by(answer, cells, tmp_path)
    np.testing.assert_array_equal(found["group"], answer.labels)
    np.testing.assert_allclose(found["score"], answer.odd.score, rtol=1e-12)
