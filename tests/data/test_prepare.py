import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.data.prepare import Transform

FRAME = pd.DataFrame({"x": [1.0, 2.0, 3.0, 10.0], "y": [5.0, np.nan, 7.0, 8.0], "word": list("abcd")})


def test_standard_scaling_gives_mean_0_and_standard_deviation_1():
    matrix = core.prepare(FRAME, core.Preparation(columns=("x",)))
    np.testing.assert_allclose([matrix.values.mean(), matrix.values.std()], [0, 1], atol=1e-12)


def test_rows_with_blanks_are_left_out_counted_and_known_by_their_places():
    matrix = core.prepare(FRAME, core.Preparation(columns=("x", "y"), blanks="drop"))
    assert matrix.n_dropped == 1
    np.testing.assert_array_equal(matrix.row_ids, [0, 2, 3])
    assert "1 row has a blank" in matrix.notes[0].what


def test_blanks_are_kept_unless_rows_are_to_be_dropped():
    matrix = core.prepare(FRAME, core.Preparation(columns=("x", "y")))
    assert np.isnan(matrix.values).sum() == 1
    assert matrix.n_dropped == 0
    assert "1 row has a blank" in matrix.notes[0].what
    assert "placed by the cells that it has" in matrix.notes[0].what


def test_rows_without_any_cell_are_set_aside_and_counted():
    frame = pd.concat([FRAME, pd.DataFrame({"x": [np.nan, np.nan], "y": [np.nan, np.nan]})], ignore_index=True)
    matrix = core.prepare(frame, core.Preparation(columns=("x", "y")))
    assert matrix.n_dropped == 2
    assert "2 rows have no number in any chosen column" in matrix.notes[0].what


@given(
    st.sampled_from(["none", "standard", "robust"]),
    st.sampled_from([None, "log", "yeo-johnson"]),
    st.integers(0, 500),
)
def test_raw_units_come_back(scale, shape, seed):
    values = np.random.default_rng(seed).lognormal(1, 0.8, 60)
    shapes = () if shape is None else (("v", shape),)
    matrix = core.prepare(pd.DataFrame({"v": values}), core.Preparation(("v",), scale, shapes))
    np.testing.assert_allclose(matrix.raw[:, 0], values, rtol=1e-6)


@pytest.mark.parametrize(("offset", "scale"), [(1e12, 1.0), (0.0, 1e-10), (-1e9, 1e-2)])
def test_offsets_and_scales_cost_no_digits_that_the_data_have(offset, scale):
    values = np.random.default_rng(0).normal(size=500) * scale + offset
    plain = (values - offset) / scale
    got = core.prepare(pd.DataFrame({"v": values}), core.Preparation(("v",))).values[:, 0]
    # Around their own mean: the centre itself is a number of that size, and so has only its digits.
    np.testing.assert_allclose(got - got.mean(), (plain - plain.mean()) / plain.std(), atol=1e-9)


def test_a_transform_prepares_another_table_the_same_way_and_survives_json():
    matrix = core.prepare(FRAME, core.Preparation(columns=("x", "y"), transforms=(("x", "log"),)))
    again = Transform.from_json(matrix.transform.to_json())
    assert again == matrix.transform
    np.testing.assert_array_equal(again.apply(FRAME[["y", "x"]]).values, matrix.values)


def test_a_table_that_lacks_a_column_is_refused_by_its_name():
    matrix = core.prepare(FRAME, core.Preparation(columns=("x",)))
    with pytest.raises(core.DataError, match="'x'"):
        matrix.transform.apply(FRAME[["y"]])


@pytest.mark.parametrize(
    ("frame", "columns", "sentence"),
    [
        (FRAME, (), "No column is chosen"),
        (FRAME, ("word",), "no number|No row"),
        (FRAME.assign(c=4.0), ("c",), "same value in every row"),
        (FRAME[["word"]], None, "No column"),
        (pd.DataFrame({"a": [np.nan, 1.0], "b": [1.0, np.nan]}), ("a", "b"), "same value in every row"),
    ],
)
def test_a_choice_that_leaves_nothing_is_refused_in_a_sentence(frame, columns, sentence):
    with pytest.raises(core.DataError, match=sentence):
        core.prepare(frame, core.Preparation(columns=columns))


def test_an_unknown_scale_is_refused():
    with pytest.raises(core.ChoiceError):
        core.Preparation(scale="cubic")


def test_the_identity_of_a_matrix_is_that_of_its_values_and_names():
    one, other = (
        core.prepare(FRAME.assign(x=FRAME["x"] + shift), core.Preparation(("x",), "none")) for shift in (0, 1)
    )
    assert one.data_id != other.data_id
    assert one.data_id == core.prepare(FRAME, core.Preparation(("x",), "none")).data_id
