"""The second record of a fit: the constants, and how they depend on the coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from symseries.elimination import undetermined
from symseries.errors import ConvergenceError, IdentifiabilityError, LawNameError, OptionError, listing, suggestion
from symseries.fitting.prepare import Prepared
from symseries.least_squares import pseudo_inverse, rational_rank, solve_linear, solve_rational, solve_separable
from symseries.scalars import F64, QQ, Array, typed
from symseries.spaces import TaylorSpace

_HIGHEST = 40  # order up to which a constant that has no influence is looked for


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
    message: str = ""

    def numbers(self) -> Array:
        """Return the constants as floats (p,)."""
        return np.array([float(value) for value in self.values])


def solve(prepared: Prepared, start: object, bounds: object, rng: np.random.Generator) -> Solved:
    """Return the constants: exactly, by linear least squares, or by separable least squares.

    Raises `IdentifiabilityError` naming the combination that is determined, `ConvergenceError` where no start converged.
    """
    names = prepared.law.constants
    first, box = _numbers(start, names, "start"), _bounds(bounds, names)
    if not names:
        raise IdentifiabilityError(f"law {prepared.law}: every value is known, there is no constant to find; leave one out of known")
    if prepared.scalars.exact:
        return _exact(prepared)
    _check_count(prepared)
    nonlinear = tuple(name for name in names if name in prepared.law.nonlinear or name in box)
    return _nonlinear(prepared, nonlinear, first, box, rng) if nonlinear else _linear(prepared)


def _check_count(prepared: Prepared) -> None:
    rows, unknowns = len(prepared.space), len(prepared.law.constants)
    if rows < unknowns:
        what = "rows" if prepared.direct else "coefficients"
        raise IdentifiabilityError(
            f"{rows} {what} for {unknowns} constants ({listing(prepared.law.constants)}): {rows} equations for {unknowns} unknowns; "
            f"expected at least as many {what}, or fewer constants through known="
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
    gain = solution.inverse @ (prepared.root if prepared.root.ndim == 2 else np.diag(prepared.root))
    values = tuple(float(v) for v in solution.values)
    return Solved(values, gain, matrix, right - matrix @ solution.values, "linear least squares")


def _nonlinear(
    prepared: Prepared, nonlinear: tuple[str, ...], start: Mapping[str, float], box: Mapping[str, tuple[float, float]], rng: np.random.Generator
) -> Solved:
    law, beta = prepared.law, prepared.beta
    linear = tuple(name for name in law.constants if name not in nonlinear)
    zero = {sympy.Symbol(name): sympy.Integer(0) for name in linear}
    heads = (law.formula.xreplace(zero), *law.slopes(linear))
    slopes = law.slopes(nonlinear)

    def design(theta: Array) -> tuple[Array, Array]:
        columns = prepared.weighted(_evaluated(prepared, heads, dict(zip(nonlinear, theta, strict=True))))
        return columns[:, 0], columns[:, 1:]

    def slope(theta: Array, values: Array) -> Array:
        constants = dict(zip((*nonlinear, *linear), (*theta, *values), strict=True))
        return prepared.weighted(_evaluated(prepared, slopes, constants))

    alpha = prepared.alpha.elements[:, 0]
    given = np.array([start[name] for name in nonlinear]) if all(name in start for name in nonlinear) else None
    limits = np.array([box.get(name, (-np.inf, np.inf)) for name in nonlinear]).T
    found = solve_separable(
        design, slope, prepared.weighted(alpha), nonlinear=len(nonlinear), rng=rng, start=given, bounds=(limits[0], limits[1]) if box else None
    )
    values = dict(zip((*nonlinear, *linear), (*found.theta, *found.linear), strict=True))
    ordered = np.array([values[name] for name in law.constants])
    if found.rank < len(law.constants) and np.isfinite(ordered).all():
        error = unidentified(prepared, ordered)
        if error is not None:
            raise error
    if not found.converged:
        raise ConvergenceError(f"law {law}: {found.message}; give start={{'{nonlinear[0]}': …}} near the answer, or bounds=")
    jacobian = beta.evaluate(law.slopes(law.constants), values)
    gain = pseudo_inverse(prepared.weighted(jacobian)) @ (prepared.root if prepared.root.ndim == 2 else np.diag(prepared.root))
    residual = alpha - beta.evaluate((law.formula,), values)[:, 0]
    eliminated = f", {listing(linear)} eliminated" if linear else ""
    how = f"nonlinear least squares in {listing(nonlinear)}{eliminated}; {found.agreed} of {found.tried} starts agree"
    return Solved(tuple(float(v) for v in ordered), gain, jacobian, residual, how, found.message)


def _evaluated(prepared: Prepared, formulas: tuple[sympy.Expr, ...], constants: Mapping[str, float]) -> Array:
    """Return coefficients, or infinities where a trial value of a constant leaves the law's domain."""
    try:
        return prepared.beta.evaluate(formulas, constants, strict=False)
    except (ValueError, ArithmeticError):  # a trial beyond a pole or branch point of a Taylor expansion
        return np.full((len(prepared.space), len(formulas)), np.inf)


def unidentified(prepared: Prepared, around: Array) -> IdentifiabilityError:
    """Return the error that says which combination the coefficients determine."""
    law = prepared.law

    def jacobian(constants: Array) -> Array:
        values = prepared.beta.evaluate(law.slopes(law.constants), dict(zip(law.constants, constants, strict=True)), strict=False)
        return F64.array(values)

    sentences = undetermined(jacobian, around, law.constants)
    if not sentences:
        sentences = ["the constants cannot be told apart to the accuracy of the coefficients"]
    place = "the data" if prepared.direct else prepared.space.describe()
    hint = _order_hint(prepared, sentences)
    return IdentifiabilityError(
        f"law {law}: {'; '.join(sentences)} (by {place}){hint}; hold one with known={{…}}, or write the combination as one constant"
    )


def _order_hint(prepared: Prepared, sentences: list[str]) -> str:
    """Return the smallest order at which a constant without influence appears, over a Taylor space."""
    law, space = prepared.law, prepared.space
    silent = [name for name in law.constants if any(s.startswith(f"{name} has no influence") for s in sentences)]
    if not silent or not isinstance(space, TaylorSpace):
        return ""
    for order in range((space.order or 0) + 1, _HIGHEST if len(space.variables) == 1 else 13):
        columns = law.expand(space.with_order(order)).evaluate(law.slopes(silent[:1]), dict.fromkeys(law.constants, 1))
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
            raise LawNameError(f"{what}: {name!r} is no constant of the law{suggestion(name, names)}; constants: {listing(names)}")
    return {name: float(typed(value, f"{what} of {name}")) for name, value in start.items()}


def _bounds(bounds: object, names: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    if bounds is None:
        return {}
    if not isinstance(bounds, Mapping):
        raise OptionError(f"bounds={bounds!r}: expected a mapping of constants to (lowest, highest)")
    box = {}
    for name, pair in bounds.items():
        if name not in names:
            raise LawNameError(f"bounds: {name!r} is no constant of the law{suggestion(name, names)}; constants: {listing(names)}")
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise OptionError(f"bounds of {name}: {pair!r}; expected two numbers, (lowest, highest), None for no limit")
        low, high = (limit if value is None else float(typed(value, f"bounds of {name}")) for value, limit in zip(pair, (-np.inf, np.inf), strict=True))
        if not low < high:
            raise OptionError(f"bounds of {name}: lowest {low} is not below highest {high}")
        box[name] = (low, high)
    return box
