"""The lesson: K-Means and the Gaussian mixture side by side on this data, and which of the two to trust here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.analysis.answer import CLEAR
from core.analysis.compare import Agreement
from core.arrays import Array
from core.kmeans import Partition
from core.mixture.family import Axis
from core.mixture.fit import Fit
from core.numbers import count, figure, share

SAME = 0.95  # adjusted Rand index from which two splits tell the same story
ELONGATED = 2.5  # longest over shortest axis of a group, in standard deviations
UNEQUAL_SPREAD = 2.0  # widest over narrowest group, in standard deviations
UNEQUAL_SIZE = 4.0  # largest over smallest group, in rows
OVERLAP = 0.1  # share of rows that are not clearly in one group
ROWS_PER_PARAMETER = 5.0  # under which a mixture has more freedom than the rows can pin down


@dataclass(frozen=True)
class Facts:
    """What was measured of the two splits."""

    rows: int
    features: int
    components: int
    n_parameters: int
    adjusted_rand_index: float
    share_unclear: float
    elongation: float  # longest over shortest axis of the most elongated group
    spread_ratio: float  # widest over narrowest group
    size_ratio: float  # largest over smallest group
    admissible: bool


@dataclass(frozen=True)
class Row:
    """One line of the comparison."""

    aspect: str
    k_means: str
    mixture: str


@dataclass(frozen=True)
class Verdict:
    """Which to trust here, and the grounds."""

    sentence: str
    grounds: tuple[str, ...]


def facts(fit: Fit, responsibilities: Array, split: Agreement) -> Facts:
    """Measure what the rules go by; responsibilities are (n, K)."""
    roots = np.sqrt(np.linalg.eigvalsh(fit.mixture.covariances))
    widths = np.exp(np.log(roots).mean(axis=1))
    weights = fit.mixture.weights
    return Facts(
        rows=len(responsibilities),
        features=fit.mixture.features,
        components=fit.components,
        n_parameters=fit.n_parameters,
        adjusted_rand_index=split.adjusted_rand_index,
        share_unclear=float(np.mean(responsibilities.max(axis=1) < CLEAR)),
        elongation=float((roots[:, -1] / roots[:, 0]).max()),
        spread_ratio=float(widths.max() / widths.min()),
        size_ratio=float(weights.max() / weights.min()),
        admissible=fit.admissible,
    )


def comparison(found: Facts, fit: Fit, part: Partition, flagged: int) -> tuple[Row, ...]:
    """The comparison, each cell with this data's own values; flagged is the number of odd rows."""
    unclear = round(found.share_unclear * found.rows)
    groups = count(found.components, "group")
    return (
        Row(
            "Assignment",
            f"Each of the {found.rows:,} rows belongs wholly to one group.",
            f"Each row has a share in every group; {count(unclear, 'row')} have less than 80 % in any one."
            if unclear != 1
            else "Each row has a share in every group; 1 row has less than 80 % in any one.",
        ),
        Row(
            "Shape",
            "Round groups of the same width, by construction.",
            f"{_shapes(fit)}; the longest is {figure(found.elongation)} times as long as wide.",
        ),
        Row(
            "Algorithm",
            f"Nearest centre, then new centres: settled after {count(part.iterations, 'pass', 'passes')}.",
            f"EM, shares of rows, then new groups: settled after {count(len(fit.trace), 'pass', 'passes')}.",
        ),
        Row(
            "Output",
            f"{groups}: a label per row and {found.components} centres.",
            f"{groups}: shares per row, and {count(found.n_parameters, 'number')} for weights, means and covariances.",
        ),
        Row(
            "Generative",
            "No: it has no density, so it cannot say how likely a row is.",
            f"Yes: it can draw new rows; its log-likelihood here is {figure(fit.log_likelihood, 5)}.",
        ),
        Row(
            "Anomalies",
            "Only the distance to the nearest centre.",
            f"Rows of low density: {count(flagged, 'row')} flagged, where chance alone would flag about 1.",
        ),
        Row(
            "Speed",
            f"{figure(found.rows * found.components * found.features)} multiplications a pass.",
            f"{figure(found.rows * found.components * found.features**2)} multiplications a pass"
            f"{'' if fit.family.is_diagonal else ', for whole covariances'}.",
        ),
    )


