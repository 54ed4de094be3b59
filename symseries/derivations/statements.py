"""A statement as it was understood: two sides in plain Symbols, what is assumed of each name, and where it is said to hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.tensor.indexed import Indexed, IndexedBase

from symseries.derivations.domains import Assumptions, Domain, domain_of, read_assumptions
from symseries.errors import LawNameError, OptionError, ResourceLimitError, listing, suggestion
from symseries.names import plain
from symseries.parsing import parse_expression
from symseries.scalars import as_fraction, typed

MAX_NODES = 5_000
MAX_ORDER = 60
_MAX_ENTRIES = 64
_NATURAL = domain_of("natural")
_COUNTED = (sympy.bernoulli, sympy.euler, sympy.fibonacci, sympy.bell, sympy.catalan, sympy.factorial2, sympy.factorial)
_POLYNOMIALS = (sympy.legendre, sympy.chebyshevt, sympy.chebyshevu, sympy.hermite, sympy.laguerre)


@dataclass(frozen=True)
class Statement:
    """left = right under assumptions; with `order`, to that order in the powers of what is named in `around`."""

    left: Any
    right: Any
    assumptions: Assumptions = field(default_factory=Assumptions)
    order: int | None = None
    around: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that stand for numbers, in alphabetical order."""
        return tuple(sorted(names_of(self.left) | names_of(self.right)))

    @property
    def difference(self) -> Any:
        """left - right."""
        return self.left - self.right


def names_of(expression: Any) -> set[str]:
    """Return the names that stand for numbers in an expression; sequences a[i] and their labels do not.

    >>> a, i = sympy.IndexedBase("a"), sympy.Symbol("i")
    >>> sorted(names_of(a[i] * sympy.Symbol("x")))
    ['i', 'x']
    """
    labels = {base.label for base in expression.atoms(IndexedBase)}
    return {s.name for s in expression.free_symbols if isinstance(s, sympy.Symbol) and s not in labels}


def read_statement(
    left: object,
    right: object,
    assumptions: object = None,
    order: object = None,
    around: object = None,
    *,
    names: Mapping[str, Any] | None = None,
) -> Statement:
    """Return the statement that SymPy expressions, text or LaTeX spell, with the assumptions that its form implies.

    Symbols bring their own assumptions; names that bound a sum or count something are taken as 0, 1, 2, … unless more is said;
    all others are real. Raises what the readers raise, and `OptionError` for an order or a point that means nothing.
    """
    together = _together(left, right, names)
    sides = [read_side(side, what, names) for side, what in zip(together, ("left side", "right side"), strict=True)]
    if sides[0].is_Matrix != sides[1].is_Matrix:
        sides = [_widened(side, other) for side, other in zip(sides, reversed(sides), strict=True)]
    given = read_assumptions(assumptions)
    own = _own_assumptions(sides[0]) | _own_assumptions(sides[1])
    plainly = [plain(side) if not side.is_Matrix else side.applyfunc(plain) for side in sides]
    known = names_of(plainly[0]) | names_of(plainly[1])
    counted = {name: _NATURAL for side in plainly for name in _counted(side) if name in known}
    found = given | {**counted, **{name: domain for name, domain in own.items() if name in known}}
    (first, left_rest), (second, right_rest) = (_without_order(side) for side in plainly)
    terms, place = _order_of([rest for rest in (left_rest, right_rest) if rest is not None], order, around, known)
    return Statement(first, second, found, terms, place)


def _together(left: object, right: object, names: Mapping[str, Any] | None) -> tuple[object, object]:
    """Return both sides, read together where they are LaTeX: what one shows about a name holds in the other.

    Text such as `a_1 + a_2 b_1` beside LaTeX is LaTeX as well.
    """
    sides = [side for side in (left, right) if isinstance(side, str) and (is_latex(side) or _ENTRIES.fullmatch(side))]
    if len(sides) < 2 or not any(map(is_latex, sides)):
        return left, right
    from symseries.parsing.latex import read_latex_sides  # large, and not needed by others

    first, second = read_latex_sides(sides, names)
    return first, second


