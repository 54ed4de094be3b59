"""Polynomial substitution: what the R package nn2poly gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symseries import engine
from symseries.errors import ResourceLimitError
from symseries.layers import Activation
from symseries.multiindex import IndexSet
from symseries.network import Network
from symseries.paper.checks import check_question, jet_at, series_of
from symseries.paper.partitions import check_count
from symseries.scalars import F64, Array, Scalars, object_array, typed
from symseries.series import Series
from symseries.spaces import TaylorSpace

MAX_DEGREE = 1_000  # of the polynomial put in place of an activation


def nn2poly_coefficients(net: Network, space: TaylorSpace, *, degree: int, at: object = 0, scalars: Scalars = F64) -> Series:
    """Return a network's coefficients as the R package nn2poly gives them: activations replaced by their Taylor polynomials.

    Each sigma becomes p(u) = sum_(k <= degree) s_k (u - at)**k at one fixed point; the polynomials are composed exactly and cut
    at the order of the space. These are no Taylor coefficients of the network: where a pre-activation has the constant term
    a_0, that of order k is off by about (|a_0 - at|/R)**(degree + 1 - k), R being the activation's radius of convergence there,
    and beyond R a higher degree makes it worse. With at=0 and degree = terms this is what `paper_coefficients` gives.

    Parameters: `degree`, an integer from 1 to 1000; `at`, the point; the others are those of `paper_coefficients`, and so are
    the errors; `NotAnalyticError` at a kink or pole, `ResourceLimitError` above degree 1000.

    Source: P. Morala, J. A. Cifuentes, R. E. Lillo, I. Ucar, "NN2Poly: A Polynomial Representation for Deep Feed-Forward
    Artificial Neural Networks", IEEE Transactions on Neural Networks and Learning Systems (2023),
    doi:10.1109/TNNLS.2023.3330328.

    >>> import symseries as ss
    >>> net = ss.Network([ss.Affine([[1]], [1]), ss.Activation("tanh")], inputs=("x",))
    >>> nn2poly_coefficients(net, ss.TaylorSpace({"x": 0}, order=1), degree=3, scalars=ss.QQ).to_sympy()
    2/3
    """
    check_question(net, space, scalars)
    if check_count(degree, "degree", 1) > MAX_DEGREE:
        raise ResourceLimitError(f"degree={degree}: at most {MAX_DEGREE}; beyond that use net.expand")
    point = scalars.array(object_array([typed(at, "at")]))
    places = [space.variables.index(name) for name in net.inputs]
    with scalars.working(), np.errstate(all="ignore"):
        table = space.coordinates(scalars)[:, places]
        for position, layer in enumerate(net.layers, 1):
            place = f"layer {position} ({type(layer).__name__})"
            if isinstance(layer, Activation):
                jet = jet_at(layer, point, degree, scalars, place)
                table = _substituted(space.indices, jet, table, point[0])
            else:
                table = layer.series(table, space.indices, scalars, place)
    return series_of(net, space, table, scalars)


def _substituted(indices: IndexSet, jet: Sequence[Any], table: Array, point: Any) -> Array:
    """Return sum_k jet_k (u - point)**k for every column u, by Horner's rule."""
    shifted = table.copy()
    shifted[0] = shifted[0] - point
    out = shifted * (jet[0] * 0)
    for s in reversed(jet):
        out = engine.product(indices, out, shifted)
        out[0] = out[0] + s
    return np.asarray(out)
