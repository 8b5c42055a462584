"""The lesson: K-Means and the Gaussian mixture side by side on this data, and which of the two to use here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...kmeans import Partition
from ...mixture.em.stopping import Outcome
from ...mixture.family import Axis, Family
from ...mixture.fit import Fit
from ...mixture.model import Mixture
from ...numbers import count, figure, share
from ..anomaly.odd_rows import Anomalies
from ..answer.words import CLEAR, odd_in_words
from .compare import Agreement
from .words import times

SAME = 0.95  # adjusted Rand index from which two splits tell the same story
ELONGATED = 2.5  # longest over shortest axis of a group, in standard deviations
UNEQUAL_SPREAD = 2.0  # widest over narrowest group, in standard deviations
UNEQUAL_SIZE = 4.0  # largest over smallest group, in rows
OVERLAP = 0.1  # share of rows that are not clearly in one group
HELD_OUT_GAIN = 0.1  # nats a row: a held-out row is 10 % likelier
ROWS_PER_PARAMETER = 5.0  # under which a mixture has more freedom than the rows can pin down
THINNEST = 1e-300  # variance; keeps the ratios of a collapsed group finite


@dataclass(frozen=True)
class Facts:
    """What was measured of the two splits, on the scale that was fitted, where K-Means' groups are round."""

    rows: int
    features: int
    components: int
    n_parameters: int
    adjusted_rand_index: float
    share_unclear: float  # of rows of which no group holds 80 %
    elongation: float  # longest over shortest axis of the most elongated group
    elongated_groups: int  # groups that are clearly elongated
    spread_ratio: float  # widest over narrowest group
    size_ratio: float  # largest over smallest group
    admissible: bool
    held_out_gain: float = math.nan  # nats by which a held-out row is likelier under the mixture than under K-Means
    held_out_error: float = math.nan  # standard error of that
    categories: int = 0  # columns of words


@dataclass(frozen=True)
class Row:
    """One line of the comparison."""

    aspect: str
    k_means: str
    mixture: str


@dataclass(frozen=True)
class Recommendation:
    """Which to use here, and the grounds."""

    sentence: str
    grounds: tuple[str, ...]


def facts(
    fit: Fit,
    responsibilities: Array,
    split: Agreement,
    groups: Mixture | None = None,
    gain: tuple[float, float] = (math.nan, math.nan),
) -> Facts:
    """Measure what the rules go by; responsibilities are (n, K).

    groups has a Gaussian for each group; without it every component is a group. gain is that of the ladder over
    K-Means with its standard error, as far as it is known.
    """
    shapes = groups or fit.mixture
    lengths, widths = _forms(shapes)
    weights = np.maximum(shapes.weights, THINNEST)
    return Facts(
        rows=len(responsibilities),
        features=fit.mixture.features,
        categories=len(fit.mixture.levels),
        components=shapes.components,
        n_parameters=fit.n_parameters,
        adjusted_rand_index=split.adjusted_rand_index,
        share_unclear=float(np.mean(responsibilities.max(axis=1) < CLEAR)),
        elongation=float(lengths.max()),
        elongated_groups=int((lengths >= ELONGATED).sum()),
        spread_ratio=float(widths.max() / widths.min()),
        size_ratio=float(weights.max() / weights.min()),
        admissible=fit.admissible,
        held_out_gain=gain[0],
        held_out_error=gain[1],
    )


def _forms(shapes: Mixture) -> tuple[Array, Array]:
    """(K,) longest over shortest axis, and (K,) mean width of each group; alike where no column has numbers."""
    if not shapes.features:
        return np.ones(shapes.components), np.ones(shapes.components)
    roots = np.sqrt(np.maximum(np.linalg.eigvalsh(shapes.covariances), THINNEST))
    return roots[:, -1] / roots[:, 0], np.exp(np.log(roots).mean(axis=1))


