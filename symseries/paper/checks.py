"""What both recipes ask of their arguments, and what they share."""

from __future__ import annotations

from typing import Any

import numpy as np

from symseries.errors import (
    NetworkValueError,
    NotAnalyticError,
    OptionError,
    SpaceMismatchError,
    UnsupportedLayerError,
    listing,
    suggestion,
)
from symseries.layers import Activation, Affine, Dropout, Layer, Whitening
from symseries.network import Network
from symseries.scalars import Array, Scalars, check_scalars
from symseries.series import Series
from symseries.spaces import TaylorSpace, check_space

FAMILIES = ("F64", "QQ", "ARB")


def check_question(net: Network, space: TaylorSpace, scalars: Scalars) -> None:
    """Raise what makes the question one that these recipes have no answer to."""
    if not isinstance(net, Network):
        raise OptionError(f"net={net!r}: expected a symseries.Network")
    if not isinstance(check_space(space), TaylorSpace):
        raise OptionError(f"{space!r}: these are formulas for power series; expected a TaylorSpace")
    if check_scalars(scalars).family not in FAMILIES:
        raise OptionError(f"scalars={scalars}: expected one of {listing(FAMILIES)} here")
    if net.symbols:
        raise OptionError(f"the weights {listing(net.symbols, 4)} are symbols; expected numbers here")
    for position, layer in enumerate(net.layers, 1):
        _check_layer(layer, position)
    for name in net.inputs:
        if name not in space.variables:
            near = suggestion(name, space.variables)
            raise SpaceMismatchError(
                f"the network's input {name!r} is not in the space{near}; its variables are {listing(space.variables)}"
            )


def _check_layer(layer: Layer, position: int) -> None:
    if not isinstance(layer, (Affine, Activation, Whitening, Dropout)):
        raise UnsupportedLayerError(
            f"layer {position} ({type(layer).__name__}): the formulas cover Affine, Activation, Whitening and "
            "Dropout; use net.expand"
        )


def jet_at(activation: Activation, at: Array, order: int, scalars: Scalars, place: str) -> list[Any]:
    """Return the normalised Taylor coefficients of an activation at a fixed point."""
    try:
        return list(activation.jet(at, order, scalars, place)[:, 0].tolist())
    except NotAnalyticError as error:
        raise NotAnalyticError(
            f"{place}: {activation.name} has no power series at {scalars.handed(at)[0]}, where it is expanded here; "
            "use net.expand, which expands it at each neuron's own value"
        ) from error


def series_of(net: Network, space: TaylorSpace, table: Array, scalars: Scalars) -> Series:
    """Return the series of a table (N, outputs)."""
    if scalars.dtype is float and not np.isfinite(table).all():
        raise overflow(space)
    return Series(space, table[:, 0] if len(net.outputs) == 1 else table, scalars)


def overflow(space: TaylorSpace) -> NetworkValueError:
    """Return the error of coefficients that floats do not hold."""
    return NetworkValueError(
        f"coefficients over {space.describe()} overflow when activations are expanded at a fixed point; use net.expand"
    )
