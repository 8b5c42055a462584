"""Data drawn from known mixtures, from easy to slow."""

import numpy as np


def turned(n, d, components, separation, seed):
    """(n, d) rows of equally weighted Gaussians: means N(0, separation^2), covariances L L', L = I + N(0, 1/4)."""
    rng = np.random.default_rng(seed)
    means = rng.normal(0, separation, (components, d))
    factors = rng.normal(0, 0.5, (components, d, d)) + np.eye(d)
    labels = rng.integers(0, components, n)
    rows = np.empty((n, d))
    for k in range(components):
        mine = labels == k
        rows[mine] = rng.normal(size=(mine.sum(), d)) @ factors[k].T + means[k]
    return rows


def round_ones(n, d, components, separation, seed):
    """(n, d) rows of equally weighted unit Gaussians with means N(0, separation^2): the closer, the slower EM is."""
    rng = np.random.default_rng(seed)
    means = rng.normal(0, separation, (components, d))
    labels = rng.integers(0, components, n)
    return rng.normal(size=(n, d)) + means[labels]


def separated(n):
    """d = 8, K = 6, well apart: a few passes from a good start."""
    return turned(n, 8, 6, 3.0, seed=5)


def overlapping(n):
    """d = 8, K = 6, round and close: plain EM takes hundreds of passes."""
    return round_ones(n, 8, 6, 1.0, seed=5)


def slow():
    """3,000 rows, d = 4, K = 5, round and close: plain EM takes more than a thousand passes from most starts."""
    return round_ones(3_000, 4, 5, 1.0, seed=3)


def one_gaussian(n, d, seed):
    """(n, d) rows of one group: turned and stretched, but Gaussian."""
    rng = np.random.default_rng([seed, n, d])
    return rng.normal(size=(n, d)) @ (np.eye(d) + rng.normal(0, 0.5, (d, d)))


def skewed(n, seed):
    """(n, 2) rows of one log-normal group, sigma 0.6 on each column: several Gaussians, one hump."""
    return np.exp(0.6 * np.random.default_rng(seed).standard_normal((n, 2)))


def two_apart(n, gap, seed):
    """(n, 2) rows of two unit Gaussians of even weight, `gap` standard deviations apart."""
    rng = np.random.default_rng(seed)
    right = rng.random(n) < 0.5
    rows = rng.standard_normal((n, 2))
    rows[right, 0] += gap
    return rows


def scattered_dots(seed, groups=25, per_group=120):
    """(n, 2) rows of many small round groups, drawn apart by at least five of their deviations."""
    rng = np.random.default_rng([seed, groups])
    centres = np.empty((0, 2))
    while len(centres) < groups:
        drawn = rng.uniform(0, 8 * np.sqrt(groups), 2)
        if (np.hypot(*(centres - drawn).T) > 5).all():
            centres = np.vstack([centres, drawn])
    return np.concatenate([centre + rng.normal(size=(per_group, 2)) for centre in centres])


def unequal(seed, large=1_500, small=80):
    """(n, 2) rows of four large groups side by side and six small ones far from them, ten in all."""
    rng = np.random.default_rng([seed, large, small])
    near = np.array([[0, 0], [7, 2], [1, 8], [8, 9]])
    far = np.array([[55, 0], [62, 4], [56, 10], [66, 12], [50, 60], [58, 58]])
    sizes = np.repeat([large, small], [len(near), len(far)])
    return np.repeat(np.concatenate([near, far]), sizes, axis=0) + rng.normal(size=(sizes.sum(), 2))


def curved(seed, n=4_000):
    """(n, 2) rows of five groups that are no Gaussians: two bars, two arcs and a ring, with a tenth of scatter."""
    rng = np.random.default_rng([seed, n])
    kind, along = rng.integers(0, 5, n), rng.random(n)
    arc, turn = np.pi * along, 2 * np.pi * along
    x = np.choose(kind, [10 * along, 12 + 0 * along, 18 + 4 * np.cos(arc), 22 + 4 * np.cos(arc), 5 + 3 * np.cos(turn)])
    y = np.choose(kind, [0 * along, 9 * along, 4 * np.sin(arc), 2 - 4 * np.sin(arc), 8 + 3 * np.sin(turn)])
    rows = np.column_stack([x, y]) + rng.normal(0, 0.3, (n, 2))
    scattered = rng.random(n) < 0.1
    rows[scattered] = rng.uniform([-2, -4], [28, 13], (scattered.sum(), 2))
    return rows
