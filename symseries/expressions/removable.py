"""Removable singularities: the power series of sin(x)/x at 0, of x/(exp(x) - 1), of coth(x) - 1/x.

A tape is walked with numerators and denominators apart, as far as they are not divisible. A sum of poles that cancel comes over
one denominator so. Each division costs as many orders as the denominator has zeros: the walk is repeated to a higher order
until the order that is asked for is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import sympy

from symseries import engine
from symseries.errors import NotAnalyticError
from symseries.expressions.calls import call_jet
from symseries.expressions.division import Undecided, columns_of, divide, valuation, vanishes
from symseries.expressions.steps import check_same, constant_value, piece_of, undecided_base, whole_exponent
from symseries.expressions.tape import Step, Tape, record
from symseries.jets import power_jet
from symseries.multiindex import IndexSet, count, index_set
from symseries.names import symbol
from symseries.scalars import F64, Array, Scalars

MOST_ZEROS = 50
"""Denominators may have zeros up to about this order."""
_MOST_TERMS = 4000
_CHECKED = 2  # degrees beyond those asked for to which a remainder in several variables must vanish


@dataclass(frozen=True)
class Setting:
    """What all steps of one expansion share: values of variables and constants, the order, the ring, words for the centre."""

    variables: Mapping[str, Any]
    constants: Mapping[str, Any]
    order: int
    scalars: Scalars
    place: str


@dataclass(frozen=True)
class _Fraction:
    """top/bottom, both known to degree `right`; `source` words the step whose base vanishes."""

    top: Array
    bottom: Array | None
    right: int
    source: str = ""


class _TooShort(Exception):  # noqa: N818 - a message between functions of this room, no error
    """A denominator that vanishes to the order of the walk."""


def removed(tape: Tape, outputs: Sequence[int], setting: Setting) -> list[Array]:
    """Return the coefficients (N, 1) of some steps in the variables about their values, to the total degree asked for.

    In several variables a quotient is accepted when remainders vanish two degrees further than asked for; that of two
    polynomials, which can be reduced, only where the reduced denominator does not vanish. Raises `NotAnalyticError` for a pole
    that stays, and what the functions of the tape raise.
    """
    variables, order = len(setting.variables), setting.order
    checked = order + (_CHECKED if variables > 1 else 0)
    raised = _CHECKED + 1
    while True:
        indices = index_set(variables, order + raised)
        walk = _Walk(tape, indices, setting)
        try:
            found = [walk.plain(i) for i in outputs]
        except _TooShort as short:
            missing, source = raised, str(short)
        else:
            missing, source = checked - min(f.right for f in found), ""
            if missing <= 0:
                for i in outputs if variables > 1 else ():
                    _check_reduced(tape.steps[i].expression, setting)
                return [f.top[: count(variables, order), :1] for f in found]
        raised += missing
        if raised > MOST_ZEROS or count(variables, order + raised) > _MOST_TERMS:
            raise _pole(source or f"{tape.steps[outputs[0]].expression}{setting.place}", setting.scalars)


def _check_reduced(expression: sympy.Expr, setting: Setting) -> None:
    """Refuse a rational function whose denominator vanishes at the centre when common factors are cancelled."""
    if expression.is_rational_function(*map(symbol, setting.variables)):
        tape = record([sympy.fraction(sympy.cancel(expression))[1]])
        denominator = _Walk(tape, index_set(len(setting.variables), 1), setting).plain(tape.outputs[0])
        if vanishes(denominator.top[0], setting.scalars):
            raise _pole(f"{expression}{setting.place}", setting.scalars)


def _pole(where: str, scalars: Scalars) -> NotAnalyticError:
    """Return the error that the power of 0 raises."""
    try:
        power_jet(scalars.zeros(1), Fraction(-1), 1, scalars, where)
    except NotAnalyticError as error:
        return error
    raise AssertionError(where)  # pragma: no cover - a negative power of 0 is refused in every ring


class _Walk:
    """The steps of a tape as fractions of power series, computed when they are asked for."""

    def __init__(self, tape: Tape, indices: IndexSet, setting: Setting) -> None:
        self.tape, self.indices, self.setting, self.scalars = tape, indices, setting, setting.scalars
        self._known: dict[int, _Fraction] = {}

    def plain(self, place: int) -> _Fraction:
        """Return a step that is a power series."""
        found = self.fraction(place)
        if found.bottom is None:
            return found
        if self._valuation(found) is None:
            raise _TooShort(found.source)
        raise _pole(found.source, self.scalars)

    def fraction(self, place: int) -> _Fraction:
        """Return a step as a fraction, as a power series where the denominator divides the numerator."""
        if place not in self._known:
            self._known[place] = self._settled(self._fraction(self.tape.steps[place]))
        return self._known[place]

    def _fraction(self, step: Step) -> _Fraction:
        match step.kind:
            case "symbol":
                return self._symbol(step.value)
            case "number" | "constant":
                return self._constant(constant_value(step, self.scalars))
            case "add":
                return reduce(self._sum, map(self.fraction, step.arguments))
            case "mul":
                return reduce(self._product, map(self.fraction, step.arguments))
            case "piecewise":
                return self._piece(step)
        where = f"{step.expression}{self.setting.place}"
        if step.kind == "call":
            return self._composed(lambda b, order: call_jet(step.value, b, order, self.scalars, where), step.arguments[0])
        return self._power(step, where)

    # ------------------------------------------------------------------------------------------------------- leaves
    def _constant(self, value: Any) -> _Fraction:
        column = self.scalars.zeros(len(self.indices), 1)
        column[0, 0] = value
        return _Fraction(columns_of(column, self.scalars), None, self.indices.top)

    def _symbol(self, name: str) -> _Fraction:
        if name in self.setting.constants:
            return self._constant(self.setting.constants[name])
        out = self._constant(self.setting.variables[name])
        out.top[1 + list(self.setting.variables).index(name)] = self.scalars.scalar(1)
        return out

    # ---------------------------------------------------------------------------------------------------- operations
    def _times(self, left: Array, right: Array) -> Array:
        return engine.product(self.indices, left, right)

    def _sum(self, left: _Fraction, right: _Fraction) -> _Fraction:
        known, source = min(left.right, right.right), left.source or right.source
        if left.bottom is right.bottom:
            return _Fraction(left.top + right.top, left.bottom, known, source)
        tops = [
            f.top if other is None else self._times(f.top, other) for f, other in ((left, right.bottom), (right, left.bottom))
        ]
        return _Fraction(tops[0] + tops[1], self._bottom(left, right), known, source)

    def _product(self, left: _Fraction, right: _Fraction) -> _Fraction:
        known, source = min(left.right, right.right), left.source or right.source
        return self._settled(_Fraction(self._times(left.top, right.top), self._bottom(left, right), known, source))

    def _bottom(self, left: _Fraction, right: _Fraction) -> Array | None:
        if left.bottom is None or right.bottom is None:
            return right.bottom if left.bottom is None else left.bottom
        return self._times(left.bottom, right.bottom)

    def _power(self, step: Step, where: str) -> _Fraction:
        exponent = self._exponent(step)
        if exponent is None:
            return self._general_power(step, where)
        whole = whole_exponent(exponent)
        base = self.fraction(step.arguments[0])
        if whole is None or (base.bottom is None and (whole >= 0 or not self._is_zero(base.top, where))):
            return self._composed(lambda b, order: power_jet(b, exponent, order, self.scalars, where), step.arguments[0])
        top, bottom = (base.top, base.bottom) if whole > 0 else (base.bottom, base.top)
        parts = [None if part is None else self._natural(part, abs(whole)) for part in (top, bottom)]
        one = self._constant(self.scalars.element(1)).top
        return _Fraction(one if parts[0] is None else parts[0], parts[1], base.right, base.source or where)

    def _exponent(self, step: Step) -> Any:
        """Return the exponent as a number or element, None if it varies."""
        if step.value is not None:
            return step.value
        place = step.arguments[1]
        return None if self._varies(place) else self.plain(place).top[0, 0]

    def _varies(self, place: int) -> bool:
        names = {symbol.name for symbol in self.tape.steps[place].expression.free_symbols}
        return not names.isdisjoint(self.setting.variables)

    def _is_zero(self, series: Array, where: str) -> bool:
        try:
            return vanishes(series[0], self.scalars)
        except Undecided:
            raise undecided_base(where, self.scalars) from None

    def _natural(self, series: Array, exponent: int) -> Array:
        return self._compose(lambda b, order: power_jet(b, Fraction(exponent), order, self.scalars), series)

    def _general_power(self, step: Step, where: str) -> _Fraction:
        """Return base ** exponent for an exponent that varies: exp(exponent * log(base))."""
        base, exponent = map(self.plain, step.arguments)
        logarithm = self._compose(lambda b, order: call_jet("log", b, order, self.scalars, where), base.top)
        product = self._times(exponent.top, logarithm)
        top = self._compose(lambda b, order: call_jet("exp", b, order, self.scalars, where), product)
        return _Fraction(top, None, min(base.right, exponent.right))

    def _composed(self, rule: Callable[[Array, int], Array], place: int) -> _Fraction:
        argument = self.plain(place)
        return _Fraction(self._compose(rule, argument.top), None, argument.right)

    def _compose(self, rule: Callable[[Array, int], Array], series: Array) -> Array:
        """Return f(series); sizes go through the sizes of the jet, with the error that the argument brings along."""
        if self.scalars is not F64:
            return engine.compose(self.indices, rule(series[0], self.indices.top), series)
        jet = rule(series[0, :1], self.indices.top + 1)
        slopes = np.abs(jet[1:]) * np.arange(1, len(jet))[:, None]
        sizes = np.abs(jet[:-1]) + slopes * series[0, 1]
        return engine.compose(self.indices, np.hstack([jet[:-1], sizes]), series)

    def _piece(self, step: Step) -> _Fraction:
        differences = [self.plain(i).top[0, 0] for i in step.arguments]
        varying = [self.setting.order > 0 and self._varies(i) for i in step.arguments]
        around, at = piece_of(step, differences, varying, self.scalars, self.setting.place)
        found = self._tape_of(around)
        if at is not around:
            check_same(step, found.top[0, 0], self._tape_of(at).top[0, 0], self.scalars, self.setting.place)
        return found

    def _tape_of(self, tape: Tape) -> _Fraction:
        return _Walk(tape, self.indices, self.setting).plain(tape.outputs[0])

    # ------------------------------------------------------------------------------------------------------ division
    def _valuation(self, fraction: _Fraction) -> int | None:
        assert fraction.bottom is not None  # noqa: S101 - narrows the type
        try:
            return valuation(self.indices, fraction.bottom, fraction.right, self.scalars)
        except Undecided:
            raise self._undecided(fraction) from None

    def _settled(self, fraction: _Fraction) -> _Fraction:
        """Return the fraction as a power series where its denominator divides its numerator."""
        if fraction.bottom is None or (lowest := self._valuation(fraction)) is None:
            return fraction
        try:
            quotient = divide(self.indices, fraction.top, fraction.bottom, (lowest, fraction.right), self.scalars)
        except Undecided:
            raise self._undecided(fraction) from None
        return fraction if quotient is None else _Fraction(quotient, None, fraction.right - lowest)

    def _undecided(self, fraction: _Fraction) -> NotAnalyticError:
        return NotAnalyticError(
            f"{fraction.source}: {self.scalars} does not decide whether a coefficient is 0, and so whether the pole where the "
            "base is 0 is removable; use scalars=QQ, or move the centre"
        )
