"""Samples: data sets to begin with, bundled or made here with a known truth."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets

from ..arrays import Array
from ..errors import ChoiceError
from .columns import profile
from .table import Reading, Table


@dataclass(frozen=True)
class Sample:
    """A data set to begin with."""

    key: str
    title: str
    sentence: str  # what it is good for
    make: Callable[[], pd.DataFrame]

    def load(self) -> Table:
        """Its table."""
        frame = self.make()
        digest = hashlib.sha256(f"sample {self.key}".encode())
        digest.update(frame.to_csv(index=False).encode())
        return replace(profile(frame, reading=Reading(name=self.title)), source_id=digest.hexdigest())


def sample(key: str) -> Sample:
    """The sample of a key. Raises ChoiceError if there is none.

    Examples:
        >>> core.sample("iris").load().n_rows
        150
    """
    found = next((each for each in SAMPLES if isinstance(key, str) and each.key == key), None)
    if found is None:
        raise ChoiceError(f"There is no sample {key!r}.", remedy=f"Choose {', '.join(each.key for each in SAMPLES)}.")
    return found


def _bundled(load: Callable[..., Mapping[str, Any]], target: str) -> pd.DataFrame:
    """One of scikit-learn's sets, its target as a category in the last column."""
    bunch = load(as_frame=True)
    return pd.DataFrame(bunch["data"]).assign(
        **{target: np.asarray(bunch["target_names"])[np.asarray(bunch["target"])]}
    )


def _iris() -> pd.DataFrame:
    return _bundled(datasets.load_iris, "species")


def _wine() -> pd.DataFrame:
    return _bundled(datasets.load_wine, "cultivar")


def _cancer() -> pd.DataFrame:
    return _bundled(datasets.load_breast_cancer, "diagnosis")


def _faithful() -> pd.DataFrame:
    """272 eruptions of the geyser (Azzalini and Bowman 1990)."""
    return pd.read_csv(Path(__file__).with_name("old_faithful.csv"))


def _groups(rng: np.random.Generator, sizes: list[int], means: Array, factors: Array) -> tuple[Array, list[str]]:
    """Rows of Gaussians with given means (K, d) and covariance factors (K, d, d), and the name of each row's group."""
    rows = [m + rng.normal(size=(n, len(m))) @ f.T for n, m, f in zip(sizes, means, factors, strict=True)]
    names = [f"group {'ABCDEFGH'[k]}" for k, n in enumerate(sizes) for _ in range(n)]
    return np.concatenate(rows), names


def _overlapping() -> pd.DataFrame:
    means = np.array([[22.0, 310.0], [27.5, 390.0], [33.0, 300.0]])
    factors = np.array([[[2.6, 0.0], [12.0, 34.0]], [[2.2, 0.0], [-14.0, 30.0]], [[2.4, 0.0], [4.0, 26.0]]])
    rows, names = _groups(np.random.default_rng(11), [320, 260, 220], means, factors)
    return _frame(rows.round(2), ["temperature", "pressure"], true_group=names)


def _elongated() -> pd.DataFrame:
    means = np.array([[4.0, 6.0], [6.5, 4.0], [9.0, 2.5]])
    factors = np.array([[[1.9, 0.0], [1.75, 0.28]]] * 3)
    rows, names = _groups(np.random.default_rng(12), [250, 250, 250], means, factors)
    return _frame(rows.round(3), ["length", "width"], true_group=names)


def _outliers() -> pd.DataFrame:
    rng = np.random.default_rng(13)
    means = np.array([[52.0, 1.8, 7.1], [61.0, 3.1, 6.2]])
    factors = np.array([[[2.0, 0, 0], [0.1, 0.2, 0], [0, 0.05, 0.25]], [[2.5, 0, 0], [-0.12, 0.25, 0], [0.1, 0, 0.2]]])
    rows, _ = _groups(rng, [380, 260], means, factors)
    odd = rng.uniform(rows.min(axis=0) - 4 * rows.std(axis=0), rows.max(axis=0) + 4 * rows.std(axis=0), (12, 3))
    mixed = np.concatenate([rows, odd])
    planted = ["no"] * len(rows) + ["yes"] * len(odd)
    order = rng.permutation(len(mixed))
    return _frame(mixed[order].round(3), ["load", "vibration", "acidity"], planted=[planted[i] for i in order])


def _customers() -> pd.DataFrame:
    rng = np.random.default_rng(14)
    kinds = rng.choice(3, 1_000, p=[0.5, 0.32, 0.18])
    log_spend = np.array([5.6, 6.7, 8.0])[kinds] + rng.normal(0, 0.35, 1_000)
    visits = np.exp(np.array([1.6, 3.0, 2.4])[kinds] + rng.normal(0, 0.25, 1_000))
    basket = np.exp(log_spend) / visits * rng.lognormal(0, 0.12, 1_000)
    tenure = np.clip(np.array([14.0, 40.0, 65.0])[kinds] + rng.normal(0, 9.0, 1_000), 1, None)
    first, last = ["Ada", "Ben", "Chloe", "Dev", "Ewa", "Finn", "Gita", "Hugo"], ["Abel", "Brandt", "Costa", "Dietz"]
    frame = pd.DataFrame(
        {
            "customer_id": np.arange(100_001, 101_001),
            "name": [f"{rng.choice(first)} {rng.choice(last)}" for _ in kinds],
            "region": rng.choice(["North", "South", "East", "West"], 1_000),
            "plan": np.array(["basic", "family", "premium"])[
                np.where(rng.random(1_000) < 0.8, kinds, rng.choice(3, 1_000))
            ],
            "joined": pd.Timestamp("2026-06-30") - pd.to_timedelta((tenure * 30.4).round(), unit="D"),
            "yearly_spend": np.exp(log_spend).round(2),
            "visits_per_year": visits.round(1),
            "basket_value": basket.round(2),
            "months_as_customer": tenure.round(1),
        }
    )
    frame.loc[rng.choice(1_000, 12, replace=False), "basket_value"] = np.nan
    return frame


def _one_group() -> pd.DataFrame:
    rows = np.random.default_rng(15).multivariate_normal([170.0, 68.0], [[60.0, 45.0], [45.0, 80.0]], 500)
    return _frame(rows.round(1), ["height_cm", "weight_kg"])


def _frame(rows: Array, names: list[str], **more: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=names).assign(**more)


SAMPLES = (
    Sample("faithful", "Old Faithful", "272 eruptions of a geyser: how long, and how long the wait.", _faithful),
    Sample("iris", "Iris flowers", "150 flowers of three species, two of them alike.", _iris),
    Sample("customers", "Customers", "1,000 customers with names, regions, dates and a few blanks.", _customers),
    Sample(
        "overlapping", "Overlapping groups", "Three groups that run into each other; the truth is known.", _overlapping
    ),
    Sample("elongated", "Elongated groups", "Three long, narrow groups: where K-Means goes wrong.", _elongated),
    Sample("outliers", "Groups with outliers", "Two groups of machine readings with 12 planted faults.", _outliers),
    Sample("wine", "Wine", "178 wines by 13 chemical measures, from three growers.", _wine),
    Sample("cancer", "Breast cancer", "569 tumours by 30 measures: many columns that move together.", _cancer),
    Sample("one", "One group", "500 people's height and weight: nothing to split.", _one_group),
)
