"""Colours follow the group, not its place in a fit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad
from strategies import mixtures

from core.analysis.groups.grouping import Grouping
from core.analysis.groups.identity import chain, cluster_slots, distances, group_slots, inherited, slots
from core.analysis.selection.sweep import sweep
from core.mixture.fit import fit
from core.mixture.model import Mixture
from core.mixture.plan import Plan


def three_clumps(seed=0):
    rng = np.random.default_rng(seed)
    centres = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 25.0]])
    return centres[np.repeat([0, 1, 2], [120, 80, 50])] + rng.normal(size=(250, 2))


@given(mixtures(), st.randoms(use_true_random=False))
def test_slots_move_with_their_components(mixture, random):
    order = list(range(mixture.components))
    random.shuffle(order)
    assert inherited(mixture, tuple(range(mixture.components)), mixture.ordered(order)) == tuple(order)


@given(mixtures(), st.integers(0, 2**16))
def test_distances_do_not_depend_on_units(mixture, seed):
    rng = np.random.default_rng(seed)
    shift, scale = rng.normal(0, 1e3, mixture.features), 10.0 ** rng.uniform(-3, 3, mixture.features)
    moved = mixture.affine(shift, scale)
    np.testing.assert_allclose(distances(moved, moved), distances(mixture, mixture), rtol=1e-6, atol=1e-6)


def test_distance_is_minus_the_log_of_the_shared_root_density():
    one = Mixture(
        np.array([0.3, 0.7]), np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([np.eye(2), [[2.0, 0.5], [0.5, 1.0]]])
    )

    def root(y, x):
        return np.exp(one.log_joint(np.array([[x, y]])).sum() / 2)

    shared = dblquad(root, -8, 8, -8, 8)[0]
    np.testing.assert_allclose(distances(one, one)[0, 1], -np.log(shared), rtol=1e-6)


def test_a_group_that_splits_leaves_its_colour_to_the_larger_part():
    eye = np.eye(2)
    parent = Mixture(np.array([0.6, 0.4]), np.array([[0.0, 0.0], [20.0, 0.0]]), np.stack([eye * 4, eye]))
    child = Mixture(
        np.array([0.4, 0.4, 0.2]), np.array([[20.0, 0.0], [-1.0, 0.0], [1.0, 0.0]]), np.stack([eye, eye * 3, eye * 3])
    )
    assert inherited(parent, (5, 2), child) == (2, 5, 0)


def test_one_component_that_went_far_leaves_the_others_their_colours():
    eye = np.stack([np.eye(1)] * 4)
    parent = Mixture(np.full(4, 0.25), np.array([[0.0], [4.0], [8.0], [12.0]]), eye)
    child = Mixture(np.full(4, 0.25), np.array([[4.0], [8.0], [12.0], [300.0]]), eye)
    assert inherited(parent, (0, 1, 2, 3), child) == (1, 2, 3, 0)


def test_every_fit_has_its_groups_colours_from_the_chain():
    X = three_clumps()
    board = sweep(X, families=["VVV", "EEE", "VII"], components=range(1, 5))
    links = chain(board)
    assert links[1][1] == (0,)
    assert all(len(set(own)) == k for k, (_, own) in links.items())
    for cell in board.cells:
        if cell.fit is not None:
            assert len(set(slots(board, cell.fit))) == cell.components
    best = board.best_of(3)
    assert slots(board, best) == links[3][1]
    other = fit(X + 0.01, Plan(components=3, seed=9))
    near = dict(zip(slots(board, other), other.mixture.means, strict=True))
    for slot, mean in zip(links[3][1], best.mixture.means, strict=True):
        assert np.linalg.norm(near[slot] - mean) < 1


def test_more_groups_than_the_board_has_take_new_colours():
    X = three_clumps()
    board = sweep(X, families=["EII"], components=[2, 3])
    given_ = slots(board, fit(X, Plan(components=5, family="VII")))
    assert sorted(given_) == [0, 1, 2, 3, 4]


def test_a_fit_to_other_columns_has_its_own_order():
    X = three_clumps()
    board = sweep(X, families=["EII"], components=[1, 2])
    assert slots(board, fit(X[:, :1], Plan(components=3))) == (0, 1, 2)


def test_clusters_take_the_colour_of_the_group_they_share_most_rows_with():
    groups = np.repeat([0, 1, 2], [50, 30, 20])
    clusters = np.repeat([2, 0, 3, 1], [45, 35, 10, 10])
    assert cluster_slots(groups, (4, 0, 1), clusters, 4) == (0, 1, 4, 2)


def test_noise_rows_match_no_cluster():
    groups = np.array([0, 0, 1, 1, 2, 2, 2, 2, 2])
    clusters = np.array([0, 0, 1, 1, 0, 0, 0, 1, 1])
    assert cluster_slots(groups, (3, 1), clusters, 2) == (3, 1)


def test_groups_of_components_share_no_colour_while_there_are_colours_left():
    grouping = Grouping((0, 1, 2, 1, 3))
    assert group_slots((0, 1, 5, 3, 6), grouping, colours=5) == (0, 1, 2, 3)
    assert group_slots((4, 1, 0, 3, 2), grouping, colours=5) == (4, 1, 0, 2)
    assert group_slots((0, 1, 2, 3, 2), grouping, colours=2) == (0, 1, 2, 2)
