"""The second record of a fit: the constants, and how they depend on the coefficients."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from symseries.elimination import undetermined, undetermined_everywhere
from symseries.errors import ConvergenceError, IdentifiabilityError, LawNameError, OptionError, listing, suggestion
from symseries.fitting.prepare import Prepared
from symseries.laws import Law
from symseries.least_squares import (
    NonlinearSolution,
    pseudo_inverse,
    rational_rank,
    solve_linear,
    solve_rational,
    solve_separable,
)
from symseries.names import symbol
from symseries.scalars import F64, QQ, Array, typed
from symseries.spaces import TaylorSpace

Limits = tuple[float, float]

_HIGHEST = {1: 40, 2: 12}  # by variables, the order up to which a constant that has no influence is looked for
_POSITIONS = re.compile(r"nonlinear constants \[([\d, ]+)\] \(counted from 0\)")


@dataclass(frozen=True)
class Solved:
    """The constants that bring beta(C) closest to alpha."""

    values: tuple[Any, ...]
    """In the order of `law.constants`: floats, or exact SymPy rationals."""
    gain: Array
    """dC/d alpha, (constants, N)."""
    jacobian: Array
    """d beta/d C, (N, constants)."""
    residual: Array
    """alpha - beta(C), (N,), elements of the ring."""
    method: str


def solve(prepared: Prepared, start: object, bounds: object, rng: np.random.Generator) -> Solved:
    """Return the constants: exactly, by linear least squares, or by separable least squares.

    Raises `IdentifiabilityError` naming the combination that is determined, `ConvergenceError` where no start converged.
    """
    names = prepared.law.constants
    first, box = _numbers(start, names, "start"), _bounds(bounds, names)
    if not names:
        raise IdentifiabilityError(
            f"law {prepared.law}: it holds no constant to find; write one as a name, or leave one out of known="
        )
    if prepared.scalars.exact:
        return _exact(prepared)
    _check_count(prepared)
    sought = tuple(name for name in names if name in prepared.law.nonlinear or name in box)
    if sought and not box:
        _refuse_early(prepared)
    return _nonlinear(prepared, sought, first, box, rng) if sought else _linear(prepared)


def _check_count(prepared: Prepared) -> None:
    rows, unknowns = len(prepared.space), len(prepared.law.constants)
    if rows < unknowns:
        what = "rows" if prepared.direct else "coefficients"
        raise IdentifiabilityError(
            f"{rows} {what} for {unknowns} constants ({listing(prepared.law.constants)}): {rows} equations for {unknowns} "
            f"unknowns; expected at least as many {what}, or fewer constants through known="
        )


def _exact(prepared: Prepared) -> Solved:
    """Rational least squares: B' W B C = B' W (alpha - offset), W the exact norms of the basis."""
    law = prepared.law
    _check_count(prepared)
    columns = prepared.beta.evaluate((law.offset, *law.slopes(law.constants)), {})
    offset, matrix = columns[:, 0], columns[:, 1:]
    if rational_rank(matrix) < len(law.constants):
        raise unidentified(prepared, np.ones(len(law.constants)))
    values = solve_rational(matrix, prepared.alpha.elements[:, 0] - offset, prepared.root)
    residual = prepared.alpha.elements[:, 0] - offset - QQ.matmul(matrix, values[:, None])[:, 0]
    floats = F64.array(matrix)
    root = np.sqrt(F64.array(prepared.root))
    gain = pseudo_inverse(root[:, None] * floats) * root
    return Solved(tuple(QQ.handed(values)), gain, floats, residual, "exact rational least squares")


def _linear(prepared: Prepared) -> Solved:
    law = prepared.law
    columns = prepared.beta.evaluate((law.offset, *law.slopes(law.constants)), {})
    matrix, right = columns[:, 1:], prepared.alpha.elements[:, 0] - columns[:, 0]
    solution = solve_linear(prepared.weighted(matrix), prepared.weighted(right))
    if solution.rank < len(law.constants):
        raise unidentified(prepared, np.ones(len(law.constants)))
    values = tuple(float(v) for v in solution.values)
    return Solved(values, _gain(prepared, solution.inverse), matrix, right - matrix @ solution.values, "linear least squares")


def _refuse_early(prepared: Prepared) -> None:
    """Raise what can be said whatever the constants are before a long search is made for them."""
    if undetermined_everywhere(_jacobian(prepared), prepared.law.constants):
        raise unidentified(prepared, np.ones(len(prepared.law.constants)))


@dataclass(frozen=True)
class _Model:
    """The law as `solve_separable` wants it: constants that are searched for, and those that are linear beside them."""

    prepared: Prepared
    sought: tuple[str, ...]

    @cached_property
    def linear(self) -> tuple[str, ...]:
        return tuple(name for name in self.prepared.law.constants if name not in self.sought)

    @cached_property
    def heads(self) -> tuple[sympy.Expr, ...]:
        """The law without its linear constants, and their slopes."""
        law, zero = self.prepared.law, {symbol(name): sympy.Integer(0) for name in self.linear}
        return (law.formula.xreplace(zero), *law.slopes(self.linear))

    def design(self, theta: Array) -> tuple[Array, Array]:
        columns = self.prepared.weighted(self._evaluated(self.heads, dict(zip(self.sought, theta, strict=True))))
        return columns[:, 0], columns[:, 1:]

    def slopes(self, theta: Array, values: Array) -> Array:
        constants = dict(zip((*self.sought, *self.linear), (*theta, *values), strict=True))
        return self.prepared.weighted(self._evaluated(self.prepared.law.slopes(self.sought), constants))

    def _evaluated(self, formulas: tuple[sympy.Expr, ...], constants: Mapping[str, float]) -> Array:
        """Return coefficients, or infinities where a trial value of a constant leaves the law's domain."""
        try:
            return self.prepared.beta.evaluate(formulas, constants, strict=False)
        except (ValueError, ArithmeticError):  # a trial beyond a pole or branch point of a Taylor expansion
            return np.full((len(self.prepared.space), len(formulas)), np.inf)

    def ordered(self, found: NonlinearSolution) -> Array:
        """Return the constants in the order of the law."""
        values = dict(zip((*self.sought, *self.linear), (*found.theta, *found.linear), strict=True))
        return np.array([values[name] for name in self.prepared.law.constants])


