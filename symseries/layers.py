"""Layers: what a network is made of, each an evaluation, a power series, a SymPy expression and a line of JSON at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import sympy

from symseries import activations, engine, expressions
from symseries.errors import NetworkFormatError, NetworkShapeError, NetworkValueError, OptionError, listing, suggestion
from symseries.multiindex import IndexSet
from symseries.names import symbol
from symseries.scalars import F64, Array, Scalars, as_fraction, is_exact, object_array, stored, typed


class Layer:
    """What every layer can do; `where` names it in errors, as "layer 2 (Affine)"."""

    kind: ClassVar[str]

    def check(self, inputs: tuple[str, ...] | int, where: str) -> int:
        """Return the number of outputs for these inputs, or raise what does not fit."""
        return inputs if isinstance(inputs, int) else len(inputs)

    @property
    def exact(self) -> bool:
        """Whether every number of the layer is rational, so that exact inputs give exact outputs."""
        return True

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        """Return the outputs (n, m) at inputs (n, k) over a ring."""
        return X

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        """Return the outputs as series (N, m) for inputs as series (N, k)."""
        return C

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        """Return the outputs as SymPy expressions of the inputs."""
        return list(xs)

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        """Return the derivative in the inputs (…, n, k) from that in the outputs (…, n, m)."""
        return delta

    def to_dict(self) -> dict[str, Any]:
        """Return the layer as JSON knows it."""
        return {"kind": self.kind}


def _numbers(values: object, what: str) -> Array:
    """Return an array as it was stored: SymPy numbers and symbols where all are exact, else float64."""
    try:
        array = np.array(values, dtype=object)
        flat = array.reshape(-1)
    except ValueError as error:
        raise NetworkShapeError(f"{what}: rows of different length; expected a rectangular array") from error
    for item in flat:
        if isinstance(item, (str, bool, np.bool_, complex, list, tuple)) or item is None:
            shown = "rows of different length" if isinstance(item, (list, tuple)) else f"{item!r} ({type(item).__name__})"
            raise NetworkFormatError(f"{what}: {shown}; expected numbers in a rectangular array")
    if len(flat) and (is_exact(flat) or any(isinstance(v, sympy.Basic) and v.free_symbols for v in flat)):
        return object_array(v if isinstance(v, sympy.Expr) else stored(v, what) for v in flat).reshape(array.shape)
    return np.array([float(v) for v in flat], dtype=float).reshape(array.shape)


def _to_sympy(value: object) -> sympy.Expr:
    """Return a stored number for an expression: exact, or a float of 53 bits."""
    return value if isinstance(value, sympy.Expr) else sympy.Float(float(value), precision=53)  # type: ignore[arg-type]


def _check_finite(array: Array, what: str, where: str) -> None:
    if array.dtype == object:
        return
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        row = ", ".join(f"{axis} {i}" for axis, i in zip(("row", "column"), bad[0], strict=False))
        raise NetworkValueError(f"{where}: {what} at {row} is {array[tuple(bad[0])]}; expected finite numbers")


def _encode(array: Array) -> Any:
    return array.tolist() if array.dtype != object else np.vectorize(str, otypes=[object])(array).tolist()


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
        bias = np.zeros(len(weights), dtype=int) if self.bias is None and weights.ndim else self.bias
        object.__setattr__(self, "bias", _numbers(bias, "Affine bias"))

    def check(self, inputs: tuple[str, ...] | int, where: str) -> int:
        width = super().check(inputs, where)
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
        return self.weights.dtype == object and self.bias.dtype == object and not self.symbols

    @property
    def symbols(self) -> set[sympy.Symbol]:
        """The symbols among the weights."""
        numbers = [v for array in (self.weights, self.bias) if array.dtype == object for v in array.flat]
        return set().union(*(v.free_symbols for v in numbers))

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        return scalars.matmul(X, scalars.array(self.weights).T) + scalars.array(self.bias)

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        out = scalars.matmul(C, scalars.array(self.weights).T)
        out[0] = out[0] + scalars.array(self.bias)
        return out

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        rows = zip(self.weights, self.bias, strict=True)
        return [sympy.Add(*(_to_sympy(w) * x for w, x in zip(row, xs, strict=True)), _to_sympy(b)) for row, b in rows]

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        return delta @ F64.array(self.weights)

    def to_dict(self) -> dict[str, Any]:
        exact = self.weights.dtype == object or self.bias.dtype == object
        record = {"kind": self.kind, "weights": _encode(self.weights), "bias": _encode(self.bias)}
        return record | {"exact": [self.weights.dtype == object, self.bias.dtype == object]} if exact else record


class Activation(Layer):
    """A function applied to every component: "tanh", "sigmoid", "softplus" (alpha=1), "relu", "identity", "exp", "log".

    Raises `UnsupportedLayerError` for another name, with the nearest known one.

    >>> Activation("softplus", alpha=2).expression([sympy.Symbol("x")])
    [log(exp(2*x) + 1)/2]
    """

    kind = "activation"

    def __init__(self, name: str, **parameters: object) -> None:
        self.name = activations.canonical(name)
        self.parameters = activations.checked_parameters(self.name, parameters)

    def __repr__(self) -> str:
        shown = "".join(f", {k}={v}" for k, v in self.parameters.items() if v != 1)
        return f"Activation({self.name!r}{shown})"

    @property
    def exact(self) -> bool:
        return self.name in ("identity", "relu")

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        return activations.value(self.name, X, scalars, self.parameters, where)

    def jet(self, points: Array, order: int, scalars: Scalars, where: str) -> Array:
        """Return the jet (order + 1, n) of the activation at points (n,)."""
        return activations.activation_jet(self.name, points, order, scalars, self.parameters, where)

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        return engine.compose(indices, self.jet(C[0], indices.top, scalars, where), C)

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        return [activations.expression(self.name, x, self.parameters) for x in xs]

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        return delta * activations.slope(self.name, X, Y, self.parameters)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "parameters": {k: str(v) for k, v in self.parameters.items()}}


@dataclass(frozen=True, eq=False)
class Whitening(Layer):
    """Standardisation y = (x - mean)/scale at any point of a network (eq. 37): `mean` and `scale` (k,), scale not zero."""

    mean: Any
    scale: Any
    kind = "whitening"

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", _numbers(self.mean, "Whitening mean"))
        object.__setattr__(self, "scale", _numbers(self.scale, "Whitening scale"))

    def check(self, inputs: tuple[str, ...] | int, where: str) -> int:
        width = super().check(inputs, where)
        for what, array in (("mean", self.mean), ("scale", self.scale)):
            if array.shape != (width,):
                raise NetworkShapeError(f"{where}: {what} of shape {array.shape}; expected ({width},), one for each input")
            _check_finite(array, what, where)
        if (self.scale == 0).any():
            row = int(np.flatnonzero(self.scale == 0)[0])
            raise NetworkValueError(f"{where}: scale at row {row} is 0; a constant input has nothing to whiten, leave it out")
        return width

    @property
    def exact(self) -> bool:
        return self.mean.dtype == object and self.scale.dtype == object

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        return (X - scalars.array(self.mean)) / scalars.array(self.scale)

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        out = C.copy()
        out[0] = out[0] - scalars.array(self.mean)
        return np.asarray(out / scalars.array(self.scale))

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        rows = zip(xs, self.mean, self.scale, strict=True)
        return [(x - _to_sympy(m)) / _to_sympy(s) for x, m, s in rows]

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        return delta / F64.array(self.scale)

    def to_dict(self) -> dict[str, Any]:
        exact = [self.mean.dtype == object, self.scale.dtype == object]
        record = {"kind": self.kind, "mean": _encode(self.mean), "scale": _encode(self.scale)}
        return record | {"exact": exact} if any(exact) else record


class Transform(Layer):
    """Functions of single inputs, by name, as the first layer: Transform({"d": "log"}) feeds log(d) in place of d.

    Raises `UnsupportedLayerError` for a function that is not known.
    """

    kind = "transform"

    def __init__(self, functions: Mapping[str, str]) -> None:
        self.functions = {name: activations.canonical(function) for name, function in dict(functions).items()}
        self._columns: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Transform({self.functions})"

    def check(self, inputs: tuple[str, ...] | int, where: str) -> int:
        if isinstance(inputs, int):
            raise NetworkShapeError(f"{where}: a Transform names inputs of the network; put it first, before every other layer")
        for name in self.functions:
            if name not in inputs:
                raise NetworkShapeError(f"{where}: no input {name!r}{suggestion(name, inputs)}; inputs: {listing(inputs)}")
        self._columns = inputs
        return len(inputs)

    @property
    def exact(self) -> bool:
        return all(function == "identity" for function in self.functions.values())

    def _each(self, columns: Sequence[Any], apply: Any) -> list[Any]:
        """Apply apply(function, column, place) where an input has a function, and leave the others."""
        named = zip(self._columns, columns, strict=True)
        return [apply(self.functions[n], c, f"input {n}") if n in self.functions else c for n, c in named]

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        columns = self._each(X.T, lambda f, x, place: activations.value(f, x, scalars, {}, place))
        return np.stack(columns, axis=1)

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        def apply(function: str, column: Array, place: str) -> Array:
            jet = activations.activation_jet(function, column[:1], indices.top, scalars, {}, f"{function} of {place}")
            return engine.compose(indices, jet, column[:, None])[:, 0]

        return np.stack(self._each(C.T, apply), axis=1)

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        return self._each(xs, lambda f, x, place: activations.expression(f, x, {}))

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "functions": self.functions}


@dataclass(frozen=True)
class Dropout(Layer):
    """Dropout at inference, which does nothing; `rate` in [0, 1) is kept for the record."""

    rate: float
    kind = "dropout"

    def __post_init__(self) -> None:
        rate = as_fraction(self.rate)
        if rate is None or not 0 <= rate < 1:
            raise OptionError(f"Dropout: rate={self.rate!r}; expected a number in [0, 1)")

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "rate": float(self.rate)}


class Held(Layer):
    """The first layer of a slice: some inputs are held at values, the others pass on."""

    kind = "held"

    def __init__(self, inputs: Sequence[str], values: Mapping[str, object]) -> None:
        self.inputs = tuple(inputs)
        self.held = {name: typed(value, f"held value of {name}") for name, value in values.items()}

    def check(self, inputs: tuple[str, ...] | int, where: str) -> int:
        return len(self.inputs)

    def _merge(self, columns: Sequence[Any], make: Any) -> list[Any]:
        free = iter(columns)
        return [make(self.held[name]) if name in self.held else next(free) for name in self.inputs]

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        return np.stack(self._merge(X.T, lambda v: np.full(len(X), scalars.scalar(v), dtype=scalars.dtype)), axis=1)

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        def constant(value: object) -> Array:
            column = scalars.zeros(len(C))
            column[0] = scalars.element(value)
            return column

        return np.stack(self._merge(C.T, constant), axis=1)

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        return self._merge(xs, lambda v: v)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "inputs": list(self.inputs), "held": {k: str(v) for k, v in self.held.items()}}


class Formula(Layer):
    """A network written as SymPy expressions of its inputs, expanded as a law is; its floats are stored numbers."""

    kind = "formula"

    def __init__(self, formulas: Sequence[sympy.Expr], inputs: Sequence[str]) -> None:
        self.inputs, self.formulas = tuple(inputs), tuple(formulas)
        self._tape = expressions.record(self.formulas)

    def check(self, inputs: tuple[str, ...] | int, where: str) -> int:
        return len(self.formulas)

    @property
    def exact(self) -> bool:
        return all(e.is_polynomial() and not e.has(sympy.Float) for e in self.formulas)

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        out = scalars.zeros(len(X), len(self.formulas))
        for j, column in enumerate(expressions.values(self._tape, dict(zip(self.inputs, X.T, strict=True)), scalars)):
            out[:, j] = column
        return out

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        environment = expressions.coordinates_environment(self.inputs, C)
        return np.hstack(expressions.series(self._tape, environment, indices, scalars, f" in {where}"))

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        replaced = {symbol(name): x for name, x in zip(self.inputs, xs, strict=True)}
        return [e.xreplace(replaced) for e in self.formulas]

    def to_dict(self) -> dict[str, Any]:
        exact = [e.xreplace({f: stored(float(f)) for f in e.atoms(sympy.Float)}) for e in self.formulas]  # no digit is lost
        return {"kind": self.kind, "inputs": list(self.inputs), "formulas": [sympy.sstr(e) for e in exact]}