_ENTRIES = re.compile(r"\s*[A-Za-z]_[A-Za-z0-9](\s*[-+]?\s*[A-Za-z]_[A-Za-z0-9])*\s*")


def read_side(side: object, what: str = "expression", names: Mapping[str, Any] | None = None) -> Any:
    """Return one side as a SymPy expression or matrix."""
    if isinstance(side, str):
        found = _read_text(side, what, names)
    elif isinstance(side, sympy.MatrixBase):
        found = sympy.ImmutableMatrix(side)
    elif isinstance(side, sympy.Expr):
        found = _with_entries(side, what)
    elif (number := as_fraction(side)) is not None:
        found = sympy.Rational(number.numerator, number.denominator)
    else:
        raise OptionError(f"{what}: {type(side).__name__} {str(side)[:40]!r}; expected a SymPy expression, text or LaTeX")
    found = _in_base_units(found, what)
    _check_size(found, what)
    _check_kind(found, what)
    return found


def _with_entries(expression: Any, what: str) -> Any:
    """Return an expression whose matrices have letters as entries: A of two rows and columns is A_1_1, A_1_2, …"""
    found = {}
    for matrix in expression.atoms(sympy.MatrixSymbol):
        shape = matrix.shape
        if not _is_sized(matrix):
            raise OptionError(f"{what}: the matrix {matrix} is {shape[0]} by {shape[1]}; give it numbers of rows and columns")
        if shape[0] * shape[1] > _MAX_ENTRIES:
            raise ResourceLimitError(f"{what}: the matrix {matrix} has {shape[0] * shape[1]} entries, at most {_MAX_ENTRIES}")
        found[matrix] = sympy.ImmutableMatrix(*shape, lambda i, j, name=matrix.name: sympy.Symbol(f"{name}_{i + 1}_{j + 1}"))
    if clash := sorted({entry.name for matrix in found.values() for entry in matrix} & names_of(expression)):
        raise LawNameError(f"{what}: {clash[0]!r} is a name beside a matrix, and one of its entries; rename it")
    whole = expression.xreplace(found).doit() if found else expression
    if isinstance(whole, sympy.Identity | sympy.ZeroMatrix | sympy.OneMatrix) and _is_sized(whole):
        return whole.as_explicit()
    return whole


def _is_sized(matrix: Any) -> bool:
    """Whether rows and columns are numbers."""
    return all(isinstance(size, sympy.Integer) for size in matrix.shape)


def _in_base_units(expression: Any, what: str) -> Any:
    """Return an expression whose quantities are written in base units, each of which is a positive number."""
    if not any(type(part).__module__ == _QUANTITIES for part in expression.atoms(sympy.AtomicExpr)):
        return expression
    from sympy.physics.units import Quantity, ampere, candela, convert_to, kelvin, kilogram, meter, mole, second

    base = (meter, kilogram, second, ampere, kelvin, mole, candela)
    symbols = {unit: sympy.Symbol(_METRIC.get(str(unit), str(unit)), positive=True) for unit in base}
    names = {symbol.name for symbol in symbols.values()} & names_of(expression)
    if names:
        raise LawNameError(f"{what}: {listing(sorted(names))} is a name beside quantities, and a base unit; rename it")
    found = {}
    for part in expression.atoms(Quantity):
        value = convert_to(part, base)
        value = value.xreplace({number: sympy.Rational(str(number)) for number in value.atoms(sympy.Float)})
        found[part] = value.xreplace(symbols)
    return expression.xreplace(found)


_QUANTITIES = "sympy.physics.units.quantities"
_METRIC = {"meter": "metre"}


def _read_text(text: str, what: str, names: Mapping[str, Any] | None) -> sympy.Expr:
    if is_latex(text):
        from symseries.parsing.latex import read_latex  # large, and not needed by others

        return read_latex(text, names)
    return parse_expression(text, what)


