"""The value of an expression at a point of exact rationals: exact where it can be, else in balls that hold the truth."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from flint import acb, arb, fmpq
from sympy.core.function import AppliedUndef

from symseries.derivations.ball_functions import (
    CONSTANTS,
    CUT,
    FUNCTIONS,
    UNSAFE_ON_PATHS,
    Undefined,
    Value,
    ball,
    compared,
    finite,
    hyper,
    power,
    quotient,
    reciprocal_gamma,
    whole,
)
from symseries.derivations.tails import dominating, tail_bound
from symseries.scalars import ARB

STEPS = 150_000  # nodes of an expression that are evaluated at one point
_MOST_TERMS = 20_000
_GAMMAS = (sympy.factorial, sympy.gamma)  # whose reciprocals are 0 at their poles
_SECONDS = 3.0
_WIDE = 1024  # bits of differences, which must not lose what the values have


def evaluated(expression: sympy.Expr, point: Mapping[str, Fraction], bits: int, steps: int = STEPS) -> Value:
    """Return the value of an expression in plain Symbols at a point, an exact rational or a complex ball of so many bits.

    Raises `Undefined` at poles, for what has no rule here, and where the evaluation would take too many steps.

    >>> x = sympy.Symbol("x")
    >>> evaluated(sympy.Sum(x**2, (x, 1, 4)), {}, 64)
    30
    """
    with ARB(bits).working():
        environment = {sympy.Symbol(name): fmpq(value.numerator, value.denominator) for name, value in point.items()}
        run = _Run(bits, steps, time.monotonic() + _SECONDS)
        return finite(run.value(expression, environment))


def shown_value(value: Value, digits: int = 15) -> str:
    """Return a value as text: an exact rational as such where it is short, else its certain decimal digits."""
    if isinstance(value, fmpq):
        text = str(value)
        if len(text) <= 30:
            return text
        return f"{sympy.N(sympy.Rational(int(value.p), int(value.q)), 15)}…" if len(text) < 600 else "a long rational"
    parts = [str(part.str(digits, radius=False)) for part in (value.real, value.imag)]
    return parts[0] if value.imag.is_zero() else f"{parts[0]} + ({parts[1]})*i"


def agreeing_digits(left: Value, right: Value) -> float:
    """Return to how many decimal digits two values certainly agree; infinite where both are exact and equal.

    >>> agreeing_digits(fmpq(1, 3), fmpq(1, 3)), agreeing_digits(fmpq(1), fmpq(2))
    (inf, 0.0)
    """
    with ARB(_WIDE).working():
        difference = left - right
        if isinstance(difference, fmpq):
            return float("inf") if difference == 0 else 0.0
        error = difference.abs_upper()
        size = max(ball(left).abs_lower(), ball(right).abs_lower(), arb(2) ** -200)
        if error == 0:
            return float("inf")
        share = (error / size).abs_upper()
        return max(0.0, float(-(share.log() / arb(10).log()).mid())) if share.is_finite() else 0.0


def differ(left: Value, right: Value) -> bool:
    """Whether two values are provably different.

    >>> differ(fmpq(1), acb(1))
    False
    """
    with ARB(_WIDE).working():
        difference = left - right
        return bool(difference != 0) if isinstance(difference, fmpq) else not difference.contains(0)


Environment = dict[sympy.Basic, Value]


@dataclass
class _Run:
    """One evaluation: its precision, what it may cost, and whether it is on the path of an integral."""

    bits: int
    left: int
    until: float
    on_path: bool = False

    def value(self, node: sympy.Basic, environment: Environment) -> Value:
        """Return the value of one node."""
        self.left -= 1
        if self.left < 0 or (self.left % 256 == 0 and time.monotonic() > self.until):
            raise Undefined("more steps than are taken here")
        if node.is_Rational:
            return fmpq(int(node.p), int(node.q))
        if node.is_Symbol:
            if node not in environment:
                raise Undefined(f"no value for {node}")
            return environment[node]
        if node in CONSTANTS:
            return CONSTANTS[node]()
        rule = _RULES.get(type(node).__name__)
        return rule(self, node, environment) if rule else self._called(node, environment)

    def values(self, nodes: Sequence[sympy.Basic], environment: Environment) -> list[Value]:
        """Return the values of several nodes."""
        return [self.value(node, environment) for node in nodes]

    def add(self, node: sympy.Basic, environment: Environment) -> Value:
        total: Value = fmpq(0)
        for part in node.args:
            total = total + self.value(part, environment)
        return total

    def multiply(self, node: sympy.Basic, environment: Environment) -> Value:
        product: Value = fmpq(1)
        for part in node.args:
            if part.is_Pow and part.exp.is_Integer and part.exp.is_negative and not isinstance(part.base, _GAMMAS):
                product = quotient(product, self.value(1 / part, environment))
            else:
                product = product * self.value(part, environment)
        return product

    def power(self, node: sympy.Basic, environment: Environment) -> Value:
        if isinstance(node.base, _GAMMAS) and node.exp.is_Integer and node.exp.is_negative:
            shift = 1 if isinstance(node.base, sympy.factorial) else 0
            return power(reciprocal_gamma(self.value(node.base.args[0], environment) + shift), fmpq(-int(node.exp)))
        base, exponent = self.values(node.args, environment)
        return power(base, exponent, self.on_path)

    def _called(self, node: sympy.Basic, environment: Environment) -> Value:
        name = type(node).__name__
        if self.on_path and (name in UNSAFE_ON_PATHS or name in CUT):
            if name not in CUT:
                raise Undefined(f"{name} on the path of an integral")
            return CUT[name](self.value(node.args[0], environment), True)
        function = FUNCTIONS.get(name) or CUT.get(name)
        if function is None:
            raise Undefined(f"{name} has no rule for balls")
        return function(*self.values(node.args, environment))

    def indexed(self, node: sympy.Basic, environment: Environment) -> Value:
        """Return the entry of a sequence: an arbitrary rational that its name and indices decide."""
        places = [whole(self.value(index, environment)) for index in node.indices]
        if None in places:
            raise Undefined(f"{node.base} has integer indices")
        code = zlib.crc32(f"{node.base.label}{places}".encode())
        return fmpq(code % 17 + 1, code // 17 % 7 + 1) * (1 if code // 1000 % 2 else -1)

    def hyper(self, node: sympy.Basic, environment: Environment) -> Value:
        above, below, z = node.args
        return hyper(self.values(above, environment), self.values(below, environment), self.value(z, environment))

    def piecewise(self, node: sympy.Basic, environment: Environment) -> Value:
        if self.on_path:
            raise Undefined("cases on the path of an integral")
        for expression, condition in node.args:
            if self.truth(condition, environment):
                return self.value(expression, environment)
        raise Undefined("no case applies")

    def truth(self, condition: sympy.Basic, environment: Environment) -> bool:
        """Return whether a condition holds."""
        if condition in (sympy.true, sympy.false):
            return bool(condition)
        if isinstance(condition, sympy.And | sympy.Or):
            test = all if isinstance(condition, sympy.And) else any
            return test(self.truth(part, environment) for part in condition.args)
        if isinstance(condition, sympy.Not):
            return not self.truth(condition.args[0], environment)
        if not isinstance(condition, sympy.core.relational.Relational):
            raise Undefined(f"a condition that is no comparison: {type(condition).__name__}")
        sign = compared(*self.values(condition.args, environment))
        return bool(condition.func(sympy.Integer(sign), 0))

    def bounds(self, low: sympy.Expr, high: sympy.Expr, environment: Environment) -> range:
        """Return the integers from one bound to the other."""
        ends = [whole(self.value(end, environment)) for end in (low, high)]
        if ends[0] is None or ends[1] is None:
            raise Undefined("bounds that are no integers")
        if ends[1] - ends[0] > _MOST_TERMS:
            raise Undefined(f"more than {_MOST_TERMS} terms")
        return range(ends[0], ends[1] + 1)

    def sum(self, node: sympy.Basic, environment: Environment) -> Value:
        body, (name, low, high) = _outermost(node)
        if high is sympy.oo:
            return self._series(body, name, low, environment)
        total: Value = fmpq(0)
        for k in self.bounds(low, high, environment):
            total = total + self.value(body, {**environment, name: fmpq(k)})
        return total

    def product(self, node: sympy.Basic, environment: Environment) -> Value:
        body, (name, low, high) = _outermost(node)
        result: Value = fmpq(1)
        for k in self.bounds(low, high, environment):
            result = result * self.value(body, {**environment, name: fmpq(k)})
        return result

    def _series(self, body: sympy.Expr, name: sympy.Symbol, low: sympy.Expr, environment: Environment) -> Value:
        """Return an infinite sum: terms up to one from which on the rest is provably small, and a ball that holds the rest."""
        first = whole(self.value(low, environment))
        if first is None:
            raise Undefined("a bound that is no integer")
        numbers = {key: sympy.Rational(int(v.p), int(v.q)) for key, v in environment.items() if isinstance(v, fmpq)}
        if body.free_symbols - {name} - set(numbers):
            raise Undefined("an infinite sum of what is not exact")
        pieces = tuple((e.xreplace(numbers), ratio.xreplace(numbers)) for e, ratio in dominating(body, name))
        count, rest = tail_bound(pieces, name, first, self.bits, lambda e, k: self.value(e, {name: fmpq(k)}))
        total = acb(0)
        for k in range(first, count):
            total = total + self.value(body, {**environment, name: fmpq(k)})
        is_real = total.imag.is_zero() and not body.has(sympy.I)
        return total + acb(arb(0, rest), arb(0) if is_real else arb(0, rest))

    def integral(self, node: sympy.Basic, environment: Environment) -> Value:
        """Return a definite integral over a finite interval, enclosed by FLINT's integration of analytic functions."""
        if len(node.limits) != 1 or len(node.limits[0]) != 3:
            raise Undefined("an integral that is not over one interval")
        name, low, high = node.limits[0]
        first, last = (ball(finite(self.value(end, environment))) for end in (low, high))

        def integrand(z: acb, analytic: bool) -> acb:
            before, self.on_path = self.on_path, analytic or not z.imag.is_zero()
            try:
                return ball(self.value(node.function, {**environment, name: z}))
            except (Undefined, ZeroDivisionError):
                return acb(arb("nan"), arb("nan"))
            finally:
                self.on_path = before

        goal = acb(arb(2) ** -min(self.bits, 90)).real
        return finite(acb.integral(integrand, first, last, rel_tol=goal, abs_tol=goal, eval_limit=20_000))

    def conditioned(self, node: sympy.Basic, environment: Environment) -> Value:
        """Return a sum over indices that meet conditions, or an entry of a vector, written out for numbers."""
        numbers = {key: sympy.Rational(int(v.p), int(v.q)) for key, v in environment.items() if isinstance(v, fmpq)}
        done = node.subs(numbers).doit()
        if isinstance(done, type(node)):
            raise Undefined("conditions that do not leave finitely many terms")
        return self.value(done, environment)

    def derivative(self, node: sympy.Basic, environment: Environment) -> Value:
        done = node.doit()
        if isinstance(done, sympy.Derivative | sympy.Subs):
            raise Undefined("a derivative that is not carried out")
        return self.value(done, environment)