def same_story(found: Facts) -> str | None:
    """Both splits are nearly the same."""
    if found.adjusted_rand_index < SAME:
        return None
    return f"the two splits are nearly the same (adjusted Rand index {found.adjusted_rand_index:.2f})"


def elongated(found: Facts) -> str | None:
    """A group is far from round, which K-Means cannot follow."""
    if found.elongation < ELONGATED:
        return None
    return f"a group is {figure(found.elongation)} times as long as wide, and K-Means can only draw round ones"


def unequal_spread(found: Facts) -> str | None:
    """Groups of different width, between which K-Means puts the border half-way."""
    if found.spread_ratio < UNEQUAL_SPREAD:
        return None
    return f"one group is {figure(found.spread_ratio)} times as wide as another, and K-Means puts the border half-way"


def unequal_size(found: Facts) -> str | None:
    """Groups of different size, which K-Means tends to even out."""
    if found.size_ratio < UNEQUAL_SIZE:
        return None
    return f"one group has {figure(found.size_ratio)} times the rows of another, and K-Means tends to even sizes out"


def overlapping(found: Facts) -> str | None:
    """Many rows between groups, about which K-Means says nothing."""
    if found.share_unclear < OVERLAP:
        return None
    return f"{share(found.share_unclear)} of rows lie between groups, and only the mixture says so"


def too_few_rows(found: Facts) -> str | None:
    """More parameters than the rows can pin down."""
    if found.rows >= ROWS_PER_PARAMETER * found.n_parameters:
        return None
    return f"{found.rows:,} rows are few for the mixture's {found.n_parameters:,} numbers"


def unsound(found: Facts) -> str | None:
    """The mixture fit is not to be trusted at all."""
    return None if found.admissible else "the mixture has collapsed onto a few rows or a flat direction"


FOR_THE_MIXTURE: tuple[Callable[[Facts], str | None], ...] = (elongated, unequal_spread, unequal_size, overlapping)
FOR_K_MEANS: tuple[Callable[[Facts], str | None], ...] = (unsound, too_few_rows)


def trust(found: Facts) -> Verdict:
    """Which of the two to trust here, by the rules above."""
    against = [reason for rule in FOR_K_MEANS if (reason := rule(found))]
    if found.components == 1:
        return Verdict("With one group there is nothing to choose: both hold all rows.", ())
    if unsound(found):
        return Verdict("Trust K-Means here", tuple(against))
    same = same_story(found)
    if same:
        return Verdict("Either will do here", (same,))
    reasons = [reason for rule in FOR_THE_MIXTURE if (reason := rule(found))]
    if against and not reasons:
        return Verdict("Trust K-Means here", tuple(against))
    if reasons:
        return Verdict("Trust the mixture here", tuple(reasons + [f"but {each}" for each in against]))
    measured = (
        f"the longest group is {figure(found.elongation, 2)} times as long as wide, the widest "
        f"{figure(found.spread_ratio, 2)} times as wide as the narrowest, and {share(found.share_unclear)} of rows lie "
        "between groups: too little of each to decide"
    )
    return Verdict("Neither has a clear advantage here", (measured,))


def _shapes(fit: Fit) -> str:
    family = fit.family
    if family.shape is Axis.IDENTITY:
        shape = "Round groups"
    else:
        shape = {
            Axis.IDENTITY: "Ellipses along the axes",
            Axis.EQUAL: "Ellipses turned alike",
            Axis.VARIABLE: "Ellipses, each turned its own way",
        }[family.orientation]
    return f"{shape} of {'one width' if family.volume is Axis.EQUAL else 'different widths'} ({family.name})"
