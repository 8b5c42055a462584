"""Pointers to doubles: what compiled functions hand each other.

Arrays carry shapes, strides and a count of references, and a function that takes several of them takes long to compile
and some time to call. A pointer is one machine word. Who takes one trusts that the array behind it, which the outermost
function was given, is large enough and alive.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import njit
from numba.core import types
from numba.core.extending import intrinsic, models, register_jitable, register_model
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature

from .kept import Kept
from .linked import LinkedCompiler

# Division by zero gives infinity or not a number, as in NumPy, and no exception.
# Functions that only compiled code calls: nothing is built for calling them from Python.
_linked = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
inner = njit(pipeline_class=LinkedCompiler, **_linked)
inlined = njit(pipeline_class=LinkedCompiler, forceinline=True, **_linked)
# Functions of plain numbers that Python calls as well.
shared = register_jitable(error_model="numpy")


# What Python hands over: rows as they come, a mixture's read-only arrays, room to write to.
ROWS = types.Array(types.float64, 2, "A", readonly=True)
ROW_WEIGHTS = types.Array(types.float64, 1, "A", readonly=True)
MATRIX = types.Array(types.float64, 2, "C", readonly=True)
VECTOR = types.Array(types.float64, 1, "C", readonly=True)
OUT = types.float64[::1]


def entry(kind: Any) -> Any:
    """A function that Python calls: compiled at once for one signature, kept on disk, free of Python's lock."""

    def compiled(function: Any) -> Any:
        made = njit(error_model="numpy", nogil=True)(function)
        made._cache = Kept(function)
        made.compile(kind)
        made.disable_compile()
        return made

    return compiled


Pointer = Any  # what Python's type checker sees of one


class PointerType(types.Type):
    """Numba's type of a pointer to doubles."""

    def __init__(self) -> None:
        super().__init__(name="Pointer")


POINTER = PointerType()


@register_model(PointerType)
class PointerModel(models.PrimitiveModel):
    """An address."""

    def __init__(self, manager: Any, kind: PointerType) -> None:
        super().__init__(manager, kind, ir.DoubleType().as_pointer())


@intrinsic
def pointer(typing: Any, array: Any) -> Any:
    """Where the first element of a C-ordered array of doubles lies."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return context.make_array(sig.args[0])(context, builder, args[0]).data

    return POINTER(array), emit


@infer_global(operator.add)
class Further(AbstractTemplate):
    """pointer + count: so many doubles further."""

    def generic(self, args: Any, kws: Any) -> Any:
        """Accept a pointer and an integer."""
        if len(args) == 2 and args[0] == POINTER and isinstance(args[1], types.Integer):
            return signature(POINTER, POINTER, types.intp)
        return None


@infer_global(operator.getitem)
class Get(AbstractTemplate):
    """pointer[at]: the double so many further."""

    def generic(self, args: Any, kws: Any) -> Any:
        """Accept a pointer and an integer."""
        if len(args) == 2 and args[0] == POINTER and isinstance(args[1], types.Integer):
            return signature(types.float64, POINTER, types.intp)
        return None


@infer_global(operator.setitem)
class Set(AbstractTemplate):
    """pointer[at] = number."""

    def generic(self, args: Any, kws: Any) -> Any:
        """Accept a pointer, an integer and a number."""
        if len(args) == 3 and args[0] == POINTER and isinstance(args[1], types.Integer):
            return signature(types.none, POINTER, types.intp, types.float64)
        return None


@lower_builtin(operator.add, POINTER, types.intp)
def _further(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.gep(args[0], [args[1]])


@lower_builtin(operator.getitem, POINTER, types.intp)
def _get(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.load(builder.gep(args[0], [args[1]]))


@lower_builtin(operator.setitem, POINTER, types.intp, types.float64)
def _set(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    builder.store(args[2], builder.gep(args[0], [args[1]]))
    return context.get_dummy_value()


@inner
def fill(target: Pointer, count: int, number: float) -> None:
    """Set doubles to one number."""
    for i in range(count):
        target[i] = number


@inner
def copy(source: Pointer, target: Pointer, count: int) -> None:
    """Copy doubles."""
    for i in range(count):
        target[i] = source[i]
