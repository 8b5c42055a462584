"""The histogram of scores is exact at the line."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.analysis.anomaly.odd_rows import NEVER
from core.charts import marks
from core.charts.anomaly.odd_rows import _apart, odd_scatter, score_bins, score_histogram
from tests.charts.conftest import make_scene

SCORES = arrays(np.float64, st.integers(2, 200), elements=st.floats(-50, 2_000, allow_subnormal=False))


@given(SCORES, st.floats(0, 1))
def test_bars_beyond_the_line_hold_the_flagged_rows_exactly(scores, share):
    assume(np.ptp(scores) > 1e-6)
    threshold = float(np.quantile(scores, share, method="nearest"))
    bins = score_bins(scores, threshold)
    assert threshold in bins.edges
    assert bins.counts.sum() == len(scores)
    assert bins.counts[bins.edges[:-1] >= threshold].sum() == (scores >= threshold).sum()
    assert len(bins.counts) <= 200


@given(SCORES)
def test_without_a_line_every_row_is_in_a_bar(scores):
    bins = score_bins(scores, NEVER)
    assert bins.counts.sum() == len(scores)
    assert bins.edges[0] <= scores.min()
    assert bins.beyond == (scores > bins.edges[-1]).sum()


def test_one_far_row_does_not_flatten_the_rest():
    scores = np.append(np.random.default_rng(0).gamma(2, 1, 500), 5_000.0)
    bins = score_bins(scores, 12.0)
    assert bins.edges[-1] < 30
    assert bins.beyond == 1
    assert bins.counts[-1] == 1


def test_titles_tell_how_many_rows_are_odd():
    titles = [
        score_histogram(s, s.odd).to_dict()["description"] for s in (make_scene(2, 2, flagged=k) for k in (0, 1, 4))
    ]
    assert titles[0].startswith("No line is drawn, so no row is odd")
    assert titles[1].startswith("1 row of 80 lies beyond the line at ")
    assert titles[2].startswith("4 rows of 80 lie beyond the line at ")
    scene = make_scene(2, 2, flagged=4)
    assert (
        odd_scatter(scene)
        .to_dict()["description"]
        .startswith(f"4 odd rows, the oddest is Row {scene.odd.ranking[0] + 1}.")
    )


def test_scores_that_differ_by_rounding_alone_are_in_one_bar():
    bins = score_bins(np.nextafter([3.0, 3.0, 3.0], [9.0, 0.0, 9.0]), 8.0)
    assert bins.counts.sum() == bins.counts.max() == 3
    assert bins.edges[-1] >= 8.0


def test_names_beside_points_are_left_out_where_they_would_write_over_an_odder_one():
    axes = marks.Axis("x", (0.0, 100.0), "", ""), marks.Axis("y", (1.0, 1e4), "", "", logarithmic=True)
    places = np.array([[50.0, 100.0], [51.0, 110.0], [52.0, 9_000.0], [90.0, 105.0]])
    assert _apart(places, axes) == [1, 2, 3]
