"""Tests of a law: residual by term, the F-test against the network on the data; and the bias of the regularisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from symseries.display import Cell, TextTable, math_cell, number_cell, text_cell
from symseries.displayed import Record, Shown, read_real, real
from symseries.errors import SymseriesError
from symseries.fitting.judge import probability
from symseries.fitting.prepare import Prepared
from symseries.fitting.solve import Solved
from symseries.fitting.weights import discrepancy
from symseries.network import Network
from symseries.scalars import F64, Array
from symseries.spaces import EmpiricalSpace, SampledSpace, TaylorSpace

if TYPE_CHECKING:
    from symseries.fitting.result import Fit


@dataclass(frozen=True, eq=False)
class LawTest(Shown):
    """A test of a law: its `statistic`, degrees of freedom `dof`, the probability `p_value` of so large a one, and in words.

    All but `words` are None where there is no test, and `words` says why.
    """

    name: str
    statistic: float | None
    dof: tuple[float, ...] | None
    p_value: float | None
    words: str
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = "symseries.law_test"
    title = "Test of a law"
    warnings = ()

    def table(self) -> TextTable:
        """Return the test as a table of one row, with what there is to say where there is no test."""
        return _tabulated([self])

    def row(self) -> tuple[Cell, ...]:
        """Return the test as a row of a table."""
        dof = "–" if self.dof is None else " and ".join(f"{d:.4g}" for d in self.dof)
        tail = number_cell(self.p_value, 3) if self.p_value is None or self.p_value > 0 else text_cell("< 1e-300")
        return (text_cell(self.name), number_cell(self.statistic, 4), text_cell(dof), tail)

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        dof = None if self.dof is None else list(self.dof)
        numbers = {"statistic": real(self.statistic), "dof": dof, "p_value": real(self.p_value)}
        return {"name": self.name, **numbers, "words": self.words}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> LawTest:
        """Return the test that `to_dict` wrote."""
        dof = None if record["dof"] is None else tuple(map(float, record["dof"]))
        numbers = (read_real(record["statistic"]), dof, read_real(record["p_value"]))
        return cls(str(record["name"]), *numbers, str(record["words"]), dict(record["provenance"]))

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"


# ------------------------------------------------------------------------------------------------------ residual by term
def residual_errors(prepared: Prepared, solved: Solved) -> Array | None:
    """Return the standard deviations (N,) of the residual alpha - beta(C) under a law that holds, or None.

    They are the roots of the diagonal of (1 - J G) Cov(alpha) (1 - J G)', G being how the constants follow the coefficients;
    the discrepancy floor is added, as in the test of the law.
    """
    size = len(prepared.space)
    free = [
        i for i, name in enumerate(prepared.law.constants) if name in prepared.model.constants and name not in solved.bounded
    ]
    left = np.eye(size) - solved.jacobian @ solved.gain[free]
    if prepared.by_rows:
        variance = _row_variances(prepared, solved)
        return None if variance is None else np.sqrt(np.square(left) @ variance)
    if prepared.alpha.covariance is None or prepared.scalars.exact:
        return None
    floor = 0.0 if isinstance(prepared.space, TaylorSpace) else discrepancy(prepared.alpha) ** 2 / prepared.space.norms()
    covariance = left @ prepared.alpha.covariance @ left.T
    return np.asarray(np.sqrt(np.maximum(np.diag(covariance), 0.0) + floor))


def _row_variances(prepared: Prepared, solved: Solved) -> Array | None:
    """Return the variances of measurements: as declared, or the weights' inverse times the residual variance."""
    if prepared.root.ndim != 1 or prepared.scalars.exact:
        return None
    weighted = prepared.weighted(F64.array(solved.residual))
    freedom = len(weighted) - solved.free
    if freedom < 1:
        return None
    scale = 1.0 if prepared.weighting.declared else float(weighted @ weighted) / freedom
    return np.asarray(scale / prepared.root**2)


def residual_table(fit: Fit, most: int) -> TextTable:
    """Return the multi-indices, those that carry the residual first: coefficient, residual, in standard deviations, share."""
    prepared = fit.prepared
    residual, errors = F64.array(fit.solved.residual), residual_errors(prepared, fit.solved)
    norms = F64.array(prepared.space.norms())
    shares = norms * residual**2 / max(float(norms @ residual**2), 1e-300)
    deviations = None if errors is None else residual / np.maximum(errors, 1e-300)
    order = np.argsort(-(shares if deviations is None else np.abs(deviations)), kind="stable")[:most]
    indices = prepared.space.multi_indices.tolist()
    rows = []
    for k in order:
        label = f"({', '.join(map(str, indices[k]))})"
        sizes = (None, None) if errors is None or deviations is None else (errors[k], deviations[k])
        cells = (residual[k], *sizes, 100 * shares[k])
        rows.append((math_cell(label, label), *(number_cell(value, 3) for value in cells)))
    index = "row, from 0" if prepared.space.order is None else "multi-index"
    headers = (index, "residual", "its standard deviation", "residual in standard deviations", "share of the misfit, %")
    return TextTable(tuple(map(text_cell, headers)), tuple(rows), "Residual by term, the strongest first")


