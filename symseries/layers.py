"""Layers: what a network is made of, each an evaluation, a power series, a SymPy expression and a line of JSON at once."""
# ruff: noqa: D102 - what the methods of all layers do is said once, in Layer

from __future__ import annotations

import itertools
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import numpy as np
import sympy
from flint import fmpq, fmpz

from symseries import activations, engine, expressions
from symseries.errors import NetworkFormatError, NetworkShapeError, NetworkValueError, OptionError, listing, suggestion
from symseries.multiindex import IndexSet
from symseries.names import check_names, plain, symbol
from symseries.scalars import F64, Array, Scalars, as_fraction, is_exact, object_array, stored, typed

Width = tuple[str, ...] | int  # the names of the inputs as long as they are known, then the number of columns


def count(width: Width) -> int:
    """Return the number of columns."""
    return width if isinstance(width, int) else len(width)


class Layer:
    """What every layer can do; `where` names it in errors, as "layer 2 (Affine)"."""

    kind: ClassVar[str]

    def check(self, inputs: Width, where: str) -> Width:
        """Return what the next layer receives, or raise what does not fit."""
        return inputs

    @property
    def symbols(self) -> set[sympy.Symbol]:
        """The symbols among the numbers of the layer."""
        return set()

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
    if isinstance(values, np.ndarray) and values.dtype in (np.float16, np.float32, np.float64):
        return values.astype(float)
    try:
        array = np.array(values, dtype=object)
    except ValueError as error:
        raise NetworkShapeError(f"{what}: rows of different length; expected a rectangular array") from error
    flat = array.reshape(-1)
    for item in flat:
        _check_number(item, what)
    if len(flat) and (is_exact(flat) or any(isinstance(v, sympy.Expr) and v.free_symbols for v in flat)):
        return object_array(_exact(v, what) for v in flat).reshape(array.shape)
    return np.array([float(v) for v in flat], dtype=float).reshape(array.shape)


def _check_number(item: object, what: str) -> None:
    if isinstance(item, (list, tuple, np.ndarray)):
        raise NetworkShapeError(f"{what}: rows of different length; expected a rectangular array")
    if isinstance(item, sympy.Expr):
        if item.has(sympy.I) or item is sympy.zoo:
            raise NetworkValueError(f"{what}: {item} is not real; expected real numbers")
        return
    real = isinstance(item, (numbers.Real, Decimal, fmpq, fmpz)) and not isinstance(item, (bool, np.bool_))
    if not real:
        raise NetworkFormatError(f"{what}: {str(item)[:40]!r} ({type(item).__name__}); expected numbers in a rectangular array")


def _exact(value: Any, what: str) -> sympy.Expr:
    """Return an exact number, or an expression in plain symbols."""
    if isinstance(value, sympy.Expr) and value.free_symbols:
        check_names(value.free_symbols, "symbol among the weights")
        return plain(value)
    return value if isinstance(value, sympy.NumberSymbol) else stored(value, what, NetworkValueError)


def _to_sympy(value: object) -> sympy.Expr:
    """Return a stored number for an expression: exact, or a float of 53 bits."""
    return value if isinstance(value, sympy.Expr) else sympy.Float(float(value), precision=53)  # type: ignore[arg-type]


def _check_finite(array: Array, what: str, where: str) -> None:
    if array.dtype == object:  # exact numbers are finite
        return
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        row = ", ".join(f"{axis} {i}" for axis, i in zip(("row", "column"), bad[0], strict=False))
        raise NetworkValueError(f"{where}: {what} at {row} is {array[tuple(bad[0])]}; expected finite numbers")