def _nonlinear(
    prepared: Prepared, sought: tuple[str, ...], start: Mapping[str, float], box: Mapping[str, Limits], rng: np.random.Generator
) -> Solved:
    model = _Model(prepared, sought)
    limits = np.array([box.get(name, (-np.inf, np.inf)) for name in sought]).T
    found = solve_separable(
        model.design,
        model.slopes,
        prepared.weighted(prepared.alpha.elements[:, 0]),
        nonlinear=len(sought),
        rng=rng,
        start=_first(start, sought),
        bounds=(limits[0], limits[1]),
    )
    _check_answer(model, found)
    values = model.ordered(found)
    constants = dict(zip(prepared.law.constants, values.tolist(), strict=True))
    jacobian = prepared.beta.evaluate(prepared.law.slopes(prepared.law.constants), constants)
    residual = prepared.alpha.elements[:, 0] - prepared.beta.evaluate((prepared.law.formula,), constants)[:, 0]
    eliminated = f", {listing(model.linear)} eliminated" if model.linear else ""
    how = f"nonlinear least squares in {listing(sought)}{eliminated}, {found.message}"
    return Solved(
        tuple(constants.values()), _gain(prepared, pseudo_inverse(prepared.weighted(jacobian))), jacobian, residual, how
    )


def _gain(prepared: Prepared, inverse: Array) -> Array:
    """Return dC/d alpha from the pseudo-inverse of R times the Jacobian."""
    return np.asarray(inverse @ prepared.root if prepared.root.ndim == 2 else inverse * prepared.root)


def _first(start: Mapping[str, float], sought: tuple[str, ...]) -> Array | None:
    """Return the start of the constants that are searched for; linear ones need none."""
    if not any(name in start for name in sought):
        return None
    missing = [name for name in sought if name not in start]
    if missing:
        raise OptionError(f"start: no value for {listing(missing)}; give one for each of {listing(sought)}, or leave start out")
    return np.array([start[name] for name in sought])


def _check_answer(model: _Model, found: NonlinearSolution) -> None:
    """Raise what keeps the answer from being one to stand behind."""
    law, prepared = model.prepared.law, model.prepared
    if not found.tried:  # where the law has no value whatever its constants are, this says why
        prepared.beta.evaluate((law.formula,), dict.fromkeys(law.constants, 1.0))
    if found.tried and np.isfinite(found.jacobian).all() and found.rank < len(law.constants):
        raise unidentified(prepared, model.ordered(found))
    if not found.converged:
        message = _POSITIONS.sub(lambda match: _named(match, model.sought), found.message)
        hint = ", ".join(f"'{name}': …" for name in model.sought)
        raise ConvergenceError(
            f"law {law}: {message}; give start={{{hint}}} near the answer, other bounds=, or hold one with known="
        )


