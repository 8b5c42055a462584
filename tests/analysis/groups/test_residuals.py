from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.groups.residuals import BivariateResidual, BivariateResiduals


def survey(n=500, columns=6, levels=3, alike=0.0, seed=0):
    """Answers of two groups, each column by itself; of the second a share is what was answered to the first."""
    rng = np.random.default_rng(seed)
    group = rng.integers(2, size=n)
    chances = rng.dirichlet(np.full(levels, 1.5), size=(columns, 2))
    answers = [(rng.random((n, 1)) > each[group].cumsum(axis=1)).sum(axis=1) for each in chances]
    answers[1] = np.where(rng.random(n) < alike, answers[0], answers[1])
    return pd.DataFrame({f"q{j + 1}": [f"level {code}" for code in each] for j, each in enumerate(answers)})


def matrix_of(frame, **choices):
    names = tuple(name for name in frame if name != choices.get("weight"))
    return core.prepare(frame, core.Preparation(columns=(), categories=names, **choices))


def residuals_of(frame, components=2, **choices):
    matrix = matrix_of(frame, **choices)
    return core.bivariate_residuals(matrix, core.fit(matrix, components=components))


def test_a_residual_is_pearson_s_chi_square_against_the_fitted_mixture_over_its_degrees_of_freedom():
    matrix = matrix_of(survey(alike=0.3))
    fit = core.fit(matrix, components=2, tolerance=1e-13, max_iterations=5_000)
    names, codes, mixture = matrix.categories, matrix.codes, fit.mixture
    found = {each.columns: each for each in core.bivariate_residuals(matrix, fit).pairs}
    assert len(found) == 15
    for (first, second), each in found.items():
        a, b = names.index(first), names.index(second)
        seen = np.zeros((3, 3))
        np.add.at(seen, (codes[:, a], codes[:, b]), 1)
        expected = 500 * np.einsum("k,kl,km->lm", mixture.weights, mixture.chances[a], mixture.chances[b])
        assert each.freedom == 4
        chi_square = ((seen - expected) ** 2 / expected).sum()
        assert each.residual == pytest.approx(chi_square / 4, rel=1e-3, abs=1e-3)
        assert each.strength == pytest.approx(np.sqrt(chi_square / 1_000), rel=1e-3, abs=1e-3)


def test_a_pair_that_goes_together_within_groups_is_told_with_what_to_try():
    found = residuals_of(survey(alike=0.4))
    assert found.told[0].columns == ("q1", "q2")
    assert found.told[0].residual > 10
    assert found.told[0].word == "a little"
    assert found.sentence.startswith("“q1” and “q2” go together within groups")
    assert found.sentence.endswith("leave one of the two out to see whether the groups stay.")


@pytest.mark.parametrize(("levels", "n"), [(2, 300), (4, 300), (10, 200)])
def test_independent_columns_are_told_in_no_more_draws_than_the_level_says(levels, n):
    draws = [residuals_of(survey(n, levels=levels, seed=seed)) for seed in range(40)]
    assert sum(bool(each.told) for each in draws) <= 2
    assert "by more than chance" in next(each for each in draws if not each.told).sentence


def test_a_question_asked_of_some_rows_alone_is_no_dependence():
    frame = survey(n=800, levels=2, seed=3)
    frame.loc[frame["q1"] == "level 0", "q2"] = None
    assert not residuals_of(frame).told


def test_rows_counted_and_rows_repeated_are_one():
    frame = survey(n=250, levels=2, alike=0.4)
    twice = residuals_of(pd.concat([frame, frame]))
    counted = residuals_of(frame.assign(times=2.0), weight="times", counts=True)
    weighed = residuals_of(frame.assign(times=2.0), weight="times")
    alone = residuals_of(frame)
    for found, same in ((counted, twice), (weighed, alone)):
        assert np.allclose(found.frame["residual"], same.frame["residual"], rtol=1e-3, atol=1e-3)
    assert twice.pairs[0].residual == pytest.approx(2 * alone.pairs[0].residual, rel=1e-2)


def test_uneven_weights_count_as_fewer_rows():
    frame = survey(n=500, levels=2, alike=0.3)
    weights = np.random.default_rng(0).choice([0.2, 5.0], 500)
    matrix = replace(matrix_of(frame), weights=weights)
    found = core.bivariate_residuals(matrix, core.fit(matrix, components=2)).pairs[0]
    rows = weights.sum() ** 2 / (weights**2).sum()
    assert found.residual * found.freedom == pytest.approx(rows * found.strength**2, rel=1e-9)


def test_levels_too_rare_to_tell_go_together_and_constant_ones_make_no_pair():
    frame = survey(n=300, levels=3)
    frame.loc[0, "q1"] = "only once"
    frame["q6"] = ["seldom", *["mostly"] * 299]
    found = residuals_of(frame)
    assert {each.freedom for each in found.pairs} == {4}
    assert all("q6" not in each.columns for each in found.pairs)


def test_more_pairs_than_a_sentence_holds_are_counted():
    pair = BivariateResidual(("a", "b"), 9.0, 1, 0.4, 1e-6)
    said = BivariateResiduals((pair,) * 5, 2).sentence
    assert said.startswith("“a” and “b” go together within groups; so do “a” and “b”; so do “a” and “b”; so do 2 more")
    assert said.endswith("leave one of each two out to see whether the groups stay.")
    assert BivariateResiduals((), 2).sentence == ""


def test_of_one_group_it_is_told_that_there_may_be_more():
    found = residuals_of(survey(alike=0.4), components=1)
    assert found.told
    assert "within groups" not in found.sentence
    assert "One group does not explain that" in found.sentence


def test_a_fit_to_other_columns_is_refused():
    matrix = matrix_of(survey())
    with pytest.raises(core.DataError, match="other columns"):
        core.bivariate_residuals(matrix, core.fit(matrix_of(survey(columns=5)), components=2))
    with pytest.raises(core.ChoiceError):
        core.bivariate_residuals(matrix.codes, core.fit(matrix, components=2))
