"""The table of activations, and the ways to use a row: values, slopes, jets, SymPy forms, kinks, singularities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import sympy

from symseries.activations.pieces import PIECES
from symseries.activations.row import Parameter, Row, Singularities
from symseries.activations.smooth import SMOOTH
from symseries.errors import OptionError, UnsupportedLayerError, listing, suggestion
from symseries.jets import in_extended
from symseries.scalars import F64, Array, Scalars, typed

ACTIVATIONS: dict[str, Row] = {**SMOOTH, **PIECES}

ALIASES = {
    "linear": "identity", "logistic": "sigmoid", "logsigmoid": "log_sigmoid", "swish": "silu", "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh", "atan": "arctan", "exponential": "exp", "leakyrelu": "leaky_relu",
    "hardtanh": "hard_tanh", "hardsigmoid": "hard_sigmoid", "hardswish": "hard_swish", "hard_silu": "hard_swish",
}  # fmt: skip


def canonical(name: object) -> str:
    """Return the name of an activation as the table has it; `UnsupportedLayerError` for one that it has not.

    >>> canonical("logistic")
    'sigmoid'
    """
    known = ALIASES.get(name, name) if isinstance(name, str) else None
    if known in ACTIVATIONS:
        return str(known)
    near = suggestion(name, (*ACTIVATIONS, *ALIASES)) if isinstance(name, str) else ""
    raise UnsupportedLayerError(f"activation {name!r} is not known{near}; expected {listing((*ACTIVATIONS, *ALIASES))}")


def checked_parameters(name: str, parameters: Mapping[str, object]) -> dict[str, Any]:
    """Return the parameters of an activation, defaults filled in, as the exact numbers that were typed.

    Raises `OptionError` for one that is not known, is missing, is no number or lies out of range.

    >>> checked_parameters("leaky_relu", {"slope": 0.2})
    {'slope': 1/5}
    """
    row = ACTIVATIONS[name]
    for parameter in parameters:
        if parameter not in row.parameters:
            near = suggestion(parameter, row.parameters)
            raise OptionError(
                f"{name}: parameter {parameter!r} is not known{near}; expected {listing(row.parameters) or 'none'}"
            )
    exact = {key: _checked(name, key, rule, parameters.get(key, rule.default)) for key, rule in row.parameters.items()}
    if fault := row.fault(exact):
        raise OptionError(f"{name}: {fault}")
    return exact


def _checked(name: str, key: str, rule: Parameter, value: object) -> Any:
    if value is None:
        example = "(0, 1, 0.5)" if rule.several else "0.5"
        raise OptionError(f"{name}: {key} is missing; expected it, as in Activation({name!r}, {key}={example})")
    if rule.several:
        if isinstance(value, (str, bytes)) or not isinstance(value, Iterable) or not (numbers := tuple(value)):
            raise OptionError(f"{name}: {key}={str(value)[:40]!r}; expected one or more numbers, such as (0, 1, 0.5)")
        return tuple(typed(number, f"{name}, {key}[{i}]") for i, number in enumerate(numbers))
    number = typed(value, f"{name}, parameter {key}")
    if rule.positive and number <= 0:
        raise OptionError(f"{name}: {key}={number}; expected a positive number")
    return number


def _complete(name: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters, defaults filled in where they are missing."""
    return parameters if len(parameters) == len(ACTIVATIONS[name].parameters) else checked_parameters(name, parameters)


def _floats(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    parameters = _complete(name, parameters)
    return {k: tuple(map(float, v)) if isinstance(v, tuple) else float(v) for k, v in parameters.items()}


def value(name: str, z: Array, scalars: Scalars, parameters: Mapping[str, Any], where: str = "") -> Array:
    """Return the activation at an array of any shape, over any ring."""
    if scalars is F64:
        with np.errstate(all="ignore"):
            return np.asarray(ACTIVATIONS[name].value(z, _floats(name, parameters)))
    # an exact ring names the neuron that has no value, so its points go row by row
    rows = z.reshape(-1, z.shape[-1]) if scalars.exact and z.size else z.reshape(1, -1)
    return np.stack([activation_jet(name, row, 0, scalars, parameters, where=where)[0] for row in rows]).reshape(z.shape)


def slope(name: str, z: Array, y: Array, parameters: Mapping[str, Any]) -> Array:
    """Return the derivative at z in float64, y being the value there; at a kink the slope to its left."""
    with np.errstate(all="ignore"):
        return np.asarray(ACTIVATIONS[name].slope(z, y, _floats(name, parameters)))


def activation_jet(
    name: str, z: Array, order: int, scalars: Scalars, parameters: Mapping[str, Any], *, where: str = ""
) -> Array:
    """Return the jet (order + 1, n) of an activation at z (n,), the vector of f^(k)(z)/k!.

    Raises `NotAnalyticError` on a kink, a pole or a branch point, `ComplexResultError` beyond a branch point.

    >>> import numpy as np
    >>> activation_jet("silu", np.array([0.0]), 2, F64, checked_parameters("silu", {}))[:, 0].tolist()
    [0.0, 0.5, 0.25]
    """
    row, parameters = ACTIVATIONS[name], _complete(name, parameters)
    with np.errstate(all="ignore"):
        if row.definition is not None:
            return row.jet(z, order, scalars, where, parameters)
        return in_extended(lambda b, k, ring, w: row.jet(b, k, ring, w, parameters), z, order, scalars, where)


def expression(name: str, x: sympy.Expr, parameters: Mapping[str, Any]) -> sympy.Expr:
    """Return the activation of a SymPy expression.

    >>> expression("relu", sympy.Symbol("x"), {})
    Piecewise((x, x > 0), (0, True))
    """
    return ACTIVATIONS[name].expression(x, _complete(name, parameters))


def is_rational(name: str, parameters: Mapping[str, Any]) -> bool:
    """Return whether rational inputs give rational outputs."""
    return ACTIVATIONS[name].rational(_complete(name, parameters))


def kinks(name: str, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the points where one piece ends, from left to right, as exact numbers; none for a smooth function.

    >>> kinks("hard_sigmoid", checked_parameters("hard_sigmoid", {}))
    (-3, 3)
    """
    of = ACTIVATIONS[name].kinks
    return () if of is None else of(_complete(name, parameters))


def kink_distance(name: str, z: Array, parameters: Mapping[str, Any]) -> Array:
    """Return the distance |z - nearest kink| of each point in float64: how far its piece, and its expansion, holds.

    Infinite without kinks, not a number for a registered activation whose kinks are not known.

    >>> import numpy as np
    >>> kink_distance("relu6", np.array([-1.0, 2.0, 5.5]), {}).tolist()
    [1.0, 2.0, 0.5]
    """
    distance = np.full(np.shape(z), np.inf)
    for kink in kinks(name, parameters):
        distance = np.minimum(distance, abs(z - float(kink)))
    return distance


def singularities(name: str, parameters: Mapping[str, Any], centre: float = 1.0) -> Singularities:
    """Return the complex singularities of the piece that holds `centre`, as exact numbers with a period.

    Those of gelu_tanh have no period; the nearest to the centre is given, as floats. Sources: zeros of cosh, of 1 + exp(z), of
    (1 + exp(z))**2 + 1, of 1 + z**2.

    >>> singularities("tanh", {})
    Singularities(points=(I*pi/2,), period=I*pi, known=True)
    """
    return ACTIVATIONS[name].singularities(_complete(name, parameters), centre)
