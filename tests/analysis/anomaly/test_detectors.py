"""Other detectors beside the mixture: their scores are scikit-learn's, their agreement is counted right."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.ensemble import IsolationForest as Forest
from sklearn.neighbors import LocalOutlierFactor as Factor

import core
from core.analysis.anomaly.detectors import (
    ODDEST,
    IsolationForest,
    LocalOutlierFactor,
    ask_detectors,
    compare_detectors,
)
from core.analysis.anomaly.odd_rows import scored


def example(rows=300, blank=()):
    rng = np.random.default_rng(4)
    values = rng.normal(size=(rows, 3))
    values[:5] += 9 * rng.choice([-1, 1], size=(5, 3))
    values[list(blank), 0] = np.nan
    matrix = core.prepare(pd.DataFrame(values, columns=list("abc")), core.Preparation(columns=tuple("abc")))
    return core.fit(matrix, core.Plan("VVV", 1)), matrix


def compared(fit, matrix, policy=None):
    found = core.anomalies(fit, matrix, policy or core.TopRows(5))
    return compare_detectors(found, ask_detectors(found.scored, matrix))


def test_scores_are_those_of_scikit_learn():
    values = example()[1].values
    np.testing.assert_allclose(
        IsolationForest(seed=7).scores(values), -Forest(random_state=7).fit(values).score_samples(values)
    )
    np.testing.assert_allclose(
        LocalOutlierFactor(15).scores(values), -Factor(n_neighbors=15).fit(values).negative_outlier_factor_
    )


def test_equal_rows_have_equal_factors_and_make_no_row_infinitely_odd():
    rng = np.random.default_rng(0)
    values = np.concatenate([np.zeros((80, 2)), rng.normal(size=(40, 2))])
    factors = LocalOutlierFactor().scores(values)
    assert np.ptp(factors[:80]) == 0
    assert factors.max() < 10
    np.testing.assert_array_equal(LocalOutlierFactor().scores(np.ones((20, 2))), 1.0)


def test_the_agreement_is_spearmans_and_the_overlap_is_that_of_the_oddest():
    fit, matrix = example()
    found = compared(fit, matrix, core.TopRows(20))
    ours = -fit.mixture.log_density(matrix.values)
    assert found.top == 20
    for opinion in found.opinions:
        assert opinion.agreement == pytest.approx(stats.spearmanr(ours, opinion.score).statistic)
        oddest = set(np.argsort(-ours)[:20]) & set(np.argsort(-opinion.score)[:20])
        assert opinion.shared == len(oddest) >= 5
        np.testing.assert_array_equal(opinion.rank, [1 + (opinion.score > each).sum() for each in opinion.score])


def test_the_rows_that_differ_most_are_those_whose_ranks_have_the_largest_ratio():
    found = compared(*example())
    ratios = np.max([np.abs(np.log(each.rank / found.rank)) for each in found.opinions], axis=0)
    assert ratios[found.differing[0]] == ratios.max()
    assert (np.diff(ratios[found.differing]) <= 0).all()
    names = [f"n{row}" for row in found.rows]
    frame = found.frame(names, most=4)
    assert list(frame["row"]) == [names[at] for at in found.differing[:4]]
    assert list(frame["mixture"]) == [found.rank[at] for at in found.differing[:4]]


def test_rows_with_blanks_are_left_out_and_told():
    found = compared(*example(blank=(10, 20)))
    assert not {10, 20} & set(found.rows.tolist())
    assert found.sentences[-1] == "2 rows with blanks left out, which these detectors cannot take."


def test_of_too_many_rows_the_oddest_and_a_sample_are_compared_and_the_page_is_told(monkeypatch):
    monkeypatch.setattr("core.analysis.anomaly.detectors.MOST_ROWS", 1_200)
    fit, matrix = example(rows=2_000)
    found = compared(fit, matrix)
    assert len(found.rows) == 1_200 == len(set(found.rows.tolist()))
    ours = -fit.mixture.log_density(matrix.values)
    assert set(np.argsort(-ours)[:ODDEST]) <= set(found.rows.tolist())
    assert "1,200 of 2,000 rows, the 1,000 oddest among them" in found.sentences[-1]


def test_the_same_rows_get_the_same_answer():
    one, other = (compared(*example()) for _ in range(2))
    for a, b in zip(one.opinions, other.opinions, strict=True):
        np.testing.assert_array_equal(a.score, b.score)


def test_a_detector_without_an_opinion_is_told_apart_from_one_that_disagrees():
    fit, matrix = example()

    class Blind:
        name = "Blind"

        def scores(self, values):
            return np.zeros(len(values))

    found = core.anomalies(fit, matrix, core.TopRows(5))
    (opinion,) = compare_detectors(found, ask_detectors(found.scored, matrix, [Blind()])).opinions
    assert np.isnan(opinion.agreement)
    assert opinion.sentence(10) == "Blind finds no row odder than another."


def test_too_few_rows_without_blanks_are_refused_and_a_watch_ends_it():
    fit, matrix = example(rows=30, blank=range(25))
    with pytest.raises(core.DataError, match="5 rows without blanks"):
        ask_detectors(scored(fit, matrix), matrix)
    fit, matrix = example()
    found = scored(fit, matrix)
    for asked in (0, 1):
        told = ask_detectors(found, matrix, watch=lambda progress, asked=asked: progress.done < asked)
        assert told.cancelled
        assert [name for name, _ in told.scores] == ["Isolation Forest"][:asked]
