"""Coefficients over one space as coefficients over another, and what is to be known about them then."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from symseries.errors import SpaceMismatchError, listing
from symseries.names import symbol
from symseries.scalars import F64, MPF, Array, Scalars, object_array
from symseries.series.coefficients import Coefficients
from symseries.spaces import (
    BoxSpace,
    EmpiricalSpace,
    GradedSpace,
    Powers,
    SampledSpace,
    Space,
    TaylorSpace,
    connected,
    conversion,
    exact_change,
    interval_in_words,
    to_taylor,
)

_CUT = 0.1  # share of a power's coefficient that comes from the two highest orders, beyond which it is said
_FADED = 1e-2  # share of the largest terms on a domain that those of the two highest orders may have


class Change(NamedTuple):
    """Coefficients over the other space."""

    ring: Scalars
    table: Array
    """The coefficients (N, outputs) as elements of the ring."""
    covariance: Array | None
    warnings: tuple[str, ...]


def stays_exact(series: Coefficients, target: Space) -> bool:
    """Return whether a change is one of polynomials in a ring that is no F64, and so is made in that ring."""
    return series.scalars is not F64 and series.space.order is not None and connected(series.space, target)


def changed(series: Coefficients, target: Space) -> Change:
    """Return the coefficients of a series over another space of the same variables, in its ring or, where it is F64, in that.

    Raises `SpaceMismatchError` for other variables, `OptionError` for a nodal source.
    """
    source = series.space
    if set(source.variables) != set(target.variables):
        raise SpaceMismatchError(
            f"project: variables {listing(source.variables)} and {listing(target.variables)}; expected the same ones"
        )
    if isinstance(target, TaylorSpace) and not isinstance(source, TaylorSpace) and series.scalars is F64:
        return _as_powers(series, target)
    said = (*_said(series, target), *_zeros(source, target))
    if stays_exact(series, target) or isinstance(target, TaylorSpace):
        ring, table, matrix = _in_ring(series, target)
        with ring.working():
            table = ring.matmul(matrix, table)
        if isinstance(ring, MPF) and not ring.reaches(table):
            said = (*said, f"digits cancelled: fewer than {ring.dps} are certain here; expand the whole with more")
        return Change(ring, table, _carried(series, matrix), said)
    matrix = _matrix(source, target)
    return Change(F64, matrix @ series.elements, _carried(series, matrix), said)


def _carried(series: Coefficients, matrix: Array) -> Array | None:
    return None if series.covariance is None else np.asarray(matrix @ series.covariance @ matrix.T)


def _in_ring(series: Coefficients, target: Space) -> tuple[Scalars, Array, Array]:
    """Return the ring that also holds the symbols of both centres, the coefficients in it, and the matrix of the change."""
    both = (space for space in (series.space, target) if isinstance(space, TaylorSpace))
    names = sorted(set().union(*(space.symbols for space in both)))
    ring = series.scalars.holding(object_array(map(symbol, names)))[0] if names else series.scalars
    return ring, ring.renamed(series.elements, series.scalars), exact_change(series.space, target, ring)


def _matrix(source: Space, target: Space) -> Array:
    """Return the matrix (N_target, N_source) of a projection in float64."""
    if isinstance(target, BoxSpace):
        return conversion(source, target)
    assert isinstance(target, SampledSpace)  # noqa: S101 - every space but Taylor
    columns = [target.variables.index(name) for name in source.variables]
    return target.project(source.basis(target.nodes[:, columns]))


# ---------------------------------------------------------------------------------------------------------- to powers
def _as_powers(series: Coefficients, target: TaylorSpace) -> Change:
    """Return the power series of a series over another space, and how many digits it has lost."""
    source = series.space
    center, scale = ({name: part[name] for name in source.variables} for part in (target.center, target.scale))
    powers = to_taylor(source, series.elements, center, order=target.order, scale=scale, index_set=target.index_kind)
    # the variables, and with them the indices, in the order of the target
    columns = [source.variables.index(name) for name in target.variables]
    rows = np.argsort([target.rank(tuple(index)) for index in powers.space.multi_indices[:, columns].tolist()])
    ordered = Powers(target, *(part[rows] for part in (powers.matrix, powers.table, powers.error, powers.tail)))
    said = (*_digits_lost(ordered), *_cut_off(source, ordered), *_zeros(source, target))
    return Change(F64, ordered.table, _carried(series, ordered.matrix), said)


def _digits_lost(powers: Powers) -> tuple[str, ...]:
    """Return in words how many digits the worst coefficient has lost, and how many have none left."""
    lost: Array = powers.lost.max(axis=1)
    empty: Array = np.any(np.abs(powers.table) <= powers.error, axis=1)
    known = np.where(empty, 0.0, lost)
    worst = int(known.argmax())
    index = tuple(powers.space.multi_indices[worst].tolist())
    none = f"; {int(empty.sum())} of {len(empty)} are within their rounding error of 0" if empty.any() else ""
    return (f"as powers: up to {known[worst]:.1f} of 16 digits are lost to rounding, most in coefficient {index}{none}",)


def _cut_off(source: Space, powers: Powers) -> tuple[str, ...]:
    """Return in words whether the two highest orders, behind which the source was cut, make up much of a coefficient."""
    large = powers.tail > np.maximum(_CUT * np.abs(powers.table), powers.error)
    if not large.any():
        return ()
    first = int(np.flatnonzero(large.any(axis=1))[0])
    index = tuple(powers.space.multi_indices[first].tolist())
    share = float(np.max(powers.tail[first] / np.maximum(np.abs(powers.table[first]), powers.error[first])))
    kind = "sum" if source.kind == "fourier" else "polynomial"
    said = (
        f"as powers: these are the derivatives of the {kind}, whose two highest orders give {100 * min(share, 10):.0f} % of "
        f"coefficient {index}: from degree {sum(index)} on those of the function that it stands for may differ as much; expand "
        "that function itself"
    )
    return (said,)


# ------------------------------------------------------------------------------------------------------ what is to be said
def _said(series: Coefficients, target: Space) -> tuple[str, ...]:
    source = series.space
    if isinstance(source, TaylorSpace):
        return _recentred(source, target) if isinstance(target, TaylorSpace) else _of_powers(series, target)
    if isinstance(source, BoxSpace) and isinstance(target, BoxSpace):
        return _beyond(source, target)
    return ()


def _recentred(source: TaylorSpace, target: TaylorSpace) -> tuple[str, ...]:
    if all(source.center[name] == target.center[name] for name in source.variables):
        return ()
    said = (
        f"about {target.place()}: the coefficients of the polynomial of order {source.order} about {source.place()}, and not "
        "of the function that it was cut from; expand that function there for its own"
    )
    return (said,)


def _of_powers(series: Coefficients, target: Space) -> tuple[str, ...]:
    """Return in words that a polynomial was projected, and whether its terms fall on the domain."""
    source = series.space
    assert isinstance(source, TaylorSpace)  # noqa: S101 - narrows the type
    said = (
        f"the polynomial of order {source.order} about {source.place()} was projected, and not the function that it was cut "
        "from: how far that series converges a series does not know, symseries.radius does"
    )
    share = _share_of_the_last(series, target)
    if share <= _FADED:
        return (said,)
    uncovered = (
        f"the terms of its two highest orders reach {100 * share:.2g} % of the largest ones on this domain: as far as the "
        "coefficients show, the Taylor series does not cover it"
    )
    return said, uncovered


def _share_of_the_last(series: Coefficients, target: Space) -> float:
    """Return the terms of the two highest orders relative to the largest of any order, at the farthest corner."""
    source = series.space
    assert isinstance(source, TaylorSpace)  # noqa: S101 - narrows the type
    if source.symbols or series.scalars.symbols or source.order < 2:
        return 0.0
    reach = np.array([_farthest(source, target, name) for name in source.variables])
    floats = np.abs(series.scalars.converted(series.elements, F64, {})).max(axis=1)
    terms = floats * np.prod(reach**source.multi_indices, axis=1)
    degrees = source.multi_indices.sum(axis=1)
    return float(terms[degrees >= degrees.max() - 1].max() / max(terms.max(), 1e-300))


def _farthest(source: TaylorSpace, target: Space, name: str) -> float:
    """Return the distance from the centre to the farther end of a variable, in the units of its powers."""
    center, unit = float(source.center[name]), float(source.scale[name])
    if isinstance(target, BoxSpace):
        low, high = map(float, target.domain[name])
    else:
        assert isinstance(target, EmpiricalSpace)  # noqa: S101 - the last of the spaces
        column = target.nodes[:, target.variables.index(name)]
        low, high = float(column.min()), float(column.max())
    return max(abs(low - center), abs(high - center)) / unit


def _beyond(source: BoxSpace, target: BoxSpace) -> tuple[str, ...]:
    """Return in words which variables reach beyond the domain of the source."""
    if getattr(source, "extension", "") == "periodic":
        return ()
    wider = [
        f"{name} in {interval_in_words(low, high)}"
        for name, (low, high) in target.domain.items()
        if low < source.domain[name][0] or high > source.domain[name][1]
    ]
    if not wider:
        return ()
    return (f"{listing(wider)} reaches beyond {source.describe()}: there the series is an extrapolation",)


def _zeros(source: Space, target: Space) -> tuple[str, ...]:
    """Return in words that orders are asked for of which the series knows nothing."""
    if not isinstance(source, GradedSpace) or not isinstance(target, GradedSpace) or target.order <= source.order:
        return ()
    if not connected(source, target):
        return ()
    return (f"the series is of order {source.order}: up to order {target.order} there is nothing of the function beyond it",)
