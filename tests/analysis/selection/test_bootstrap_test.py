import numpy as np
import pytest

from core.analysis.sampled import some_rows
from core.analysis.selection.bootstrap_test import Bootstrap, BootstrapTest, bootstrap_test
from core.data.source import ArraySource
from core.errors import ChoiceError, FitError
from core.mixture.family import family
from core.mixture.fit import fit
from core.mixture.plan import Plan
from core.scale.threads import over_cores

VVI = family("VVI")
QUICK = Bootstrap(sets=39, enough=5)


def two(gap, n=150, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)) + np.repeat([[0, 0], [gap, 0]], n // 2, axis=0)


def test_two_clear_groups_are_more_than_one_and_no_less_than_three():
    one = bootstrap_test(two(5.0), VVI, 1, QUICK)
    assert one.significant
    assert one.p_value == 1 / 40
    assert one.sentence == "2 components describe the rows better than 1, by more than chance gives (p = 0.025)."
    assert one.grounds.endswith("Of 39 sets drawn from the fitted 1 component, 0 do as well.")
    more = bootstrap_test(two(5.0), VVI, 2, QUICK)
    assert not more.significant
    assert more.sentence.startswith("2 components will do: chance would make 3 look as good (p = 0.")


def test_the_statistic_is_twice_the_gain_of_the_best_fits():
    rows = two(3.0)
    found = bootstrap_test(rows, VVI, 1, Bootstrap(19, restarts=5))
    gain = fit(rows, Plan(VVI, 2)).log_likelihood - fit(rows, Plan(VVI, 1)).log_likelihood
    assert found.statistic == pytest.approx(2 * gain, abs=1e-3)


def test_it_ends_early_where_chance_does_as_well_and_says_the_same_however_it_is_spread():
    rows = np.random.default_rng(5).normal(size=(120, 2))
    found = bootstrap_test(rows, VVI, 1, QUICK)
    assert found.as_much == 5
    assert len(found.drawn) < 39
    assert found.drawn[-1] >= found.statistic
    assert found.p_value == 5 / len(found.drawn)
    assert bootstrap_test(rows, VVI, 1, QUICK, over=over_cores) == found


def made(statistic, drawn, enough=10, of=100):
    return BootstrapTest(VVI, 2, statistic, tuple(drawn), enough, 100, of)


@pytest.mark.parametrize(("as_much", "p"), [(0, 0.01), (4, 0.05), (5, 0.06), (9, 0.1)])
def test_the_p_value_counts_the_rows_themselves(as_much, p):
    found = made(5.0, [6.0] * as_much + [1.0] * (99 - as_much))
    assert found.p_value == pytest.approx(p)
    assert found.significant == (p <= 0.05)


def test_one_set_that_does_as_well_and_a_sample_of_the_rows_are_said():
    found = made(5.0, [6.0, *[1.0] * 98], of=3_000)
    assert "Of 99 sets drawn from the fitted 2 components, 1 does as well. On 100 of 3,000 rows" in found.grounds


def test_a_watch_that_says_no_ends_it():
    told = []

    def watch(progress):
        told.append((progress.done, progress.total))
        return progress.done < 6

    found, whole = bootstrap_test(two(5.0), VVI, 1, QUICK, watch=watch), bootstrap_test(two(5.0), VVI, 1, QUICK)
    assert told[-1] == (6, 39)
    assert found.cancelled
    assert found.drawn == whole.drawn[:6]
    assert found.statistic == whole.statistic
    assert not found.significant  # with so few sets it cannot be known
    none = bootstrap_test(two(5.0), VVI, 1, QUICK, watch=lambda _: False)
    assert none.cancelled
    assert none.drawn == ()
    assert np.isnan(none.statistic)
    assert none.p_value == 1.0


def test_a_further_group_that_cannot_be_fitted_gains_nothing():
    rows = np.repeat([0.0, 1.0], 20)[:, None] + np.random.default_rng(0).normal(0, 1e-5, (40, 1))
    assert bootstrap_test(np.round(rows), family("VII"), 1, Bootstrap(19)).statistic == 0.0


def test_what_cannot_be_drawn_from_is_refused():
    with pytest.raises(FitError, match="does not fit soundly"):
        bootstrap_test(np.round(two(5.0) / 5), family("VVV"), 4, Bootstrap(19))
    with pytest.raises(ChoiceError):
        Bootstrap(sets=9)


def test_drawn_sets_have_blanks_and_weights_where_the_rows_have_them():
    values = two(5.0)
    values[::6, 0] = np.nan
    some = some_rows(ArraySource(values, np.arange(150.0)), 2_000, 0)
    drawn = some.drawn(np.zeros((149, 2)))  # the row that weighs nothing is not among them
    assert np.array_equal(np.isnan(drawn.values), np.isnan(values[1:]))
    assert np.array_equal(drawn.weights, np.arange(1.0, 150.0))
    assert bootstrap_test(values, VVI, 1, Bootstrap(19)).significant
