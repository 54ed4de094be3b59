"""The tables of a fit: constants, coefficients, correlations, and the constants for programs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import sympy

from symseries.display import (
    Cell,
    TextTable,
    formula_lines,
    latex_digits,
    latex_name,
    math_cell,
    name_cell,
    number_cell,
    text_cell,
    uncertain,
    uncertain_cell,
)
from symseries.errors import OptionError, listing
from symseries.fitting.estimate import Estimate, difference_cell, interval_cell, shortened
from symseries.fitting.estimate import value_cell as decimal_cell
from symseries.fitting.judge import probability
from symseries.fitting.prepare import Prepared
from symseries.names import symbol
from symseries.scalars import F64

if TYPE_CHECKING:
    from symseries.fitting.result import Fit

_DIGITS = 4  # of coefficients in tables
_ALL_DIGITS = 17  # of a float, to read it back as it is
_FRACTION = 16  # characters of a fraction that is shown as it is
_LAW = 60  # characters of a law in one line
_SHOWN = 4  # constants in one line
_SLOPPY = 0.95  # correlation from which two constants are said to be determined together only
_CHOICE = re.compile(r"order \d+ chosen: ")
_BESIDE = re.compile(r"beside a free polynomial of degree (\d+) in ([^;]+)")


def choices(prepared: Prepared) -> tuple[str, ...]:
    """Return what was chosen on the way, such as an order: it belongs to the method and is nothing to be warned of."""
    return tuple(note for note in prepared.notes if _CHOICE.match(note))


def cautions(prepared: Prepared) -> tuple[str, ...]:
    """Return the notes that a reader must know of, without the choices."""
    return tuple(note for note in prepared.notes if not _CHOICE.match(note))


def law_line(prepared: Prepared) -> str:
    """Return the law as text, a free polynomial beside it by its order, variables and number of terms."""
    law, beside = prepared.law, _BESIDE.match(prepared.composed)
    if beside is None:
        return str(law)
    others = {symbol(name) for name in beside[2].split(", ")} & set(map(symbol, law.variables))
    free = [symbol(name) for name in law.constants if name.startswith("free_")]
    free = [name for name in free if law.expression.diff(name).free_symbols <= others]
    bare = law.expression.xreplace(dict.fromkeys(free, sympy.Integer(0)))
    left, equals, _ = str(law).rpartition(" = ")
    terms = f"{len(free)} term{'s' * (len(free) > 1)}"
    return f"{left}{equals}{bare} + polynomial of order {beside[1]} in {beside[2]} ({terms})"


def law_latex(fit: Fit) -> str:
    """Return the law, and the law with the values found, as displayed mathematics in lines that fit a page."""
    law = fit.prepared.law
    numbers = {symbol(name): shortened(e.value, e.stderr) for name, e in fit.constants.items()}
    formulas = (law.to_latex(), law.latex_of(law.expression.xreplace(numbers)))
    both = " \\\\\n".join(map(_displayed, formulas))
    return f"\\begin{{gather*}}\n{both}\n\\end{{gather*}}\n"


def _displayed(formula: str) -> str:
    first, *others = formula_lines(formula)
    if not others:
        return formula
    aligned = first.replace(" = ", " &= ", 1) if " = " in first else f"& {first}"
    return "\\begin{aligned}" + r" \\ & \quad ".join([aligned, *others]) + "\\end{aligned}"


def one_line(fit: Fit) -> str:
    """Return law, number of constants, the first of them with their errors, and what the test says, in one line."""
    law, count, names = law_line(fit.prepared), len(fit.constants), list(fit.constants)[:_SHOWN]
    shown = f"{law[: _LAW - 1]}…" if len(law) > _LAW else law
    values = [f"{name} = {uncertain(fit.constants[name].value, fit.constants[name].stderr)}" for name in names]
    more = [f"{count - _SHOWN} more"] if count > _SHOWN else []
    constants = f"{count} constant{'s' * (count != 1)}: {', '.join(values + more)}"
    return f"<Fit: {shown}; {constants}; {_verdict(fit)}>"


def _verdict(fit: Fit) -> str:
    if fit.p_value is None:
        return f"not tested, misfit {fit.misfit:.3g}"
    return f"{'rejected' if fit.rejected else 'not rejected'}, {probability(fit.p_value)}"


def value_cell(estimate: Estimate) -> Cell:
    """Return a constant with its standard error as a cell; beside a fraction that is short stand its decimals.

    >>> value_cell(Estimate(sympy.Rational(7, 3))).plain, value_cell(Estimate(sympy.Rational(7, 3), 0.05)).plain
    ('7/3 (2.33333)', '7/3 (2.333 ± 0.050)')
    """
    value = estimate.value
    text = str(value)
    if not isinstance(value, sympy.Rational) or len(text) > _FRACTION or (value.is_Integer and not estimate.stderr):
        return decimal_cell(estimate)
    decimals = uncertain(float(value), estimate.stderr)
    return Cell(f"{text} ({decimals})", f"${latex_digits(text)} \\; ({latex_digits(decimals)})$", align="right")


def constants_table(fit: Fit) -> TextTable:
    """Return the constants as a table, the direct fit beside them where there is one."""
    level = f"{100 * fit.level:g} % interval"
    source = "direct fit" if fit.prepared.direct else "network"
    beside = ["direct fit", "difference"] if fit.baseline else []
    headers = ["constant", source, level, *beside, *(["unit"] if _units(fit) else []), *(["note"] if _notes(fit) else [])]
    rows = tuple(_row(fit, name, estimate) for name, estimate in fit.constants.items())
    return TextTable(tuple(map(text_cell, headers)), rows)


def _units(fit: Fit) -> bool:
    return any(estimate.unit for estimate in fit.constants.values())


def _notes(fit: Fit) -> bool:
    return any(estimate.note for estimate in fit.constants.values())


def _row(fit: Fit, name: str, estimate: Estimate) -> tuple[Cell, ...]:
    cells = [name_cell(name), value_cell(estimate), interval_cell(estimate.interval)]
    if fit.baseline:
        other = fit.baseline.constants[name]
        cells += [value_cell(other), difference_cell(estimate.value, other)]
    cells += [text_cell(estimate.unit or "")] if _units(fit) else []
    return (*cells, text_cell(estimate.note)) if _notes(fit) else tuple(cells)


def coefficient_table(fit: Fit) -> TextTable:
    """Return a row for each multi-index: the law's coefficient as a function of the constants, its value at those found,
    the source's coefficient with its standard error, and the difference in standard errors."""
    alpha, residual = fit.prepared.alpha, F64.array(fit.solved.residual)
    numbers = F64.array(alpha.elements[:, 0])
    errors = None if alpha.covariance is None else np.sqrt(np.maximum(np.diag(alpha.covariance), 0.0))
    functions = _functions(fit)
    rows = []
    for k, index in enumerate(fit.prepared.space.multi_indices.tolist()):
        label = f"({', '.join(map(str, index))})"
        source = uncertain_cell(numbers[k], None if errors is None else errors[k])
        difference = number_cell(None if errors is None or errors[k] == 0 else residual[k] / errors[k], 3)
        rows.append((math_cell(label, label), functions[k], number_cell(numbers[k] - residual[k]), source, difference))
    name = "data" if fit.prepared.direct else "network"
    index = "row, from 0" if fit.prepared.space.order is None else "multi-index"
    headers = (index, "law", "law, fitted", name, "difference in standard errors")
    return TextTable(tuple(map(text_cell, headers)), tuple(rows), f"Coefficients: {fit.prepared.space.describe()}")


