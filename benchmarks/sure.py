"""How sure: how often the intervals of a fit's numbers hold the truth."""

import numpy as np

import core
from core.analysis.uncertainty.intervals import intervals
from core.mixture.model import Mixture

TRUTH = Mixture(
    np.array([0.6, 0.4]), np.array([[0.0, 0.0], [5.0, 0.0]]), np.stack([np.eye(2), [[1.0, 0.5], [0.5, 1.0]]])
)
ROWS, DRAWS = 300, 200


def rows(full=False):
    sets = 500 if full else 100
    held = np.mean([covered(seed) for seed in range(sets)], axis=0)
    parts = {"weights": held[:2], "means": held[2:6], "covariances": held[[6, 7, 9, 10, 11, 13]]}
    for name, shares in parts.items():
        yield {
            "what": f"95 % intervals of {name} hold the truth, {sets} sets of {ROWS} rows",
            "least": f"{shares.min():.1%}",
            "mean": f"{shares.mean():.1%}",
            "most": f"{shares.max():.1%}",
            "wanted": "90 % to 98 %",
            "note": "" if shares.min() >= 0.9 and shares.max() <= 0.98 else "missed",
        }


def covered(seed):
    """Whether the interval of each weight, mean and covariance holds it, on one set."""
    data = TRUTH.sample(ROWS, np.random.default_rng(seed))
    fitted = core.fit(data, core.Plan("VVV", 2))
    found = intervals(fitted, data, draws=DRAWS, seed=seed)
    order = np.argsort(found.means.estimate[:, 0])
    pairs = (found.weights, TRUTH.weights), (found.means, TRUTH.means), (found.covariances, TRUTH.covariances)
    return np.concatenate([((x.low[order] <= true) & (true <= x.high[order])).ravel() for x, true in pairs])
