"""Layers of functions: activations, softmax and its logarithm, transforms of single inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from symseries import activations, engine
from symseries.errors import NetworkFormatError, NetworkShapeError, listing, suggestion
from symseries.jets import jet, power_jet, rounded_jet
from symseries.layers.base import Layer, Width
from symseries.multiindex import IndexSet
from symseries.parsing import to_text
from symseries.scalars import F64, QQ, Array, Scalars, boxed

_STABLE = ("tanh", "sigmoid")  # recurrences that round as much as their points are rounded


class Activation(Layer):
    """A function applied to every component, by name, with its parameters: "tanh", "gelu", "softplus" (alpha=1) and so on.

    Names are those of PyTorch, Keras and scikit-learn, and those of `register_activation`. Raises `UnsupportedLayerError` for
    another name, with the nearest known one, and `OptionError` for parameters that it does not have.

    >>> Activation("softplus", alpha=2).expression([sympy.Symbol("x")])
    [log(exp(2*x) + 1)/2]
    """

    kind = "activation"

    def __init__(self, name: str, **parameters: object) -> None:
        self.name = activations.canonical(name)
        self.parameters = activations.checked_parameters(self.name, parameters)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Activation:
        """Return the layer that `to_dict` wrote, its formula registered where it brings one."""
        return cls(activations.restore(record), **record.get("parameters", {}))

    def __repr__(self) -> str:
        shown = "".join(f", {k}={v}" for k, v in self.parameters.items() if v != 1)
        return f"Activation({self.name!r}{shown})"

    def __getstate__(self) -> dict[str, Any]:
        # the process that reads a pickle may not know a registered activation
        return {**self.__dict__, **activations.definition(self.name)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.name, self.parameters = activations.restore(state), state["parameters"]

    @property
    def exact(self) -> bool:
        return activations.is_rational(self.name, self.parameters)

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        return activations.value(self.name, X, scalars, self.parameters, where)

    def jet(self, points: Array, order: int, scalars: Scalars, where: str) -> Array:
        """Return the jet (order + 1, n) of the activation at points (n,)."""
        if scalars is F64 and self.name in _STABLE:
            return rounded_jet(self.name, points, order)
        return activations.activation_jet(self.name, points, order, scalars, self.parameters, where=where)

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        return engine.compose(indices, self.jet(C[0], indices.top, scalars, where), C)

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        return [activations.expression(self.name, x, self.parameters) for x in xs]

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        return delta * activations.slope(self.name, X, Y, self.parameters)

    def pull_back_series(
        self, delta: Array, C: Array, D: Array, indices: IndexSet, scalars: Scalars, *, where: str = ""
    ) -> Array:
        slopes = engine.derivative_jet(self.jet(C[0], indices.top + 1, scalars, where))
        return engine.product(indices, delta, engine.compose(indices, slopes, C))

    def to_dict(self) -> dict[str, Any]:
        record = {"kind": self.kind, "name": self.name, "parameters": _written(self.parameters)}
        own = {key: part for key, part in activations.definition(self.name).items() if part is not None}
        return {**record, **own, **({"expression": to_text(own["expression"])} if own else {})}


def _written(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as JSON knows them, numbers as text."""
    return {k: [str(c) for c in v] if isinstance(v, tuple) else str(v) for k, v in parameters.items()}


# --------------------------------------------------------------------------------------- functions of all components
def _shift(row: Array, scalars: Scalars) -> Any:
    """Return a number near the largest component: taken out of all, the exponentials do not overflow and softmax stays.

    Any number will do, so that balls need not decide which component is the largest; symbols lose their first.
    """
    if scalars.dtype is not object:
        return row.real.max()
    if scalars.balls:
        return max(v.mid() for v in row)
    return boxed(max(row) if scalars is QQ else row[0])


def _values(function: Callable[[Array], Array], X: Array, scalars: Scalars) -> Array:
    """Return function(row - shift) for each row; at once in floats, where no error names a neuron."""
    if not len(X):
        return X
    if scalars.dtype is not object:
        return function(X - X.real.max(axis=-1, keepdims=True))
    return np.concatenate([function((row - _shift(row, scalars))[None, :]) for row in X])


def _shifted_exponentials(C: Array, indices: IndexSet, scalars: Scalars, where: str) -> tuple[Array, Array, Array]:
    """Return the series of z_i - shift, of their exponentials and of the sum of those."""
    shifted = C.copy()
    shifted[0] = C[0] - _shift(C[0], scalars)
    powers = engine.compose(indices, jet("exp", shifted[0], indices.top, scalars, where), shifted)
    return shifted, powers, powers.sum(axis=1, keepdims=True)


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
        def quotients(shifted: Array) -> Array:
            powers = scalars.elementary("exp", shifted, where)
            return scalars.quotient(powers, powers.sum(axis=-1, keepdims=True))

        return _values(quotients, X, scalars)

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        _, powers, total = _shifted_exponentials(C, indices, scalars, where)
        inverse = engine.compose(indices, power_jet(total[0], Fraction(-1), indices.top, scalars, where), total)
        return engine.product(indices, powers, np.repeat(inverse, C.shape[1], axis=1))

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        total = sympy.Add(*(sympy.exp(x) for x in xs))
        return [sympy.exp(x) / total for x in xs]

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        weighted = delta * Y
        return np.asarray(weighted - Y * weighted.sum(axis=-1, keepdims=True))

    def pull_back_series(
        self, delta: Array, C: Array, D: Array, indices: IndexSet, scalars: Scalars, *, where: str = ""
    ) -> Array:
        weighted = engine.product(indices, delta, D)
        total = np.repeat(weighted.sum(axis=1, keepdims=True), C.shape[1], axis=1)
        return np.asarray(weighted - engine.product(indices, D, total))


