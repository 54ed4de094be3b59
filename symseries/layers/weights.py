"""Layers of numbers: affine maps and whitening, exact where their numbers are."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import mpmath
import numpy as np
import sympy
from flint import fmpq, fmpz

from symseries.errors import NetworkFormatError, NetworkShapeError, NetworkValueError
from symseries.layers.base import Layer, Width, count
from symseries.multiindex import IndexSet
from symseries.names import check_names, plain
from symseries.parsing import to_text
from symseries.scalars import F64, Array, Scalars, as_fraction, is_exact, object_array, stored


def _numbers(values: object, what: str) -> Array:
    """Return an array as it was stored: SymPy expressions where all are exact or float64 cannot hold one, else float64."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        raise NetworkValueError(f"{what}: masked entries; expected a number in every place")
    if isinstance(values, np.ndarray) and values.dtype in (np.float16, np.float32, np.float64):
        return values.astype(float)
    try:
        array = np.array(values, dtype=object)
    except ValueError as error:
        raise NetworkShapeError(f"{what}: rows of different length; expected a rectangular array") from error
    flat = array.reshape(-1)
    for item in flat:
        _check_number(item, what)
    if len(flat) and (is_exact(flat) or any(map(_needs_more, flat))):
        return object_array(_exact(v, what) for v in flat).reshape(array.shape)
    return np.array([float(v) for v in flat], dtype=float).reshape(array.shape)


def _needs_more(item: object) -> bool:
    """Return whether a number is one that float64 would round: a symbol, sqrt(2), a float of more bits."""
    if isinstance(item, (float, np.float32, np.float16)) or is_exact([item]):
        return False
    exact = as_fraction(item)
    if exact is None:
        return isinstance(item, sympy.Expr) and item not in (sympy.oo, -sympy.oo, sympy.nan)
    return exact != Fraction(float(exact))


def _check_number(item: object, what: str) -> None:
    if isinstance(item, (list, tuple, np.ndarray)):
        raise NetworkShapeError(f"{what}: rows of different length; expected a rectangular array")
    if isinstance(item, sympy.Expr):
        if item.has(sympy.I) or item is sympy.zoo:
            raise NetworkValueError(f"{what}: {item} is not real; expected real numbers")
        return
    real = isinstance(item, (numbers.Real, Decimal, fmpq, fmpz, mpmath.mpf)) and not isinstance(item, (bool, np.bool_))
    if not real:
        raise NetworkFormatError(f"{what}: {str(item)[:40]!r} ({type(item).__name__}); expected numbers in a rectangular array")


def _exact(value: Any, what: str) -> sympy.Expr:
    """Return an exact number, or an expression in plain symbols."""
    if not isinstance(value, sympy.Expr) or as_fraction(value) is not None:
        return stored(value, what, NetworkValueError)
    if value.has(sympy.oo, sympy.nan):
        raise NetworkValueError(f"{what}: {value}; expected finite numbers")
    check_names(value.free_symbols, "symbol among the weights")
    return plain(value)


def _to_sympy(value: object) -> sympy.Expr:
    """Return a stored number for an expression: exact, or a float of 53 bits."""
    return value if isinstance(value, sympy.Expr) else sympy.Float(float(value), precision=53)  # type: ignore[arg-type]


def _check_finite(array: Array, what: str, where: str) -> None:
    if array.dtype == object:  # exact numbers are finite
        return
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        row = ", ".join(f"{axis} {i + 1}" for axis, i in zip(("row", "column"), bad[0], strict=False))
        raise NetworkValueError(f"{where}: {what} at {row} is {array[tuple(bad[0])]}; expected finite numbers")


def _encode(array: Array) -> Any:
    return array.tolist() if array.dtype != object else np.vectorize(to_text, otypes=[object])(array).tolist()


def _declared(exact: list[bool], symbols: set[sympy.Symbol]) -> dict[str, Any]:
    """Return what a record says of exact numbers: which there are, and the names in them, of which one may be pi."""
    names = {"symbols": sorted(s.name for s in symbols)} if symbols else {}
    return {"exact": exact, **names} if any(exact) else {}


def _symbols(*arrays: Array) -> set[sympy.Symbol]:
    return set().union(*(v.free_symbols for array in arrays if array.dtype == object for v in array.flat))


def _rational(*arrays: Array) -> bool:
    return all(array.dtype == object and all(v.is_Rational for v in array.flat) for array in arrays)


