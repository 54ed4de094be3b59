"""A law and a space with some variables held at values: what a virtual experiment sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from symseries.errors import LawNameError, OptionError, listing, suggestion
from symseries.names import symbol
from symseries.scalars import typed
from symseries.spaces import ChebyshevSpace, FourierSpace, LegendreSpace, Space, TaylorSpace

if TYPE_CHECKING:
    from symseries.laws.law import Law


def without(law: Law, held: Mapping[str, object]) -> Law:
    """Return the law with numbers for some variables; constants that only stood beside them are gone with them.

    Raises `LawNameError` for a name that is no variable, `OptionError` where none is left.
    """
    if not isinstance(held, Mapping):
        raise OptionError(f"held={held!r}: expected a mapping of variables to numbers, such as {{'c': 0.05}}")
    for name in held:
        if name not in law.variables:
            raise LawNameError(
                f"held: {name!r} is no variable{suggestion(name, law.variables)}; variables: {listing(law.variables)}"
            )
    rest = tuple(name for name in law.variables if name not in held)
    if not rest:
        raise OptionError(f"held: all variables {listing(law.variables)} are held; expected one that varies")
    numbers = {symbol(name): typed(value, f"held {name}") for name, value in held.items()}
    formula = law.formula.xreplace(numbers)
    left = {s.name for s in formula.free_symbols}
    return type(law)(formula, rest, constants=[name for name in law.constants if name in left])


def reduced(space: Space, held: Mapping[str, object]) -> Space:
    """Return the space in the variables that are left; OptionError for a space that is tied to its points."""
    rest = [name for name in space.variables if name not in held]
    if isinstance(space, TaylorSpace):
        center = {name: space.center[name] for name in rest}
        units = {name: space.scale[name] for name in rest}
        return TaylorSpace(center, space.order, index_set=space.index_kind, scale=units)
    if isinstance(space, (LegendreSpace, ChebyshevSpace, FourierSpace)):
        domain = {name: space.domain[name] for name in rest}
        return type(space)(domain, space.order, index_set=space.index_kind)
    raise OptionError(f"held over {space.describe()}: expected a Taylor, Legendre, Chebyshev or Fourier space")
