"""Layers in a row, and what an expansion wants to know of them before it starts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cached_property

import numpy as np

from symseries import activations
from symseries.cost import Cost, estimate
from symseries.layers import Activation, Affine, Dropout, Formula, Layer, Whitening
from symseries.scalars import Scalars
from symseries.spaces import TaylorSpace

_FEW = 16  # sums pay for at least so many columns to a sum


class Plan:
    """Layers, where their ridge functions, their chain and their kinks are, and what an expansion costs."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = layers
        self._costs: dict[Hashable, Cost] = {}

    @cached_property
    def first(self) -> int | None:
        """The place of the first activation if everything before it is affine: its neurons are ridge functions."""
        others = (i for i, layer in enumerate(self.layers) if not isinstance(layer, (Affine, Whitening)))
        place = next(others, None)
        return place if place is not None and isinstance(self.layers[place], Activation) else None

    @cached_property
    def kinked(self) -> tuple[bool, ...]:
        """Which layers have kinks."""
        return tuple(map(_has_kinks, self.layers))

    @cached_property
    def chain(self) -> tuple[int, int] | None:
        """Where the chain starts, and the place of the affine layer in which it ends: the last one that sums its inputs up.

        None where there is no such layer.
        """
        layers, first = self.layers, self.first
        end = next((i for i in range(len(layers) - 1, 0, -1) if _sums_up(layers[i - 1], layers[i])), None)
        if end is None:
            return None
        others = [i for i in range(end) if not isinstance(layers[i], (Activation, Affine, Dropout, Whitening))]
        start = others[-1] + 1 if others else 0
        return (start if first is None else max(first, start)), end

    def cost(self, space: TaylorSpace, scalars: Scalars, *, derivatives: bool) -> Cost:
        """Return what an expansion costs, that of the derivatives in the weights included where they are wanted."""
        key = len(space.variables), space.order, space.index_kind, scalars, derivatives
        if key not in self._costs:
            chained = self.chain is not None and not derivatives
            self._costs[key] = estimate(self.layers, space, scalars, derivatives=derivatives, chained=chained)
        return self._costs[key]


def _sums_up(activation: Layer, affine: Layer) -> bool:
    if not (isinstance(activation, Activation) and isinstance(affine, Affine)):
        return False
    outputs, inputs = affine.weights.shape
    return bool(outputs * _FEW <= inputs)


def _has_kinks(layer: Layer) -> bool:
    if isinstance(layer, Formula):
        return layer.kinked
    if not isinstance(layer, Activation):
        return False
    return bool(activations.kinks(layer.name, layer.parameters)) or _unknown_kinks(layer)


def _unknown_kinks(layer: Activation) -> bool:
    """Return whether an activation is a registered one with pieces, whose kinks are not looked for."""
    if not activations.definition(layer.name):
        return False
    return bool(np.isnan(activations.kink_distance(layer.name, np.zeros(1), layer.parameters)).any())
