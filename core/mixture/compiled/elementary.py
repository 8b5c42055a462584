"""exp and log over lanes, without branches, to a few units in the last place: exp to those of its argument.

Both reduce the argument by powers of two (Cody and Waite 1980, ch. 5 and 6) and evaluate a polynomial.
"""

from __future__ import annotations

import math

from .lanes import BIAS, ROUNDING, Lanes, exponent_and_fraction, power_of_two
from .pointers import inlined

LN2 = math.log(2)
PER_LN2 = 1 / LN2
LEAST_POWER = -1000  # of two: what rounds to it or less is taken to be 0, far above the numbers that are not normal
LEAST_EXPONENT = LEAST_POWER * LN2
SHIFT = ROUNDING - LEAST_POWER

# exp r for |r| <= ln(2) / 2 to 2.9e-16 of it: the best of degree 10 (Remez) that begins with 1 + r, so that exp 0 = 1.
# The factor makes up for an exponent that is 0, which makes the power of two 0, already at LEAST_POWER.
E0, E1, E2, E3, E4, E5, E6, E7, E8, E9, E10 = (
    2.0 ** (BIAS + LEAST_POWER) * coefficient
    for coefficient in (
        1.0,
        1.0,
        0.49999999999998324,
        0.16666666666611554,
        0.04166666666813647,
        0.008333333370870045,
        0.0013888888516231548,
        0.0001984118523628651,
        2.4801931713827606e-05,
        2.7634990751192623e-06,
        2.747679827005768e-07,
    )
)
# log f = 2 s + s (L1 s^2 + L2 s^4 + ...) for s = (f - 1) / (f + 1), s^2 <= 0.0295, to 2**-58: those of fdlibm's log.
L1 = 6.666666666666735130e-01
L2 = 3.999999999940941908e-01
L3 = 2.857142874366239149e-01
L4 = 2.222219843214978396e-01
L5 = 1.818357216161805012e-01
L6 = 1.531383769920937332e-01
L7 = 1.479819860511658591e-01


@inlined
def exp(x: Lanes) -> Lanes:
    """exp x for x from LEAST_EXPONENT, where it is 0, to 708; anything for what is beyond, NaN for NaN."""
    shifted = x * PER_LN2 + SHIFT
    n = shifted - SHIFT
    r = x - n * LN2  # n times what LN2 is off by is less than an error of x in its last place
    # Even and odd powers apart: two short chains of multiplications instead of a long one.
    square = r * r
    even, odd = E10 * square + E8, E9 * square + E7
    even, odd = even * square + E6, odd * square + E5
    even, odd = even * square + E4, odd * square + E3
    even, odd = even * square + E2, odd * square + E1
    series = (even * square + E0) + odd * r
    return series * power_of_two(shifted)


@inlined
def log(x: Lanes) -> Lanes:
    """log x for normal positive x; anything for other numbers."""
    n, f = exponent_and_fraction(x)
    s = (f - 1.0) / (f + 1.0)
    t = s * s
    series = L7 * t + L6
    series = series * t + L5
    series = series * t + L4
    series = series * t + L3
    series = series * t + L2
    series = series * t + L1
    return n * LN2 + s * (series * t + 2.0)
