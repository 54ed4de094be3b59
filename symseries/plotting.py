"""Figures from arrays and labels; matplotlib is loaded inside the functions.

Each function draws on axes that it is given, or on new ones, and returns the axes. `svg` turns a figure into text that
stands in a page without any other file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from symseries.errors import OptionError
from symseries.scalars import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NETWORK, LAW, DATA = "#2563a8", "#c2410c", "#6b7280"
_LABELS = 40  # multi-indices that get a label each


def figure(width: float = 6.4, height: float = 4.0, rows: int = 1, columns: int = 1) -> tuple[Figure, Any]:
    """Return a new figure that pyplot does not know, for a page, and its axes; `OptionError` where matplotlib is missing."""
    made = _matplotlib("matplotlib.figure").Figure(figsize=(width, height), layout="constrained")
    return made, made.subplots(rows, columns)


def shown(width: float = 6.4, height: float = 4.0, rows: int = 1, columns: int = 1) -> Any:
    """Return the axes of a new figure of pyplot, which a notebook shows by itself and a script by `pyplot.show()`."""
    pyplot = _matplotlib("matplotlib.pyplot")
    return pyplot.subplots(rows, columns, figsize=(width, height), layout="constrained")[1]


def _matplotlib(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise OptionError("a figure needs matplotlib, which is missing; run: pip install symseries[plot]") from error


def coefficients(
    ax: Axes | None,
    labels: Sequence[str],
    law: Array,
    source: tuple[Array, Array | None],
    name: str,
    *,
    index: str = "multi-index",
) -> Axes:
    """Draw the sizes of the coefficients of law and source side by side, with error bars of two standard errors."""
    ax = shown() if ax is None else ax
    values, errors = source
    places = np.arange(len(labels))
    ax.errorbar(
        places - 0.15,
        values,
        yerr=None if errors is None else 2 * errors,
        fmt="o",
        color=NETWORK,
        markersize=4,
        capsize=2,
        label=name,
    )
    ax.plot(places + 0.15, law, "s", color=LAW, markersize=4, label="law")
    scale = np.abs(np.concatenate([law, values]))
    ax.set_yscale("symlog", linthresh=max(float(scale.max()) * 1e-4, 1e-300))
    ax.axhline(0, color=DATA, linewidth=0.6)
    _label(ax, labels)
    ax.set_ylabel("coefficient")
    ax.set_xlabel(index)
    ax.legend(frameon=False)
    return ax


def residuals(
    ax: Axes | None, labels: Sequence[str], values: Array, unit: str, *, name: str = "network", index: str = "multi-index"
) -> Axes:
    """Draw what the law leaves of each coefficient of the source `name`; in standard deviations a band marks two of them."""
    ax = shown() if ax is None else ax
    ax.bar(np.arange(len(labels)), values, color=NETWORK, width=0.7)
    ax.axhline(0, color=DATA, linewidth=0.6)
    if unit == "standard deviations":
        ax.axhspan(-2, 2, color=DATA, alpha=0.15, linewidth=0)
    _label(ax, labels)
    ax.set_ylabel(f"{name} − law ({unit})")
    ax.set_xlabel(index)
    return ax


def parity(ax: Axes | None, measured: Array, series: Sequence[tuple[str, Array]], label: str) -> Axes:
    """Draw predicted against measured values, one series for each name."""
    ax = shown() if ax is None else ax
    low, high = float(measured.min()), float(measured.max())
    ax.plot([low, high], [low, high], color=DATA, linewidth=0.8)
    for (name, values), colour, marker in zip(series, (NETWORK, LAW), "os", strict=False):
        ax.plot(measured, values, marker, color=colour, markersize=3.5, alpha=0.7, label=name)
    ax.set_xlabel(f"{label}, measured")
    ax.set_ylabel(f"{label}, predicted")
    ax.legend(frameon=False)
    return ax


def slice_with_bands(
    ax: Axes | None,
    lines: tuple[Array, Array, Array, Array | None],
    points: tuple[Array, Array] | None,
    labels: tuple[str, str],
) -> Axes:
    """Draw law and network along one variable: `lines` is (x, law, network, its standard errors), a band marks two of them."""
    ax = shown() if ax is None else ax
    x, law, values, errors = lines
    if points is not None:
        ax.plot(*points, ".", color=DATA, markersize=4, alpha=0.5, label="measured")
    ax.plot(x, values, color=NETWORK, label="network")
    if errors is not None:
        ax.fill_between(x, values - 2 * errors, values + 2 * errors, color=NETWORK, alpha=0.2, linewidth=0)
    ax.plot(x, law, "--", color=LAW, label="law")
    if x[0] > 0 and x[-1] > 10 * x[0]:
        ax.set_xscale("log")
    ax.set_xlabel(labels[0])
    ax.set_ylabel(labels[1])
    ax.legend(frameon=False)
    return ax


def _label(ax: Axes, labels: Sequence[str]) -> None:
    step = -(-len(labels) // _LABELS)
    ax.set_xticks(np.arange(0, len(labels), step), labels[::step], rotation=90 if len(labels) > 8 else 0, fontsize="small")


def svg(made: Figure, title: str) -> str:
    """Return a figure as one SVG element with a title for readers of the page; the same figure gives the same text."""
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": title}):
        made.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    body = text[text.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    salt = re.sub(r"\W+", "", title)
    body = re.sub(r'id="([^"]+)"', rf'id="{salt}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{salt}-\1)", body)
    body = re.sub(r'xlink:href="#([^"]+)"', rf'href="#{salt}-\1"', body)
    body = re.sub(r'\s+xmlns(:xlink)?="[^"]*"', "", body, count=2)
    first, rest = body.split(">", 1)
    first = re.sub(r'\s(width|height)="[^"]*"', "", first)
    return f'{first} role="img" aria-label="{title}">{rest}'.strip()
