"""What SymPy has no class for: entries that are left out, sums over an index set, entries and norms of vectors."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Self, cast

import sympy
from sympy.functions.combinatorial.numbers import stirling

from symseries.errors import ResourceLimitError

_MOST = 20_000


def sequence(name: str) -> sympy.IndexedBase:
    """Return the sequence of that name, as the reader makes it of `a_k`.

    Its label is told apart from the plain Symbol of the same name, so that `k` and `k_n` may stand in one formula and a value
    put in for `k` leaves `k_n` alone.

    >>> sequence("a")[2]
    a[2]
    """
    return sympy.IndexedBase(name, complex=True)


class Stirling2(sympy.Function):  # type: ignore[misc]
    """The Stirling number of the second kind S(n, k): the ways to divide n things into k parts, none of them empty.

    >>> Stirling2(4, 2), Stirling2(sympy.Symbol("n"), 2)
    (7, Stirling2(n, 2))
    """

    nargs = 2

    # the name that SymPy gives to a function's own simplification; nothing is evaluated from text
    @classmethod
    def eval(cls, n: sympy.Expr, k: sympy.Expr) -> sympy.Expr | None:
        """Return the number for whole arguments, None for symbols."""
        return stirling(n, k) if n.is_Integer and k.is_Integer else None

    def _latex(self, printer: Any) -> str:
        upper, lower = (printer.doprint(argument) for argument in self.args)
        return rf"\genfrac\{{\}}{{0pt}}{{}}{{{upper}}}{{{lower}}}"


class Run(sympy.Expr):  # type: ignore[misc]
    r"""Entries of a list in a pattern: `Run(k[j], (j, 1, d))` is what `k_1, \dots, k_d` says.

    As one side of a relation it says the relation of each entry.

    >>> j, d = sympy.symbols("j d")
    >>> Run(sequence("k")[j], (j, 1, d)).subs(d, 3).entries()
    (k[1], k[2], k[3])
    """

    def __new__(cls, entry: sympy.Expr, limits: Any) -> Self:
        """Build the run of `entry` over `(index, first, last)`."""
        return cast("Self", super().__new__(cls, entry, sympy.Tuple(*limits)))

    def entries(self) -> tuple[sympy.Expr, ...] | None:
        """Return the entries where first and last are numbers, else None."""
        index, first, last = self.args[1].args
        if not (first.is_Integer and last.is_Integer):
            return None
        return tuple(self.args[0].subs(index, number) for number in range(int(first), int(last) + 1))

    @property
    def free_symbols(self) -> set[sympy.Basic]:
        """The symbols other than the index."""
        inner, index = self.args[0].free_symbols, self.args[1].args[0]
        return set((inner - {index}) | self.args[1].args[1].free_symbols | self.args[1].args[2].free_symbols)

    def _eval_subs(self, old: sympy.Basic, new: sympy.Basic) -> sympy.Expr | None:
        return self if old == self.args[1].args[0] else None

    def _sympystr(self, printer: Any) -> str:
        index, first, last = self.args[1].args
        return f"{printer.doprint(self.args[0])} for {index} = {first}..{last}"


def spread(items: tuple[sympy.Basic, ...]) -> tuple[sympy.Basic, ...]:
    """Return items with each run of known length replaced by its entries.

    >>> j = sympy.Symbol("j")
    >>> spread((Run(sequence("k")[j], (j, 1, 2)), j))
    (k[1], k[2], j)
    """
    found: list[sympy.Basic] = []
    for item in items:
        entries = item.entries() if isinstance(item, Run) else None
        found += [item] if entries is None else entries
    return tuple(found)


class IndexSum(sympy.Expr):  # type: ignore[misc]
    r"""A sum over all natural numbers in `indices` that meet the `conditions`: `\sum_{k_1+\dots+k_d=k}`.

    `doit()` writes the terms out where the conditions leave finitely many: an equation between a number and the indices, each
    with a positive whole coefficient, or an upper bound of each index. Without conditions the range was not said.

    >>> i, j = sympy.symbols("i j")
    >>> IndexSum(i * j, (i, j), (sympy.Eq(i + 2 * j, 5),)).doit()
    5
    """

    combine = sympy.Add

    def __new__(cls, body: sympy.Expr, indices: Any, conditions: Any) -> Self:
        """Build the sum of `body`."""
        return cast("Self", super().__new__(cls, body, sympy.Tuple(*indices), sympy.Tuple(*conditions)))

    @property
    def free_symbols(self) -> set[sympy.Basic]:
        """The symbols other than the indices."""
        bound = set().union(*(_symbols(item) for item in self.args[1].args))
        inner = self.args[0].free_symbols.union(*(part.free_symbols for part in self.args[2].args))
        return set(inner - bound)

    def doit(self, **hints: Any) -> sympy.Expr:
        """Return the terms, where they can be counted; the sum itself otherwise."""
        indices = spread(self.args[1].args)
        conditions = [part.doit(**hints) for part in _each(self.args[2].args)]
        if any(isinstance(item, Run) for item in indices):
            return self
        found = _upper_bounds(indices, conditions)
        if len(found) != len(indices):
            return self
        body = self.args[0]
        terms = []
        for values in _vectors([found[item] for item in indices]):
            given = dict(zip(indices, values, strict=True))
            if all(_holds(part, given) for part in conditions):
                terms.append(_put(body, given, hints))
        return self.combine(*terms)

    def _eval_subs(self, old: sympy.Basic, new: sympy.Basic) -> sympy.Expr | None:
        return self if old in self.args[1].args else None

    def _sympystr(self, printer: Any) -> str:
        said = ", ".join(printer.doprint(part) for part in (*self.args[1].args, *self.args[2].args))
        return f"{type(self).__name__}({printer.doprint(self.args[0])}; {said})"


class IndexProduct(IndexSum):
    r"""A product over an index set, as `IndexSum` is a sum.

    >>> i = sympy.Symbol("i")
    >>> IndexProduct(i + 1, (i,), (sympy.Le(i, 3),)).doit()
    24
    """

    combine = sympy.Mul


class Component(sympy.Function):  # type: ignore[misc]
    r"""An entry of a vector that is given by a formula: `[\sigma(\Theta x)]_i`."""

    is_commutative = True

    # the name that SymPy gives to a function's own simplification; nothing is evaluated from text
    @classmethod
    def eval(cls, *args: sympy.Expr) -> None:
        """Compute nothing: what a vector is made of is not known."""


class Norm(Component):
    """A norm: of a vector, and the index of the norm where one is said."""


class ElementwisePower(Component):
    """The power of each entry of a vector."""


class Multinomial(Component):
    """A multinomial coefficient over a collection of indices that is named and not written out."""


def _symbols(item: sympy.Basic) -> set[sympy.Basic]:
    """Return what an index binds: a Symbol, an entry of a sequence, or a sequence."""
    if isinstance(item, Run):
        return {
            part for part in item.args[0].free_symbols if isinstance(part, sympy.Indexed) or part.assumptions0.get("complex")
        }
    return {item}


def _each(conditions: tuple[sympy.Basic, ...]) -> Iterator[sympy.Basic]:
    """Yield conditions, those on a run of known length for each of its entries."""
    for part in conditions:
        sides = [item.entries() if isinstance(item, Run) else None for item in part.args]
        if sides and sides[0] is not None:
            right = sides[1] if len(sides) > 1 and sides[1] is not None else itertools.repeat(part.args[1])
            yield from (part.func(left, other) for left, other in zip(sides[0], right, strict=False))
        else:
            yield part


def _upper_bounds(indices: tuple[sympy.Basic, ...], conditions: list[sympy.Basic]) -> dict[sympy.Basic, int]:
    """Return the largest value that the conditions leave to each index, directly or as `i < j` with a bound of j."""
    sides = [_sides(part) for part in conditions if isinstance(part, _BOUNDING)]
    found: dict[sympy.Basic, int] = {}
    for _ in indices:
        for index in indices:
            values = [_largest(index, left, sympy.Integer(found[right]) if right in found else right) for left, right in sides]
            known = [value for value in values if value is not None]
            if known:
                found[index] = min(known)
    return found


_BOUNDING = (sympy.Eq, sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt)


def _sides(part: sympy.Basic) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the smaller and the larger side of a relation; of an equation the number last."""
    left, right = part.args
    swapped = isinstance(part, sympy.Ge | sympy.Gt) or (isinstance(part, sympy.Eq) and left.is_Integer)
    return (right, left) if swapped else (left, right)


