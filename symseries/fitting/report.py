"""The report of a fit: one HTML page, the seven steps of the method as its sections, and the figures by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from symseries import plotting
from symseries.display import Cell, TextTable, math_cell, number, number_cell, text_cell
from symseries.displayed import ResultTable, Shown, labelled, tabled
from symseries.errors import OptionError, SymseriesError, listing, suggestion
from symseries.fitting import lawtests
from symseries.laws import values_at
from symseries.network import Network, measured_column
from symseries.pages import Section, definitions, folded, graphic, html_page, mathml, mathml_name, paragraph, scrolled
from symseries.scalars import F64, Array
from symseries.spaces import EmpiricalSpace

if TYPE_CHECKING:
    from symseries.fitting.result import Fit

_POINTS = 120  # of a slice
_FIRST = 10  # coefficients of the law in its own section; section 7 holds them all
KINDS = ("coefficients", "residual", "predicted", "slice")


# ------------------------------------------------------------------------------------------------------------ figures
def plot(fit: Fit, kind: str | None, ax: Any, variable: str | None) -> Any:
    """Draw one figure on axes, or all four on new ones where no kind is named, and return the axes."""
    if kind is None and ax is None:
        places = plotting.shown(11, 8, 2, 2)
        for name, place in zip(KINDS, places.flat, strict=True):
            if name in available(fit):
                plot(fit, name, place, None)
            else:
                place.set_axis_off()
        return places
    kind = kind or "coefficients"
    if kind not in KINDS:
        raise OptionError(f"plot: kind={kind!r}{suggestion(kind, KINDS)}; expected {listing(KINDS)}")
    if kind not in available(fit):
        raise OptionError(f"plot: kind={kind!r} needs the data of the network; pass data= to fit, or choose 'coefficients'")
    return _DRAW[kind](fit, ax, variable)


def available(fit: Fit) -> tuple[str, ...]:
    """Return the kinds of figures that a fit has: two of them need data."""
    return KINDS[:2] if fit.prepared.source.data is None else KINDS


def _coefficients(fit: Fit, ax: Any, variable: str | None) -> Any:
    alpha, residual = _sides(fit)
    return plotting.coefficients(ax, _labels(fit), alpha - residual, (alpha, _errors(fit)), _side(fit), index=_index(fit))


def _residual(fit: Fit, ax: Any, variable: str | None) -> Any:
    """Draw what the table of residuals holds, in the standard deviations of that table."""
    _, residual = _sides(fit)
    errors = lawtests.residual_errors(fit.prepared, fit.solved)
    if errors is None or not (errors > 0).all():
        return plotting.residuals(ax, _labels(fit), residual, "its own unit", name=_side(fit), index=_index(fit))
    return plotting.residuals(ax, _labels(fit), residual / errors, "standard deviations", name=_side(fit), index=_index(fit))


def _predicted(fit: Fit, ax: Any, variable: str | None) -> Any:
    source, data = fit.prepared.source, fit.prepared.source.data
    assert data is not None  # noqa: S101 - checked by the caller
    law = _law_values(fit, data.matrix(source.inputs), source.inputs)
    series = [("law", law)] if fit.prepared.direct else [("network", source(data)), ("law", law)]  # type: ignore[operator]
    return plotting.parity(ax, _target(fit), series, _target_label(fit))


def _slice(fit: Fit, ax: Any, variable: str | None) -> Any:
    """Draw the network and the law along one variable, the other inputs held at their medians."""
    source, data, law = fit.prepared.source, fit.prepared.source.data, fit.prepared.law
    assert data is not None  # noqa: S101 - checked by the caller
    inputs: tuple[str, ...] = source.inputs
    name = variable or (law.used or inputs)[0]
    if name not in inputs:
        raise OptionError(f"plot: variable={name!r}{suggestion(name, inputs)}; expected one of {listing(inputs)}")
    column = data[name]
    wide = column.min() > 0 and column.max() > 10 * column.min()
    x = np.geomspace(column.min(), column.max(), _POINTS) if wide else np.linspace(column.min(), column.max(), _POINTS)
    points = np.tile(np.median(data.matrix(inputs), axis=0), (_POINTS, 1))
    points[:, inputs.index(name)] = x
    labels = (name if len(inputs) == 1 else f"{name}, other inputs at their medians", _target_label(fit))
    measured = (column, _target(fit)) if len(inputs) == 1 else None
    curve = _law_values(fit, points, inputs)
    if fit.prepared.direct:
        return plotting.slice_with_bands(ax, (x, curve, curve, None), measured, labels)
    lines = (x, curve, source(points), _band(source, points))  # type: ignore[arg-type, operator]
    return plotting.slice_with_bands(ax, lines, measured, labels)


_DRAW = {"coefficients": _coefficients, "residual": _residual, "predicted": _predicted, "slice": _slice}


def _band(net: Network, points: Array) -> Array | None:
    """Return the standard errors of the network's values, where the covariance of its weights is known."""
    if net.covariance is None:
        return None
    jacobian = net.jacobian(points)[0]
    return np.asarray(np.sqrt(np.maximum(np.einsum("np,pq,nq->n", jacobian, net.covariance, jacobian), 0.0)))


