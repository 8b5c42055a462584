"""Progress: the word that a caller gets of long work, and the one rule for ending it wherever it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import expect_call


@dataclass(frozen=True)
class Progress:
    """Where long work stands: `done` of `total` steps of `what`.

    Attributes:
        what: what the steps are, in words, such as "passes".
        done: steps that are done.
        total: steps that there are, at most.
        log_likelihood: where EM stands; NaN of work that has none.

    Examples:
        >>> told = []
        >>> fit = core.fit([[0.0], [1.0], [5.0]], watch=lambda progress: told.append(progress) or True)
        >>> told[0].what, told[0].done
        ('passes', 1)
    """

    what: str
    done: int
    total: int
    log_likelihood: float = float("nan")


Watch = Callable[[Progress], bool]  # False ends the work


def unwatched(_: Progress) -> bool:
    """Go on whatever happens."""
    return True


@dataclass
class Joined:
    """The watch of many works, side by side or one after the other, which may be told as the progress of the whole.

    Once one of them is told to end, all are, whatever the thread and whatever another is told later: it is only ever
    turned from going on to ending.
    """

    watch: Watch
    what: str | None = None  # of which the whole has a total; None: each work's own progress is passed on
    total: int = 0
    each: int = 1  # steps of the total that one work is
    goes_on: bool = True
    _done: list[None] = field(default_factory=list, repr=False)  # an entry for each work that is, from any thread

    def __call__(self, progress: Progress) -> bool:
        """Tell the watch how far it is; whether to go on."""
        if self.goes_on and not self.watch(self._told(progress)):
            self.goes_on = False
        return self.goes_on

    def count(self) -> None:
        """One more work is done."""
        self._done.append(None)

    def _told(self, progress: Progress) -> Progress:
        if self.what is None:
            return progress
        under_way = (self.each - 1) * progress.done // max(progress.total, 1)
        done = min(self.each * len(self._done) + under_way, self.total)
        return Progress(self.what, done, self.total, progress.log_likelihood)


def so_far(cancelled: bool) -> str:
    """What comes before a sentence on results, where the work was ended before it was through."""
    return "Cancelled; this is how far it came. " if cancelled else ""


def as_watch(watch: Watch | None) -> Watch:
    """The watch that a caller gave, or one that lets work go on. Raises ChoiceError for what is none."""
    if watch is None:
        return unwatched
    expect_call(watch, "A watch")
    return watch


def heard(watch: Watch | None) -> Watch:
    """A watch that, once it has said no to one thread or part of a work, says no to all. Raises as as_watch."""
    given = as_watch(watch)
    return given if given is unwatched else Joined(given)
