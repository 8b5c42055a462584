"""Inside a step: the numbers that an E-step and an M-step work with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arrays import Array
from ..mixture.moments import moments
from ..numbers import figure
from .em_steps import Pass, Trajectory
from .ground import Ground


@dataclass(frozen=True)
class RowShares:
    """How an E-step shares out one row."""

    weights: Array  # (K,) mixing weights
    densities: Array  # (K,) of the row under each component
    shares: Array  # (K,) responsibilities

    @property
    def products(self) -> Array:
        """(K,) weight times density: what the shares are proportional to."""
        return self.weights * self.densities

    @property
    def frame(self) -> pd.DataFrame:
        """A row per component."""
        return pd.DataFrame(
            {
                "group": range(1, len(self.weights) + 1),
                "weight": self.weights,
                "density": self.densities,
                "product": self.products,
                "share": self.shares,
            }
        )

    @property
    def formula(self) -> str:
        """The first component's share with the numbers put in, as LaTeX."""
        parts = [rf"{_tex(w)} \cdot {_tex(f)}" for w, f in zip(self.weights, self.densities, strict=True)]
        below = " + ".join(parts) if len(parts) <= 3 else rf"{parts[0]} + \dots + {parts[-1]}"
        share = rf"\frac{{{parts[0]}}}{{{below}}} = {_tex(self.shares[0])}"
        return (
            r"r_{i1} = \frac{w_1 \, N(x_i \mid \mu_1, \Sigma_1)}{\sum_k w_k \, N(x_i \mid \mu_k, \Sigma_k)} = " + share
        )


def row_shares(here: Pass, rows: Array, row: int) -> RowShares:
    """How the E-step of a pass shares out one of (n, d) rows."""
    mixture = here.mixture
    densities = np.exp(mixture.log_joint(rows[[row]])[0] - np.log(mixture.weights))
    return RowShares(mixture.weights, densities, here.responsibilities[row])


def weighted_sums(here: Pass, trajectory: Trajectory, ground: Ground) -> pd.DataFrame:
    """What the M-step of a pass divides: a row per component, in the units shown."""
    found = moments(trajectory.rows, here.responsibilities)
    means = ground.centre + ground.scale * found.mean
    spreads = ground.scale * np.sqrt(np.diagonal(found.scatter, axis1=1, axis2=2) / found.weight[:, None])
    return pd.DataFrame(
        {
            "group": range(1, trajectory.components + 1),
            "rows": found.weight,
            "weight": found.weight / len(trajectory.rows),
            "mean_x": means[:, 0],
            "mean_y": means[:, 1],
            "sd_x": spreads[:, 0],
            "sd_y": spreads[:, 1],
        }
    )


def m_step_formula(here: Pass, trajectory: Trajectory, ground: Ground) -> str:
    """The first component's weight and mean with the numbers put in, as LaTeX."""
    first = weighted_sums(here, trajectory, ground).iloc[0]
    total, n = first["rows"], len(trajectory.rows)
    weight = rf"w_1 = \frac{{1}}{{n}} \sum_i r_{{i1}} = \frac{{{_tex(total)}}}{{{n}}} = {_tex(first['weight'])}"
    mean = rf"\frac{{{_tex(total * first['mean_x'])}}}{{{_tex(total)}}} = {_tex(first['mean_x'])}"
    return weight + r", \qquad \mu_{1x} = \frac{\sum_i r_{i1} x_i}{\sum_i r_{i1}} = " + mean


def _tex(value: float) -> str:
    """A number as LaTeX."""
    return figure(float(value), 4).replace("−", "-").replace(",", "{,}")
