"""Constants of a direct fit to many digits: Newton's method in balls, from the numbers of the table as they were written.

With J = df/dC, r = y - f and weights W the iteration solves (J'WJ - sum_i W_i r_i f_i'') step = J'W r, second derivatives
included, so that the digits double in every step. The last step is repeated for a box around the answer, with balls of the
second derivatives over the whole box: where its image lies inside the box, the box holds one stationary point, and the digits
are proved (the interval Newton method, R. E. Moore, Interval Analysis, 1966).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mpmath
import numpy as np
import sympy
from flint import arb, arb_mat

from symseries import expressions
from symseries.errors import ConvergenceError, OptionError, listing
from symseries.fitting.options import spread
from symseries.fitting.prepare import Measurements, Prepared
from symseries.fitting.solve import Solved, weighted_gain
from symseries.laws import values_at
from symseries.least_squares import pseudo_inverse
from symseries.scalars import F64, MPF, Array, object_array

MOST_DIGITS = 1000
_GUARD = 128  # bits beyond the digits asked for
_STEPS = 60


def check_digits(polish: object) -> int | None:
    """Return the digits asked for, `OptionError` for what is no sensible number of them."""
    if polish is None:
        return None
    if isinstance(polish, bool) or not isinstance(polish, (int, np.integer)) or not 15 <= polish <= MOST_DIGITS:
        raise OptionError(f"polish={polish!r}: expected a number of digits from 15 to {MOST_DIGITS}, such as 30")
    return int(polish)


def polished(prepared: Prepared, solved: Solved, digits: int) -> Solved:
    """Return the same constants to so many digits, and residual and derivatives as they follow from those.

    Raises `OptionError` for a network and a space that is not the rows, `ConvergenceError` where the iteration does not settle.
    """
    if not isinstance(prepared.source, Measurements) or prepared.root.ndim != 1 or prepared.space.order is not None:
        raise OptionError(f"polish={digits}: only a direct fit at the rows of a table has digits to gain; leave polish out")
    if solved.bounded:
        raise OptionError(
            f"polish={digits}: {listing(solved.bounded)} ended at a bound; hold it there with fixed=, or widen bounds="
        )
    problem = _Problem(prepared, MPF(digits, _GUARD))
    names = prepared.model.constants
    first = [float(value) for name, value in zip(prepared.law.constants, solved.values, strict=True) if name in names]
    with problem.ring.working():
        values, proved = _settled(problem, object_array(arb(value) for value in first), digits)
        table = problem.table(values, second=False)
        residual, jacobian = problem.target - table[:, 0], _floats(table[:, 1:])
    return _record(prepared, solved, problem.ring.handed(values), (jacobian, _floats(residual)), digits=digits, proved=proved)


def _record(
    prepared: Prepared, solved: Solved, values: Array, sides: tuple[Array, Array], *, digits: int, proved: bool
) -> Solved:
    names, free = prepared.law.constants, prepared.model.constants
    with mpmath.workdps(digits + 10):
        rational = tuple(sympy.Float(value, digits + 10) for value in values)
        at = {sympy.Symbol(name): value for name, value in zip(free, rational, strict=True)}
        texts = tuple(_text(prepared.ties.get(n, sympy.Symbol(n)).xreplace(at), digits) for n in names)
    everything, slopes = spread(names, free, prepared.ties, tuple(float(value) for value in values))
    gain = slopes @ weighted_gain(prepared, pseudo_inverse(prepared.weighted(sides[0])))
    how = "proved by interval Newton" if proved else "not proved"
    method = f"{solved.method}; polished to {digits} digits by Newton's method, {how}"
    return dataclasses.replace(
        solved, values=everything, gain=gain, jacobian=sides[0], residual=sides[1], method=method, digits=texts
    )


def _text(value: sympy.Expr, digits: int) -> str:
    return str(mpmath.nstr(mpmath.mpf(str(sympy.N(value, digits + 10))), digits))


def _floats(values: Array) -> Array:
    """Return the midpoints of balls as floats."""
    return MPF(17).converted(values, F64, {}) if values.size else np.empty(values.shape)


@dataclass(frozen=True)
class _Problem:
    prepared: Prepared
    ring: MPF

    @cached_property
    def points(self) -> Array:
        """The rows of the table, as they were written."""
        data, names = self.prepared.source.data, self.prepared.model.variables
        assert data is not None  # noqa: S101 - measurements have data
        return np.stack([self.ring.array(object_array(data.exact(name))) for name in names], axis=1)

    @cached_property
    def target(self) -> Array:
        source = self.prepared.source
        assert isinstance(source, Measurements)  # noqa: S101 - checked by the caller
        values = self.ring.array(object_array(source.data.exact(source.target)))
        return values if source.transform is None else self.ring.elementary("log", values)

    @cached_property
    def weights(self) -> Array:
        with self.ring.working():
            return object_array(arb(float(root)) ** 2 for root in self.prepared.root)

    @cached_property
    def _formulas(self) -> tuple[sympy.Expr, ...]:
        law = self.prepared.model
        return (law.formula, *law.slopes(law.constants))

    @cached_property
    def _second(self) -> tuple[sympy.Expr, ...]:
        names, slopes = self.prepared.model.constants, self._formulas[1:]
        return tuple(expressions.derivative(slopes[i], names[j]) for i in range(len(names)) for j in range(i + 1))

    def table(self, constants: Array, *, second: bool) -> Array:
        """Return law and first derivatives (n, 1 + p), and second ones (i, j <= i) after them where they are asked for."""
        numbers = dict(zip(self.prepared.model.constants, constants, strict=True))
        formulas = (*self._formulas, *(self._second if second else ()))
        return values_at(formulas, self.points, self.prepared.model.variables, numbers, self.ring, strict=False)

    def step(self, at: Array, around: Array) -> Array:
        """Return the step of Newton's method: the gradient at a point, the second derivatives around it."""
        size = len(at)
        here, box = self.table(at, second=False), self.table(around, second=True)
        gradient = here[:, 1:].T @ (self.weights * (self.target - here[:, 0]))
        slopes, residual = box[:, 1 : 1 + size], self.weights * (self.target - box[:, 0])
        hessian = slopes.T @ (self.weights[:, None] * slopes)
        for place, (i, j) in enumerate(pair for pair in np.ndindex(size, size) if pair[1] <= pair[0]):
            bend = residual @ box[:, 1 + size + place]
            hessian[i, j] -= bend
            hessian[j, i] = hessian[i, j] if i == j else hessian[j, i] - bend
        return _solve(hessian, gradient)