def _sides(fit: Fit) -> tuple[Array, Array]:
    return F64.array(fit.prepared.alpha.elements[:, 0]), F64.array(fit.solved.residual)


def _errors(fit: Fit) -> Array | None:
    covariance = fit.prepared.alpha.covariance
    return None if covariance is None else np.sqrt(np.maximum(np.diag(covariance), 0.0))


def _side(fit: Fit) -> str:
    return "data" if fit.prepared.direct else "network"


def _index(fit: Fit) -> str:
    """Return what the coefficients are counted by."""
    return "row, from 0" if fit.prepared.space.order is None else "multi-index"


def _labels(fit: Fit) -> list[str]:
    return [",".join(map(str, row)) for row in fit.prepared.space.multi_indices.tolist()]


def _law_values(fit: Fit, points: Array, names: tuple[str, ...]) -> Array:
    constants = {name: estimate.value for name, estimate in fit.constants.items()}
    return values_at((fit.prepared.law.formula,), points, names, constants, F64)[:, 0]


def _output(fit: Fit) -> tuple[str, str | None]:
    source = fit.prepared.source
    return measured_column(source.outputs[0]) if isinstance(source, Network) else (source.target, source.transform)  # type: ignore[attr-defined]


def _target(fit: Fit) -> Array:
    column, transform = _output(fit)
    data = fit.prepared.source.data
    assert data is not None  # noqa: S101 - checked by the caller
    return np.log(data[column]) if transform else data[column]


def _target_label(fit: Fit) -> str:
    column, transform = _output(fit)
    return f"ln {column}" if transform else column


# --------------------------------------------------------------------------------------------------------------- page
def page(fit: Fit, further: Mapping[str, Shown | ResultTable] | None = None) -> str:
    """Return the report as one self-contained HTML page, with results `further` asked for under headings of their own.

    Raises `OptionError` where matplotlib is missing.
    """
    law = fit.prepared.law
    target = f" for {law.target}" if law.target else ""
    sections = [
        _data(fit),
        _network(fit),
        _expansion(fit),
        _law(fit),
        _law_expansion(fit),
        _constants(fit),
        _residuals(fit),
        *(_further(heading, result) for heading, result in (further or {}).items()),
        _provenance(fit),
    ]
    return html_page(f"Constants of the law{target}", fit.warnings, [section for section in sections if section])


def _svg(fit: Fit, kind: str, caption: str, variable: str | None = None) -> str:
    made, ax = plotting.figure(7.0, 4.0)
    plot(fit, kind, ax, variable)
    return graphic(plotting.svg(made, caption), caption)


def _data(fit: Fit) -> Section | None:
    data = fit.prepared.source.data
    if data is None:
        return None
    headers = tuple(map(text_cell, ("column", "lowest", "median", "highest")))
    rows = tuple((text_cell(n), *(number_cell(float(f(data[n]))) for f in (np.min, np.median, np.max))) for n in data.names)
    dropped = f" {data.dropped} rows with missing values were left out." if data.dropped else ""
    said = paragraph(f"{len(data)} rows of {data.source}.{dropped}")
    comments = [folded(f"{len(data.comments)} comment lines of the file", data.comments)] if data.comments else []
    return Section("1. Data", (said, scrolled(TextTable(headers, rows).to_html()), *comments))


def _network(fit: Fit) -> Section:
    source = fit.prepared.source
    if not isinstance(source, Network):
        return Section("2. Network", (paragraph("None: the law was fitted to the data directly."),))
    layers = paragraph(f"{listing(source.inputs)} → {source.outputs[0]}; layers: {', '.join(map(_layer_text, source.layers))}.")
    report = source.training
    if report is None:
        return Section("2. Network", (layers, paragraph("It carries no report of its training.")))
    facts = {
        "R² at the data": f"{report.r2:.4f}",
        "R² on data left out": f"{report.heldout_r2:.4f}",
        "residual": f"{number(report.rmse, 4)} (left out: {number(report.heldout_rmse, 4)})",
        "noise": number(report.noise, 4),
        "effective weights": f"{report.effective_weights:.1f} for {report.rows} measurements",
        "distance to the optimum": f"{report.distance:.2g} standard errors",
        "inputs in their logarithm": listing(report.logarithms) or "none",
    }
    return Section("2. Network", (layers, definitions(facts), _svg(fit, "predicted", "Predicted against measured.")))


