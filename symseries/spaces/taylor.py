"""The space of power series about a centre."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from symseries.errors import LawNameError, OptionError, listing, suggestion
from symseries.multiindex import IndexSet
from symseries.names import check_names, plain, symbol
from symseries.parsing import parse_expression, to_text
from symseries.scalars import F64, Array, Scalars, object_array, typed
from symseries.spaces.base import GradedSpace, number_in_words
from symseries.spaces.summation import of_one, of_several


class TaylorSpace(GradedSpace):
    """Power series about a centre: sum_n a_n prod_i ((x_i - centre_i)/scale_i)**n_i, in physical units where scale is 1.

    `center` maps each variable to the number that is typed, exactly: 0.05 and "1/20" are the same; a SymPy expression in
    symbols stands for a centre that is left open, for coefficients in `SYM`. `order` bounds the total degree, or with
    `index_set="tensor"` the degree in each variable. `scale` maps variables to the units in which their powers are taken, by
    default 1. Taylor coefficients have no inner product of their own; `gram` is the identity, the unweighted matching of the
    paper's step 6.

    Raises `OptionError` for an order that is no integer >= 0, a centre that is no number or a scale that is not positive,
    `LawNameError` for a variable whose name is not allowed, `ResourceLimitError` for too many multi-indices.

    >>> space = TaylorSpace({"c": "1/20", "d": 10}, order=2, scale={"d": 5})
    >>> space.center, space.scale, len(space)
    ({'c': 1/20, 'd': 10}, {'c': 1, 'd': 5}, 6)
    """

    kind = "taylor"

    def __init__(
        self,
        center: Mapping[str, object],
        order: int,
        *,
        index_set: str = "total",
        scale: Mapping[str, object] | None = None,
    ) -> None:
        _refuse_auto(order)
        self._set_up(center, order, index_set, "center")
        values = zip(self.variables, center.values(), strict=True)
        self.center: dict[str, sympy.Expr] = {name: _place(value, name) for name, value in values}
        clash = sorted(self.symbols & set(self.variables))
        if clash:
            raise LawNameError(f"center: the symbol {clash[0]!r} is also a variable of the space; rename one of the two")
        self.scale = self._checked_scale(scale or {})

    def _checked_scale(self, scale: object) -> dict[str, sympy.Rational]:
        if not isinstance(scale, Mapping):
            raise OptionError(f"scale={scale!r}: expected a mapping of variables, such as {{'c': 0.01, 'd': 5}}")
        for name in scale:
            if name not in self.variables:
                raise OptionError(f"scale of {name!r}{suggestion(name, self.variables)}; variables: {listing(self.variables)}")
        units = {name: typed(scale.get(name, 1), f"scale of {name}") for name in self.variables}
        for name, unit in units.items():
            if unit <= 0:
                raise OptionError(f"scale of {name}: {unit}; expected a positive number")
        return units

    @cached_property
    def symbols(self) -> set[str]:
        """The names that the centre leaves open."""
        return {s.name for value in self.center.values() for s in value.free_symbols}

    def at(self, numbers: Mapping[str, object]) -> TaylorSpace:
        """Return the space with numbers for the symbols of its centre; OptionError where one is missing."""
        missing = sorted(self.symbols - set(numbers))
        if missing:
            raise OptionError(f"the centre holds {listing(missing)}; give them numbers")
        values = {symbol(name): typed(numbers[name], f"value of {name}") for name in self.symbols}
        center = {name: value.xreplace(values) for name, value in self.center.items()}
        return TaylorSpace(center, self.order, index_set=self.index_kind, scale=self.scale)

    def coordinates(self, scalars: Scalars, indices: IndexSet | None = None) -> Array:
        """Return the variables themselves as series, centre_i + scale_i z_i, (N, variables)."""
        table, count = indices or self.indices, len(self.variables)
        out = scalars.zeros(len(table), count)
        center, units = self._floats if scalars is F64 else self._exact(scalars)
        out[0] = center
        if table.top:
            out[1 : count + 1].reshape(-1)[:: count + 1] = units
        return out

    def _exact(self, scalars: Scalars) -> tuple[Array, Array]:
        return scalars.array(object_array(self.center.values())), scalars.array(object_array(self.scale.values()))

    @cached_property
    def _floats(self) -> tuple[Array, Array]:
        return self._exact(F64)

    def norms(self, scalars: Scalars = F64) -> Array:
        """Return ones (N,): unweighted matching."""
        return scalars.array(np.ones(len(self), dtype=int))

    def basis(self, points: Array, scalars: Scalars = F64) -> Array:
        """Return prod_i ((x_i - centre_i)/scale_i)**n_i at points (n, w), an array (n, N)."""
        shifted = points - scalars.array(object_array(self.center.values()))
        if any(unit != 1 for unit in self.scale.values()):
            shifted = scalars.quotient(shifted, scalars.array(object_array(self.scale.values())))
        return powers(self, shifted, scalars)

    def evaluate(self, points: Array, table: Array, scalars: Scalars = F64) -> Array:
        """Return the values (n, m) at points (n, w) of m series with coefficients (N, m), in float64 in blocks."""
        if scalars is not F64:
            return super().evaluate(points, table, scalars)
        center, units = self._floats
        if len(self.variables) == 1:
            return of_one(self.kind, points[:, 0], table, lambda values: (values - center[0]) / units[0])

        def powers_of(i: int) -> Callable[[Array], Array]:
            return lambda values: np.vander((values - center[i]) / units[i], self.order + 1, increasing=True)

        return of_several([powers_of(i) for i in range(len(units))], points, self.multi_indices, table)

    def formulas(self, table: Array, scalars: Scalars) -> tuple[list[sympy.Expr], Array]:
        """Return the powers of x - centre as expressions, and the coefficients as they are."""
        shifted = [(symbol(name) - center) / self.scale[name] for name, center in self.center.items()]
        rows = self.multi_indices.tolist()
        return [sympy.Mul(*(s**k for s, k in zip(shifted, row, strict=True))) for row in rows], table

    def describe(self) -> str:
        """Return the centre and the order in words."""
        units = [f"{name} in units of {number_in_words(unit)}" for name, unit in self.scale.items() if unit != 1]
        return ", ".join([f"Taylor series about {self.place()}", self._degree(), *units])

    def place(self) -> str:
        """Return the centre in words."""
        return ", ".join(f"{name} = {number_in_words(value)}" for name, value in self.center.items())

    def with_order(self, order: int) -> TaylorSpace:
        """Return the space with the same centre to another order."""
        return TaylorSpace(self.center, order, index_set=self.index_kind, scale=self.scale)

    def to_dict(self) -> dict[str, Any]:
        """Return centre, order and index set as JSON knows them."""
        center = {name: str(value) if value.is_Rational else to_text(value) for name, value in self.center.items()}
        record = {"basis": self.kind, "center": center, "order": self.order, "index_set": self.index_kind}
        if self.symbols:
            record["symbols"] = sorted(self.symbols)
        scaled = any(unit != 1 for unit in self.scale.values())
        return record | ({"scale": {name: str(unit) for name, unit in self.scale.items()}} if scaled else {})

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> TaylorSpace:
        """Return the space that `to_dict` wrote."""
        center = {name: _read(text, record.get("symbols", ())) for name, text in record["center"].items()}
        return cls(center, record["order"], index_set=record["index_set"], scale=record.get("scale"))

    def _identity(self) -> tuple[tuple[str, object], ...]:
        return (*super()._identity(), ("centre", tuple(self.center.items())), ("scale", tuple(self.scale.items())))


def _refuse_auto(order: object) -> None:
    if isinstance(order, str) and order == "auto":
        raise OptionError(
            "order='auto' of a Taylor space: its coefficients need not fall on a domain, so that no order is enough; give a "
            "number, and see symseries.radius for how far the series reaches"
        )


def _place(value: object, name: str) -> sympy.Expr:
    """Return the centre of a variable: the exact number that was typed, or an expression in symbols."""
    if isinstance(value, sympy.Expr) and value.free_symbols:
        if value.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo):
            raise OptionError(f"center of {name}: {value} is not a real number; expected one, or an expression in symbols")
        check_names(value.free_symbols, f"symbol in the center of {name}")
        return plain(value)
    return typed(value, f"center of {name}")


def _read(text: object, declared: Collection[str]) -> object:
    """Return a centre as it was stored: a number as text, or an expression in the grammar of laws."""
    if not isinstance(text, str) or not any(character.isalpha() for character in text):
        return text
    return parse_expression(text, "center", declared=declared)


def powers(space: GradedSpace, shifted: Array, scalars: Scalars) -> Array:
    """Return prod_i s_i**n_i for shifted points s (n, w) and every multi-index of the space, an array (n, N)."""
    indices = space.indices
    out = scalars.zeros(len(shifted), len(indices))
    out[:, 0] = scalars.array([1] * len(shifted))
    first, lower = indices.lowered
    for degree in range(1, indices.top + 1):
        rows = np.arange(indices.offsets[degree], indices.offsets[degree + 1])
        out[:, rows] = out[:, lower[rows - 1]] * shifted[:, first[rows - 1]]
    return out