def _functions(fit: Fit) -> list[Cell]:
    """Return the law's coefficients as cells; a dash where they have no closed form."""
    try:
        expressions = fit.prepared.beta.coefficients
    except OptionError:
        return [text_cell("–")] * len(fit.prepared.space)
    names = {symbol(n): latex_name(n) for n in fit.prepared.law.constants}
    return [_expression_cell(e, names) for e in expressions]


def _expression_cell(expression: sympy.Expr, names: Mapping[sympy.Symbol, str]) -> Cell:
    rounded = {f: _rounded(f) for f in expression.atoms(sympy.Float)}
    shown = expression.xreplace(rounded)
    return math_cell(str(shown), sympy.latex(shown, symbol_names=names))


def _rounded(value: sympy.Float) -> sympy.Number:
    """Return a number with few digits; one that is whole up to rounding is whole."""
    whole = round(float(value))
    return sympy.Integer(whole) if abs(float(value) - whole) < 1e-12 else sympy.Float(float(value), _DIGITS)


def correlation_table(fit: Fit) -> TextTable:
    """Return the correlations of the constants that were free; `OptionError` where they are not known."""
    matrix = fit.correlation
    if matrix is None:
        raise OptionError(f"correlation: there is none, {fit.judged.reason}")
    free = [i for i, name in enumerate(fit.constants) if fit.constants[name].stderr]
    names = list(fit.constants)
    rows = tuple((name_cell(names[i]), *(number_cell(round(float(matrix[i, j]), 3), 3) for j in free)) for i in free)
    return TextTable((text_cell("correlation"), *(name_cell(names[j]) for j in free)), rows)


