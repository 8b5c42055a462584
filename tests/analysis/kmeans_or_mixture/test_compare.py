from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import naive
from scipy.stats import chi2_contingency

import core
from core.analysis.kmeans_or_mixture.compare import Association, agreement, association, comparable, crosstab
from core.data.columns import profile

labelings = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=5, max_size=60).filter(
    lambda pairs: len({a for a, _ in pairs}) > 1 and len({b for _, b in pairs}) > 1
)


@given(labelings)
def test_the_adjusted_rand_index_is_that_of_counted_pairs(pairs):
    a, b = np.array(pairs).T
    assert agreement(a, b).adjusted_rand_index == pytest.approx(naive.adjusted_rand_index(a, b))


@given(labelings, st.permutations(range(4)))
def test_renaming_the_groups_of_one_changes_no_agreement(pairs, names):
    a, b = np.array(pairs).T
    renamed = np.array(names)[b]
    first, second = agreement(a, b), agreement(a, renamed)
    assert len(first.differing) == len(second.differing)
    assert first.adjusted_rand_index == pytest.approx(second.adjusted_rand_index)


def test_equal_splits_under_other_names_differ_nowhere():
    a = np.array([0, 0, 1, 1, 2])
    split = agreement(a, np.array([2, 2, 0, 0, 1]))
    assert len(split.differing) == 0
    assert split.share_agreeing == 1.0
    np.testing.assert_array_equal(split.as_first(np.array([2, 2, 0, 0, 1])), a)


def test_a_group_without_a_match_counts_as_differing():
    split = agreement(np.array([0, 0, 0, 0, 0]), np.array([0, 0, 0, 1, 1]))
    np.testing.assert_array_equal(split.differing, [3, 4])


def test_the_least_doubtful_differing_rows_come_first():
    split = agreement(np.array([0, 0, 0, 1, 1]), np.array([0, 1, 1, 1, 1]), np.array([0.0, 0.5, 0.1, 0.0, 0.0]))
    np.testing.assert_array_equal(split.differing, [2, 1])


def test_the_crosstab_counts_every_row_and_keeps_empty_groups_and_blanks():
    table = crosstab(np.array([0, 0, 2]), pd.Series(["x", None, "x"]), 3)
    assert list(table.index) == [1, 2, 3]
    assert table.to_numpy().sum() == 3
    assert table.loc[1, "(blank)"] == 1
    assert table.columns[0] == "x"


def test_the_crosstab_passes_over_rows_of_no_group():
    table = crosstab(np.array([0, 1, 2]), pd.Series(["x", "x", "y"]), 2)
    assert table.to_numpy().sum() == 2


def test_the_matching_shares_more_rows_than_any_other():
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
    split = agreement(first, second)
    assert sorted(split.matching) == [0, 1, 2, 3]
    same = [sum(split.table[names[j], j] for j in range(4)) for names in permutations(range(4))]
    assert 200 - len(split.differing) == max(same)


def test_labels_of_different_rows_are_refused():
    with pytest.raises(core.DataError, match="3 and of 2 rows"):
        agreement(np.array([0, 1, 1]), np.array([0, 1]))


def test_an_agreement_cannot_be_changed():
    split = agreement(np.array([0, 0, 1]), np.array([0, 1, 1]))
    for array in (split.table, split.differing):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5


def test_cramers_v_is_that_of_the_chi_square_statistic_less_what_chance_gives():
    table = pd.DataFrame([[30, 5, 5], [4, 40, 16]])
    n, (r, c) = 100, table.shape
    phi = chi2_contingency(table, correction=False).statistic / n - (r - 1) * (c - 1) / (n - 1)
    most = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    np.testing.assert_allclose(association(table).cramers_v, np.sqrt(phi / most), rtol=1e-12)


def test_cramers_v_is_1_for_categories_that_are_the_groups_and_near_0_for_others():
    assert association(pd.DataFrame(np.diag([10, 20, 30]))).cramers_v == pytest.approx(1.0)
    rng = np.random.default_rng(0)
    chance = [
        association(crosstab(rng.integers(0, 3, 200), pd.Series(rng.integers(0, 10, 200)), 3)).cramers_v
        for _ in range(200)
    ]
    assert np.mean(chance) < 0.05  # without the correction it would be 0.21
    assert association(pd.DataFrame([[3, 4, 5]])).cramers_v == 0.0


@pytest.mark.parametrize(("v", "word"), [(0.02, "hardly"), (0.15, "weakly"), (0.4, "moderately"), (0.8, "strongly")])
def test_the_strength_of_an_association_has_a_word(v, word):
    assert Association(v, 2, 5).word == word


@given(labelings)
def test_the_index_of_counts_is_that_of_the_labels(pairs):
    a, b = np.array(pairs).T
    table = pd.crosstab(pd.Series(a), pd.Series(b))
    assert association(table).adjusted_rand_index == pytest.approx(agreement(a, b).adjusted_rand_index, abs=1e-12)


def test_groups_are_counted_by_words_and_by_few_numbers_that_were_not_fitted():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=90), "doors": np.repeat([2.0, 4.0, 5.0], 30), "word": ["a", "b"] * 45})
    frame["fitted"] = frame["doors"] * 2
    table = profile(frame)
    assert comparable(table, ("x", "fitted")) == ("word", "doors")
    counted = crosstab(np.repeat([0, 1], 45), pd.Series([2.0, 4.0, np.nan] * 30), 2)
    assert sorted(counted.columns) == ["(blank)", "2", "4"]
