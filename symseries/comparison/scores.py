"""How well a fitted law describes a table: what a fit knows of itself, and the error on rows left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from symseries.errors import DataError
from symseries.fitting import Fit
from symseries.fitting.scores import goodness, in_units, table_of
from symseries.scalars import Array

__all__ = ["Scores", "score", "table_of"]

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


def score(found: Fit, groups: Sequence[object] | None = None) -> Scores | None:
    """Return the scores of a fit over its data, None without data; R**2, AIC and BIC as `Fit` knows them.

    The error on rows left out is the residual of the linearised direct fit, (1 - H_gg)**-1 r_g for each group g, which is exact
    for linear constants.
    """
    held, own = table_of(found), goodness(found)
    if held is None or own.rows is None or own.r2 is None or own.aic is None or own.bic is None:
        return None
    direct = found.baseline or (found if found.prepared.direct else None)
    return Scores(own.rows, own.r2, own.aic, own.bic, _heldout(direct, held[0][held[1]], groups))


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
    missed = in_units(direct.prepared.law, measured, left_out / root)
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
