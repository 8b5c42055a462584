import numpy as np
import pandas as pd
import pytest
from scipy.stats import entropy, norm

import core
from core.analysis.groups.levels import LevelProfile, level_profiles
from core.analysis.kmeans_or_mixture.compare import strongest
from core.data.columns import profile


def shop(n=400, seed=0):
    """Two groups: plan and spend tell them apart, region does not; a cell of plan in ten is blank."""
    rng = np.random.default_rng(seed)
    group = np.arange(n) % 2
    plan = np.where(rng.random(n) < np.where(group, 0.9, 0.15), "pro", "basic").astype(object)
    plan[rng.random(n) < 0.1] = None
    region = rng.choice(["east", "west", "north"], n)
    return pd.DataFrame({"spend": rng.normal(10 + 3 * group, 1), "plan": plan, "region": region}), group


@pytest.fixture(scope="module")
def of_shop():
    frame, group = shop()
    table = profile(frame)
    matrix = core.prepare(table, core.Preparation(columns=("spend",), categories=("plan", "region")))
    return table, matrix, group


def test_chances_are_shares_of_the_rows_that_have_a_level(of_shop):
    table, matrix, group = of_shop
    own = table.frame["plan"][group == 1].dropna()
    found = level_profiles(matrix, group, 2)[1][0]
    assert found.rows == len(own)
    assert found.chances[found.levels.index("pro")] == pytest.approx((own == "pro").mean())


def test_a_group_differs_from_the_other_rows_by_cohens_h():
    found = LevelProfile("plan", ("basic", "pro"), (10, 30), (60, 40))
    assert found.effects[1] == pytest.approx(2 * np.arcsin(0.75**0.5) - 2 * np.arcsin((10 / 60) ** 0.5))


@pytest.mark.parametrize(
    ("counts", "overall", "said"),
    [
        ((3, 7), (75, 25), "plan mostly b (70 %, 25 % overall)"),
        ((0, 10), (75, 25), "plan always b (100 %, 25 % overall)"),
        ((6, 4), (95, 5), "plan more often b (40 %, 5 % overall)"),
        ((0, 5, 5), (60, 20, 20), "plan never a (0 %, 60 % overall)"),
    ],
)
def test_the_level_that_tells_most_is_named_with_its_share(counts, overall, said):
    assert LevelProfile("plan", tuple("abc")[: len(counts)], counts, overall).sentence == said


def test_a_group_without_a_cell_differs_in_nothing():
    found = LevelProfile("plan", ("a", "b"), (0, 0), (3, 4))
    assert found.effect == 0
    assert found.word == "about average"
    assert found.said(0) == "none"


def test_sentences_of_groups_name_numbers_and_words_the_strongest_first(of_shop):
    table, matrix, group = of_shop
    found = core.profiles_of(table, matrix, group, 2)
    said = found.groups[1].sentence(found.overall)
    assert said.index("spend much higher") < said.index("plan mostly pro")
    assert "region" not in said


def test_one_table_has_every_level_of_every_group(of_shop):
    table, matrix, group = of_shop
    found = core.profiles_of(table, matrix, group, 2)
    assert len(found.levels) == 2 * (2 + 3)
    assert found.telling.shape == (2, 3)
    sums = found.levels.groupby(["group", "feature"])["chance"].sum()
    np.testing.assert_allclose(sums, 1.0)


def test_contributions_rank_numbers_and_words_in_one(of_shop):
    _, matrix, group = of_shop
    found = core.contributions(matrix, group, 2)
    assert [each.column for each in found.columns] == ["spend", "plan", "region"]
    assert found.sentence == "The groups differ most in spend, then in plan. They hardly differ in region."


def test_a_contribution_is_the_mean_gain_in_log_likelihood(of_shop):
    _, matrix, group = of_shop
    by_name = {each.column: each for each in core.contributions(matrix, group, 2).columns}
    x = matrix.values[:, 0]
    own = sum(norm(x[group == k].mean(), x[group == k].std()).logpdf(x[group == k]).sum() for k in (0, 1))
    assert by_name["spend"].nats == pytest.approx((own - norm(x.mean(), x.std()).logpdf(x).sum()) / len(x))
    codes = matrix.codes[:, 0]
    known, labels = codes[codes >= 0], group[codes >= 0]
    parts = [np.bincount(known[labels == k]) for k in (0, 1)]
    gain = sum(part.sum() * entropy(part / part.sum(), np.bincount(known) / len(known)) for part in parts)
    assert by_name["plan"].nats == pytest.approx(gain / len(known))


def test_contributions_do_not_depend_on_units(of_shop):
    table, matrix, group = of_shop
    raw = core.Preparation(columns=("spend",), categories=("plan", "region"), scale="none")
    other = core.contributions(core.prepare(table, raw), group, 2)
    for one, two in zip(core.contributions(matrix, group, 2).columns, other.columns, strict=True):
        assert one.nats == pytest.approx(two.nats)
        assert one.effect == pytest.approx(two.effect)


def test_contributions_of_other_rows_are_refused(of_shop):
    with pytest.raises(core.DataError):
        core.contributions(of_shop[1], np.zeros(3, dtype=int), 2)


def test_the_strongest_outside_column_is_found_and_names_of_rows_never_are(of_shop):
    table, matrix, group = of_shop
    frame = table.frame.assign(name=[f"row {at}" for at in range(table.n_rows)])
    named = profile(frame)
    assert strongest(named, matrix.row_ids, group, 2, ["region", "name", "plan"]) == "plan"
