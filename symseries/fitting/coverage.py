"""Whether a Taylor series is used on data that it does not cover."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from symseries.convergence import coverage_warning, radius
from symseries.errors import SymseriesError
from symseries.network import Network
from symseries.spaces import Space, TaylorSpace

_ORDER = 24  # of the series that a radius is estimated from, to a tenth with two hidden layers (16 orders: to two thirds)


def uncovered(source: object, space: Space) -> tuple[str, ...]:
    """Return in words that the power series of a network does not converge on the whole box of its data, nothing where it does.

    Where nothing is known, of a table, without data, where a column does not vary, or of a network whose radius is not found,
    nothing is said.
    """
    if not isinstance(source, Network) or not isinstance(space, TaylorSpace) or source.data is None or space.symbols:
        return ()
    domain: dict[str, Any] = {}
    for name in source.inputs:
        column = source.data[name]
        domain[name] = (float(column.min()), float(column.max()))
    if any(low >= high for low, high in domain.values()):
        return ()
    center = {name: space.center[name] for name in source.inputs}
    with suppress(SymseriesError):
        said = coverage_warning(center, radius(source, center, domain=domain, order=_ORDER), domain)
        return () if said is None else (said,)
    return ()