def _layer_text(layer: Any) -> str:
    shape = getattr(getattr(layer, "weights", None), "shape", None)
    name = getattr(layer, "name", None) or type(layer).__name__
    return f"{name} {shape[0]} × {shape[1]}" if shape else str(name)


def _expansion(fit: Fit) -> Section:
    space = fit.prepared.space
    said = [paragraph(f"Both sides are expanded over one space: {space.describe()}.")]
    if isinstance(space, EmpiricalSpace) and space.nodal:
        said.append(paragraph("Its coefficients are the values at the rows themselves."))
    return Section("3. Series of the network", tuple(said))


def _law(fit: Fit) -> Section:
    law = fit.prepared.law
    left = "" if law.target is None else mathml_name(law.target, law.transform)
    known = {name: number(float(value), 10) for name, value in law.known.items()}
    blocks = [
        mathml(law.expression, left),
        definitions({"constants": listing(law.constants), "variables": listing(law.used), **known}),
    ]
    return Section("4. Law", tuple(blocks))


def _law_expansion(fit: Fit) -> Section:
    try:
        coefficients = fit.prepared.beta.coefficients
    except SymseriesError as reason:
        return Section("5. Series of the law", (paragraph(str(reason)),))
    shown = list(zip(_labels(fit), coefficients, strict=False))[:_FIRST]
    rows = tuple((math_cell(f"({label})", label), _plain_cell(value)) for label, value in shown)
    table = TextTable((text_cell(_index(fit)), text_cell("coefficient")), rows, "Coefficients as functions of the constants")
    more = len(fit.prepared.space) - len(shown)
    rest = [paragraph(f"… and {more} more, in the table of section 7.")] if more else []
    return Section("5. Series of the law", (scrolled(table.to_html()), *rest))


def _plain_cell(value: sympy.Expr) -> Cell:
    rounded = value.xreplace({f: sympy.Float(float(f), 5) for f in value.atoms(sympy.Float)})
    return text_cell(str(rounded))


def _constants(fit: Fit) -> Section:
    blocks = [scrolled(fit.table().to_html()), paragraph(f"Method: {fit.method}.")]
    if fit.baseline is not None:
        blocks.append(
            paragraph(
                "The direct fit of the law to the data stands beside: of a correct law a network gives no better constants."
            )
        )
    if fit.regularisation:
        moved = listing(f"{name} {shift:+.2g}" for name, shift in fit.regularisation.items())
        blocks.append(paragraph(f"The regularisation of the training moved the constants, in standard errors: {moved}."))
    if fit.correlation is not None and len(fit.constants) > 1:
        blocks.append(scrolled(fit.correlation_table().to_html()))
    variables = fit.prepared.law.used if fit.prepared.source.data is not None else ()
    blocks += [
        _svg(fit, "slice", f"Network and law along {name}; the band is two standard errors.", name) for name in variables
    ]
    return Section("6. Constants", tuple(blocks))


def _residuals(fit: Fit) -> Section:
    facts = {"misfit": f"{fit.misfit:.3g} of the source's variation", "scores": fit.scores.words}
    facts |= {
        test.name: test.words for test in (lawtests.chi_squared_test(fit), lawtests.f_test(fit)) if test.p_value is not None
    }
    figures = [
        _svg(fit, "coefficients", "Coefficients of both sides with two standard errors."),
        _svg(fit, "residual", f"What the law leaves unexplained, by {_index(fit).split(',')[0]}."),
    ]
    strongest = scrolled(fit.residual_table().to_html())
    return Section("7. What remains", (definitions(facts), *figures, strongest, scrolled(fit.coefficient_table().to_html())))


def _further(heading: str, result: Shown | ResultTable) -> Section:
    if isinstance(result, TextTable):
        return Section(heading, (scrolled(result.to_html()),))
    warned = () if result.noted else result.warnings
    said = map(paragraph, map(labelled, result.sentences()))
    blocks = (*said, scrolled(tabled(result.paged())), *map(paragraph, warned))
    draw = getattr(result, "plot", None)
    if draw is None:
        return Section(heading, blocks)
    made, ax = plotting.figure(7.0, 4.0)
    draw(ax=ax)
    return Section(heading, (*blocks, graphic(plotting.svg(made, heading), f"{heading}.")))


def _provenance(fit: Fit) -> Section:
    data = fit.prepared.source.data
    digest = {} if data is None else {"data (SHA-256)": data.digest}
    training = getattr(fit.prepared.source, "training", None)
    seed = {} if training is None or training.seed is None else {"seed of the training": str(training.seed)}
    return Section("Provenance", (definitions({**fit.versions, "space": fit.prepared.space.describe(), **seed, **digest}),))
