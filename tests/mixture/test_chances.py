import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.data.rows import Rows, rows_of
from core.data.source import ArraySource
from core.errors import ChoiceError, CoreError, DataError
from core.mixture import density
from core.mixture.em.e_step import e_step, in_numpy
from core.mixture.model import Mixture, Noise

REFERENCE = Path(__file__).parents[1] / "reference"
STEPMIX = json.loads((REFERENCE / "stepmix.json").read_text())


def mixture(rng, components=3, features=2, levels=(2, 3), noise=None):
    """A mixture of random parameters."""
    roots = rng.normal(size=(components, features, features)) * 0.3 + np.eye(features)
    weights = rng.dirichlet(np.ones(components)) * (1 - (noise.weight if noise else 0.0))
    chances = tuple(rng.dirichlet(np.ones(each), components) for each in levels)
    means = rng.normal(size=(components, features)) * 2
    return Mixture(weights, means, roots @ roots.transpose(0, 2, 1), noise, chances)


def with_blanks(rows, rng, share=0.1):
    """The same rows, some of their cells blank, though not all of a row's."""
    holes = rng.random(rows.shape) < share
    holes[holes.all(axis=1), 0] = False
    return np.where(holes, np.nan, rows)


def stepmix(name):
    """A source of the rows that StepMix fitted, and what it came to."""
    known = STEPMIX[name]
    rows = np.loadtxt(REFERENCE / f"{name}_mixed.csv", delimiter=",", skiprows=1)
    numbers = rows[:, : known["numbers"]]
    rows[:, : known["numbers"]] = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    return ArraySource(rows, levels=tuple(known["levels"])), known


@pytest.mark.parametrize("name", ["heart", "carcinoma"])
@pytest.mark.parametrize("components", [1, 2, 3, 4])
def test_optima_are_no_lower_than_stepmix_s_best_of_40_starts(name, components):
    rows, known = stepmix(name)
    theirs = known["fits"][str(components)]
    fit = core.fit(rows, components=components, family="VVI")
    assert fit.n_parameters == theirs["n_parameters"]
    assert fit.log_likelihood >= theirs["log_likelihood"] - 1e-6 * abs(theirs["log_likelihood"])


def test_full_covariances_of_heart_have_fpc_s_bic_and_the_best_family_a_lower_one():
    rows, known = stepmix("heart")
    assert core.fit(rows, components=2, family="VVV").bic <= known["fpc_full_bic_2"] + 0.1
    assert core.sweep(rows, components=(2,)).best().bic < known["fpc_full_bic_2"] - 1


@pytest.mark.parametrize("features", [0, 1, 3])
@pytest.mark.parametrize("noise", [None, Noise(0.1, 3.0, (1.0, 1.0, 1.0))])
def test_the_log_density_is_the_sum_over_components_of_weight_normal_density_and_chances(features, noise):
    rng = np.random.default_rng(features)
    if noise is not None:
        noise = Noise(0.1, float(features), (1.0,) * features)
    found = mixture(rng, features=features, noise=noise)
    rows = with_blanks(found.sample(200, rng), rng, 0.2)
    for row, told in zip(rows, found.log_density(rows), strict=True):
        there = ~np.isnan(row[:features])
        total = 0.0
        for k in range(3):
            part = found.weights[k]
            if there.any():
                gap, covariance = row[:features][there] - found.means[k][there], found.covariances[k][there][:, there]
                part *= np.exp(-0.5 * gap @ np.linalg.solve(covariance, gap))
                part /= np.sqrt(np.linalg.det(2 * np.pi * covariance))
            for column, chances in enumerate(found.chances, features):
                part *= 1.0 if np.isnan(row[column]) else chances[k, int(row[column])]
            total += part
        if noise is not None:
            known = ~np.isnan(row[features:])
            total += noise.weight * np.exp(-there.sum()) / np.prod(np.array(found.levels)[known])
        assert told == pytest.approx(np.log(total), abs=1e-12)


