"""Coefficient rings: what kind of number a coefficient is.

A ring converts numbers, multiplies matrices, knows the values of the elementary functions, tests for zero with three
answers and encodes its elements. Coefficient arrays are NumPy arrays: float64 for `F64`, objects otherwise, so that one
engine serves every ring. A further ring is one more subclass of `Scalars`.

Two rules turn a number into an exact one. A number that a person *typed* (a literal, a centre, a known value) is the
decimal that was typed: 0.05 is 1/20 (`typed`). A number that was *stored* (a weight, a float array) is the exact binary
number it is (`stored`).
"""

from __future__ import annotations

import math
import numbers
import re
import sys
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import sympy
from flint import fmpq, fmpq_mat, fmpz

from symseries.errors import DataError, OptionError, SymseriesError

Array = np.ndarray[Any, np.dtype[Any]]

MAX_CHARACTERS = 200  # of a number that is typed

_TYPED = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)(?:\s*/\s*(\d+\.?\d*))?\s*", re.ASCII)
_QUOTIENT = re.compile(r"(-?\d+)(?:/(\d+))?", re.ASCII)


# ---------------------------------------------------------------------------------------------------- exact numbers
def typed(value: object, what: str = "number", error: type[SymseriesError] = OptionError) -> sympy.Rational:
    """Return the exact number that a person typed: the decimal, not its nearest binary neighbour.

    `value` is an int, float, Fraction, Decimal, SymPy number, NumPy number, or text such as "0.05", "1/20", "1e-3".
    Raises `error` naming `what` when it is none of these, not finite, or beyond the range of floating-point numbers.

    >>> typed(0.05), typed("1/20"), typed("2.5e-3")
    (1/20, 1/20, 1/400)
    """
    exact = _typed_fraction(value)
    if exact is None:
        raise error(f"{what}: {_shown(value)} is not a finite number; write it as 0.05, '1/20' or 5e-2")
    if exact and not sys.float_info.min <= abs(exact) <= sys.float_info.max:
        raise error(f"{what}: {_shown(value)} is beyond the range of floating-point numbers; use another unit")
    return _rational(exact)


def _typed_fraction(value: object) -> Fraction | None:
    if isinstance(value, sympy.Float) and value._prec <= 53:
        value = float(value)  # whose shortest decimal is the one that was typed; SymPy shows 15 digits of it
    if isinstance(value, (float, np.floating, Decimal, sympy.Float)):
        value = str(value)
    if not isinstance(value, str):
        return as_fraction(value)
    match = _TYPED.fullmatch(value) if len(value) <= MAX_CHARACTERS else None
    if match is None or (match[2] and Fraction(match[2]) == 0):
        return None
    return Fraction(match[1]) / Fraction(match[2] or 1)


def _shown(value: object) -> str:
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python writes no integer of more than 4300 digits
        text = "a number"
    return f"{text if len(text) <= 40 else text[:39] + '…'} ({type(value).__name__})"


def stored(value: object, what: str = "number", error: type[SymseriesError] = OptionError) -> sympy.Rational:
    """Return the exact value of a stored number: a float is the binary number it is.

    Raises `error` naming `what` when it is not a finite number.

    >>> stored(0.5), stored(0.1) == typed(0.1)
    (1/2, False)
    """
    exact = as_fraction(value)
    if exact is None:
        raise error(f"{what}: {_shown(value)} is not a finite number")
    return _rational(exact)


def decimal(value: sympy.Rational) -> str:
    """Return an exact number as a person would write it: as a short decimal where that is exact, else as a fraction.

    >>> decimal(typed("0.05")), decimal(typed("1/3"))
    ('0.05', '1/3')
    """
    short = f"{float(value):.12g}"
    return short if typed(short) == value else str(value)


