"""Activations and affine layers in a row that end in few outputs: the highest degree goes through as sums.

Behind an activation y = f(v), the coefficients of the highest degree K are f'(v_0) v_K and products of lower ones. A sum of
outputs w y thus needs the sum (w f') v_K of those before, and so on to the first layer: what is wanted of the highest degree,
to which most of the coefficients belong, goes back through the layers as a vector of weights, one for each output. Single
neurons are expanded to degree K - 1 only.
"""

from __future__ import annotations

from symseries import engine
from symseries.layers import Activation, Affine, Layer
from symseries.multiindex import IndexSet
from symseries.scalars import Array, Scalars


class Chain:
    """The series through a chain, layer by layer.

    `before` are the series (N, n) in front of it, or None where its first layer is an activation of linear forms.
    """

    def __init__(self, indices: IndexSet, scalars: Scalars, before: Array | None) -> None:
        self.indices, self.scalars, self.before = indices, scalars, before
        self._steps: list[tuple[Layer, engine.Composition | engine.Ridge | None]] = []

    def through(self, layer: Layer, table: Array, where: str, *, last: bool) -> Array:
        """Return the series behind a layer to the degree before the highest; of the last activation those before it."""
        top = self.indices.top
        table = table[: self.indices.offsets[top]]
        step: engine.Composition | engine.Ridge | None = None
        if isinstance(layer, Activation):
            jet = layer.jet(table[0], top, self.scalars, where)
            if self.before is None and not self._steps:
                step = engine.Ridge(self.indices, jet, table[1:].T)
            else:
                step = engine.Composition(self.indices, jet, table, 0 if last else top - 1)
        self._steps.append((layer, step))
        if step is None:
            return layer.series(table, self.indices, self.scalars, where)
        return table if last else step.columns(top - 1)

    def sums(self, layer: Affine) -> Array:
        """Return the series behind the affine layer that ends the chain, (N, outputs)."""
        scalars, highest = self.scalars, slice(self.indices.offsets[self.indices.top], None)
        (weights, bias), out = layer.elements(scalars), None
        for passed, step in reversed(self._steps):
            if step is None:
                weights = passed.pull_back_series(weights, weights, weights, self.indices, scalars)
                continue
            if out is None:
                out = step.sums(scalars, weights)
            else:
                out[highest] += step.highest(scalars, weights)
            weights = weights * step.jet[1]
        assert out is not None  # noqa: S101 - a chain has an activation
        if self.before is not None:
            out[highest] += scalars.matmul(self.before[highest], weights.T)
        out[0] = out[0] + bias
        return out
