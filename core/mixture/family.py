"""Covariance families: which of volume, shape and orientation the components share.

Sigma_k = volume_k * D_k diag(shape_k) D_k', det diag(shape_k) = 1 (Banfield and Raftery 1993; Celeux and
Govaert 1995). A family says for each of the three axes whether it is the identity, equal over the components,
or variable. Names and parameter counts follow from the axes; nothing is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import product

from ..errors import ChoiceError
from .em.constants import EQUAL, IDENTITY, VARIABLE


class Axis(Enum):
    """How free one axis of the covariance is; the value is its letter in a family's name.

    Examples:
        >>> core.family("VEI").orientation is core.Axis.IDENTITY
        True
    """

    IDENTITY = "I"
    EQUAL = "E"
    VARIABLE = "V"

    __hash__ = object.__hash__  # each is one object: a sweep looks many of them up

    @cached_property
    def freedom(self) -> int:
        """0, 1 or 2: the order of the three."""
        return {Axis.IDENTITY: IDENTITY, Axis.EQUAL: EQUAL, Axis.VARIABLE: VARIABLE}[self]

    def copies(self, components: int) -> int:
        """How many separately estimated copies there are among K components."""
        return (0, 1, components)[self.freedom]


@dataclass(frozen=True)
class Family:
    """One of the 14 covariance structures of mclust, as three axes.

    Attributes:
        volume: whether components have equal or variable volumes.
        shape: whether they are spheres (identity), or ellipsoids of an equal or variable shape.
        orientation: whether their axes lie along the columns (identity), or are turned equally or variably.

    Examples:
        >>> core.Family(core.Axis.VARIABLE, core.Axis.EQUAL, core.Axis.VARIABLE).name
        'VEV'
    """

    volume: Axis
    shape: Axis
    orientation: Axis

    def __post_init__(self) -> None:
        """Refuse the axes that describe no covariance: no volume, or an orientation of spheres."""
        round_but_turned = self.shape is Axis.IDENTITY and self.orientation is not Axis.IDENTITY
        if self.volume is Axis.IDENTITY or round_but_turned:
            raise ChoiceError(f"{self.name} is not a covariance family.", remedy=f"Choose one of {_names()}.")

    @property
    def name(self) -> str:
        """The name as mclust writes it: "VEV" has variable volume, equal shape, variable orientation."""
        return self.volume.value + self.shape.value + self.orientation.value

    @property
    def has_closed_form(self) -> bool:
        """Whether one sweep over the axes is the exact maximum, without inner iterations."""
        volume_and_shape = self.volume is Axis.VARIABLE and self.shape is Axis.EQUAL
        shape_and_orientation = self.shape is Axis.VARIABLE and self.orientation is Axis.EQUAL
        return not (volume_and_shape or shape_and_orientation)

    @property
    def is_free(self) -> bool:
        """Whether every component has a covariance of its own without any constraint."""
        return all(axis is Axis.VARIABLE for axis in self.axes)

    @property
    def is_diagonal(self) -> bool:
        """Whether the columns are independent within a component."""
        return self.orientation is Axis.IDENTITY

    def covariance_parameters(self, components: int, features: int) -> int:
        """Free parameters in K covariances of d columns (Celeux and Govaert 1995, table 1)."""
        return (
            self.volume.copies(components)
            + self.shape.copies(components) * (features - 1)
            + self.orientation.copies(components) * features * (features - 1) // 2
        )

    def n_parameters(self, components: int, features: int) -> int:
        """Free parameters of the whole mixture: mixing weights, means and covariances."""
        if not features:
            return components - 1
        return components - 1 + components * features + self.covariance_parameters(components, features)

    def reduced(self, components: int, features: int) -> Family:
        """The simplest family with the same likelihood: fewer differ when d = 1 or K = 1, and none when d = 0."""
        family = self
        if not features:
            family = Family(Axis.EQUAL, Axis.IDENTITY, Axis.IDENTITY)
        if features == 1:
            family = Family(family.volume, Axis.IDENTITY, Axis.IDENTITY)
        if components == 1:
            family = Family(*(min(axis, Axis.EQUAL, key=lambda a: a.freedom) for axis in family.axes))
        return family

    @property
    def axes(self) -> tuple[Axis, Axis, Axis]:
        """Volume, shape and orientation."""
        return self.volume, self.shape, self.orientation

    @cached_property
    def freedoms(self) -> tuple[int, int, int]:
        """How free volume, shape and orientation are: the family as compiled code knows it."""
        return self.volume.freedom, self.shape.freedom, self.orientation.freedom

    def contains(self, other: Family) -> bool:
        """Whether every covariance structure of the other family is one of this family too."""
        return all(mine.freedom >= theirs.freedom for mine, theirs in zip(self.axes, other.axes, strict=True))

    def minimum_rows(self, features: int) -> int:
        """Rows' worth of weight below which a component's own parameters are not determined."""
        if self.orientation is Axis.VARIABLE:
            return features + 1
        return 2 if Axis.VARIABLE in (self.volume, self.shape) else 1


def _every_family() -> tuple[Family, ...]:
    """The combinations that exist, in mclust's order."""
    return tuple(
        Family(volume, shape, orientation)
        for orientation, shape, volume in product(Axis, repeat=3)
        if volume is not Axis.IDENTITY and not (shape is Axis.IDENTITY and orientation is not Axis.IDENTITY)
    )


FAMILIES = _every_family()

_ALIASES = {"full": "VVV", "tied": "EEE", "diag": "VVI", "spherical": "VII", "E": "EII", "V": "VII"}


def _names() -> str:
    return ", ".join(family.name for family in FAMILIES)


def family(name: str | Family) -> Family:
    """The family of a name: mclust's ("VEV"; "E" and "V" for d = 1) or scikit-learn's ("full", "tied", ...).

    Raises ChoiceError for any other name.

    Examples:
        >>> core.family("full").name
        'VVV'
    """
    if isinstance(name, Family):
        return name
    wanted = _ALIASES.get(name, name) if isinstance(name, str) else None
    found = [each for each in FAMILIES if each.name == wanted]
    if not found:
        raise ChoiceError(f"There is no covariance family {name!r}.", remedy=f"Choose one of {_names()}.")
    return found[0]