def as_fraction(value: object) -> Fraction | None:
    """Return the exact value of a finite number of any usual type, None for everything else (also for booleans)."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (fmpq, fmpz)):
        return Fraction(int(fmpq(value).p), int(fmpq(value).q))
    if isinstance(value, numbers.Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, sympy.Float):
        value = sympy.Rational(value) if value.is_finite else value
        return Fraction(int(value.p), int(value.q)) if isinstance(value, sympy.Rational) else None
    if isinstance(value, Decimal):
        return Fraction(value) if value.is_finite() and abs(value.adjusted()) <= MAX_CHARACTERS * 10 else None
    if isinstance(value, (float, np.floating)):
        return Fraction(*value.as_integer_ratio()) if math.isfinite(value) else None
    return None


def _rational(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


def is_exact(values: Iterable[object]) -> bool:
    """Return whether every value is an integer or a rational number, none a binary float."""
    return all(isinstance(v, (numbers.Rational, Decimal, fmpq, fmpz)) and not isinstance(v, bool) for v in values)


# ------------------------------------------------------------------------------------------------------------ rings
class Scalars:
    """A coefficient ring: conversion, matrix product, elementary values, zero test and encoding of its elements."""

    name: ClassVar[str]
    exact: ClassVar[bool]
    dtype: ClassVar[type] = object

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[Callable[[str], Scalars], tuple[str]]:
        return scalars_named, (self.name,)

    def element(self, value: object) -> Any:
        """Return one number as an element of the ring; a float is the binary number it is."""
        raise OptionError(f"{value!r} has no element in {self.name}")  # pragma: no cover - every ring overrides

    def scalar(self, value: object) -> Any:
        """Return one number as an operand that NumPy combines with arrays of the ring."""
        return self.element(value)

    def array(self, values: object) -> Array:
        """Return an array of ring elements of the shape of `values`."""
        source = np.asarray(values, dtype=object)
        out = np.empty(source.shape, dtype=object)
        flat = out.reshape(-1)
        for position, value in enumerate(source.reshape(-1)):
            flat[position] = self.element(value)
        return out

    def zeros(self, *shape: int) -> Array:
        """Return an array of zeros of the ring."""
        return np.full(shape, self.scalar(0), dtype=self.dtype)

    def matmul(self, left: Array, right: Array) -> Array:
        """Return the matrix product of two arrays of ring elements."""
        return left @ right

    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        """Return the values of an elementary function at an array of elements, `where` naming the place in errors."""
        raise OptionError(f"{function} has no value in {self.name}")  # pragma: no cover - every ring overrides

    def power(self, values: Array, exponent: Any, where: str = "") -> Array:
        """Return `values ** exponent`, the exponent a Fraction or an element of the ring."""
        raise OptionError(f"powers have no value in {self.name}")  # pragma: no cover - every ring overrides

    def number_symbol(self, value: sympy.NumberSymbol) -> Any:
        """Return a named number such as pi as an element of the ring."""
        raise OptionError(f"scalars={self}: {value} is not a rational number; use scalars=F64")

    def sign(self, value: Any) -> int | None:
        """Return -1, 0 or 1, or None where the sign of the element is not decided."""
        return int(value > 0) - int(value < 0)

    def is_zero(self, value: Any) -> bool | None:
        """Return whether the element is zero: True, False, or None (not decided)."""
        return bool(value == 0)

    def handed(self, values: Array) -> Array:
        """Return the elements as a user sees them: floats, or exact SymPy numbers."""
        return values

    def encode(self, value: Any) -> float | str:
        """Return an element as JSON knows it."""
        return str(value)

    def decode(self, code: float | str) -> Any:
        """Return the element that `encode` wrote."""
        return self.element(code)


class _Float64(Scalars):
    """Float64 coefficients: fast, rounded to 53 bits.

    >>> F64.array(["1/20", 3]).tolist()
    [0.05, 3.0]
    """

    name, exact, dtype = "F64", False, float

    def element(self, value: object) -> float:
        if isinstance(value, float):
            return float(value)
        exact = as_fraction(typed(value) if isinstance(value, str) else value)
        if exact is None:
            if isinstance(value, sympy.Expr) and value.is_number and value.is_extended_real:
                return float(value)
            raise OptionError(f"number: {_shown(value)} is not a real number")
        try:
            return float(exact)
        except OverflowError as error:
            raise OptionError(f"number: {_shown(value)} is beyond the range of floating-point numbers") from error

    def array(self, values: object) -> Array:
        source = _as_array(values)
        if source.dtype.kind in "fiu":
            return source.astype(float)
        return np.array([self.element(v) for v in source.reshape(-1)], dtype=float).reshape(source.shape)

    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(_FLOAT_VALUES[function](values), dtype=float)

    def power(self, values: Array, exponent: Any, where: str = "") -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(values ** self.element(exponent), dtype=float)

    def number_symbol(self, value: sympy.NumberSymbol) -> float:
        return float(value)

    def is_zero(self, value: Any) -> bool | None:
        return False if abs(value) > 1e-12 else None

    def encode(self, value: Any) -> float | str:
        return float(value)

    def decode(self, code: float | str) -> float:
        if isinstance(code, (int, float)) and not isinstance(code, bool):
            return self.element(code)
        raise DataError(f"coefficient {_shown(code)}: expected a number")


def _as_array(values: object) -> Array:
    """Return an array of what NumPy makes of the values, of objects where rows differ in length."""
    try:
        return np.asarray(values)
    except ValueError:
        return np.asarray(values, dtype=object)


class _Rationals(Scalars):
    """Exact rational coefficients; a value that is not rational raises `OptionError`.

    >>> QQ.handed(QQ.array(["1/20", 0.5])).tolist()
    [1/20, 1/2]
    """

    name, exact = "QQ", True

    def element(self, value: object) -> fmpq:
        if isinstance(value, fmpq):
            return value
        exact = as_fraction(typed(value) if isinstance(value, str) else value)
        if exact is None:
            raise OptionError(f"scalars=QQ: {_shown(value)} is not a rational number")
        return fmpq(exact.numerator, exact.denominator)

    def matmul(self, left: Array, right: Array) -> Array:
        """Return the product by FLINT's rational matrices, far faster than element by element."""
        if 0 in left.shape or 0 in right.shape or left.ndim != 2 or right.ndim != 2:
            return left @ right
        product = fmpq_matrix(left) * fmpq_matrix(right)
        return object_array(product.entries()).reshape(left.shape[0], right.shape[1])

    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        if function == "abs":
            return object_array(abs(v) for v in values.reshape(-1)).reshape(values.shape)
        point, value = _RATIONAL_VALUES.get(function, (None, (0, 1)))
        shown = function.replace("_slope", "'")
        for position, argument in enumerate(values.reshape(-1)):
            if point is None or argument != point:
                raise self._irrational(f"{shown}({argument})", position, where)
        return object_array([fmpq(*value)] * values.size).reshape(values.shape)

    def power(self, values: Array, exponent: Any, where: str = "") -> Array:
        power = self.element(exponent)
        roots = [rational_power(v, power) for v in values.reshape(-1)]
        for position, root in enumerate(roots):
            if root is None:
                raise self._irrational(f"({values.reshape(-1)[position]})**({power})", position, where)
        return object_array(roots).reshape(values.shape)

    def handed(self, values: Array) -> Array:
        return object_array(sympy.Rational(int(v.p), int(v.q)) for v in values.reshape(-1)).reshape(values.shape)

    def decode(self, code: float | str) -> fmpq:
        match = _QUOTIENT.fullmatch(code) if isinstance(code, str) else None
        if match is None or (match[2] and not match[2].strip("0")):
            raise DataError(f"coefficient {_shown(code)}: expected a rational number as text, such as '1/20'")
        return fmpq(fmpz(match[1]), fmpz(match[2] or 1))

    @staticmethod
    def _irrational(text: str, position: int, where: str) -> OptionError:
        place = f" (neuron {position + 1} of {where})" if where.startswith("layer") else f" (in {where})" if where else ""
        shown = text if len(text) < 60 else text[:56] + "…)"
        return OptionError(f"scalars=QQ: {shown}{place} is not a rational number; use scalars=F64, or a centre where it is")