@pytest.mark.parametrize("features", [0, 1, 2, 5])
@pytest.mark.parametrize("noise", [False, True])
def test_the_compiled_pass_counts_levels_as_numpy_does(features, noise):
    rng = np.random.default_rng(10 * features + noise)
    box = Noise(0.1, 2.0, (2.0 / max(features, 1),) * features) if noise else None
    found = mixture(rng, features=features, levels=(2, 9, 4, 12, 3), noise=box)
    rows = Rows.of(with_blanks(found.sample(700, rng), rng), rng.uniform(0.5, 2.0, 700), found.levels)
    ours, theirs = e_step(found, rows), in_numpy(found, rows)
    assert ours.log_likelihood == pytest.approx(theirs.log_likelihood, rel=1e-12)
    for name in ("weight", "mean", "scatter"):
        assert np.allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-9, atol=1e-8)
    for mine, other in zip(ours.counts, theirs.counts, strict=True):
        assert np.allclose(mine, other, rtol=1e-9, atol=1e-9)


def test_many_rows_are_scored_as_one_by_one():
    rng = np.random.default_rng(4)
    found = mixture(rng, levels=(5, 5, 2))
    rows = with_blanks(found.sample(500, rng), rng)
    assert np.allclose(density.log_density(found, rows), found.log_density(rows), atol=1e-12)
    assert np.allclose(density.responsibilities(found, rows), found.responsibilities(rows), atol=1e-12)


@given(
    st.integers(0, 10_000),
    st.integers(0, 3),
    st.sampled_from([each.name for each in core.FAMILIES]),
    st.booleans(),
    st.booleans(),
)
def test_the_likelihood_never_falls_and_all_chances_sum_to_one(seed, features, family, noise, accelerate):
    rng = np.random.default_rng(seed)
    true = mixture(rng, features=features, levels=(2, 4)[: 1 + seed % 2])
    rows = ArraySource(with_blanks(true.sample(80, rng), rng), rng.uniform(0.0, 2.0, 80), levels=true.levels)
    plan = core.Plan(family, 2, restarts=1, noise=noise and features > 0, accelerate=accelerate, max_iterations=60)
    try:
        fit = core.fit(rows, plan)
    except CoreError:
        return
    trace = np.array(fit.trace)
    assert (np.diff(trace) >= -1e-9 * (1 + np.abs(trace[1:]))).all()
    for each in fit.mixture.chances:
        assert np.allclose(each.sum(axis=1), 1.0)


def test_without_categories_a_fit_is_the_same_to_the_bit():
    rows = core.toy("round", rows=90).points
    plain = core.fit(rows, components=3)
    codes = ArraySource(np.column_stack([rows, np.zeros(90)]), levels=(1,))
    told_nothing = core.fit(codes, components=3, start=core.KMeansPlusPlus())
    assert plain.mixture.chances == ()
    assert plain.mixture.columns == 2
    assert told_nothing.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-9)  # one level tells nothing


def test_a_level_that_no_row_of_a_component_has_is_of_chance_0_and_no_collapse():
    rng = np.random.default_rng(1)
    group = np.repeat([0, 1], 60)
    rows = np.column_stack([rng.normal(size=120) + 9 * group, group, rng.integers(0, 3, 120)])
    fit = core.fit(ArraySource(rows, levels=(2, 3)), components=2)
    assert fit.admissible
    assert sorted(fit.mixture.chances[0].round(6).tolist()) == [[0.0, 1.0], [1.0, 0.0]]
    assert np.isneginf(mixture_of(fit, [[1.0, 0.0], [0.0, 1.0]]).log_joint(rows)).sum() == 120


def mixture_of(fit, chances):
    """A fit's mixture with other chances of its first category."""
    return Mixture(
        fit.mixture.weights, fit.mixture.means, fit.mixture.covariances, None, (chances, fit.mixture.chances[1])
    )


@pytest.mark.parametrize("each", core.FAMILIES, ids=lambda each: each.name)
def test_without_numbers_every_family_is_the_same(each):
    rng = np.random.default_rng(8)
    rows = ArraySource(mixture(rng, features=0, levels=(2, 2, 3, 3)).sample(300, rng), levels=(2, 2, 3, 3))
    fit = core.fit(rows, components=2, family=each.name)
    assert fit.log_likelihood == pytest.approx(fit.mixture.log_density(rows.values).sum(), rel=1e-9)
    assert fit.admissible
    assert fit.log_likelihood == core.fit(rows, components=2, family="EII").log_likelihood
    assert {cell.family.name for cell in core.sweep(rows, components=(1, 2)).cells} == {"EII"}


