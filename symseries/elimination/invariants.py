"""Conditions that a law imposes on its coefficients whatever its constants are: polynomials in the coefficients that vanish.

They are found by interpolation: the monomials of the coefficients up to a degree, at random points of the law modulo a prime,
have a null space, which is lifted to the rational numbers; each condition is then proved by putting the coefficients in. For
degree 1 that is the left null space of the law's Jacobian where the law is linear in its constants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb, gcd, lcm

import numpy as np
from flint import fmpq_mpoly

from symseries.elimination.points import PRIME, evaluator, lifted, nmod_null_space, random_point, rank, value
from symseries.elimination.solving import coefficients
from symseries.elimination.systems import PARAMETER, RATIONAL, ROOT, System
from symseries.errors import ResourceLimitError

Exponents = tuple[int, ...]
Condition = dict[Exponents, int]

MOST_MONOMIALS = 900
_SPARE = 12  # points beyond the number of monomials
_MOST_TERMS = 200_000  # while a condition is proved


@dataclass(frozen=True)
class Invariants:
    """Conditions as exponents of (parameters, coefficients) → integer; `needed` of them are independent, `parameters` letters.

    `complete` says whether those found cut out the law's coefficients, up to single exceptions.
    """

    conditions: tuple[Condition, ...]
    parameters: tuple[int, ...]
    needed: int
    independent: int
    degree: int

    @property
    def complete(self) -> bool:
        """Whether the conditions are as many as the coefficients have beyond what the constants determine."""
        return self.independent == self.needed


def invariants_of(system: System, degree: int, before: Invariants | None = None) -> Invariants:
    """Return the conditions of a degree beside those of lower degrees, `before`.

    Raises `ResourceLimitError` where the monomials of that degree are too many.
    """
    rng = np.random.default_rng(20_231)
    parameters = tuple(i for i, kind in enumerate(system.kinds) if kind == PARAMETER and _occurs(system, i))
    found = list(before.conditions) if before else []
    monomials = _standard(len(parameters) + len(system.rows), degree, [_leading(c) for c in found])
    values = evaluator(system.polynomials, len(system.generators))
    drawn = [random_point(system, rng) for _ in range(len(monomials) + _SPARE)]
    points = [[*(point[i] for i in parameters), *values(point)] for point in drawn]
    factors = [[i for i, times in enumerate(e) for _ in range(times)] for e in monomials]
    rows = [[_product(point, chosen) for chosen in factors] for point in points]
    for vector in nmod_null_space(rows):
        condition = _lifted({monomials[j]: entry for j, entry in vector.items()})
        if condition is not None and proved(system, parameters, condition):
            found.append(condition)
    found = _not_of_parameters(found, len(parameters))
    place = points[0]
    independent = rank([_gradient(condition, place, len(parameters)) for condition in found])
    return Invariants(tuple(found), parameters, len(system.rows) - _dimension(system, rng), independent, degree)


def _occurs(system: System, letter: int) -> bool:
    return any(p.degrees()[letter] > 0 for p in system.polynomials)


def _not_of_parameters(conditions: Sequence[Condition], parameters: int) -> list[Condition]:
    return [c for c in conditions if any(any(e[parameters:]) for e in c)]


def _standard(letters: int, degree: int, leading: Sequence[Exponents]) -> list[Exponents]:
    """Return the monomials up to a degree that no leading monomial divides, those with late letters last in each degree."""
    alive = [i for i in range(letters) if not any(sum(e) == 1 and e[i] for e in leading)]
    if (count := comb(len(alive) + degree, degree)) > MOST_MONOMIALS:
        raise ResourceLimitError(
            f"conditions of degree {degree} in {len(alive)} coefficients: {count} monomials, the limit is {MOST_MONOMIALS}; "
            "lower the order"
        )
    found = []
    for total in range(degree + 1):
        made = []
        for chosen in combinations_with_replacement(alive, total):
            exponents = [0] * letters
            for letter in chosen:
                exponents[letter] += 1
            made.append(tuple(exponents))
        found += sorted(made, key=lambda e: e[::-1])
    return [e for e in found if not any(all(a >= b for a, b in zip(e, other, strict=True)) for other in leading)]


def _leading(condition: Condition) -> Exponents:
    return max(condition, key=lambda e: (sum(e), e[::-1]))


def _product(point: Sequence[int], chosen: Sequence[int]) -> int:
    found = 1
    for letter in chosen:
        found = found * point[letter] % PRIME
    return found


def _lifted(entries: dict[Exponents, int]) -> Condition | None:
    """Return a condition with whole numbers that have no common divisor, None where a number is too long for the prime."""
    pairs = {e: lifted(entry) for e, entry in entries.items()}
    exact = {e: pair for e, pair in pairs.items() if pair is not None}
    if len(exact) < len(pairs):
        return None
    below = lcm(*(bottom for _, bottom in exact.values()))
    whole = {e: top * (below // bottom) for e, (top, bottom) in exact.items()}
    shared = gcd(*whole.values())
    return {e: number // shared for e, number in whole.items()}


def proved(system: System, parameters: Sequence[int], condition: Condition) -> bool:
    """Return whether a condition vanishes exactly when the rows are put in for the coefficients."""
    letters = [*(system.letters[i] for i in parameters), *system.polynomials]
    total = system.context.constant(0)
    for exponents, number in condition.items():
        term = system.context.constant(number)
        for letter, exponent in zip(letters, exponents, strict=True):
            term = term * letter**exponent
        total = total + term
        if len(total) > _MOST_TERMS:
            return False
    return normal(system, total).is_zero()


def normal(system: System, polynomial: fmpq_mpoly) -> fmpq_mpoly:
    """Return a polynomial times powers of the bases of generators 1/u, free of these, with powers of roots reduced."""
    for place in reversed(range(len(system.generators))):
        generator, kind = system.generators[place], system.kinds[place]
        if kind == RATIONAL or (kind == ROOT and generator.exp < 0):
            polynomial = _cleared(
                polynomial, place, system.polynomial(generator.base) ** int(-generator.exp.p), generator.exp.q
            )
        elif kind == ROOT:
            parts = coefficients(polynomial, place)
            base, root, q = (
                system.polynomial(generator.base) ** int(generator.exp.p),
                system.letters[place],
                int(generator.exp.q),
            )
            polynomial = sum((part * base ** (k // q) * root ** (k % q) for k, part in enumerate(parts)), 0 * root)
    for circle in system.circles:
        sine, cosine = (i for i, degree in enumerate(circle.degrees()) if degree > 0)
        parts, c, s = coefficients(polynomial, sine), system.letters[cosine], system.letters[sine]
        polynomial = sum((part * (1 - c * c) ** (k // 2) * s ** (k % 2) for k, part in enumerate(parts)), 0 * s)
    return polynomial


def _cleared(polynomial: fmpq_mpoly, place: int, base: fmpq_mpoly, order: int) -> fmpq_mpoly:
    """Multiply by a power of `base`, g**order * base being 1, until the powers of the generator g are below the order."""
    order = int(order)
    parts = coefficients(polynomial, place)
    most = (len(parts) - 1) // order
    root = polynomial.context().gen(place)
    return sum((part * base ** (most - k // order) * root ** (k % order) for k, part in enumerate(parts)), 0 * root)


def _gradient(condition: Condition, point: Sequence[int], parameters: int) -> list[int]:
    """Return the derivatives of a condition in the coefficients at a point."""
    found = []
    for letter in range(parameters, len(point)):
        total = 0
        for exponents, number in condition.items():
            if exponents[letter]:
                lower = (*exponents[:letter], exponents[letter] - 1, *exponents[letter + 1 :])
                chosen = [i for i, times in enumerate(lower) for _ in range(times)]
                total += number * exponents[letter] * _product(point, chosen)
        found.append(total % PRIME)
    return found


def _dimension(system: System, rng: np.random.Generator) -> int:
    """Return how many coefficients are free: the rank of the rows in the generators that the relations leave free."""
    point = random_point(system, rng)
    letters = [i for i, kind in enumerate(system.kinds) if kind != PARAMETER]
    relations = [[value(r.derivative(i), point) for i in letters] for r in (*system.relations.values(), *system.circles)]
    rows = [[value(p.derivative(i), point) for i in letters] for p in system.polynomials]
    return rank([*relations, *rows]) - rank(relations)
