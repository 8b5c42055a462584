"""exp and log over lanes, without branches, to a few units in the last place.

Both reduce the argument by powers of two (Cody and Waite 1980, ch. 5 and 6) and sum a Taylor series.
"""

from __future__ import annotations

import math

from core.mixture.compiled.lanes import ROUNDING, Lanes, exponent_and_fraction, power_of_two
from core.mixture.compiled.pointers import inlined

LEAST_EXPONENT = -708.0  # exp of less is no normal number
LN2_HIGH = 6.93147180369123816490e-01  # ln 2 to 33 bits, so that n times it is exact
LN2_LOW = 1.90821492927058770002e-10
PER_LN2 = 1 / math.log(2)
SHIFT = ROUNDING + 1023.0  # the exponent's bias

# exp r = sum r^k / k! for |r| <= ln(2) / 2: the next term is under 3e-16 of the sum.
E0, E1, E2, E3, E4, E5, E6, E7, E8, E9, E10, E11, E12 = (1 / math.factorial(k) for k in range(13))
# log f = 2 s + s sum 2 / (2 k + 1) s^2k for s = (f - 1) / (f + 1), s^2 <= 0.0295: the next term is under 1e-16.
L1, L2, L3, L4, L5, L6, L7, L8, L9 = (2 / (2 * k + 1) for k in range(1, 10))


@inlined
def exp(x: Lanes) -> Lanes:
    """exp x for x from -708 to 708; anything for what is beyond, NaN for NaN."""
    shifted = x * PER_LN2 + SHIFT
    n = shifted - SHIFT
    r = x - n * LN2_HIGH - n * LN2_LOW
    s = r * r
    # Even and odd powers apart: two short chains of multiplications instead of a long one.
    even = E12 * s + E10
    odd = E11 * s + E9
    even = even * s + E8
    odd = odd * s + E7
    even = even * s + E6
    odd = odd * s + E5
    even = even * s + E4
    odd = odd * s + E3
    even = even * s + E2
    odd = odd * s + E1
    even = even * s + E0
    return (odd * r + even) * power_of_two(shifted)


@inlined
def log(x: Lanes) -> Lanes:
    """log x for normal positive x; anything for other numbers."""
    n, f = exponent_and_fraction(x)
    s = (f - 1.0) / (f + 1.0)
    t = s * s
    series = L9 * t + L8
    series = series * t + L7
    series = series * t + L6
    series = series * t + L5
    series = series * t + L4
    series = series * t + L3
    series = series * t + L2
    series = series * t + L1
    return n * LN2_HIGH + (2.0 * s + (s * (series * t) + n * LN2_LOW))
