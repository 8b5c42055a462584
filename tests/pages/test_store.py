from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analysis.anomaly import ExpectedFalseAlarms, TopRows
from pages.shared.store import Store, key, size


@dataclass(frozen=True)
class Result:
    array: np.ndarray
    more: tuple


def test_what_was_not_used_for_longest_goes_first():
    store = Store(most=2)
    store.put("a", 1)
    store.put("b", 2)
    assert store.find("a") == 1
    store.put("c", 3)
    assert (store.find("a"), store.find("b"), store.find("c")) == (1, None, 3)


def test_results_that_are_large_together_make_room_and_the_newest_stays():
    store = Store(most=10, most_bytes=1_000)
    store.put("a", np.zeros(100))
    store.put("b", np.zeros(100))
    assert store.find("a") is None
    store.put("c", np.zeros(1_000))
    assert store.find("c") is not None


def test_size_counts_every_array_and_frame_once():
    array = np.zeros(10)
    frame = pd.DataFrame({"x": np.zeros(100)})
    assert size(Result(array, (array, Result(array, (frame,))))) == 80 + frame.memory_usage().sum()


def test_keys_tell_apart_choices_of_different_types_with_equal_values():
    assert key("odd", ExpectedFalseAlarms(1)) != key("odd", TopRows(1))
    assert key("odd", TopRows(1)) == key("odd", TopRows(1))
