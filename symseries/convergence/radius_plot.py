"""A disc of convergence drawn over the data: in the complex plane for one variable, as a region for two."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from symseries import plotting
from symseries.errors import LawNameError, OptionError, listing, suggestion
from symseries.network import Network
from symseries.scalars import Array

if TYPE_CHECKING:
    from symseries.convergence.radius import Radius

_ANGLES = 361
_WIDEST = 4.0  # how many spans of the data a disc is shown at most


def draw(found: Radius, ax: Any, variables: Sequence[str] | None, data: Mapping[str, object] | None) -> Any:
    """Return axes with the disc of one variable, or the region of two, the others at the centre, over the data.

    `data` maps variables to values, by default those of the network. Raises `LawNameError` for a variable that is not known,
    `OptionError` for more than two of them, or where matplotlib is missing.
    """
    names = _names(found, variables)
    points = _points(found, names, data)
    ax = plotting.shown() if ax is None else ax
    if len(names) == 1:
        _draw_disc(found, ax, names[0], points)
    else:
        _draw_region(found, ax, names, points)
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3)
    return ax


def _names(found: Radius, variables: Sequence[str] | None) -> list[str]:
    names = list(found.axes)[:2] if variables is None else [variables] if isinstance(variables, str) else list(variables)
    for name in names:
        if name not in found.axes:
            raise LawNameError(
                f"plot: {name!r} is no variable{suggestion(name, found.axes)}; expected one or two of {listing(found.axes)}"
            )
    if len(set(names)) != len(names) or not 1 <= len(names) <= 2:
        raise OptionError(f"plot: variables {names!r}; expected one or two different ones of {listing(found.axes)}")
    return names


def _points(found: Radius, names: Sequence[str], data: Mapping[str, object] | None) -> Array | None:
    """Return the measured points (n, names), None where there are none."""
    if data is None and isinstance(found.function, Network) and found.function.data is not None:
        return np.asarray(found.function.data.matrix(tuple(names)), dtype=float)
    if data is None:
        return None
    missing = [name for name in names if name not in data]
    if missing:
        raise LawNameError(f"plot: data lack {missing[0]!r}; expected values for {listing(names)}")
    return np.stack([np.asarray(data[name], dtype=float).reshape(-1) for name in names], axis=1)


def _draw_disc(found: Radius, ax: Any, name: str, points: Array | None) -> None:
    center, size = float(found.center[name]), _shown(found.axes[name], _span(found, name, points))
    angles = np.linspace(0, 2 * math.pi, _ANGLES)
    label = f"radius {found.axes[name]:.4g}"
    ax.fill(center + size * np.cos(angles), size * np.sin(angles), color=plotting.NETWORK, alpha=0.15, linewidth=0)
    ax.plot(center + size * np.cos(angles), size * np.sin(angles), color=plotting.NETWORK, label=label)
    ax.plot([center], [0.0], "+", color=plotting.LAW, label="centre")
    if points is not None:
        ax.plot(points[:, 0], np.zeros(len(points)), "|", color=plotting.DATA, label="data")
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xlabel(f"{name}, real part")
    ax.set_ylabel(f"{name}, imaginary part")


def _draw_region(found: Radius, ax: Any, names: Sequence[str], points: Array | None) -> None:
    angles = np.linspace(0, math.pi / 2, _ANGLES // 12)
    spans = np.array([_span(found, name, None if points is None else points[:, [i]]) for i, name in enumerate(names)])
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1) * spans
    reach = [_shown(found.toward(dict(zip(names, each, strict=True))), 1.0) for each in directions.tolist()]
    quarter = directions * np.array(reach)[:, None]
    signs = ((1, 1, 1), (-1, 1, -1), (-1, -1, 1), (1, -1, -1))
    outline = np.vstack([quarter[::step] * (x, y) for x, y, step in signs])
    center = np.array([float(found.center[name]) for name in names])
    ax.fill(*(center + outline).T, color=plotting.NETWORK, alpha=0.15, linewidth=0)
    ax.plot(*(center + np.vstack([outline, outline[:1]])).T, color=plotting.NETWORK, label="convergence")
    ax.plot(*center[:, None], "+", color=plotting.LAW, label="centre")
    if points is not None:
        ax.plot(*points.T, ".", color=plotting.DATA, markersize=4, alpha=0.6, label="data")
    ax.set_xlabel(names[0])
    ax.set_ylabel(names[1])


def _shown(size: float, span: float) -> float:
    """Return a radius cut to what fits in the picture."""
    return min(size, _WIDEST * span)


def _span(found: Radius, name: str, points: Array | None) -> float:
    """Return the length by which a picture is scaled: to the farthest datum, else the half-width."""
    if points is None or not len(points):
        return found.half_widths[name]
    return float(np.abs(points - float(found.center[name])).max()) or found.half_widths[name]
