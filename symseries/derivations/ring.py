"""Canonical form of an expression: a fraction of polynomials in generators, with the relations between them.

Powers and exponentials share generators: x**(2/3), exp(x/2 + y) and 2**(n + 1) are products of powers of x**(1/3), exp(x/2),
exp(y), 2**n and 2, since b**(c*m) = (b**(m/q))**(c*q) for integers c*q whatever the branch. A root of a sum is a generator with
the relation g**q = sum. Gamma functions whose arguments differ by integers share one. Every other function of canonical
arguments stands for itself. All of these are identities at each point, so what vanishes here vanishes wherever it is defined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import lcm

import sympy

_MOST_TERMS = 40_000
_LARGEST_SHIFT = 60


class NotCanonical(Exception):  # noqa: N818 - a message between functions here, no error
    """An expression that is too large, or not made of what the ring knows."""


def is_zero(expression: sympy.Expr) -> bool:
    """Whether an expression is zero by its canonical form; False says nothing.

    >>> x = sympy.Symbol("x", real=True)
    >>> is_zero(1 / (1 + sympy.exp(-x)) - sympy.exp(x) / (1 + sympy.exp(x)))
    True
    """
    if expression == 0:
        return True
    ring = Ring()
    try:
        return bool(ring.numerator(expression) == 0)
    except (NotCanonical, sympy.PolynomialError, ZeroDivisionError, NotImplementedError):
        return False


@dataclass
class Ring:
    """The generators of one expression, and what is known of them."""

    denominators: dict[sympy.Expr, int] = field(default_factory=dict)
    symbols: dict[sympy.Expr, sympy.Symbol] = field(default_factory=dict)
    relations: dict[sympy.Symbol, tuple[int, sympy.Expr]] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Return the generators as text."""
        return [str(key) for key in self.symbols]

    def numerator(self, expression: sympy.Expr) -> sympy.Expr:
        """Return the numerator of the canonical form."""
        prepared = _gammas_shifted(_expanded_powers(expression))
        self._scan(prepared)
        found = self._converted(prepared)
        above, below = sympy.fraction(sympy.together(found))
        if self._reduced(below) == 0:
            raise NotCanonical
        return self._reduced(above)

    def _scan(self, node: sympy.Expr) -> None:
        """Collect the denominators with which each direction of an exponent occurs."""
        for part in sympy.preorder_traversal(node):
            if isinstance(part, sympy.exp) or part.is_Pow:
                base, exponent = _base_and_exponent(part)
                for coefficient, direction in _directions(exponent):
                    key = (base, direction)
                    self.denominators[key] = lcm(self.denominators.get(key, 1), int(coefficient.q))

    def _generator(self, key: sympy.Expr) -> sympy.Symbol:
        if key not in self.symbols:
            self.symbols[key] = sympy.Symbol(f"g{len(self.symbols)}", commutative=True)
        return self.symbols[key]

    def _converted(self, node: sympy.Expr) -> sympy.Expr:
        """Return a node as a rational expression in generators."""
        if node.is_Rational or node == sympy.I:
            return node
        if node.is_Add or node.is_Mul:
            return node.func(*map(self._converted, node.args))
        if isinstance(node, sympy.exp) or node.is_Pow or node == sympy.E:
            return self._power(node)
        if node.is_Symbol and (node, sympy.S.One) in self.denominators:
            return self._directed(node, sympy.S.One, sympy.S.One)
        if node.is_Function and not node.has(sympy.Sum, sympy.Integral, sympy.Piecewise):
            return self._generator(node.func(*map(_normal, node.args)))
        return self._generator(node)

    def _power(self, node: sympy.Expr) -> sympy.Expr:
        base, exponent = _base_and_exponent(node)
        if base == -1:
            return self._sign(exponent)
        if base.is_Integer and base > 0 and base != 1:
            primes = sympy.factorint(int(base)).items()
            if len(primes) > 1 or any(many > 1 for _, many in primes):
                return sympy.Mul(*(self._power(sympy.Pow(p, many * exponent, evaluate=False)) for p, many in primes))
        if base.is_Rational and not base.is_Integer:
            return self._power(sympy.Pow(base.p, exponent, evaluate=False)) * self._power(
                sympy.Pow(base.q, -exponent, evaluate=False)
            )
        return sympy.Mul(*(self._directed(base, direction, c) for c, direction in _directions(exponent)))

    def _sign(self, exponent: sympy.Expr) -> sympy.Expr:
        """Return (-1)**exponent for an integer exponent: a generator whose square is 1."""
        result = sympy.S.One
        for coefficient, direction in _directions(exponent):
            if not (coefficient.is_Integer and (direction == 1 or direction.is_integer)):
                return self._generator(sympy.Pow(-1, exponent, evaluate=False))
            if coefficient % 2:
                result *= -1 if direction == 1 else self._root_of_one(direction)
        return result

    def _root_of_one(self, direction: sympy.Expr) -> sympy.Symbol:
        generator = self._generator(sympy.Pow(-1, direction, evaluate=False))
        self.relations[generator] = (2, sympy.S.One)
        return generator

    def _directed(self, base: sympy.Expr, direction: sympy.Expr, coefficient: sympy.Rational) -> sympy.Expr:
        """Return base**(coefficient*direction) as a power of the generator of its direction."""
        many = self.denominators.get((base, direction), int(coefficient.q))
        if many % int(coefficient.q):
            many = self.denominators[base, direction] = lcm(many, int(coefficient.q))
        power = int(coefficient * many)
        if direction == 1 and many == 1:
            inner = self._generator(base) if base.is_Symbol or base == sympy.E else self._converted(base)
            return inner**power
        below = self._converted(base) if direction == 1 and base != sympy.E and not base.is_Symbol else None
        generator = self._generator(sympy.Pow(base, direction / many, evaluate=False))
        if below is not None:
            self.relations[generator] = (many, below)
        elif base == sympy.E and direction == sympy.I * sympy.pi:
            self.relations[generator] = (many, sympy.S.NegativeOne)
        return generator**power

    def _reduced(self, polynomial: sympy.Expr) -> sympy.Expr:
        """Return the numerator of a polynomial in generators after its relations, the latest generator first."""
        for generator, (degree, value) in reversed(self.relations.items()):
            if polynomial.has(generator):
                polynomial = _numerator(_replaced(polynomial, generator, degree, value))
        gens = sorted(polynomial.free_symbols, key=str)
        if not gens:
            return sympy.expand(polynomial)
        found = sympy.Poly(polynomial, *gens)
        if len(found.terms()) > _MOST_TERMS:
            raise NotCanonical
        return found.as_expr() if not found.is_zero else sympy.S.Zero


