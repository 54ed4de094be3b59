"""Legendre coefficients of powers, logarithms and exponentials as SymPy expressions, from integrals of powers of u."""

from __future__ import annotations

import sympy

from symseries.errors import OptionError
from symseries.laws.factors import Atom, Logarithm, Power, Wave
from symseries.scalars import Array, object_array

_ORDER = 24  # expressions grow with the square of it


def moments(atom: Atom, middle: sympy.Expr, half: sympy.Expr, count: int) -> Array:
    """Return (2n + 1)/2 times the integrals of atom(middle + half u) P_n(u) over the window, n < count.

    A power and a logarithm are integrated in y = slope z + offset, an exponential in u, by parts. Raises `OptionError` for a
    wave, and for so high an order that the expressions serve nobody.
    """
    if count > _ORDER + 1:
        raise OptionError(f"scalars=SYM: order {count - 1} of closed coefficients; expected at most {_ORDER}, use ARB(128)")
    u = sympy.Dummy()
    if isinstance(atom, Wave):
        integrals = _of_exponential(atom, middle, half, count)
        rows = [sympy.Poly(sympy.legendre(n, u), u) for n in range(count)]
    else:
        assert atom is not None  # noqa: S101 - polynomials are not integrated
        center, width = atom.slope * middle + atom.offset, atom.slope * half
        low, high = center - width, center + width
        integrals = [(_primitive(atom, k, high) - _primitive(atom, k, low)) / width for k in range(count)]
        rows = [sympy.Poly(sympy.legendre(n, (u - center) / width), u) for n in range(count)]
    return object_array(
        sympy.expand(sympy.Rational(2 * n + 1, 2) * sum(c * integrals[k] for (k,), c in row.terms()))
        for n, row in enumerate(rows)
    )


def _primitive(atom: Power | Logarithm, k: int, y: sympy.Expr) -> sympy.Expr:
    """Return the primitive of y**k times the atom at y."""
    if isinstance(atom, Logarithm):
        inner = sympy.log(y) / (k + 1) - sympy.Rational(1, (k + 1) ** 2) if y != 0 else sympy.S.Zero
        return y ** (k + 1) * inner
    top = atom.exponent + k + 1
    return sympy.log(abs(y)) if top == 0 else y**top / top


def _of_exponential(atom: Wave, middle: sympy.Expr, half: sympy.Expr, count: int) -> list[sympy.Expr]:
    """Return the integrals of u**k exp(rate (middle + half u)) over the window."""
    if atom.turn != 0 or atom.phase != 0:
        raise OptionError("scalars=SYM: sines and cosines have no closed coefficients here; use scalars=ARB(128)")
    g = atom.rate * half
    low, high = sympy.exp(atom.rate * (middle - half)), sympy.exp(atom.rate * (middle + half))
    out = [(high - low) / g]
    for k in range(1, count):
        out.append((high - (-1) ** k * low) / g - k / g * out[-1])
    return out
