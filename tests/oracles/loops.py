"""EM pass by pass in Python: what compiled passes are compared with."""

from functools import reduce
from operator import add

from core.data.rows import Rows, rows_of
from core.data.source import ArraySource
from core.mixture.em.acceleration import Acceleration
from core.mixture.em.covariance import ONE_ROUND, TO_THE_END
from core.mixture.em.e_step import e_step, in_numpy
from core.mixture.em.m_step import MStep
from core.mixture.em.passes import passes


def textbook(mixture, rows):
    return in_numpy(mixture, rows)


def fast(mixture, rows):
    return e_step(mixture, rows)


def plain(family, mixture, rows, step=textbook, floor=None, sweeps=TO_THE_END):
    """Each mixture of plain EM with its moments; rows are an array or a source."""
    return passes(over(rows, step), MStep(family, floor, sweeps), mixture)


def accelerated(family, mixture, rows, step=fast, floor=None, sweeps=ONE_ROUND):
    """The same with longer steps."""
    return passes(over(rows, step), MStep(family, floor, sweeps), mixture, Acceleration())


def over(rows, step):
    """A step over all blocks of rows."""
    source = rows if isinstance(rows, Rows) else rows_of(rows if hasattr(rows, "blocks") else ArraySource(rows))
    return lambda mixture: reduce(add, (step(mixture, block) for block in source.blocks()))