def comparison(found: Facts, fit: Fit, part: Partition, odd: Anomalies) -> tuple[Row, ...]:
    """The comparison, each cell with this data's own values."""
    distance = figure(math.sqrt(part.inertia / found.rows))
    groups = count(found.components, "group")
    return (
        _assignment(found),
        _shape(found, fit),
        Row(
            "Algorithm",
            f"Nearest centre, then new centres: {_ended(part.outcome, part.iterations)}.",
            f"EM, shares of rows, then new groups: {_ended(fit.outcome, len(fit.trace))}.",
        ),
        Row(
            "Output",
            f"{groups}: a label per row and {count(found.components, 'centre')}.",
            f"{groups}: shares per row, and {count(found.n_parameters, 'number')} for {_numbers_of(found)}.",
        ),
        Row(
            "Generative",
            "No: it has no density, so it can neither draw rows nor say how likely one is.",
            f"Yes: it can draw new rows; the log-likelihood of these is {figure(fit.log_likelihood, 5)}.",
        ),
        Row(
            "Anomalies",
            f"Only the distance to the nearest centre ({distance} is usual), and no line beyond which a row is odd.",
            f"Rows of low density. {odd_in_words(odd)}",
        ),
        _speed(found, fit, part),
    )


def _numbers_of(found: Facts) -> str:
    of_numbers = ["means", "covariances"] if found.features else []
    *first, last = ["weights", *of_numbers, *(["chances of levels"] if found.categories else [])]
    return f"{', '.join(first)} and {last}"


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


def predicts_better(found: Facts) -> str | None:
    """Rows held out are clearly likelier under the mixture."""
    if not found.held_out_gain >= max(HELD_OUT_GAIN, 2 * found.held_out_error):
        return None
    return f"a row held out is {times(found.held_out_gain)} as likely under the mixture as under K-Means"


def predicts_no_better(found: Facts) -> str | None:
    """Rows held out are no likelier under the mixture, whatever it describes."""
    if not found.held_out_gain <= found.held_out_error:
        return None
    return "rows held out are no likelier under the mixture than under K-Means' round groups"


def too_few_rows(found: Facts) -> str | None:
    """More parameters than the rows can pin down."""
    if found.rows >= ROWS_PER_PARAMETER * found.n_parameters:
        return None
    return f"{found.rows:,} rows are few for the mixture's {found.n_parameters:,} numbers"


def unsound(found: Facts) -> str | None:
    """The mixture fit is not to be trusted at all."""
    return None if found.admissible else "the mixture has collapsed onto a few rows or a flat direction"


FOR_THE_MIXTURE: tuple[Callable[[Facts], str | None], ...] = (
    elongated,
    unequal_spread,
    unequal_size,
    overlapping,
    predicts_better,
)
FOR_K_MEANS: tuple[Callable[[Facts], str | None], ...] = (unsound, too_few_rows, predicts_no_better)


def recommend(found: Facts) -> Recommendation:
    """Which of the two to use here, by the rules above."""
    against = [reason for rule in FOR_K_MEANS if (reason := rule(found))]
    if found.components == 1:
        return Recommendation("With one group there is nothing to choose: both hold all rows.", ())
    if unsound(found):
        return Recommendation("Use K-Means here", tuple(against))
    same = same_story(found)
    if same:
        return Recommendation("Either will do here", (same,))
    reasons = [reason for rule in FOR_THE_MIXTURE if (reason := rule(found))]
    if against and (not reasons or predicts_no_better(found)):  # shapes that do not help to predict are chance
        return Recommendation("Use K-Means here", tuple(against))
    if reasons:
        return Recommendation("Use the mixture here", tuple(reasons + [f"but {each}" for each in against]))
    if not found.features:
        measured = f"{share(found.share_unclear)} of rows lie between groups: too little to decide"
        return Recommendation("Neither has a clear advantage here", (measured,))
    measured = (
        f"the longest group is {figure(found.elongation, 2)} times as long as wide, the widest "
        f"{figure(found.spread_ratio, 2)} times as wide as the narrowest, and {share(found.share_unclear)} of rows lie "
        "between groups: too little of each to decide"
    )
    return Recommendation("Neither has a clear advantage here", (measured,))


def _assignment(found: Facts) -> Row:
    if found.components == 1:
        return Row("Assignment", *[f"All {count(found.rows, 'row')} are in the one group."] * 2)
    unclear = round(found.share_unclear * found.rows)
    verb = "has" if unclear == 1 else "have"
    return Row(
        "Assignment",
        f"Hard: each of the {found.rows:,} rows belongs wholly to one group.",
        f"Soft: each row has a share in every group, and {unclear:,} of {found.rows:,} {verb} less than "
        f"{share(CLEAR)} in any one.",
    )


