import logging
import time

from core.errors import FitError
from core.progress import Progress
from pages.app import jobs
from pages.app.jobs import Job, Lane, in_words, share


def begun(work, **settings):
    job = Job("key", "Working", Lane.FRONT, "visitor", **settings)
    job.start(work)
    return job


def busy(watch):
    """Work without end that looks at its watch."""
    while watch(Progress("passes", 1, 10)):
        time.sleep(0.01)
    return "cancelled"


def test_a_job_that_is_over_has_its_value():
    job = begun(lambda watch: 6 * 7)
    assert job.wait(5)
    assert (job.value, job.refusal, job.cancelled) == (42, None, False)


def test_cancel_ends_a_job_within_a_second_and_a_half():
    job = begun(busy)
    while job.progress.total == 0:
        time.sleep(0.01)
    asked = time.monotonic()
    job.cancel()
    while not job.over:
        assert time.monotonic() - asked < 1.5
        time.sleep(0.01)
    assert job.cancelled


def test_cancel_ends_work_that_cannot_look_at_its_watch():
    from threading import Event

    stopped = Event()
    job = begun(lambda watch: stopped.wait(30), stop=stopped.set)
    time.sleep(0.05)
    job.cancel()
    assert job.wait(5)


def test_a_refusal_is_kept_as_it_is():
    def work(watch):
        raise FitError("No model fits.", "Too few rows.")

    job = begun(work)
    assert job.wait(5)
    assert str(job.refusal) == "No model fits. Too few rows."


def test_whatever_else_goes_wrong_becomes_a_sentence_and_a_line_in_the_log(caplog):
    def work(watch):
        raise ZeroDivisionError("secret value 42")

    with caplog.at_level(logging.ERROR):
        job = begun(work)
        assert job.wait(5)
    assert "secret" not in str(job.refusal)
    assert "ZeroDivisionError" in caplog.text


def test_a_job_whose_visitor_has_gone_ends(monkeypatch):
    monkeypatch.setattr(jobs, "is_there", lambda owner: False)
    monkeypatch.setattr(jobs, "ROLL_CALL", 0.05)
    monkeypatch.setattr(jobs, "GONE", 0.2)
    job = begun(busy)
    assert job.wait(5)
    assert job.cancelled


def test_progress_is_told_in_words_and_as_a_share():
    job = Job("key", "Working", Lane.FRONT, "visitor")
    assert in_words(job) == "getting ready"
    job.progress = Progress("models", 1_200, 2_400)
    assert in_words(job) == "1,200 of 2,400 models"
    assert share(job.progress) == 0.5
    job.progress = Progress("passes", 50, 5_000)
    assert in_words(job) == "pass 50"
    assert 0 < share(job.progress) < 1


def test_a_job_that_waits_says_where_it_stands_and_how_far_it_has_come(monkeypatch):
    job = Job("key", "Working", Lane.FRONT, "visitor")
    monkeypatch.setattr(Job, "place", 3)
    assert in_words(job) == "waiting for its turn, number 3 in the queue"
    job.progress = Progress("models", 40, 126)
    assert in_words(job) == "waiting for its turn, number 3 in the queue, after 40 of 126 models"


def test_what_a_session_that_has_left_had_at_work_ends_and_nobody_elses(monkeypatch):
    theirs, other = (Job("key", "Working", Lane.FRONT, owner) for owner in ("ada", "bob"))
    monkeypatch.setattr(jobs, "_all", lambda: {theirs, other})
    theirs.value = other.value = 42
    jobs.end_those_of("ada")
    assert (theirs.cancelled, theirs.value) == (True, None)
    assert (other.cancelled, other.value) == (False, 42)


def test_a_job_for_which_there_is_no_thread_is_refused_in_a_sentence(monkeypatch):
    def start(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(jobs.Thread, "start", start)
    job = begun(lambda watch: 42)
    assert (job.over, job.has_begun) == (True, False)
    assert "Try again" in str(job.refusal)
