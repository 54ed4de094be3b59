"""Random points of a system modulo a prime: where exact questions about rank are answered at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import Ordering, fmpq_mpoly, nmod_mat, nmod_mpoly_ctx

from symseries.elimination.systems import RATIONAL, ROOT, System
from symseries.errors import ResourceLimitError

PRIME = 2_305_843_009_213_693_907  # half of all numbers are squares modulo it, and all have one cube, fifth and seventh root
_DRAWS = 400
_LONGEST = 20_000_000  # numerator and denominator of a number that a residue is taken for; one in a thousand is one by chance

Point = list[int]


class NoPointError(ResourceLimitError):
    """No point modulo the prime was found; roots in a law may have none."""


def random_point(system: System, rng: np.random.Generator) -> Point:
    """Return values of the generators modulo the prime that fulfil all their relations.

    Values that are no algebraic function of the constants, such as exp(-Q/(R*T0)) or K**n, are algebraically independent of
    them and drawn freely. Raises `NoPointError` where roots are wanted of numbers that have none.
    """
    for _ in range(_DRAWS):
        if (found := _drawn(system, rng)) is not None:
            return found
    raise NoPointError("roots in the law have no values modulo a prime; ask with scalars and constants of your own")


def _drawn(system: System, rng: np.random.Generator) -> Point | None:
    values = [int(v) for v in rng.integers(2, PRIME, len(system.generators))]
    for sine, cosine in _circles(system):
        values[sine], values[cosine] = _on_circle(values[sine])
    for i, kind in enumerate(system.kinds):  # a generator is behind those that it is made of
        if kind in (RATIONAL, ROOT):
            generator = system.generators[i]
            found = _power(value(system.polynomial(generator.base), values), generator.exp)
            if found is None:
                return None
            values[i] = found
    return values


def _circles(system: System) -> list[tuple[int, int]]:
    pairs = []
    for circle in system.circles:
        first, second = (i for i, degree in enumerate(circle.degrees()) if degree > 0)
        pairs.append((first, second))
    return pairs


def _on_circle(t: int) -> tuple[int, int]:
    """Return a rational point of the circle: (2t, 1 - t**2)/(1 + t**2)."""
    below = pow(1 + t * t, -1, PRIME)
    return 2 * t * below % PRIME, (1 - t * t) * below % PRIME


def _power(base: int, exponent: Any) -> int | None:
    """Return a value of base ** exponent modulo the prime, None where there is none."""
    if base == 0:
        return None
    root: int | None = base
    order = int(exponent.q)
    while order % 2 == 0 and root is not None:
        root, order = _square_root(root), order // 2
    if root is None or math.gcd(order, PRIME - 1) != 1:
        return None
    return pow(root, pow(order, -1, PRIME - 1) * int(exponent.p), PRIME)


def _square_root(number: int) -> int | None:
    root = pow(number, (PRIME + 1) // 4, PRIME)
    if root * root % PRIME != number:
        return None
    other = PRIME - root  # of the two roots, the one that is a square itself, for fourth roots
    return root if pow(root, (PRIME - 1) // 2, PRIME) == 1 else other


def value(polynomial: fmpq_mpoly, point: Point) -> int:
    """Return a polynomial at a point modulo the prime; letters behind the point must not occur."""
    total = 0
    for exponents, coefficient in polynomial.terms():
        term = int(coefficient.p) * pow(int(coefficient.q), -1, PRIME)
        for letter, exponent in zip(point, exponents, strict=False):
            if exponent:
                term = term * pow(letter, int(exponent), PRIME) % PRIME
        total += term
    return total % PRIME


def evaluator(polynomials: Sequence[fmpq_mpoly], letters: int) -> Callable[[Point], list[int]]:
    """Return the values modulo the prime of polynomials in the first so many letters, as a function of the point."""
    context = nmod_mpoly_ctx.get([f"g{i}" for i in range(max(letters, 1))], modulus=PRIME, ordering=Ordering.degrevlex)
    made = [
        context.from_dict({tuple(map(int, e[:letters])): int(c.p) * pow(int(c.q), -1, PRIME) % PRIME for e, c in p.terms()})
        for p in polynomials
    ]
    return lambda point: [int(p(*point)) for p in made]


def rank(rows: Sequence[Sequence[int]]) -> int:
    """Return the rank of a matrix modulo the prime."""
    if not rows or not rows[0]:
        return 0
    return int(nmod_mat(len(rows), len(rows[0]), [int(v) for row in rows for v in row], PRIME).rank())


def independent_rows(rows: Sequence[Sequence[int]], among: int = 0) -> list[int]:
    """Return the first rows that each raise the rank, beside `among` leading rows that are there already."""
    echelon: list[tuple[int, list[int]]] = []
    chosen = []
    for number, row in enumerate(rows):
        rest = [int(v) % PRIME for v in row]
        for pivot, other in echelon:
            if factor := rest[pivot]:
                rest = [(v - factor * w) % PRIME for v, w in zip(rest, other, strict=True)]
        pivot = next((i for i, v in enumerate(rest) if v), -1)
        if pivot >= 0:
            inverse = pow(rest[pivot], -1, PRIME)
            echelon.append((pivot, [v * inverse % PRIME for v in rest]))
            if number >= among:
                chosen.append(number)
    return chosen


def generic_rank(slopes: System, columns: int, seed: int = 20_231, points: int = 3) -> tuple[int, list[int]]:
    """Return the rank of a Jacobian at random points modulo a prime, and the first rows that reach it.

    The rows of `slopes` are the entries of d beta/d C, row by row, `columns` of them a row. The rank found is exact at each
    point; it is the generic one unless a point lies on a special surface, a chance of about 1e-17, and the highest of all
    points is taken.
    """
    rng = np.random.default_rng(seed)
    best: list[int] = []
    values = evaluator(slopes.polynomials, len(slopes.generators))
    for _ in range(points):
        entries = values(random_point(slopes, rng))
        found = independent_rows([entries[i : i + columns] for i in range(0, len(entries), columns)])
        best = found if len(found) > len(best) else best
    return len(best), best


def nmod_null_space(rows: Sequence[Sequence[int]]) -> list[dict[int, int]]:
    """Return a basis of the vectors that a matrix sends to 0 modulo the prime, in reduced echelon form, as column → entry."""
    columns = len(rows[0])
    reduced, found = nmod_mat(len(rows), columns, [int(v) for row in rows for v in row], PRIME).rref()
    pivots = [next(j for j in range(columns) if int(reduced[i, j])) for i in range(found)]
    basis = []
    for free in (j for j in range(columns) if j not in set(pivots)):
        vector = {pivot: int(-reduced[i, free]) for i, pivot in enumerate(pivots) if int(reduced[i, free])}
        basis.append({**vector, free: 1})
    return basis


def lifted(number: int) -> tuple[int, int] | None:
    """Return numerator and denominator of the small rational number that a residue stands for, None where there is none."""
    a, b, s, t = PRIME, number % PRIME, 0, 1
    while b > _LONGEST:
        quotient = a // b
        a, b, s, t = b, a - quotient * b, t, s - quotient * t
    if t == 0 or abs(t) > _LONGEST:
        return None
    return (b, t) if t > 0 else (-b, -t)


def determined_columns(
    slopes: System, columns: int, degrees: Sequence[int], seed: int = 20_231
) -> tuple[list[int | None], list[int | None]]:
    """Return for each constant the lowest degree at which it appears, and the lowest from which it is determined.

    `degrees` are those of the rows of d beta/d C. A constant is determined where leaving its column out lowers the rank.
    """
    values = evaluator(slopes.polynomials, len(slopes.generators))
    entries = values(random_point(slopes, np.random.default_rng(seed)))
    rows = [entries[i : i + columns] for i in range(0, len(entries), columns)]
    appears: list[int | None] = [None] * columns
    known: list[int | None] = [None] * columns
    for degree in sorted(set(degrees)):
        kept = [row for row, d in zip(rows, degrees, strict=True) if d <= degree]
        full = rank(kept)
        for j in range(columns):
            if appears[j] is None and any(row[j] for row in kept):
                appears[j] = degree
            if known[j] is None and rank([row[:j] + row[j + 1 :] for row in kept]) == full - 1:
                known[j] = degree
    return appears, known
