"""Coefficients of functions without closed form in balls, by quadrature with a proved error.

Source: F. Johansson, Numerical integration in arbitrary-precision ball arithmetic, ICMS 2018: Gauss rules on pieces of the
interval whose complex neighbourhoods are certified, until the error that is proved for each is small.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import acb, acb_poly, arb, fmpq_poly

from symseries import expressions
from symseries.errors import NotAnalyticError, OptionError, SymseriesError
from symseries.laws.factors import Factor
from symseries.names import symbol
from symseries.scalars import ARB, Array, Scalars, object_array
from symseries.scalars.complex_balls import ACB
from symseries.spaces import BoxSpace, FourierSpace

_EVALUATIONS = 5000  # of one integrand
_UNDEFINED = acb(arb("nan"), arb("nan"))

Function = Callable[[acb], acb]


def integrated(factor: Factor, space: BoxSpace, at: int, count: int, ring: Scalars) -> Array:
    """Return the coefficients (count,) of a factor on one axis, each an integral in balls that hold it.

    Raises `OptionError` in other rings than those of balls, and for a ramp; `NotAnalyticError` where no finite integral is
    proved: a singularity or a kink lies in the domain or at its end.
    """
    if not isinstance(ring, ARB):
        raise OptionError(f"scalars={ring}: {factor.text} over {space.describe()} is not exact there; use scalars=ARB(128)")
    if isinstance(space, FourierSpace) and space.extension == "ramp":
        raise OptionError(f"scalars={ring} over {space.describe()}: no proved integrals with a ramp; use extension='even'")
    function, lengths = _function(factor, space, at, ring), ring.array(object_array(space.lengths()))
    found = object_array(_mean(function, space, n) / lengths[n] for n in range(count))
    if not _precise(found, ring):
        raise NotAnalyticError(
            f"{factor.text} over {space.describe()}: no finite integral is proved, a singularity or a kink lies in the "
            f"domain of {space.variables[at]} or at its end; shrink it, or use scalars=F64"
        )
    return found


def _precise(found: Array, ring: ARB) -> bool:
    """Return whether half of the bits are certain; a singularity or a kink leaves a few."""
    top = max((abs(value.mid()) for value in found), default=arb(0)) / 2 ** (ring.bits // 2)
    return all(value.is_finite() and value.rad() <= top for value in found)


def _function(factor: Factor, space: BoxSpace, at: int, ring: ARB) -> Function:
    """Return the factor on complex balls of the window, undefined where it is not certainly analytic."""
    name, inside = space.variables[at], ACB(ring.bits)
    tape = expressions.record([factor.expression.xreplace({factor.variable: symbol(name)})])
    low, high = (ring.element(end) for end in space.domain[name])
    log = space.scale[name] == "log"
    low, high = (low.log(), high.log()) if log else (low, high)

    def function(u: acb) -> acb:
        z = (low + high) / 2 + u * ((high - low) / 2)
        try:
            found: acb = expressions.values(tape, {name: object_array([z.exp() if log else z])}, inside)[0][0]
        except (KeyError, SymseriesError):  # not certainly analytic here, or a function that is so nowhere, such as |x|
            return _UNDEFINED
        return found

    return function


def _mean(function: Function, space: BoxSpace, n: int) -> arb:
    """Return the mean of f phi_n in the measure of the space."""
    if space.kind == "chebyshev":
        return _integral(lambda t: function(t.cos()) * (t * n).cos(), arb(0), arb.pi()) / arb.pi()
    if space.kind == "legendre":
        rule = _legendre(n)
        return _integral(lambda u: function(u) * rule(u), arb(-1), arb(1)) / 2
    turns = space.turns * ((n + 1) // 2)  # type: ignore[attr-defined]  # of a Fourier space
    wave = acb.sin_pi if n % 2 else acb.cos_pi
    return _integral(lambda t: function(2 * t - 1) * wave(t * turns), arb(0), arb(1))


def _legendre(n: int) -> acb_poly:
    """Return P_n by powers of u; what cancels in it on large balls makes them smaller, and costs no more."""
    u = fmpq_poly([0, 1])
    before, last = fmpq_poly([1]), u
    for k in range(2, n + 1):
        before, last = last, (u * last * (2 * k - 1) - before * (k - 1)) / k
    return acb_poly((last if n else before).coeffs())


def _integral(function: Function, low: arb, high: arb) -> arb:
    if not function(acb(low + (high - low) / 3)).is_finite():
        return arb("nan")
    try:
        return acb.integral(lambda x, _: function(x), acb(low), acb(high), eval_limit=_EVALUATIONS).real
    except SystemError as error:  # as FLINT hands on what stopped the integrand, such as Ctrl-C
        raise error.__cause__ or error from None
