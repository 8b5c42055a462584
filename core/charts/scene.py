"""Scene: one fit to one matrix as every picture of it needs them, in raw units, with names and colour slots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..analysis.anomaly.odd_rows import Anomalies
from ..analysis.answer.words import CLEAR
from ..analysis.density.geometry import Plane, telling_column, telling_pair
from ..analysis.groups.grouping import Grouping
from ..analysis.groups.levels import LevelProfile, level_profiles
from ..arrays import Array
from ..data.prepare import Matrix, Shape
from ..mixture import density
from ..mixture.fit import Fit
from ..mixture.model import Mixture
from ..numbers import count, share

WHATEVER_IS_ODD = ("raw", "grouping", "blended", "responsibilities", "labels", "largest", "undecided", "levels")
MOST_DRAWN = 5_000  # points of a scatter: comfortable in a browser
NOISE_NAME, UNDECIDED_NAME, ODD_NAME = "Noise", "Undecided", "Odd row"


@dataclass(frozen=True, eq=False)
class Scene:
    """What is drawn: rows, the groups a fit found in them, and perhaps which rows are odd."""

    matrix: Matrix
    fit: Fit
    slots: tuple[int, ...]  # (G,) colour slots of the groups
    odd: Anomalies | None = None
    row_names: Sequence[str] = ()  # (n,) for tooltips; without them rows go by their number
    seed: int = 0  # of the sample that is drawn when there are more rows than fit a picture
    merged: Grouping | None = None  # which of the K components make up one group; None: each is a group

    @cached_property
    def raw(self) -> Array:
        """(n, d) rows in raw units, without the last digits that the way there and back leaves behind."""
        raw = np.empty(self.matrix.values.shape)
        for j, column in enumerate(self.matrix.values.T):
            raw[:, j] = _tidied(self.matrix.transform.column_to_raw(j, column))
        return raw

    @cached_property
    def grouping(self) -> Grouping:
        """Which components make up each of the G groups."""
        return self.merged or Grouping.apart(self.fit.components)

    @property
    def groups(self) -> int:
        """G."""
        return self.grouping.groups

    @property
    def component_slots(self) -> tuple[int, ...]:
        """(K,) colour slots of the components, which are those of their groups."""
        return tuple(self.slots[group] for group in self.grouping.of)

    @cached_property
    def blended(self) -> Mixture:
        """One Gaussian for each of the G groups."""
        return self.grouping.blended(self.fit.mixture)

    @cached_property
    def responsibilities(self) -> Array:
        """(n, G) shares of the groups or, with noise, (n, G + 1)."""
        return self.grouping.shares(density.responsibilities(self.fit.mixture, self.matrix.rows))

    @cached_property
    def labels(self) -> npt.NDArray[np.intp]:
        """(n,) the likeliest group of each row; G is noise."""
        return self.responsibilities.argmax(axis=1)

    @cached_property
    def levels(self) -> tuple[tuple[LevelProfile, ...], ...]:
        """(G) of each group its c columns of categories."""
        return level_profiles(self.matrix, self.labels, self.groups)

    @cached_property
    def largest(self) -> Array:
        """(n,) the largest responsibility of each row."""
        return np.asarray(self.responsibilities.max(axis=1))

    @cached_property
    def undecided(self) -> npt.NDArray[np.bool_]:
        """(n,) whether no group holds the row clearly."""
        return self.largest < CLEAR

    @cached_property
    def flagged(self) -> npt.NDArray[np.bool_]:
        """(n,) whether the row is odd; nothing is when nobody looked."""
        return self.odd.flagged if self.odd is not None else np.zeros(len(self.matrix.values), dtype=bool)

    def with_odd_rows(self, odd: Anomalies) -> Scene:
        """The same scene with other odd rows; what follows from the rows and their groups is worked out but once."""
        other = replace(self, odd=odd)
        vars(other).update({name: getattr(self, name) for name in WHATEVER_IS_ODD})
        return other

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the d columns."""
        return tuple(self.matrix.features)

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the c columns of categories."""
        return self.matrix.categories

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the G groups."""
        return self.grouping.names

    def names_of(self, rows: npt.NDArray[np.intp]) -> list[str]:
        """What to call rows, given by their positions in the matrix."""
        if len(self.row_names):
            return [str(self.row_names[row]) for row in rows]
        return [f"Row {self.matrix.row_ids[row] + 1:,}" for row in rows]

    def plane(self, columns: tuple[int, int] | None = None) -> Plane:
        """The two columns as axes; without a choice, the two that set the groups furthest apart."""
        chosen = columns or telling_pair(self.blended)
        return Plane(chosen, len(self.features), self.matrix.transform)

    def is_logarithmic(self, column: int) -> bool:
        """Whether the fit was to the column's logarithms."""
        power = self.matrix.transform.powers[column]
        return power is not None and power.shape is Shape.LOG

    def line(self, column: int | None = None) -> Plane:
        """One column as an axis; without a choice, the one that sets the groups furthest apart."""
        chosen = telling_column(self.blended) if column is None else column
        return Plane((chosen, chosen), len(self.features), self.matrix.transform)


