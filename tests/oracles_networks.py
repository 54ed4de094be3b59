"""Slow references for networks and laws: SymPy's derivatives, mpmath's differences, plain loops."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import mpmath
import numpy as np
import sympy

from symseries import Activation, Affine, Network

MPMATH = {
    "identity": lambda z: z,
    "tanh": mpmath.tanh,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "relu": lambda z: max(z, mpmath.mpf(0)),
    "exp": mpmath.exp,
    "log": mpmath.log,
}


def random_network(
    rng: np.random.Generator, widths: Sequence[int], activation: str, inputs: Sequence[str] = ("x", "y"), **parameters: object
) -> Network:
    """Return a float network with an activation between its affine layers."""
    layers: list[object] = []
    for before, after in itertools.pairwise(widths):
        layers += [Affine(rng.normal(size=(after, before)), rng.normal(size=after)), Activation(activation, **parameters)]
    outputs = [f"out{i}" for i in range(widths[-1])] if widths[-1] > 1 else "out"
    return Network(layers[:-1], inputs, outputs)


def mpmath_network(net: Network, output: int = 0) -> Callable[..., mpmath.mpf]:
    """Return the network as a function of mpmath numbers, neuron by neuron."""

    def function(*point: mpmath.mpf) -> mpmath.mpf:
        column = list(point)
        for layer in net.layers:
            if isinstance(layer, Affine):
                rows = zip(layer.weights.tolist(), layer.bias.tolist(), strict=True)
                column = [
                    mpmath.fsum([mpmath.mpf(w) * v for w, v in zip(row, column, strict=True)]) + mpmath.mpf(b)
                    for row, b in rows
                ]
            else:
                assert isinstance(layer, Activation)
                alpha = mpmath.mpf(int(layer.parameters.get("alpha", 1)))
                column = [MPMATH[layer.name](alpha * v) / alpha for v in column]
        return column[output]

    return function


def mpmath_coefficients(
    function: Callable[..., mpmath.mpf], center: Sequence[float], indices: Sequence[Sequence[int]]
) -> list[float]:
    """Return d^n f/n! by mpmath's numerical differentiation at 30 digits."""
    with mpmath.workdps(30):
        point = tuple(mpmath.mpf(v) for v in center)
        values = [mpmath.diff(function, point, tuple(n)) if sum(n) else function(*point) for n in indices]
        return [float(v / math.prod(math.factorial(k) for k in n)) for v, n in zip(values, indices, strict=True)]


def sympy_coefficients(expression: sympy.Expr, center: dict[str, object], indices: Sequence[Sequence[int]]) -> list[sympy.Expr]:
    """Return d^n f/n! by SymPy's differentiation, derivatives of lower order reused."""
    names = [sympy.Symbol(name) for name in center]
    place = {name: sympy.Rational(str(value)) for name, value in zip(names, center.values(), strict=True)}
    known: dict[tuple[int, ...], sympy.Expr] = {(0,) * len(names): expression}
    out = []
    for index in map(tuple, indices):
        if index not in known:
            axis = next(i for i, k in enumerate(index) if k)
            lower = tuple(k - (i == axis) for i, k in enumerate(index))
            known[index] = sympy.diff(known[lower], names[axis])
        out.append(known[index].subs(place) / math.prod(math.factorial(k) for k in index))
    return out


COMPLEX = {
    "identity": lambda z: z,
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "exp": np.exp,
}


def complex_values(net: Network, numbers: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Return the outputs (n, outputs) for other weights, which may be complex."""
    start = 0
    for layer in net.layers:
        if isinstance(layer, Affine):
            middle = start + layer.weights.size
            stop = middle + layer.bias.size
            X = X @ numbers[start:middle].reshape(layer.weights.shape).T + numbers[middle:stop]
            start = stop
        else:
            alpha = float(layer.parameters.get("alpha", 1))
            X = COMPLEX[layer.name](alpha * X) / alpha
    return X


def complex_steps(function: Callable[[np.ndarray], np.ndarray], point: np.ndarray) -> np.ndarray:
    """Return the derivatives (…, P) of an analytic function of P numbers: Im f(x + ih)/h, without cancellation."""
    steps = point + 1e-30j * np.eye(len(point))
    return np.stack([function(step).imag / 1e-30 for step in steps], axis=-1)


def numbers_of(net: Network) -> np.ndarray:
    """Return all weights in order: rows of W, then b, layer by layer."""
    return np.concatenate(
        [part.ravel() for layer in net.layers if isinstance(layer, Affine) for part in (layer.weights, layer.bias)]
    )
