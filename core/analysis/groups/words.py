"""Words: what components make up, and what a group is like, as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...data.names import shortened
from ...numbers import count, figure, share
from .valleys import CROSSING, VALLEY

if TYPE_CHECKING:
    from .contributions import Contributions
    from .levels import LevelProfile
    from .merging import Merging
    from .profile import ColumnProfile, GroupProfile
    from .residuals import BivariateResiduals

SOME = 0.5  # a medium difference of two means, or of two shares (Cohen 1988)
ALL_BUT_NONE = 0.995  # of the lower peak: above it there is no valley to speak of

MOST_NAMED = 3  # columns in a sentence

TOLD = 3  # columns that a sentence names at most

LONGEST_NAME = 60  # characters of a column's name in a sentence


def named(part: tuple[int, ...]) -> str:
    """What a group of components is called in a sentence: "component 2", "components 1, 3 and 4"."""
    numbers = [str(k + 1) for k in sorted(part)]
    if len(numbers) == 1:
        return f"component {numbers[0]}"
    return f"components {', '.join(numbers[:-1])} and {numbers[-1]}"


def merging_sentence(found: Merging) -> str:
    """How many groups the components make up."""
    K, groups = found.components, found.chosen.groups
    if K == 1:
        return "One component: there is nothing to merge."
    if groups == K:
        return f"The {K} components are {K} groups: every two of them stand apart."
    if groups == 1:
        return f"The {K} components make up one group: no deep valley lies between them."
    return f"The {K} components make up {groups} groups."


def merging_grounds(found: Merging) -> str:
    """The numbers behind the sentence."""
    done = [each.valley for each in found.merges if each.allowed]
    said = [found.stop] if found.merges else []
    if done:
        before, after = (figure(round(each, 3)) for each in (found.entropy, found._entropy))
        least = "no less than" if min(done) > ALL_BUT_NONE else f"at least {share(min(done))} of"
        said = [
            f"In {count(len(done), 'merge')} the density between the two was {least} the lower of their peaks.",
            *said,
            f"The entropy of the shares went from {before} to {after} a row.",
        ]
    return " ".join(said)


def merging_stop(found: Merging) -> str:
    """Where merging stopped, and by what rule."""
    rule = f"Merging stops where the density between two would fall under {share(VALLEY)} of the lower peak"
    rule += f", or where less than {share(CROSSING)} of either would be taken for the other,"
    rule += " unless chance alone may have made the valley between them."
    left = [each for each in found.merges if not each.allowed]
    if not left:
        return rule
    one, other = (named(part) for part in left[0].joined)
    valley, crossing = share(left[0].valley), share(left[0].crossing)
    return f"{rule} The next would join {one} and {other}: {valley}, and {crossing}."


def _idle(names: Sequence[str]) -> str:
    few = len(names) <= MOST_NAMED
    return f"They hardly differ in {_and(names) if few else f'{len(names):,} columns'}."


def _and(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1]) if len(names) > 1 else names)


def contributions_sentence(found: Contributions) -> str:
    """Which columns carry the groups, and which hardly do."""
    telling = [each.column for each in found.columns if each.word != "hardly"]
    idle = [each.column for each in found.columns if each.word == "hardly"]
    if not telling:
        return "The groups hardly differ in any single column."
    first, *others = telling[:MOST_NAMED]
    most = f"The groups differ most in {first}" if len(found.columns) > 1 else f"The groups differ in {first}"
    said = f"{most}, then in {_and(others)}." if others else f"{most}."
    return f"{said} {_idle(idle)}" if idle else said


def residuals_sentence(found: BivariateResiduals) -> str:
    """Which columns go together within groups, and what to try."""
    told = [" and ".join(f"“{shortened(name, LONGEST)}”" for name in each.columns) for each in found.told]
    if not told:
        within = " within groups" if found.components > 1 else ""
        return f"No two columns of categories go together{within} by more than chance." if found.pairs else ""
    first, *others = told[:TOLD]
    within = " within groups" if found.components > 1 else ""
    said = "; ".join([f"{first} go together{within}", *(f"so do {each}" for each in others)])
    said += f"; so do {count(len(told) - TOLD, 'more pair')}" if len(told) > TOLD else ""
    if found.components == 1:
        return f"{said}. One group does not explain that: there may be more, or the columns depend on each other."
    one = "one of the two" if len(told) == 1 else "one of each two"
    return f"{said}. That may split a group: leave {one} out to see whether the groups stay."


def _against(mine: ColumnProfile, all_rows: ColumnProfile) -> str:
    """As in "petal length much higher (5.55 against 3.76 overall)"."""
    means = (mine.mean, all_rows.mean)
    own, usual = mine.in_words(means)
    name = shortened(mine.feature, LONGEST_NAME)
    return f"{name} {mine.word} ({own} against {usual} overall)"


def profile_sentence(found: GroupProfile, overall: Sequence[ColumnProfile]) -> str:
    """What sets the group apart, in words, from the measured means and shares only, the strongest first."""
    if found.rows == 0:
        return "no row: each is likelier to be in another group."
    if found.share == 1:
        return f"all {count(found.rows, 'row')}, so nothing sets it apart."
    both = zip(found.columns, overall, strict=True)
    said = [(abs(mine.effect), _against(mine, all_rows)) for mine, all_rows in both]
    said += [(abs(each.effect), each.sentence) for each in found.categories]
    parts = [text for effect, text in sorted(said, key=lambda pair: -pair[0])[:TOLD] if effect >= SOME]
    size = f"{count(found.rows, 'row')} ({share(found.share)})"
    return f"{size}: {'; '.join(parts)}." if parts else f"{size}, close to the average in every column."


LONGEST = 40  # characters of a level in a sentence


def levels_said(found: LevelProfile, level: int) -> str:
    """A level and how often the group has it: "pro 70 %"."""
    return f"{shortened(found.levels[level], LONGEST)} {share(float(found.chances[level]))}" if found.rows else "none"


def levels_sentence(found: LevelProfile) -> str:
    """What sets the group apart in this column, from the counts alone."""
    at = found.telling
    own, usual = share(float(found.chances[at])), share(float(found.usual[at]))
    level, name = (shortened(each, LONGEST) for each in (found.levels[at], found.feature))
    return f"{name} {found.how_often} {level} ({own}, {usual} overall)"
