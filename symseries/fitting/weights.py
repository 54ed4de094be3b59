"""How the coefficients of both sides are weighted against each other, and what is known of the errors of measurements.

Over the data no weights are needed: unweighted polynomials of the data are as good as the direct fit. Over a box the inverse
covariance of the coefficients is used where it is known, with two floors without which it is dangerous: no direction counts as
surer than 1e-2 of the largest eigenvalue allows, and no network is closer to a law than 1e-3 of the target's variation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from symseries.errors import DataError, OptionError, listing, suggestion
from symseries.scalars import F64, QQ, Array
from symseries.series import Series
from symseries.spaces import EmpiricalSpace, Space, TaylorSpace
from symseries.tables import Table, read_table
from symseries.tables.table import LARGEST

EIGENVALUE_FLOOR = 1e-2  # of the largest eigenvalue of the covariance: directions below are not trusted more
DISCREPANCY_FLOOR = 1e-3  # of the target's standard deviation: no network is closer to a law than this
DECADES = 4  # a positive target that spans more is fitted with relative errors where none are declared

WEIGHTS = ("covariance", "relative", "taylor", "unweighted")


@dataclass(frozen=True)
class Weighting:
    """Weights as a matrix R: a fit minimises |R (alpha - beta)|**2; and what a reader must know of them."""

    root: Array
    """(k, N), or (N,) where it is diagonal."""
    words: str
    declared: bool = False
    """Whether the weights are the inverse errors of measurements that the user declared."""
    relative: Array | None = None
    """(n,), relative errors of the target: the weights follow the law's values and not the noise of the measured ones."""
    notes: tuple[str, ...] = ()


def check_weights(weights: object, direct: bool) -> None:
    """Raise `OptionError` for a weighting that is unknown or makes no sense for the source."""
    if weights is None:
        return
    if not isinstance(weights, str) or weights not in WEIGHTS:
        if not isinstance(weights, str):
            raise OptionError(
                f"weights of type {type(weights).__name__}; expected one of {listing(WEIGHTS)}; rows are weighted by "
                "their errors, errors=1/sqrt(weight)"
            )
        near = suggestion(weights, WEIGHTS)
        raise OptionError(f"weights={weights!r}{near}; expected one of {listing(WEIGHTS)}, or None for the best that is known")
    if direct and weights in ("covariance", "taylor"):
        raise OptionError(
            f"weights={weights!r}: coefficients have it, a table has rows; use 'unweighted', 'relative' or errors="
        )
    if not direct and weights == "relative":
        raise OptionError("weights='relative': measurements have relative errors; for a network write the law for log(target)")


def series_weighting(space: Space, alpha: Series, wanted: str | None) -> Weighting:
    """Return the weights of the coefficients of a network."""
    if alpha.scalars.exact:
        return Weighting(space.norms(QQ), "unweighted")
    norms = np.sqrt(space.norms())
    if wanted == "covariance" and (alpha.covariance is None or isinstance(space, TaylorSpace)):
        reason = "Taylor coefficients have no inner product" if alpha.covariance is not None else "it is not known"
        raise OptionError(f"weights='covariance' over {space.describe()}: {reason}; leave weights out, or refine(net, table)")
    if isinstance(space, TaylorSpace):
        return Weighting(norms, "Taylor coefficients in physical units, unweighted")
    by_default = alpha.covariance is not None and not isinstance(space, EmpiricalSpace)
    if wanted != "covariance" and (wanted == "unweighted" or not by_default):
        return Weighting(norms, "unweighted in the inner product of the space")
    values, vectors = orthonormal_covariance(space, alpha)
    floored = np.maximum(values, EIGENVALUE_FLOOR * values.max())
    words = f"weighted by the inverse covariance of the coefficients, eigenvalue floor {EIGENVALUE_FLOOR:g} of the largest, "
    return Weighting((vectors / np.sqrt(floored)).T * norms, words + f"discrepancy floor {DISCREPANCY_FLOOR:g} sd")


def orthonormal_covariance(space: Space, alpha: Series) -> tuple[Array, Array]:
    """Return eigenvalues and eigenvectors of the covariance in orthonormal coordinates, the discrepancy floor added."""
    norms = np.sqrt(space.norms())
    covariance = norms[:, None] * np.asarray(alpha.covariance) * norms + discrepancy(alpha) ** 2 * np.eye(len(norms))
    values, vectors = np.linalg.eigh(covariance)
    return values, vectors


def discrepancy(alpha: Series) -> float:
    """Return 1e-3 of the target's standard deviation, as far as it is known from the coefficients."""
    coefficients = np.asarray(alpha.elements[:, 0], dtype=float)
    norms = alpha.space.norms()
    if isinstance(alpha.space, EmpiricalSpace) and alpha.space.nodal:
        return DISCREPANCY_FLOOR * float(coefficients.std())
    return DISCREPANCY_FLOOR * float(np.sqrt((norms[1:] * coefficients[1:] ** 2).sum()))


