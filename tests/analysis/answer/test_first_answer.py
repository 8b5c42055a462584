import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.answer import searching
from core.analysis.answer.first import complete_rows, first_answer
from core.analysis.answer.proposal import proposed
from core.data.columns import profile
from core.data.prepare import Preparation, prepare


def table(rows, seed=None):
    return pd.DataFrame(rows, columns=[f"x{j}" for j in range(np.shape(rows)[1])])


def two_groups(rng, n=400, apart=7.0, features=3):
    of = rng.random(n) < 0.4
    return rng.normal(size=(n, features)) + apart * of[:, None] * np.eye(features)[0], of.astype(int)


def agree(found, truth):
    """Whether two ways to part rows differ in one row of fifty at most."""
    kinds = np.unique(truth)
    return sum(np.bincount(found[truth == kind]).max() for kind in kinds) >= 0.98 * len(truth)


def test_rows_with_blanks_are_left_to_the_refinement_where_most_rows_have_none():
    rows = np.random.default_rng(0).normal(size=(400, 3)) + 6 * (np.arange(400) % 2)[:, None]
    rows[::10, 1] = np.nan
    answer = first_answer(table(rows))
    assert answer.searched == 360
    assert "all 360 rows without blanks" in answer.method
    assert answer.groups == 2
    assert len(answer.largest) == 400
    rows[::2, 0] = np.nan
    rows[1::20, 0] = np.nan
    assert complete_rows(prepare(table(rows))).all()


def test_labels_odd_rows_and_parts_are_of_the_rows_of_the_table_and_a_row_without_a_value_is_in_no_group():
    rows, of = two_groups(np.random.default_rng(1))
    rows[[3, 50]] = np.nan
    answer = first_answer(table(rows))
    assert [len(each) for each in (answer.labels, answer.odd.flagged, answer.odd.score, answer.took_part)] == [400] * 4
    assert (answer.labels == -1).nonzero()[0].tolist() == [3, 50]
    assert not answer.took_part[[3, 50]].any()
    assert not answer.odd.flagged[[3, 50]].any()
    assert np.isnan(answer.odd.score[[3, 50]]).all()
    assert agree(answer.labels[answer.labels >= 0], of[answer.labels >= 0])


def test_a_wrong_cell_hides_no_groups_takes_no_part_and_is_odd():
    rows, of = two_groups(np.random.default_rng(2))
    rows[17, 1] *= 1e4
    answer = first_answer(table(rows))
    assert answer.groups == 2
    assert answer.odd.ranking[0] == 17
    assert not answer.took_part[17]
    assert agree(answer.labels, of)


@pytest.mark.parametrize("share", [0.03, 0.08])
def test_rows_scattered_around_two_groups_are_odd_and_no_group(share):
    rng = np.random.default_rng(3)
    rows, _ = two_groups(rng, 800)
    wild = rng.random(800) < share
    rows[wild] = rng.uniform(-30, 40, (wild.sum(), 3))
    answer = first_answer(table(rows))
    assert answer.groups == 2
    assert answer.odd.flagged[wild].mean() > 0.9
    assert answer.odd.flagged[~wild].mean() < 0.006
    assert "take part in shaping them" in " ".join(answer.grounds)


def test_a_small_tight_segment_is_a_group_and_a_handful_far_away_is_odd():
    rng = np.random.default_rng(4)
    rows, _ = two_groups(rng, 1_500)
    segment, handful = np.arange(45), np.arange(45, 53)
    rows[segment] = [0, 14, 0] + 0.5 * rng.normal(size=(45, 3))
    rows[handful] = [0, 0, -25] + 0.2 * rng.normal(size=(8, 3))
    answer = first_answer(table(rows))
    assert answer.groups == 3
    assert answer.odd.flagged[handful].all()
    assert not answer.odd.flagged[segment].any()


def test_a_dozen_rows_of_another_kind_are_odd_even_where_they_are_a_twelfth_of_few_rows():
    rng = np.random.default_rng(13)
    rows, _ = two_groups(rng, 150, apart=9.0, features=4)
    rows[:12] = [0, -9, 9, 0] + 0.8 * rng.normal(size=(12, 4))
    answer = first_answer(table(rows))
    assert answer.groups == 2
    assert answer.odd.flagged[:12].all()
    assert answer.odd.flagged[12:].mean() < 0.03


def test_one_group_whose_columns_are_skewed_is_one_and_its_columns_are_taken_by_logarithm():
    rng = np.random.default_rng(5)
    rows = np.exp(rng.normal(3, 0.8, (600, 2)))
    answer = first_answer(table(rows))
    assert answer.groups == 1
    assert dict(answer.preparation.transforms) == {"x0": "log", "x1": "log"}
    assert "its logarithm describes it better" in answer.grounds[0]
    assert answer.odd.flagged.mean() < 0.006


