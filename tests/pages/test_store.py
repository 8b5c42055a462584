from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.analysis.anomaly.odd_rows import ExpectedFalseAlarms, TopRows
from core.scale.size import size_of
from pages.app.store import Store, key


@dataclass(frozen=True)
class Result:
    array: np.ndarray
    more: tuple

    @cached_property
    def doubled(self):
        return 2 * self.array


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


def test_a_result_weighs_every_array_and_frame_once_and_what_it_has_worked_out():
    array, frame = np.zeros(1_000), pd.DataFrame({"x": np.zeros(2_000)})
    result = Result(array, (array, Result(array[:10], (frame,))))
    before = size_of(result)
    assert sum(before.large.values()) == 8_000 + frame.memory_usage().sum()
    assert len(result.doubled) == 1_000
    assert size_of(result).total() >= before.total() + 8_000


def test_texts_count():
    names = [f"a name that is long enough to matter, number {i}" for i in range(1_000)]
    assert size_of(Result(np.zeros(1), (names, pd.DataFrame({"name": names})))).total() > 2 * 50_000


def test_what_results_share_counts_once():
    store, shared = Store(), np.zeros(10_000)
    store.put("a", Result(shared, ()))
    alone = store.bytes
    store.put("b", Result(shared, (1,)))
    assert alone > 80_000
    assert store.bytes < alone + 1_000


def test_what_a_result_works_out_later_makes_others_go():
    store = Store(most_bytes=100_000)
    grows = Result(np.zeros(5_000), ())
    store.put("old", np.zeros(4_000))
    store.put("grows", grows)
    assert len(grows.doubled) == 5_000
    assert store.find("grows") is grows
    store.put("new", 1)
    assert (store.find("old"), store.find("grows")) == (None, grows)


def test_a_result_goes_with_the_last_session_that_holds_it():
    store = Store()
    store.put("both", 1, "ada")
    store.put("own", 2, "ada")
    store.put("everyone's", 3)
    assert store.find("both", "bob") == 1
    store.release("ada")
    assert (store.find("both", "bob"), store.find("own", "bob"), store.find("everyone's")) == (1, None, 3)
    store.release("bob")
    assert store.find("both") is None


def test_nothing_is_counted_when_all_is_gone():
    store, shared = Store(), np.zeros(10_000)
    for name, holder in (("a", "ada"), ("b", "bob"), ("a", "bob")):
        store.put(name, Result(shared, (name,)), holder)
    store.release("ada")
    store.release("bob")
    assert store.bytes == 0


def test_keys_tell_apart_choices_of_different_types_with_equal_values():
    assert key("odd", ExpectedFalseAlarms(1)) != key("odd", TopRows(1))
    assert key("odd", TopRows(1)) == key("odd", TopRows(1))
