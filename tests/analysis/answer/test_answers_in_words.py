import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

import core


def polled(rng, rows=700):
    """Two classes of people who answer five questions in words, with the class of each."""
    group = (rng.random(rows) < 0.4).astype(int)
    words = np.array(["no", "maybe", "yes"])
    chances = np.array([[0.7, 0.2, 0.1], [0.1, 0.25, 0.65]])[group]
    answers = {
        f"would {what}": words[(rng.random((rows, 1)) > chances.cumsum(axis=1)).sum(axis=1)] for what in "abcdef"
    }
    return pd.DataFrame(answers), group


def shoppers(rng, rows=700):
    """Three groups that two numbers and three columns of words tell only together."""
    group = rng.choice(3, rows, p=[0.4, 0.35, 0.25])
    card = np.where(rng.random(rows) < np.array([0.1, 0.85, 0.5])[group], "yes", "no")
    by = np.array(["bus", "car", "foot"])[[rng.choice(3, p=p) for p in np.eye(3)[group] * 0.7 + 0.1]]
    numbers = np.c_[
        np.array([20, 32, 50])[group] + rng.normal(0, 7, rows), np.array([3, 6, 4])[group] + rng.normal(0, 1.2, rows)
    ]
    return pd.DataFrame(
        {"basket": numbers[:, 0].round(2), "visits": numbers[:, 1].round(2), "card": card, "by": by}
    ), group


def rated(rng, rows=700):
    """Three classes of answers from 1 to 5."""
    group = rng.choice(3, rows, p=[0.4, 0.35, 0.25])
    lean = np.array([[4.4] * 3 + [1.8] * 3, [1.8] * 3 + [4.4] * 3, [3.0] * 6])[group]
    answers = np.clip(np.rint(rng.normal(lean, 0.7)), 1, 5).astype(int)
    return pd.DataFrame(answers, columns=[f"question {i}" for i in range(6)]), group


@pytest.mark.parametrize(
    ("make", "told"),
    [(polled, "part as categories"), (shoppers, "part as categories"), (rated, "few different numbers")],
)
def test_groups_are_told_where_words_and_answers_tell_them(make, told):
    frame, group = make(np.random.default_rng(1))
    answer = core.first_answer(frame)
    assert answer.groups == group.max() + 1
    assert adjusted_rand_score(group, answer.labels) > 0.8
    assert answer.odd.flagged.sum() <= 5
    assert any(told in each for each in answer.grounds)


def test_components_of_one_skewed_group_are_joined_whatever_its_categories_and_groups_of_other_words_are_not():
    rng = np.random.default_rng(2)
    spent = np.concatenate([rng.gamma(2.0, 1.0, 400), rng.gamma(2.0, 1.0, 400)])
    same = core.prepare(pd.DataFrame({"spent": spent, "town": rng.choice(list("abc"), 800)}))
    apart = pd.DataFrame({"spent": spent, "town": np.repeat(["a", "b"], 400), "car": np.repeat(["no", "yes"], 400)})
    fit = core.fit(same, components=2)
    assert core.merging(fit, same).chosen.groups == 1
    told = core.prepare(apart)
    assert core.merging(core.fit(told, components=2), told).chosen.groups == 2


def test_a_level_that_some_rows_alone_have_makes_no_held_out_row_impossible():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"size": rng.normal(size=90), "kind": [*["a"] * 50, *["b"] * 39, "c"]})
    matrix = core.prepare(frame)
    assert len(matrix.levels[0]) == 3
    folds = core.Folds(folds=3, repeats=1)
    found = core.held_out(matrix, core.Search(families=("EII",), components=(1, 2)), folds)
    assert np.isfinite(found.frame["density"]).all()
    assert np.isfinite(core.ladder(matrix, 2).frame["held_out"]).all()
    assert np.isfinite(core.anomalies(core.fit(matrix), matrix, scoring=core.CrossFitted(folds=3)).score).all()