def test_an_even_column_is_not_bent_and_even_rows_are_one_group():
    rows = np.random.default_rng(6).uniform(0, 1, (700, 2))
    answer = first_answer(table(rows))
    assert answer.preparation.transforms == ()
    assert answer.groups == 1


def test_zeros_take_no_part_are_told_and_can_be_taken_back():
    rng = np.random.default_rng(7)
    rows, of = two_groups(rng, 600)
    rows[:, 2] = np.where(rng.random(600) < 0.2, 0.0, np.exp(rng.normal(3, 0.3, 600)))
    answer = first_answer(table(rows))
    assert answer.preparation.heaps == (("x2", 0.0),)
    assert "hold 0, far more than any value near it" in answer.grounds[0]
    assert answer.groups == 2
    assert agree(answer.labels, of)
    with_zeros = prepare(table(rows), Preparation(columns=answer.preparation.columns))
    assert not with_zeros.has_blanks
    assert answer.matrix.has_blanks


@pytest.mark.parametrize(("share", "columns"), [(0.55, 1), (0.7, 2), (0.9, 4)])
def test_columns_that_are_mostly_zero_are_fitted_and_neither_make_nor_hide_groups(share, columns):
    rng = np.random.default_rng(12)
    rows, of = two_groups(rng, 900, features=2)
    bought = np.where(rng.random((900, columns)) < share, 0.0, rng.lognormal(2, 0.6, (900, columns)))
    answer = first_answer(table(np.hstack([rows, bought])))
    assert len(answer.matrix.features) == 2 + columns
    assert len(answer.preparation.heaps) == columns
    assert answer.groups == 2
    assert agree(answer.labels, of)
    assert answer.odd.flagged.mean() < 0.01


def test_heaps_of_very_many_columns_stay_since_each_doubles_the_ways_to_be_blank():
    rng = np.random.default_rng(14)
    rows, _ = two_groups(rng, 300, features=30)
    heaped = rng.random((300, 30)) < 0.2
    some = np.where(heaped & (np.arange(30) < 6), 50.0, rows)
    many = np.where(heaped & (np.arange(30) < 9), 50.0, rows)
    assert len(proposed(profile(table(some))).heaps) == 6
    assert proposed(profile(table(many))).heaps == ()


def test_a_column_that_mostly_holds_one_value_is_left_out_and_told_where_many_others_are_there():
    rng = np.random.default_rng(3)
    few = two_groups(rng, features=5)[0]
    few[rng.random(400) < 0.6, 4] = -1.0
    found = proposed(profile(table(few)))
    assert ([each.column for each in found.heaps], found.heaped) == (["x4"], ())
    many = np.column_stack([rng.normal(size=(400, 20)), few])
    found = proposed(profile(table(many)))
    assert (found.heaps, [each.column for each in found.heaped]) == ((), ["x24"])
    assert "x24" not in found.preparation.columns
    assert len(found.preparation.columns) == 24
    assert any("“x24” hold −1" in each and "left out" in each for each in found.grounds)


def test_repeated_rows_count_once_and_are_told():
    rng = np.random.default_rng(8)
    rows, of = two_groups(rng, 150)
    rows, of = np.repeat(rows.round(2), 5, axis=0), np.repeat(of, 5)
    answer = first_answer(table(rows))
    assert not answer.preparation.repeats
    assert answer.fit.n_rows == pytest.approx(150)
    assert answer.groups == 2
    assert agree(answer.labels, of)
    assert "600 rows repeat another exactly" in " ".join(answer.grounds)


