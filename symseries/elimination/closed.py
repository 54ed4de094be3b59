"""Constants as expressions in coefficients: the lowest rows of a system that determine them, solved exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
import sympy
from flint import fmpq, fmpq_mpoly, fmpz

from symseries.elimination.fractions import Field, Fraction
from symseries.elimination.gauges import Weights, gauge
from symseries.elimination.inversion import inverted
from symseries.elimination.points import independent_rows, random_point, value
from symseries.elimination.solving import State, coefficients, distinct, triangular
from symseries.elimination.systems import DEPENDENT, PARAMETER, ROOT, System, rational
from symseries.names import symbol


@dataclass(frozen=True)
class Branch:
    """One solution: constants as expressions in the coefficients, what must not vanish, and what must not be negative."""

    values: dict[str, sympy.Expr]
    nonzero: tuple[sympy.Expr, ...]
    nonnegative: tuple[sympy.Expr, ...] = ()


@dataclass(frozen=True)
class Unsolved:
    """Why there is no closed form: in words, and the names of the constants that are not reached."""

    reason: str
    names: tuple[str, ...] = ()
    rows: tuple[int, ...] = field(default=())


Found = tuple[tuple[int, ...], tuple[Branch, ...]]


def closed_branches(system: System, scales: Sequence[sympy.Expr]) -> Found | Unsolved:
    """Return the rows used and all candidates for the constants in their coefficients, `scales` times `labels` for each row.

    Roots count as unknowns of their own, as exponentials do, unless only their squares lead to an answer.
    """
    if ROOT in system.kinds and isinstance(found := _branches(replace(system, loose=True), scales), tuple):
        return found
    return _branches(system, scales)


def _branches(system: System, scales: Sequence[sympy.Expr]) -> Found | Unsolved:
    weights = gauge(system)
    unknowns = _unknowns(system, weights)
    relations = [*system.relations.values(), *system.circles]
    rows, missing = _rows(system, relations, unknowns)
    while missing and (given := [i for i in missing if system.kinds[i] == DEPENDENT]):
        unknowns.remove(given[-1])  # it may follow from the constants that it is made of
        rows, missing = _rows(system, relations, unknowns)
    if missing:
        return Unsolved("the coefficients do not determine them algebraically", _names(system, missing), tuple(rows))
    fixed: dict[str | int, int | fmpz | fmpq] = {f"g{i}": 1 for i in weights}
    equations = [system.polynomials[j] - system.alphas[j] for j in rows]
    done, _ = triangular([p.subs(fixed) for p in (*relations, *equations)], unknowns)
    letters = [*system.generators, *(scale * label for scale, label in zip(scales, system.labels, strict=True))]
    found = [branch for state in done for branch in _Answer(system, weights, state, letters).branches()]
    if not found:
        return Unsolved("the equations have no solution in square roots that was found", system.constants, tuple(rows))
    return tuple(rows), tuple(found)


def _unknowns(system: System, weights: Weights) -> list[int]:
    """Return the generators to solve for: all that depend on constants, occur and were not scaled away."""
    held = {i for p in (*system.polynomials, *system.relations.values()) for i, d in enumerate(p.degrees()) if d > 0}
    return [i for i, kind in enumerate(system.kinds) if kind != PARAMETER and i in held and i not in weights]


def _rows(system: System, relations: Sequence[fmpq_mpoly], unknowns: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the first rows that determine the unknowns, and the unknowns that no row determines."""
    point = random_point(system, np.random.default_rng(20_231))
    everything = [*relations, *system.polynomials]
    matrix = [[value(p.derivative(i), point) for i in unknowns] for p in everything]
    rows = [j - len(relations) for j in independent_rows(matrix, among=len(relations))]
    chosen = [*matrix[: len(relations)], *(matrix[j + len(relations)] for j in rows)]
    if len(independent_rows(chosen)) == len(unknowns):
        return rows, []
    full = len(independent_rows(chosen))
    kept = [[*row] for row in chosen]
    free = [i for at, i in enumerate(unknowns) if len(independent_rows([r[:at] + r[at + 1 :] for r in kept])) == full]
    return rows, free


def _names(system: System, generators: Sequence[int]) -> tuple[str, ...]:
    names = {s.name for i in generators for s in system.generators[i].free_symbols}
    return tuple(name for name in system.constants if name in names)


