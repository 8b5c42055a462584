import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.level_drift import level_drift
from core.data.columns import profile


def orders(n, pro, seed):
    rng = np.random.default_rng(seed)
    plan = np.where(rng.random(n) < pro, "pro", "basic")
    frame = pd.DataFrame({"x": rng.normal(size=n), "plan": plan, "region": rng.choice(["e", "w"], n)})
    return profile(frame)


CHOICE = core.Preparation(columns=("x",), categories=("plan", "region"))


@pytest.fixture(scope="module")
def scored():
    table = orders(500, 0.2, 0)
    matrix = core.prepare(table, CHOICE)
    fit = core.fit(matrix, components=1)
    odd = core.anomalies(fit, matrix)
    return lambda other: core.score_rows(fit, matrix, odd, other)


def test_a_category_whose_levels_come_oftener_has_moved(scored):
    found = scored(orders(500, 0.6, 1))
    moved = dict(zip(found.drift["column"], found.drift["moved"], strict=True))
    assert moved == {"x": False, "plan": True, "region": False}
    assert found.drift_sentence.startswith("plan has moved: ")
    assert " in " in found.drift_sentence


def test_the_gap_is_half_the_sum_of_the_differences(scored):
    found = scored(orders(500, 0.6, 1))
    own = found.levels[found.levels["column"] == "plan"]
    gap = found.drift.set_index("column").loc["plan", "ks"]
    assert gap == pytest.approx((own["now"] - own["then"]).abs().sum() / 2)


def test_like_rows_have_not_moved(scored):
    assert scored(orders(400, 0.2, 5)).drift_sentence == "No column has moved by much"


def test_a_row_with_an_unknown_level_cannot_be_compared(scored):
    other = orders(50, 0.2, 2).frame
    other.loc[3, "plan"] = "enterprise"
    found = scored(profile(other))
    assert found.not_comparable.tolist() == [3]
    assert "enterprise" in " ".join(found.unlike_sentences)


def test_rows_of_categories_alone_have_drift_too():
    one, other = (core.prepare(orders(300, p, s), core.Preparation(columns=(), categories=("plan",)))
                  for p, s in ((0.1, 1), (0.9, 2)))  # fmt: skip
    lines, levels = level_drift(one, other)
    assert [each["moved"] for each in lines] == [True]
    assert len(levels) == 2