def estimates_table(estimates: Mapping[str, Estimate]) -> TextTable:
    """Return estimates as a table for programs: value, standard error and limits."""
    headers = tuple(map(text_cell, ("constant", "value", "stderr", "lowest", "highest")))
    rows = [
        (text_cell(name), *(number_cell(v, _ALL_DIGITS) for v in (e.value, e.stderr, *(e.interval or (None, None)))))
        for name, e in estimates.items()
    ]
    return TextTable(headers, tuple(rows))


def numbers_table(fit: Fit) -> TextTable:
    """Return the constants as a table for programs: a number a cell."""
    beside = ["direct_value", "direct_stderr"] if fit.baseline else []
    headers = ["constant", "value", "stderr", "lowest", "highest", *beside, *(["unit"] if _units(fit) else [])]
    rows = tuple(_line(fit, name, estimate) for name, estimate in fit.constants.items())
    return TextTable(tuple(map(text_cell, headers)), rows)


def _line(fit: Fit, name: str, estimate: Estimate) -> tuple[Cell, ...]:
    numbers = [estimate.value, estimate.stderr, *(estimate.interval or (None, None))]
    if fit.baseline:
        numbers += [fit.baseline.constants[name].value, fit.baseline.constants[name].stderr]
    unit = [text_cell(str(estimate.unit or ""))] if _units(fit) else []
    return (text_cell(name), *(number_cell(value, _ALL_DIGITS) for value in numbers), *unit)


def digits(found: Fit) -> list[tuple[str, str]]:
    """Return the constants that were polished with all their digits, a line of the summary each."""
    texts = [f"{name} = {estimate.digits}" for name, estimate in found.constants.items() if estimate.digits]
    return [("" if place else "polished", text) for place, text in enumerate(texts)]


def sloppy(found: Fit) -> list[tuple[str, str]]:
    """Return the pairs of constants that are determined together far better than apart, as a line of the summary."""
    correlation, names = found.correlation, found.prepared.law.constants
    if correlation is None:
        return []
    pairs = [(abs(correlation[i, j]), i, j) for i in range(len(names)) for j in range(i)]
    said = [
        f"{correlation[i, j]:+.3f} {names[j]} and {names[i]}" for size, i, j in sorted(pairs, reverse=True) if size > _SLOPPY
    ]
    return [("sloppy", f"surer together than apart, correlated by {listing(said, 3)}")] if said else []