def _named(match: re.Match[str], names: tuple[str, ...]) -> str:
    return listing(names[int(position)] for position in match[1].split(","))


def unidentified(prepared: Prepared, around: Array) -> IdentifiabilityError:
    """Return the error that says which combination the coefficients determine."""
    law = prepared.law
    sentences = [_of_the_law(law, sentence) for sentence in undetermined(_jacobian(prepared), around, law.constants)]
    if not sentences:
        sentences = ["the constants cannot be told apart to the accuracy of the coefficients"]
    place = "the data" if prepared.direct else prepared.space.describe()
    hint = _order_hint(prepared, sentences)
    named = next((name for name in law.constants if re.search(rf"\b{name}\b", sentences[0])), law.constants[0])
    return IdentifiabilityError(
        f"law {law}: {'; '.join(sentences)} (by {place}){hint}; hold {named} with known={{'{named}': …}}, "
        "or write what is determined as one constant"
    )


def _jacobian(prepared: Prepared) -> Callable[[Array], Array]:
    """Return d beta/d C as a function of the constants (p,), not finite where the law has no series."""
    law = prepared.law

    def jacobian(constants: Array) -> Array:
        numbers = dict(zip(law.constants, constants, strict=True))
        try:
            return F64.array(prepared.beta.evaluate(law.slopes(law.constants), numbers, strict=False))
        except (ValueError, ArithmeticError):  # these constants leave the law without a series
            return np.full((len(prepared.space), len(law.constants)), np.nan)

    return jacobian


def _of_the_law(law: Law, sentence: str) -> str:
    """Name the term without variables where the constants that stand in it alone cannot be told apart: s0 + k/sqrt(D)."""
    names, found, _ = sentence.partition(" are not determined apart")
    fixed = law.formula.as_independent(*map(symbol, law.variables), as_Add=True)[0]
    apart = {symbol(name) for name in re.findall(r"\w+", names)} & {symbol(name) for name in law.constants}
    return f"only {fixed} is determined, not {names} apart" if found and apart and apart == fixed.free_symbols else sentence


def _order_hint(prepared: Prepared, sentences: list[str]) -> str:
    """Return the smallest order at which a constant without influence appears, over a Taylor space."""
    law, space = prepared.law, prepared.space
    silent = [name for name in law.constants if any(s.startswith(f"{name} has no influence") for s in sentences)]
    if not silent or not isinstance(space, TaylorSpace):
        return ""
    for order in range((space.order or 0) + 1, _HIGHEST.get(len(space.variables), 8) + 1):
        columns = law.expand(space.with_order(order)).evaluate(law.slopes(silent[:1]), dict.fromkeys(law.constants, 1.0))
        if np.any(columns != 0):
            return f"; {silent[0]} does not appear up to order {space.order}, order {order} is the smallest that holds it"
    return f"; {silent[0]} does not appear up to order {space.order}"


def _numbers(start: object, names: tuple[str, ...], what: str) -> dict[str, float]:
    if start is None:
        return {}
    if not isinstance(start, Mapping):
        raise OptionError(f"{what}={start!r}: expected a mapping of constants, such as {{'{names[0] if names else 'k'}': 1.0}}")
    for name in start:
        if name not in names:
            raise LawNameError(
                f"{what}: {name!r} is no constant of the law{suggestion(name, names)}; constants: {listing(names)}"
            )
    return {name: float(typed(value, f"{what} of {name}")) for name, value in start.items()}


def _bounds(bounds: object, names: tuple[str, ...]) -> dict[str, Limits]:
    if bounds is None:
        return {}
    if not isinstance(bounds, Mapping):
        raise OptionError(
            f"bounds={bounds!r}: expected a mapping of constants to (lowest, highest), such as {{'k': (0, None)}}"
        )
    box = {}
    for name, pair in bounds.items():
        if name not in names:
            raise LawNameError(
                f"bounds: {name!r} is no constant of the law{suggestion(name, names)}; constants: {listing(names)}"
            )
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise OptionError(f"bounds of {name}: {pair!r}; expected two numbers, (lowest, highest), None for no limit")
        low, high = (_limit(value, limit, name) for value, limit in zip(pair, (-np.inf, np.inf), strict=True))
        if not low < high:
            raise OptionError(f"bounds of {name}: lowest {low:g} is not below highest {high:g}; give them in order")
        box[name] = (low, high)
    return box


def _limit(value: object, absent: float, name: str) -> float:
    infinite = isinstance(value, float) and np.isinf(value)
    return float(value) if infinite else absent if value is None else float(typed(value, f"bounds of {name}"))  # type: ignore[arg-type]