def _solve(matrix: Array, right: Array) -> Array:
    size = len(right)
    try:
        return object_array(arb_mat(size, size, list(matrix.flat)).solve(arb_mat(size, 1, list(right))).entries())
    except ZeroDivisionError as error:
        raise ConvergenceError(
            "polish: the second derivatives are singular, the constants are not determined so far"
        ) from error


def _settled(problem: _Problem, values: Array, digits: int) -> tuple[Array, bool]:
    """Return where Newton's method settles, and whether the digits are proved."""
    shortest: Any = None
    for _ in range(_STEPS):
        step = problem.step(values, values)
        values = object_array((value + move).mid() for value, move in zip(values, step, strict=True))
        length = max((abs(move.mid()) / _size(value) for move, value in zip(step, values, strict=True)), default=arb(0))
        if length < arb(10) ** -(digits + 5):
            return values, _proved(problem, values, digits)
        if shortest is not None and length > 100 * shortest:
            break
        shortest = length if shortest is None or length < shortest else shortest
    raise ConvergenceError(
        f"polish={digits}: Newton's method does not settle near the answer; leave polish out, or ask for less"
    )


def _size(value: arb) -> arb:
    return abs(value) if value != 0 else arb(1)


def _proved(problem: _Problem, values: Array, digits: int) -> bool:
    radius = arb(10) ** -(digits + 2)
    box = object_array(arb(value, (radius * _size(value)).upper()) for value in values)
    try:
        moved = problem.step(values, box)
    except (ConvergenceError, ArithmeticError, ValueError):
        return False
    return all(whole.contains_interior(value + move) for whole, value, move in zip(box, values, moved, strict=True))
