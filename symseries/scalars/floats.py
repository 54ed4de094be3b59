"""Floating-point rings: float64, and complex128 for work inside the package."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import sympy

from symseries.errors import DataError, OptionError
from symseries.scalars.base import Array, Scalars, register
from symseries.scalars.exact import as_fraction, shown, typed


class Float64(Scalars):
    """Float64 coefficients: fast, rounded to 53 bits.

    >>> F64.array(["1/20", 3]).tolist()
    [0.05, 3.0]
    """

    name, exact = "F64", False
    dtype: ClassVar[type] = float

    def element(self, value: object) -> float:
        if isinstance(value, (float, Fraction)) or type(value) is int:
            return _float(value)
        exact = as_fraction(typed(value) if isinstance(value, str) else value)
        if exact is None:
            if isinstance(value, sympy.Expr) and value.is_number and value.is_extended_real:
                return float(value)
            raise OptionError(f"number: {shown(value)} is not a real number")
        return _float(exact)

    def zeros(self, *shape: int) -> Array:
        return np.zeros(shape, dtype=self.dtype)

    def array(self, values: object) -> Array:
        source = _as_array(values)
        if source.dtype.kind in "fiu":
            return source.astype(float)
        return np.array([self.element(v) for v in source.reshape(-1)], dtype=float).reshape(source.shape)

    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(FLOAT_VALUES[function](values), dtype=float)

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
        raise DataError(f"coefficient {shown(code)}: expected a number")


def _float(value: float | Fraction) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise OptionError(f"number: {shown(value)} is beyond the range of floating-point numbers") from error


def _as_array(values: object) -> Array:
    """Return an array of what NumPy makes of the values, of objects where rows differ in length."""
    try:
        return np.asarray(values)
    except ValueError:
        return np.asarray(values, dtype=object)


def _sech_squared(b: Array) -> Array:
    decay = np.exp(-2 * np.abs(b))  # cosh would overflow
    return np.asarray(4 * decay / np.square(1 + decay))


def _sigmoid_slope(b: Array) -> Array:
    decay = np.exp(-np.abs(b))
    return np.asarray(decay / np.square(1 + decay))


def _sigmoid(b: Array) -> Array:
    decay = np.exp(-np.abs(b))
    return np.asarray(np.where(b >= 0, 1.0, decay) / (1 + decay))


def _normal_cdf(b: float) -> float:
    return 0.5 * math.erfc(-b / math.sqrt(2))  # 1 + erf would cancel in the left tail


# Slopes stand here because 1 - tanh(b)**2 cancels where tanh is saturated; these forms do not.
FLOAT_VALUES: dict[str, Callable[[Array], Any]] = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh,
    "cosh": np.cosh, "tanh": np.tanh, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "asinh": np.arcsinh,
    "acosh": np.arccosh, "erf": np.vectorize(math.erf, otypes=[float]),
    "erf_slope": lambda b: 2 / math.sqrt(math.pi) * np.exp(-b * b), "gaussian": lambda b: np.exp(-b * b),
    "normal_cdf": np.vectorize(_normal_cdf, otypes=[float]),
    "normal_pdf": lambda b: np.exp(-b * b / 2) / math.sqrt(2 * math.pi),
    "tanh_slope": _sech_squared, "sigmoid": _sigmoid, "sigmoid_slope": _sigmoid_slope,
    "softplus": lambda b: np.logaddexp(0.0, b), "abs": np.abs,
}  # fmt: skip

F64: Scalars = Float64()


class _Complex128(Float64):
    """Complex128 coefficients, in which signs are not decided; for work inside the package, never handed to a user."""

    name = "C128"
    dtype: ClassVar[type] = complex

    def element(self, value: object) -> complex:  # type: ignore[override]
        return complex(value) if isinstance(value, (complex, np.complexfloating)) else complex(super().element(value))

    def array(self, values: object) -> Array:
        source = _as_array(values)
        if source.dtype.kind in "fiuc":
            return source.astype(complex)
        return np.array([self.element(v) for v in source.reshape(-1)], dtype=complex).reshape(source.shape)

    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        with np.errstate(all="ignore"):
            return np.asarray((_COMPLEX_VALUES.get(function) or FLOAT_VALUES[function])(values), dtype=complex)

    def power(self, values: Array, exponent: Any, where: str = "") -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(values ** self.element(exponent), dtype=complex)

    def sign(self, value: Any) -> int | None:
        return 0 if value == 0 else None


def _complex_erf(b: Array) -> Array:
    from scipy.special import erf  # slow to import

    return np.asarray(erf(b))


def _complex_normal_cdf(b: Array) -> Array:
    from scipy.special import ndtr

    return np.asarray(ndtr(b))


# where the forms above are real ones: by absolute values, or by functions of Python floats
_COMPLEX_VALUES: dict[str, Callable[[Array], Any]] = {
    "tanh_slope": lambda b: 1 / np.cosh(b) ** 2, "sigmoid": lambda b: 1 / (1 + np.exp(-b)),
    "sigmoid_slope": lambda b: 0.25 / np.cosh(b / 2) ** 2, "softplus": lambda b: np.log(1 + np.exp(b)),
    "erf": _complex_erf, "normal_cdf": _complex_normal_cdf,
}  # fmt: skip

C128: Scalars = _Complex128()

register("F64", lambda: F64)
register("C128", lambda: C128)
