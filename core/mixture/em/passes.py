"""The loop of EM: an E-step and an M-step by turns, for ever; the caller decides when to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from ..moments import Moments

Model = TypeVar("Model")  # a mixture, or what is believed of one
EStep = Callable[[Model], Moments]  # the moments of all rows under a model
Update = Callable[[Moments, Model | None], Model]  # the next model, from moments and the model before


class Accelerator(Protocol[Model]):
    """What looks for a longer step than EM's own."""

    def leap(
        self, model: Model, found: Moments, plain: Model, e_step: EStep[Model], m_step: Update[Model]
    ) -> tuple[Model, Moments] | None:
        """Where such a step leads, with the moments there, from a model and EM's own step; None for the plain one."""
        ...


def passes(
    e_step: EStep[Model], m_step: Update[Model], model: Model, accelerator: Accelerator[Model] | None = None
) -> Iterator[tuple[Model, Moments]]:
    """Each model of EM with the moments of all rows under it, for ever; what an accelerator rejects is not yielded.

    What m_step maximises never falls.
    """
    found = e_step(model)
    while True:
        yield model, found
        plain = m_step(found, model)
        leap = None if accelerator is None else accelerator.leap(model, found, plain, e_step, m_step)
        model, found = leap or (plain, e_step(plain))
