"""Series of callables and of tables: the two sources that are neither network nor law."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from symseries.errors import DataError, IdentifiabilityError, OptionError, SpaceMismatchError, listing
from symseries.least_squares import solve_linear
from symseries.scalars import Array, check_finite
from symseries.spaces import BoxSpace, EmpiricalSpace, SampledSpace, Space, check_space, resolved
from symseries.tables import Table, read_table

_ILL = 1e8  # condition of a least squares, beyond which it is a warning

Function = Callable[[Array], object]


class Found(NamedTuple):
    """Coefficients of a source, and what is to be said about them."""

    space: Space
    table: Array
    covariance: Array | None
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def of_function(function: object, space: Space) -> Found:
    """Return the projection of a function of points (n, w) onto a space with nodes, and how exact it is."""
    if not callable(function):
        raise OptionError(f"function={function!r}: expected a callable of points (n, {len(space.variables)}) to values (n,)")
    if not isinstance(space, SampledSpace):
        raise OptionError(
            f"a function over {space.describe()}: a callable has no derivatives; take a law or network, or a ChebyshevSpace "
            "and then .project(space)"
        )

    def values(points: Array) -> Array:
        return _values(function, points, space)

    chosen, notes, warnings = resolved(space, values)
    target = check_space(chosen)
    assert isinstance(target, SampledSpace)  # noqa: S101 - as the space that it was found for
    found = values(target.nodes)
    nodal = isinstance(target, EmpiricalSpace) and target.nodal
    table = found if nodal else target.project(found)
    sure, doubtful = _quadrature(target, values)
    if isinstance(target, EmpiricalSpace) and target.note:
        sure = (*sure, target.note)
    return Found(target, table[:, 0] if found.shape[1] == 1 else table, None, (*warnings, *doubtful), (*notes, *sure))


def _values(function: Function, points: Array, space: Space) -> Array:
    """Return the values (n, m) of a function at points, or raise `DataError` where they are none."""
    given = function(points)
    try:
        found = np.asarray(given, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"function: it returned {str(given)[:60]}; expected an array of {len(points)} numbers") from error
    if found.ndim not in (1, 2) or len(found) != len(points) or not found.size:
        raise DataError(
            f"function: {len(points)} points of {listing(space.variables)}, an array {points.shape}, gave an array of shape "
            f"{found.shape}; expected ({len(points)},), or ({len(points)}, outputs)"
        )
    bad = np.argwhere(~np.isfinite(found.reshape(len(points), -1)))
    if len(bad):
        row, column = bad[0]
        place = ", ".join(f"{name} = {value:g}" for name, value in zip(space.variables, points[row], strict=True))
        raise DataError(f"function: {found.reshape(len(points), -1)[row, column]} at {place}; expected a finite number")
    return found.reshape(len(points), -1)


def _quadrature(space: SampledSpace, values: Callable[[Array], Array]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is to be said of the error of the projection, as a note or as a warning."""
    if not isinstance(space, BoxSpace):
        return (), ()
    outputs = values(space.nodes[:1]).shape[1]
    errors = [space.quadrature_error(lambda points, j=j: values(points)[:, j]) for j in range(outputs)]  # type: ignore[misc]
    return space.quadrature_in_words(errors)


def of_table(data: object, target: str, space: Space) -> Found:
    """Return the least-squares series of a column of a table over a space of other columns, with its covariance."""
    table = read_table(data, [*space.variables, target])
    y = table[target]
    if isinstance(space, EmpiricalSpace):
        _check_rows(table, space)
        return Found(space, space.project(y[:, None])[:, 0], None, (), (space.note,) if space.note else ())
    points = table.matrix(space.variables)
    if isinstance(space, BoxSpace) and (far := space.outside(points)):
        raise DataError(f"{table.source}: {far}; widen the domain, or leave these rows out")
    basis = check_finite(space.basis(points), "basis functions at the rows")
    solution = solve_linear(basis, y)
    if solution.rank < len(space):
        raise IdentifiabilityError(
            f"{table.source}: {len(y)} rows determine {solution.rank} of the {len(space)} coefficients of {space.describe()}; "
            "lower the order, or use an EmpiricalSpace, which lowers it by itself"
        )
    condition = float(solution.singular_values[0] / solution.singular_values[-1])
    free = len(y) - len(space)
    spread = float(np.sqrt(solution.residual @ solution.residual / free)) if free else None
    said = f"least squares of {len(y)} rows, condition {condition:.2g}" + (
        f", residual standard deviation {spread:.3g}" if spread is not None else ", as many rows as coefficients"
    )
    covariance = None if spread is None else spread**2 * solution.inverse @ solution.inverse.T
    ill = condition > _ILL
    return Found(space, solution.values, covariance, (said,) if ill else (), () if ill else (said,))


def _check_rows(table: Table, space: EmpiricalSpace) -> None:
    if len(table) != len(space.points) or any((table[name] != space.points[name]).any() for name in space.variables):
        raise SpaceMismatchError(
            f"{table.source} over {space.describe()}: these are other rows; make the space of the same table"
        )
