"""A whole network by the paper's recipe: sigma at 0, its series cut at K, layer by layer."""

from __future__ import annotations

import math

import numpy as np

from symseries.errors import ResourceLimitError
from symseries.network import Network
from symseries.paper.checks import check_question, overflow, series_of
from symseries.paper.layer import Coefficients
from symseries.paper.partitions import Index, check_count
from symseries.paper.steps import MAX_TERMS, predicted_terms, steps
from symseries.scalars import F64, Scalars, object_array
from symseries.series import Series
from symseries.spaces import TaylorSpace


def paper_coefficients(
    net: Network,
    space: TaylorSpace,
    *,
    terms: int | None = None,
    printed: bool = False,
    scalars: Scalars = F64,
    limit: int = MAX_TERMS,
) -> Series:
    """Return a network's coefficients by the paper's recipe (sections 3.2.4 and 6.3): sigma at 0, its series cut at k = terms.

    The inputs are x_i = centre_i + z_i; then a becomes b layer by layer, by `layer_coefficients`, which says how
    eq. 48 is read, corrected or as printed. An affine map without activation is a layer whose sigma is the identity, whitening
    one of single neurons with Theta = 1 (eq. 37); both are kept whole. Everything is enumerated, on purpose.

    Section 3.2.4 claims that the coefficients of order 0 … K have no error when the outer sum is cut at K. They have none where
    the constant term of every pre-activation is 0, as u**k then starts at order k. Elsewhere each power of u reaches every
    order, the error is that of the activation's Taylor series at the constant term, and beyond its radius (pi/2 for tanh, pi
    for sigmoid) more terms make it worse. And the order is the total degree: with K as "the maximum power on any variable"
    (an index set "tensor") coefficients of total degree above K are lost also about 0.

    Parameters: `net`, of layers Affine, Activation, Whitening, Dropout; `space`, whose order K is the default of `terms`;
    `printed`, eq. 48 as it is printed; `scalars`, F64, QQ (tanh and sigmoid are rational at 0) or ARB(bits); `limit`, the
    number of terms of the enumeration beyond which it is refused. Raises `UnsupportedLayerError`, `NotAnalyticError` for an
    activation without a power series at 0, `ResourceLimitError` with the predicted number of terms, `NetworkValueError` where
    floats overflow, `OptionError`, `SpaceMismatchError`.

    >>> import symseries as ss
    >>> net = ss.Network([ss.Affine([[1]], [1]), ss.Activation("tanh")], inputs=("x",))
    >>> space = ss.TaylorSpace({"x": 0}, order=1)
    >>> paper_coefficients(net, space, terms=5, scalars=ss.QQ).to_sympy()
    2*x/3 + 4/5
    >>> net.expand(space).coefficients.round(4).tolist()
    [0.7616, 0.42]
    """
    check_question(net, space, scalars)
    top = space.order if terms is None else check_count(terms, "terms", 0)
    most = check_count(limit, "limit", 1)
    _check_predicted(predicted_terms(net, space, terms=top, limit=most), space, top, most)
    indices: list[Index] = [tuple(row) for row in space.multi_indices.tolist()]
    try:
        with scalars.working():
            columns = _inputs(net, space, scalars)
            for step in steps(net):
                columns = step.apply(columns, indices, top, scalars, printed)
    except OverflowError as error:
        raise overflow(space) from error
    table = scalars.zeros(len(indices), len(columns))
    for j, column in enumerate(columns):
        for row, index in enumerate(indices):
            table[row, j] = column.get(index, table[row, j])
    return series_of(net, space, table, scalars)


def _inputs(net: Network, space: TaylorSpace, scalars: Scalars) -> list[Coefficients]:
    """Return x_i = centre_i + scale_i z_i for every input of the network."""
    units = np.eye(len(space.variables), dtype=int).tolist()
    center = scalars.array(object_array(space.center.values())).tolist()
    steps = scalars.array(object_array(space.scale.values())).tolist()
    rows = zip(space.variables, units, steps, strict=True)
    moves = {name: {tuple(unit): step} if space.order else {} for name, unit, step in rows}
    return [{(0,) * len(units): center[space.variables.index(name)], **moves[name]} for name in net.inputs]


def _check_predicted(predicted: int, space: TaylorSpace, terms: int, limit: int) -> None:
    if predicted > limit:
        shown = f"about {predicted}" if predicted < 10**12 else f"more than 10**{math.floor(math.log10(predicted))}"
        raise ResourceLimitError(
            f"the enumeration over {space.describe()} with outer sums to k = {terms} has {shown} terms, the limit is {limit}; "
            "lower the order or terms, raise limit, or use net.expand"
        )
