"""How far a Taylor series may be trusted: its radius of convergence along each variable, and of a box."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from symseries.convergence.radius_poles import ENTIRE, Reach, reach
from symseries.convergence.radius_ridges import Neuron
from symseries.convergence.radius_sources import Source, check_variables, source_of
from symseries.display import TextTable, name_cell, number, number_cell, text_cell
from symseries.errors import OptionError, SpaceMismatchError, suggestion
from symseries.scalars import ARB, Array, decimal, typed
from symseries.spaces import TaylorSpace, number_in_words

ORDER = 40  # of the series that a radius is read from
_ORDERS = (12, 200)
_METHODS = ("auto", "estimate")
_BITS = 512  # Padé approximants of this order lose up to half of them
_ALL_DIAGONALS = 5  # variables up to which the box is followed along every diagonal
_DIAGONALS = 16  # beyond, along this many
_AGREED = 0.1  # difference of an estimate up to which it confirms a closed form

Domain = dict[str, tuple[sympy.Rational, sympy.Rational]]


def radius(
    function: object,
    center: Mapping[str, object],
    *,
    domain: Mapping[str, object] | None = None,
    constants: Mapping[str, object] | None = None,
    order: int = ORDER,
    method: str = "auto",
) -> Radius:
    """Return how far the Taylor series of a network, or of a law at given constants, reaches about a centre.

    With one hidden layer it is exact: r_i = min_j |s_j - a_j|/|w_ij| along variable i, and min_j |s_j - a_j|/sum_i |w_ij| h_i
    for the polydisc of half-widths h, unless neurons cancel each other. a_j is the argument of neuron j at the centre, w_ij its
    slopes and s_j the nearest complex singularity of its activation (for tanh |s - a| = sqrt(a**2 + (pi/2)**2)) or its nearest
    kink. So it is for entire activations (infinite), for ReLU networks of any depth (the piece ends at the first kink), and for
    laws whose roots, quotients and logarithms are of linear forms, where the estimate confirms it.

    Otherwise it is estimated from coefficients in balls along each variable and the diagonals of the box: the nearest pole that
    Padé approximants of two orders share, or the root test where that is well below it. The formula of the first layer alone
    is an upper bound for deeper networks.

    Parameters: `function`, a Network, or a Law with `constants`, a mapping to numbers; `center`, a mapping of the variables to
    numbers; `domain`, a mapping to (lowest, highest): the half-width of a variable is the distance from the centre to its
    farther end, without a domain 1; `order` of the series that estimates are read from; `method`, "auto", or "estimate" to
    estimate also what is known exactly. Radii are in the units of the variables.

    Raises `NotAnalyticError` for a centre on a singularity or a kink, `LawNameError` for names that are unknown or missing,
    `OptionError` for a domain or an order that means nothing and for symbols among the weights or in the centre.

    >>> import symseries as ss
    >>> net = ss.Network([ss.Affine([[2.0]], [0.0]), ss.Activation("tanh"), ss.Affine([[1.0]])], inputs=("x",))
    >>> found = radius(net, {"x": 0}, domain={"x": (-1, 1)})
    >>> round(found.axes["x"], 6), found.exact, found.covers({"x": (-1, 1)})
    (0.785398, True, False)
    """
    if method not in _METHODS:
        raise OptionError(f"method={method!r}{suggestion(method, _METHODS)}; expected {' or '.join(_METHODS)}")
    terms, place = _checked(order), _numbers(center)
    source = source_of(function, place, constants)
    widths = _half_widths(source, place, domain)
    measure = _Measure(source, place, terms, method)
    found = measure.result(widths, function, constants)
    found.__dict__["_measure"] = measure  # what it has worked out serves the questions to come
    return found


def _checked(order: object) -> int:
    if isinstance(order, (int, np.integer)) and _ORDERS[0] <= order <= _ORDERS[1]:
        return int(order)
    raise OptionError(f"order={order!r}: expected an integer from {_ORDERS[0]} to {_ORDERS[1]}")


def _numbers(center: object) -> dict[str, sympy.Rational]:
    """Return the centre as exact numbers."""
    if isinstance(center, TaylorSpace):
        center = center.center
    if not isinstance(center, Mapping) or not center:
        raise OptionError(f"center={center!r}: expected a mapping of variables to numbers, such as {{'c': 0.05, 'd': 10}}")
    space = TaylorSpace(center, 0)
    if space.symbols:
        raise OptionError(
            f"center {space.place()}: a radius needs numbers; put values in for {', '.join(sorted(space.symbols))}"
        )
    return space.center


def _box(domain: object, source: Source) -> Domain:
    """Return a domain as exact bounds, one pair for each variable."""
    if not isinstance(domain, Mapping):
        raise OptionError(f"domain={domain!r}: expected a mapping such as {{'c': (0.01, 0.1), 'd': (1, 100)}}")
    check_variables(domain, source.variables, source.variables, "domain")
    return {name: _interval(name, domain[name]) for name in source.variables}


def _interval(name: str, pair: object) -> tuple[sympy.Rational, sympy.Rational]:
    ends = tuple(pair) if isinstance(pair, (tuple, list)) else ()
    if len(ends) != 2:
        raise OptionError(f"domain of {name}: {pair!r}; expected (lowest, highest), such as (0.01, 0.1)")
    low, high = (typed(end, f"domain of {name}") for end in ends)
    if low >= high:
        raise OptionError(f"domain of {name}: ({decimal(low)}, {decimal(high)}); expected lowest < highest")
    return low, high


def _half_widths(source: Source, place: Mapping[str, sympy.Rational], domain: object) -> Array:
    if domain is None:
        return np.ones(len(source.variables))
    pairs = _box(domain, source).items()
    return np.array([float(max(abs(low - place[name]), abs(high - place[name]))) for name, (low, high) in pairs])


class _Measure:
    """How radii of one function about one centre are found."""

    def __init__(self, source: Source, place: Mapping[str, sympy.Rational], order: int, method: str) -> None:
        self.source, self.place, self.order, self.method, self.ring = source, place, order, method, ARB(_BITS)
        with np.errstate(all="ignore"), self.ring.working():
            source.line([1] * len(source.variables), 1, self.ring)  # a centre on a singularity or a kink is refused here

    def axis(self, number: int) -> Reach:
        """Return the reach along one variable, in its units."""
        return self._line(tuple(float(i == number) for i in range(len(self.source.variables))))

    def box(self, widths: Array) -> Reach:
        """Return the reach of the polydisc in half-widths: along all diagonals, and not beyond that of any variable."""
        if self._ridges is not None:
            return Reach(min((ridge.reach(widths) for ridge in self._ridges), default=math.inf), 0.0, "exact")
        moved = np.flatnonzero(widths)
        axes = [_rescaled(self.axes[i], 1 / widths[i]) for i in moved]
        diagonals = [self._line(tuple(self._direction(widths, moved, signs))) for signs in _signs(len(moved))]
        return min([*axes, *(diagonals if len(moved) > 1 else [])], key=lambda found: found.radius, default=ENTIRE)

    @staticmethod
    def _direction(widths: Array, moved: Array, signs: Array) -> Array:
        out = widths.copy()
        out[moved] *= signs
        return out

    @cached_property
    def axes(self) -> list[Reach]:
        """The reach along every variable."""
        count = len(self.source.variables)
        if self._ridges is not None:
            return [self.box_of_one(i) for i in range(count)]
        return self._estimated

    def box_of_one(self, number: int) -> Reach:
        """Return the exact reach along one variable."""
        alone = np.eye(len(self.source.variables))[number]
        return Reach(min((ridge.reach(alone) for ridge in self._ridges or ()), default=math.inf), 0.0, "exact")

    @cached_property
    def _estimated(self) -> list[Reach]:
        return [self.axis(i) for i in range(len(self.source.variables))]

    @cached_property
    def _ridges(self) -> list[Any] | None:
        """The ridges, those of a law where the estimates confirm them."""
        ridges = self.source.ridges if self.method == "auto" else None
        if ridges is None or any(math.isnan(ridge.distance) for ridge in ridges):
            return None
        return ridges if not self.source.exact_where_agreed or self._confirmed(ridges) else None

    def _confirmed(self, ridges: list[Any]) -> bool:
        sides = np.eye(len(self.source.variables))
        closed = [min((ridge.reach(side) for ridge in ridges), default=math.inf) for side in sides]
        return all(_close(found.radius, exact) for found, exact in zip(self._estimated, closed, strict=True))

    def _line(self, direction: tuple[float, ...]) -> Reach:
        with np.errstate(all="ignore"), self.ring.working():
            table, kink = self.source.line(direction, self.order, self.ring)
            known = self.source.known(direction)
            found = min((reach(column, known) for column in table.T), key=lambda each: each.radius, default=ENTIRE)
        return found if found.radius <= kink else Reach(kink, 0.0, "kink")

    def bernstein(self, shift: Array, widths: Array) -> list[float] | None:
        """Return the Bernstein parameters, None where the function is not made of ridges."""
        if self._ridges is None:
            return None
        axes = range(len(widths))
        return [min((ridge.bernstein(i, shift, widths) for ridge in self._ridges), default=math.inf) for i in axes]

    def result(self, widths: Array, function: object, constants: Mapping[str, object] | None) -> Radius:
        """Return what was found."""
        names, found = self.source.variables, self.box(widths)
        exact = self._ridges is not None
        return Radius(
            center={name: self.place[name] for name in names},
            axes={name: each.radius for name, each in zip(names, self.axes, strict=True)},
            polydisc=found.radius,
            half_widths=dict(zip(names, widths.tolist(), strict=True)),
            exact=exact,
            spread=0.0 if exact else max(each.spread for each in [*self.axes, found]),
            method=self._words(found),
            neurons=self.source.neurons,
            warnings=self.source.warnings,
            function=function,
            constants=constants,
            order=self.order,
            asked=self.method,
        )

    def _words(self, found: Reach) -> str:
        if self._ridges is not None:
            if not self._ridges:
                return "exact: no singularity anywhere, the function is entire"
            return "exact: the nearest singularity or kink of " + (
                "the terms of the law" if self.source.exact_where_agreed else "the activations"
            )
        if math.isinf(found.radius):
            return f"estimated: no singularity seen to order {self.order}, the coefficients end or fall faster than any power"
        used = " and ".join(sorted({each.method for each in [*self.axes, found]}))
        sure = max(each.spread for each in [*self.axes, found])
        word = "sure" if sure < 0.05 else "fairly sure" if sure < 0.15 else "unsure: take half of it"
        share = "less than 1" if sure < 0.01 else f"{100 * sure:.0f}"
        return f"estimated from order {self.order} by {used}; the estimates differ by {share} %, {word}"


def _close(found: float, exact: float) -> bool:
    if math.isinf(found) or math.isinf(exact):
        return found == exact
    return abs(found - exact) <= _AGREED * exact


def _rescaled(found: Reach, factor: float) -> Reach:
    return Reach(found.radius * factor, found.spread, found.method)


def _signs(variables: int) -> list[Array]:
    """Return the directions of the diagonals of a box, one of each pair; some of them, drawn once, for many variables."""
    if variables <= _ALL_DIAGONALS:
        return [np.array([1.0, *rest]) for rest in itertools.product((1.0, -1.0), repeat=variables - 1)]
    rng = np.random.default_rng(variables)
    return [np.ones(variables), *rng.choice([-1.0, 1.0], size=(_DIAGONALS - 1, variables))]


@dataclass(frozen=True, repr=False)
class Radius:
    """How far a Taylor series reaches about a centre; it prints itself.

    >>> import symseries as ss
    >>> print(radius(ss.Law("k/sqrt(d)", variables=("d",)), {"d": 10}, constants={"k": 500}))
    variable  centre  radius
    ────────────────────────
    d             10      10
    <BLANKLINE>
    exact: the nearest singularity or kink of the terms of the law.
    """

    center: dict[str, sympy.Rational]
    axes: dict[str, float]
    """How far each variable may move alone, in its units, also into the complex plane."""
    polydisc: float
    """How far all variables may move together, in half-widths."""
    half_widths: dict[str, float]
    exact: bool
    method: str
    """How the radius was found and how sure it is, in words."""
    spread: float = 0.0
    """By how much the estimates differ, relative to the smallest; 0 where the radius is exact."""
    neurons: tuple[Neuron, ...] = ()
    """The neurons at the centre, with |a0|/R."""
    warnings: tuple[str, ...] = ()
    function: object = field(default=None, compare=False)
    constants: Mapping[str, object] | None = field(default=None, compare=False)
    order: int = ORDER
    asked: str = "auto"
    """What `method` was asked for."""

    @cached_property
    def _measure(self) -> _Measure:
        return _Measure(source_of(self.function, self.center, self.constants), self.center, self.order, self.asked)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_measure"}

    def reach(self, domain: Mapping[str, object]) -> float:
        """Return the polydisc in half-widths of another domain: above 1 the series converges in all its corners."""
        return self._measure.box(_half_widths(self._measure.source, self.center, domain)).radius

    def toward(self, widths: Mapping[str, float]) -> float:
        """Return how many times these half-widths the polydisc may have; a variable that is not named stays at the centre.

        Raises `LawNameError` for a name that is not known.
        """
        check_variables(widths, (), tuple(self.axes), "half-widths")
        return self._measure.box(np.array([float(widths.get(name, 0.0)) for name in self.axes])).radius

    def covers(self, domain: Mapping[str, object]) -> bool:
        """Return whether the series converges on the whole domain, as far as the radius is known.

        Raises `OptionError` for a domain that means nothing, `LawNameError` for its names.
        """
        return self.reach(domain) > 1

    def bernstein(self, domain: Mapping[str, object]) -> dict[str, float] | None:
        """Return rho for each variable: Chebyshev coefficients on the domain fall like rho**-k; None where it is not known.

        rho = |u + sqrt(u**2 - 1)| for the nearest complex singularity u in the window, the other variables anywhere in the
        domain; 1 where a kink lies inside, infinite for an entire function (L. N. Trefethen, Approximation Theory and
        Approximation Practice, theorem 8.1). Exact for one hidden layer, None for deeper networks. Raises `OptionError`.

        >>> import symseries as ss
        >>> found = radius(ss.Law("1/x", variables=("x",)), {"x": 2})
        >>> round(found.bernstein({"x": (1, 3)})["x"], 6)  # u = -2
        3.732051
        """
        pairs = _box(domain, self._measure.source)
        middle = [float((low + high) / 2 - self.center[name]) for name, (low, high) in pairs.items()]
        widths = [float(high - low) / 2 for low, high in pairs.values()]
        found = self._measure.bernstein(np.array(middle), np.array(widths))
        return None if found is None else dict(zip(pairs, found, strict=True))

    def table(self) -> TextTable:
        """Return centre and radius of each variable as a table."""
        shown = any(width != 1 for width in self.half_widths.values())
        headers = ["variable", "centre", "radius", *(["half-width", "radius/half-width"] if shown else [])]
        return TextTable(tuple(map(text_cell, headers)), tuple(self._row(name, shown) for name in self.axes), "", self._notes())

    def _digits(self, most: int) -> int:
        """Return how many digits of a radius are shown: those that the estimates agree on, two at least."""
        return most if not self.spread else max(2, min(most, math.floor(-math.log10(self.spread))))

    def _row(self, name: str, shown: bool) -> tuple[Any, ...]:
        axis, width = self.axes[name], self.half_widths[name]
        more = (number_cell(width), number_cell(axis / width, self._digits(4))) if shown else ()
        return name_cell(name), number_cell(float(self.center[name])), number_cell(axis, self._digits(6)), *more

    def _notes(self) -> tuple[str, ...]:
        box = [] if len(self.axes) == 1 else [f"All variables together: {number(self.polydisc, self._digits(4))} half-widths."]
        far = sum(neuron.ratio is not None and neuron.ratio >= 1 for neuron in self.neurons)
        said = f"{far} of {len(self.neurons)} neurons lie outside the disc of their activation expanded at 0."
        return (*box, f"{self.method}.", *([said] if self.neurons else []), *(f"{warning}." for warning in self.warnings))

    def neuron_table(self) -> TextTable:
        """Return the neurons at the centre: constant term a0, distance to the nearest singularity, R about 0, |a0|/R."""
        headers = ("layer", "neuron", "activation", "a0", "distance", "R", "|a0|/R")
        rows = [
            (
                *map(number_cell, (n.layer, n.neuron)),
                text_cell(n.activation),
                *(number_cell(value, 4) for value in (n.constant, n.distance, n.radius, n.ratio)),
            )
            for n in self.neurons
        ]
        return TextTable(tuple(map(text_cell, headers)), tuple(rows), "Neurons at the centre")

    def summary(self) -> str:
        """Return radius, method and neurons as text."""
        return "\n\n".join([self.table().to_text(), *([self.neuron_table().to_text()] if self.neurons else [])])

    def to_latex(self, *, document: bool = False) -> str:
        """Return the table as LaTeX (booktabs); with `document=True` it compiles alone."""
        return self.table().to_latex(document=document)

    def to_frame(self) -> Any:
        """Return the table as a pandas DataFrame; `OptionError` where pandas is not installed."""
        return self.table().to_frame()

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def __str__(self) -> str:
        return self.table().to_text()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name} {number(axis, self._digits(4))}" for name, axis in self.axes.items())
        return f"<Radius: {shown}; {'exact' if self.exact else 'estimated'}>"

    def plot(self, ax: Any = None, *, variables: Sequence[str] | None = None, data: Mapping[str, object] | None = None) -> Any:
        """Draw the disc over the data and return the axes; see `radius_plot`."""
        from symseries.convergence.radius_plot import draw

        return draw(self, ax, variables, data)


def coverage_warning(center: object, found: Radius, domain: Mapping[str, object]) -> str | None:
    """Return in words that a Taylor series about a centre is used on a domain that it does not cover, None where it does.

    `center` is a mapping of variables to numbers, or a TaylorSpace. Raises `SpaceMismatchError` where the radius is that of
    another centre, `OptionError` for a domain that means nothing.

    >>> import symseries as ss
    >>> found = radius(ss.Law("1/x", variables=("x",)), {"x": 2})
    >>> coverage_warning({"x": 2}, found, {"x": (1, 3)}) is None
    True
    >>> print(coverage_warning({"x": 2}, found, {"x": (1, 6)}))
    the Taylor series about x = 2 converges over 0.5 of the way to the ends of the domain; ...
    """
    place = _numbers(center)
    if any(place.get(name) != value for name, value in found.center.items()):
        raise SpaceMismatchError(
            f"a series about {_words(place)} and a radius about {_words(found.center)}: expected the same centre, "
            "use symseries.radius at that of the series"
        )
    share = found.reach(domain)
    if share > 1:
        return None
    return (
        f"the Taylor series about {_words(found.center)} converges over {share:.2g} of the way to the ends of the domain; "
        "beyond, more orders make it worse: use a ChebyshevSpace or LegendreSpace, or split the domain"
    )


def _words(place: Mapping[str, sympy.Rational]) -> str:
    return ", ".join(f"{name} = {number_in_words(value)}" for name, value in place.items())