def object_array(values: Iterable[Any]) -> Array:
    """Return a one-dimensional object array, also of elements that NumPy would unpack because they have a length."""
    items = list(values)
    out = np.empty(len(items), dtype=object)
    for position, item in enumerate(items):
        out[position] = item
    return out


def fmpq_matrix(values: Array) -> fmpq_mat:
    """Return a matrix of rationals as FLINT's own."""
    rows, columns = values.shape
    return fmpq_mat(rows, columns, list(values.flat))


def boxed(value: object) -> Array:
    """Return a 0-d object array, which keeps NumPy from unpacking a ring element that has a length."""
    box = np.empty((), dtype=object)
    box[()] = value
    return box


def rational_power(base: fmpq, exponent: fmpq) -> fmpq | None:
    """Return `base ** exponent` where it is rational, else None: (9/4)**(1/2) is 3/2, 2**(1/2) is not rational."""
    degree, power = int(exponent.q), int(exponent.p)
    if base == 0:
        return fmpq(int(power == 0)) if power >= 0 else None
    if base < 0 and degree % 2 == 0:
        return None
    top, exact_top = sympy.integer_nthroot(abs(int(base.p)), degree)
    bottom, exact_bottom = sympy.integer_nthroot(int(base.q), degree)
    if not (exact_top and exact_bottom) or base < 0 < degree - 1:
        return None  # odd roots of negative numbers are complex on the principal branch
    return fmpq((-1 if base < 0 else 1) * int(top), int(bottom)) ** power


