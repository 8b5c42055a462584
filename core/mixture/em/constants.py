"""Numbers that the NumPy form of EM and the compiled one share."""

from __future__ import annotations

import math

LOG_2PI = math.log(2 * math.pi)
IDENTITY, EQUAL, VARIABLE = range(3)  # how free an axis of a family is
TILE = 4  # rows of a whitening factor, and features, that the compiled pass works on together

LOST = 1e-14  # share of the rows under which a component has lost its own
NO_DIGITS = 1e-12  # share of a column's variance that the columns before it leave, at which rounding is what is left
FLOOR = 1e-10  # variance along a direction, in units of the columns' variances, at which EM ends
SPIKE = 1e-6  # an eigenvalue below this, in the same units, is a spike of the likelihood and no group

# How a stride of passes ends: it took all it was given, a pass changed next to nothing, a component collapsed, or a
# pass lowered what none may lower.
GOING, SETTLED, DEGENERATE, FELL = range(4)

# Acceleration
PAIRS = 10  # of a step and what it taught that are kept
MOST_STRETCH = 4.0  # of EM's step, before the pairs shape it
CALM = 0.1  # length of EM's own step above which it goes unaccelerated: far from any optimum a leap may miss the best
FIRST_RADIUS = 1.0  # of a step; 1 moves the mean of a component of weight 1 by a standard deviation
LEAST_COSINE = 1e-9  # between a step and the change over it, for the pair to tell of curvature
LEAST_WEIGHT = 1e-300  # of a component, where its log is taken
LEAST_CHANCE = 1e-12  # of a level, the same
MOST_CHANGE = 3.0  # of the log of a chance in a step: one near 0 has hardly a say in the direction of a step

ROUNDING = 1e-13  # relative fall of the log-likelihood that is none
BLURRED = 1e-6  # relative fall that rounding explains where columns are nearly combinations of others; passes end there
