"""Dates are days since 1970, and read as a person writes them."""

import datetime

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.data.dates import date_of, dates, days_of, marks_between
from core.data.prepare import Preparation, Transform, prepare

DAYS = st.floats(-200_000, 200_000)


@given(st.dates(datetime.date(1000, 1, 1)))
def test_a_date_comes_back_from_its_days(date):
    assert date_of(days_of(date)) == date
    assert dates([days_of(date)]) == [date.isoformat()]


def test_the_time_of_day_is_told_only_where_days_alone_would_not_tell_values_apart():
    assert dates([19_787.25, 19_787.75]) == ["2024-03-05 06:00", "2024-03-05 18:00"]
    assert dates([19_787.25, 19_987.75, float("nan")]) == ["2024-03-05", "2024-09-21", "–"]
    assert dates([]) == []


@given(DAYS, st.floats(1.0, 400_000), st.integers(3, 10))
def test_an_axis_bears_few_marks_within_its_ends_at_equal_calendar_steps(low, length, most):
    days, form = marks_between(low, low + length, most)
    assert len(days) <= most
    assert ((days >= low) & (days <= low + length)).all()
    assert (np.diff(days) > 0).all()
    if form == "%Y":
        assert all(date_of(day).timetuple().tm_yday == 1 for day in days if day > -700_000)
    if form == "%b %Y":
        assert all(date_of(day).day == 1 for day in days)


def test_a_year_has_marks_on_firsts_of_months_and_a_century_on_round_years():
    days, form = marks_between(days_of(datetime.date(2023, 1, 20)), days_of(datetime.date(2024, 1, 10)))
    assert dates(days) == ["2023-04-01", "2023-07-01", "2023-10-01", "2024-01-01"]
    assert form == "%b %Y"
    days, form = marks_between(days_of(datetime.date(1901, 1, 1)), days_of(datetime.date(2004, 1, 1)))
    assert [each[:4] for each in dates(days)] == ["1920", "1940", "1960", "1980", "2000"]
    assert form == "%Y"


def test_a_transform_knows_its_dates_and_reads_them_in_words_after_json_too():
    frame = pd.DataFrame({"x": np.arange(40.0) ** 2, "when": pd.date_range("2024-01-01", periods=40)})
    found = Transform.from_json(prepare(frame, Preparation(columns=("x", "when"))).transform.to_json())
    assert found.dates == (1,)
    assert found.in_words(1, [19_787.0]) == ["2024-03-05"]
    assert found.in_words(0, [19_787.0]) == ["19,787"]
    assert found.spread_in_words(1, 12.34) == "12.3 days"
    assert found.spread_in_words(0, 12.34) == "12.3"


def test_durations_are_told_in_hours():
    took = pd.to_timedelta(np.arange(40) ** 2, unit="m")
    matrix = prepare(pd.DataFrame({"took": took, "x": np.arange(40.0)}), Preparation(columns=("x", "took")))
    transform = Transform.from_json(matrix.transform.to_json())
    assert transform.hours == (1,)
    assert transform.in_words(1, [2.5]) == ["2.50 h"]
    assert transform.spread_in_words(1, 0.5) == "0.500 h"
    assert [transform.titled(at) for at in (0, 1)] == ["x", "took (hours)"]
