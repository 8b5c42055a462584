import numpy as np

from core.analysis.groups.examples import examples
from core.mixture.model import Mixture

MIXTURE = Mixture(np.array([0.5, 0.5]), np.array([[0.0], [4.0]]), np.ones((2, 1, 1)))
VALUES = np.array([[-3.0], [0.1], [0.5], [1.95], [1.8], [2.1], [4.0], [9.0]])


def found(group, each=2):
    return examples(MIXTURE.log_density(VALUES), MIXTURE.responsibilities(VALUES), group, each)


def test_the_most_typical_rows_are_the_densest_of_the_groups_own_part():
    assert found(0).typical.tolist() == [1, 2]
    assert found(1).typical.tolist() == [6, 5]


def test_a_row_on_the_border_is_nearly_as_likely_in_the_next_group():
    assert found(0).borderline.tolist() == [3, 4]
    assert found(0).following.tolist() == [1, 1]
    assert found(1).borderline.tolist() == [5]  # of the others the next group holds next to nothing


def test_one_group_has_typical_rows_and_no_border():
    alone = examples(-(VALUES[:, 0] ** 2), np.ones((8, 1)), 0, 3)
    assert alone.typical.tolist() == [1, 2, 4]
    assert len(alone.borderline) == 0


def test_a_group_without_rows_has_none_to_show():
    none = examples(np.zeros(3), np.array([[0.6, 0.4]] * 3), 1)
    assert len(none.typical) == len(none.borderline) == 0
