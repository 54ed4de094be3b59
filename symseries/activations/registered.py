"""Activations that users register: a SymPy expression of one variable, from which value, slope and jet follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from symseries import expressions
from symseries.activations.row import Parameters, Row, Singularities
from symseries.activations.table import ACTIVATIONS, ALIASES
from symseries.errors import LawNameError, NetworkFormatError, OptionError, listing
from symseries.multiindex import index_set
from symseries.names import check_name, plain, symbol
from symseries.parsing import parse_expression
from symseries.scalars import F64, Array, Scalars, typed

_KINKED = (sympy.Abs, sympy.Max, sympy.Min, sympy.Piecewise, sympy.sign)


def register_activation(name: str, expression: sympy.Expr | str, variable: str = "x", *, latex: str | None = None) -> None:
    """Enter an activation of your own into the table, by its formula; networks may then use its name.

    Parameters: `name`, a new identifier; `expression` of `variable` alone, in SymPy or as text in the grammar of laws; `latex`,
    how it is printed, else the formula. Its jet is that of the expression; where it has kinks is not known beforehand.
    Raises `OptionError` for a name that exists, `LawNameError` for other names in the expression, and what the parser and the
    expansion raise.

    >>> register_activation("snake", "x + sin(x)**2")
    >>> from symseries.layers import Activation
    >>> Activation("snake").expression([sympy.Symbol("z")])
    [z + sin(z)**2]
    """
    check_name(name, "activation")
    if name in ACTIVATIONS or name in ALIASES:
        raise OptionError(f"activation {name!r} exists already; expected a new name")
    ACTIVATIONS[name] = _row(name, _formula(name, expression, variable), variable, latex)


def _formula(name: str, expression: object, variable: str) -> sympy.Expr:
    """Return the expression in plain Symbols and exact numbers, checked to be one of the variable."""
    check_name(variable, "variable")
    what = f"activation {name}"
    if isinstance(expression, str):
        expression = parse_expression(expression, what, declared=(variable,))
    if not isinstance(expression, sympy.Expr):
        raise OptionError(f"{what}: {str(expression)[:40]!r}; expected a SymPy expression or text such as 'x*tanh(x)'")
    formula = plain(expression)
    others = sorted(s.name for s in formula.free_symbols if s.name != variable)
    if others:
        raise LawNameError(
            f"{what}: {listing(others)} in {str(formula)[:60]}; expected {variable} alone, or variable={others[0]!r}"
        )
    return formula.xreplace({number: typed(number, what) for number in formula.atoms(sympy.Float)})


def _row(name: str, formula: sympy.Expr, variable: str, latex: str | None) -> Row:
    x = symbol(variable)
    tapes = [expressions.record([f]) for f in (formula, expressions.derivative(formula, variable))]

    def at(order: int, z: Array) -> Array:
        found = expressions.values(tapes[order], {variable: z.reshape(-1)}, F64)[0]
        return np.asarray(np.broadcast_to(found, (z.size,))).reshape(z.shape)

    def series(b: Array, order: int, ring: Scalars, where: str, p: Parameters) -> Array:
        indices = index_set(1, order, "total")
        out = ring.zeros(order + 1, len(b))
        for position in range(len(b)):
            argument = ring.zeros(order + 1, 1)
            argument[0, 0] = b[position]
            argument[1:2] = ring.array([[1]])
            place = f" at neuron {position + 1} of {where}" if where.startswith("layer") else f" in {where}" if where else ""
            out[:, position] = expressions.series(tapes[0], {variable: argument}, indices, ring, place)[0][:, 0]
        return out

    shown = latex if latex is not None else sympy.latex(formula.xreplace({x: sympy.Symbol("z")}))
    kinked = formula.has(*_KINKED)
    return Row(
        lambda z, p: at(0, z),
        lambda z, y, p: at(1, z),
        series,
        lambda argument, p: formula.xreplace({x: argument}),
        shown,
        kinks=(lambda p: (float("nan"),)) if kinked else None,
        singularities=lambda p, centre: Singularities(known=False),
        rational=lambda p: not kinked and formula.is_rational_function(x) and not formula.atoms(sympy.NumberSymbol),
        definition=(formula, variable, latex),
    )


def definition(name: str) -> dict[str, Any]:
    """Return what makes a registered activation, as `restore` takes it; nothing for one of the table.

    >>> definition("tanh")
    {}
    """
    kept = ACTIVATIONS[name].definition
    return {} if kept is None else dict(zip(("expression", "variable", "latex"), kept, strict=True))


def restore(record: Mapping[str, Any]) -> str:
    """Return the name in the record of an activation layer, registering it where the record brings its formula.

    Raises `NetworkFormatError` where that name stands for something else here, and the errors of `register_activation`.

    >>> restore({"name": "cube", "expression": "x**3", "variable": "x"})
    'cube'
    """
    name, formula = record["name"], record.get("expression")
    if formula is None:
        return str(name)
    variable, latex = record.get("variable", "x"), record.get("latex")
    for key, part in (("name", name), ("variable", variable), ("latex", latex or "")):
        if not isinstance(part, str):
            raise NetworkFormatError(f"activation {str(name)[:40]!r}: {key} is {type(part).__name__}; expected text")
    if name not in ACTIVATIONS:
        register_activation(name, formula, variable, latex=latex)
    kept = ACTIVATIONS[name].definition
    if kept is None or kept[0] != _formula(name, formula, variable).xreplace({symbol(variable): symbol(kept[1])}):
        raise NetworkFormatError(
            f"activation {name!r}: {str(formula)[:60]} in the record, another function of that name here; rename one of them"
        )
    return str(name)
