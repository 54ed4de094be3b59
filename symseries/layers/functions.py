"""Layers of functions: activations, softmax, transforms of single inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from symseries import activations, engine
from symseries.errors import NetworkFormatError, NetworkShapeError, listing, suggestion
from symseries.jets import jet, power_jet
from symseries.layers.base import Layer, Width
from symseries.multiindex import IndexSet
from symseries.scalars import Array, Scalars


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


class Softmax(Layer):
    r"""Probabilities of classes, a function of all components at once: y_i = exp(z_i) / sum_j exp(z_j) (eq. 18).

    Its series is that of the quotient, every exponential expanded at its own constant term, so that the sum of the outputs is 1
    to every order; the paper's one-variable form (eq. 21) is not, because each output depends on every component.

    >>> Softmax().expression(sympy.symbols("a b"))
    [exp(a)/(exp(a) + exp(b)), exp(b)/(exp(a) + exp(b))]
    """

    kind = "softmax"

    def __repr__(self) -> str:
        return "Softmax()"

    @property
    def exact(self) -> bool:
        return False

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        # the largest component is taken out: exp would overflow, and the quotient does not change
        shifted = X - X.max(axis=1, keepdims=True)
        powers = scalars.elementary("exp", shifted, where)
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        shifted = C.copy()
        shifted[0] = C[0] - C[0].max()
        powers = engine.compose(indices, jet("exp", shifted[0], indices.top, scalars, where), shifted)
        total = powers.sum(axis=1, keepdims=True)
        inverse = engine.compose(indices, power_jet(total[0], Fraction(-1), indices.top, scalars, where), total)
        return engine.product(indices, powers, np.repeat(inverse, C.shape[1], axis=1))

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        total = sympy.Add(*(sympy.exp(x) for x in xs))
        return [sympy.exp(x) / total for x in xs]

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        weighted = delta * Y
        return np.asarray(weighted - Y * weighted.sum(axis=-1, keepdims=True))


class Transform(Layer):
    """Functions of single inputs, by name, as the first layer: Transform({"d": "log"}) feeds log(d) in place of d.

    The functions are those of `Activation`. Raises `UnsupportedLayerError` for one that is not known.

    >>> import symseries as ss
    >>> ss.Network([ss.Transform({"d": "log"}), ss.Affine([[2, 1]])], inputs=("c", "d")).expression()
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
