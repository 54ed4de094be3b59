"""How well a fitted law describes a table: information criteria, explained share, and the error on rows left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from symseries.errors import DataError
from symseries.fitting import Fit
from symseries.fitting.prepare import Measurements
from symseries.laws import Law
from symseries.network import Network, measured_column
from symseries.scalars import Array
from symseries.tables import Table

_LEAST = 1e-9  # of 1 - leverage: a row that its own constant fits has no error when left out


@dataclass(frozen=True)
class Scores:
    """The scores of a law over the rows of a table; errors are in units of the target's column."""

    rows: int
    r2: float
    """Share of the variance of the target that the law explains."""
    aic: float
    bic: float
    heldout: float | None
    """Root mean square error of rows, or groups of rows, predicted by the direct fit to the others."""


def table_of(found: Fit) -> tuple[Table, str] | None:
    """Return the data of a fit's source and the column of its target, None where there are none."""
    source = found.prepared.source
    if isinstance(source, Measurements):
        return source.data, source.target
    if isinstance(source, Network) and source.data is not None:
        return source.data, measured_column(source.outputs[0])[0]
    return None


def score(found: Fit, groups: Sequence[object] | None = None) -> Scores | None:
    """Return the scores of a fit over its data, None without data.

    With n rows, p constants and residuals r_i of standard deviation s w_i (w_i = 1 unless the errors were declared or taken as
    relative), AIC = n ln(sum (r_i/w_i)**2/n) + 2 sum ln w_i + 2 (p + 1) and BIC the same with (p + 1) ln n; a law for ln y adds
    2 sum ln y_i, so that both count in units of y. The error on rows left out is the residual of the linearised direct fit,
    (1 - H_gg)**-1 r_g for each group g, which is exact for linear constants.
    """
    held = table_of(found)
    if held is None:
        return None
    data, target = held
    law, measured = found.prepared.law, data[target]
    constants = {name: float(e.value) for name, e in found.constants.items()}
    values = measured if law.transform is None else np.log(measured)
    residual, scale = values - law(_inputs(law, data), **constants), _scale(found, len(data))
    n, unknowns = len(data), len(law.constants) + 1
    squares = max(float(np.sum((residual / scale) ** 2)), 1e-300)
    deviance = n * np.log(squares / n) + 2 * np.log(scale).sum() + (2 * values.sum() if law.transform else 0.0)
    total = float(((measured - measured.mean()) ** 2).sum()) or 1.0
    missed = _in_units(law, measured, residual)
    return Scores(
        rows=n,
        r2=1 - float(missed @ missed) / total,
        aic=float(deviance + 2 * unknowns),
        bic=float(deviance + unknowns * np.log(n)),
        heldout=_heldout(found.baseline or (found if found.prepared.direct else None), measured, groups),
    )


def _inputs(law: Law, data: Table) -> dict[str, Array]:
    """Return the columns of a law; a variable that it declares and does not hold need not be a column."""
    return {name: data[name] if name in data else np.ones(len(data)) for name in law.variables}


def _scale(found: Fit, rows: int) -> Array:
    """Return the standard deviations of the rows up to a common factor."""
    root = found.prepared.root
    if not found.prepared.direct or found.prepared.scalars.exact or root.shape != (rows,):
        return np.ones(rows)
    return np.asarray(float(np.exp(np.log(root).mean())) / root)


def _in_units(law: Law, measured: Array, residual: Array) -> Array:
    """Return residuals in units of the target, where the law is one for its logarithm."""
    return residual if law.transform is None else np.asarray(measured * -np.expm1(-residual))


def _heldout(direct: Fit | None, measured: Array, groups: Sequence[object] | None) -> float | None:
    if direct is None or direct.prepared.scalars.exact or direct.prepared.root.ndim != 1:
        return None
    root, jacobian = direct.prepared.root, direct.solved.jacobian
    basis, _ = np.linalg.qr(root[:, None] * jacobian / np.maximum(np.linalg.norm(jacobian, axis=0), 1e-300))
    residual = root * np.asarray(direct.solved.residual, dtype=float)
    left_out = np.empty(len(residual))
    for rows in _members(groups, len(residual)):
        own = np.eye(len(rows)) - basis[rows] @ basis[rows].T
        if np.linalg.eigvalsh(own)[0] < _LEAST:
            return None  # without these rows the constants are not determined
        left_out[rows] = np.linalg.solve(own, residual[rows])
    missed = _in_units(direct.prepared.law, measured, left_out / root)
    return float(np.sqrt(np.mean(missed**2)))


def _members(groups: Sequence[object] | None, rows: int) -> list[Array]:
    """Return the rows of each group; without groups each row is one."""
    if groups is None:
        return [np.array([row]) for row in range(rows)]
    labels = [str(label) for label in groups]
    if len(labels) != rows:
        raise DataError(f"groups: {len(labels)} labels for {rows} rows; expected one for each row")
    array = np.array(labels)
    return [np.flatnonzero(array == label) for label in dict.fromkeys(labels)]
