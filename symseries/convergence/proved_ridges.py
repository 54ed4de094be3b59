"""What polynomials leave out of a network with one hidden layer: a sum of functions of one variable, each bounded alone.

On a box of several variables a polyellipse has to keep away from the poles of a neuron with all of them at once. The argument
of a neuron is one variable that runs over an interval, whose Bernstein ellipse is far larger.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb

from symseries.convergence.enclosing_boxes import Beyond, inputs_at
from symseries.convergence.enclosing_regions import ARCS, RING, Certificate, Region, ball, supremum, up, widest
from symseries.convergence.enclosing_taylor import Task
from symseries.layers import Activation, Affine, Dropout, Held, Layer, Pick, Transform, Whitening
from symseries.network import Network
from symseries.scalars import ARB, Array, object_array

_LINEAR = (Affine, Whitening, Dropout, Held, Pick)


@dataclass(frozen=True)
class _Neuron:
    """A hidden neuron: the interval of its argument, and the size of its weight in the output."""

    middle: Fraction
    half: Fraction
    weight: arb


def ridges_beyond(net: Network, task: Task, target: float) -> Beyond | None:
    """Return what polynomials leave out of a network with one hidden layer, None for any other.

    With y = c + sum_i v_i s(z_i), z_i linear in the window and |s - s(middle)| <= M_i on the ellipse rho_i about the interval
    of z_i, a polynomial of degree m is within sum_i |v_i| 2 M_i rho_i**-m/(rho_i - 1). Source: L. N. Trefethen, Approximation
    Theory and Approximation Practice, theorem 8.2.
    """
    parts = _parts(net, task)
    if parts is None:
        return None
    before, hidden, after = parts
    with RING.working():
        neurons = _neurons(before, after, task)
        certified = [_certified(hidden, neuron, target / (2 * len(neurons))) for neuron in neurons]
    pairs = [(neuron, found) for neuron, found in zip(neurons, certified, strict=True) if found is not None]
    if len(pairs) < len(neurons):
        return None
    wanted = max((_degree(neuron, found, target / (2 * len(neurons))) for neuron, found in pairs), default=0)
    return Beyond(wanted, lambda m: sum((_tail(neuron, found, m) for neuron, found in pairs), start=arb(0)))


def _parts(net: Network, task: Task) -> tuple[Sequence[Layer], Activation, Sequence[Layer]] | None:
    """Return the layers before the only hidden layer, it, and those behind, where arguments are linear in the window."""
    layers, scales = list(net.layers), task.space.scale  # type: ignore[attr-defined]  # has a box
    first = layers[0]
    taken = {name: kind.name for name, kind in first._activations.items()} if isinstance(first, Transform) else {}
    if taken != {name: "log" for name in net.inputs if scales[name] == "log"}:
        return None
    places = [i for i, layer in enumerate(layers) if isinstance(layer, Activation)]
    rest = [layer for layer in layers[isinstance(first, Transform) :] if not isinstance(layer, Activation)]
    if len(places) != 1 or not all(isinstance(layer, _LINEAR) for layer in rest):
        return None
    hidden = layers[places[0]]
    assert isinstance(hidden, Activation)  # noqa: S101 - it was chosen as one
    return layers[: places[0]], hidden, layers[places[0] + 1 :]


def _neurons(before: Sequence[Layer], after: Sequence[Layer], task: Task) -> list[_Neuron]:
    """Return the neurons that are not constant, from values at the middle of the window and one step along each axis."""
    ring, count = ARB(RING.bits), len(task.space.variables)
    whole = [(Fraction(0), Fraction(1))] * count
    window = ring.array(np.vstack([np.zeros(count), np.eye(count)]))
    inner = _through(before, inputs_at(task, whole, window, ring), ring)
    width = inner.shape[1]
    outer = _through(after, ring.array(np.vstack([np.zeros(width), np.eye(width)])), ring)[:, 0]
    found = []
    for i in range(width):
        middle = Fraction(float(inner[0, i].mid()))
        reach = sum((abs(value - inner[0, i]) for value in inner[1:, i]), start=abs(inner[0, i] - ball(middle)))
        if not reach.is_zero():
            found.append(_Neuron(middle, Fraction(up(reach)), abs(outer[i + 1] - outer[0])))
    return found


def _through(layers: Sequence[Layer], X: Array, ring: ARB) -> Array:
    for layer in layers:
        X = layer.values(X, ring)
    return X


def _certified(hidden: Activation, neuron: _Neuron, target: float) -> Certificate | None:
    """Return the certified ellipse about the interval of a neuron's argument with which the lowest degree will do."""
    offset = hidden.values(object_array([ball(neuron.middle)])[:, None], ARB(RING.bits))[0, 0].mid()

    def certify(size: Fraction) -> Certificate | None:
        wide, high = neuron.half * (size + 1 / size) / 2, neuron.half * (size - 1 / size) / 2
        found = supremum(lambda X: hidden.values(X, RING)[:, 0], Region([neuron.middle], [wide], [high]), ARCS[1], offset)
        return None if found is None else Certificate(size, *found)

    return widest(certify, lambda found: _degree(neuron, found, target))


def _degree(neuron: _Neuron, certificate: Certificate, target: float) -> int:
    """Return the degree at which the tail of a neuron falls below a target."""
    rho = float(certificate.size)
    first = 2 * float(certificate.supremum) * float(neuron.weight.mid()) / (rho - 1)
    return max(0, math.ceil(math.log(max(first / target, 1e-300)) / math.log(rho)))


def _tail(neuron: _Neuron, certificate: Certificate, degree: int) -> arb:
    rho = ball(certificate.size)
    return 2 * neuron.weight * certificate.supremum / rho**degree / (rho - 1)
