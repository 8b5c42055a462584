import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.density.level_likeness import level_likeness
from core.data.columns import profile


def visits(n=500):
    rng = np.random.default_rng(4)
    group = np.arange(n) % 2
    plan = np.where(rng.random(n) < np.where(group, 0.9, 0.2), "pro", "basic")
    return profile(pd.DataFrame({"spend": rng.normal(10 + 4 * group, 1), "plan": plan, "yes": rng.random(n) < 0.3}))


@pytest.fixture(scope="module", params=[("spend",), ()])
def fitted(request):
    table = visits()
    matrix = core.prepare(table, core.Preparation(columns=request.param, categories=("plan", "yes")))
    return table, matrix, core.fit(matrix, components=2 if request.param else 1, family="VVI")


def test_synthetic_rows_have_levels_that_are_spelled(fitted):
    table, matrix, fit = fitted
    made = core.synthetic_values(fit.mixture, matrix, core.Drawing(rows=2_000))
    frame = core.synthetic_frame(made, matrix, table)
    assert made.shape == (2_000, matrix.rows.shape[1])
    assert tuple(frame) == (*matrix.features, "plan", "yes")
    assert set(frame["plan"]) == {"basic", "pro"}
    real = (table.frame["plan"] == "pro").mean()
    assert (frame["plan"] == "pro").mean() == pytest.approx(real, abs=0.04)


def test_synthetic_levels_come_as_often_as_real_ones(fitted):
    _, matrix, fit = fitted
    found = level_likeness(matrix, core.synthetic_values(fit.mixture, matrix, core.Drawing(rows=4_000)))
    assert (found.frame["made"] - found.frame["real"]).abs().max() < 0.04
    assert found.sentence.startswith("Shares of levels differ by at most ")


def test_what_if_takes_levels_and_gives_chances():
    table = visits()
    matrix = core.prepare(table, core.Preparation(columns=("spend",), categories=("plan", "yes")))
    mixture = core.fit(matrix, components=2, family="VVI").mixture
    found = core.what_if(mixture, matrix.transform, {"plan": "pro"})
    assert found.rest == (0,)
    assert found.rest_of_words == (1,)
    assert found.given_in_words == [("plan", "pro")]
    code = matrix.levels[0].index("pro")
    weights = mixture.weights * mixture.chances[0][:, code]
    weights /= weights.sum()
    np.testing.assert_allclose(found.levels["chance"], weights @ mixture.chances[1])
    assert found.frame["mean"].iloc[0] > found.frame["mean_before"].iloc[0] + 1


def test_what_if_numbers_give_chances_of_levels():
    table = visits()
    matrix = core.prepare(table, core.Preparation(columns=("spend",), categories=("plan",)))
    mixture = core.fit(matrix, components=2, family="VVI").mixture
    found = core.what_if(mixture, matrix.transform, {"spend": 14.0}).levels.set_index("level")
    assert found.loc["pro", "chance"] > 0.85 > found.loc["pro", "chance_before"]


@pytest.mark.parametrize("given", [{"plan": "gold"}, {"plan": 3}, {"nothing": "pro"}, {"spend": "much"}])
def test_what_cannot_be_supposed_is_refused(given):
    table = visits()
    matrix = core.prepare(table, core.Preparation(columns=("spend",), categories=("plan", "yes")))
    with pytest.raises(core.ChoiceError):
        core.what_if(core.fit(matrix, components=1).mixture, matrix.transform, given)
