"""Coefficients of law terms on Legendre and Chebyshev polynomials in closed form, in balls, exactly or symbolically."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy
from flint import acb, arb, fmpq

from symseries.errors import ComplexResultError, NotAnalyticError, OptionError
from symseries.laws.factors import Factor, Logarithm, Power, Product, Wave, products
from symseries.laws.moments import moments
from symseries.laws.quadrature import integrated
from symseries.names import symbol
from symseries.scalars import ARB, MPF, Array, Scalars, decimal, object_array
from symseries.spaces import BoxSpace
from symseries.symbolic import Polynomials

_ATTEMPTS = 6  # each with twice the guard bits of the one before
_GUARD = 32
_HALF = {"legendre": fmpq(1, 2), "chebyshev": fmpq(0)}  # Gegenbauer's parameter of the family


def closed_coefficients(expressions: Sequence[sympy.Expr], space: BoxSpace, ring: Scalars) -> tuple[Scalars, Array]:
    """Return the ring and the coefficients (N, m) of m expressions in the variables, without any node.

    Expressions are sums of products of functions of one variable. With the window variable u and w > 1,

        (w + u)**p = sum_n p(p-1)...(p-n+1)/s_n (2r)**(n-p) 2F1(n-p, -p-l; n+1+l; r**2) phi_n(u),   r = w - sqrt(w**2 - 1),
        exp(g u)   = sum_n g**n/s_n 0F1(; n+1+l; g**2/4) phi_n(u),

    with l = 1/2, s_n = (2n - 1)!! for Legendre and l = 0, s_0 = 1, s_n = 2**(n-1) n! for Chebyshev polynomials; the logarithm
    is the derivative of the power at p = 0; polynomials come in by the recurrence of three terms; on a logarithmic scale powers
    are exponentials. In `QQ` polynomials are exact, in `SYM` also powers, logarithms and exponentials over Legendre
    polynomials; `ARB` and `MPF` hold all of these and waves, and what has no closed form by quadrature with a proved error.

    Raises `OptionError` for what has no such coefficients in the ring, `NotAnalyticError` for a singularity in the domain,
    `ComplexResultError` where a base of a root or logarithm is negative there.

    Source: the formula of Rodrigues for Gegenbauer's polynomials, of which both families are, Euler's integral (DLMF 15.6.1)
    and the quadratic transformations of 2F1(a, b; 2b) (DLMF section 15.8(iii)).

    >>> from symseries.scalars import ARB
    >>> from symseries.spaces import LegendreSpace
    >>> space = LegendreSpace({"x": (1, 4)}, order=2)
    >>> _, table = closed_coefficients([sympy.sqrt(sympy.Symbol("x"))], space, ARB(64))
    >>> [round(float(value.mid()), 12) for value in table[:, 0]]  # the mean is 14/9
    [1.555555555556, 0.488888888889, -0.05291005291]
    """
    terms = [products(expression, space) for expression in expressions]
    if isinstance(ring, MPF):  # certifies its digits itself
        return ring, _table(terms, space, ring)
    if isinstance(ring, ARB):
        return ring, _certain(lambda working: _table(terms, space, working), ring)
    if not isinstance(ring, Polynomials):
        return ring, _table(terms, space, ring)
    table = _table(terms, space, _SYMBOLIC)
    return ring.holding(object_array(map(sympy.expand, table.flat)).reshape(table.shape))


def _certain(compute: Callable[[ARB], Array], ring: ARB) -> Array:
    """Return balls with all bits of the ring, relative to themselves or, beside 0, to the largest, rounded to them."""
    for guard in (_GUARD << k for k in range(_ATTEMPTS)):
        working = ARB(ring.bits + guard)
        with working.working():
            table = compute(working)
            top = max((abs(v.mid()) for v in table.flat), default=arb(0)) * arb(fmpq(1, 2**ring.bits))
        if all(v.rel_accuracy_bits() >= ring.bits or v.rad() <= top for v in table.flat):
            break
    return ring.converted(table, ring, {})


def _table(terms: Sequence[Sequence[Product]], space: BoxSpace, ring: Scalars) -> Array:
    with ring.working():
        columns = [_column(some, space, ring) for some in terms]
    return np.stack(columns, axis=1)


def _column(terms: Sequence[Product], space: BoxSpace, ring: Scalars) -> Array:
    """Return the coefficients (N,) of a sum of products: products of those of the factors."""
    total = ring.zeros(len(space))
    indices = space.multi_indices.T
    for term in terms:
        parts = [_of_axis(term.factors.get(at), space, at, ring)[indices[at]] for at in range(len(indices))]
        whole = parts[0]
        for part in parts[1:]:
            whole = whole * part
        total = total + whole * ring.element(term.number)
    return total


def _of_axis(factor: Factor | None, space: BoxSpace, at: int, ring: Scalars) -> Array:
    """Return the coefficients (functions,) of a factor on one axis; no factor is 1."""
    count = int(space.multi_indices[:, at].max()) + 1
    if factor is None:
        return _unit(count, ring)
    if factor.polynomial is None or space.kind not in _HALF:
        return integrated(factor, space, at, count, ring)
    middle, half = window(space, at)
    inner = _composed(factor.polynomial, middle, half, ring)
    return _times(inner, _of_atom(factor, space, at, count + len(inner) - 1, ring), space.kind, ring, count)


def window(space: BoxSpace, at: int) -> tuple[sympy.Expr, sympy.Expr]:
    """Return middle and half-width of an axis, of the logarithm where that is the scale."""
    name = space.variables[at]
    low, high = space.domain[name]
    if space.scale[name] == "log":
        return sympy.log(low * high) / 2, sympy.log(high / low) / 2
    return (low + high) / 2, (high - low) / 2


def _unit(count: int, ring: Scalars) -> Array:
    out = ring.zeros(count)
    out[0] = ring.element(1)
    return out


# ---------------------------------------------------------------------------------------------------------- polynomials
def _composed(polynomial: Sequence[sympy.Expr], middle: sympy.Expr, half: sympy.Expr, ring: Scalars) -> Array:
    """Return the coefficients in u of a polynomial of z = middle + half u, by Horner's rule."""
    shift, width = ring.element(middle), ring.element(half)
    out = ring.zeros(len(polynomial))
    for number in reversed(polynomial):
        moved = ring.zeros(len(polynomial))
        moved[1:] = out[:-1] * width
        out = out * shift + moved
        out[0] = out[0] + ring.element(number)
    return out


