"""Valleys: whether the density between two groups dips more than it would by chance, if they were one.

Rows of both are put on the ridgeline between their centres, which follows a curve, and smoothed as little as leaves one
peak between these. Samples drawn from that smoothest density with one peak tell how much smoothing chance asks for
(Silverman 1981). A dip test looks at all of the line at once, and has no power where a tenth of the rows stands beside
the rest.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...arrays import Array

# Two round groups of one size are 3.4 standard deviations apart when the valley between them is half as high as they
# are; at 4 it is 27 %.
VALLEY = 0.5
CROSSING = 0.025  # Hennig's (2010, section 4.3) for misclassification; two groups of which less crosses are clear
DRAWS = 200  # samples by which chance is known
BINS = 512  # of the line
REACH = 2.0  # how far the line goes beyond both centres, in distances between them
FEWEST = 20  # rows on the line that can show a valley
HALVINGS = 18  # of the range of widths that is searched
MOST = 2_000  # rows on the line: more make the test find what nobody sees


def chance_of_valley(along: Array, weights: Array, rows: float, seed: int) -> float:
    """The chance of two peaks between 0 and 1, if the density there has one (Silverman 1981, section 2).

    along is (m,) places of rows on a line from one centre (0) to another (1), weights (m,) the share of all rows that
    each is, and rows how many those are. It is 1 where too few lie there to tell.
    """
    near = (along > -REACH) & (along < 1 + REACH)
    places, weights = along[near], weights[near]
    count = int(min(MOST, rows * weights.sum())) if len(places) else 0
    if count < FEWEST:
        return 1.0
    line = _Line()
    shares = weights / weights.sum()
    width = line.critical_width(line.binned(places, shares[:, None].T))
    if width is None:
        return 0.0
    rng = np.random.default_rng([seed, count])
    chosen = rng.choice(len(places), (DRAWS, count), p=shares)
    # Not drawn together to their former spread, as Silverman has it: a flat density between two edges would be less so.
    drawn = places[chosen] + width * rng.standard_normal((DRAWS, count))
    again = line.binned(drawn, np.full((DRAWS, count), 1 / count))
    return float(np.mean(line.peaks(again, width) > 1))


class _Line:
    """A line of bins, on which densities are smoothed by a normal kernel."""

    def __init__(self) -> None:
        self.places = np.linspace(-REACH - 0.5, 1.5 + REACH, BINS)
        self.step = float(self.places[1] - self.places[0])
        self.between = (self.places >= 0) & (self.places <= 1)
        self._frequencies = 2 * np.pi * np.fft.rfftfreq(2 * BINS, self.step)

    def binned(self, places: Array, shares: Array) -> npt.NDArray[np.complex128]:
        """(m, F) spectra of (m, r) or (r,) places with (m, r) shares, each parted between its two bins."""
        at = np.clip((np.atleast_2d(places) - self.places[0]) / self.step, 0, BINS - 1.001)
        low = at.astype(np.intp)
        row = 2 * BINS * np.arange(len(low))[:, None]
        counts = np.bincount((row + low).ravel(), ((low + 1 - at) * shares).ravel(), 2 * BINS * len(low))
        counts += np.bincount((row + low + 1).ravel(), ((at - low) * shares).ravel(), 2 * BINS * len(low))
        return np.asarray(np.fft.rfft(counts.reshape(len(low), 2 * BINS)))

    def peaks(self, spectra: npt.NDArray[np.complex128], width: float) -> npt.NDArray[np.intp]:
        """(m,) peaks between the centres of densities smoothed so much; where it rises to an end, one is there."""
        smooth = np.fft.irfft(spectra * np.exp(-0.5 * (self._frequencies * width) ** 2), 2 * BINS)[:, :BINS]
        rises = np.diff(smooth[:, self.between]) > 0
        tops = (rises[:, :-1] & ~rises[:, 1:]).sum(axis=1)
        return np.asarray(tops + ~rises[:, 0] + rises[:, -1], dtype=np.intp)

    def critical_width(self, spectrum: npt.NDArray[np.complex128]) -> float | None:
        """The least width of the kernel that leaves one peak; None if even the distance of the centres does not."""
        narrow, wide = self.step / 2, 1.0
        if self.peaks(spectrum, wide)[0] > 1:
            return None
        for _ in range(HALVINGS):
            middle = float(np.sqrt(narrow * wide))
            narrow, wide = (middle, wide) if self.peaks(spectrum, middle)[0] > 1 else (narrow, middle)
        return wide