def _outermost(node: Any) -> tuple[sympy.Expr, tuple[sympy.Symbol, sympy.Expr, sympy.Expr]]:
    """Return what stands inside the last limit of a sum or product, and this limit."""
    *inner, last = node.limits
    if len(last) != 3:
        raise Undefined("a sum without bounds")
    return node.func(node.function, *inner) if inner else node.function, last


def carried_out(expression: Any, trial: int = 0) -> Any:
    """Return an expression with its derivatives carried out, and test functions for undefined ones.

    >>> f, x = sympy.Function("f"), sympy.Symbol("x")
    >>> carried_out(sympy.Derivative(f(x), x)).has(f)
    False
    """
    functions = {type(call): call for call in expression.atoms(AppliedUndef)}
    for function, call in functions.items():
        arguments = [sympy.Symbol(f"t{i}") for i in range(len(call.args))]
        expression = expression.replace(
            function, sympy.Lambda(tuple(arguments), _test_function(str(function), arguments, trial))
        )
    if expression.has(sympy.Derivative, sympy.Subs):
        done = {part: part.doit() for part in expression.atoms(sympy.Derivative, sympy.Subs)}
        expression = expression.subs(done) if functions else expression.xreplace(done)
    return expression


def _test_function(name: str, arguments: Sequence[sympy.Symbol], trial: int) -> sympy.Expr:
    """Return a polynomial that a name decides, with no zero coefficient up to the third degree."""
    code = zlib.crc32(f"{name}{trial}".encode())
    total = sympy.Rational(code % 7 + 1, 3)
    for place, argument in enumerate(arguments, 2):
        total += sum(
            sympy.Rational((code >> (place * power)) % 9 + 1, power + place) * argument**power for power in (1, 2, 3, 4)
        )
        total += sum(argument * other for other in arguments[: place - 2])
    return total


_RULES: dict[str, Callable[..., Value]] = {
    "Add": _Run.add, "Mul": _Run.multiply, "Pow": _Run.power, "Sum": _Run.sum, "Product": _Run.product,
    "Integral": _Run.integral, "Derivative": _Run.derivative, "Subs": _Run.derivative, "Piecewise": _Run.piecewise,
    "ExprCondPair": _Run.piecewise, "Indexed": _Run.indexed, "hyper": _Run.hyper,
    **dict.fromkeys(("IndexSum", "IndexProduct", "Component", "Norm", "ElementwisePower", "Multinomial"), _Run.conditioned),
}  # fmt: skip