class LogSoftmax(Layer):
    r"""Logarithms of the probabilities of classes: y_i = z_i - ln sum_j exp(z_j), without leaving the range of numbers.

    Its series is exact to every order, as that of `Softmax`.

    >>> LogSoftmax().expression(sympy.symbols("a b"))
    [a - log(exp(a) + exp(b)), b - log(exp(a) + exp(b))]
    """

    kind = "log_softmax"

    def __repr__(self) -> str:
        return "LogSoftmax()"

    @property
    def exact(self) -> bool:
        return False

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        def logarithms(shifted: Array) -> Array:
            total = scalars.elementary("exp", shifted, where).sum(axis=-1, keepdims=True)
            return np.asarray(shifted - scalars.elementary("log", total, where))

        return _values(logarithms, X, scalars)

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        shifted, _, total = _shifted_exponentials(C, indices, scalars, where)
        return np.asarray(shifted - engine.compose(indices, jet("log", total[0], indices.top, scalars, where), total))

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        total = sympy.log(sympy.Add(*(sympy.exp(x) for x in xs)))
        return [x - total for x in xs]

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        return np.asarray(delta - np.exp(Y) * delta.sum(axis=-1, keepdims=True))

    def pull_back_series(
        self, delta: Array, C: Array, D: Array, indices: IndexSet, scalars: Scalars, *, where: str = ""
    ) -> Array:
        probabilities = engine.compose(indices, jet("exp", D[0], indices.top, scalars, where), D)
        total = np.repeat(delta.sum(axis=1, keepdims=True), C.shape[1], axis=1)
        return np.asarray(delta - engine.product(indices, probabilities, total))


class Transform(Layer):
    """Functions of single inputs, by name, as the first layer: Transform({"d": "log"}) feeds log(d) in place of d.

    The functions are those of `Activation`; one with parameters is a pair, as ("power", {"exponent": "1/2"}). Raises
    `UnsupportedLayerError` for one that is not known.

    >>> import symseries as ss
    >>> layers = [ss.Transform({"d": "log", "c": ("power", {"exponent": "2/3"})}), ss.Affine([[2, 1]])]
    >>> ss.Network(layers, inputs=("c", "d")).expression()
    2*c**(2/3) + log(d)
    """

    kind = "transform"

    def __init__(self, functions: Mapping[str, Any]) -> None:
        if not isinstance(functions, Mapping):
            raise NetworkFormatError(
                f"Transform: {functions!r}; expected a mapping of inputs to functions, such as {{'d': 'log'}}"
            )
        self._activations = {name: _named(name, function) for name, function in functions.items()}
        self.functions = {name: function.name for name, function in self._activations.items()}
        self._columns: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Transform({self._shown()})"

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
        return all(function.exact for function in self._activations.values())

    def _each(self, columns: Iterable[Any], apply: Any) -> list[Any]:
        """Apply apply(function, column, place) where an input has a function, and leave the others."""
        named = zip(self._columns, columns, strict=True)
        return [apply(self._activations[n], c, f"input {n}") if n in self.functions else c for n, c in named]

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        return np.stack(self._each(X.T, lambda f, x, place: f.values(x, scalars, place)), axis=1)

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        def apply(function: Activation, column: Array, place: str) -> Array:
            return function.series(column[:, None], indices, scalars, f"{function.name} of {place}")[:, 0]

        return np.stack(self._each(C.T, apply), axis=1)

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        return self._each(xs, lambda f, x, place: f.expression([x])[0])

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        ones = np.ones(len(X))
        columns = zip(X.T, Y.T, strict=True)
        slopes = self._each(columns, lambda f, xy, place: f.pull_back(ones, *xy))
        return np.asarray(delta * np.stack([ones if isinstance(column, tuple) else column for column in slopes], axis=1))

    def pull_back_series(
        self, delta: Array, C: Array, D: Array, indices: IndexSet, scalars: Scalars, *, where: str = ""
    ) -> Array:
        def apply(function: Activation, place: tuple[Array, Array, Array], words: str) -> Array:
            part, inner, outer = (column[:, None] for column in place)
            words = f"{function.name} of {words}"
            return function.pull_back_series(part, inner, outer, indices, scalars, where=words)[:, 0]

        columns = self._each(zip(delta.T, C.T, D.T, strict=True), apply)
        return np.stack([column[0] if isinstance(column, tuple) else column for column in columns], axis=1)

    def _shown(self) -> dict[str, Any]:
        named = self._activations.items()
        return {n: [f.name, _written(f.parameters)] if f.parameters else f.name for n, f in named}

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "functions": self._shown()}


def _named(name: str, function: Any) -> Activation:
    """Return the function of an input: a name, or a name with its parameters."""
    if not isinstance(function, (tuple, list)):
        return Activation(function)
    if len(function) == 2 and isinstance(function[1], Mapping):
        return Activation(function[0], **function[1])
    raise NetworkFormatError(
        f"Transform, input {name!r}: {str(function)[:60]}; expected a name, or one with parameters as "
        "('power', {'exponent': '1/2'})"
    )
