"""Names: short ones that still tell columns apart, and those that a download of this app adds."""

import time

import numpy as np
import pandas as pd

from core.charts.text import shorten
from core.data.columns import default_columns, profile
from core.data.names import own_results, shortened, unique_names
from core.data.table import AlertKind

QUESTION = "How satisfied have you been in the last year with each of these parts of our service"


def test_names_that_differ_only_behind_a_long_beginning_keep_what_differs():
    names = unique_names([f"{QUESTION} [{item}]" for item in ("Price", "Speed", "Staff on the phone")])
    assert all(
        name.endswith(f"[{item}]") for name, item in zip(names, ("Price", "Speed", "Staff on the phone"), strict=True)
    )
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 60


def test_what_differs_is_still_there_where_a_picture_shortens_names_further():
    names = unique_names([f"{QUESTION} [{item}]" for item in ("Price", "Website", "Staff on the phone")])
    assert len({shorten(name, 24) for name in names}) == 3
    assert shorten(names[1], 24).endswith("[Website]")


def test_a_long_name_alone_keeps_its_beginning():
    (name,) = unique_names([QUESTION])
    assert name == f"{QUESTION[:59]}…"


def test_equal_long_names_are_counted():
    assert unique_names([QUESTION, QUESTION])[1].endswith("(2)")


def test_a_name_is_shortened_in_its_middle():
    assert shortened("revenue in 1999 after taxes", 14) == "revenue…taxes"


def test_columns_of_an_earlier_download_are_left_out_at_first():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(40, 2)), columns=["a", "b"])
    for name in ("GMM group", "share of group 1", "share of group 2", "score (-log p)", "K-Means group (2)"):
        frame[name] = rng.normal(size=40)
    table = profile(frame)
    assert default_columns(table) == ("a", "b")
    assert table.column("score (-log p)").alerts[0].kind is AlertKind.OWN_RESULT


def test_columns_called_row_or_odd_alone_are_nobodys_results():
    assert not own_results(["row", "odd", "next group"])


def test_names_of_a_very_wide_table_take_time_by_their_number_alone():
    began = time.process_time()
    names = unique_names([f"{QUESTION} [{at}]" if at % 2 else f"v{at}" for at in range(20_000)])
    assert len(set(names)) == 20_000
    assert time.process_time() - began < 5  # comparing each with each took a minute