def is_latex(text: str) -> bool:
    r"""Whether text is LaTeX: it holds a command, a brace or a raised mark.

    >>> is_latex(r"\frac{1}{x}"), is_latex("1/x")
    (True, False)
    """
    return any(mark in text for mark in "\\{}^")


def _check_size(expression: Any, what: str) -> None:
    """Refuse what could not be looked at within a moment."""
    for count, _ in enumerate(sympy.preorder_traversal(expression)):
        if count > MAX_NODES:
            raise ResourceLimitError(f"{what}: more than {MAX_NODES} parts, the limit; verify it in steps")


def _check_kind(expression: Any, what: str) -> None:
    """Refuse what would be taken for numbers and is none."""
    if isinstance(expression, sympy.MatrixExpr) and not isinstance(expression, sympy.MatrixBase):
        raise OptionError(
            f"{what} {str(expression)[:40]}: entries of this matrix are not known; write it out, as sympy.Matrix does"
        )
    for part in expression.atoms(sympy.Symbol) - {base.label for base in expression.atoms(IndexedBase)}:
        if not part.is_commutative:
            raise OptionError(f"{what}: {part} is a vector or does not commute; write its entries out")
        if part.is_extended_real is False or (part.is_complex and part.is_extended_real is None):
            raise OptionError(f"{what}: {part} is declared complex, and names are real here; use its real and imaginary part")


def _widened(side: Any, other: Any) -> Any:
    """Return the number 0 as a matrix beside a matrix; anything else beside a matrix is no statement."""
    if side.is_Matrix:
        return side
    if side == 0:
        return sympy.ImmutableMatrix(sympy.zeros(*other.shape))
    raise OptionError(f"a matrix of shape {other.shape} against {str(side)[:40]}; expected two matrices, or 0")


def check_assumed(given: Assumptions, statement: Statement) -> None:
    """Raise `LawNameError` for an assumption on a name that the statement does not have."""
    for name in given.domains:
        if name not in statement.names:
            known = listing(statement.names) or "no names"
            raise LawNameError(f"assumption on {name!r}{suggestion(name, statement.names)}; the statement has {known}")


def _own_assumptions(side: object) -> dict[str, Domain]:
    """Return what the Symbols of a SymPy expression say of themselves."""
    if not isinstance(side, sympy.Basic | sympy.MatrixBase):
        return {}
    return {s.name: _own(s) for s in side.free_symbols if isinstance(s, sympy.Symbol) and s.assumptions0 != _PLAIN}


_PLAIN = sympy.Symbol("x").assumptions0


def _own(symbol: sympy.Symbol) -> Domain:
    if symbol.is_integer:
        return domain_of("positive integer" if symbol.is_positive else "natural" if symbol.is_nonnegative else "integer")
    for word in ("positive", "negative", "nonnegative", "nonpositive"):
        if getattr(symbol, f"is_{word}"):
            return domain_of(word)
    return Domain()


def _counted(expression: Any) -> Iterator[str]:
    """Yield the names that count something."""
    for part in sympy.preorder_traversal(expression):
        if isinstance(part, sympy.Sum | sympy.Product):
            bounds = [end for limit in part.limits for end in limit[1:]]
            own = {limit[0] for limit in part.limits}
            yield from (s.name for end in bounds for s in end.free_symbols - own)
        elif isinstance(part, Indexed):
            yield from (s.name for index in part.indices for s in index.free_symbols)
        elif isinstance(part, (*_COUNTED, *_POLYNOMIALS)):
            yield from (s.name for s in part.args[0].free_symbols)
        elif type(part).__name__ in {"IndexSum", "IndexProduct"}:
            yield from (s.name for condition in part.args[2] for s in condition.free_symbols if isinstance(s, sympy.Symbol))
        elif isinstance(part, sympy.binomial):
            yield from (s.name for s in part.args[1].free_symbols)
        elif part.is_Pow and part.base == -1:
            yield from (s.name for s in part.exp.free_symbols)


