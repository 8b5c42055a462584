import numpy as np
import pandas as pd
import pytest

import core


@pytest.mark.parametrize(
    "rows",
    [np.arange(6.0).reshape(3, 2), pd.DataFrame({"a": [0.0, 2, 4], "b": [1.0, 3, 5]}), [np.arange(6.0).reshape(3, 2)]],
)
def test_arrays_frames_and_lists_of_blocks_are_the_same_source(rows):
    source = core.as_source(rows)
    assert (source.n, source.d) == (3, 2)
    np.testing.assert_array_equal(np.concatenate([v for v, _ in source.blocks()]), np.arange(6.0).reshape(3, 2))


def test_blocks_can_be_gone_through_again_and_cover_every_row_once():
    rows = np.random.default_rng(0).normal(size=(150_000, 2))
    source = core.as_source(rows)
    for _ in range(2):
        np.testing.assert_array_equal(np.concatenate([v for v, _ in source.blocks()]), rows)
    assert len(list(source.blocks())) > 1


def test_a_sample_holds_different_rows_in_order_and_repeats_with_its_seed():
    source = core.as_source(np.arange(100.0))
    one, other = (source.sample(20, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert len(np.unique(one)) == 20
    assert (np.diff(one[:, 0]) > 0).all()


def test_rows_of_weight_zero_are_never_sampled():
    source = core.as_source(np.arange(10.0), np.r_[np.zeros(5), np.ones(5)])
    assert source.sample(8, np.random.default_rng(0)).min() >= 5


def test_a_source_copies_nothing_and_cannot_be_written_through():
    values = np.zeros((5, 2))
    source = core.as_source(values)
    assert np.shares_memory(source.values, values)
    assert values.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        source.values[0, 0] = 1


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0, 1.0], [0.0, 0.0, 0.0], [1.0, np.nan, 1.0]])
def test_weights_that_mean_nothing_are_refused(weights):
    with pytest.raises(core.DataError, match="Row weights"):
        core.as_source(np.ones((3, 2)), weights)