def test_as_many_groups_are_found_as_there_are():
    rng = np.random.default_rng(9)
    of = np.repeat(np.arange(11), 90)
    rows = 9.0 * np.column_stack([of % 4, of // 4]) + rng.normal(size=(990, 2))
    answer = first_answer(table(rows))
    assert answer.groups == 11
    assert agree(answer.labels, of)


def test_a_family_without_a_sound_fit_is_not_tried_with_more_components():
    rng = np.random.default_rng(0)
    centres = 12 * rng.normal(size=(9, 10))
    answer = first_answer(prepare(profile(table(np.repeat(centres, 12, axis=0) + rng.normal(size=(108, 10))))))
    assert answer.groups == 9
    before, after = range(5, 9), range(9, 13)
    sound = {each.family for each in answer.board.admissible if each.components in before}
    tried = [{each.family for each in answer.board.cells if each.components in step} for step in (before, after)]
    assert tried[1] == sound < tried[0]


def test_so_many_components_are_tried_as_the_columns_leave_time_for():
    rows = two_groups(np.random.default_rng(0), n=2_000, features=200)[0]
    assert searching.most_components(prepare(profile(table(rows)))) == 4
    assert searching.most_components(prepare(profile(table(rows[:, :10])))) == 20


def test_three_rows_have_no_odd_one():
    answer = first_answer(table([[1.0, 2.0], [2.0, 3.5], [9.0, 1.0]]))
    assert (answer.groups, answer.odd.flagged.any()) == (1, False)


def test_a_matrix_is_taken_as_it_is():
    rows, of = two_groups(np.random.default_rng(10))
    matrix = prepare(table(rows), Preparation(columns=("x0", "x1")))
    answer = first_answer(matrix)
    assert (answer.preparation, answer.matrix, answer.groups) == (None, matrix, 2)
    assert agree(answer.labels, of)


def test_the_number_is_sure_where_groups_are_far_apart_and_the_sentences_say_so():
    rows, _ = two_groups(np.random.default_rng(11), apart=9.0)
    answer = first_answer(table(rows))
    assert answer.certainty.sure
    assert answer.verdict[0] == "The rows form 2 groups."
    assert answer.verdict[1].startswith("That is clear")
    assert len(answer.verdict) == 3


def test_other_numbers_that_the_rows_would_bear_are_named():
    rng = np.random.default_rng(12)
    rows = rng.normal(size=(160, 2)) + np.repeat([[0, 0], [3.3, 0]], 80, axis=0)
    found = first_answer(table(rows)).certainty
    assert set(found.possible) == {1, 2}
    assert not found.sure


def test_the_same_table_has_the_same_answer():
    rows, _ = two_groups(np.random.default_rng(13), 3_000)
    one, other = (first_answer(table(rows), seed=2) for _ in range(2))
    assert np.array_equal(one.labels, other.labels)
    assert np.array_equal(one.fit.mixture.means, other.fit.mixture.means)
    assert one.sentence == other.sentence


def test_it_is_an_answer_of_a_table_or_a_matrix():
    with pytest.raises(core.ChoiceError):
        first_answer([1.0, 2.0])


def test_columns_that_follow_almost_exactly_from_others_are_left_out_and_named_where_they_leave_no_model():
    rows, of = two_groups(np.random.default_rng(14), 300)
    total = rows[:, 0] + rows[:, 1] + 1e-7 * np.random.default_rng(15).normal(size=300)
    answer = first_answer(table(np.column_stack([rows, total])))
    assert "x3" not in answer.matrix.features
    assert answer.groups == 2
    assert agree(answer.labels, of)


def test_more_columns_than_rows_are_answered():
    rng = np.random.default_rng(16)
    of = np.repeat([0, 1], 25)
    rows = rng.normal(size=(50, 120)) + 1.2 * of[:, None]
    answer = first_answer(table(rows))
    assert answer.groups == 2
    assert agree(answer.labels, of)


def test_two_different_rows_are_told_as_that():
    with pytest.raises(core.DataError, match="only 2 different rows"):
        first_answer(table([[1.0, 2.0], [3.0, 5.0]] * 40))


def test_the_tails_of_one_group_are_hardly_odd():
    rows = np.random.default_rng(17).standard_t(3, (900, 3))
    answer = first_answer(table(rows))
    assert answer.groups == 1
    assert answer.odd.flagged.mean() < 0.01


def test_a_fit_of_the_groups_has_no_noise_and_at_most_some_rows_are_set_aside():
    rng = np.random.default_rng(18)
    rows, _ = two_groups(rng, 300)
    wild = rng.random(300) < 0.22
    rows[wild] = rng.uniform(-40, 50, (wild.sum(), 3))
    answer = first_answer(table(rows))
    assert answer.fit.mixture.noise is None
    assert (~answer.took_part).mean() <= 0.15


@pytest.mark.parametrize("seed", [9, 11, 13])
def test_a_few_wrong_cells_hide_no_group_wherever_em_begins(seed):
    rng = np.random.default_rng(seed)
    of = rng.choice(3, 600, p=[0.5, 0.3, 0.2])
    rows = np.array([[0, 0, 0], [6, 0, 2], [0, 6, -2]])[of] + rng.normal(size=(600, 3)) + 40
    wrong = rng.choice(600, 6, replace=False)
    rows[wrong, rng.integers(3, size=6)] *= 10
    answer = first_answer(table(rows.round(1)))
    assert answer.groups == 3
    assert answer.odd.flagged[wrong].all()
    assert agree(np.delete(answer.labels, wrong), np.delete(of, wrong))


@pytest.mark.parametrize("groups", [5, 8])
def test_one_column_has_as_many_groups_as_there_are(groups):
    rng = np.random.default_rng(0)
    rows = np.repeat(10.0 * np.arange(groups), 100) + rng.normal(size=100 * groups)
    assert first_answer(table(rows[:, None])).groups == groups
