import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.data.columns import profile
from core.data.joint_levels import MOST, JointLevels
from core.errors import DataError


def survey(rows=60, seed=0):
    rng = np.random.default_rng(seed)
    return profile(
        pd.DataFrame(
            {
                "name": [f"person {i}" for i in range(rows)],
                "spend": rng.normal(50, 9, rows).round(2),
                "plan": rng.choice(["basic", "plus", "pro"], rows),
                "member": rng.random(rows) < 0.4,
                "rating": rng.integers(1, 6, rows),
                "country": ["A"] * (rows - 1) + ["B"],
            }
        )
    )


def test_words_yes_or_no_and_few_numbers_take_part_at_first_but_no_names_and_nothing_that_hardly_varies():
    assert core.default_categories(survey()) == ("plan", "member", "rating")


def test_a_matrix_holds_numbers_codes_and_levels():
    found = core.prepare(survey())
    assert (found.features, found.categories) == (("spend",), ("plan", "member", "rating"))
    assert found.levels == (("basic", "plus", "pro"), ("False", "True"), ("1", "2", "3", "4", "5"))
    assert found.values.shape == (60, 1)
    assert found.codes.shape == (60, 3)
    assert found.rows.shape == (60, 4)
    spelled = [found.levels[0][code] for code in found.codes[:, 0]]
    assert spelled == survey().frame["plan"].tolist()


def test_no_categories_are_taken_where_columns_of_numbers_alone_are_named():
    assert core.prepare(survey(), core.Preparation(columns=("spend",))).categories == ()
    assert core.prepare(survey(), core.Preparation(categories=())).categories == ()


def test_any_column_can_be_a_category_by_its_name_and_keeps_every_level():
    table = profile(pd.DataFrame({"size": [1.0, 2.5, 1.0, np.nan, 3.0], "x": [1.0, 2.0, 4.0, 8.0, 9.0]}))
    found = core.prepare(table, core.Preparation(columns=("x",), categories=("size",)))
    assert found.levels == (("1", "2.5", "3"),)
    assert found.codes.ravel().tolist() == [0, 1, 0, -1, 2]


def test_rare_levels_go_together_where_that_is_asked_for():
    table = profile(pd.DataFrame({"shop": list("aaaaabbbbbcd"), "other": list("xxxxxxyyyyyy")}))
    whole = core.prepare(table, core.Preparation(columns=(), categories=("shop",)))
    joined = core.prepare(table, core.Preparation(columns=(), categories=("shop",), fewest=3))
    assert whole.levels == (("a", "b", "c", "d"),)
    assert joined.levels == (("a", "b", "other"),)
    assert joined.codes.ravel().tolist() == [0] * 5 + [1] * 5 + [2, 2]


def test_another_table_is_coded_alike_and_a_level_never_seen_is_blank():
    transform = core.prepare(survey()).transform
    again = type(transform).from_json(transform.to_json())
    other = survey(seed=1).frame.assign(plan="gold")
    found = again.apply(profile(other))
    assert (found.codes[:, 0] == -1).all()
    assert (found.codes[:, 2] >= 0).all()


def test_a_column_is_not_fitted_twice_and_one_value_makes_no_category():
    with pytest.raises(DataError, match="fitted already"):
        core.prepare(survey(), core.Preparation(columns=("spend", "rating"), categories=("rating",)))
    with pytest.raises(DataError, match="the same value in every row"):
        core.prepare(profile(pd.DataFrame({"a": ["x"] * 5})), core.Preparation(categories=("a",)))


def test_the_identity_of_rows_tells_codes_and_levels_apart():
    one = core.prepare(survey())
    other = core.prepare(profile(survey().frame.assign(member=lambda frame: ~frame["member"])))
    assert one.data_id != other.data_id
    assert one.at(np.arange(60) < 10).codes.shape == (10, 3)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.integers(0, 1000))
def test_joint_levels_lead_back_to_the_codes_and_counts_to_their_columns(levels, seed):
    rng = np.random.default_rng(seed)
    joint = JointLevels(tuple(levels))
    codes = np.column_stack([rng.integers(-1, each, 40) for each in levels]).astype(float)
    codes[codes < 0] = np.nan
    found = joint.of(codes)
    assert np.array_equal(joint.codes(found), codes, equal_nan=True)
    assert all(np.prod(shape) <= MOST or len(part) == 1 for part, shape in zip(joint.parts, joint.shapes, strict=True))
    counts = np.zeros((1, joint.size))
    np.add.at(counts[0], found.astype(int).ravel(), 1.0)
    for column, each in enumerate(joint.by_column(counts)):
        known = codes[~np.isnan(codes[:, column]), column].astype(int)
        assert each[0].tolist() == np.bincount(known, minlength=levels[column]).tolist()
    logs = [rng.normal(size=(2, each)) for each in levels]
    whole = joint.spread(logs)[:, found.astype(int)].sum(axis=2)
    by_hand = [
        np.where(np.isnan(c), 0.0, each[:, np.nan_to_num(c).astype(int)]) for each, c in zip(logs, codes.T, strict=True)
    ]
    assert np.allclose(whole, sum(by_hand))


def test_the_column_of_row_weights_is_no_category():
    table = survey()
    assert core.prepare(table, core.Preparation(weight="rating")).categories == ("plan", "member")
    with pytest.raises(DataError, match="weighs the rows"):
        core.prepare(table, core.Preparation(weight="rating", categories=("rating",)))


def test_a_question_that_a_third_of_the_people_were_asked_takes_part_by_their_answers():
    rng = np.random.default_rng(0)
    asked = np.where(rng.random(300) < 1 / 3, rng.choice(["sofa", "bed", "floor"], 300), None)
    table = profile(pd.DataFrame({"where": asked, "who": rng.choice(["a", "b"], 300)}))
    assert core.default_categories(table) == ("where", "who")
    assert (core.prepare(table).codes[:, 0] == -1).sum() > 150