def _times(polynomial: Array, values: Array, kind: str, ring: Scalars, count: int) -> Array:
    """Return the first coefficients of a polynomial in u times a function, of which those beyond are known too."""
    out: Array = polynomial[-1] * values
    for number in polynomial[-2::-1]:
        out = _times_u(out, kind, ring) + number * values[: len(out) - 1]
    return out[:count]


def _times_u(values: Array, kind: str, ring: Scalars) -> Array:
    """Return the coefficients of u f, one fewer than those of f, by the recurrence of three terms."""
    size = len(values) - 1
    out = ring.zeros(size)
    for n in range(size):
        below, above = _weights(n, kind)
        out[n] = values[n + 1] * ring.element(above)
        if n:
            out[n] = out[n] + values[n - 1] * ring.element(below)
    return out


def _weights(n: int, kind: str) -> tuple[Fraction, Fraction]:
    """Return the weights of the coefficients n - 1 and n + 1 of f in the coefficient n of u f."""
    if kind == "legendre":
        return Fraction(n, 2 * n - 1), Fraction(n + 1, 2 * n + 3)
    return Fraction(1 if n == 1 else Fraction(1, 2)), Fraction(1, 2)


# ---------------------------------------------------------------------------------------------------------------- atoms
def _of_atom(factor: Factor, space: BoxSpace, at: int, count: int, ring: Scalars) -> Array:
    """Return the coefficients of the part of a factor that is no polynomial."""
    if factor.atom is None:
        return _unit(count, ring)
    middle, half = window(space, at)
    if isinstance(factor.atom, Wave):
        if isinstance(ring, ARB):
            return _wave(factor.atom, middle, half, _Family(space.kind, count), ring)
    else:
        sign, unit, distance = _placed(factor, space, at)
        if isinstance(ring, ARB):
            found = _of_line(factor.atom, ring.element(unit), ring.element(distance), _Family(space.kind, count), ring)
            return object_array(v * sign**n for n, v in enumerate(found))
    if ring is _SYMBOLIC and space.kind == "legendre":
        return moments(factor.atom, middle, half, count)
    raise OptionError(
        f"scalars={ring}: {factor.text} over {space.describe()} has no coefficients there; use scalars=ARB(128)"
        + (", or SYM over a LegendreSpace" if ring is _SYMBOLIC else ", or F64")
    )


