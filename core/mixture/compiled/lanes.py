"""Lanes: four, eight or sixteen doubles side by side, as one value that compiled code computes with.

LLVM lowers them to whatever the processor has. Sums written with lanes stay in registers through a whole loop, which
the loop vectoriser does not achieve where the loop that runs over rows is not the innermost one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.extending import intrinsic, models, register_model
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature

from .pointers import POINTER

INDEX = ir.IntType(32)
ALIGNMENT = 8  # of one double: rows begin anywhere
LINE = 64  # bytes that the cache holds together
MAY_FUSE = ("contract",)  # a * b + c in one rounding where the processor can; nothing that NaN or infinity would break
BIAS = 1023  # of a double's exponent
EXPONENT_SHIFT = 52  # bits of a double's fraction
ROUNDING = 1.5 * 2.0**52  # added to a small number, it leaves the nearest integer in the low bits
ROUNDING_BITS = 0x4338000000000000
HALF_ROOT_BITS = 0x3FE6A09E667F3BCD  # sqrt(1/2)


Lanes = Any  # what Python's type checker sees of them


class LanesType(types.Type):
    """Numba's type of `width` doubles side by side."""

    def __init__(self, width: int) -> None:
        super().__init__(name=f"Lanes({width})")
        self.width = width
        self.doubles = ir.VectorType(ir.DoubleType(), width)
        self.integers = ir.VectorType(ir.IntType(64), width)

    def integer(self, value: int) -> Any:
        """The same 64-bit integer in every lane."""
        return ir.Constant(self.integers, [value] * self.width)


@register_model(LanesType)
class LanesModel(models.PrimitiveModel):
    """Lanes are one LLVM vector."""

    def __init__(self, manager: Any, lanes: LanesType) -> None:
        super().__init__(manager, lanes, lanes.doubles)


FOUR, EIGHT, SIXTEEN = LanesType(4), LanesType(8), LanesType(16)


def _address(builder: Any, lanes: LanesType, place: Any, at: Any) -> Any:
    return builder.bitcast(builder.gep(place, [at]), lanes.doubles.as_pointer())


@intrinsic
def aligned(typing: Any, place: Any) -> Any:
    """The next place where a line of the cache begins: lanes that straddle two lines take longer to load and store."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        word = ir.IntType(64)
        end = builder.add(builder.ptrtoint(args[0], word), ir.Constant(word, LINE - 1))
        return builder.inttoptr(builder.and_(end, ir.Constant(word, -LINE)), args[0].type)

    return POINTER(POINTER), emit


def _spread(builder: Any, lanes: LanesType, number: Any) -> Any:
    empty = ir.Constant(lanes.doubles, ir.Undefined)
    first = builder.insert_element(empty, number, ir.Constant(INDEX, 0))
    return builder.shuffle_vector(first, empty, _indices([0] * lanes.width))


def _loader(lanes: LanesType) -> Callable[..., Any]:
    @intrinsic
    def load(typing: Any, place: Any, at: Any) -> Any:
        """Consecutive doubles, from `at` on."""

        def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            value = builder.load(_address(builder, lanes, *args))
            value.align = ALIGNMENT
            return value

        return lanes(POINTER, types.intp), emit

    return load


def _filler(lanes: LanesType) -> Callable[..., Any]:
    @intrinsic
    def fill(typing: Any, number: Any) -> Any:
        """One number in every lane."""

        def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return _spread(builder, lanes, args[0])

        return lanes(types.float64), emit

    return fill


load4, load8, load16 = _loader(FOUR), _loader(EIGHT), _loader(SIXTEEN)
fill4, fill8, fill16 = _filler(FOUR), _filler(EIGHT), _filler(SIXTEEN)


@intrinsic
def store(typing: Any, place: Any, at: Any, value: Any) -> Any:
    """Write lanes to consecutive doubles, from `at` on."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], _address(builder, sig.args[2], args[0], args[1])).align = ALIGNMENT
        return context.get_dummy_value()

    return types.void(POINTER, types.intp, value), emit