def _largest(index: sympy.Basic, left: sympy.Expr, right: sympy.Expr) -> int | None:
    """Return the largest natural number that `left <= right` leaves to an index, or None."""
    if not right.is_Integer:
        return None
    terms = dict(term.as_coeff_Mul()[::-1] for term in sympy.Add.make_args(left))
    if index not in terms or any(not number.is_Integer or number < 0 for number in terms.values()):
        return None
    return max(int(right // terms[index]), -1) if terms[index] else None


def _vectors(bounds: list[int]) -> Iterator[tuple[int, ...]]:
    """Return all vectors of natural numbers up to the bounds."""
    ranges = [range(bound + 1) for bound in bounds]
    count = 1
    for values in ranges:
        count *= len(values)
    if count > _MOST:
        message = f"a sum over {count} index vectors exceeds the limit of {_MOST}; put in smaller numbers"
        raise ResourceLimitError(message)
    return itertools.product(*ranges)


def _holds(part: sympy.Basic, given: dict[sympy.Basic, int]) -> bool:
    return bool(part.xreplace({key: sympy.Integer(value) for key, value in given.items()}).doit() == sympy.true)


def _put(body: sympy.Expr, given: dict[sympy.Basic, int], hints: dict[str, Any]) -> sympy.Expr:
    """Return the body at a vector of indices; inner sums are written out first, so that they meet the same entries."""
    numbers = {key: sympy.Integer(value) for key, value in given.items()}
    return _written_out(body.xreplace(numbers)).doit(**hints).xreplace(numbers)


def _written_out(body: sympy.Expr) -> sympy.Expr:
    """Return a body in which entries with a run of known length as their index have the indices one by one."""
    found = {part for part in body.atoms(sympy.Indexed) if part.has(Run)}
    return body.xreplace({part: part.base[spread(part.indices)] for part in found})
