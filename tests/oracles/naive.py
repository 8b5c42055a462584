"""Slow, obvious twins of what core computes fast."""

import numpy as np
from scipy.stats import multivariate_normal

from core.mixture.moments import Moments


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


def e_step_with_blanks(mixture, rows, weights):
    """Expected moments of rows with blanks (NaN): every row by itself, by conditional means and covariances."""
    K, d = mixture.means.shape
    columns = K + (mixture.noise is not None)
    expected, spread = np.zeros((len(rows), K, d)), np.zeros((len(rows), K, d, d))
    shares, log_density = np.zeros((len(rows), columns)), np.zeros(len(rows))
    for i, row in enumerate(rows):
        o, m = np.flatnonzero(~np.isnan(row)), np.flatnonzero(np.isnan(row))
        joint = []
        for k in range(K):
            mean, cov = mixture.means[k], mixture.covariances[k]
            inverse = np.linalg.inv(cov[np.ix_(o, o)])
            away = row[o] - mean[o]
            log_det = np.linalg.slogdet(2 * np.pi * cov[np.ix_(o, o)])[1] if len(o) else 0.0
            joint.append(np.log(mixture.weights[k]) - 0.5 * (away @ inverse @ away + log_det))
            expected[i, k, o] = row[o]
            expected[i, k, m] = mean[m] + cov[np.ix_(m, o)] @ inverse @ away
            spread[i, k][np.ix_(m, m)] = cov[np.ix_(m, m)] - cov[np.ix_(m, o)] @ inverse @ cov[np.ix_(o, m)]
        if mixture.noise is not None:
            joint.append(np.log(mixture.noise.weight) - sum(mixture.noise.log_sides[j] for j in o))
        log_density[i] = np.log(np.exp(joint).sum())
        shares[i] = np.exp(np.array(joint) - log_density[i])
    weighted = shares * weights[:, None]
    weight = weighted[:, :K].sum(axis=0)
    mean = np.einsum("ik,ikj->kj", weighted[:, :K], expected) / weight[:, None]
    away = expected - mean
    scatter = np.einsum("ik,ikj,ikl->kjl", weighted[:, :K], away, away)
    scatter += np.einsum("ik,ikjl->kjl", weighted[:, :K], spread)
    return Moments(
        weight,
        mean,
        scatter,
        log_likelihood=weights @ log_density,
        rows=weights.sum(),
        noise_weight=weighted[:, K:].sum(),
        entropy=-(weighted * np.log(shares)).sum(),
        log_largest=weights @ np.log(shares.max(axis=1)),
    )
