"""What can be enclosed: a network or a law as a function whose values and Taylor coefficients exist in balls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import sympy

from symseries import activations, engine, expressions
from symseries.errors import OptionError, listing
from symseries.laws import Law
from symseries.layers import Activation, Affine, Dropout, Formula, Held, Layer, Pick, Transform, Whitening
from symseries.names import symbol
from symseries.network import Network
from symseries.scalars import ARB, Array, Scalars, object_array
from symseries.spaces import TaylorSpace

_RIGOROUS = "tanh, sigmoid, softplus, silu, gelu, erf, sin, cos, exp, gaussian, arctan, identity, polynomial"
_KINKED = (sympy.Abs, sympy.Max, sympy.Min, sympy.Piecewise, sympy.sign)


@dataclass(frozen=True)
class Source:
    """A function of named inputs: `values` (n,) at points (n, inputs) over a ring of balls, `series` (N,) over a Taylor space.

    Values in complex balls are undefined where analyticity is not certain. `degree` is that of a polynomial, else None;
    `seconds` estimates what the coefficients over a Taylor space take.
    """

    inputs: tuple[str, ...]
    values: Callable[[Array, Scalars], Array]
    series: Callable[[TaylorSpace, Scalars], Array]
    degree: int | None
    seconds: Callable[[TaylorSpace], float]


def source_of(function: object, constants: Mapping[str, object] | None) -> Source:
    """Return a network with one output, or a law with numbers for its constants, as a source.

    Raises `OptionError` for anything else, and for functions with kinks, on which no bound here is a proof.
    """
    if isinstance(function, Network):
        if constants is not None:
            raise OptionError("constants: a network has none; leave them out")
        return _network(function)
    if isinstance(function, Law):
        return _law(function, constants or {})
    raise OptionError(f"enclose: {type(function).__name__} received; expected a Network, or a Law with constants=…")


def _network(net: Network) -> Source:
    if len(net.outputs) > 1:
        raise OptionError(f"enclose: the network has outputs {listing(net.outputs)}; choose one, as in net.output(0)")
    if net.symbols:
        raise OptionError(f"enclose: the weights {listing(net.symbols, 4)} are symbols; expected numbers")
    for position, layer in enumerate(net.layers, 1):
        _check_layer(layer, f"layer {position} ({type(layer).__name__})")

    def series(space: TaylorSpace, ring: Scalars) -> Array:
        return net.expand(space, ring).elements[:, 0]

    def seconds(space: TaylorSpace) -> float:
        return net.cost(space, ARB(128)).seconds

    values, degree = partial(_network_values, net), _product(map(_layer_degree, net.layers))
    return Source(net.inputs, values, series, degree, seconds)


def _network_values(net: Network, X: Array, ring: Scalars) -> Array:
    """Return the values (n,); a row that is undefined behind a layer stays so, whatever the next layer makes of it."""
    out = ring.zeros(len(X))
    rows = np.arange(len(X))
    for layer in net.layers:
        X = layer.values(X, ring)
        defined = np.array([all(v.is_finite() for v in row) for row in X], dtype=bool)
        out[rows[~defined]] = _undefined(ring)
        rows, X = rows[defined], X[defined]
        if not len(X):
            return out
    out[rows] = X[:, 0]
    return out


def _undefined(ring: Scalars) -> Array:
    return object_array([ring.scalar(0) * float("nan")])


def _law(law: Law, constants: Mapping[str, object]) -> Source:
    numbers = law._numbers(constants)
    formula = law.formula.xreplace({symbol(name): value for name, value in numbers.items()})
    _check_formula(formula, f"law {law}")
    tape, names = expressions.record([formula]), law.used

    def values(X: Array, ring: Scalars) -> Array:
        found: object = expressions.values(tape, {name: X[:, i] for i, name in enumerate(names)}, ring)[0]
        return found if isinstance(found, np.ndarray) else object_array([found] * len(X))  # a law without variables

    def series(space: TaylorSpace, ring: Scalars) -> Array:
        return law.expand(space, ring).at(constants).elements[:, 0]

    def seconds(space: TaylorSpace) -> float:
        return 1e-6 * len(tape.steps) * engine.pairs_of(space.indices)

    return Source(names, values, series, _formula_degree(formula, names), seconds)


# -------------------------------------------------------------------------------------------------------- what is refused
def _check_layer(layer: Layer, where: str) -> None:
    match layer:
        case Formula():
            for formula in layer.formulas:
                _check_formula(formula, where)
        case Activation():
            _check_activation(layer, where)
        case Transform():
            for function in layer._activations.values():
                _check_activation(function, where)
        case Affine() | Whitening() | Dropout() | Held() | Pick():
            pass
        case _:
            raise OptionError(f"{where}: no rigorous bound; expected Affine, Whitening and activations such as {_RIGOROUS}")


def _check_activation(function: Activation, where: str) -> None:
    if activations.kinks(function.name, function.parameters) or function.name not in _KNOWN:
        raise OptionError(
            f"{where}: no rigorous bound for {function.name}, whose pieces or singularities are not those of one analytic "
            f"function; rigorous are {_RIGOROUS}; use one of those, or compare values at points, which proves nothing"
        )


def _check_formula(formula: sympy.Expr, where: str) -> None:
    if formula.has(*_KINKED):
        raise OptionError(f"{where}: no rigorous bound for functions of several pieces; expected an analytic one on the domain")
    for power in formula.atoms(sympy.Pow):
        base, exponent = power.as_base_exp()
        if exponent.free_symbols and not (base.is_positive and not base.free_symbols):
            raise OptionError(f"{where}: no rigorous bound for {power}; expected exponents that are numbers")


# ---------------------------------------------------------------------------------------------------- degrees of polynomials
def _product(degrees: Any) -> int | None:
    total = 1
    for degree in degrees:
        if degree is None:
            return None
        total *= degree
    return total


def _layer_degree(layer: Layer) -> int | None:
    if isinstance(layer, Activation):
        return _activation_degree(layer)
    if isinstance(layer, Transform):
        found = [1, *map(_activation_degree, layer._activations.values())]
        return None if None in found else max(degree for degree in found if degree is not None)
    if isinstance(layer, Formula):
        found = [_formula_degree(formula, layer.inputs) for formula in layer.formulas]
        return None if None in found else max(degree for degree in found if degree is not None)
    return 1


def _activation_degree(function: Activation) -> int | None:
    match function.name:
        case "identity":
            return 1
        case "square":
            return 2
        case "polynomial":
            return len(function.parameters["coefficients"]) - 1
        case "power":
            exponent = function.parameters["exponent"]
            return int(exponent) if exponent.is_integer and exponent >= 0 else None
    return None


def _formula_degree(formula: sympy.Expr, names: tuple[str, ...]) -> int | None:
    xs = [symbol(name) for name in names]
    if not formula.is_polynomial(*xs):
        return None
    return int(sympy.Poly(formula, *xs).total_degree()) if xs else 0


_KNOWN = frozenset({
    "identity", "tanh", "sigmoid", "log_sigmoid", "softplus", "silu", "gelu", "gelu_tanh", "mish", "sin", "cos", "exp",
    "gaussian", "arctan", "erf", "square", "polynomial", "log", "sqrt", "reciprocal", "power",
})  # fmt: skip
