import numpy as np

import core
from core.analysis.answer.words import far_groups_in_words, scored_over


def test_it_is_said_which_components_the_score_sums_over():
    rng = np.random.default_rng(0)
    groups = rng.normal(size=(1_000, 2)) + np.where(rng.random((1_000, 1)) < 0.5, 0.0, 6.0)
    fit = core.fit(np.concatenate([groups, rng.normal(size=(20, 2)) * 0.05 + [12, -12]]), core.Plan(components=3))
    odd = core.anomalies(fit, groups)
    apart, merged = core.Grouping.apart(3), core.Grouping((0, 1, 1))
    assert far_groups_in_words(fit, odd, apart).startswith("Group 3 is small (2 % of the rows) and far")
    assert far_groups_in_words(fit, odd, merged) == ""
    assert far_groups_in_words(fit, core.anomalies(fit, groups, scoring=core.InSample()), apart) == ""
    said = {scoring: scored_over(fit, core.anomalies(fit, groups, scoring=scoring)) for scoring in SCORINGS}
    assert list(said.values()) == ["2 of 3 components, without 1 small one far from the others", "3 components"]


SCORINGS = (core.Pruned(), core.InSample())
