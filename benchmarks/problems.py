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