def test_conditional_and_marginal_take_levels_as_they_take_numbers():
    rng = np.random.default_rng(2)
    found = mixture(rng)
    given_plan = found.conditional([2], [1.0])
    assert given_plan.levels == (3,)
    assert given_plan.features == 2
    assert np.allclose(
        given_plan.weights, found.weights * found.chances[0][:, 1] / (found.weights @ found.chances[0][:, 1])
    )
    both = found.marginal([1, 3])
    assert (both.features, both.levels) == (1, (3,))
    row = np.array([[0.3, -0.2, 1.0, 2.0]])
    known = found.conditional([0, 2], [0.3, 1.0]).log_density(row[:, [1, 3]])
    assert known == pytest.approx(
        found.log_density(row) - found.marginal([0, 2]).log_density(row[:, [0, 2]]), abs=1e-10
    )


def test_drawn_levels_come_as_often_as_their_chances_say():
    found = mixture(np.random.default_rng(3), levels=(4,))
    rows = found.sample(40_000, np.random.default_rng(0))
    assert np.allclose(np.bincount(rows[:, 2].astype(int)) / 40_000, found.weights @ found.chances[0], atol=0.01)


def test_rows_without_a_number_are_placed_by_their_categories():
    rng = np.random.default_rng(5)
    group = np.repeat([0, 1], 80)
    rows = np.column_stack([rng.normal(size=160) + 6 * group, group, group])
    rows[::8, 0] = np.nan
    rows[0] = np.nan
    fit = core.fit(ArraySource(rows, levels=(2, 2)), components=2)
    assert fit.set_aside == 1
    labels = fit.predict(rows[1:])
    assert len(set(zip(labels.tolist(), group[1:].tolist(), strict=True))) == 2


def test_the_evidence_bound_never_falls_and_needless_components_are_left_empty():
    rng = np.random.default_rng(6)
    group = rng.integers(0, 2, 400)
    codes = (rng.random((400, 6)) < np.where(group == 0, 0.15, 0.85)[:, None]).astype(float)
    found = core.bayes(ArraySource(codes, levels=(2,) * 6), core.BayesPlan(components=6))
    assert (np.diff(found.elbo) >= -1e-7 * np.abs(found.elbo[1:])).all()
    assert (found.counts > 5).sum() == 2


def test_a_dirichlet_prior_keeps_chances_from_0():
    rows = ArraySource(np.repeat([[0.0, 0.0], [1.0, 1.0]], 20, axis=0), levels=(3, 2))
    free = core.fit(rows, components=2, family="EII").mixture.chances[0]
    kept = core.fit(rows, components=2, family="EII", prior=core.ConjugatePrior(per_level=1.0)).mixture.chances[0]
    assert free.min() == 0.0
    assert kept.min() > 0.01


def test_what_is_no_code_or_no_chance_is_refused():
    with pytest.raises(DataError, match="none of their levels"):
        core.fit(ArraySource(np.array([[0.0], [2.0], [1.0]]), levels=(2,)))
    with pytest.raises(ChoiceError, match="sum to 1"):
        core.Mixture([1.0], [[0.0]], [[[1.0]]], None, ([[0.9, 0.9]],))
    with pytest.raises(ChoiceError, match="for each column"):
        core.Mixture([1.0], [[0.0]], [[[1.0]]], None, ([0.5, 0.5],))


def test_rows_from_several_blocks_come_to_what_they_do_at_once():
    class InBlocks:
        """Rows that are not in memory."""

        def __init__(self, rows, levels):
            self.rows, self.levels, self.n, self.d = rows, levels, len(rows), rows.shape[1] - len(levels)

        def blocks(self):
            for at in range(0, self.n, 300):
                yield self.rows[at : at + 300], None

        def sample(self, n, rng):
            return self.rows[np.sort(rng.choice(self.n, min(n, self.n), replace=False))]

    rng = np.random.default_rng(7)
    true = mixture(rng, levels=(3, 3))
    rows = with_blanks(true.sample(900, rng), rng)
    whole, parts = ArraySource(rows, levels=true.levels), InBlocks(rows, true.levels)
    assert rows_of(parts).levels == true.levels
    assert core.fit(parts, components=3).log_likelihood == pytest.approx(core.fit(whole, components=3).log_likelihood)