# ------------------------------------------------------------------------------------------------------------- F-test
def f_test(fit: Fit) -> LawTest:
    """Return the F-test of the law, fitted to the data directly, against the network.

    F = ((S_law - S_net)/(g - p))/(S_net/(n - g)); S are sums of squared residuals at the n rows, g the effective number of
    weights and p the number of constants.
    """
    name, net, baseline = "F-test against the network", fit.prepared.source, fit.baseline
    if not isinstance(net, Network) or baseline is None or net.training is None or net.data is None:
        return LawTest(name, None, None, None, "it needs a network with data and a report of its training")
    target = F64.array(baseline.prepared.alpha.elements[:, 0])
    of_law, of_net = (float(r @ r) for r in (F64.array(baseline.solved.residual), target - net(net.data)))
    gained, left = net.training.effective_weights - baseline.solved.free, len(target) - net.training.effective_weights
    if gained <= 0.5 or left < 1 or not of_net > 0:
        words = (
            f"the network's {net.training.effective_weights:.1f} effective weights are no more than the constants, or all rows"
        )
        return LawTest(name, None, None, None, words)
    from scipy.special import fdtrc

    statistic = max(of_law - of_net, 0.0) / gained / (of_net / left)
    p_value = float(fdtrc(gained, left, statistic))
    words = f"F = {statistic:.3g} on {gained:.1f} and {left:.1f} degrees of freedom, {probability(p_value)}"
    return LawTest(name, statistic, (gained, left), p_value, words)


def chi_squared_test(fit: Fit) -> LawTest:
    """Return the chi-squared test of the fit as a `LawTest`."""
    name = "chi-squared test of the coefficients" if not fit.prepared.by_rows else "chi-squared test of the residuals"
    if fit.chi2 is None or fit.dof is None or fit.p_value is None:
        reasons = [w for w in fit.warnings if w.startswith("no test of the law: ")]
        why = reasons[0].removeprefix("no test of the law: ") if reasons else fit.judged.reason or "no errors are known"
        return LawTest(name, None, None, None, why)
    words = f"chi2 = {fit.chi2:.3g} on {fit.dof} degrees of freedom, {probability(fit.p_value)}"
    return LawTest(name, fit.chi2, (float(fit.dof),), fit.p_value, words)


def tests_table(fit: Fit) -> TextTable:
    """Return the tests of the law, a row each."""
    return _tabulated([chi_squared_test(fit), f_test(fit)])


def _tabulated(tests: Sequence[LawTest]) -> TextTable:
    rows = [test.row() for test in tests]
    notes = [f"no {test.name}: {test.words}" for test in tests if test.p_value is None]
    headers = ("test", "statistic", "degrees of freedom", "p")
    return TextTable(tuple(map(text_cell, headers)), tuple(rows), "Tests of the law", tuple(notes))


# ------------------------------------------------------------------------------------------------------ regularisation
def regularisation_bias(fit: Fit) -> dict[str, float] | None:
    """Return how far the regularisation of the training moves each constant, in its standard errors; None where not known.

    At the optimum beta J'e balances the pull of the regularisation on the weights, so that without it they would move by
    Sigma J'e/s**2, to first order, Sigma being their covariance, J the derivatives at the data, e the residuals, s the noise.
    """
    net, space, prepared = fit.prepared.source, fit.prepared.space, fit.prepared
    known = isinstance(net, Network) and net.data is not None and net.training is not None and net.covariance is not None
    if not known or fit.covariance is None or fit.baseline is None or not isinstance(space, SampledSpace):
        return None
    assert isinstance(net, Network)  # noqa: S101 - narrows the type
    shift = _unregularised(net, F64.array(fit.baseline.prepared.alpha.elements[:, 0]), _nodes(prepared, net))
    if prepared.composed or shift is None:
        return None
    nodal = isinstance(space, EmpiricalSpace) and space.nodal
    moved = fit.solved.gain @ (shift if nodal else space.project(shift[:, None])[:, 0])
    return {n: -float(m) / e.stderr for (n, e), m in zip(fit.constants.items(), moved, strict=True) if e.stderr}


def _unregularised(net: Network, target: Array, nodes: Array) -> Array | None:
    """Return how far the network's values at the nodes would move without regularisation."""
    assert net.data is not None  # noqa: S101 - checked by the caller
    assert net.training is not None  # noqa: S101
    if not net.training.noise > 0:
        return None
    try:
        at_data, at_nodes = (net.jacobian(points)[0] for points in (net.data.matrix(net.inputs), nodes))
    except SymseriesError:
        return None
    pull = at_data.T @ (target - net(net.data)) / net.training.noise**2
    return np.asarray(at_nodes @ (np.asarray(net.covariance) @ pull))


def _nodes(prepared: Prepared, net: Network) -> Array:
    space = prepared.space
    places = [space.variables.index(name) for name in net.inputs]
    assert isinstance(space, SampledSpace)  # noqa: S101 - checked by the caller
    return np.asarray(space.nodes[:, places])