def _encode(array: Array) -> Any:
    return array.tolist() if array.dtype != object else np.vectorize(expressions.to_text, otypes=[object])(array).tolist()


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
        exact = [self.weights.dtype == object, self.bias.dtype == object]
        record = {"kind": self.kind, "weights": _encode(self.weights), "bias": _encode(self.bias)}
        return record | {"exact": exact} if any(exact) else record


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
        return activations.activation_jet(self.name, points, order, scalars, self.parameters, where=where)

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
            raise NetworkValueError(f"{where}: scale at row {row} is 0; a constant input has nothing to whiten, leave it out")
        return inputs

    @property
    def exact(self) -> bool:
        return _rational(self.mean, self.scale)

    @property
    def symbols(self) -> set[sympy.Symbol]:
        return _symbols(self.mean, self.scale)

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

    The functions are those of `Activation`. Raises `UnsupportedLayerError` for one that is not known.

    >>> import symseries as ss
    >>> ss.Network([Transform({"d": "log"}), Affine([[2, 1]])], inputs=("c", "d")).expression()
    2*c + log(d)
    """

    kind = "transform"

    def __init__(self, functions: Mapping[str, str]) -> None:
        if not isinstance(functions, Mapping):
            raise NetworkFormatError(
                f"Transform: {functions!r}; expected a mapping of inputs to functions, such as {{'d': 'log'}}"
            )
        self.functions = {name: activations.canonical(function) for name, function in functions.items()}
        self._columns: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Transform({self.functions})"

    def check(self, inputs: Width, where: str) -> Width:
        if isinstance(inputs, int):
            raise NetworkShapeError(f"{where}: a Transform names inputs of the network; put it first, before every other layer")
        for name in self.functions:
            if name not in inputs:
                raise NetworkShapeError(f"{where}: no input {name!r}{suggestion(name, inputs)}; inputs: {listing(inputs)}")
        self._columns = inputs
        return inputs

    @property
    def exact(self) -> bool:
        return all(function == "identity" for function in self.functions.values())

    def _each(self, columns: Iterable[Any], apply: Any) -> list[Any]:
        """Apply apply(function, column, place) where an input has a function, and leave the others."""
        named = zip(self._columns, columns, strict=True)
        return [apply(self.functions[n], c, f"input {n}") if n in self.functions else c for n, c in named]

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        columns = self._each(X.T, lambda f, x, place: activations.value(f, x, scalars, {}, place))
        return np.stack(columns, axis=1)

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        def apply(function: str, column: Array, place: str) -> Array:
            jet = activations.activation_jet(function, column[:1], indices.top, scalars, {}, where=f"{function} of {place}")
            return engine.compose(indices, jet, column[:, None])[:, 0]

        return np.stack(self._each(C.T, apply), axis=1)

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        return self._each(xs, lambda f, x, place: activations.expression(f, x, {}))

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "functions": self.functions}


@dataclass(frozen=True)
class Dropout(Layer):
    """Dropout at inference, which does nothing; `rate` in [0, 1) is kept for the record.

    Raises `OptionError` for another rate.

    >>> Dropout(0.2).expression([sympy.Symbol("x")])
    [x]
    """

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

    def check(self, inputs: Width, where: str) -> Width:
        free = tuple(name for name in self.inputs if name not in self.held)
        unknown = [name for name in self.held if name not in self.inputs]
        if inputs != free or unknown:
            held = f"holds {listing(self.held)} of {listing(self.inputs)}"
            raise NetworkShapeError(f"{where}: {held} and receives {inputs}; expected it first, to receive {listing(free)}")
        return self.inputs

    def _merge(self, columns: Iterable[Any], make: Any) -> list[Any]:
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
        self.inputs = tuple(inputs)
        self.formulas = tuple(e.xreplace({f: stored(f) for f in e.atoms(sympy.Float) if f._prec != 53}) for e in formulas)
        self._tape = expressions.record(self.formulas)

    def check(self, inputs: Width, where: str) -> Width:
        if inputs != self.inputs:
            raise NetworkShapeError(
                f"{where}: a formula in {listing(self.inputs)} receives {inputs}; expected it first, with its inputs"
            )
        return len(self.formulas)

    @property
    def exact(self) -> bool:
        return all(self._is_rational(step) for step in self._tape.steps)

    @staticmethod
    def _is_rational(step: expressions.Step) -> bool:
        """Whether a step keeps rational numbers rational; a float does, and is no exact number all the same."""
        if step.kind == "power":
            return step.value is not None and step.value.denominator == 1
        return step.kind in ("symbol", "add", "mul") or step.value == "abs" or step.expression.is_Rational

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
        floats = sorted(set().union(*(e.atoms(sympy.Float) for e in self.formulas)))
        free = (name for name in map("f{}".format, itertools.count(1)) if name not in self.inputs)
        names = {number: symbol(name) for number, name in zip(floats, free, strict=False)}
        record = {"kind": self.kind, "inputs": list(self.inputs)}
        record["formulas"] = [expressions.to_text(e.xreplace(names)) for e in self.formulas]
        return record | {"numbers": {name.name: float(number) for number, name in names.items()}} if names else record


class Pick(Layer):
    """The last layer of a network reduced to one of its outputs."""

    kind = "pick"

    def __init__(self, position: int) -> None:
        self.position = position

    def check(self, inputs: Width, where: str) -> Width:
        if not 0 <= self.position < count(inputs):
            raise NetworkShapeError(f"{where}: output {self.position} of {count(inputs)}; expected a number from 0 on")
        return 1

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        return X[:, self.position : self.position + 1]

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        return C[:, self.position : self.position + 1]

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        return [xs[self.position]]

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        out = np.zeros((*delta.shape[:-1], X.shape[1]))
        out[..., self.position] = delta[..., 0]
        return out

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "position": self.position}
