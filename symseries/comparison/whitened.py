"""A source as a vector in which laws are tested: coefficients in units of their own uncertainty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sympy

from symseries.errors import OptionError
from symseries.fitting.judge import freedom_of, shift_of, tail, whitening
from symseries.fitting.prepare import ORDER, Asked, Measurements, Prepared, prepare
from symseries.laws import Law
from symseries.network import Network
from symseries.scalars import F64, Array
from symseries.spaces import EmpiricalSpace, Space, TaylorSpace
from symseries.tables import Table

_BEYOND = 4  # coefficients of a reference polynomial beyond the constants of a law
DECADE = 10.0  # positive columns that span more enter a polynomial in their logarithm, as they enter a network


@dataclass(frozen=True)
class Whitened:
    """The coefficients of a source times a matrix W (k, N) that turns their covariance into the unit matrix.

    Where a law holds, |W (alpha - beta)|**2 is chi-squared of k - p degrees of freedom, p constants being fitted; where the
    noise itself is estimated, from `freedom` degrees of freedom, it is k - p times an F. Without a covariance W is the root of
    the inner product of the space, and there is no test. A diagonal W is held as a vector (N,).
    """

    prepared: Prepared
    root: Array
    tested: bool
    freedom: float
    words: str
    """In what the law is tested."""
    shift: float = 0.0
    """The largest noncentrality that a network away from its optimum brings."""

    def times(self, columns: Array) -> Array:
        """Return W times coefficients (N,) or (N, m)."""
        if self.root.ndim == 2:
            return np.asarray(self.root @ columns)
        return np.asarray(self.root * columns if columns.ndim == 1 else self.root[:, None] * columns)

    @property
    def alpha(self) -> Array:
        """The coefficients (N,) of the source."""
        return np.asarray(F64.array(self.prepared.alpha.elements[:, 0]))

    def coefficients(self, formulas: Sequence[sympy.Expr], constants: Mapping[str, float] | None = None) -> Array:
        """Return the coefficients (N, m) of m expressions; not finite where an expression has no value."""
        if not formulas:
            return np.empty((len(self.alpha), 0))
        return np.asarray(self.prepared.beta.evaluate(tuple(formulas), constants or {}, strict=False))

    def misfit(self, residual: Array) -> float:
        """Return the size of a residual (N,) relative to the variation of the source about its mean."""
        norms, alpha = self.prepared.space.norms(), self.alpha
        nodal = isinstance(self.prepared.space, EmpiricalSpace) and self.prepared.space.nodal
        varying = alpha - norms @ alpha / norms.sum() if nodal else np.where(np.arange(len(alpha)) > 0, alpha, 0.0)
        size = float(norms @ varying**2) or float(norms @ alpha**2) or 1.0
        return float(np.sqrt(norms @ residual**2 / size))

    def probability(self, chi2: float, dof: int) -> float:
        """Return the probability of so large a value if the law holds."""
        return tail(chi2, dof, self.shift, self.freedom)


def whiten(source: object, law: Law, space: Space | None, data: object = None, output: str | None = None) -> Whitened:
    """Return the source as the vector in which laws with the target of `law` are tested, or measured where no test is."""
    prepared = prepare(source, law, space, Asked(data=data, output=output, scalars=F64))
    if isinstance(prepared.space, TaylorSpace):
        raise OptionError(
            f"a test over {prepared.space.describe()}: Taylor coefficients have no inner product; use a LegendreSpace, or "
            "leave space out"
        )
    if isinstance(prepared.source, Measurements):
        return _of_table(prepared, prepared.source)
    if prepared.alpha.covariance is None:
        return measured(prepared)
    root = whitening(prepared, len(prepared.model.constants))
    words = f"chi-squared in the {len(root)} directions that the network determines; {prepared.space.describe()}"
    return Whitened(prepared, root, True, freedom_of(prepared), words, shift_of(prepared))


def measured(prepared: Prepared) -> Whitened:
    """Return the source in the inner product of the space: distances, and no test."""
    return Whitened(prepared, np.sqrt(prepared.space.norms()), False, np.inf, f"distances; {prepared.space.describe()}")


def _of_table(prepared: Prepared, side: Measurements) -> Whitened:
    """Return a table as the polynomial that predicts it best on rows left out, its noise being what that leaves."""
    if not isinstance(prepared.space, EmpiricalSpace) or not prepared.space.nodal:
        raise OptionError(f"a test of a table over {prepared.space.describe()}: leave space out, the table is its own space")
    weights = np.broadcast_to(prepared.root**2, (len(side.values),))
    least = len(prepared.law.constants) + _BEYOND
    polynomial = best_polynomial(side.data, side.inputs, side.values, weights / weights.mean(), least=least)
    if polynomial is None or not polynomial.noise:
        return measured(prepared)
    root = np.sqrt(len(side.values)) / polynomial.noise * polynomial.space.projection
    words = f"F-test of the lack of fit beside {polynomial.words}, noise {polynomial.noise:.3g}"
    return Whitened(prepared, root, True, float(polynomial.freedom), words)


@dataclass(frozen=True)
class Polynomial:
    """A polynomial fitted to a table: its space, what it leaves, and what it leaves of rows left out."""

    space: EmpiricalSpace
    residual: Array
    """(n,), times the roots of the weights."""
    left_out: Array
    """Residuals (n,) of each row, predicted from the others."""
    logarithms: tuple[str, ...]

    @property
    def freedom(self) -> int:
        """Rows that the coefficients leave."""
        return len(self.residual) - len(self.space)

    @property
    def noise(self) -> float:
        """Standard deviation of what the polynomial leaves."""
        return float(np.sqrt(self.residual @ self.residual / self.freedom))

    @property
    def words(self) -> str:
        """The polynomial in words."""
        logs = f", {' and '.join(self.logarithms)} in the logarithm" if self.logarithms else ""
        count = len(self.space)
        return f"a polynomial of order {self.space.order} ({count} coefficient{'s' * (count != 1)}{logs})"


def best_polynomial(
    table: Table, inputs: Sequence[str], values: Array, weights: Array | None = None, *, least: int = 1
) -> Polynomial | None:
    """Return the polynomial up to order 6 with the least leave-one-out error, None where the rows determine none.

    Positive columns that span more than a decade are tried in their logarithm too, all together. It has `least` coefficients or
    more, where half of the rows are as many: what stands against it must leave something to test.
    """
    wide = tuple(name for name in inputs if 0 < table[name].min() * DECADE < table[name].max())
    found = [one for logs in dict.fromkeys([(), wide]) for one in _polynomials(table, inputs, (values, weights), logs)]
    rich = [one for one in found if least <= len(one.space) <= len(values) / 2] or found
    return min(rich, key=lambda one: float(one.left_out @ one.left_out), default=None)


def _polynomials(
    table: Table, inputs: Sequence[str], measured: tuple[Array, Array | None], logs: tuple[str, ...]
) -> Iterator[Polynomial]:
    values, weights = measured
    points = {name: np.log(table[name]) if name in logs else table[name] for name in inputs}
    for order in range(ORDER + 1):
        space = EmpiricalSpace(points, order, weights)
        if space.order != order or len(space) >= len(values):
            break
        yield _fitted(space, values, logs)


def _fitted(space: EmpiricalSpace, values: Array, logs: tuple[str, ...]) -> Polynomial:
    basis, projection = space.sampled(), space.projection
    residual = np.sqrt(space.weights) * (values - basis @ (projection @ values))
    leverage = np.einsum("ij,ji->i", basis, projection)
    return Polynomial(space, residual, residual / np.maximum(1 - leverage, 1e-9), logs)


def doubts(source: object) -> tuple[str, ...]:
    """Return what keeps the uncertainty of a network from being believed, a sentence each."""
    training = source.training if isinstance(source, Network) else None
    if training is None:
        return ()
    said = []
    if training.under_trained:
        said.append("the network is under-trained: the test allows for what it lacks, and can hardly reject; use refine(net)")
    if training.memorises:
        said.append("the network memorises its table: it repeats the noise, and a test says nothing")
    return tuple(said)
