"""Derivations that are written here: a network's coefficient from its weights, and a constant of a law from coefficients."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import sympy

from symseries.derivations.steps_constant import derive_constant
from symseries.derivations.verifying import checked_seconds, latex_of
from symseries.derivations.writing import SECONDS, Index, Writer, Written, number_of, rational, taylor_coefficient
from symseries.display import latex_name
from symseries.errors import (
    LawNameError,
    NotAnalyticError,
    OptionError,
    ResourceLimitError,
    UnsupportedLayerError,
    listing,
    suggestion,
)
from symseries.layers import Activation, Affine, Dropout, Whitening
from symseries.names import symbol
from symseries.network import Network
from symseries.paper.partitions import multinomial, partitions
from symseries.spaces import TaylorSpace

__all__ = ["Written", "derive_coefficient", "derive_constant"]

Coefficients = dict[Index, sympy.Expr]

MOST_STEPS = 400
_POINT = sympy.Symbol("v")
_KINKS = (sympy.Piecewise, sympy.Max, sympy.Min, sympy.Abs, sympy.sign, sympy.Heaviside)


def derive_coefficient(
    net: Network, space: TaylorSpace, index: Sequence[int], *, output: int = 0, seconds: float | None = SECONDS
) -> Written:
    r"""Return the derivation of one Taylor coefficient of a network from its weights, symbols or numbers, every step checked.

    Layer by layer the pre-activation is u = sum_n u_n z**n with z = x - centre. Its activation is expanded at u_0, sigma(u) =
    sum_k s_k (u - u_0)**k; the multinomial theorem opens the powers, the constraint set {l: sum l_n = k, sum n l_n = m} says
    which terms have z**m, and the terms collected are the layer's coefficient a_m = sum_k s_k sum_l k!/l! prod_n u_n**l_n: the
    paper's eq. 48, with its power constraint over all inputs together and about the constant term. The last step compares the
    coefficient with the derivative of the network itself, which used none of it.

    Parameters: `net`, of layers Affine, Whitening, Dropout and smooth Activation; `space`, a Taylor space of its inputs;
    `index`, a multi-index of the space; `output`, which output; `seconds` for each check, None for none. Returns a `Written`
    with the coefficient as `.result`. Raises `OptionError`, `UnsupportedLayerError`, `NotAnalyticError` for an activation with
    pieces, `LawNameError` for a name that is taken, `ResourceLimitError` for more than 400 steps.

    >>> import symseries as ss
    >>> net = ss.Network.symbolic((1, 1, 1), "exp", inputs=("x",))
    >>> found = derive_coefficient(net, ss.TaylorSpace({"x": 0}, order=2), (2,))
    >>> found.result, found.status
    (w1_1_1**2*w2_1_1*exp(b1_1)/2, 'proved')
    >>> print(found.steps[6].understood)
    [z_x**2] (u1_1_1*z_x)**2 = u1_1_1**2
    """
    place = _checked_index(net, space, index, output)
    writer = Writer(checked_seconds(seconds))
    whole = _expression(net)[output]
    _as_tangents(writer, net)
    writer.define("The network", symbol(_free(net.outputs[output], net)), whole)
    found = _Layers(net, space, place, output, writer).coefficient()
    _check_by_derivative(writer, whole, space, place, found)
    title = f"Coefficient {place} of {net.outputs[output]}: {space.describe()}"
    return Written(writer.steps, title, found)


def _as_tangents(writer: Writer, net: Network) -> None:
    """Write down that activations with a sigmoid in them are taken by tanh."""
    for name, layer in {layer.name: layer for layer in net.layers if isinstance(layer, Activation)}.items():
        [function] = layer.expression([_POINT])
        if (by_tanh := _function(layer, _POINT)) != rational(function):
            writer.prove(f"{name} by the hyperbolic tangent", rational(function), by_tanh)


def _checked_index(net: object, space: object, index: object, output: object) -> Index:
    """Return the multi-index, or raise what is wrong with the question."""
    if not isinstance(net, Network):
        raise OptionError(f"net={net!r}: expected a symseries.Network")
    if not isinstance(space, TaylorSpace):
        raise OptionError(f"{space!r}: coefficients are derived for power series; expected a TaylorSpace")
    indices = [tuple(map(int, row)) for row in space.multi_indices.tolist()]
    place = tuple(index) if isinstance(index, (tuple, list)) else (index,)
    if place not in indices:
        raise OptionError(f"index={index!r}: expected a multi-index of {space.describe()}, such as {indices[-1]}")
    if output not in range(len(net.outputs)) or isinstance(output, bool):
        raise OptionError(f"output={output!r}: expected a number from 0 to {len(net.outputs) - 1}")
    for name in net.inputs:
        if name not in space.variables:
            near = suggestion(name, space.variables)
            raise OptionError(f"the network's input {name!r} is not in the space{near}; it has {listing(space.variables)}")
    for position, layer in enumerate(net.layers, 1):
        if not isinstance(layer, (Affine, Whitening, Dropout, Activation)):
            raise UnsupportedLayerError(
                f"layer {position} ({type(layer).__name__}): derivations cover Affine, Whitening, Dropout and Activation; "
                "use net.expand"
            )
    return place


def _free(name: str, net: Network) -> str:
    """Return a name for an output that no symbol of the network has."""
    return name + "_out" if name in {*net.symbols, *net.inputs} else name


class _Layers:
    """The way through the layers: the coefficients of what leaves each, and the meaning of every name introduced."""

    def __init__(self, net: Network, space: TaylorSpace, place: Index, output: int, writer: Writer) -> None:
        self.net, self.space, self.place, self.output, self.writer = net, space, place, output, writer
        self.below = sorted(product(*(range(top + 1) for top in place)), key=lambda n: (sum(n), [-e for e in n]))
        self.letters = [symbol(f"z_{name}") for name in space.variables]
        self.meanings: dict[sympy.Symbol, sympy.Expr] = {}
        self.taken = {*net.symbols, *net.inputs, *(s.name for s in self.letters)}
        self.sizes: list[int] = []

    def coefficient(self) -> sympy.Expr:
        """Write all layers and return the coefficient in the weights."""
        values = self._inputs()
        last = max((at for at, layer in enumerate(self.net.layers) if isinstance(layer, Activation)), default=-1)
        depth = 0
        for at, layer in enumerate(self.net.layers):
            if isinstance(layer, Activation):
                depth += 1
                chosen = range(len(values)) if at < len(self.net.layers) - 1 else [self.output]
                needed = [self.place] if at == last else self.below
                values = [self._activated(layer, depth, i + 1, u, needed) if i in chosen else {} for i, u in enumerate(values)]
            else:
                values = _mapped(layer, values, self.below)
        found = values[self.output].get(self.place, sympy.S.Zero)
        name = self._named("c_" + "_".join(map(str, self.place)))
        self.writer.define(f"The coefficient of {self._power(self.place)} of the output, collected", name, found)
        return _tidied(self._in_weights(found))

    def _inputs(self) -> list[Coefficients]:
        """Return x_i = centre_i + scale_i z_i."""
        found = []
        for name in self.net.inputs:
            at = self.space.variables.index(name)
            unit = tuple(int(v == at) for v in range(len(self.place)))
            center, step = (number_of(table[name]) for table in (self.space.center, self.space.scale))
            found.append({n: v for n, v in (((0,) * len(self.place), center), (unit, step)) if n in self.below and v != 0})
        return found

    def _activated(self, layer: Activation, depth: int, neuron: int, u: Coefficients, needed: Sequence[Index]) -> Coefficients:
        """Write one neuron and return the coefficients that it hands on."""
        names = self._preactivation(depth, neuron, u)
        zero = (0,) * len(self.place)
        top = max(sum(n) for n in needed)
        jet = self._jet(layer, depth, neuron, names.get(zero, sympy.S.Zero), top)
        self._opened(depth, neuron, names, needed)
        found: Coefficients = {}
        for n in needed:
            total = jet[0] if n == zero else sympy.Add(*(jet[k] * v for k, v in self._collected(names, n).items()))
            if total == 0:
                continue
            label = self._named(f"a{depth}_{neuron}_" + "_".join(map(str, n)))
            words = f"Layer {depth}, neuron {neuron}: the terms of {self._power(n)} collected over k"
            self.writer.define(words, label, total)
            self.meanings[label] = total
            found[n] = label
        return found

    def _preactivation(self, depth: int, neuron: int, u: Coefficients) -> Coefficients:
        """Name the coefficients of what enters a neuron."""
        names: Coefficients = {}
        for n in self.below:
            if u.get(n, 0) == 0:
                continue
            label = self._named(f"u{depth}_{neuron}_" + "_".join(map(str, n)))
            self.writer.define(f"Layer {depth}, neuron {neuron}: {self._power(n)} of what enters it", label, u[n])
            self.meanings[label] = u[n]
            names[n] = label
        return names

    def _jet(self, layer: Activation, depth: int, neuron: int, at: sympy.Expr, top: int) -> list[sympy.Expr]:
        """Name the Taylor coefficients of the activation at the constant term."""
        point = symbol(self._named(f"v{depth}_{neuron}").name)
        function = _function(layer, point)
        if function.has(*_KINKS):
            raise NotAnalyticError(
                f"layer {depth}, {layer.name}: it has pieces, and no one power series; use net.expand at a centre"
            )
        names = []
        for k in range(top + 1):
            label = self._named(f"s{depth}_{neuron}_{k}")
            formula = sympy.factor(sympy.diff(function, point, k) / math.factorial(k)).subs(point, at)
            slope = sympy.diff(function, point, k) / math.factorial(k)
            words = f"Layer {depth}, neuron {neuron}: {layer.name} expanded at its constant term, k = {k}"
            shown = (label.name, latex_name(label.name))
            self.writer.prove(words, slope.subs(point, at), formula, shown)
            self.meanings[label] = formula
            names.append(label)
        return names

    def _opened(self, depth: int, neuron: int, names: Coefficients, needed: Sequence[Index]) -> None:
        """Write the multinomial theorem with its constraint set, for every power that reaches a multi-index."""
        inner = sympy.Add(*(v * self._monomial(n) for n, v in names.items() if any(n)))
        for n in needed:
            for k, right in self._collected(names, n).items():
                orders = [(letter, e) for letter, e in zip(self.letters, n, strict=True) if e]
                slope = sympy.diff(inner**k, *orders) / math.prod(math.factorial(e) for _, e in orders)
                left = sympy.Subs(slope, self.letters, [0] * len(self.letters))
                text = (
                    f"[{self._monomial(n)}] ({inner})**{k}",
                    rf"[{latex_of(self._monomial(n))}] \left({latex_of(inner)}\right)^{{{k}}}",
                )
                sets = "; ".join(_set_words(found) for found in self._solutions(names, n, k))
                words = (
                    f"Layer {depth}, neuron {neuron}: multinomial theorem, k = {k}, constraint set of {self._power(n)}: {sets}"
                )
                self.writer.prove(words, left, right, text)

    def _collected(self, names: Coefficients, n: Index) -> dict[int, sympy.Expr]:
        """Return for each k the sum over its constraint set."""
        found = {}
        for k in range(1, sum(n) + 1):
            terms = [
                multinomial(counts.values()) * sympy.Mul(*(names[p] ** e for p, e in counts.items()))
                for counts in self._solutions(names, n, k)
            ]
            if terms:
                found[k] = sympy.Add(*terms)
        return found

    @staticmethod
    def _solutions(names: Coefficients, n: Index, k: int) -> list[dict[Index, int]]:
        """Return the collections l with sum l_n = k, sum n l_n = m, over the n > 0 whose coefficient is not zero."""
        return list(partitions(k, n, [p for p in names if any(p)]))

    def _power(self, n: Index) -> str:
        return str(self._monomial(n)) if any(n) else "the constant term"

    def _monomial(self, n: Index) -> sympy.Expr:
        return sympy.Mul(*(letter**e for letter, e in zip(self.letters, n, strict=True)))

    def _named(self, name: str) -> sympy.Symbol:
        if name in self.taken:
            raise LawNameError(f"the derivation needs the name {name!r}, which the network has; rename that symbol")
        if len(self.writer.steps) > MOST_STEPS:
            raise ResourceLimitError(f"derivation: more than {MOST_STEPS} steps, the limit; lower the index or the width")
        return symbol(name)

    def _in_weights(self, expression: sympy.Expr) -> sympy.Expr:
        """Return an expression with all names replaced by what they mean."""
        while expression.free_symbols & set(self.meanings):
            expression = expression.xreplace(self.meanings)
        return expression


def _mapped(layer: Any, values: list[Coefficients], below: Iterable[Index]) -> list[Coefficients]:
    """Return the coefficients behind an affine map."""
    rows, bias = _matrix(layer, len(values))
    found = []
    for row, constant in zip(rows, bias, strict=True):
        total = {}
        for n in below:
            start = sympy.S.Zero if any(n) else constant
            total[n] = start + sympy.Add(*(w * x[n] for w, x in zip(row, values, strict=True) if n in x))
        found.append({n: v for n, v in total.items() if v != 0})
    return found


def _matrix(layer: Any, width: int) -> tuple[list[list[sympy.Expr]], list[sympy.Expr]]:
    """Return matrix and bias of an affine layer, exactly as they are stored."""
    if isinstance(layer, Affine):
        return [[number_of(w) for w in row] for row in layer.weights], [number_of(b) for b in layer.bias]
    scales = [number_of(s) for s in layer.scale] if isinstance(layer, Whitening) else [sympy.S.One] * width
    means = [number_of(m) for m in layer.mean] if isinstance(layer, Whitening) else [sympy.S.Zero] * width
    rows = [[1 / s if i == j else sympy.S.Zero for j in range(width)] for i, s in enumerate(scales)]
    return rows, [-m / s for m, s in zip(means, scales, strict=True)]


def _function(layer: Activation, point: sympy.Symbol) -> sympy.Expr:
    """Return an activation as an expression, a sigmoid by tanh: its derivatives are then polynomials in one function."""
    [function] = layer.expression([point])
    return rational(function).subs(1 / (1 + sympy.exp(-point)), (1 + sympy.tanh(point / 2)) / 2)


def _expression(net: Network) -> list[sympy.Expr]:
    """Return the network as expressions with its numbers exactly as they are stored."""
    xs: list[sympy.Expr] = [symbol(name) for name in net.inputs]
    for layer in net.layers:
        if isinstance(layer, Activation):
            xs = [_function(layer, _POINT).subs(_POINT, x) for x in xs]
        else:
            rows, bias = _matrix(layer, len(xs))
            xs = [b + sympy.Add(*(w * x for w, x in zip(row, xs, strict=True))) for row, b in zip(rows, bias, strict=True)]
    return xs


def _tidied(expression: sympy.Expr) -> sympy.Expr:
    """Return a coefficient as a sum of one factored term for each neuron, whichever is shorter."""
    return min(
        (expression, sympy.factor_terms(expression), sympy.expand(expression)), key=lambda e: (sympy.count_ops(e), str(e))
    )


def _set_words(counts: Mapping[Index, int]) -> str:
    return ", ".join(f"l_{','.join(map(str, n))} = {count}" for n, count in counts.items())


def _check_by_derivative(writer: Writer, whole: sympy.Expr, space: TaylorSpace, place: Index, found: sympy.Expr) -> None:
    """Write the coefficient in the weights and compare it with the derivative of the network at the centre."""
    label = "c_" + "_".join(map(str, place))
    words = "The weights put in; checked against the derivative of the network"
    writer.prove(words, taylor_coefficient(whole, space, place), found, (label, latex_name(label)))
