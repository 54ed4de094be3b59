"""Which constants the coefficients determine: rank of the Jacobian, and its null directions in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from math import lcm

import numpy as np

from symseries.least_squares import solve_linear
from symseries.scalars import Array

Jacobian = Callable[[Array], Array]

_POINTS = 4  # at which a null direction is looked at
_POWERS = np.arange(-30.0, 31.0, 6.0)  # of ten, of constants in all units
_MIXED = 16  # points with constants of different sizes
_AGREEMENT = 1e-6
_INVOLVED = 1e-8  # share of a null direction above which a constant takes part in it
_LARGEST = 12  # numerators and denominators that a combination may have


def undetermined(jacobian: Jacobian, around: Array, names: Sequence[str], seed: int = 20_231) -> list[str]:
    """Return one sentence for each combination of constants that the coefficients determine only as a whole.

    `jacobian(C)` is d beta/d C, (N, constants), at the constants C (p,); it is taken at random points near `around`. A null
    direction that is the same everywhere in C_i or in log C_i leaves sums or products of powers determined. Points at which the
    Jacobian is not finite are left out. The list is empty where every constant is determined.

    >>> undetermined(lambda C: np.array([[C[1], C[0]], [C[1], C[0]]]), np.ones(2), ("a", "b"))
    ['only a*b is determined, not a and b apart']
    """
    # near 1 first: at a solution that ran away along a null direction the constants differ by too many powers of ten
    near = _sentences(jacobian, np.ones(len(names)), names, seed)
    if near and undetermined_everywhere(jacobian, names, seed):
        return near
    return _sentences(jacobian, around, names, seed) or near


def undetermined_everywhere(jacobian: Jacobian, names: Sequence[str], seed: int = 20_231) -> bool:
    """Return whether constants cannot be told apart near 1, nor at any of many points of all sizes.

    The latter matters where units make constants large or small: exp(-E/(k*T)) with k = 1.4e-23 J/K is 0 for E = 1 J.

    >>> undetermined_everywhere(lambda C: np.array([[C[1], C[0]], [C[1], C[0]]]), ("a", "b"))
    True
    """
    if not all(_sentences(jacobian, np.full(len(names), size), names, seed) for size in (1.0, 0.037)):
        return False
    rng = np.random.default_rng(seed)
    powers = [*(np.full(len(names), power) for power in _POWERS), *rng.choice(_POWERS, (_MIXED, len(names)))]
    with np.errstate(all="ignore"):  # what overflows is left out
        return not any(_determined(jacobian(10.0**power * rng.uniform(0.7, 1.4, len(names)))) for power in powers)


def _determined(matrix: Array) -> bool:
    return bool(np.isfinite(matrix).all() and solve_linear(matrix, np.zeros(len(matrix))).rank == matrix.shape[1])


def _sentences(jacobian: Jacobian, around: Array, names: Sequence[str], seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    points = [np.where(around == 0, 1.0, around) * rng.uniform(0.7, 1.4, len(names)) for _ in range(_POINTS)]
    pairs = [(point, matrix) for point, matrix in zip(points, map(jacobian, points), strict=True) if np.isfinite(matrix).all()]
    solutions = [(point, matrix, solve_linear(matrix, np.zeros(len(matrix)))) for point, matrix in pairs]
    rank = max((solution.rank for *_, solution in solutions), default=len(names))
    if rank == len(names):
        return []
    silent = np.all([np.all(matrix == 0, axis=0) for _, matrix, s in solutions if s.rank == rank], axis=0)
    kept = [(point, s.null_space / np.abs(s.null_space).max(axis=0)) for point, _, s in solutions if s.rank == rank]
    reach = np.max([np.abs(null).max(axis=1) for _, null in kept], axis=0)
    rest = [int(i) for i in np.flatnonzero((reach > _INVOLVED) & ~silent)]
    missing = [f"{names[int(i)]} has no influence" for i in np.flatnonzero(silent)]
    return [*missing, *([_entangled(kept, rest, names)] if rest else [])]


def _entangled(kept: list[tuple[Array, Array]], rest: list[int], names: Sequence[str]) -> str:
    together = _together([names[i] for i in rest])
    words = _combinations(kept, rest, names)
    if not words:
        return f"{together} are not determined apart"
    return f"only {_together(words)} {'is' if len(words) == 1 else 'are'} determined, not {together} apart"


def _together(words: Sequence[str]) -> str:
    return " and ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), words[-1]])


def _combinations(kept: list[tuple[Array, Array]], rest: list[int], names: Sequence[str]) -> list[str]:
    """Return the combinations that are determined, or nothing where no simple ones fit."""
    if len(rest) > 8:
        return []
    for logarithmic in product((False, True), repeat=len(rest)):
        divisors = [np.where(logarithmic, point[rest], 1.0)[:, None] for point, _ in kept]
        rows = [_complement(null[rest] / divisor) for (_, null), divisor in zip(kept, divisors, strict=True)]
        if all(row.shape == rows[0].shape and np.allclose(row, rows[0], atol=_AGREEMENT) for row in rows) and len(rows[0]):
            return [_in_words(row, logarithmic, [names[i] for i in rest]) for row in rows[0]]
    return []


def _complement(null: Array) -> Array:
    """Return the combinations orthogonal to the null directions, as a reduced row echelon matrix."""
    _, values, vectors = np.linalg.svd(null.T)
    rows = vectors[int((values > 1e-9 * values.max(initial=0)).sum()) :]
    return _reduced(rows)


def _reduced(rows: Array) -> Array:
    rows, at = rows.copy(), 0
    for column in range(rows.shape[1]):
        if at == len(rows):
            break
        pivot = at + int(np.abs(rows[at:, column]).argmax())
        if abs(rows[pivot, column]) < 1e-9:
            continue
        rows[[at, pivot]] = rows[[pivot, at]]
        rows[at] /= rows[at, column]
        for other in range(len(rows)):
            if other != at:
                rows[other] -= rows[other, column] * rows[at]
        at += 1
    return rows


def _in_words(row: Array, logarithmic: Sequence[bool], names: Sequence[str]) -> str:
    """Return the combination as text: a product of powers where all enter in their logarithm, else a sum."""
    if all(logarithmic):  # a**2*b reads better than a*b**(1/2)
        row = row * lcm(*(Fraction(float(w)).limit_denominator(_LARGEST).denominator for w in row))
    weights = [Fraction(float(w)).limit_denominator(_LARGEST) for w in row]
    parts = [(w, float(v), n, lg) for w, v, n, lg in zip(weights, row, names, logarithmic, strict=True) if abs(v) > 1e-9]
    if all(lg for *_, lg in parts):
        above = "*".join(_power(n, w, v) for w, v, n, _ in parts if v > 0)
        below = [_power(n, -w, -v) for w, v, n, _ in parts if v < 0]
        return above + "".join(f"/{factor}" for factor in below)
    terms = [(_factor(w, v), f"log({n})" if lg else n, v) for w, v, n, lg in parts]
    text = "".join(f" {'-' if v < 0 else '+'} {factor}{name}" for factor, name, v in terms)
    return text.removeprefix(" + ")


def _power(name: str, weight: Fraction, value: float) -> str:
    shown = _shown(weight, value)
    return name if shown == "1" else f"{name}**{shown}" if shown.isdigit() else f"{name}**({shown})"


def _factor(weight: Fraction, value: float) -> str:
    shown = _shown(abs(weight), abs(value))
    return "" if shown == "1" else f"{shown}*"


def _shown(weight: Fraction, value: float) -> str:
    return str(weight) if abs(float(weight) - value) < _AGREEMENT else f"{value:.4g}"
