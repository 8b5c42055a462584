"""Slow, obvious twins of what core computes fast."""

import numpy as np
from scipy.stats import multivariate_normal


def log_density(mixture, rows):
    densities = np.zeros(len(rows))
    for weight, mean, covariance in zip(mixture.weights, mixture.means, mixture.covariances, strict=True):
        densities += weight * multivariate_normal(mean, covariance).pdf(rows)
    return np.log(densities)


def responsibilities(mixture, rows):
    joint = np.column_stack(
        [
            weight * np.atleast_1d(multivariate_normal(mean, covariance).pdf(rows))
            for weight, mean, covariance in zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
        ]
    )
    return joint / joint.sum(axis=1, keepdims=True)


def moments(rows, shares, weights):
    """(weight, mean, scatter) by plain loops over components and rows."""
    components, features = shares.shape[1], rows.shape[1]
    weight = np.zeros(components)
    mean = np.zeros((components, features))
    scatter = np.zeros((components, features, features))
    for k in range(components):
        for row, share, w in zip(rows, shares[:, k], weights, strict=True):
            weight[k] += w * share
            mean[k] += w * share * row
        mean[k] /= weight[k]
        for row, share, w in zip(rows, shares[:, k], weights, strict=True):
            scatter[k] += w * share * np.outer(row - mean[k], row - mean[k])
    return weight, mean, scatter


def expected_log_likelihood(weight, scatter, covariances):
    """The part of EM's objective that covariances enter, to compare families by."""
    total = 0.0
    for w, s, c in zip(weight, scatter, covariances, strict=True):
        total -= 0.5 * (w * np.linalg.slogdet(c)[1] + np.trace(np.linalg.solve(c, s)))
    return total


def adjusted_rand_index(a, b):
    """By counting pairs one at a time."""
    same_a = np.equal.outer(a, a)[np.triu_indices(len(a), 1)]
    same_b = np.equal.outer(b, b)[np.triu_indices(len(b), 1)]
    both, in_a, in_b, pairs = (same_a & same_b).sum(), same_a.sum(), same_b.sum(), len(same_a)
    expected = in_a * in_b / pairs
    return (both - expected) / ((in_a + in_b) / 2 - expected)
