"""Lanes: four or eight doubles side by side, as one value that compiled code computes with.

LLVM lowers them to whatever the processor has. Sums written with lanes stay in registers through a whole loop, which
the loop vectoriser does not achieve where the loop that runs over rows is not the innermost one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import njit
from numba.core import cgutils, types
from numba.core.extending import intrinsic, models, register_model
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature

# Functions that only compiled code calls: nothing is built for calling them from Python.
inner = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
inlined = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)

INDEX = ir.IntType(32)
ALIGNMENT = 8  # of one double: rows begin anywhere
MAY_FUSE = ("contract",)  # a * b + c in one rounding where the processor can; nothing that NaN or infinity would break
EXPONENT_SHIFT = 52  # bits of a double's fraction
ROUNDING = 1.5 * 2.0**52  # added to a small number, it leaves the nearest integer in the low bits
ROUNDING_BITS = 0x4338000000000000
HALF_ROOT_BITS = 0x3FE6A09E667F3BCD  # sqrt(1/2)


class Lanes(types.Type):
    """Numba's type of `width` doubles side by side."""

    def __init__(self, width: int) -> None:
        super().__init__(name=f"Lanes({width})")
        self.width = width
        self.doubles = ir.VectorType(ir.DoubleType(), width)
        self.integers = ir.VectorType(ir.IntType(64), width)

    def integer(self, value: int) -> Any:
        """The same 64-bit integer in every lane."""
        return ir.Constant(self.integers, [value] * self.width)


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    """Lanes are one LLVM vector."""

    def __init__(self, manager: Any, lanes: Lanes) -> None:
        super().__init__(manager, lanes, lanes.doubles)


FOUR, EIGHT = Lanes(4), Lanes(8)


POINTER = types.CPointer(types.float64)
Pointer = Any  # what Python's type checker sees of one


@intrinsic
def pointer(typing: Any, array: Any, at: Any) -> Any:
    """Where element `at` of a C-ordered array of doubles lies, counted through all its dimensions.

    Passing arrays themselves to small functions costs a count of references for each call. Whoever takes a pointer
    must have been handed the array, so that it outlives the pointer.
    """

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        return builder.gep(data, [args[1]])

    return POINTER(array, types.intp), emit


def _address(builder: Any, lanes: Lanes, place: Any, at: Any) -> Any:
    return builder.bitcast(builder.gep(place, [at]), lanes.doubles.as_pointer())


def _spread(builder: Any, lanes: Lanes, number: Any) -> Any:
    empty = ir.Constant(lanes.doubles, ir.Undefined)
    first = builder.insert_element(empty, number, ir.Constant(INDEX, 0))
    return builder.shuffle_vector(first, empty, _indices([0] * lanes.width))


def _loader(lanes: Lanes) -> Callable[..., Any]:
    @intrinsic
    def load(typing: Any, place: Any, at: Any) -> Any:
        """Consecutive doubles, from `at` on."""

        def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            value = builder.load(_address(builder, lanes, *args))
            value.align = ALIGNMENT
            return value

        return lanes(POINTER, types.intp), emit

    return load


@intrinsic
def each8(typing: Any, place: Any, at: Any) -> Any:
    """The double at `at` in each of eight lanes."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _spread(builder, EIGHT, builder.load(builder.gep(args[0], [args[1]])))

    return EIGHT(POINTER, types.intp), emit


def _filler(lanes: Lanes) -> Callable[..., Any]:
    @intrinsic
    def fill(typing: Any, number: Any) -> Any:
        """One number in every lane."""

        def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return _spread(builder, lanes, args[0])

        return lanes(types.float64), emit

    return fill


load4, load8 = _loader(FOUR), _loader(EIGHT)
fill4, fill8 = _filler(FOUR), _filler(EIGHT)


@intrinsic
def store(typing: Any, place: Any, at: Any, value: Any) -> Any:
    """Write lanes to consecutive doubles, from `at` on."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], _address(builder, sig.args[2], args[0], args[1])).align = ALIGNMENT
        return context.get_dummy_value()

    return types.void(POINTER, types.intp, value), emit


@intrinsic
def add_to(typing: Any, place: Any, at: Any, number: Any) -> Any:
    """Add a number to the double at `at`."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = builder.gep(args[0], [args[1]])
        builder.store(builder.fadd(builder.load(address), args[2]), address)
        return context.get_dummy_value()

    return types.void(POINTER, types.intp, types.float64), emit


def _arithmetic(operation: Callable[..., Any], instruction: str) -> None:
    @infer_global(operation)
    class Template(ConcreteTemplate):
        cases = tuple(signature(lanes, lanes, lanes) for lanes in (FOUR, EIGHT))

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return getattr(builder, instruction)(*args, flags=MAY_FUSE)

    for lanes in (FOUR, EIGHT):
        lower_builtin(operation, lanes, lanes)(emit)


_arithmetic(operator.add, "fadd")
_arithmetic(operator.sub, "fsub")
_arithmetic(operator.mul, "fmul")
_arithmetic(operator.truediv, "fdiv")


@intrinsic
def square_root(typing: Any, value: Any) -> Any:
    """Lane by lane."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(value.doubles, [value.doubles])
        name = f"llvm.sqrt.v{value.width}f64"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args)

    return value(value), emit


@intrinsic
def total(typing: Any, value: Any) -> Any:
    """The sum of the lanes, by halves."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        (now,), width = args, value.width
        while width > 1:
            width //= 2
            empty = ir.Constant(now.type, ir.Undefined)
            low = builder.shuffle_vector(now, empty, _indices(range(width)))
            high = builder.shuffle_vector(now, empty, _indices(range(width, 2 * width)))
            now = builder.fadd(low, high)
        return builder.extract_element(now, ir.Constant(INDEX, 0))

    return types.float64(value), emit


@intrinsic
def where_less(typing: Any, left: Any, right: Any, yes: Any, no: Any) -> Any:
    """Lane by lane: yes where left < right, else no, so no where either is NaN."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", args[0], args[1]), args[2], args[3])

    return left(left, left, left, left), emit


@intrinsic
def power_of_two(typing: Any, shifted: Any) -> Any:
    """2**n, of shifted = n + 1023 + ROUNDING: the sum's low bits are the exponent of 2**n."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], shifted.integers)
        return builder.bitcast(builder.shl(bits, shifted.integer(EXPONENT_SHIFT)), shifted.doubles)

    return shifted(shifted), emit


@intrinsic
def exponent_and_fraction(typing: Any, value: Any) -> Any:
    """(n, f) with value = 2**n f and f in [sqrt(1/2), sqrt(2)), of normal positive numbers."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], value.integers)
        above = builder.sub(bits, value.integer(HALF_ROOT_BITS))
        exponent = builder.ashr(above, value.integer(EXPONENT_SHIFT))
        scaled = builder.sub(bits, builder.shl(exponent, value.integer(EXPONENT_SHIFT)))
        # Not every processor turns 64-bit integers into doubles; this addition and subtraction does.
        number = builder.bitcast(builder.add(exponent, value.integer(ROUNDING_BITS)), value.doubles)
        number = builder.fsub(number, ir.Constant(value.doubles, [ROUNDING] * value.width))
        return context.make_tuple(builder, sig.return_type, [number, builder.bitcast(scaled, value.doubles)])

    return types.UniTuple(value, 2)(value), emit


def _indices(values: Any) -> Any:
    chosen = list(values)
    return ir.Constant(ir.VectorType(INDEX, len(chosen)), chosen)
