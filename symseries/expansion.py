"""Power series of layers in a row about a centre: forward through the layers, and back for the derivatives in the weights.

The first hidden layer is a ridge function and its coefficients are a closed form; every later activation is composed with the
series of its argument, expanded at the actual constant term of it, so that all coefficients kept are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import sympy

from symseries import activations, engine
from symseries.chains import Chain
from symseries.cost import BOUNDED, predicted_terms
from symseries.errors import LawNameError, OptionError, ResourceLimitError, SymseriesError
from symseries.layers import Activation, Affine, Dropout, Formula, Layer, Whitening
from symseries.multiindex import IndexSet, index_set
from symseries.names import symbol
from symseries.plans import Plan
from symseries.progress import announce, track
from symseries.scalars import ARB, F64, Array, Scalars
from symseries.spaces import TaylorSpace
from symseries.symbolic import NewGenerator, Polynomials

Where = Callable[[int], str]

_SECONDS_OF_TERM = 5e-6  # of an exact expansion


@dataclass
class Expansion:
    """Layers to be expanded about the centre of a space.

    `places` are the columns of the space that the inputs are; `where` words a layer, counted from 1, in errors.
    """

    plan: Plan
    space: TaylorSpace
    places: list[int]
    scalars: Scalars
    where: Where

    def forward(self, order: int | None = None) -> list[Array]:
        """Return the series (N, m) of the inputs and behind every layer; what a ridge folds has its two lowest orders only.

        `order` is that of the space unless given.
        """
        indices, linear = self._sets(order)
        tables = [self._inputs(linear)]
        for position in range(len(self.layers)):
            self._decide(position, tables[-1])
            tables.append(self._behind(position, tables[-1], indices, linear))
        tables[-1] = _lifted(tables[-1], indices, self.scalars)
        return tables

    def outputs(self) -> tuple[Array, tuple[str, ...]]:
        """Return the series (N, m) of the outputs alone, and how far they hold, in words.

        Layers that end in few outputs are a chain, in which the highest degree of single neurons need not be made.
        """
        indices, linear = self._sets(None)
        start, end = (self.plan.chain if indices.top > 1 else None) or 2 * (len(self.layers),)
        table, pieces, kinked = self._inputs(linear), list[tuple[Layer, Array]](), self.plan.kinked
        for position, layer in enumerate(track(self.layers, len(self.layers), "expanding the layers")):
            if kinked[position]:
                self._decide(position, table)
                pieces.append((layer, table))
            if position == start:
                passing = Chain(indices, self.scalars, None if position == self.plan.first else table)
            if not start <= position <= end:
                table = self._behind(position, table, indices, linear)
            elif position < end:
                table = passing.through(layer, table, self.where(position + 1), last=position == end - 1)
            elif isinstance(layer, Affine):
                table = passing.sums(layer)
        return _lifted(table, indices, self.scalars), self._kinks(pieces)

    def warnings(self, tables: Sequence[Array]) -> tuple[str, ...]:
        """Return how far the series of `forward` hold, in words."""
        return self._kinks(list(compress(zip(self.layers, tables, strict=False), self.plan.kinked)))

    def _decide(self, position: int, table: Array) -> None:
        """Replace constant terms in front of kinks by the rounded true ones: rounding may put them into another piece."""
        if self.scalars is F64 and self.plan.kinked[position]:
            balls = self.head(position, ARB(128))
            with balls.scalars.working(), suppress(SymseriesError):  # where balls do not decide, the rounded value does
                table[0] = balls.scalars.converted(balls.forward(0)[-1][0], F64, {})

    def _sets(self, order: int | None) -> tuple[IndexSet, IndexSet]:
        """Return the indices of the series, and those in front of the first activation."""
        indices = self._indices(order)
        if self.plan.first is None:
            return indices, indices
        return indices, index_set(len(self.space.variables), min(1, indices.order))

    def _inputs(self, indices: IndexSet) -> Array:
        table = self.space.coordinates(self.scalars, indices)
        return table if self.places == list(range(table.shape[1])) else table[:, self.places]

    def _behind(self, position: int, table: Array, indices: IndexSet, linear: IndexSet) -> Array:
        """Return the series behind a layer from those before it."""
        layer, where, first = self.layers[position], self.where(position + 1), self.plan.first
        if position == first:
            return _ridge(layer, table, indices, self.scalars, where)
        return layer.series(table, linear if first is not None and position < first else indices, self.scalars, where)

    def _indices(self, order: int | None) -> IndexSet:
        space = self.space
        return space.indices if order is None else index_set(len(space.variables), order, space.index_kind)

    @property
    def layers(self) -> Sequence[Layer]:
        """The layers, in order."""
        return self.plan.layers

    def head(self, position: int, scalars: Scalars) -> Expansion:
        """Return the expansion of the layers before a position, over a ring."""
        return replace(self, plan=Plan(self.layers[:position]), scalars=scalars)

    def derivative(self, tables: Sequence[Array], output: int) -> Array:
        """Return the derivatives of the coefficients of one output in the weights, (N, P), by reverse accumulation.

        With delta = dy/d(outputs of an affine layer) and h its inputs, both as series, dy/dW_ij = delta_i h_j and dy/db_i =
        delta_i. To take a coefficient and to differentiate in a weight exchange, so that the coefficients of these series are
        the derivatives of the coefficients. `tables` are those of `forward`; the weights are in the order W row by row, then b,
        layer by layer.
        """
        indices, scalars = self.space.indices, self.scalars
        delta = scalars.zeros(len(indices), tables[-1].shape[1])
        delta[0, output] = scalars.element(1)
        wanted = sum(isinstance(layer, Affine) for layer in self.layers)
        blocks: list[Array] = []
        for position in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[position]
            before, after = (_lifted(table, indices, scalars) for table in tables[position : position + 2])
            if isinstance(layer, Affine):
                blocks[:0] = [_products(indices, delta, before), delta]
            if isinstance(layer, Formula) or len(blocks) == 2 * wanted:
                break
            delta = layer.pull_back_series(delta, before, after, indices, scalars, where=self.where(position + 1))
        return np.concatenate(blocks, axis=1) if blocks else scalars.zeros(len(indices), 0)

    def _kinks(self, pieces: Sequence[tuple[Layer, Array]]) -> tuple[str, ...]:
        """Return in words how far each variable can move alone before a neuron meets a kink, to first order.

        `pieces` are the layers that have kinks with the series of their inputs. Inside, a piecewise function is as analytic as
        any; beyond, the coefficients are those of another piece.
        """
        pieces = [(layer, table) for layer, table in pieces if len(table) > 1]
        if not pieces:
            return ()
        names = " and ".join(dict.fromkeys(_name(layer) for layer, _ in pieces))
        reach = [self._reach(layer, table) for layer, table in pieces]
        if np.isnan(reach).any():
            return (f"{names} in pieces: these coefficients hold as far as the nearest kink, and where it lies is not known",)
        units = map(float, self.space.scale.values())
        nearest = zip(self.space.variables, np.min(reach, axis=0), units, strict=True)
        moves = [f"{name} {distance * unit:.3g}" for name, distance, unit in nearest if np.isfinite(distance)]
        held = f"until one input alone moves by about this much: {', '.join(moves)}" if moves else "for all inputs"
        return (f"{names} in pieces: these coefficients hold {held}",)

    def _reach(self, layer: Layer, table: Array) -> Array:
        """Return the step in each variable (w,) that brings the first of the neurons to its kink, to first order."""
        numbers = self.scalars.converted(table[: len(self.space.variables) + 1], F64, {})
        if not isinstance(layer, Activation):
            return np.full(len(numbers) - 1, np.nan)
        distances = activations.kink_distance(layer.name, numbers[0], layer.parameters)
        if np.isnan(distances).any():
            return np.full(len(numbers) - 1, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = distances / np.abs(numbers[1:])
        return np.asarray(np.nan_to_num(steps, nan=np.inf, posinf=np.inf).min(axis=1))


def _name(layer: Layer) -> str:
    return layer.name if isinstance(layer, Activation) else "a formula"


def _ridge(layer: Layer, linear: Array, indices: IndexSet, scalars: Scalars, where: str) -> Array:
    """Return an activation of series of order 1 in closed form."""
    assert isinstance(layer, Activation)  # noqa: S101 - narrows the type
    jet = layer.jet(linear[0], indices.top, scalars, where)
    return engine.ridge(indices, jet, linear[1:].T)


def _lifted(table: Array, indices: IndexSet, scalars: Scalars) -> Array:
    """Return series of lower order (M, m) as series over all indices."""
    if len(table) == len(indices):
        return table
    out = scalars.zeros(len(indices), table.shape[1])
    out[: len(table)] = table
    return out


def _products(indices: IndexSet, delta: Array, inputs: Array) -> Array:
    """Return delta_i h_j for all i and j, (N, outputs * inputs), a row of weights at a time."""
    columns = inputs.shape[1]
    rows = [engine.product(indices, np.repeat(delta[:, i : i + 1], columns, axis=1), inputs) for i in range(delta.shape[1])]
    return np.concatenate(rows, axis=1)


def exact(expansion: Expansion, scalars: Polynomials, symbols: Sequence[str]) -> tuple[Polynomials, Array, tuple[str, ...]]:
    """Return the ring that holds the outputs as polynomials in symbols and generators, and what `outputs` gives in it.

    Generators are found at orders 0 and 1, which is where all of them appear. Raises `ResourceLimitError` with the predicted
    number of terms where it passes the limit of the ring: predicted from the layers before anything is computed, and, where
    that is no bound, from the growth seen so far before every order.
    """
    space = expansion.space
    names = [symbol(name) for name in dict.fromkeys((*symbols, *sorted(space.symbols)))]
    ring = scalars.extended(n for n in names if n not in scalars.generators)
    hidden = _hidden(expansion, ring)
    # far beyond the limit the exact number says no more than its size
    predicted = predicted_terms(len(space.variables), space.indices.top, hidden, 100 * scalars.limit) if hidden else 0
    if predicted > scalars.limit:
        sizes = " and ".join(str(neurons) for neurons, _ in hidden)
        bound = "more than" if predicted > 100 * scalars.limit else "up to"
        raise ResourceLimitError(
            f"exact coefficients over {space.describe()}: {bound} {predicted:.1e} terms in {sizes} generators, the limit is "
            f"{scalars.limit:.1e}; lower the order, use scalars=ARB(128), or allow more by SYM.up_to({predicted})"
        )
    counts: list[int] = []
    bounded = not names and all(name in BOUNDED for _, name in hidden)
    low = min(2, space.order + 1)  # at order 1 every generator has appeared
    for order in range(low if bounded else max(space.order, low)):
        ring, tables = _with_all(expansion, ring, order)
        counts.append(sum(map(len, tables[-1].flat)))
        if order < space.order:
            _check_growth(counts, space, scalars.limit)
    return ring, *replace(expansion, scalars=ring).outputs()


def _check_growth(counts: Sequence[int], space: TaylorSpace, limit: int) -> None:
    """Refuse the next order where the terms, growing as they did, would pass the limit; announce what takes long."""
    growth = max(counts[-1] / counts[-2] if len(counts) > 1 and counts[-2] else 1.0, 2.0)
    expected = counts[-1] * growth
    if expected > limit:
        raise ResourceLimitError(
            f"exact coefficients over {space.describe()}: about {expected:.1e} terms at order {len(counts)} (it has "
            f"{counts[-1]} at the order before), the limit is {limit:.1e}; lower the order, use scalars=ARB(128), or allow "
            f"more by SYM.up_to({int(2 * expected)})"
        )
    announce("expanding exactly", f"about {expected:.1e} terms at order {len(counts)}", expected * _SECONDS_OF_TERM)


def _with_all(expansion: Expansion, ring: Polynomials, order: int) -> tuple[Polynomials, list[Array]]:
    """Return the ring with all generators that an expansion to this order needs, and the series."""
    while True:
        try:
            return ring, replace(expansion, scalars=ring).forward(order)
        except NewGenerator as new:
            ring = ring.extended(new.expressions)


def _hidden(expansion: Expansion, ring: Polynomials) -> list[tuple[int, str]]:
    """Return how many generators each activation brings, and its name, from the first that brings any.

    Behind that one every neuron is taken to have its own: to find them would take longer than to refuse.
    """
    activations = [(i, layer) for i, layer in enumerate(expansion.layers) if isinstance(layer, Activation)]
    for k, (position, layer) in enumerate(activations):
        found = len(_with_all(expansion.head(position + 1, ring), ring, 0)[0].generators) - len(ring.generators)
        if found:
            behind = [(_width(expansion.layers[:i]), later.name) for i, later in activations[k + 1 :] if not later.exact]
            return [(found, layer.name), *behind]
    return []


def _width(layers: Sequence[Layer]) -> int:
    return next(len(layer.weights) for layer in reversed(layers) if isinstance(layer, Affine))


# -------------------------------------------------------------------------------------------------- the formula to print
def general_coefficient(layers: Sequence[Layer], inputs: Sequence[str], space: TaylorSpace, output: int) -> sympy.Expr:
    """Return the coefficient of general order of a network with one hidden layer, in the exponents n_<variable> as symbols.

    c_n = sum_i v_i prod_j W_ij**n_j/n_j! f^(|n|)(b_i), W and b taken at the centre and in the units of the space.
    """
    position, kinds = _hidden_layer(layers)
    xs, orders = [symbol(name) for name in inputs], {name: symbol(f"n_{name}") for name in space.variables}
    hidden_layer = kinds[position]
    slopes, constants = _linear(_through(kinds[:position], xs), xs, space)
    hidden = [sympy.Dummy() for _ in constants]
    outer, rest = _linear(_through(kinds[position + 1 :], hidden), hidden)
    used = set().union(*(e.free_symbols for row in (*slopes, *outer, constants, rest) for e in row))
    if clash := sorted(n.name for n in orders.values() if n in used):
        raise LawNameError(f"general coefficient: {clash[0]!r} is a symbol of the network; rename it, exponents have that name")
    argument = next(symbol(name) for name in ("z", *(f"z_{k}" for k in range(len(used) + 1))) if symbol(name) not in used)
    function, total = hidden_layer.expression([argument])[0], sympy.Add(*(orders[name] for name in inputs))
    terms = [rest[output] * sympy.KroneckerDelta(total, 0)]
    for weight, row, constant in zip(outer[output], slopes, constants, strict=True):
        powers = [w ** orders[name] / sympy.factorial(orders[name]) for w, name in zip(row, inputs, strict=True)]
        slope = sympy.Subs(sympy.Derivative(function, (argument, total)), argument, constant)
        terms.append(sympy.Mul(weight, *powers, slope))
    absent = [sympy.KroneckerDelta(n, 0) for name, n in orders.items() if name not in inputs]
    return sympy.Mul(sympy.Add(*terms), *absent)


def _hidden_layer(layers: Sequence[Layer]) -> tuple[int, list[Layer]]:
    """Return the place of the only activation among layers, and them without dropout."""
    kinds = [layer for layer in layers if not isinstance(layer, Dropout)]
    other = next((layer for layer in kinds if not isinstance(layer, (Affine, Whitening, Activation))), None)
    if other is not None:
        raise OptionError(
            f"general coefficient: a layer of kind {type(other).__name__}; expected affine ones and one activation"
        )
    places = [i for i, layer in enumerate(kinds) if isinstance(layer, Activation)]
    if len(places) != 1:
        raise OptionError(f"general coefficient: {len(places)} activation layers; expected one, use .expand(space) for more")
    hidden = kinds[places[0]]
    if isinstance(hidden, Activation) and activations.kinks(hidden.name, hidden.parameters):
        raise OptionError(f"general coefficient: {hidden.name} has pieces and no one formula; use .expand(space)")
    return places[0], kinds


def _through(layers: Sequence[Layer], xs: list[sympy.Expr]) -> list[sympy.Expr]:
    for layer in layers:
        xs = layer.expression(xs)
    return xs


def _linear(
    expressions: Sequence[sympy.Expr], xs: Sequence[sympy.Symbol], space: TaylorSpace | None = None
) -> tuple[list[list[sympy.Expr]], list[sympy.Expr]]:
    """Return slopes and constants of linear expressions, at 0 or at the centre of a space and in its units."""
    center = dict.fromkeys(xs, sympy.S.Zero) if space is None else {x: space.center[x.name] for x in xs}
    scale = dict.fromkeys(xs, sympy.S.One) if space is None else {x: space.scale[x.name] for x in xs}
    slopes = [[sympy.diff(e, x) * scale[x] for x in xs] for e in expressions]
    return slopes, [e.xreplace(center) for e in expressions]