# ------------------------------------------------------------------------------------------------- errors of a table
@dataclass(frozen=True)
class Errors:
    """Standard errors of measurements as they were declared: absolute or relative to the target."""

    values: Array
    """(n,)"""
    relative: bool
    words: str


def read_errors(source: object, data: Table, target: str, errors: object, relative_errors: object) -> Errors | None:
    """Return the errors of the rows: a number for all, a column by name, or one for each row, (n,).

    Raises `OptionError` where both kinds are given, `DataError` for errors that are not positive or of another length.
    """
    if errors is None and relative_errors is None:
        return None
    if errors is not None and relative_errors is not None:
        raise OptionError("errors= and relative_errors= are both given; declare the errors of the target in one way")
    relative = errors is None
    what, given = ("relative_errors", relative_errors) if relative else ("errors", errors)
    values = _error_column(source, len(data), what, given)
    if (values <= 0).any():
        row = int(np.flatnonzero(values <= 0)[0])
        raise DataError(f"{what}: {values[row]:g} at data row {row + 1}; a standard error is positive: leave such rows out")
    strange = np.flatnonzero((values < 1 / LARGEST) | (values > LARGEST))
    if len(strange):
        raise DataError(
            f"{what}: {values[strange[0]]:g} at data row {strange[0] + 1}; expected {1 / LARGEST:g} to {LARGEST:g}, "
            "whose squares double precision can hold"
        )
    zeros = np.flatnonzero(data[target] == 0)
    if relative and len(zeros):
        raise DataError(f"{what}: {target} is 0 at data row {zeros[0] + 1}, a share of it is no error; declare errors= instead")
    named = f"of column {given!r}" if isinstance(given, str) else "declared"
    return Errors(values, relative, f"weighted by the {'relative ' if relative else ''}errors {named}")


def _error_column(source: object, rows: int, what: str, given: Any) -> Array:
    if isinstance(given, str):
        return read_table(source, (given,))[given]
    try:
        values = np.broadcast_to(np.asarray(given, dtype=float), (rows,)) if np.ndim(given) < 2 else None
    except (TypeError, ValueError):
        values = None
    if values is None or isinstance(given, bool):
        shape = f"shape {np.shape(given)}" if np.ndim(given) else repr(given)
        raise DataError(
            f"{what}: {shape}; expected a positive number, the name of a column, or one value for each of {rows} rows"
        )
    if not np.isfinite(values).all():
        raise DataError(f"{what}: data row {int(np.flatnonzero(~np.isfinite(values))[0]) + 1} is not finite; leave it out")
    return np.array(values)


def table_weighting(space: Space, target: Array, transform: str | None, errors: Errors | None, wanted: str | None) -> Weighting:
    """Return the weights of the rows of a table; `target` (n,) is as it was measured, before its logarithm is taken."""
    norms = np.sqrt(space.norms())
    if errors is not None:
        return _declared(target, transform, errors)
    relative = Errors(
        np.ones(len(target)), True, "weighted by errors in proportion to the law, of a size read off the residuals"
    )
    if wanted == "relative":
        if transform is not None or (target == 0).any():
            raise OptionError("weights='relative': expected a target without 0, and no logarithm, which does the same already")
        return _declared(target, transform, relative, declared=False)
    if wanted is None and transform is None and target.min() > 0 and target.max() > 10.0**DECADES * target.min():
        span = np.log10(target.max() / target.min())
        note = (
            f"the target spans {span:.1f} decades, so its errors are taken in proportion to it; declare errors= or "
            "relative_errors=, write the law for the logarithm, or ask for weights='unweighted'"
        )
        return _declared(target, transform, relative, declared=False, notes=(note,))
    return Weighting(norms, "unweighted in the inner product of the space")


def _declared(
    target: Array, transform: str | None, errors: Errors, *, declared: bool = True, notes: tuple[str, ...] = ()
) -> Weighting:
    absolute = errors.values * (np.abs(target) if errors.relative else 1.0)
    if transform is not None:  # d log(p) = dp/p
        absolute = absolute / np.abs(target)
    follows = errors.values if errors.relative and transform is None else None
    return Weighting(1.0 / absolute, errors.words, declared, follows, notes)


def followed(weighting: Weighting, law: Array) -> Weighting | None:
    """Return weights of relative errors at the law's own values (n,), None where these hold a 0 or are not finite."""
    assert weighting.relative is not None  # noqa: S101 - narrows the type
    sizes = weighting.relative * np.abs(F64.array(law))
    if not np.isfinite(sizes).all() or not (sizes > 0).all():
        return None
    return Weighting(1.0 / sizes, weighting.words, weighting.declared, weighting.relative, weighting.notes)
