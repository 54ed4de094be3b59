"""Which constants the coefficients determine: rank of the Jacobian, and its null directions in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product

import numpy as np

from symseries.least_squares import solve_linear
from symseries.scalars import Array

Jacobian = Callable[[Array], Array]

_POINTS = 4  # at which a null direction is looked at
_AGREEMENT = 1e-6
_LARGEST = 12  # numerators and denominators that a combination may have


def undetermined(jacobian: Jacobian, around: Array, names: Sequence[str], seed: int = 20_231) -> list[str]:
    """Return one sentence for each combination of constants that the coefficients determine only as a whole.

    `jacobian(C)` is d beta/d C, (N, constants), at the constants C (p,); it is taken at random points near `around`. A null
    direction that is the same everywhere in C_i or in log C_i leaves sums or products of powers determined. The list is empty
    where every constant is determined.

    >>> undetermined(lambda C: np.array([[C[1], C[0]], [C[1], C[0]]]), np.ones(2), ("a", "b"))
    ['only a*b is determined, not a and b apart']
    """
    # near 1 first: at a solution that ran away along a null direction the constants differ by too many powers of ten
    return _sentences(jacobian, np.ones(len(names)), names, seed) or _sentences(jacobian, around, names, seed)


def _sentences(jacobian: Jacobian, around: Array, names: Sequence[str], seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    points = [np.where(around == 0, 1.0, around) * rng.uniform(0.7, 1.4, len(names)) for _ in range(_POINTS)]
    solutions = [solve_linear(matrix, np.zeros(len(matrix))) for matrix in map(jacobian, points)]
    rank = max(solution.rank for solution in solutions)
    if rank == len(names):
        return []
    kept = [(point, s.null_space) for point, s in zip(points, solutions, strict=True) if s.rank == rank]
    norms = np.max([np.abs(null / np.abs(null).max()).max(axis=1) for _, null in kept], axis=0)
    involved = [i for i in range(len(names)) if norms[i] > 1e-8]
    missing = [i for i in involved if all(np.abs(jacobian(point)[:, i]).max(initial=0) == 0 for point, _ in kept)]
    sentences = [f"{names[i]} has no influence on them" for i in missing]
    rest = [i for i in involved if i not in missing]
    if rest:
        together = " and ".join([", ".join(names[i] for i in rest[:-1]), names[rest[-1]]] if len(rest) > 1 else [names[rest[0]]])
        combinations = _combinations(kept, rest, names)
        sentences.append(f"only {combinations} determined, not {together} apart" if combinations else f"{together} are not determined apart")
    return sentences


def _combinations(kept: list[tuple[Array, Array]], rest: list[int], names: Sequence[str]) -> str:
    """Return "a*b is", or "a*b and c + d are", or nothing where no simple combination fits."""
    if len(rest) > 6:
        return ""
    for logarithmic in product((False, True), repeat=len(rest)):
        divisors = [np.where(logarithmic, point[rest], 1.0)[:, None] for point, _ in kept]
        rows = [_complement(null[rest] / divisor) for (_, null), divisor in zip(kept, divisors, strict=True)]
        if all(row.shape == rows[0].shape and np.allclose(row, rows[0], atol=_AGREEMENT) for row in rows) and len(rows[0]):
            words = [_in_words(row, logarithmic, [names[i] for i in rest]) for row in rows[0]]
            return f"{' and '.join(words)} {'is' if len(words) == 1 else 'are'}"
    return ""


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
