"""Terms of a law as sums of products, each factor a function of one variable, read for the forms that have closed integrals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy

from symseries.errors import OptionError
from symseries.names import symbol
from symseries.spaces import BoxSpace

_MOST_TERMS = 5000


@dataclass(frozen=True)
class Power:
    """(slope z + offset)**exponent, the exponent no natural number."""

    slope: sympy.Expr
    offset: sympy.Expr
    exponent: sympy.Expr


@dataclass(frozen=True)
class Logarithm:
    """log(slope z + offset)."""

    slope: sympy.Expr
    offset: sympy.Expr


@dataclass(frozen=True)
class Wave:
    """exp(rate z) cos(turn z + phase)."""

    rate: sympy.Expr
    turn: sympy.Expr
    phase: sympy.Expr


Atom = Power | Logarithm | Wave | None


@dataclass(frozen=True)
class Factor:
    """A function of one variable: `polynomial` in z, ascending, times an atom; None for either where it has no such form.

    z is the variable, or its logarithm where it is on a logarithmic scale; `expression` is the factor itself in `variable`.
    """

    variable: sympy.Symbol
    expression: sympy.Expr
    polynomial: tuple[sympy.Expr, ...] | None
    atom: Atom

    @property
    def text(self) -> str:
        """The factor in the names of the law."""
        return str(self.expression.xreplace({self.variable: symbol(self.variable.name)}))[:60]


@dataclass(frozen=True)
class Product:
    """A number times factors, by the place of their variable."""

    number: sympy.Expr
    factors: dict[int, Factor]


def products(expression: sympy.Expr, space: BoxSpace) -> list[Product]:
    """Return an expression in the variables of a space as a sum of products of functions of one variable each.

    Raises `OptionError` naming a term that is no such product, or where the sum is too long.

    >>> from symseries.spaces import LegendreSpace
    >>> x, y = sympy.symbols("x y")
    >>> found = products(2 * sympy.sqrt(x * y) * (1 + x), LegendreSpace({"x": (1, 2), "y": (1, 2)}, order=1))
    >>> len(found), found[0].number, sorted(found[0].factors)
    (2, 2, [0, 1])
    """
    own = [sympy.Dummy(name, positive=True) if low >= 0 else sympy.Dummy(name, real=True) for name, (low, _) in _domain(space)]
    renamed = expression.xreplace(dict(zip(map(symbol, space.variables), own, strict=True)))
    scales = [space.scale[name] for name in space.variables]
    terms = list(_terms(sympy.expand_log(sympy.expand_power_base(sympy.expand_power_exp(renamed)))))
    if len(terms) > _MOST_TERMS:
        raise OptionError(
            f"{str(expression)[:60]}: {len(terms)} terms when multiplied out, the limit is {_MOST_TERMS}; use scalars=F64"
        )
    return [_product(term, own, scales) for term in terms]


def _domain(space: BoxSpace) -> Iterator[tuple[str, tuple[sympy.Rational, sympy.Rational]]]:
    yield from space.domain.items()


def _terms(expression: sympy.Expr) -> Iterator[sympy.Expr]:
    """Yield the terms of an expression multiplied out, all but sums, products and natural powers held as they are."""
    held: dict[sympy.Expr, sympy.Dummy] = {}
    opened = sympy.expand(_opened(expression, held))
    inside = {dummy: part for part, dummy in held.items()}
    yield from (term.xreplace(inside) for term in sympy.Add.make_args(opened))


def _opened(expression: sympy.Expr, held: dict[sympy.Expr, sympy.Dummy]) -> sympy.Expr:
    if expression.is_Add or expression.is_Mul:
        return expression.func(*(_opened(part, held) for part in expression.args))
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
        return _opened(expression.base, held) ** expression.exp
    if expression.is_Symbol or expression.is_Number:
        return expression
    return held.setdefault(expression, sympy.Dummy())


def _product(term: sympy.Expr, own: Sequence[sympy.Symbol], scales: Sequence[str]) -> Product:
    number, parts = sympy.S.One, dict[int, list[sympy.Expr]]()
    for part in sympy.Mul.make_args(term):
        names = part.free_symbols
        if len(names) > 1:
            shown = part.xreplace({dummy: symbol(dummy.name) for dummy in own})
            raise OptionError(
                f"{str(shown)[:60]}: no product of functions of one variable, and has no closed form here; use scalars=F64"
            )
        if names:
            parts.setdefault(own.index(*names), []).append(part)
        else:
            number *= part
    return Product(number, {at: _factor(own[at], parts[at], scales[at]) for at in sorted(parts)})


def _factor(x: sympy.Symbol, parts: Sequence[sympy.Expr], scale: str) -> Factor:
    reading = _Logarithmic(x) if scale == "log" else _Linear(x)
    read = all(reading.takes(part) for part in parts)
    whole = sympy.Mul(*parts)
    return Factor(x, whole, *reading.result()) if read and reading.one else Factor(x, whole, None, None)


class _Linear:
    """Factors in the variable itself."""

    def __init__(self, x: sympy.Symbol) -> None:
        self.x, self.number, self.polynomial = x, sympy.S.One, sympy.S.One
        self.rate = sympy.S.Zero
        self.atoms: list[Power | Logarithm | Wave] = []

    def takes(self, part: sympy.Expr) -> bool:
        """Take one factor, and return whether it has a form that is known."""
        if isinstance(part, sympy.exp):
            return self._takes_exp(part.args[0])
        if isinstance(part, (sympy.log, sympy.cos, sympy.sin)):
            return self._takes_call(part)
        base, exponent = part.as_base_exp()
        if exponent.free_symbols:
            return self._takes_exp(exponent * sympy.log(base)) if not base.free_symbols and base.is_positive else False
        if base.is_polynomial(self.x) and exponent.is_Integer and exponent >= 0:
            self.polynomial *= part
            return True
        line = self._line(base)
        if line is None or not exponent.is_real:
            return False
        self.atoms.append(Power(*line, exponent))
        return True

    def _takes_exp(self, argument: sympy.Expr) -> bool:
        if (line := self._line(argument)) is None:
            return False
        self.rate += line[0]
        self.number *= sympy.exp(line[1])
        return True

    def _takes_call(self, part: sympy.Expr) -> bool:
        if (line := self._line(part.args[0])) is None:
            return False
        if isinstance(part, sympy.log):
            self.atoms.append(Logarithm(*line))
        else:
            self.atoms.append(Wave(sympy.S.Zero, line[0], line[1] - (sympy.pi / 2 if isinstance(part, sympy.sin) else 0)))
        return True

    def _line(self, expression: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr] | None:
        """Return slope and offset of a linear expression, None for any other."""
        slope = sympy.expand(sympy.diff(expression, self.x))
        if slope.free_symbols or slope == 0:
            return None
        return slope, expression.xreplace({self.x: sympy.S.Zero})

    @property
    def one(self) -> bool:
        """Whether at most one atom is left, an exponential and a wave being one."""
        return len(self.atoms) + (self.rate != 0) <= 1 or (len(self.atoms) == 1 and isinstance(self.atoms[0], Wave))

    def result(self) -> tuple[tuple[sympy.Expr, ...], Atom]:
        """Return the polynomial and the atom."""
        ascending = sympy.Poly(self.polynomial, self.x).all_coeffs()[::-1]
        atom: Atom = self.atoms[0] if self.atoms else None
        if self.rate != 0:
            wave = atom if isinstance(atom, Wave) else Wave(sympy.S.Zero, sympy.S.Zero, sympy.S.Zero)
            atom = Wave(self.rate, wave.turn, wave.phase)
        return tuple(c * self.number for c in ascending), atom


class _Logarithmic(_Linear):
    """Factors in the logarithm of the variable: its powers are exponentials."""

    def takes(self, part: sympy.Expr) -> bool:
        base, exponent = part.as_base_exp()
        if base == self.x and not exponent.free_symbols and exponent.is_real:
            self.rate += exponent
            return True
        if base == sympy.log(self.x) and exponent.is_Integer and exponent >= 0:
            self.polynomial *= self.x**exponent  # of z, for which the symbol stands here
            return True
        return False
