import pytest

import core


@pytest.mark.parametrize("each", core.SAMPLES, ids=lambda s: s.key)
def test_every_sample_loads_the_same_each_time_and_can_be_prepared(each):
    table = each.load()
    assert table.source_id == each.load().source_id
    matrix = core.prepare(table)
    assert len(matrix.values) > 100
    assert matrix.values.shape[1] >= 2
    assert each.title
    assert each.sentence.endswith(".")


def test_there_are_at_least_six_and_their_keys_differ():
    assert len({each.key for each in core.SAMPLES}) == len(core.SAMPLES) >= 6


def test_the_truth_is_never_fitted():
    for each in core.SAMPLES:
        table = each.load()
        assert all(table.column(name).kind.is_numeric for name in core.default_columns(table))
        assert not {"species", "cultivar", "diagnosis", "true_group", "planted"} & set(core.default_columns(table))