def _shape(found: Facts, fit: Fit) -> Row:
    if found.components == 1:
        return Row("Shape", "One centre, to which every row is nearest.", f"{_form(found, fit)}.")
    if not found.features:
        return Row(
            "Shape",
            "A centre has the share of each level; rows go where they differ from it least.",
            f"{_form(found, fit)}.",
        )
    centres = "Stretches" if found.features == 1 else "Round groups"
    return Row(
        "Shape",
        f"{centres} of one width, by construction: borders lie half-way between centres.",
        f"{_form(found, fit)}.",
    )


def _form(found: Facts, fit: Fit) -> str:
    if found.components < fit.components:
        return f"Any: {fit.components} components ({fit.family.name}) make up {count(found.components, 'group')}"
    if not found.features:
        return f"Each group has its own chance of each level, in {count(found.categories, 'column')}"
    if found.components == 1:
        return _only_form(found, fit.family)
    return _round_forms(found, fit.family) if _is_round(found, fit.family) else _ellipses(found, fit.family)


def _is_round(found: Facts, family: Family) -> bool:
    return found.features == 1 or family.shape is Axis.IDENTITY


def _only_form(found: Facts, family: Family) -> str:
    if _is_round(found, family):
        return f"One {'bell curve' if found.features == 1 else 'round group'} ({family.name})"
    return f"One ellipse ({family.name}), {figure(found.elongation)} times as long as wide"


def _round_forms(found: Facts, family: Family) -> str:
    form = "Bell curves" if found.features == 1 else "Round groups"
    if family.volume is Axis.EQUAL:
        return f"{form} of one width ({family.name})"
    widest = f"the widest is {figure(found.spread_ratio)} times as wide as the narrowest"
    return f"{form} of different widths ({family.name}): {widest}"


_TURNED = {
    Axis.IDENTITY: "Ellipses along the axes",
    Axis.EQUAL: "Ellipses turned alike",
    Axis.VARIABLE: "Ellipses, each turned its own way,",
}


def _ellipses(found: Facts, family: Family) -> str:
    volumes = "one volume" if family.volume is Axis.EQUAL else "different volumes"
    form = f"{_TURNED[family.orientation]} of {volumes} ({family.name})"
    longest = f"{figure(found.elongation)} times as long as wide"
    if found.elongated_groups == 0:
        return f"{form}: none is clearly elongated (at most {longest})"
    some = f"{found.elongated_groups} of {found.components} groups"
    return f"{form}: {some} {'is' if found.elongated_groups == 1 else 'are'} clearly elongated (up to {longest})"


def _ended(outcome: Outcome, passes: int) -> str:
    how = {
        Outcome.CONVERGED: "settled after",
        Outcome.ITERATION_LIMIT: "not settled after",
        Outcome.CANCELLED: "cancelled after",
        Outcome.COLLAPSED: "collapsed after",
        Outcome.FELL: "fell after",
    }
    return f"{how[outcome]} {count(passes, 'pass', 'passes')}"


def _speed(found: Facts, fit: Fit, part: Partition) -> Row:
    """By counted work: times differ from machine to machine and from run to run.

    A distance takes d multiplications. A diagonal E-step and M-step take 2 d, full ones d (d + 1); a category counts as
    one in either.
    """
    distances = found.rows * found.components * (found.features + found.categories)
    centre_pass = figure(float(distances))
    own = found.features * (2 if fit.family.is_diagonal else found.features + 1) + found.categories
    density = found.rows * found.components * own
    ratio = density * len(fit.trace) / (distances * part.iterations)
    more = f"{figure(ratio, 2)} times the work of K-Means" if ratio >= 1 else "no more work than K-Means here"
    return Row(
        "Speed",
        f"{count(part.iterations, 'pass', 'passes')} of {centre_pass} multiplications.",
        f"{count(len(fit.trace), 'pass', 'passes')} of {figure(float(density))} multiplications: {more}.",
    )
