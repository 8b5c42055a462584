"""Mixture Explorer core: Gaussian mixtures, EM and what an analyst does with them, without any user interface.

The one file that knows all parts. Names are loaded when they are first used, so that a process that needs only one
part, such as the reader's child, does not pay for the others.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.analysis.anomaly import (
        Anomalies,
        ExpectedFalseAlarms,
        FalseDiscoveryRate,
        Quantile,
        TopRows,
        anomalies,
    )
    from core.analysis.answer import FirstAnswer, first_answer
    from core.analysis.bootstrap_test import Bootstrap, BootstrapTest, bootstrap_test
    from core.analysis.compare import Agreement, Association, agreement, association, crosstab
    from core.analysis.detectors import (
        Asked,
        Comparison,
        IsolationForest,
        LocalOutlierFactor,
        ask_detectors,
        compare_detectors,
    )
    from core.analysis.doubt import Doubt, doubt
    from core.analysis.effective import EffectiveComponents, effective_components
    from core.analysis.examples import Examples, examples
    from core.analysis.grouping import Grouping
    from core.analysis.held_out import Folds, HeldOut, held_out
    from core.analysis.intervals import Intervals, intervals
    from core.analysis.ladder import Ladder, ladder
    from core.analysis.lessons.toys import TOYS, Toy, toy
    from core.analysis.merging import Merging, merging
    from core.analysis.profile import Profiles, profiles, profiles_of
    from core.analysis.scorers import CrossFitted, Fresh, InSample, Pruned
    from core.analysis.scoring import Newcomers, score_rows
    from core.analysis.selection import Board, Search
    from core.analysis.stability import Stability, stability
    from core.analysis.sweep import sweep
    from core.analysis.synthetic import Drawing, likeness, synthetic_frame, synthetic_values
    from core.analysis.what_if import WhatIf, what_if
    from core.data.columns import default_columns, left_out
    from core.data.prepare import Matrix, Preparation, Transform, prepare
    from core.data.read import read_table
    from core.data.samples import SAMPLES, sample
    from core.data.source import ArraySource, Source, as_source
    from core.data.table import Note, Reading, Table
    from core.errors import ChoiceError, CoreError, DataError, DegenerateError, FitError, ReadError
    from core.estimator import GaussianMixture
    from core.kmeans import Partition, k_means
    from core.mixture.bayes.posterior import Dirichlet, DirichletProcess
    from core.mixture.bayes.variational import Bayes, BayesPlan, ComponentPrior, bayes
    from core.mixture.em.constraint import EigenvalueRatio
    from core.mixture.em.m_step import m_step
    from core.mixture.em.prior import ConjugatePrior
    from core.mixture.em.stopping import Objection, Outcome, Progress
    from core.mixture.family import FAMILIES, Axis, Family, family
    from core.mixture.fit import Fit, fit
    from core.mixture.iterate import iterate
    from core.mixture.missing import Filled, fill
    from core.mixture.model import Mixture, Noise
    from core.mixture.moments import Moments, moments
    from core.mixture.plan import Plan
    from core.mixture.starts.start import Hierarchical, KMeansPlusPlus, RandomRows

_HOMES = {
    "core.analysis.anomaly": "Anomalies ExpectedFalseAlarms FalseDiscoveryRate Quantile TopRows anomalies",
    "core.analysis.answer": "FirstAnswer first_answer",
    "core.analysis.bootstrap_test": "Bootstrap BootstrapTest bootstrap_test",
    "core.analysis.detectors": ("Asked Comparison IsolationForest LocalOutlierFactor ask_detectors compare_detectors"),
    "core.analysis.grouping": "Grouping",
    "core.analysis.held_out": "Folds HeldOut held_out",
    "core.analysis.compare": "Agreement Association agreement association crosstab",
    "core.analysis.doubt": "Doubt doubt",
    "core.analysis.examples": "Examples examples",
    "core.analysis.profile": "Profiles profiles profiles_of",
    "core.analysis.intervals": "Intervals intervals",
    "core.analysis.stability": "Stability stability",
    "core.analysis.ladder": "Ladder ladder",
    "core.analysis.lessons.toys": "TOYS Toy toy",
    "core.analysis.merging": "Merging merging",
    "core.analysis.scorers": "CrossFitted Fresh InSample Pruned",
    "core.analysis.scoring": "Newcomers score_rows",
    "core.analysis.synthetic": "Drawing likeness synthetic_frame synthetic_values",
    "core.analysis.what_if": "WhatIf what_if",
    "core.analysis.effective": "EffectiveComponents effective_components",
    "core.analysis.selection": "Board Search",
    "core.analysis.sweep": "sweep",
    "core.data.columns": "default_columns left_out",
    "core.data.prepare": "Matrix Preparation Transform prepare",
    "core.data.read": "read_table",
    "core.data.samples": "SAMPLES sample",
    "core.data.source": "ArraySource Source as_source",
    "core.data.table": "Note Reading Table",
    "core.errors": "ChoiceError CoreError DataError DegenerateError FitError ReadError",
    "core.estimator": "GaussianMixture",
    "core.kmeans": "Partition k_means",
    "core.mixture.bayes.variational": "Bayes BayesPlan ComponentPrior bayes",
    "core.mixture.em.constraint": "EigenvalueRatio",
    "core.mixture.em.m_step": "m_step",
    "core.mixture.iterate": "iterate",
    "core.mixture.missing": "Filled fill",
    "core.mixture.family": "FAMILIES Axis Family family",
    "core.mixture.fit": "Fit fit",
    "core.mixture.model": "Mixture Noise",
    "core.mixture.moments": "Moments moments",
    "core.mixture.plan": "Plan",
    "core.mixture.bayes.posterior": "Dirichlet DirichletProcess",
    "core.mixture.em.prior": "ConjugatePrior",
    "core.mixture.starts.start": "Hierarchical KMeansPlusPlus RandomRows",
    "core.mixture.em.stopping": "Objection Outcome Progress",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "FAMILIES",
    "SAMPLES",
    "TOYS",
    "Agreement",
    "Anomalies",
    "ArraySource",
    "Asked",
    "Association",
    "Axis",
    "Bayes",
    "BayesPlan",
    "Board",
    "Bootstrap",
    "BootstrapTest",
    "ChoiceError",
    "Comparison",
    "ComponentPrior",
    "ConjugatePrior",
    "CoreError",
    "CrossFitted",
    "DataError",
    "DegenerateError",
    "Dirichlet",
    "DirichletProcess",
    "Doubt",
    "Drawing",
    "EffectiveComponents",
    "EigenvalueRatio",
    "Examples",
    "ExpectedFalseAlarms",
    "FalseDiscoveryRate",
    "Family",
    "Filled",
    "FirstAnswer",
    "Fit",
    "FitError",
    "Folds",
    "Fresh",
    "GaussianMixture",
    "Grouping",
    "HeldOut",
    "Hierarchical",
    "InSample",
    "Intervals",
    "IsolationForest",
    "KMeansPlusPlus",
    "Ladder",
    "LocalOutlierFactor",
    "Matrix",
    "Merging",
    "Mixture",
    "Moments",
    "Newcomers",
    "Noise",
    "Note",
    "Objection",
    "Outcome",
    "Partition",
    "Plan",
    "Preparation",
    "Profiles",
    "Progress",
    "Pruned",
    "Quantile",
    "RandomRows",
    "ReadError",
    "Reading",
    "Search",
    "Source",
    "Stability",
    "Table",
    "TopRows",
    "Toy",
    "Transform",
    "WhatIf",
    "agreement",
    "anomalies",
    "as_source",
    "ask_detectors",
    "association",
    "bayes",
    "bootstrap_test",
    "compare_detectors",
    "crosstab",
    "default_columns",
    "doubt",
    "effective_components",
    "examples",
    "family",
    "fill",
    "first_answer",
    "fit",
    "held_out",
    "intervals",
    "iterate",
    "k_means",
    "ladder",
    "left_out",
    "likeness",
    "m_step",
    "merging",
    "moments",
    "prepare",
    "profiles",
    "profiles_of",
    "read_table",
    "sample",
    "score_rows",
    "stability",
    "sweep",
    "synthetic_frame",
    "synthetic_values",
    "toy",
    "what_if",
]


def __getattr__(name: str) -> object:
    """Load a name from the part it lives in."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'core' has no attribute {name!r}")
    found = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
