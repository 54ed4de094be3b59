"""A network as the paper sees it: steps of an affine map and a function of every component; and how much work they are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from operator import add
from typing import Any

import numpy as np

from symseries.layers import Activation, Affine, Dropout, Whitening
from symseries.multiindex import IndexSet
from symseries.network import Network
from symseries.paper.checks import check_question, jet_at
from symseries.paper.layer import Coefficients, layer_coefficients
from symseries.paper.partitions import Index, check_count
from symseries.scalars import F64, Scalars
from symseries.spaces import TaylorSpace

MAX_TERMS = 5_000_000  # of the enumeration: 5 to 30 s in F64


@dataclass(frozen=True)
class Step:
    """One step of the paper's recursion: an affine map, if there is one, then a function of every component."""

    affine: Affine | None
    function: Activation | Whitening | None
    place: str

    def top(self, terms: int) -> int:
        """Return where the outer sum ends; affine maps and whitening have two terms, which are never cut."""
        return terms if isinstance(self.function, Activation) else 1

    def apply(
        self, inputs: list[Coefficients], indices: list[Index], terms: int, scalars: Scalars, printed: bool
    ) -> list[Coefficients]:
        """Return the outputs as series."""
        jets = self._jets(len(inputs), terms, scalars)
        if self.affine is not None:
            weights, bias = (scalars.array(numbers).tolist() for numbers in (self.affine.weights, self.affine.bias))
            return layer_coefficients(inputs, weights, jets[0], indices, bias=bias, printed=printed)
        one = [[scalars.element(1)]]
        pairs = zip(inputs, jets, strict=True)
        return [layer_coefficients([column], one, jet, indices, printed=printed)[0] for column, jet in pairs]

    def _jets(self, width: int, terms: int, scalars: Scalars) -> list[list[Any]]:
        """Return s_0, s_1, … for each component: of the activation at 0, of whitening (eq. 37), of the identity."""
        if isinstance(self.function, Activation):
            return [jet_at(self.function, scalars.zeros(1), terms, scalars, self.place)] * width
        if isinstance(self.function, Whitening):
            mean, scale = (scalars.array(numbers).tolist() for numbers in (self.function.mean, self.function.scale))
            return [[-m / s, 1 / s] for m, s in zip(mean, scale, strict=True)]
        return [[scalars.element(0), scalars.element(1)]] * width


def steps(net: Network) -> Iterator[Step]:
    """Yield the steps of a network whose layers are checked; an affine map waits for the activation that may follow."""
    waiting, place = None, ""
    for position, layer in enumerate(net.layers, 1):
        if isinstance(layer, Dropout):
            continue
        here = f"layer {position} ({type(layer).__name__})"
        if waiting is not None and not isinstance(layer, Activation):
            yield Step(waiting, None, place)
            waiting = None
        if isinstance(layer, Affine):
            waiting, place = layer, here
        else:
            assert isinstance(layer, (Activation, Whitening))  # noqa: S101 - narrows the type, checked before
            yield Step(waiting, layer, here)
            waiting = None
    if waiting is not None:
        yield Step(waiting, None, place)


def predicted_terms(net: Network, space: TaylorSpace, *, terms: int | None = None, limit: int = MAX_TERMS) -> int:
    """Return how many terms `paper_coefficients` enumerates at most: partitions, products and their sums, layer by layer.

    Counted, not enumerated, every coefficient behind the first layer taken as not zero; counting partitions ends above `limit`.
    Parameters and errors are those of `paper_coefficients`.

    >>> import symseries as ss
    >>> net = ss.Network([ss.Affine([[1]]), ss.Activation("tanh"), ss.Affine([[2]])], inputs=("x",))
    >>> predicted_terms(net, ss.TaylorSpace({"x": 0}, order=3))
    129
    """
    check_question(net, space, F64)
    top = space.order if terms is None else check_count(terms, "terms", 0)
    total, width = 0, len(net.inputs)
    for position, step in enumerate(steps(net)):
        total += _cost(step, space.indices, width, step.top(top), limit - total, first=position == 0)
        width = width if step.affine is None else len(step.affine.weights)
    return total


def _cost(step: Step, indices: IndexSet, width: int, top: int, limit: int, *, first: bool) -> int:
    """Return the number of terms of one step; the inputs of the first one are centre_i + z_i, which have few."""
    inputs, outputs, times = (1, 1, width) if step.affine is None else (width, len(step.affine.weights), 1)
    axis = indices.order + 1
    exponents = math.comb(top + inputs + _biased(step), top)
    joined = axis * len(indices) if first else _pairs(indices)
    total = times * exponents * (joined + outputs * len(indices))
    if total > limit:  # counting the partitions is work, too
        return total
    return total + times * inputs * ((top + 1) * axis if first else _partition_count(indices, top, limit))


def _biased(step: Step) -> bool:
    return step.affine is not None and bool((step.affine.bias != 0).any())


def _pairs(indices: IndexSet) -> int:
    """Return the number of pairs of multi-indices whose sum is in the set."""
    w, order = indices.variables, indices.order
    return math.comb(2 * w + order, order) if indices.kind == "total" else math.comb(order + 2, 2) ** w


def _partition_count(indices: IndexSet, total: int, limit: int) -> int:
    """Return the number of partitions of 0 … total into the multi-indices of the set, or some number above `limit`.

    ways[t, m] counts the multisets of t indices > 0 with the sum m; the indices enter one by one, each any number of times.
    """
    rows: list[Index] = [tuple(row) for row in indices.rows.tolist()]
    place = {row: position for position, row in enumerate(rows)}
    ways = np.zeros((total + 1, len(rows)))
    ways[0, 0] = 1
    repeats = np.arange(total + 1, 0, -1)  # t parts > 0 serve every k from t to total
    for part in rows[1:]:
        for position, row in enumerate(rows):
            target = place.get(tuple(map(add, row, part)))
            if target is not None:
                ways[1:, target] += ways[:-1, position]
        if repeats @ ways.sum(axis=1) > limit:
            break
    return int(repeats @ ways.sum(axis=1))
