"""What a radius is asked of: a network or a law about a centre, its series along lines and its ridges."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
import sympy
from sympy.core.relational import Relational

from symseries import activations, expressions
from symseries.activations import Singularities
from symseries.convergence.radius_ridges import Curve, Neuron, Ridge, neurons_of, of_network
from symseries.errors import LawNameError, OptionError, listing, suggestion
from symseries.laws import Law
from symseries.layers import Activation, Formula, Layer, Transform
from symseries.multiindex import IndexSet, index_set
from symseries.names import symbol
from symseries.network import Network
from symseries.scalars import F64, Array, Scalars

_ENTIRE = (sympy.exp, sympy.sin, sympy.cos, sympy.sinh, sympy.cosh, sympy.erf)
_ZERO = Curve(fixed=Singularities((sympy.Integer(0),)))
_TANH = Curve(Activation("tanh"))
_MARGIN = 1e-6  # share of a truncated series that its last term may have where a kink is looked for


class Source(Protocol):
    """A function of named variables about a centre."""

    variables: tuple[str, ...]
    exact_where_agreed: bool

    def line(self, direction: Sequence[object], order: int, ring: Scalars) -> tuple[Array, float]:
        """Return the series (order + 1, outputs) along a line through the centre, and the nearest kink on it."""

    def known(self, direction: Sequence[float]) -> float:
        """Return the |t| of the nearest singularity that is known of along a line, infinite for none."""

    @property
    def ridges(self) -> list[Ridge] | None:
        """The ridges that end the disc, or None where the function is not made of them."""

    @property
    def neurons(self) -> tuple[Neuron, ...]:
        """The neurons, of which a law has none."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not known about the function, in words."""


def source_of(function: object, center: Mapping[str, sympy.Rational], constants: Mapping[str, object] | None) -> Source:
    """Return the source that a function is; `OptionError` and `LawNameError` for what does not fit."""
    if isinstance(function, Network):
        if constants is not None:
            raise OptionError("constants are those of a law; a network has none, leave them out")
        function._check_numbers()
        check_variables(center, function.inputs, function.inputs, "center")
        return NetworkSource(function, center)
    if isinstance(function, Law):
        check_variables(center, function.used, function.variables, "center")
        return LawSource(function, center, constants or {})
    raise OptionError(f"function {str(function)[:60]!r} ({type(function).__name__}): expected a Network or a Law")


def check_variables(given: Mapping[str, object], needed: Sequence[str], known: Sequence[str], what: str) -> None:
    """Raise `LawNameError` for a name that is not known, and for one that is missing."""
    for name in given:
        if name not in known:
            raise LawNameError(f"{what}: {name!r} is no variable{suggestion(name, known)}; expected {listing(known)}")
    for name in needed:
        if name not in given:
            raise LawNameError(f"{what}: {name!r} is missing; expected a value for each of {listing(needed)}")


class _About:
    """A centre and the series of lines through it."""

    def __init__(self, variables: Sequence[str], center: Mapping[str, sympy.Rational]) -> None:
        self.variables = tuple(variables)
        self.center = [center[name] for name in self.variables]
        self.place = np.array([float(value) for value in self.center])

    def moving(self, direction: Sequence[object], indices: IndexSet, ring: Scalars) -> Array:
        """Return the variables centre + t direction as series in t, (order + 1, variables)."""
        out = ring.zeros(len(indices), len(self.variables))
        out[0] = ring.array(self.center)
        if indices.order:
            out[1] = ring.array(list(direction))
        return out

    def known(self, direction: Sequence[float]) -> float:
        """Return the |t| of the nearest singularity that is known of along a line: here none."""
        return math.inf


