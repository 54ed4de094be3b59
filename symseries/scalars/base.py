"""What every coefficient ring can do, and arrays of ring elements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

import numpy as np
import sympy

from symseries.errors import DataError, OptionError, listing

Array = np.ndarray[Any, np.dtype[Any]]


class Scalars:
    """A coefficient ring: conversion, matrix product, elementary values, zero test and encoding of its elements.

    Rings are equal when their names are.
    """

    name: str
    exact: ClassVar[bool]
    balls: ClassVar[bool] = False
    """Whether elements are enclosures, whose signs and zeros may stay undecided."""
    dtype: ClassVar[type] = object
    digits: int = 6
    """How many digits of a number are shown."""

    def __repr__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scalars) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __reduce__(self) -> tuple[Callable[[object], Scalars], tuple[object]]:
        return scalars_named, (self.record(),)

    def record(self) -> object:
        """Return the ring as JSON knows it: its name, unless there is more to say."""
        return self.name

    @property
    def family(self) -> str:
        """The name without its precision: "ARB" of ARB(128)."""
        return self.name.split("(")[0]

    @property
    def symbols(self) -> set[str]:
        """The names of the symbols among its elements."""
        return set()

    def working(self) -> AbstractContextManager[None]:
        """Return the context in which elements are added and multiplied; only rings with a precision need one."""
        return nullcontext()

    def element(self, value: object) -> Any:
        """Return one number as an element of the ring; a float is the binary number it is."""
        raise OptionError(f"{value!r} has no element in {self.name}")  # pragma: no cover - every ring overrides

    def scalar(self, value: object) -> Any:
        """Return one number as an operand that NumPy combines with arrays of the ring."""
        return self.element(value)

    def array(self, values: object) -> Array:
        """Return an array of ring elements of the shape of `values`."""
        source = np.asarray(values, dtype=object)
        out = np.empty(source.shape, dtype=object)
        flat = out.reshape(-1)
        for position, value in enumerate(source.reshape(-1)):
            flat[position] = self.element(value)
        return out

    def zeros(self, *shape: int) -> Array:
        """Return an array of zeros of the ring."""
        return np.full(shape, self.scalar(0), dtype=self.dtype)

    def holding(self, values: object) -> tuple[Scalars, Array]:
        """Return a ring that holds all values, this one unless it grows with its symbols, and the values as its elements."""
        return self, self.array(values)

    def common(self, other: Scalars) -> Scalars | None:
        """Return the ring in which elements of both meet, None where there is none."""
        return self if self == other else None

    def renamed(self, values: Array, source: Scalars) -> Array:
        """Return elements of another ring, whose common ring this is, as elements of this one."""
        return values

    def converted(self, values: Array, ring: Scalars, numbers: Mapping[str, object]) -> Array:
        """Return elements as those of another ring; `numbers` are values of symbols, which only SYM has.

        Raises `OptionError` where the other ring does not hold them.
        """
        return ring.array(values)

    def quotient(self, left: Array, right: Array) -> Array:
        """Return left / right, element by element."""
        return np.asarray(left / right)

    def matmul(self, left: Array, right: Array) -> Array:
        """Return the matrix product of two arrays of ring elements."""
        return left @ right

    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        """Return the values of an elementary function at an array of elements, `where` naming the place in errors."""
        raise OptionError(f"{function} has no value in {self.name}")  # pragma: no cover - every ring overrides

    def power(self, values: Array, exponent: Any, where: str = "") -> Array:
        """Return `values ** exponent`, the exponent a Fraction or an element of the ring."""
        raise OptionError(f"powers have no value in {self.name}")  # pragma: no cover - every ring overrides

    def number_symbol(self, value: sympy.NumberSymbol) -> Any:
        """Return a named number such as pi as an element of the ring."""
        raise OptionError(f"scalars={self}: {value} is not a rational number; use scalars=F64")

    def sign(self, value: Any) -> int | None:
        """Return -1, 0 or 1, or None where the sign of the element is not decided."""
        return int(value > 0) - int(value < 0)

    def is_zero(self, value: Any) -> bool | None:
        """Return whether the element is zero: True, False, or None (not decided)."""
        return bool(value == 0)

    def handed(self, values: Array) -> Array:
        """Return the elements as a user sees them: floats, or exact SymPy numbers."""
        return values

    def text(self, value: Any) -> str:
        """Return an element as text."""
        return str(self.handed(object_array([value]))[0])

    def written(self, values: Array, taken: Iterable[str] = ()) -> tuple[Array, dict[sympy.Symbol, sympy.Expr]]:
        """Return the elements as they are shown, with letters for what is long, and what these stand for."""
        return self.handed(values), {}

    def encode(self, value: Any) -> float | str:
        """Return an element as JSON knows it."""
        return str(value)

    def decode(self, code: float | str) -> Any:
        """Return the element that `encode` wrote."""
        return self.element(code)


_FAMILIES: dict[str, Callable[..., Scalars]] = {}
_NAME = re.compile(r"([A-Z0-9]+)(?:\((\d{1,9})\))?", re.ASCII)


def register(family: str, make: Callable[..., Scalars]) -> None:
    """Enter a family of rings; `make` takes the precision where the family has one, or its record where that is a mapping."""
    _FAMILIES[family] = make


def scalars_named(name: object) -> Scalars:
    """Return the ring of that name, or record, as stored in a JSON file or a pickle; OptionError for another one.

    >>> scalars_named("ARB(128)")
    ARB(128)
    """
    if isinstance(name, Mapping) and name.get("ring") == "SYM":
        return _FAMILIES["SYM"](name)
    match = _NAME.fullmatch(name) if isinstance(name, str) else None
    if match is None or match[1] not in _FAMILIES:
        raise OptionError(f"scalars {name!r} are not known; expected one of {listing(_shown_families())}")
    try:
        return _FAMILIES[match[1]](*([int(match[2])] if match[2] else []))
    except TypeError as error:
        raise OptionError(f"scalars {name!r} are not known; expected one of {listing(_shown_families())}") from error


def check_scalars(scalars: object) -> Scalars:
    """Return `scalars` if it is a ring, else raise `OptionError`."""
    if isinstance(scalars, Scalars):
        return scalars
    if isinstance(scalars, type) and issubclass(scalars, Scalars):
        raise OptionError(f"scalars={scalars.__name__} needs its precision; write symseries.{scalars.__name__}(50)")
    raise OptionError(
        f"scalars={scalars!r} is not a coefficient ring; use symseries.{' or symseries.'.join(_shown_families())}"
    )


def _shown_families() -> list[str]:
    return [_SHOWN.get(family, family) for family in _FAMILIES if family != "C128"]


_SHOWN = {"ARB": "ARB(bits)", "MPF": "MPF(dps)"}


def object_array(values: Iterable[Any]) -> Array:
    """Return a one-dimensional object array, also of elements that NumPy would unpack because they have a length."""
    items = list(values)
    out = np.empty(len(items), dtype=object)
    for position, item in enumerate(items):
        out[position] = item
    return out


def boxed(value: object) -> Array:
    """Return a 0-d object array, which keeps NumPy from unpacking a ring element that has a length."""
    box = np.empty((), dtype=object)
    box[()] = value
    return box


def check_finite(values: Array, what: str) -> Array:
    """Return the float array `values`, or raise `DataError` naming the first entry that is not a finite number."""
    found = np.isfinite(values)
    if found.all():
        return values
    bad = np.argwhere(~found)[0]
    place = ", ".join(str(i) for i in bad)
    raise DataError(f"{what}: entry [{place}] is {values[tuple(bad)]}; expected finite numbers")