def _without_order(side: Any) -> tuple[Any, Any]:
    """Return a side without its O(x**n), and that."""
    terms = [] if side.is_Matrix else [part for part in sympy.Add.make_args(side) if isinstance(part, sympy.Order)]
    if not terms:
        return side, None
    return side.removeO(), terms[0]


def _order_of(remainders: list[Any], order: object, around: object, names: set[str]) -> tuple[int | None, dict[str, Fraction]]:
    """Return to which order, and about which point, the statement is made."""
    place = _place(around, names)
    if remainders and order is None:
        order, inferred = _from_remainder(remainders)
        place = place or inferred
    if order is None:
        return None, {}
    if isinstance(order, bool) or not isinstance(order, int | sympy.Integer) or not 0 <= order <= MAX_ORDER:
        raise OptionError(f"order={order!r}: expected an integer from 0 to {MAX_ORDER}")
    if not place:
        if len(names) != 1:
            raise OptionError(
                f"order={order}: {listing(sorted(names)) or 'no name'} to expand in; say which by around={{'x': 0}}"
            )
        place = {next(iter(names)): Fraction(0)}
    return int(order), place


def _from_remainder(remainders: list[Any]) -> tuple[int, dict[str, Fraction]]:
    """Return the highest order that O(x**n) leaves, and its point."""
    found: list[tuple[int, dict[str, Fraction]]] = []
    for term in remainders:
        point = {s.name: at for s, at in zip(term.variables, map(as_fraction, term.point), strict=True) if at is not None}
        if len(point) != 1 or len(term.variables) != 1:
            raise OptionError(f"{term}: expected O of a power of one name about a number; say the order by order= and around=")
        [(name, at)] = point.items()
        power = sympy.degree(sympy.expand(term.expr.subs(sympy.Symbol(name), sympy.Symbol(name) + at)), sympy.Symbol(name))
        found.append((int(power) - 1, {name: at}))
    return min(found, key=lambda pair: pair[0])


def _place(around: object, names: set[str]) -> dict[str, Fraction]:
    if around is None:
        return {}
    if not isinstance(around, Mapping):
        raise OptionError(f"around={around!r}: expected a mapping of names to numbers, such as {{'x': 0}}")
    found = {}
    for name, value in around.items():
        text = name.name if isinstance(name, sympy.Symbol) else str(name)
        if text not in names:
            raise LawNameError(f"around: {text!r} is not in the statement, which has {listing(sorted(names)) or 'no names'}")
        number = typed(value, f"around {text}")
        found[text] = Fraction(int(number.p), int(number.q))
    return found


def assumed(expression: Any, assumptions: Assumptions) -> Any:
    """Return an expression whose names and bound names carry what is assumed of them.

    >>> n, k = sympy.symbols("n k")
    >>> found = assumed(sympy.Sum(k, (k, 1, n)), Assumptions({"n": domain_of("natural")}))
    >>> found.function.is_positive
    True
    """
    names = names_of(expression)
    bound = _bound(expression)
    expression = expression.xreplace({old: new for old, new in bound.items() if old.name not in names})
    return expression.xreplace(assumptions.symbols(names))


def _bound(expression: Any) -> dict[sympy.Symbol, sympy.Symbol]:
    """Return for each bound name the Symbol with what its bounds say."""
    found: dict[sympy.Symbol, sympy.Symbol] = {}
    for part in expression.atoms(sympy.Sum, sympy.Product):
        for name, low, *_ in part.limits:
            facts = {"positive": True} if low.is_positive else {} if low.is_negative else {"nonnegative": True}
            found[name] = sympy.Symbol(name.name, integer=True, **facts)
    for part in expression.atoms(sympy.Integral):
        for name, *_ in part.limits:
            found[name] = sympy.Symbol(name.name, real=True)
    return found


def has_undefined(expression: Any) -> bool:
    """Whether undefined functions f(x) occur."""
    return bool(expression.atoms(AppliedUndef))