def _numerator(expression: sympy.Expr) -> sympy.Expr:
    return sympy.fraction(sympy.together(expression))[0]


def _replaced(polynomial: sympy.Expr, generator: sympy.Symbol, degree: int, value: sympy.Expr) -> sympy.Expr:
    """Return a polynomial with generator**degree replaced by its value."""
    terms = sympy.Poly(polynomial, generator).terms()
    return sympy.Add(*(c * value ** (power // degree) * generator ** (power % degree) for (power,), c in terms))


def _base_and_exponent(node: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    if node == sympy.E:
        return sympy.E, sympy.S.One
    if isinstance(node, sympy.exp):
        return sympy.E, node.args[0]
    base, exponent = node.args
    return (base, exponent) if base.is_Symbol or base.is_number else (_normal(base), exponent)


def _directions(exponent: sympy.Expr) -> list[tuple[sympy.Rational, sympy.Expr]]:
    """Return an exponent as rational multiples of what it is made of."""
    return [term.as_coeff_Mul(rational=True) for term in sympy.Add.make_args(_normal(exponent))]


def _normal(expression: sympy.Expr) -> sympy.Expr:
    """Return a rational expression in one form, every other one expanded."""
    if expression.is_Atom:
        return expression
    expanded = sympy.expand(expression)
    below = sympy.fraction(sympy.together(expanded))[1]
    if below.is_number:
        return expanded
    try:
        return sympy.expand(sympy.cancel(expanded))
    except (sympy.PolynomialError, NotImplementedError):
        return expanded


def _expanded_powers(expression: sympy.Expr) -> sympy.Expr:
    """Return products under powers taken apart where that holds for every branch."""
    return sympy.expand_power_base(expression)


def _gammas_shifted(expression: sympy.Expr) -> sympy.Expr:
    """Return all Gamma functions whose arguments differ by integers in terms of the one with the smallest argument."""
    calls = {call: _normal(call.args[0]) for call in expression.atoms(sympy.gamma)}
    replaced: dict[sympy.Expr, sympy.Expr] = {}
    for call, argument in calls.items():
        shifts = [other - argument for other in calls.values()]
        lowest = min((sympy.expand(shift) for shift in shifts if sympy.expand(shift).is_Integer), default=sympy.S.Zero)
        if lowest < -_LARGEST_SHIFT:
            raise NotCanonical
        base = sympy.expand(argument + lowest)
        factors = [base + step for step in range(-int(lowest))]
        replaced[call] = sympy.Mul(*factors) * _gamma(base)
    return expression.xreplace(replaced)


def _gamma(argument: sympy.Expr) -> sympy.Expr:
    """Return Gamma of a sum, which SymPy shall not take apart again."""
    return sympy.gamma(argument)
