import threading
import time

from pages.app.turns import Ticket, Turns


def never():
    return False


def enter_later(turns, ticket, given_up=never):
    """Queue in a thread; the event says that the turn has come."""
    entered = threading.Event()
    waiting = threading.Thread(target=lambda: turns.enter(ticket, given_up) and entered.set(), daemon=True)
    waiting.start()
    wait_for(lambda: turns.place(ticket) or entered.is_set())
    return entered


def wait_for(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_no_more_are_at_work_than_may_be_and_the_first_to_come_is_the_first_to_go():
    turns = Turns(at_once=2)
    a, b, c, d = (Ticket(owner) for owner in "abcd")
    assert turns.enter(a, never)
    assert turns.enter(b, never)
    third, fourth = enter_later(turns, c), enter_later(turns, d)
    assert (turns.place(a), turns.place(c), turns.place(d)) == (0, 1, 2)
    turns.leave(b)
    assert third.wait(5)
    assert not fourth.is_set()
    assert turns.place(d) == 1


def test_one_visitor_has_one_job_at_work():
    turns = Turns(at_once=2)
    first, second, other = Ticket("a"), Ticket("a"), Ticket("b")
    turns.enter(first, never)
    waiting = enter_later(turns, second)
    assert turns.enter(other, never)  # does not queue behind a visitor who has a job already
    turns.leave(other)
    time.sleep(0.3)
    assert not waiting.is_set()
    turns.leave(first)
    assert waiting.wait(5)


def test_a_job_in_the_background_gives_way_to_the_same_visitors_urgent_one():
    turns = Turns(at_once=2)
    background, urgent = Ticket("a", urgent=False), Ticket("a")
    turns.enter(background, never)
    waiting = enter_later(turns, urgent)
    back = threading.Event()
    threading.Thread(target=lambda: turns.give_way(background, never) and back.set(), daemon=True).start()
    assert waiting.wait(5)
    assert not back.is_set()
    turns.leave(urgent)
    assert back.wait(5)


def test_long_work_gives_way_to_those_who_wait_and_only_to_them():
    turns = Turns(at_once=1, slice_seconds=0.05)
    long, short = Ticket("a"), Ticket("b")
    turns.enter(long, never)
    time.sleep(0.1)
    since = long.since
    assert turns.give_way(long, never)
    assert long.since == since  # nobody waits, so nothing was given up
    waiting = enter_later(turns, short)
    back = threading.Event()
    threading.Thread(target=lambda: turns.give_way(long, never) and back.set(), daemon=True).start()
    assert waiting.wait(5)
    turns.leave(short)
    assert back.wait(5)


def test_a_job_that_is_given_up_while_it_waits_leaves_the_queue():
    turns = Turns(at_once=1)
    turns.enter(Ticket("a"), never)
    given_up, waiting = threading.Event(), Ticket("b")
    enter_later(turns, waiting, given_up.is_set)
    assert turns.place(waiting) == 1
    given_up.set()
    wait_for(lambda: turns.place(waiting) == 0)


class Clock:
    """Seconds that pass when told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def served(jobs, seconds, turns_taken):
    """Who gets each turn where every owner has that many jobs, all waiting, and each takes so many seconds."""
    clock = Clock()
    turns = Turns(at_once=1, clock=clock)
    first = Ticket("door")
    turns.enter(first, never)
    queue = {Ticket(owner): owner for owner, count in jobs.items() for _ in range(count)}
    entered = {ticket: enter_later(turns, ticket) for ticket in queue}
    turns.leave(first)
    order = []
    for _ in range(turns_taken):
        wait_for(lambda: any(event.is_set() for event in entered.values()))
        [ticket] = [ticket for ticket, event in entered.items() if event.is_set()]
        entered.pop(ticket)
        order.append(queue[ticket])
        clock.now += seconds[queue[ticket]]
        turns.leave(ticket)
    return "".join(order)


def test_many_jobs_of_one_visitor_get_it_no_more_turns_than_others():
    assert served({"a": 4, "b": 2, "c": 2}, {"a": 1, "b": 1, "c": 1}, 6) == "abcabc"


def test_who_has_had_less_time_comes_first():
    assert served({"a": 2, "b": 4}, {"a": 3, "b": 1}, 6) == "abbbab"


def test_who_comes_anew_is_level_with_the_others():
    clock = Clock()
    turns = Turns(at_once=1, clock=clock)
    old = Ticket("a")
    for _ in range(3):
        turns.enter(old, never)
        clock.now += 10
        turns.leave(old)
    new = Ticket("b")
    turns.enter(new, never)
    clock.now += 11
    again, next_one = enter_later(turns, Ticket("b")), enter_later(turns, old)
    turns.leave(new)
    assert next_one.wait(5)  # not only after the new one has had thirty seconds as well
    assert not again.is_set()


def test_who_has_left_is_forgotten_with_the_last_job():
    turns = Turns(at_once=1)
    idle, at_work, waiting = Ticket("a"), Ticket("b"), Ticket("c")
    turns.enter(idle, never)
    turns.leave(idle)
    turns.enter(at_work, never)
    given_up = threading.Event()
    enter_later(turns, waiting, given_up.is_set)
    for owner in "abc":
        turns.forget(owner)
    assert turns.known == {"b", "c"}
    given_up.set()
    wait_for(lambda: turns.known == {"b"})
    turns.leave(at_work)
    assert not turns.known
    assert not turns.enter(Ticket("a"), lambda: True)  # a job that begins as its owner goes
    assert not turns.known


def test_who_has_left_is_forgotten_also_where_its_job_gives_way():
    turns = Turns(at_once=1, slice_seconds=0)
    long, short = Ticket("a"), Ticket("b")
    turns.enter(long, never)
    turns.forget("a")
    waiting = enter_later(turns, short)
    back = threading.Event()
    threading.Thread(target=lambda: turns.give_way(long, never) and back.set(), daemon=True).start()
    assert waiting.wait(5)
    turns.leave(short)
    assert back.wait(5)
    turns.leave(long)
    assert turns.known == {"b"}