def _arithmetic(operation: Callable[..., Any], instruction: str) -> None:
    """Lanes with lanes, or with a number that is taken for every lane."""

    @infer_global(operation)
    class Template(ConcreteTemplate):
        cases = tuple(
            signature(lanes, left, right)
            for lanes in (FOUR, EIGHT, SIXTEEN)
            for left, right in ((lanes, lanes), (lanes, types.float64), (types.float64, lanes))
        )

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        lanes = sig.return_type
        full = (a if kind == lanes else _spread(builder, lanes, a) for a, kind in zip(args, sig.args, strict=True))
        return getattr(builder, instruction)(*full, flags=MAY_FUSE)

    for case in Template.cases:
        lower_builtin(operation, *case.args)(emit)


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
        return builder.extract_element(_folded(builder, args[0], value.width, 1), ir.Constant(INDEX, 0))

    return types.float64(value), emit


@intrinsic
def fold4(typing: Any, value: Any) -> Any:
    """Four lanes with the same sum."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _folded(builder, args[0], value.width, FOUR.width)

    return FOUR(value), emit


def _folded(builder: Any, value: Any, width: int, to: int) -> Any:
    while width > to:
        width //= 2
        empty = ir.Constant(value.type, ir.Undefined)
        low = builder.shuffle_vector(value, empty, _indices(range(width)))
        high = builder.shuffle_vector(value, empty, _indices(range(width, 2 * width)))
        value = builder.fadd(low, high)
    return value


@intrinsic
def turn(typing: Any, first: Any, second: Any, third: Any, fourth: Any) -> Any:
    """Four lanes of four as the rows of a matrix, to its columns."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        def mix(left: Any, right: Any, *order: int) -> Any:
            return builder.shuffle_vector(left, right, _indices(order))

        even = mix(args[0], args[1], 0, 4, 2, 6), mix(args[2], args[3], 0, 4, 2, 6)
        odd = mix(args[0], args[1], 1, 5, 3, 7), mix(args[2], args[3], 1, 5, 3, 7)
        columns = [mix(*pair, *half) for half in ((0, 1, 4, 5), (2, 3, 6, 7)) for pair in (even, odd)]
        return context.make_tuple(builder, sig.return_type, columns)

    return types.UniTuple(FOUR, 4)(FOUR, FOUR, FOUR, FOUR), emit


@intrinsic
def where_less(typing: Any, left: Any, right: Any, yes: Any, no: Any) -> Any:
    """Lane by lane: yes where left < right, else no, so no where either is NaN."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", args[0], args[1]), args[2], args[3])

    return left(left, left, left, left), emit


@intrinsic
def power_of_two(typing: Any, shifted: Any) -> Any:
    """2**n, of shifted = n + 1023 + ROUNDING: the sum's low bits are the exponent of 2**n. 0 for n = -1023."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], shifted.integers)
        return builder.bitcast(builder.shl(bits, shifted.integer(EXPONENT_SHIFT)), shifted.doubles)

    return shifted(shifted), emit


@intrinsic
def exponent_and_fraction(typing: Any, value: Any) -> Any:
    """(n, f) with value = 2**n f and f in [sqrt(1/2), sqrt(2)), of normal positive numbers."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], value.integers)
        # Few processors shift 64-bit integers with their sign: the exponent keeps its bias, and is positive.
        above = builder.add(bits, value.integer((BIAS << EXPONENT_SHIFT) - HALF_ROOT_BITS))
        exponent = builder.lshr(above, value.integer(EXPONENT_SHIFT))
        unbiased = builder.sub(above, value.integer(BIAS << EXPONENT_SHIFT))
        power = builder.and_(unbiased, value.integer(-1 << EXPONENT_SHIFT))
        scaled = builder.sub(bits, power)
        # Nor does every processor turn 64-bit integers into doubles; this addition and subtraction does.
        number = builder.bitcast(builder.add(exponent, value.integer(ROUNDING_BITS)), value.doubles)
        number = builder.fsub(number, ir.Constant(value.doubles, [ROUNDING + BIAS] * value.width))
        return context.make_tuple(builder, sig.return_type, [number, builder.bitcast(scaled, value.doubles)])

    return types.UniTuple(value, 2)(value), emit


def _indices(values: Any) -> Any:
    chosen = list(values)
    return ir.Constant(ir.VectorType(INDEX, len(chosen)), chosen)
