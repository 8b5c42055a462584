from pages.app.visits import Visits


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
    assert building.come("eve", 61)


def test_what_a_session_has_bequeathed_is_done_once_and_with_no_other():
    building, done = Building(), []
    building.come("ada", 0)
    building.come("bob", 0)
    building.visits.bequeath("ada", lambda: done.append("ada's file"))
    building.visits.bequeath("bob", lambda: done.append("bob's file"))
    building.there.remove("ada")
    building.visits.call_the_roll(60)
    building.visits.call_the_roll(120)
    assert done == ["ada's file"]
