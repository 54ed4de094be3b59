"""The ring of rational numbers, on FLINT."""

from __future__ import annotations

import re
from typing import Any

import sympy
from flint import fmpq, fmpq_mat, fmpz

from symseries.errors import DataError, OptionError
from symseries.scalars.base import Array, Scalars, object_array, register
from symseries.scalars.exact import as_fraction, shown, typed

_QUOTIENT = re.compile(r"(-?\d+)(?:/(\d+))?", re.ASCII)


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
            raise OptionError(f"scalars=QQ: {shown(value)} is not a rational number; use scalars=F64, ARB(128) or SYM")
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
            raise DataError(f"coefficient {shown(code)}: expected a rational number as text, such as '1/20'")
        return fmpq(fmpz(match[1]), fmpz(match[2] or 1))

    @staticmethod
    def _irrational(text: str, position: int, where: str) -> OptionError:
        place = f" (neuron {position + 1} of {where})" if where.startswith("layer") else f" (in {where})" if where else ""
        shown = text if len(text) < 60 else text[:56] + "…)"
        return OptionError(
            f"scalars=QQ: {shown}{place} is not a rational number; use scalars=F64, ARB(128), SYM, or a centre where it is"
        )


def fmpq_matrix(values: Array) -> fmpq_mat:
    """Return a matrix of rationals as FLINT's own."""
    rows, columns = values.shape
    return fmpq_mat(rows, columns, list(values.flat))


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


# function -> (the only rational argument with a rational value, that value as numerator and denominator)
_RATIONAL_VALUES: dict[str, tuple[int, tuple[int, int]]] = {
    "exp": (0, (1, 1)), "expm1": (0, (0, 1)), "log": (1, (0, 1)), "sin": (0, (0, 1)), "cos": (0, (1, 1)), "tan": (0, (0, 1)),
    "sinh": (0, (0, 1)), "cosh": (0, (1, 1)), "tanh": (0, (0, 1)), "asin": (0, (0, 1)), "acos": (1, (0, 1)),
    "atan": (0, (0, 1)), "asinh": (0, (0, 1)), "acosh": (1, (0, 1)), "erf": (0, (0, 1)), "tanh_slope": (0, (1, 1)),
    "sigmoid": (0, (1, 2)), "sigmoid_slope": (0, (1, 4)), "gaussian": (0, (1, 1)), "normal_cdf": (0, (1, 2)),
}  # fmt: skip

QQ: Scalars = _Rationals()

register("QQ", lambda: QQ)
