"""Activations: one row for each, with its value, slope, jet, SymPy form, LaTeX and kinks (the paper's appendix 6.1 to 6.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from symseries.errors import OptionError, UnsupportedLayerError, listing, suggestion
from symseries.jets import jet
from symseries.scalars import F64, Array, Scalars, typed


@dataclass(frozen=True)
class Row:
    """One activation: `value` and `slope` in float64, slope from (z, value); `expression` in SymPy; `jet` over any ring."""

    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    expression: Callable[[sympy.Expr], sympy.Expr]
    latex: str
    jet: str
    kinks: tuple[float, ...] = ()
    parameters: Mapping[str, int] = field(default_factory=dict)
    """Parameters with their defaults."""


def _float(name: str) -> Callable[[Array], Array]:
    return lambda z: F64.elementary(name, z)


ACTIVATIONS: dict[str, Row] = {
    "identity": Row(lambda z: z, lambda z, y: np.ones_like(z), lambda x: x, "z", "identity"),
    "tanh": Row(np.tanh, lambda z, y: 1 - y * y, sympy.tanh, r"\tanh z", "tanh"),
    "sigmoid": Row(
        _float("sigmoid"), lambda z, y: y * (1 - y), lambda x: 1 / (1 + sympy.exp(-x)), r"\frac{1}{1 + e^{-z}}", "sigmoid"
    ),
    "softplus": Row(
        _float("softplus"),
        lambda z, y: F64.elementary("sigmoid", z),
        lambda x: sympy.log(1 + sympy.exp(x)),
        r"\frac{1}{\alpha} \ln\left(1 + e^{\alpha z}\right)",
        "softplus",
        parameters={"alpha": 1},
    ),
    "relu": Row(
        lambda z: np.maximum(z, 0.0),
        lambda z, y: (z > 0) * 1.0,
        lambda x: sympy.Piecewise((x, x > 0), (0, True)),
        r"\max(0, z)",
        "relu",
        kinks=(0.0,),
    ),
    "exp": Row(np.exp, lambda z, y: y, sympy.exp, r"e^{z}", "exp"),
    "log": Row(_float("log"), lambda z, y: 1 / z, sympy.log, r"\ln z", "log"),
}

ALIASES = {"linear": "identity", "logistic": "sigmoid"}


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


def checked_parameters(name: str, parameters: Mapping[str, object]) -> dict[str, sympy.Rational]:
    """Return the parameters of an activation, defaults filled in, as the exact numbers that were typed."""
    row = ACTIVATIONS[name]
    for parameter in parameters:
        if parameter not in row.parameters:
            raise OptionError(f"{name}: parameter {parameter!r} is not known; expected {listing(row.parameters) or 'none'}")
    merged = {**row.parameters, **parameters}
    exact = {key: typed(value, f"{name}, parameter {key}") for key, value in merged.items()}
    if exact.get("alpha", 1) <= 0:
        raise OptionError(f"{name}: alpha={exact['alpha']}; expected a positive number")
    return exact


def value(name: str, z: Array, scalars: Scalars, parameters: Mapping[str, Any], where: str = "") -> Array:
    """Return the activation at an array of any shape, over any ring."""
    if scalars is not F64:
        return np.asarray(activation_jet(name, z.reshape(-1), 0, scalars, parameters, where=where)[0].reshape(z.shape))
    alpha = float(parameters.get("alpha", 1))
    return np.asarray(ACTIVATIONS[name].value(alpha * z if alpha != 1 else z) / alpha)


def slope(name: str, z: Array, y: Array, parameters: Mapping[str, Any]) -> Array:
    """Return the derivative at z in float64, y being the value there; at a kink the slope to its left."""
    alpha = float(parameters.get("alpha", 1))
    return ACTIVATIONS[name].slope(alpha * z, alpha * y)


def activation_jet(
    name: str, z: Array, order: int, scalars: Scalars, parameters: Mapping[str, Any], *, where: str = ""
) -> Array:
    """Return the jet (order + 1, n) of an activation at z (n,).

    softplus(z; alpha) = ln(1 + exp(alpha z))/alpha has s_k = alpha**(k-1) times the jet of softplus at alpha z (eq. 34).
    """
    alpha = parameters.get("alpha", 1)
    if alpha == 1:
        return jet(ACTIVATIONS[name].jet, z, order, scalars, where)
    out = jet(ACTIVATIONS[name].jet, z * scalars.scalar(alpha), order, scalars, where)
    for k in range(order + 1):
        out[k] = out[k] * scalars.scalar(Fraction(int(alpha.p), int(alpha.q)) ** (k - 1))
    return out


def expression(name: str, x: sympy.Expr, parameters: Mapping[str, Any]) -> sympy.Expr:
    """Return the activation of a SymPy expression."""
    alpha = parameters.get("alpha", sympy.Integer(1))
    return ACTIVATIONS[name].expression(alpha * x) / alpha
