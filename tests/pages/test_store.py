import sys
import threading
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pytest

from core.analysis.anomaly.policies import ExpectedFalseAlarms, TopRows
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


@pytest.mark.parametrize("held", [list, tuple, set, lambda names: np.array(names, dtype=object), dict.fromkeys])
def test_many_texts_are_weighed_by_some_of_them(held):
    names = [f"name {i}" + "!" * (i % 90) for i in range(50_000)]
    container = held(names)
    exactly = sum(map(sys.getsizeof, names)) + sys.getsizeof(container)
    assert size_of(container).total() == pytest.approx(exactly, rel=0.05)
    assert size_of(["one and the same"] * 50_000).total() < 2 * 50_000 * 8


def test_what_stands_among_many_texts_is_not_overlooked():
    many = [*(f"name {i}" for i in range(50_000)), np.zeros(1_000_000)]
    assert size_of(many).total() > 8_000_000


class Slotted:
    __slots__ = ("__array", "unset")

    def __init__(self):
        self.__array = np.zeros(1_000)


class Half(Slotted):
    """Has a dictionary as well."""


def test_what_an_object_has_in_slots_counts():
    half = Half()
    half.more = np.zeros(2_000)
    assert size_of(Slotted()).total() >= 8_000
    assert size_of(half).total() >= 24_000


@pytest.mark.parametrize("slow", ["put", "find"])
def test_nobody_waits_while_a_result_is_measured(monkeypatch, slow):
    store, begun, goes_on = Store(), threading.Event(), threading.Event()
    store.put("mine", 1)
    store.put("large", "a")

    def measure(result):
        if result != 1:
            begun.set()
            assert goes_on.wait(5)
        return size_of(result)

    monkeypatch.setattr("pages.app.store.size_of", measure)
    work = {"put": lambda: store.put("other", "b"), "find": lambda: store.find("large")}[slow]
    working = threading.Thread(target=work)
    working.start()
    assert begun.wait(5)
    found = []
    asking = threading.Thread(target=lambda: found.append(store.find("mine")))
    asking.start()
    asking.join(2)
    assert found == [1]
    goes_on.set()
    working.join(5)


def test_what_goes_while_it_is_measured_is_not_counted(monkeypatch):
    store = Store()
    store.put("a", np.zeros(10_000), "ada")

    def measure(result):
        store.release("ada")
        return size_of(result)

    monkeypatch.setattr("pages.app.store.size_of", measure)
    assert store.find("a", "ada") is not None
    assert store.bytes == 0


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
