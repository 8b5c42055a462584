"""Criteria: what decides between fits to the same rows, and how much a difference says."""

from __future__ import annotations

from enum import StrEnum

from ...mixture.fit import Fit

# Differences in BIC (Kass and Raftery 1995, section 3.2); for AIC they mean much the same (Burnham and Anderson 2002).
NOTHING, POSITIVE, STRONG = 2.0, 6.0, 10.0


class Criterion(StrEnum):
    """What decides between fits to the same rows; lower is better for each."""

    BIC = "bic"
    AIC = "aic"
    AICC = "aicc"
    ICL = "icl"
    ICL_ENTROPY = "icl_entropy"

    @property
    def label(self) -> str:
        """Its name as it is written; the two forms of ICL by how rows are assigned in them."""
        return _LABELS[self]

    def of(self, fit: Fit) -> float:
        """The criterion's value for a fit."""
        return float(getattr(fit, self.value))


_LABELS = {
    Criterion.BIC: "BIC",
    Criterion.AIC: "AIC",
    Criterion.AICC: "AICc",
    Criterion.ICL: "ICL (hard)",
    Criterion.ICL_ENTROPY: "ICL (soft)",
}
