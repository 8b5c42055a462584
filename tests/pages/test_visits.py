import threading
import time

import pytest

from pages.app import visits
from pages.app.visits import Visits, call_until_empty, start_calling


class Building:
    """Sessions that come and go, and what is done about it."""

    def __init__(self):
        self.there, self.parted = set(), []
        self.visits = Visits(self.there.__contains__, gone=50)
        self.visits.at_parting(self.parted.append)

    def come(self, session, now):
        self.there.add(session)
        return self.visits.arrive(session, now)


def test_what_a_session_held_goes_when_it_has_been_away_for_long_enough():
    building = Building()
    building.come("ada", 0)
    building.come("bob", 0)
    building.there.remove("ada")
    assert building.visits.call_the_roll(49)
    assert building.parted == []
    assert building.visits.call_the_roll(51)
    assert building.parted == ["ada"]


def test_who_comes_back_in_time_keeps_everything():
    building = Building()
    building.come("ada", 0)
    building.there.clear()
    building.visits.call_the_roll(40)
    building.there.add("ada")
    building.visits.call_the_roll(49)
    building.there.clear()
    assert building.visits.call_the_roll(98)
    assert building.parted == []


def test_the_roll_ends_with_the_last_and_begins_with_the_next():
    building = Building()
    assert building.come("ada", 0)
    assert not building.come("bob", 1)
    building.there.clear()
    assert not building.visits.call_the_roll(60)
    assert sorted(building.parted) == ["ada", "bob"]
    assert building.visits.end_if_empty()
    assert building.come("eve", 61)


def test_what_fails_when_a_session_has_left_keeps_nothing_else_from_being_done(caplog):
    building, done = Building(), []
    building.come("ada", 0)
    building.come("bob", 0)
    building.there.clear()
    building.visits.at_parting(lambda session: 1 / 0)
    building.visits.at_parting(done.append)
    assert not building.visits.call_the_roll(60)
    assert sorted(done) == ["ada", "bob"]
    assert caplog.text.count("ZeroDivisionError") == 2


def test_the_next_to_arrive_calls_the_roll_where_whoever_called_it_cannot():
    def unknown(session):
        raise OSError(session)

    here = Visits(unknown)
    assert here.arrive("ada", 0)
    assert not here.arrive("ada", 1)
    with pytest.raises(OSError, match="ada"):
        call_until_empty(here, lambda: None, 0)
    assert here.arrive("ada", 2)  # though somebody was there all the time


def test_no_room_for_a_thread_is_no_fault_of_the_visitor(monkeypatch, caplog):
    class Refused(threading.Thread):
        def start(self):
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(visits, "Thread", Refused)
    here = Visits(lambda session: True)
    assert here.arrive("ada", 0)
    start_calling(here, lambda: None)
    assert "can't start new thread" in caplog.text
    assert here.arrive("ada", 1)


def test_nobody_rests_while_somebody_has_come():
    building, rested = Building(), threading.Event()
    building.visits.at_parting(lambda session: session == "ada" and building.come("bob", time.monotonic()))
    building.come("ada", time.monotonic() - 60)
    building.there.clear()
    calling = threading.Thread(target=call_until_empty, args=(building.visits, rested.set, 0.01), daemon=True)
    calling.start()
    calling.join(0.3)
    assert not rested.is_set()
    assert not building.come("eve", time.monotonic())  # the roll is called still
    building.visits._gone = 0.0
    building.there.clear()
    assert rested.wait(5)
    calling.join(5)
    assert building.come("ada", time.monotonic())
