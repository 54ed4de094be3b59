"""Polynomial equations solved one unknown after the other: linear ones first, then square roots.

Every equation that is left is factored after each step, factors that were divided by are dropped, and what splits into several
factors is followed in each of them. The answers are candidates: who uses them puts them back into the equations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flint import fmpq, fmpq_mpoly

MOST_BRANCHES = 24
_MOST_TERMS = 20_000
_ROUNDS = 12  # of eliminations by resultants


@dataclass(frozen=True)
class Step:
    """One unknown: `above`/`below` where `square` is None, else a root of above + below*u + square*u**2."""

    unknown: int
    above: fmpq_mpoly
    below: fmpq_mpoly
    square: fmpq_mpoly | None = None


@dataclass(frozen=True)
class State:
    """Equations and unknowns that are left, steps taken, and what must not vanish."""

    equations: tuple[fmpq_mpoly, ...]
    unknowns: frozenset[int]
    steps: tuple[Step, ...] = ()
    nonzero: tuple[fmpq_mpoly, ...] = ()
    rounds: int = 0


def triangular(equations: Sequence[fmpq_mpoly], unknowns: Iterable[int]) -> tuple[list[State], list[State]]:
    """Return the branches in which all unknowns were eliminated, and those that ended before."""
    waiting, done, stuck = [State(tuple(equations), frozenset(unknowns))], list[State](), list[State]()
    while waiting and len(done) < MOST_BRANCHES:
        state = waiting.pop()
        for factors in _split(state):
            if not factors.unknowns:
                done.append(factors)
                continue
            following = _next(factors)
            (waiting.append(following) if following else stuck.append(factors))
    return done, stuck


def _split(state: State) -> list[State]:
    """Return the states in which one equation after the other is replaced by one of its factors."""
    states = [replace(state, equations=())]
    for equation in state.equations:
        if equation.is_zero():
            continue
        factors = _factors(equation, state)
        states = [replace(s, equations=(*s.equations, f)) for s in states for f in factors][:MOST_BRANCHES]
    return [replace(s, equations=distinct(s.equations)) for s in states]


def _factors(equation: fmpq_mpoly, state: State) -> list[fmpq_mpoly]:
    """Return the factors that hold an unknown and were not divided by; none where the equation cannot hold."""
    if len(equation) > _MOST_TERMS:
        return [equation]
    found = [factor for factor, _ in equation.factor()[1] if _held(factor) & state.unknowns]
    return [factor for factor in found if factor not in state.nonzero]


def _held(polynomial: fmpq_mpoly) -> set[int]:
    return {i for i, degree in enumerate(polynomial.degrees()) if degree > 0}


def _next(state: State) -> State | None:
    """Return the state after the simplest next step, None where there is none."""
    linear = _linear(state)
    if linear is not None:
        return _solved(state, *linear)
    for equation in sorted(state.equations, key=len):
        [*held] = _held(equation) & state.unknowns
        if len(held) == 1 and equation.degrees()[held[0]] == 2:
            return _rooted(state, equation, held[0])
    return _eliminated(state) if state.rounds < _ROUNDS else None


def _linear(state: State) -> tuple[fmpq_mpoly, int] | None:
    """Return an equation and an unknown in which it is linear, the factor of the unknown being as simple as can be."""
    best, found = None, None
    for equation in state.equations:
        degrees = equation.degrees()
        for unknown in _held(equation) & state.unknowns:
            if degrees[unknown] == 1:
                factor = equation.derivative(unknown)
                weight = (len(_held(factor) & state.unknowns), len(factor), len(equation), unknown)
                if best is None or weight < best:
                    best, found = weight, (equation, unknown)
    return found


def _solved(state: State, equation: fmpq_mpoly, unknown: int) -> State:
    below = equation.derivative(unknown)
    above = equation.context().gen(unknown) * below - equation
    rest = tuple(substituted(e, unknown, above, below) for e in state.equations if e != equation)
    divided = () if below.is_constant() else tuple(factor for factor, _ in below.factor()[1])
    return replace(
        state, equations=rest, unknowns=state.unknowns - {unknown}, steps=(*state.steps, Step(unknown, above, below)),
        nonzero=(*state.nonzero, *divided),
    )  # fmt: skip


def _rooted(state: State, equation: fmpq_mpoly, unknown: int) -> State:
    """Solve a quadratic equation; other equations in the unknown are left to what is checked at the end."""
    parts = coefficients(equation, unknown)
    rest = tuple(e for e in state.equations if unknown not in _held(e))
    held = [e for e in state.equations if unknown in _held(e) and e != equation and _held(e) & state.unknowns != {unknown}]
    return replace(
        state, equations=(*rest, *held), unknowns=state.unknowns - {unknown},
        steps=(*state.steps, Step(unknown, parts[0], parts[1], parts[2])),
    )  # fmt: skip


def _eliminated(state: State) -> State | None:
    """Return the state with an equation more, from which an unknown was eliminated by a resultant."""
    pairs = []
    for i, p in enumerate(state.equations):
        for q in state.equations[:i]:
            for unknown in _held(p) & _held(q) & state.unknowns:
                size = p.degrees()[unknown] * q.degrees()[unknown] * (len(p) + len(q))
                pairs.append((size, i, unknown, p, q))
    for *_, unknown, p, q in sorted(pairs, key=lambda pair: pair[:3]):
        found = p.resultant(q, unknown)
        if not found.is_zero() and found not in state.equations:
            longer = q if len(q) > len(p) else p
            kept = tuple(e for e in state.equations if e is not longer)
            return replace(state, equations=(*kept, found), rounds=state.rounds + 1)
    return None


def distinct(polynomials: Iterable[fmpq_mpoly]) -> tuple[fmpq_mpoly, ...]:
    """Return polynomials, which have no hash, each once."""
    found: list[fmpq_mpoly] = []
    for polynomial in polynomials:
        if polynomial not in found:
            found.append(polynomial)
    return tuple(found)


def coefficients(polynomial: fmpq_mpoly, letter: int) -> list[fmpq_mpoly]:
    """Return the coefficients of the powers of a letter, ascending."""
    found: list[dict[tuple[int, ...], fmpq]] = [{} for _ in range(int(polynomial.degrees()[letter]) + 1)]
    for exponents, coefficient in polynomial.terms():
        rest = tuple(0 if i == letter else int(e) for i, e in enumerate(exponents))
        found[int(exponents[letter])][rest] = coefficient
    return [polynomial.context().from_dict(terms) for terms in found]


def substituted(polynomial: fmpq_mpoly, letter: int, above: fmpq_mpoly, below: fmpq_mpoly) -> fmpq_mpoly:
    """Return below**d times the polynomial of degree d in a letter, with above/below for the letter."""
    parts = coefficients(polynomial, letter)
    total, power = parts[-1], polynomial.context().constant(1)
    for part in reversed(parts[:-1]):
        power = power * below
        total = total * above + part * power
    return total
