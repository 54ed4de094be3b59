"""The errors of both recipes beside the true coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symseries.display import TextTable, math_cell, number_cell, text_cell
from symseries.network import Network
from symseries.paper.recursion import paper_coefficients
from symseries.paper.substitution import nn2poly_coefficients
from symseries.scalars import F64, Scalars
from symseries.spaces import TaylorSpace


def error_table(
    net: Network,
    space: TaylorSpace,
    *,
    terms: Sequence[int] | int | None = None,
    degrees: Sequence[int] = (),
    scalars: Scalars = F64,
) -> TextTable:
    """Return the true coefficients beside the errors of the paper's recipe and of nn2poly, coefficient by coefficient.

    The error is |b - b_true| / |b_true|, or |b| where b_true is 0. Parameters: `terms`, where the outer sum is cut, one
    number or several, by default the order; `degrees` of nn2poly, at 0; `scalars`, in which both sides are computed: errors
    below 1e-16 need ARB(bits). Errors are those of `paper_coefficients` and `Network.expand`.

    >>> import symseries as ss
    >>> net = ss.Network([ss.Affine([[1]], [1]), ss.Activation("sigmoid")], inputs=("x",))
    >>> print(error_table(net, ss.TaylorSpace({"x": 0}, order=1), terms=(6, 20), degrees=(6,)))
    Activations expanded at 0; Taylor series about x = 0, order 1
    multi-index  coefficient  error, terms = 6  error, terms = 20  error, nn2poly, degree 6
    ───────────────────────────────────────────────────────────────────────────────────────
    (0)             0.731059           0.00026            2.9e-11                   0.00026
    (1)             0.196612           0.0066             2.2e-09                   0.0066
    <BLANKLINE>
    Errors are relative, absolute where the coefficient is 0.
    """
    tops = [space.order] if terms is None else [terms] if isinstance(terms, (int, np.integer)) else list(terms)
    columns = [(f"terms = {k}", paper_coefficients(net, space, terms=k, scalars=scalars)) for k in tops]
    columns += [(f"nn2poly, degree {q}", nn2poly_coefficients(net, space, degree=q, scalars=scalars)) for q in degrees]
    true = net.expand(space, scalars=scalars)
    several = len(net.outputs) > 1
    rows = []
    for (row, j), value in np.ndenumerate(true.elements):
        index = f"({', '.join(map(str, space.multi_indices[row].tolist()))})"
        errors = [_error(series.elements[row, j], value, scalars) for _, series in columns]
        exact = scalars.handed(true.elements[row : row + 1, j])[0]
        numbers = (number_cell(exact if scalars.exact else float(exact)), *(number_cell(error, 2) for error in errors))
        rows.append((*[text_cell(net.outputs[j])] * several, math_cell(index, index), *numbers))
    headers = [*["output"] * several, "multi-index", "coefficient", *(f"error, {name}" for name, _ in columns)]
    caption = f"Activations expanded at 0; {space.describe()}"
    return TextTable(
        tuple(map(text_cell, headers)), tuple(rows), caption, ("Errors are relative, absolute where the coefficient is 0.",)
    )


def _error(value: Any, true: Any, scalars: Scalars) -> float:
    with scalars.working():
        difference = abs(value - true)
        zero = scalars.is_zero(true) is not False if scalars.balls else true == 0
        return float(difference if zero else difference / abs(true))