class NetworkSource(_About):
    """A network about a centre."""

    exact_where_agreed = False

    def __init__(self, network: Network, center: Mapping[str, sympy.Rational]) -> None:
        super().__init__(network.inputs, center)
        self.network = network

    def line(self, direction: Sequence[object], order: int, ring: Scalars) -> tuple[Array, float]:
        """Return the series along a line and the nearest kink on it."""
        indices, kink = index_set(1, order, "total"), math.inf
        table = self.moving(direction, indices, ring)
        for position, layer in enumerate(self.network.layers, 1):
            kink = min(kink, self._kink(layer, table, indices, ring))
            table = layer.series(table, indices, ring, self.network._where(position))
        return table, kink

    def known(self, direction: Sequence[float]) -> float:
        """Return the |t| at which the function of an input, such as a logarithm, is singular.

        Of few orders the coefficients of a network behind a logarithm look as if they had no singularity at all.
        """
        named = next((layer._activations for layer in self.network.layers if isinstance(layer, Transform)), {})
        along = zip(self.variables, self.place, direction, strict=True)
        moved = [(Curve(named[name]), place, abs(step)) for name, place, step in along if step and name in named]
        return min((_far(curve.distance(place) / step) for curve, place, step in moved), default=math.inf)

    @staticmethod
    def _kink(layer: Layer, table: Array, indices: IndexSet, ring: Scalars) -> float:
        """Return the smallest |t| at which the argument series (order + 1, m) of a layer meet a kink."""
        if isinstance(layer, Activation):
            places = [float(k) for k in activations.kinks(layer.name, layer.parameters)]
            return _nearest_root(table, [k for k in places if math.isfinite(k)], ring)
        if isinstance(layer, Formula):
            environment = expressions.coordinates_environment(layer.inputs, table)
            return _formula_kink(layer.formulas, environment, indices, ring)
        return math.inf

    @cached_property
    def ridges(self) -> list[Ridge] | None:
        """The ridges of a network with one hidden layer."""
        return of_network(self.network, self.place)

    @cached_property
    def neurons(self) -> tuple[Neuron, ...]:
        """The neurons of all hidden layers."""
        return neurons_of(self.network, self.place)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Where kinks are not looked for."""
        unknown = {layer.name for layer in self.network.layers if isinstance(layer, Activation) and _hides_kinks(layer)}
        return tuple(f"the kinks of {name} are not known and not looked for" for name in sorted(unknown))


def _far(distance: float) -> float:
    """Return a distance, infinite where it is not known."""
    return math.inf if math.isnan(distance) else distance


def _hides_kinks(layer: Activation) -> bool:
    return any(math.isnan(float(k)) for k in activations.kinks(layer.name, layer.parameters))


def _formula_kink(
    formulas: Sequence[sympy.Expr], environment: Mapping[str, Array], indices: IndexSet, ring: Scalars, place: str = ""
) -> float:
    """Return the smallest |t| at which |u|, a maximum, a minimum or a condition of some formulas changes its piece."""
    switches = tuple(dict.fromkeys(switch for formula in formulas for switch in _switches(formula)))
    if not switches:
        return math.inf
    columns = expressions.series(expressions.record(switches), environment, indices, ring, place)
    return _nearest_root(np.hstack(columns), [0.0], ring)


def _switches(formula: sympy.Expr) -> list[sympy.Expr]:
    """Return expressions that are zero where a formula may change its piece."""
    found = [part.args[0] for part in formula.atoms(sympy.Abs, sympy.sign)]
    for part in formula.atoms(sympy.Max, sympy.Min):
        found += [left - right for left, right in itertools.combinations(part.args, 2)]
    return found + [part.lhs - part.rhs for part in formula.atoms(Relational)]


def _nearest_root(table: Array, values: Sequence[float], ring: Scalars) -> float:
    """Return the smallest |t| at which one of the series (order + 1, m) has one of the values, as far as it is seen."""
    if not values:
        return math.inf
    numbers = ring.converted(table, F64, {})
    return min(_root(column, value) for column in numbers.T for value in values)


def _root(column: Array, value: float) -> float:
    """Return the smallest |t|, t real, with sum_n c_n t**n = value, among those where the series is cut without harm."""
    coefficients = np.trim_zeros(np.concatenate([[column[0] - value], column[1:]]), "b")
    if len(coefficients) < 2:
        return math.inf
    unit = float(np.max(np.abs(coefficients[1:]) ** (1 / np.arange(1, len(coefficients)))))
    orders = np.arange(len(coefficients))
    scaled = coefficients / unit**orders
    roots = np.roots(scaled[::-1])
    real = np.abs(roots.real[np.abs(roots.imag) <= _MARGIN * np.abs(roots)])
    terms = np.abs(scaled) * real[:, None] ** orders
    kept = real[(terms[:, -1] <= _MARGIN * terms.sum(axis=1)) | (len(coefficients) < len(column))]
    return float(kept.min(initial=math.inf)) / unit


class LawSource(_About):
    """A law with numbers for its constants, about a centre."""

    exact_where_agreed = True  # roots and quotients of a law may cancel; its ridges count where the estimate confirms them
    neurons: tuple[Neuron, ...] = ()
    warnings: tuple[str, ...] = ()

    def __init__(self, law: Law, center: Mapping[str, sympy.Rational], constants: Mapping[str, object]) -> None:
        super().__init__([name for name in law.variables if name in center], center)
        self.law, self.numbers = law, law._numbers(constants)

    @cached_property
    def _formula(self) -> sympy.Expr:
        return self.law.formula.xreplace({symbol(name): value for name, value in self.numbers.items()})

    def line(self, direction: Sequence[object], order: int, ring: Scalars) -> tuple[Array, float]:
        """Return the series along a line and the nearest kink on it."""
        indices = index_set(1, order, "total")
        table = self.moving(direction, indices, ring)
        constants = expressions.constants_environment(self.numbers, ring)
        environment = {**expressions.coordinates_environment(self.variables, table), **constants}
        place = " at " + ", ".join(f"{name} = {value}" for name, value in zip(self.variables, self.center, strict=True))
        tape = expressions.record((self.law.formula,))
        columns = expressions.series(tape, environment, indices, ring, place)
        return np.hstack(columns), _formula_kink([self.law.formula], environment, indices, ring, place)

    @cached_property
    def ridges(self) -> list[Ridge] | None:
        """The roots, quotients, logarithms and tanh of linear forms, where the law has no others."""
        found = list[Ridge]()
        return found if _collected(self._formula, self, found) else None

    def ridge(self, argument: sympy.Expr, curve: Curve) -> Ridge | None:
        """Return curve(argument) as a ridge, None where the argument is not linear in the variables."""
        names = [symbol(name) for name in self.variables]
        slopes = [sympy.diff(argument, name) for name in names]
        if any(slope.free_symbols for slope in slopes):
            return None
        constant = argument.xreplace(dict(zip(names, self.center, strict=True)))
        return Ridge(curve, float(constant), np.array([float(slope) for slope in slopes]))


def _collected(formula: sympy.Expr, source: LawSource, found: list[Ridge]) -> bool:
    """Enter the ridges below an expression and return whether it holds nothing else that can end a disc."""
    if not formula.free_symbols:
        return True
    if formula.is_Symbol:
        return True
    if formula.is_Pow:
        return _collected_power(formula, source, found)
    if isinstance(formula, (sympy.log, sympy.tanh)):
        return _entered(formula.args[0], _ZERO if isinstance(formula, sympy.log) else _TANH, source, found)
    if formula.is_Add or formula.is_Mul or isinstance(formula, _ENTIRE):
        return all(_collected(part, source, found) for part in formula.args)
    return False


def _collected_power(formula: sympy.Pow, source: LawSource, found: list[Ridge]) -> bool:
    base, exponent = formula.args
    if exponent.free_symbols:
        return bool(not base.free_symbols and base.is_positive) and _collected(exponent, source, found)
    if exponent.is_Integer and exponent >= 0:
        return _collected(base, source, found)
    return _entered(base, _ZERO, source, found)


def _entered(argument: sympy.Expr, curve: Curve, source: LawSource, found: list[Ridge]) -> bool:
    ridge = source.ridge(argument, curve)
    if ridge is not None:
        found.append(ridge)
    return ridge is not None