def _tidied(values: Array) -> Array:
    """(n,) values rounded to 12 digits of the largest, so that whole numbers are whole again."""
    largest = np.nanmax(np.abs(values), initial=0.0)
    if not 1e-280 < largest < 1e280:
        return values
    return np.asarray(np.round(values, int(11 - np.floor(np.log10(largest)))))


@dataclass(frozen=True, eq=False)
class Drawn:
    """The rows of a scene that a picture shows."""

    rows: npt.NDArray[np.intp]  # positions in the matrix; odd rows last, so that they lie on top
    n: int  # rows there are
    n_odd: int  # odd rows there are that have a place
    n_odd_drawn: int
    n_blank: int = 0  # rows without a place in the picture, being blank in a column of it

    @property
    def sentence(self) -> str:
        """What is left out, to be said under the title; nothing if nothing is."""
        unplaced = f"{count(self.n_blank, 'row')} with a blank here not drawn." if self.n_blank else ""
        if len(self.rows) == self.n - self.n_blank:
            return unplaced
        return f"{self._part} {unplaced}".strip()

    @property
    def _part(self) -> str:
        said = f"{len(self.rows):,} of {self.n:,} rows drawn"
        if self.n_odd_drawn < self.n_odd:
            return f"{said}, with the {self.n_odd_drawn:,} oddest of {self.n_odd:,} odd ones."
        return f"{said}, every odd one among them." if self.n_odd else f"{said}, chosen at random."


def drawn(scene: Scene, most: int = MOST_DRAWN, columns: Sequence[int] = ()) -> Drawn:
    """At most `most` rows that have cells in all of some columns: every odd one, of the others a seeded sample.

    Only where more than four fifths of the places would go to odd rows are the oddest alone taken.
    """
    n = len(scene.matrix.values)
    odd = scene.odd.ranking if scene.odd is not None else np.empty(0, dtype=np.intp)
    blank = np.asarray(np.isnan(scene.matrix.values[:, list(columns)]).any(axis=1))
    odd = odd[~blank[odd]]
    kept = odd[: most * 4 // 5] if n > most else odd
    others = np.flatnonzero(~scene.flagged & ~blank)
    if len(others) > most - len(kept):
        chosen = np.random.default_rng([scene.seed, most]).choice(len(others), most - len(kept), replace=False)
        others = others[np.sort(chosen)]
    return Drawn(np.concatenate([others, kept[::-1]]), n, len(odd), len(kept), int(blank.sum()))


def doubts_in_words(scene: Scene, rows: npt.NDArray[np.intp]) -> list[str]:
    """How the probability of rows is shared, in the order of the shares: "Group 2 71 %, Group 1 29 %"."""
    names = (*scene.names, NOISE_NAME)
    shares = scene.responsibilities[rows]
    order = np.argsort(-shares, axis=1, kind="stable")[:, :3]
    shares = np.take_along_axis(shares, order, axis=1)
    return [
        ", ".join(f"{names[k]} {share(part)}" for k, part in zip(groups, parts, strict=True) if part >= 0.005)
        for groups, parts in zip(order.tolist(), shares.tolist(), strict=True)
    ]
