"""Ridge functions g(a + w.(x - centre)): the radius and the Bernstein parameter of a sum of them are closed forms.

The neurons of a network with one hidden layer are ridges, and so are the roots, logarithms and quotients of most laws. Along
variable i the nearest singularity s of g is met at |s - a|/|w_i|, in a polydisc of half-widths r h at
r = |s - a|/sum_i |w_i| h_i: the linear form takes every complex value of that size there. So the radius of a sum is the
smallest of its ridges, unless ridges cancel each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import sympy

from symseries import activations
from symseries.activations import Singularities
from symseries.layers import Activation, Affine, Dropout, Held, Layer, Pick, Transform, Whitening
from symseries.multiindex import index_set
from symseries.network import Network
from symseries.scalars import F64, Array

_STRAIGHT = ("relu", "leaky_relu", "prelu", "relu6", "hard_tanh", "hard_sigmoid")
_SAMPLES = 9  # places at which the nearest singularities are asked for, where they depend on the place


@dataclass(frozen=True)
class Curve:
    """A function of one variable, as far as its singularities and its kinks go."""

    activation: Activation | None = None
    fixed: Singularities = field(default_factory=Singularities)

    def near(self, place: float) -> Array:
        """Return the complex singularities, among them the nearest to a real place, of the piece that holds it."""
        return _numbers(self.at(place).near(place))

    def at(self, place: float) -> Singularities:
        """Return the singularities of the piece that holds a place."""
        if self.activation is None:
            return self.fixed
        return activations.singularities(self.activation.name, self.activation.parameters, place)

    @cached_property
    def kinks(self) -> Array:
        """The places where one piece ends, not a number where they are not known."""
        if self.activation is None:
            return np.empty(0)
        return np.array([float(k) for k in activations.kinks(self.activation.name, self.activation.parameters)])

    def distance(self, place: float) -> float:
        """Return how far the nearest singularity or kink is; not a number where they are not known."""
        if not self.at(place).known:
            return math.nan
        return float(np.min(np.abs(np.concatenate([self.near(place), self.kinks]) - place), initial=math.inf))

    @property
    def smooth(self) -> bool:
        """Whether the function is known to be entire."""
        return not len(self.kinks) and self.at(0.0).known and not self.at(0.0).points


@lru_cache(maxsize=256)
def _numbers(points: tuple[sympy.Expr, ...]) -> Array:
    return np.array([complex(point) for point in points], dtype=complex)


@dataclass(frozen=True)
class Ridge:
    """A curve of the linear form constant + slopes.(x - centre)."""

    curve: Curve
    constant: float
    slopes: Array

    @cached_property
    def distance(self) -> float:
        """How far the form can move from its constant."""
        return self.curve.distance(self.constant)

    def reach(self, widths: Array) -> float:
        """Return how many half-widths the polydisc may have."""
        speed = float(np.abs(self.slopes) @ widths)
        return self.distance / speed if speed else math.inf

    def bernstein(self, axis: int, shift: Array, widths: Array) -> float:
        """Return the Bernstein parameter along one variable, the others anywhere in the box.

        `shift` is the middle of the box as seen from the centre, `widths` are its half-widths. In the window u of the variable
        a singularity s stands at u = (s - a)/(w h), a being shifted by the other variables; its ellipse is |u + sqrt(u**2-1)|.
        """
        speeds = np.abs(self.slopes) * widths
        speed, others = float(speeds[axis]), float(speeds.sum() - speeds[axis])
        middle = self.constant + float(self.slopes @ shift)
        if not speed:
            return math.inf
        if (np.abs(self.curve.kinks - middle) < speed + others).any():
            return 1.0
        places = np.linspace(middle - others, middle + others, _SAMPLES if others else 1)
        points = np.concatenate([self.curve.near(float(place)) for place in places])
        apart = np.maximum(np.abs(points.real - middle) - others, 0.0) + 1j * np.abs(points.imag)
        return float(np.min(_ellipse(apart / speed), initial=math.inf))


def _ellipse(u: Array) -> Array:
    """Return |u + sqrt(u**2 - 1)| on the outer branch: the sum of the half-axes of the ellipse with foci -1, 1 through u."""
    size = np.abs(u + np.sqrt(u * u - 1))
    return np.asarray(np.maximum(size, 1 / size))


# ------------------------------------------------------------------------------------------------------------- networks
def of_network(network: Network, center: Array) -> list[Ridge] | None:
    """Return the ridges that end the disc of a network about a centre (inputs,), or None where it is not made of ridges.

    It is with one hidden layer; with several where all are straight pieces, linear up to the first kink; and with entire
    activations only, where nothing ends the disc. Functions of inputs that a slice holds are numbers.
    """
    held = {name for layer in network.layers if isinstance(layer, Held) for name in layer.held}
    layers = [layer for layer in network.layers if not _is_passive(layer)]
    curved = [layer for layer in layers if isinstance(layer, Activation)]
    if not all(_is_straight(layer, held) for layer in layers if not isinstance(layer, Activation)):
        return None
    if all(Curve(layer).smooth for layer in curved):
        return []
    if any(not Curve(layer).at(0.0).known for layer in curved):
        return None
    if len(curved) == 1:
        return _one_layer(layers, center)
    straight = all(layer.name in _STRAIGHT for layer in curved)
    return _all_layers(layers, center) if straight else None


def _is_passive(layer: Layer) -> bool:
    return isinstance(layer, Dropout) or (isinstance(layer, Activation) and layer.name == "identity")


def _is_straight(layer: Layer, held: set[str]) -> bool:
    if isinstance(layer, Transform):
        return held.issuperset(layer.functions)
    return isinstance(layer, (Affine, Whitening, Held, Pick))


def _one_layer(layers: Sequence[Layer], center: Array) -> list[Ridge]:
    place = next(i for i, layer in enumerate(layers) if isinstance(layer, Activation))
    table = _linear(layers[:place], _start(center))
    outgoing = _linear(layers[place + 1 :], _start(np.zeros(table.shape[1])))[1:]
    return _counted(_ridges(layers[place], table), outgoing)


def _counted(ridges: list[Ridge], outgoing: Array) -> list[Ridge]:
    """Return the ridges that reach an output: neither of weight 0, nor undone by others of the same form."""
    totals: dict[tuple[float, ...], Array] = {}
    for ridge, weights in zip(ridges, outgoing, strict=True):
        form = (ridge.constant, *ridge.slopes.tolist())
        totals[form] = totals.get(form, np.zeros(len(weights))) + weights
    return [ridge for ridge in ridges if totals[ridge.constant, *ridge.slopes.tolist()].any()]


def _all_layers(layers: Sequence[Layer], center: Array) -> list[Ridge]:
    table, found = _start(center), list[Ridge]()
    for layer in layers:
        if isinstance(layer, Activation):
            found += _ridges(layer, table)
        table = _linear([layer], table)
    return found


def _start(center: Array) -> Array:
    """Return the series of order 1 of the inputs themselves."""
    return np.vstack([center, np.eye(len(center))])


def _linear(layers: Sequence[Layer], table: Array) -> Array:
    indices = index_set(len(table) - 1, 1, "total")
    for layer in layers:
        table = layer.series(table, indices, F64)
    return table


def _ridges(layer: Layer, table: Array) -> list[Ridge]:
    assert isinstance(layer, Activation)  # noqa: S101 - narrows the type
    curve = Curve(layer)
    return [Ridge(curve, float(column[0]), column[1:]) for column in table.T]


@dataclass(frozen=True)
class Neuron:
    """A hidden neuron at the centre: constant term a0 of its argument, and the room that its activation leaves.

    `distance` is how far a0 is from the nearest singularity or kink, `radius` how far 0 is: an activation expanded at 0 needs
    `ratio` = |a0|/radius below 1. None where the singularities are not known.
    """

    layer: int
    neuron: int
    activation: str
    constant: float
    distance: float | None
    radius: float | None
    ratio: float | None


def neurons_of(network: Network, center: Array) -> tuple[Neuron, ...]:
    """Return the neurons of all activations at a centre (inputs,), layers and neurons counted from 1."""
    values, found = center[None, :], list[Neuron]()
    for position, layer in enumerate(network.layers, 1):
        if isinstance(layer, Activation) and layer.name != "identity":
            found += [_neuron(layer, position, j, float(a)) for j, a in enumerate(values[0], 1)]
        values = layer.values(values, F64, f"layer {position}")
    return tuple(found)


def _neuron(layer: Activation, position: int, number: int, constant: float) -> Neuron:
    curve = Curve(layer)
    distance, radius = curve.distance(constant), curve.distance(0.0)
    if math.isnan(radius):
        return Neuron(position, number, layer.name, constant, None, None, None)
    ratio = abs(constant) / radius if radius else math.inf
    return Neuron(position, number, layer.name, constant, distance, radius, ratio)
