"""Laws linear in their constants: least squares in all coefficients, exact where these are, as one expression a constant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import sympy
from sympy.polys.matrices import DomainMatrix

from symseries.errors import IdentifiabilityError, OptionError, SymseriesError, listing
from symseries.laws.systems import label
from symseries.least_squares import pseudo_inverse, solve_linear
from symseries.names import symbol
from symseries.scalars import F64, Array, typed
from symseries.series.cells import to_number
from symseries.spaces import EmpiricalSpace, Space, TaylorSpace
from symseries.symbolic import SYM
from symseries.workers import run_limited

if TYPE_CHECKING:
    from symseries.laws.law import Law

Weights = Sequence[object] | None

_NOISE = 1e-14  # of the largest entry of a row, which rounding leaves


def least_squares(law: Law, space: Space, weights: Weights, seconds: float) -> tuple[dict[str, sympy.Expr], tuple[str, ...]]:
    """Return constants as expressions in all coefficients, and warnings.

    C = (B' W B)⁻¹ B' W (alpha - b), B (N, p) the coefficients of the terms and b those of what has no constant; W are the
    weights, a diagonal (N,) or a symmetric matrix (N, N), by default the Gram matrix of the space. Exact where B is: over
    rational numbers, roots and logarithms alike.
    """
    if law.nonlinear:
        raise OptionError(
            f"closed form over {space.describe()}: the law is not linear in {listing(law.nonlinear)}; use a TaylorSpace with "
            "using='lowest', or fit"
        )
    offset, matrix, exact = _columns(law, space)
    right = sympy.Matrix([label(index) for index in space.multi_indices.tolist()]) - sympy.Matrix(offset)
    inner = _weights(weights, space, exact)
    if exact:
        rows = run_limited(_exact_rows, matrix, inner, law.constants, seconds=seconds, what=f"closed form of {law}")
        warnings: tuple[str, ...] = ()
    else:
        rows = _rounded_rows(matrix, inner, law.constants)
        warnings = (f"the coefficients of the terms over {space.describe()} are rounded, and so are these expressions",)
    return {
        name: sympy.Add(*(r * a for r, a in zip(row, right, strict=True)))
        for name, row in zip(law.constants, rows, strict=True)
    }, warnings


def _columns(law: Law, space: Space) -> tuple[list[sympy.Expr], list[list[sympy.Expr]], bool]:
    """Return the coefficients without constants, those of each constant, row by row, and whether all are exact."""
    names = [symbol(name) for name in law.constants]
    zero = dict.fromkeys(names, sympy.Integer(0))
    rows = _coefficients(law, space)
    offset = [row.xreplace(zero) for row in rows]
    expanded = [sympy.expand(row) for row in rows]
    matrix = [[row.coeff(name) for name in names] for row in expanded]
    return offset, matrix, not any(entry.has(sympy.Float) for line in (offset, *matrix) for entry in line)


def _coefficients(law: Law, space: Space) -> list[sympy.Expr]:
    """Return the coefficients as expressions in the constants, exact ones where they exist."""
    if isinstance(space, TaylorSpace):
        return list(law.expand(space).coefficients)
    if not isinstance(space, EmpiricalSpace):
        try:
            return list(law.expand(space, SYM).coefficients)
        except SymseriesError:  # no closed form of an integral: the projection in float64 is left
            pass
    return [to_number(e, 17) for e in law.expand(space).coefficients]


def _weights(weights: Weights, space: Space, exact: bool) -> list[list[sympy.Expr]] | list[sympy.Expr]:
    if weights is None:
        if exact and not isinstance(space, EmpiricalSpace):
            return [to_number(norm, 17) if not isinstance(norm, sympy.Expr) else norm for norm in SYM.handed(space.norms(SYM))]
        return [sympy.Float(float(norm)) for norm in space.norms()]
    count = len(space)
    lines = list(weights)
    if len(lines) != count:
        raise OptionError(f"weights: {len(lines)} of them for {count} coefficients; expected one each, or a square matrix")
    if not isinstance(lines[0], (list, tuple, np.ndarray)):
        return [typed(value, "weight") for value in lines]
    square = [[typed(value, "weight") for value in line] for line in lines]  # type: ignore[attr-defined]
    if any(len(line) != count for line in square) or any(square[i][j] != square[j][i] for i in range(count) for j in range(i)):
        raise OptionError(f"weights: expected a symmetric matrix of {count} rows and columns")
    return square


def _exact_rows(
    matrix: list[list[sympy.Expr]], weights: list[list[sympy.Expr]] | list[sympy.Expr], names: tuple[str, ...]
) -> list[list[sympy.Expr]]:
    """Return the rows of (B' W B)⁻¹ B' W, columns scaled so that roots that they have in common leave the field."""
    scales = [next((line[j] for line in matrix if line[j] != 0), sympy.Integer(1)) for j in range(len(names))]
    reduced = sympy.Matrix([[sympy.radsimp(e / s) for e, s in zip(line, scales, strict=True)] for line in matrix])
    inner = sympy.Matrix(weights) if isinstance(weights[0], list) else sympy.diag(*weights)
    moved = (inner * reduced).T
    normal = DomainMatrix.from_Matrix(moved * reduced, extension=True).to_field()
    if normal.rank() < len(names):
        raise IdentifiabilityError(
            f"the coefficients do not determine {listing(names)}: {normal.rank()} of {len(names)} columns are independent; "
            "hold one with known=, or raise the order"
        )
    field, other = normal.unify(DomainMatrix.from_Matrix(moved, extension=True).to_field())
    solved = field.lu_solve(other).to_Matrix()
    return [[solved[i, j] / scales[i] for j in range(solved.cols)] for i in range(solved.rows)]


def _rounded_rows(
    matrix: list[list[sympy.Expr]], weights: list[list[sympy.Expr]] | list[sympy.Expr], names: tuple[str, ...]
) -> list[list[sympy.Expr]]:
    floats = F64.array(np.array([[float(e) for e in line] for line in matrix]))
    inner: Array = np.array(weights, dtype=float)
    root = np.diag(np.sqrt(inner)) if inner.ndim == 1 else np.linalg.cholesky(inner).T
    if (found := solve_linear(root @ floats, np.zeros(len(floats))).rank) < len(names):
        raise IdentifiabilityError(
            f"the coefficients do not determine {listing(names)}: {found} of {len(names)} columns are independent; "
            "hold one with known=, or raise the order"
        )
    gain = pseudo_inverse(root @ floats) @ root
    gain[np.abs(gain) < _NOISE * np.abs(gain).max(axis=1, keepdims=True)] = 0.0
    return [[sympy.Float(value) if value else sympy.Integer(0) for value in row] for row in gain]