def _placed(factor: Factor, space: BoxSpace, at: int) -> tuple[int, sympy.Expr, sympy.Expr]:
    """Return sign, c and w of slope z + offset = c (w + sign u), w >= 1, having checked that no singularity is inside."""
    atom, (middle, half) = factor.atom, window(space, at)
    assert isinstance(atom, (Power, Logarithm))  # noqa: S101 - the caller has looked
    center, width = atom.slope * middle + atom.offset, atom.slope * half
    whole = isinstance(atom, Power) and atom.exponent.is_Integer
    unit = -abs(width) if whole and center.is_negative else abs(width)
    distance = center / unit
    exponent = atom.exponent if isinstance(atom, Power) else sympy.S.Zero
    least = -sympy.Rational(1, 2) - sympy.Rational(int(_HALF[space.kind].p), int(_HALF[space.kind].q))
    name = space.variables[at]
    if (distance < 1) == True and not whole:  # noqa: E712 - a relation of SymPy
        raise ComplexResultError(
            f"{factor.text}: {atom.slope * symbol(name) + atom.offset} is negative on a part of "
            f"{space.describe()}; shrink the domain of {name}"
        )
    if (distance < 1) == True or (distance == 1 and exponent <= least):  # noqa: E712
        raise NotAnalyticError(
            f"{factor.text} over {space.describe()}: no finite coefficients, it is singular at {name} = "
            f"{_shown(-atom.offset / atom.slope)}; leave that point out of the domain"
        )
    return (1 if width * unit > 0 else -1), unit, distance


def _shown(value: sympy.Expr) -> str:
    return decimal(value) if value.is_Rational else str(value)


@dataclass(frozen=True)
class _Family:
    """The first polynomials of Legendre or Chebyshev, as Gegenbauer's of a parameter."""

    kind: str
    count: int

    @property
    def half(self) -> arb:
        """Gegenbauer's parameter."""
        return arb(_HALF[self.kind])

    @property
    def scales(self) -> list[int]:
        """The numbers s_n."""
        out = [1]
        for n in range(1, self.count):
            out.append(out[-1] * (2 * n - 1 if self.kind == "legendre" else 2 * n if n > 1 else 1))
        return out


def _of_line(atom: Power | Logarithm, unit: arb, distance: arb, family: _Family, ring: ARB) -> list[arb]:
    """Return the coefficients of an atom of c (w + u); of a natural power of what is negative, c is."""
    if isinstance(atom, Logarithm):
        return _logarithm(unit, distance, family)
    exponent = ring.element(atom.exponent)
    size = unit ** int(atom.exponent) if atom.exponent.is_Integer else unit**exponent
    return [size * value for value in _power(exponent, distance, family)]


def _near(distance: arb) -> arb:
    """Return r = w - sqrt(w**2 - 1), without cancellation."""
    return 1 / (distance + ((distance - 1) * (distance + 1)).sqrt())


def _power(p: arb, distance: arb, family: _Family) -> list[arb]:
    """Return the coefficients of (w + u)**p."""
    r, half = _near(distance), family.half
    out, falling = [], arb(1)
    for n, scale in enumerate(family.scales):
        out.append(falling / scale * (2 * r) ** (n - p) * _gauss(n - p, -p - half, n + 1 + half, r * r))
        falling = falling * (p - n)
    return out


def _logarithm(unit: arb, distance: arb, family: _Family) -> list[arb]:
    """Return the coefficients of log(c (w + u)), the derivatives of those of the power in p at 0."""
    r, half = _near(distance), family.half
    out, falling = [unit.log() + _mean_logarithm(distance, r, family.kind)], arb(1)
    for n, scale in list(enumerate(family.scales))[1:]:
        out.append(falling / scale * (2 * r) ** n * _gauss(arb(n), -half, n + 1 + half, r * r))
        falling = -falling * n
    return out


def _mean_logarithm(w: arb, r: arb, kind: str) -> arb:
    """Return the mean of log(w + u) in the measure of the family."""
    if kind == "chebyshev":
        return -(2 * r).log()
    lower = (w - 1) * (w - 1).log() if w > 1 else arb(0)
    return ((w + 1) * (w + 1).log() - lower) / 2 - 1


def _gauss(a: arb, b: arb, c: arb, z: arb) -> arb:
    return acb(z).hypgeom_2f1(acb(a), acb(b), acb(c)).real


def _wave(atom: Wave, middle: sympy.Expr, half: sympy.Expr, family: _Family, ring: ARB) -> Array:
    """Return the coefficients of exp(rate z) cos(turn z + phase), the real part of a complex exponential."""
    rate, turn, phase, middle, half = (ring.element(v) for v in (atom.rate, atom.turn, atom.phase, middle, half))
    front, g = acb(rate * middle, turn * middle + phase).exp(), acb(rate, turn) * half
    out, power = [], acb(1)
    for n, scale in enumerate(family.scales):
        out.append((front * power / scale * (g * g / 4).hypgeom_0f1(acb(n + 1 + family.half))).real)
        power = power * g
    return object_array(out)


class _Expressions(Scalars):
    """SymPy expressions of numbers, in which closed forms are found before the ring `SYM` holds them."""

    name, exact = "SYM", True

    def element(self, value: object) -> sympy.Expr:
        return value if isinstance(value, sympy.Expr) else sympy.Rational(value)


_SYMBOLIC = _Expressions()
