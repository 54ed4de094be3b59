"""The result of a fit: the three records together, and how they show themselves."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from symseries.display import (
    Cell,
    TextTable,
    latex_name,
    latex_number,
    latex_uncertain,
    math_cell,
    name_cell,
    number,
    number_cell,
    text_cell,
    uncertain,
    uncertain_cell,
    write_text,
)
from symseries.errors import DataError, OptionError
from symseries.fitting import report, storage
from symseries.fitting.judge import REJECTED, Judged, probability
from symseries.fitting.prepare import Prepared
from symseries.fitting.solve import Solved
from symseries.layers import Pick
from symseries.names import symbol
from symseries.network import Network
from symseries.pages import latex_document, versions
from symseries.scalars import F64, Array
from symseries.series import Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

FORMAT = "symseries.fit"
VERSION = 1
_DIGITS = 4  # of coefficients in tables
_WIDTH = 100  # of text in a terminal
_ALL_DIGITS = 17  # of a float, to read it back as it is


@dataclass(frozen=True)
class Estimate:
    """A recovered constant: its value, standard error, confidence interval and unit; None where not known.

    The value is a float, or an exact SymPy rational where all that it comes from is rational.

    >>> print(Estimate(45.0512, 0.1234, (44.81, 45.29), "kJ/mol"))
    45.05 ± 0.12 kJ/mol
    """

    value: Any
    stderr: float | None = None
    interval: tuple[float, float] | None = None
    unit: str | None = None

    def __str__(self) -> str:
        return uncertain(self.value, self.stderr) + (f" {self.unit}" if self.unit else "")


@dataclass(frozen=True, repr=False, eq=False)
class Fit:
    """What a fit found: constants with their uncertainties, how they were found, and what a reader must know.

    `constants` maps each name to an `Estimate`; `covariance` and `correlation` (p, p) in the order of `law.constants`, None
    where not known; `residual` the Series alpha - beta(C); `misfit` its size relative to the source's variation; `chi2`, `dof`
    and `p_value` test the law against the network's own uncertainty; `baseline` is the direct fit of the law to the data;
    `versions` those of the packages that computed it. `from_json` reads what `to_json` wrote, and a fit pickles.

    >>> import symseries as ss
    >>> found = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, ss.Law("y = a + b*x", variables=("x",)))
    >>> print(found.table())
    constant     direct fit     95 % interval
    ─────────────────────────────────────────
    a         1.030 ± 0.079  0.68849 … 1.3715
    b         1.980 ± 0.042  1.7975 … 2.1625
    """

    prepared: Prepared
    solved: Solved
    judged: Judged
    level: float
    baseline: Fit | None = None
    remarks: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=versions)

    @cached_property
    def constants(self) -> dict[str, Estimate]:
        """Name → Estimate, in the order of the law."""
        errors = [None] * len(self.solved.values) if self.covariance is None else np.sqrt(np.diag(self.covariance)).tolist()
        rows = zip(self.prepared.law.constants, self.solved.values, errors, strict=True)
        units, reach = self.prepared.law.units, self._reach
        return {
            name: Estimate(value, error, None if error is None else _around(float(value), reach * error), units.get(name))
            for name, value, error in rows
        }

    @cached_property
    def _reach(self) -> float:
        """Half-width of the intervals in standard errors, Student's t."""
        from scipy.special import ndtri, stdtrit

        tail = (1 + self.level) / 2
        return float(ndtri(tail) if np.isinf(self.judged.freedom) else stdtrit(self.judged.freedom, tail))

    @property
    def covariance(self) -> Array | None:
        """Covariance of the constants, (p, p), or None."""
        return self.judged.covariance

    @property
    def correlation(self) -> Array | None:
        """Correlation of the constants, (p, p), or None."""
        if self.covariance is None:
            return None
        errors = np.sqrt(np.diag(self.covariance))
        return np.asarray(self.covariance / np.maximum(np.outer(errors, errors), 1e-300))

    @property
    def residual(self) -> Series:
        """The series alpha - beta(C)."""
        return Series(self.prepared.space, self.solved.residual, self.prepared.scalars)

    @property
    def misfit(self) -> float:
        """Distance of law and source relative to the source's variation about its mean."""
        return self.judged.misfit

    @property
    def chi2(self) -> float | None:
        """Chi-squared of the law against the uncertainty of the coefficients, or None."""
        return self.judged.chi2

    @property
    def dof(self) -> int | None:
        """Degrees of freedom of `chi2`, or None."""
        return self.judged.dof

    @property
    def p_value(self) -> float | None:
        """Probability of so large a `chi2` if the law holds, or None."""
        return self.judged.p_value

    @property
    def rejected(self) -> bool:
        """Whether the law is rejected: p < 0.01; False also where it is not tested."""
        return self.p_value is not None and self.p_value < REJECTED

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the constants must know, one sentence each."""
        return (*self.judged.warnings, *self.remarks)

    @property
    def method(self) -> str:
        """How the constants were found, in a sentence."""
        prepared = self.prepared
        parts = [*filter(None, [prepared.composed]), prepared.space.describe(), prepared.weighting, self.solved.method]
        return "; ".join(filter(None, [*parts, self._errors_in_words()]))

    def _errors_in_words(self) -> str:
        if self.covariance is None:  # a warning says why, but for exact values, which need none
            return f"no standard errors: {self.judged.reason}" if self.prepared.scalars.exact else ""
        if self.prepared.direct:
            return "standard errors from the variance of the residuals"
        widened = f", widened for the misfit (Birge factor {self.judged.birge:.3g})" if self.judged.birge > 1 else ""
        return f"standard errors by the delta method from the covariance of the weights{widened}"

    # --------------------------------------------------------------------------------------------------------- tables
    def table(self) -> TextTable:
        """Return the constants as a table, the direct fit beside them where there is one."""
        level = f"{100 * self.level:g} % interval"
        source = "direct fit" if self.prepared.direct else "network"
        beside = ["direct fit", "difference"] if self.baseline else []
        headers = ["constant", source, level, *beside, *(["unit"] if self._units else [])]
        rows = tuple(self._row(name, estimate) for name, estimate in self.constants.items())
        return TextTable(tuple(map(text_cell, headers)), rows)

    @property
    def _units(self) -> bool:
        return any(estimate.unit for estimate in self.constants.values())

    def _row(self, name: str, estimate: Estimate) -> tuple[Cell, ...]:
        cells = [name_cell(name), uncertain_cell(estimate.value, estimate.stderr), _interval_cell(estimate.interval)]
        if self.baseline:
            other = self.baseline.constants[name]
            cells += [uncertain_cell(other.value, other.stderr), _difference_cell(estimate.value, other)]
        return (*cells, text_cell(estimate.unit or "")) if self._units else tuple(cells)

    def coefficient_table(self) -> TextTable:
        """Return a row for each multi-index: the law's coefficient as a function of the constants, its value at those found,
        the source's coefficient with its standard error, and the difference in standard errors."""
        alpha, residual = self.prepared.alpha, F64.array(self.solved.residual)
        numbers = F64.array(alpha.elements[:, 0])
        errors = None if alpha.covariance is None else np.sqrt(np.maximum(np.diag(alpha.covariance), 0.0))
        functions = self._functions()
        rows = []
        for k, index in enumerate(self.prepared.space.multi_indices.tolist()):
            label = f"({', '.join(map(str, index))})"
            source = uncertain_cell(numbers[k], None if errors is None else errors[k])
            difference = number_cell(None if errors is None or errors[k] == 0 else residual[k] / errors[k], 3)
            rows.append((math_cell(label, label), functions[k], number_cell(numbers[k] - residual[k]), source, difference))
        name = "data" if self.prepared.direct else "network"
        index = "row, from 0" if self.prepared.space.order is None else "multi-index"
        headers = (index, "law", "law, fitted", name, "difference in standard errors")
        return TextTable(tuple(map(text_cell, headers)), tuple(rows), f"Coefficients: {self.prepared.space.describe()}")

    def _functions(self) -> list[Cell]:
        """Return the law's coefficients as cells; a dash where they have no closed form."""
        try:
            expressions = self.prepared.beta.coefficients
        except OptionError:
            return [text_cell("–")] * len(self.prepared.space)
        names = {symbol(n): latex_name(n) for n in self.prepared.law.constants}
        return [_expression_cell(e, names) for e in expressions]

    def summary(self) -> str:
        """Return the result as text for a terminal: law, source, constants, tests, warnings."""
        head = [_paragraph("law       ", str(self.prepared.law)), _paragraph("source    ", self._source())]
        tests = [_paragraph(f"{label:10}", line) for label, line in self._verdicts()]
        warnings = [_paragraph("warning   ", warning) for warning in self.warnings]
        return "\n".join([*head, _paragraph("method    ", self.method), "", self.table().to_text(), "", *tests, *warnings])

    __str__ = __repr__ = summary

    def _source(self) -> str:
        source, data = self.prepared.source, self.prepared.source.data
        rows = "" if data is None else f"{len(data)} rows of {data.source}"
        if not isinstance(source, Network):
            return rows
        return f"network ({', '.join(source.inputs)} -> {source.outputs[0]})" + (f", {rows}" if rows else "")

    def _verdicts(self) -> list[tuple[str, str]]:
        said = [("misfit", f"{self.misfit:.3g} of the variation of the {'data' if self.prepared.direct else 'network'}")]
        if self.chi2 is not None and self.p_value is not None:
            said.append(("test", f"chi2 = {self.chi2:.3g} on {self.dof} degrees of freedom, {probability(self.p_value)}"))
        return said + self._health()

    def _health(self) -> list[tuple[str, str]]:
        net = self.prepared.source
        if not isinstance(net, Network) or net.training is None:
            return []
        training, single = net.training, not any(isinstance(layer, Pick) for layer in net.layers)
        noise = [f"noise {number(training.noise, 3)}"] if single and not self.prepared.composed else []
        logs = [f"logarithm of {', '.join(training.logarithms)} as input"] if training.logarithms else []
        shares = f"R² {training.r2:.4f}, on data left out {training.heldout_r2:.4f}"
        cut = (
            [f"interrupted after {training.finished} of {training.wanted} starts"]
            if training.finished < training.wanted
            else []
        )
        return [("network", "; ".join([shares, *noise, f"{training.effective_weights:.1f} effective weights", *logs, *cut]))]

    # -------------------------------------------------------------------------------------------------------- exports
    def to_frame(self) -> DataFrame:
        """Return the constants as a DataFrame: value, stderr, interval, and where known the direct fit and the units.

        Raises `OptionError` where pandas is not installed.
        """
        return self._numbers().to_frame()

    def to_csv(self, path: str | Path | None = None) -> str:
        """Return the columns of `to_frame` as CSV text with all digits, and write it to `path` where one is given.

        What a spreadsheet would run as a formula is prefixed by an apostrophe. Raises `OptionError` for a path that cannot be
        written.
        """
        return _written(self._numbers().to_csv(), path)

    def to_markdown(self) -> str:
        """Return the table of constants in Markdown, the law above it and the warnings below."""
        constants = self.table()
        return TextTable(constants.headers, constants.rows, str(self.prepared.law), self.warnings).to_markdown()

    def _numbers(self) -> TextTable:
        """Return the constants as a table for programs: a number a cell."""
        beside = ["direct_value", "direct_stderr"] if self.baseline else []
        headers = ["constant", "value", "stderr", "lowest", "highest", *beside, *(["unit"] if self._units else [])]
        rows = tuple(self._line(name, estimate) for name, estimate in self.constants.items())
        return TextTable(tuple(map(text_cell, headers)), rows)

    def _line(self, name: str, estimate: Estimate) -> tuple[Cell, ...]:
        numbers = [estimate.value, estimate.stderr, *(estimate.interval or (None, None))]
        if self.baseline:
            numbers += [self.baseline.constants[name].value, self.baseline.constants[name].stderr]
        unit = [text_cell(str(estimate.unit or ""))] if self._units else []
        return (text_cell(name), *(number_cell(value, _ALL_DIGITS) for value in numbers), *unit)

    def to_latex(self, *, document: bool = False) -> str:
        """Return the law, the law with its values, the table of constants and that of coefficients as LaTeX.

        The table of coefficients is left out over the rows themselves, where it is the table of measurements once more.

        With `document=True` it compiles alone; without it, load amsmath, booktabs and longtable.
        """
        constants = self.table()
        captioned = TextTable(constants.headers, constants.rows, f"Constants of the law, {100 * self.level:g} % intervals")
        lines = f"{self.prepared.law.to_latex()} \\\\\n{self._with_values()}"
        law = f"\\begin{{gather*}}\n{lines}\n\\end{{gather*}}\n"
        # at the rows themselves coefficients are the table of measurements once more
        coefficients = [] if self.prepared.space.order is None else [self.coefficient_table().to_latex()]
        parts = [law, captioned.to_latex(), *coefficients]
        return latex_document(parts) if document else "\n".join(parts)

    def _with_values(self) -> str:
        """Return the law with its constants replaced by the values found, to the digits that their errors allow."""
        law = self.prepared.law
        numbers = {symbol(name): _shortened(e.value, e.stderr) for name, e in self.constants.items()}
        return law.latex_of(law.expression.xreplace(numbers))

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the result as JSON text, and write it to `path` where one is given; `Fit.from_json` reads it back.

        It holds constants, covariance, tests, method, warnings, the direct fit and what it was computed with, for whoever
        reads JSON; and under "records" both sides, the source and its data, from which a fit is made again.
        """
        text = storage.to_text(self.to_dict())
        if path is not None:
            write_text(path, text + "\n")
        return text

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain lists and numbers."""
        data = self.prepared.source.data
        return {
            "format": FORMAT, "version": VERSION, "law": str(self.prepared.law),
            "known": {name: str(value) for name, value in self.prepared.law.known.items()},
            "source": self._source(), "space": self.prepared.space.describe(),
            "constants": {name: _estimate_record(e) for name, e in self.constants.items()},
            "covariance": None if self.covariance is None else self.covariance.tolist(),
            "level": float(self.level), "misfit": storage.real(self.misfit), "chi2": storage.real(self.chi2), "dof": self.dof,
            "p_value": storage.real(self.p_value), "method": self.method, "warnings": list(self.warnings),
            "provenance": {"versions": dict(self.versions), "data": None if data is None else data.digest},
            "remarks": list(self.remarks), "records": storage.records(self.prepared, self.solved, self.judged),
            "baseline": None if self.baseline is None else self.baseline.to_dict(),
        }  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> Fit:
        """Return the fit that `to_json` wrote: nothing is computed anew, and it shows what the written one showed.

        Raises `DataError` naming the place for text that is damaged, of another format or version, or whose parts do not fit
        together; `ResourceLimitError` for text that is too long.

        >>> import symseries as ss
        >>> found = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, ss.Law("y = a + b*x", variables=("x",)))
        >>> ss.Fit.from_json(found.to_json()).constants["b"] == found.constants["b"]
        True
        """
        return cls.from_dict(storage.from_json(text))

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Fit:
        """Return the fit that `to_dict` wrote; errors are those of `from_json`."""
        return cls(**storage.read(record, FORMAT, VERSION), baseline=cls._read_baseline(record))._checked(record)

    @classmethod
    def _read_baseline(cls, record: Mapping[str, Any]) -> Fit | None:
        baseline = storage.entry(record, "baseline", None, "top")
        if baseline is None:
            return None
        with storage.place("baseline"):
            return cls.from_dict(storage.entry(record, "baseline", dict, "top"))

    def _checked(self, record: Mapping[str, Any]) -> Fit:
        """Refuse a text whose constants were changed by hand, or whose direct fit is of another law."""
        held = {name: _estimate_record(estimate)["value"] for name, estimate in self.constants.items()}
        with storage.place("constants"):
            written = {name: one["value"] for name, one in storage.entry(record, "constants", dict, "top").items()}
            for name in {**held, **written}:
                if held.get(name) != written.get(name):
                    said = f"{name} is {str(written.get(name))[:40]} and the records say {held.get(name)}"
                    raise DataError(f"{said}; expected the text as Fit.to_json wrote it")
        if self.baseline is not None and list(self.baseline.constants) != list(held):
            raise DataError("fit, baseline: it has other constants; expected the direct fit of the same law")
        return self

    def __reduce__(self) -> tuple[Callable[[Mapping[str, Any]], Fit], tuple[dict[str, Any]]]:
        return Fit.from_dict, (self.to_dict(),)

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the report as one self-contained HTML page, and write it to `path` where one is given.

        Its sections are the seven steps from the data to what remains unexplained, warnings first. `OptionError` where
        matplotlib is missing.
        """
        return _written(report.page(self), path)

    def plot(self, kind: str | None = None, *, ax: Axes | None = None, variable: str | None = None) -> Any:
        """Draw a figure and return its axes, or the four of them, an array (2, 2), where neither kind nor axes are named.

        `kind` is "coefficients" (both sides with error bars), "residual" (by multi-index), "predicted" (against measured) or
        "slice" (along `variable`, other inputs at their medians, with bands); `ax` are matplotlib axes to draw on.
        """
        return report.plot(self, kind, ax, variable)

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def _repr_latex_(self) -> str:
        law = self.prepared.law
        rows = (f"{latex_name(n)} &= {latex_uncertain(e.value, e.stderr)}" for n, e in self.constants.items())
        return "$\\begin{aligned} & " + law.to_latex() + r" \\ " + r" \\ ".join(rows) + "\\end{aligned}$"


def _written(text: str, path: str | Path | None) -> str:
    if path is not None:
        write_text(path, text)
    return text


def _paragraph(label: str, text: str) -> str:
    """Return a label and its text, wrapped under it."""
    kept = text.replace(" = ", "\0=\0")  # no line ends within an equation
    indent = " " * len(label)
    lines = textwrap.fill(kept, _WIDTH, initial_indent=label, subsequent_indent=indent, break_on_hyphens=False)
    return lines.replace("\0", " ")


def _around(value: float, half: float) -> tuple[float, float]:
    return value - half, value + half


def _shortened(value: Any, stderr: float | None) -> sympy.Expr:
    """Return a constant with the digits that its standard error leaves, two of them uncertain; six where none is known."""
    if isinstance(value, sympy.Rational):
        return value
    size = abs(float(value))
    digits = 6 if not stderr or not size else int(np.clip(np.floor(np.log10(size)) - np.floor(np.log10(stderr)) + 2, 2, 15))
    return sympy.Float(float(value), digits)


def _interval_cell(interval: tuple[float, float] | None) -> Cell:
    if interval is None:
        return Cell("–", align="right")
    low, high = (number(v, 5) for v in interval)
    return Cell(f"{low} … {high}", f"${latex_number(interval[0], 5)} \\ldots {latex_number(interval[1], 5)}$", align="right")


def _difference_cell(value: Any, other: Estimate) -> Cell:
    if not other.stderr:
        return Cell("–", align="right")
    difference = (float(value) - float(other.value)) / other.stderr
    text = f"{difference:+.2f}".replace("-0.00", "+0.00") if abs(difference) < 1000 else "beyond 1000"
    return Cell(f"{text} se", f"${text}\\,\\mathrm{{se}}$", align="right")


def _expression_cell(expression: sympy.Expr, names: Mapping[sympy.Symbol, str]) -> Cell:
    rounded = {f: _rounded(f) for f in expression.atoms(sympy.Float)}
    shown = expression.xreplace(rounded)
    return math_cell(str(shown), sympy.latex(shown, symbol_names=names))


def _rounded(value: sympy.Float) -> sympy.Number:
    """Return a number with few digits; one that is whole up to rounding is whole."""
    whole = round(float(value))
    return sympy.Integer(whole) if abs(float(value) - whole) < 1e-12 else sympy.Float(float(value), _DIGITS)


def _estimate_record(estimate: Estimate) -> dict[str, Any]:
    exact = isinstance(estimate.value, sympy.Rational)
    interval = None if estimate.interval is None else [storage.real(bound) for bound in estimate.interval]
    record = {"value": str(estimate.value) if exact else estimate.value, "stderr": storage.real(estimate.stderr)}
    return record | {"interval": interval, "unit": None if estimate.unit is None else str(estimate.unit)}
