"""How well a law describes the rows that it was given: explained share and information criteria."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from symseries.display import number
from symseries.errors import LawValueError, SymseriesError
from symseries.fitting.prepare import Measurements
from symseries.laws import Law
from symseries.network import Network, measured_column
from symseries.scalars import Array
from symseries.tables import Table

if TYPE_CHECKING:
    from symseries.fitting.result import Fit


@dataclass(frozen=True)
class Goodness:
    """The scores of a law over the rows of a table; all but `words` are None where there are no rows, and `words` says why."""

    rows: int | None
    r2: float | None
    """Share of the variance of the target that the law explains."""
    aic: float | None
    bic: float | None
    words: str


def table_of(found: Fit) -> tuple[Table, str] | None:
    """Return the data of a fit's source and the column of its target, None where there are none."""
    source = found.prepared.source
    if isinstance(source, Measurements):
        return source.data, source.target
    if isinstance(source, Network) and source.data is not None:
        return source.data, measured_column(source.outputs[0])[0]
    return None


def goodness(found: Fit) -> Goodness:
    """Return the scores of a fit over its data.

    With n rows, p constants that were free and residuals r_i of standard deviation s w_i (w_i = 1 unless the errors were
    declared or taken as relative), AIC = n ln(sum (r_i/w_i)**2/n) + 2 sum ln w_i + 2 (p + 1) and BIC the same with (p + 1) ln n
    (Burnham and Anderson, Model Selection and Multimodel Inference, 2002, section 2.2); a law for ln y adds 2 sum ln y_i, so
    that both count in units of y, as R**2 does.
    """
    held = table_of(found)
    if held is None:
        return Goodness(None, None, None, None, "none, they need rows of data, and the network has none; pass data= to fit")
    data, target = held
    law, measured = found.prepared.law, data[target]
    constants = {name: float(e.value) for name, e in found.constants.items()}
    if law.transform is not None and not (measured > 0).all():
        raise LawValueError(f"column {target!r} holds values that are not positive, and the law is one for their logarithm")
    values = measured if law.transform is None else np.log(measured)
    residual, scale = values - law(_inputs(law, data), **constants), _scale(found, len(data))
    n, unknowns = len(data), len(found.prepared.model.constants) + 1
    deviance = n * (_log_squares(residual / scale) - float(np.log(n))) + 2 * float(np.log(scale).sum())
    deviance += 2 * float(values.sum()) if law.transform else 0.0
    aic, bic = deviance + 2 * unknowns, deviance + unknowns * float(np.log(n))
    r2 = _explained(measured, in_units(law, measured, residual))
    return Goodness(n, r2, aic, bic, f"R² {number(r2, 6)}, AIC {aic:.2f}, BIC {bic:.2f} of the law at {n} rows")


def _log_squares(residual: Array) -> float:
    """Return ln sum r_i**2 without overflow; where all vanish that of 1e-300, so that a law without any misfit ranks first."""
    largest = float(np.abs(residual).max())
    return 2 * float(np.log(largest)) + float(np.log(np.sum((residual / largest) ** 2))) if largest else float(np.log(1e-300))


def _explained(measured: Array, missed: Array) -> float:
    """Return the share of the variance of the target that is not missed."""
    about = measured - measured.mean()
    span = float(np.abs(about).max()) or 1.0
    return 1 - float(np.sum((missed / span) ** 2)) / (float(np.sum((about / span) ** 2)) or 1.0)


def goodness_or_reason(found: Fit) -> Goodness:
    """Return the scores of a fit; where the law has no value at a row, none and that as the reason."""
    try:
        return goodness(found)
    except SymseriesError as error:
        return Goodness(None, None, None, None, f"none, {error}")


def in_units(law: Law, measured: Array, residual: Array) -> Array:
    """Return residuals in units of the target, where the law is one for its logarithm."""
    return residual if law.transform is None else np.asarray(measured * -np.expm1(-residual))


def _inputs(law: Law, data: Table) -> dict[str, Array]:
    """Return the columns of a law; a variable that it declares and does not hold need not be a column."""
    return {name: data[name] if name in data else np.ones(len(data)) for name in law.variables}


def _scale(found: Fit, rows: int) -> Array:
    """Return the standard deviations of the rows up to a common factor."""
    root = found.prepared.root
    if not found.prepared.direct or found.prepared.scalars.exact or root.shape != (rows,):
        return np.ones(rows)
    return np.asarray(float(np.exp(np.log(root).mean())) / root)
