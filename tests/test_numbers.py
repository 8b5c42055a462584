import math

import pytest

from core.numbers import count, figure, figures, share


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234567.0, "1,230,000"),
        (0.001234, "0.00123"),
        (-3.14159, "−3.14"),
        (97.04, "97.0"),
        (2007, "2,007"),
        (2e12, "2.00e+12"),
    ],
)
def test_figures_have_three_significant_digits_and_separated_thousands(value, text):
    assert figure(value) == text


def test_what_is_no_number_reads_as_such():
    assert figure(math.nan) == "–"
    assert figure(math.inf) == "∞"


def test_numbers_read_together_have_as_many_digits_as_tell_them_apart():
    assert figures([1.234, 5.678]) == ["1.23", "5.68"]
    assert figures([1_000_000_000.0, 1_000_000_006.5]) == ["1,000,000,000", "1,000,000,006"]
    assert figures([4_790_000, 4_790_120]) == ["4,790,000", "4,790,120"]
    assert figures([2.0, 2.0]) == [figure(2.0)] * 2
    assert figures([0.10001, 0.10002]) == ["0.100010", "0.100020"]
    assert figures([1.0, float("nan")])[1] == "–"
    assert figures([]) == []


def test_a_share_that_is_neither_none_nor_all_never_reads_so():
    assert (share(0.0), share(1.0)) == ("0 %", "100 %")
    assert (share(0.0001), share(0.9999)) == ("under 1 %", "over 99 %")


def test_one_is_singular():
    assert (count(1, "row"), count(2_000, "row"), count(2, "pass", "passes")) == ("1 row", "2,000 rows", "2 passes")