@dataclass(frozen=True, eq=False)
class Affine(Layer):
    """y = W x + b: `weights` (outputs, inputs), `bias` (outputs,), by default zero.

    Floats are the binary numbers they are; rational weights (integers, Fractions, SymPy numbers) stay exact.

    >>> Affine([[1, 2]], [3]).expression(sympy.symbols("x y"))
    [x + 2*y + 3]
    """

    weights: Any
    bias: Any = None
    kind = "affine"

    def __post_init__(self) -> None:
        weights = _numbers(self.weights, "Affine weights")
        object.__setattr__(self, "weights", weights)
        bias = np.zeros(weights.shape[:1], dtype=int) if self.bias is None else self.bias
        object.__setattr__(self, "bias", _numbers(bias, "Affine bias"))

    def check(self, inputs: Width, where: str) -> Width:
        width = count(inputs)
        if self.weights.ndim != 2 or 0 in self.weights.shape or self.weights.shape[1] != width:
            raise NetworkShapeError(
                f"{where}: weights of shape {self.weights.shape}; expected (outputs, {width}), a column for each input"
            )
        if self.bias.shape != self.weights.shape[:1]:
            raise NetworkShapeError(f"{where}: bias of shape {self.bias.shape}; expected ({len(self.weights)},)")
        _check_finite(self.weights, "the weight", where)
        _check_finite(self.bias, "the bias", where)
        return len(self.weights)

    @property
    def exact(self) -> bool:
        return _rational(self.weights, self.bias)

    @property
    def symbols(self) -> set[sympy.Symbol]:
        return _symbols(self.weights, self.bias)

    def elements(self, scalars: Scalars) -> tuple[Array, Array]:
        """Return weights and bias as elements of a ring, not to be written to."""
        return self._floats if scalars is F64 else (scalars.array(self.weights), scalars.array(self.bias))

    @cached_property
    def _floats(self) -> tuple[Array, Array]:
        return F64.array(self.weights), F64.array(self.bias)

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        weights, bias = self.elements(scalars)
        return scalars.matmul(X, weights.T) + bias

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        weights, bias = self.elements(scalars)
        out = scalars.matmul(C, weights.T)
        out[0] = out[0] + bias
        return out

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        rows = zip(self.weights, self.bias, strict=True)
        return [sympy.Add(*(_to_sympy(w) * x for w, x in zip(row, xs, strict=True)), _to_sympy(b)) for row, b in rows]

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        return delta @ self._floats[0]

    def pull_back_series(
        self, delta: Array, C: Array, D: Array, indices: IndexSet, scalars: Scalars, *, where: str = ""
    ) -> Array:
        return scalars.matmul(delta, self.elements(scalars)[0])

    def to_dict(self) -> dict[str, Any]:
        exact = [self.weights.dtype == object, self.bias.dtype == object]
        record = {"kind": self.kind, "weights": _encode(self.weights), "bias": _encode(self.bias)}
        return record | _declared(exact, self.symbols)


@dataclass(frozen=True, eq=False)
class Whitening(Layer):
    """Standardisation y = (x - mean)/scale at any point of a network (eq. 37): `mean` and `scale` (k,), scale not zero.

    Numbers are kept as in `Affine`. Raises `NetworkFormatError` for what is no number; lengths and zeros are refused by the
    network.

    >>> Whitening([1], [2]).expression([sympy.Symbol("x")])
    [x/2 - 1/2]
    """

    mean: Any
    scale: Any
    kind = "whitening"

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", _numbers(self.mean, "Whitening mean"))
        object.__setattr__(self, "scale", _numbers(self.scale, "Whitening scale"))

    def check(self, inputs: Width, where: str) -> Width:
        width = count(inputs)
        for what, array in (("mean", self.mean), ("scale", self.scale)):
            if array.shape != (width,):
                raise NetworkShapeError(f"{where}: {what} of shape {array.shape}; expected ({width},), one for each input")
            _check_finite(array, what, where)
        if (self.scale == 0).any():
            row = int(np.flatnonzero(self.scale == 0)[0])
            raise NetworkValueError(
                f"{where}: scale at row {row + 1} is 0; a constant input has nothing to whiten, leave it out"
            )
        return inputs

    @property
    def exact(self) -> bool:
        return _rational(self.mean, self.scale)

    @property
    def symbols(self) -> set[sympy.Symbol]:
        return _symbols(self.mean, self.scale)

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        return scalars.quotient(X - scalars.array(self.mean), scalars.array(self.scale))

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        out = C.copy()
        out[0] = out[0] - scalars.array(self.mean)
        return scalars.quotient(out, scalars.array(self.scale))

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        rows = zip(xs, self.mean, self.scale, strict=True)
        return [(x - _to_sympy(m)) / _to_sympy(s) for x, m, s in rows]

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        return delta / F64.array(self.scale)

    def pull_back_series(
        self, delta: Array, C: Array, D: Array, indices: IndexSet, scalars: Scalars, *, where: str = ""
    ) -> Array:
        return scalars.quotient(delta, scalars.array(self.scale))

    def to_dict(self) -> dict[str, Any]:
        exact = [self.mean.dtype == object, self.scale.dtype == object]
        record = {"kind": self.kind, "mean": _encode(self.mean), "scale": _encode(self.scale)}
        return record | _declared(exact, self.symbols)
