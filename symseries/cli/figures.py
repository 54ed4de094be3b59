"""Figures of a fit as files: which are drawn, and in which format."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

from symseries import plotting
from symseries.errors import OptionError, listing
from symseries.fields import constant_field
from symseries.fitting import Fit, report
from symseries.laws import Law
from symseries.network import Network

Draw = Callable[[Any], Any]
"""Axes → whatever was drawn on them."""

KINDS = (*report.KINDS, "profiles", "contours", "fields")
FORMATS = ("png", "pdf", "svg")
_SIDE = 4  # constants whose pairs are drawn as contours: six figures
_POINTS = 15  # along each axis of a contour
_DATED = {"svg": "Date", "pdf": "CreationDate"}


def check_format(path: Path) -> None:
    """Refuse a name that says no format, before anything is computed."""
    if path.suffix.removeprefix(".").lower() not in FORMATS:
        raise OptionError(f"--plot {path}: expected a name that ends with {listing(f'.{name}' for name in FORMATS)}")


def picture(path: Path, draws: Iterable[Draw]) -> bytes:
    """Return figures side by side in the format of a file's name; the same figures give the same bytes."""
    jobs = list(draws)
    columns = math.ceil(math.sqrt(len(jobs)))
    rows = math.ceil(len(jobs) / columns)
    made, axes = plotting.figure(5.5 * columns, 4.0 * rows, rows, columns)
    places = [axes] if len(jobs) == 1 else list(axes.flat)
    for draw, place in zip(jobs, places, strict=False):
        draw(place)
    for place in places[len(jobs) :]:
        place.set_axis_off()
    return _bytes(made, path.suffix.removeprefix(".").lower())


def _bytes(made: Any, form: str) -> bytes:
    import matplotlib as mpl

    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "symseries"}):
        made.savefig(buffer, format=form, dpi=150, metadata={_DATED[form]: None} if form in _DATED else None)
    return buffer.getvalue()


def figures_of(found: Fit, source: object, law: Law, kind: str | None) -> list[Draw]:
    """Return what draws the figures of a kind, of those that every fit has where none is named."""
    if kind not in _MANY:
        kinds = report.available(found) if kind is None else (kind,)
        return [lambda ax, name=name: found.plot(name, ax=ax) for name in kinds]  # type: ignore[misc]
    return _MANY[kind](found, source, law)


def _profiles(found: Fit, source: object, law: Law) -> list[Draw]:
    return [found.profile(name).plot for name in _free(found, 1)]


def _contours(found: Fit, source: object, law: Law) -> list[Draw]:
    return [found.contour(*pair, points=_POINTS).plot for pair in combinations(_free(found, 2)[:_SIDE], 2)]


def _fields(found: Fit, source: object, law: Law) -> list[Draw]:
    if not isinstance(source, Network):
        raise OptionError("--kind fields: a constant field belongs to a network; leave --direct out")
    field = constant_field(source, law)
    return [lambda ax, name=name: field.plot(ax, name=name) for name in field.values]  # type: ignore[misc]


_MANY = {"profiles": _profiles, "contours": _contours, "fields": _fields}


def _free(found: Fit, least: int) -> list[str]:
    """Return the constants with a standard error, which sets the scale of a profile."""
    names = [name for name, estimate in found.constants.items() if estimate.stderr]
    if len(names) < least:
        raise OptionError(f"--plot: {len(names)} constants have a standard error; expected at least {least} for such a figure")
    return names
