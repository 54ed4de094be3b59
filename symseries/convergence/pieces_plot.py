"""A piecewise expansion drawn: the curve of one variable with its cells, or the cells of two variables by their error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symseries import plotting
from symseries.errors import OptionError

if TYPE_CHECKING:
    from symseries.convergence.pieces import Pieces

_POINTS = 40  # of a curve in each cell


def draw(pieces: Pieces, ax: Any) -> Any:
    """Return axes with the pieces of one variable, or the cells of two; `OptionError` for more."""
    count = len(pieces.variables)
    if count > 2:
        raise OptionError(f"plot: pieces of {count} variables; expected one or two, hold the others with net.slice")
    ax = plotting.shown() if ax is None else ax
    ends = np.array([[[float(low), float(high)] for low, high in leaf.cell] for leaf in pieces.leaves])
    if count == 1:
        _draw_curve(pieces, ax, ends[:, 0])
    else:
        _draw_cells(pieces, ax, ends)
    for name, axis in zip(pieces.variables, "xy", strict=False):
        getattr(ax, f"set_{axis}label")(name)
        if pieces.domain.scale[name] == "log":
            getattr(ax, f"set_{axis}scale")("log")
    return ax


def _draw_curve(pieces: Pieces, ax: Any, ends: Any) -> None:
    order = np.argsort(ends[:, 0])
    t = np.linspace(0, 1, _POINTS)
    for k in order:
        low, high = ends[k]
        x = low * (high / low) ** t if pieces.domain.scale[pieces.variables[0]] == "log" else low + (high - low) * t
        x[-1] = np.nextafter(high, low)  # the end belongs to the next cell
        ax.plot(x, pieces(x[:, None]), color=plotting.NETWORK)
        ax.axvline(low, color=plotting.DATA, linewidth=0.5)
    ax.axvline(ends[order[-1], 1], color=plotting.DATA, linewidth=0.5)
    ax.set_ylabel(f"{len(pieces)} pieces")


def _draw_cells(pieces: Pieces, ax: Any, ends: Any) -> None:
    from matplotlib.collections import PolyCollection

    (left, right), (low, high) = ends[:, 0].T, ends[:, 1].T
    corners = np.stack([np.stack(pair, axis=-1) for pair in ((left, low), (right, low), (right, high), (left, high))], axis=1)
    errors = np.log10(np.maximum([leaf.error for leaf in pieces.leaves], 1e-300))
    cells = PolyCollection(list(corners), array=errors, cmap="viridis", edgecolors="white", linewidths=0.4)
    ax.add_collection(cells)
    ax.autoscale_view()
    ax.figure.colorbar(cells, ax=ax, label="log10 of the error")
