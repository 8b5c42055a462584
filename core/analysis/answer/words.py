"""Words: an answer as a person reads it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import Array
from ...data.steps import coarse_columns
from ...data.table import Shape
from ...mixture.fit import Fit
from ...numbers import count, figure, share
from ..anomaly.odd_rows import Anomalies
from ..groups.grouping import Grouping
from ..groups.valleys import VALLEY

if TYPE_CHECKING:
    from .certainty import Certainty
    from .few_values import FewValues
    from .first import FirstAnswer
    from .proposal import Proposal
    from .shapes import Shaped

CLEAR = 0.8  # a row is clearly in a group that holds at least this share of it


def in_words(groups: int, largest: Array, odd: Anomalies) -> str:
    """An answer in a sentence: how many groups, how clearly rows belong, how many are odd; largest is (n,)."""
    clear = float(np.mean(largest >= CLEAR))
    return f"{_groups(groups, clear)}; {_odd(len(odd.ranking))}."


def odd_in_words(odd: Anomalies) -> str:
    """The odd rows in a sentence."""
    rows, flagged = len(odd.score), len(odd.ranking)
    said = (
        "No row looks odd"
        if flagged == 0
        else f"{count(flagged, 'row')} of {rows:,} {'looks' if flagged == 1 else 'look'} odd"
    )
    return f"{said}; chance alone would flag {odd.by_chance}."


def scored_over(fitted: Fit, odd: Anomalies) -> str:
    """Over which components the score sums, in words."""
    kept, all_of_them = odd.scored.mixture.components, fitted.components
    if kept == all_of_them:
        return count(kept, "component")
    left_out = count(all_of_them - kept, "small one")
    return f"{kept} of {count(all_of_them, 'component')}, without {left_out} far from the others"


def far_groups_in_words(fitted: Fit, odd: Anomalies, grouping: Grouping) -> str:
    """Which groups do not count when rows are scored, being small and far from the others; nothing if all do."""
    kept = {mean.tobytes() for mean in odd.scored.mixture.means}
    gone = [mean.tobytes() not in kept for mean in fitted.mixture.means]
    far = [group for group, part in enumerate(grouping.parts) if all(gone[k] for k in part)]
    if not far:
        return ""
    rows = share(sum(float(fitted.mixture.weights[list(grouping.parts[group])].sum()) for group in far))
    names = grouping.in_words(far)
    if len(far) == 1:
        return f"{names} is small ({rows} of the rows) and far from the others, so its rows are scored by those."
    return f"{names} are small ({rows} of the rows) and far from the others, so their rows are scored by those."


def _groups(groups: int, share_clear: float) -> str:
    if groups == 1:
        return "One group: these columns do not split the rows"
    clear = "every row is" if share_clear == 1 else f"{share(share_clear)} of rows are"
    return f"{groups} groups; {clear} clearly in one"


def _odd(count: int) -> str:
    if count == 0:
        return "no row looks odd"
    return "1 row looks odd" if count == 1 else f"{count:,} rows look odd"


MOST_NAMED = 4  # columns in a sentence


def first_grounds(found: FirstAnswer) -> tuple[str, ...]:
    """What the answer rests on, a sentence each."""
    said = [] if found.proposal is None else [*found.proposal.grounds]
    if found.grouping.merges:
        said.append(found.merging.sentence)
    apart = int((~found.settled.took_part).sum())
    if apart:
        verb = "lies" if apart == 1 else "lie"
        said.append(f"{count(apart, 'row')} {verb} too far from all groups to take part in shaping them.")
    most = max(found.board.search.components)
    if found.board.best().components == most and most > 1:
        said.append(f"{count(most, 'component')} are the most that were tried; there may be more.")
    return tuple(said)


def first_method(found: FirstAnswer) -> str:
    """How it was found, in a few sentences."""
    fits, rows = len(found.board.cells), len(found.largest)
    bic, numbers = figure(found.fit.bic, 5), found.fit.n_parameters
    most, steps = max(found.board.search.components), _steps(coarse_columns(found.matrix))
    return (
        f"Gaussian mixtures with 1 to {most} components in {len(found.board.search.families)} shapes, {fits} models "
        f"in all, were fitted to {found.where}. The one with the lowest BIC, which weighs how well a model fits "
        f"against how many numbers it needs, was refined on every row that belongs to a group (BIC {bic}, "
        f"{numbers} numbers). Components with no gap between them make up one group. A row is clearly in a group that "
        f"holds at least {share(CLEAR)} of it. {steps}A row is odd when the model finds it so unlikely that among "
        f"{rows:,} rows drawn from the model itself about one would be."
    )


def _steps(columns: tuple[str, ...]) -> str:
    """How values of coarse steps were searched, as a sentence and a space; nothing where there are none."""
    if not columns:
        return ""
    lies = "lie" if len(columns) > 1 else "lies"
    return f"{_listed(columns)} {lies} in coarse steps; for the search, values were drawn within these. "


def shapes_sentence(found: Shaped) -> str:
    """What is done and why, in words."""
    how = "its logarithm" if found.shape is Shape.LOG else "a power of it"
    return f"“{found.column[:60]}” is skewed: {how} describes it better (BIC falls by {figure(found.gain, 3)})."


def few_values_sentence(found: FewValues) -> str:
    """What is done and why, in words."""
    several = len(found.columns) > 1
    better = f" (BIC falls by {figure(found.gain, 3)})" if math.isfinite(found.gain) else ""
    verb, describe = ("hold", "they describe") if several else ("holds", "it describes")
    form = {
        "numbers": "as numbers" if several else "as a number",
        "ordered levels": "by their order, whatever lies between two values,",
        "categories": "as categories" if several else "as a category",
    }[found.taken.value]
    return f"{_listed(found.columns)} {verb} few different numbers; {form} {describe} the rows better{better}."


def _listed(names: tuple[str, ...]) -> str:
    """Some names in a sentence."""
    told = [f"“{name[:60]}”" for name in names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        told[-1] = f"{len(names) - MOST_NAMED + 1:,} other columns"
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def proposal_grounds(found: Proposal) -> tuple[str, ...]:
    """What was done and why, a sentence each."""
    words = found.preparation.categories or ()
    said = (
        [f"{_listed(words)} {'take part as categories' if len(words) > 1 else 'takes part as a category'}."]
        if words
        else []
    )
    said += [found.few.sentence] if found.few is not None else []
    said += [f"{each.sentence} These cells say nothing of the groups here." for each in found.heaps]
    said += [f"{each.sentence} The column is left out, as there are many others." for each in found.heaped]
    said += [each.sentence for each in found.shaped]
    said += [f"“{name[:60]}” follows almost exactly from other columns and is left out." for name in found.dependent]
    if found.repeated:
        verb = "repeats" if found.repeated == 1 else "repeat"
        said.append(f"{count(found.repeated, 'row')} {verb} another exactly; each different row counts once.")
    return tuple(said)


def verdict(found: Certainty) -> tuple[str, str, str]:
    """The number, how sure it is, and what would change it: three sentences to read out."""
    number = "one group" if found.groups == 1 else count(found.groups, "group")
    first = f"The rows form {number}."
    if found.sure:
        second = "That is clear: every model that describes them about as well tells the same number."
    else:
        others = " or ".join(str(each) for each in found.possible if each != found.groups)
        second = f"That is not certain: {others} would be possible as well."
    return first, second, _what_would_change(found)


def _what_would_change(found: Certainty) -> str:
    weakest = found.weakest
    if weakest is None:
        return "A valley with hardly any rows in it would make them two; there is none."
    if weakest.valley >= VALLEY:  # a dense group within a wide one, say
        return (
            f"The least clear border has no valley; at most {share(weakest.crossing)} of a group beside it would be "
            "taken for the other. Were that more, there would be one group fewer."
        )
    return (
        f"The least clear border is where the rows thin out to {share(weakest.valley)} of the smaller group's density; "
        "without it there would be one group fewer."
    )