def _sech_squared(b: Array) -> Array:
    decay = np.exp(-2 * np.abs(b))
    return np.asarray(4 * decay / (1 + decay) ** 2)


def _sigmoid_slope(b: Array) -> Array:
    decay = np.exp(-np.abs(b))
    return np.asarray(decay / (1 + decay) ** 2)


def _sigmoid(b: Array) -> Array:
    decay = np.exp(-np.abs(b))
    return np.asarray(np.where(b >= 0, 1.0, decay) / (1 + decay))


# Slopes stand here because 1 - tanh(b)**2 cancels where tanh is saturated; these forms do not.
_FLOAT_VALUES: dict[str, Callable[[Array], Any]] = {
    "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh,
    "tanh": np.tanh, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "asinh": np.arcsinh,
    "erf": np.vectorize(math.erf, otypes=[float]), "erf_slope": lambda b: 2 / math.sqrt(math.pi) * np.exp(-b * b),
    "tanh_slope": _sech_squared, "sigmoid": _sigmoid, "sigmoid_slope": _sigmoid_slope,
    "softplus": lambda b: np.logaddexp(0.0, b), "abs": np.abs,
}  # fmt: skip

# function -> (the only rational argument with a rational value, that value as numerator and denominator)
_RATIONAL_VALUES: dict[str, tuple[int, tuple[int, int]]] = {
    "exp": (0, (1, 1)), "log": (1, (0, 1)), "sin": (0, (0, 1)), "cos": (0, (1, 1)), "tan": (0, (0, 1)),
    "sinh": (0, (0, 1)), "cosh": (0, (1, 1)), "tanh": (0, (0, 1)), "asin": (0, (0, 1)), "acos": (1, (0, 1)),
    "atan": (0, (0, 1)), "asinh": (0, (0, 1)), "erf": (0, (0, 1)), "tanh_slope": (0, (1, 1)),
    "sigmoid": (0, (1, 2)), "sigmoid_slope": (0, (1, 4)),
}  # fmt: skip

F64: Scalars = _Float64()
QQ: Scalars = _Rationals()

_RINGS = {ring.name: ring for ring in (F64, QQ)}


def scalars_named(name: object) -> Scalars:
    """Return the ring of that name, as stored in a JSON file or a pickle."""
    if not isinstance(name, str) or name not in _RINGS:
        raise OptionError(f"scalars {name!r} are not known; expected one of {', '.join(_RINGS)}")
    return _RINGS[name]


def check_scalars(scalars: object) -> Scalars:
    """Return `scalars` if it is a ring, else raise `OptionError`."""
    if isinstance(scalars, Scalars):
        return scalars
    raise OptionError(f"scalars={scalars!r} is not a coefficient ring; use symseries.{' or symseries.'.join(_RINGS)}")


def check_finite(values: Array, what: str) -> Array:
    """Return the float array `values`, or raise `DataError` naming the first entry that is not a finite number."""
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        place = ", ".join(str(i) for i in bad[0])
        raise DataError(f"{what}: entry [{place}] is {values[tuple(bad[0])]}; expected finite numbers")
    return values
