"""Do these inputs determine the target at all? The noise that no function of them explains, against what is explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from symseries.comparison.records import provenance
from symseries.comparison.sufficient import LackOfFit, LeftOut, Noise, Sufficiency
from symseries.comparison.whitened import DECADE, best_polynomial, doubts
from symseries.errors import DataError, LawNameError, OptionError, listing, suggestion
from symseries.fitting.others import correlations
from symseries.names import check_names
from symseries.network import Network, measured_column
from symseries.scalars import Array
from symseries.tables import Table, column_names, read_table

_SHARE = 3  # one pair of near neighbours to so many rows at most: beyond, neighbours are no longer near
_LEAST = 4  # degrees of freedom from which an estimate of the noise is used


def sufficiency(
    source: object, target: str | None = None, inputs: Sequence[object] | str | None = None, *, data: object = None
) -> Sufficiency:
    """Return whether the inputs of a network or table determine its target, and which columns left out would say more.

    Rows with the same inputs (replicates), or nearly the same, differ by what no function of the inputs explains: their
    variance s**2 bounds the share of the variance that any function explains, R**2 <= 1 - s**2/var(y). The residual of the
    network, or without one of the polynomial that predicts rows left out best, is compared with it by the F-test of lack of
    fit, F = ((SSE - SSP)/(n - gamma - m))/(SSP/m), SSP of m degrees of freedom; pairs of near neighbours serve where there are
    no replicates, by the differences of their residuals (Daniel and Wood, Fitting Equations to Data, 1980). Columns that are
    neither input nor target are tested against the residual: Spearman's rank correlation, and the F-test of a parabola, the
    smaller p-value doubled and corrected for the number of columns (Holm).

    Parameters: `source`, a Network with data, or a table with `target`, a column, and `inputs`, columns (by default all other
    numeric ones); `data`, for a network its table with the columns left out.
    Raises `DataError`, `LawNameError`, `OptionError`.

    >>> rng = np.random.default_rng(0)
    >>> x, hidden = np.repeat(np.linspace(0.0, 1.0, 30), 4), rng.normal(size=120)
    >>> found = sufficiency({"x": x, "hidden": hidden, "y": 3 * x + hidden}, "y", ("x",))
    >>> found.left_out[0].name, found.left_out[0].p_value < 1e-10, 0.3 < found.ceiling < 0.7
    ('hidden', True, True)
    """
    question = (
        _of_network(source, target, inputs, data) if isinstance(source, Network) else _of_table(source, target, inputs, data)
    )
    replicated = _replicates(question)
    noise = replicated if replicated is not None and replicated.freedom >= _LEAST else _neighbours(question)
    return Sufficiency(
        target=question.target,
        inputs=question.inputs,
        rows=len(question.residual),
        reference=question.reference,
        explained=max(1 - question.variance / float(np.var(question.values)), 0.0),
        noise=noise,
        ceiling=None if noise is None else max(0.0, 1 - noise.value**2 / float(np.var(question.values))),
        interval=None if noise is None else _interval(noise, float(np.var(question.values))),
        lack=_lack_of_fit(question, noise),
        left_out=_left_out(question),
        warnings=question.warnings,
        provenance=provenance(question.table, None),
    )


@dataclass(frozen=True)
class _Question:
    """The data, and what a function of the inputs leaves of them."""

    table: Table
    inputs: tuple[str, ...]
    target: str
    values: Array
    """The target, in its logarithm where the network predicts that."""
    residual: Array
    spent: float
    """Effective number of coefficients of the function."""
    reference: str
    warnings: tuple[str, ...]

    @property
    def freedom(self) -> float:
        """Rows that the function leaves."""
        return max(len(self.residual) - self.spent, 1.0)

    @property
    def variance(self) -> float:
        """Variance that the function leaves."""
        return float(self.residual @ self.residual) / self.freedom


# --------------------------------------------------------------------------------------------------------- the question
def _of_network(net: Network, target: object, inputs: object, data: object) -> _Question:
    if target is not None or inputs is not None:
        raise OptionError("target= and inputs= describe a table; a network knows its own, leave them out")
    if len(net.outputs) > 1:
        raise OptionError(f"network of outputs {listing(net.outputs)}: take one of them with net.output(position)")
    if data is None and net.data is None:
        raise DataError("the network has no data; pass data=, its table, with the columns left out where there are some")
    column, transform = measured_column(net.outputs[0])
    table = read_table(net.data if data is None else data)
    values = np.log(table[column]) if transform else table[column]
    training = net.training
    spent = 0.0 if training is None else training.effective_weights
    unknown = () if training is not None else ("how many weights the data determine is not known; use refine(net, table)",)
    return _Question(
        table,
        net.inputs,
        column,
        values,
        values - net(table.select(net.inputs)),
        spent,
        "the network",
        (*doubts(net), *unknown),
    )


def _of_table(source: object, target: object, inputs: object, data: object) -> _Question:
    if data is not None:
        raise OptionError("data= stands beside a network; for a table, pass the table itself as the source")
    names = column_names(source)
    if not isinstance(target, str) or target not in names:
        near = suggestion(target, names) if target is not None else ""
        raise LawNameError(f"target={target!r}{near}: expected a column of the table; columns: {listing(names)}")
    table = read_table(source)
    wanted = tuple(n for n in table.names if n != target) if inputs is None else check_names(inputs, "input")
    if target in wanted:
        raise LawNameError(
            f"target {target!r} is also among the inputs; name another column as the target, or leave it out there"
        )
    polynomial = best_polynomial(table, wanted, table[target])
    if polynomial is None:
        raise DataError(f"{table.source}: {len(table)} rows do not determine a mean; expected two or more")
    return _Question(
        table, wanted, target, table[target], polynomial.residual, float(len(polynomial.space)), polynomial.words, ()
    )


# -------------------------------------------------------------------------------------------------------------- noise
def _replicates(question: _Question) -> Noise | None:
    """Return the noise of rows whose inputs are the same, None where there are no such rows."""
    rows = question.table.matrix(question.inputs)
    _, group = np.unique(rows, axis=0, return_inverse=True)
    group = group.ravel()
    counts = np.bincount(group)
    freedom = int((counts - 1).sum())
    if not freedom:
        return None
    means = np.bincount(group, weights=question.values) / counts
    squares = float(((question.values - means[group]) ** 2).sum())
    return Noise(float(np.sqrt(squares / freedom)), freedom, f"{int((counts > 1).sum())} groups of replicates")


def _neighbours(question: _Question) -> Noise | None:
    """Return the noise from pairs of rows that are near each other, each row in one pair, of the differences of residuals."""
    pairs = _pairs(question)
    if len(pairs) < _LEAST:
        return None
    differences = question.residual[pairs[:, 0]] - question.residual[pairs[:, 1]]
    return Noise(float(np.sqrt((differences**2).mean() / 2)), len(pairs), f"{len(pairs)} pairs of near neighbours")


def _pairs(question: _Question) -> Array:
    """Return the nearest disjoint pairs of rows, at most one to three rows, (m, 2)."""
    from scipy.spatial import cKDTree

    points = np.column_stack([_standardised(question.table[name]) for name in question.inputs])
    if len(points) < 2:
        return np.empty((0, 2), dtype=int)
    distance, nearest = cKDTree(points).query(points, k=2)
    taken: set[int] = set()
    pairs = []
    for row in np.argsort(distance[:, 1], kind="stable"):
        # of several rows at one place the nearest of a row may be the row itself
        first, second = int(row), int(nearest[row, 1] if nearest[row, 1] != row else nearest[row, 0])
        if not {first, second} & taken:
            taken |= {first, second}
            pairs.append((first, second))
        if len(pairs) >= len(points) // _SHARE:
            break
    return np.array(pairs, dtype=int).reshape(-1, 2)


def _standardised(column: Array) -> Array:
    values = np.log(column) if 0 < column.min() * DECADE < column.max() else column
    return np.asarray((values - values.mean()) / (values.std() or 1.0))


def _interval(noise: Noise, variance: float) -> tuple[float, float]:
    """Return the 95 % interval of the share that the inputs can explain."""
    from scipy.special import chdtri

    largest, smallest = (noise.value**2 * noise.freedom / float(chdtri(noise.freedom, tail)) for tail in (0.975, 0.025))
    return max(0.0, 1 - largest / variance), max(0.0, 1 - smallest / variance)


def _lack_of_fit(question: _Question, noise: Noise | None) -> LackOfFit | None:
    from scipy.special import fdtrc

    if noise is None or not noise.value:
        return None
    freedom = question.freedom - noise.freedom
    if freedom < 1:
        return None
    pure = noise.value**2 * noise.freedom
    ratio = max(float(question.residual @ question.residual) - pure, 0.0) / freedom / noise.value**2
    return LackOfFit(ratio, float(freedom), noise.freedom, float(fdtrc(freedom, noise.freedom, ratio)))


# ------------------------------------------------------------------------------------------------------ columns left out
def _left_out(question: _Question) -> tuple[LeftOut, ...]:
    """Return the columns that are neither input nor target, against the residual, the smallest p-value first."""
    names = [n for n in question.table.names if n not in (*question.inputs, question.target) and np.ptp(question.table[n])]
    if len(question.residual) < 2 * _LEAST:
        return ()
    found = sorted((_tested(question, name) for name in names), key=lambda one: one.p_value)
    worst, corrected = 0.0, []
    for place, one in enumerate(found):  # Holm: the k-th smallest counts for as many columns as are left
        worst = max(worst, min(1.0, one.p_value * (len(found) - place)))
        corrected.append(LeftOut(one.name, one.correlation, one.share, worst))
    return tuple(corrected)


def _tested(question: _Question, name: str) -> LeftOut:
    from scipy.special import fdtrc, stdtr

    n, residual, x = len(question.residual), question.residual, _standardised(question.table[name])
    held = read_table({"x": x, "residual": residual})
    rho = correlations(held, ("x",), ("residual",))["x", "residual"]
    statistic = abs(rho) * np.sqrt((n - 2) / max(1 - rho**2, 1e-300))
    basis, _ = np.linalg.qr(np.column_stack([np.ones(n), x, x**2]))
    centred = residual - residual.mean()
    total, left = float(centred @ centred), residual - basis @ (basis.T @ residual)
    share = 1 - float(left @ left) / total if total else 0.0
    ratio = share / 2 / max((1 - share) / (n - 3), 1e-300)
    smallest = min(2 * float(stdtr(n - 2, -statistic)), float(fdtrc(2, n - 3, ratio)))
    return LeftOut(name, rho, max(share, 0.0), min(1.0, 2 * smallest))