class _Answer:
    """The constants of a branch in which every unknown was eliminated."""

    def __init__(self, system: System, weights: Weights, state: State, letters: Sequence[sympy.Expr]) -> None:
        self.system, self.weights, self.letters = system, weights, list(letters)
        self.field = Field(system.context)
        self.nonzero: tuple[fmpq_mpoly, ...] = ()
        self.roots: list[tuple[int, fmpq_mpoly, fmpq_mpoly, fmpq_mpoly]] = []
        self.signs: dict[int, int] = {}
        self.solved: dict[int, Fraction] = {}
        for step in reversed(state.steps):
            if step.square is None:
                self.solved[step.unknown] = self._divided(step.above, step.below)
            else:
                parts = [self.field.at(part, self.solved) for part in (step.above, step.below, step.square)]
                c, b, a = self.field.common(parts)
                self.field.quadratic(step.unknown, a, b, c)
                self.roots.append((step.unknown, a, b, c))
                self._note(a)

    def _divided(self, above: fmpq_mpoly, below: fmpq_mpoly) -> Fraction:
        bottom = self.field.at(below, self.solved)
        self._note(bottom.top)
        return self.field.divided(self.field.at(above, self.solved), bottom)

    def _note(self, divisor: fmpq_mpoly) -> None:
        if not divisor.is_zero() and not divisor.is_constant():
            self.nonzero = distinct((*self.nonzero, *(factor for factor, _ in divisor.factor()[1])))

    def branches(self) -> list[Branch]:
        """Return one branch for every choice of signs before the square roots."""
        if any(fraction.bottom.is_zero() for fraction in self.solved.values()):
            return []
        found = []
        for signs in product((1, -1), repeat=len(self.roots)):
            letters, inside = list(self.letters), []
            self.signs = dict(zip((unknown for unknown, *_ in self.roots), signs, strict=True))
            for unknown, a, b, c in reversed(self.roots):  # a root may hold those that were found after it
                letters[unknown] = self._root(unknown, (a, b, c), letters)
                inside.append(self.system.square_root(b * b - 4 * a * c, letters)[1])
            values = self._constants(letters)
            if values is not None:
                nonzero = (self.system.factored(factor, letters) for factor in self.nonzero)
                found.append(Branch(values, tuple(map(self._shown, nonzero)), tuple(i for i in inside if not i.is_number)))
        return found

    def _root(
        self, unknown: int, parts: tuple[fmpq_mpoly, ...], letters: Sequence[sympy.Expr], above: Sequence[fmpq_mpoly] = ()
    ) -> sympy.Expr:
        """Return (p + r*u)/s for a root u of a*u**2 + b*u + c, `above` being p, r and s, by default u itself."""
        a, b, c = parts
        p, r, s = above or (self.field.one - 1, self.field.one, self.field.one)
        outer, inner = self.system.square_root(b * b - 4 * a * c, letters)
        plain = self.system.ratio(2 * a * p - r * b, 2 * a * s, letters)
        return plain + self.signs[unknown] * outer * self.system.ratio(r, 2 * a * s, letters) * sympy.sqrt(inner)

    @staticmethod
    def _shown(condition: sympy.Expr) -> sympy.Expr:
        """Return what must not vanish without numbers before it."""
        plain = condition.primitive()[1].as_coeff_Mul()[1]
        return -plain if plain.could_extract_minus_sign() else plain

    def _constants(self, letters: Sequence[sympy.Expr]) -> dict[str, sympy.Expr] | None:
        """Return the constants with the scalings undone, None where one is not reached."""
        system, known = self.system, dict[str, sympy.Expr]()
        while len(known) < len(system.constants):
            before = len(known)
            for place, generator in enumerate(system.generators):
                new = self._found(place, generator, letters, known)
                known |= {name: value for name, value in new.items() if name not in known}
            if len(known) == before:
                return None
        return {name: known[name] for name in system.constants}

    def _found(
        self, place: int, generator: sympy.Expr, letters: Sequence[sympy.Expr], known: Mapping[str, sympy.Expr]
    ) -> dict[str, sympy.Expr]:
        """Return what a generator says of a constant, once the values that it was scaled by are known."""
        if place in self.weights or not (place in self.solved or any(place == u for u, *_ in self.roots)):
            return {}
        names = {s.name for s in generator.free_symbols} & set(self.system.constants)
        open_names = names - set(known)
        factors = {i: w[place] for i, w in self.weights.items() if place in w}
        held = {s.name for i in factors for s in self.system.generators[i].free_symbols} & set(self.system.constants)
        if len(open_names) != 1 or not held <= set(known) or self.system.kinds[place] not in ("constant", DEPENDENT):
            return {}
        plain = self._plain(place, letters)
        if {s.name for s in plain.free_symbols} & set(self.system.constants) - set(known):
            return {}
        substitution = {symbol(name): expression for name, expression in known.items()}
        scaling = (self.system.generators[i].xreplace(substitution) ** rational(w) for i, w in factors.items())
        value = plain.xreplace(substitution) * sympy.Mul(*scaling)
        [name] = open_names
        return inverted(generator.xreplace(substitution), symbol(name), value)

    def _plain(self, place: int, letters: Sequence[sympy.Expr]) -> sympy.Expr:
        if place not in self.solved:
            return self._number(place) * letters[place]
        fraction, unit = self.solved[place], self.system.units[place]
        top = fraction.top * fmpq(unit.numerator, unit.denominator)
        held = [root for root in self.roots if top.degrees()[root[0]] > 0]
        if len(held) == 1:
            [(unknown, *parts)] = held
            return self._root(unknown, tuple(parts), letters, (*coefficients(top, unknown), fraction.bottom))
        return self.system.ratio(top, fraction.bottom, letters)

    def _number(self, place: int) -> sympy.Rational:
        unit = self.system.units[place]
        return sympy.Rational(unit.numerator, unit.denominator)
