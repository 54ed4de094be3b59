"""The first record of a fit: both sides over one space, and the weights that compare them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from symseries.errors import (
    DataError,
    LawNameError,
    OptionError,
    SpaceMismatchError,
    SymseriesError,
    listing,
    suggestion,
)
from symseries.laws import Law, LawSeries
from symseries.layers import Activation, Dropout
from symseries.network import Network, measured_column
from symseries.scalars import F64, QQ, Array, Scalars
from symseries.series import Series
from symseries.spaces import EmpiricalSpace, Space, TaylorSpace, check_space
from symseries.tables import Table, column_names, read_table
from symseries.training import assess

ORDER = 6  # of the default space: higher gains nothing, lower loses where the law is curved
EIGENVALUE_FLOOR = 1e-2  # of the largest eigenvalue of the covariance: directions below are not trusted more
DISCREPANCY_FLOOR = 1e-3  # of the target's standard deviation: no network is closer to a law than this


class Source(Protocol):
    """What a fit sees of a source: its inputs, its data and its expansion."""

    inputs: tuple[str, ...]

    @property
    def data(self) -> Table | None:
        """The measurements, where they are known."""
        ...

    def expand(self, space: Space, scalars: Scalars = F64) -> Series:
        """Return the source over a space."""
        ...


class Measurements:
    """A table as a source: its expansion over a nodal space is the target column itself."""

    def __init__(self, data: Table, inputs: tuple[str, ...], target: str, transform: str | None) -> None:
        self.data, self.inputs, self.target, self.transform = data, inputs, target, transform

    def expand(self, space: Space, scalars: Scalars = F64) -> Series:
        """Return the projection of the target onto a space of the data."""
        if not isinstance(space, EmpiricalSpace):
            raise OptionError(f"a table over {space.describe()}: measurements have values at their rows only; leave space out")
        self._check_rows(space)
        return Series(space, space.project(self.values[:, None], scalars)[:, 0], scalars)

    def _check_rows(self, space: EmpiricalSpace) -> None:
        shared = [name for name in self.inputs if name in space.variables]
        if len(space.points) != len(self.data) or any((space.points[name] != self.data[name]).any() for name in shared):
            raise SpaceMismatchError(
                f"a table over {space.describe()}: {self.data.source} has {len(self.data)} other rows of {listing(shared)}; "
                "make the space of the same table, or leave space out"
            )

    @property
    def values(self) -> Array:
        """The target (n,), in its logarithm where the law says so."""
        column = self.data[self.target]
        if self.transform is None:
            return column
        if (column <= 0).any():
            row = int(np.flatnonzero(column <= 0)[0])
            raise DataError(
                f"{self.data.source}, data row {row + 1}: {self.target} = {column[row]:g} has no logarithm; "
                "expected positive values, or a law without log on its left side"
            )
        return np.asarray(np.log(column))


@dataclass(frozen=True)
class Prepared:
    """Both sides over one space: alpha of the source, beta of the law as functions of its constants."""

    source: Source
    law: Law
    space: Space
    scalars: Scalars
    alpha: Series
    beta: LawSeries
    root: Array
    """Weights as a matrix R (k, N): the fit minimises |R (alpha - beta)|**2. One-dimensional (N,) where it is diagonal."""
    weighting: str
    """The weights in words."""
    composed: str
    """How the source was brought to what the law predicts, in words, or nothing."""
    notes: tuple[str, ...]

    @property
    def direct(self) -> bool:
        """Whether the source is the table itself."""
        return isinstance(self.source, Measurements)

    def weighted(self, columns: Array) -> Array:
        """Return R times a vector or matrix of coefficients."""
        if self.root.ndim == 2:
            return np.asarray(self.root @ columns)
        return np.asarray(self.root * columns if columns.ndim == 1 else self.root[:, None] * columns)


def prepare(
    source: object, law: Law, space: Space | None, data: object = None, output: str | None = None, *, exact: bool = True
) -> Prepared:
    """Return the record of both sides; the space is chosen here where none is given, and with `exact` the ring."""
    if not isinstance(law, Law):
        raise OptionError(f"law={law!r}: expected a symseries.Law, such as Law('y = a + b*x', variables=('x',))")
    if not isinstance(source, Network):
        side = _measurements(source, law, data, output)
        return _record(side, law, _default_space(side) if space is None else check_space(space), F64, "")
    net, composed = _network(source, law, data, output)
    _check_variables(law, net)
    chosen = _default_space(net) if space is None else check_space(space)
    if exact and not law.nonlinear and _rational(net):
        # at the rows themselves nothing of a rational network is lost, whatever their number
        place = EmpiricalSpace(chosen.points, None) if space is None and isinstance(chosen, EmpiricalSpace) else chosen
        with suppress(OptionError):  # a term of the law is not rational there: there is nothing exact to keep
            return _record(net, law, place, QQ, composed)
    return _record(net, law, chosen, F64, composed)


def direct_record(side: Measurements, law: Law) -> Prepared:
    """Return the record of a direct fit of a law to a table."""
    return _record(side, law, _default_space(side), F64, "")


def _record(side: Source, law: Law, space: Space, scalars: Scalars, composed: str) -> Prepared:
    beta, alpha = law.expand(space, scalars), side.expand(space, scalars)
    if scalars.exact:  # rational terms are found out here, before anything is computed with them
        beta.evaluate((law.offset, *law.slopes(law.linear)), {})
    root, words = (space.norms(QQ), "unweighted") if scalars.exact else _weights(space, alpha)
    notes = (space.note,) if isinstance(space, EmpiricalSpace) and space.note else ()
    return Prepared(side, law, space, scalars, alpha, beta, root, words, composed, notes)


def _weights(space: Space, alpha: Series) -> tuple[Array, str]:
    norms = np.sqrt(space.norms())
    if isinstance(space, TaylorSpace):
        return norms, "Taylor coefficients in physical units, unweighted"
    if isinstance(space, EmpiricalSpace) or alpha.covariance is None:
        return norms, "unweighted in the inner product of the space"
    values, vectors = orthonormal_covariance(space, alpha)
    floored = np.maximum(values, EIGENVALUE_FLOOR * values.max())
    words = f"weighted by the inverse covariance of the coefficients, eigenvalue floor {EIGENVALUE_FLOOR:g} of the largest, "
    return (vectors / np.sqrt(floored)).T * norms, words + f"discrepancy floor {DISCREPANCY_FLOOR:g} sd"


def orthonormal_covariance(space: Space, alpha: Series) -> tuple[Array, Array]:
    """Return eigenvalues and eigenvectors of the covariance in orthonormal coordinates, the discrepancy floor added."""
    norms = np.sqrt(space.norms())
    covariance = norms[:, None] * np.asarray(alpha.covariance) * norms + discrepancy(alpha) ** 2 * np.eye(len(norms))
    values, vectors = np.linalg.eigh(covariance)
    return values, vectors


def discrepancy(alpha: Series) -> float:
    """Return 1e-3 of the target's standard deviation, as far as it is known from the coefficients."""
    coefficients = np.asarray(alpha.elements[:, 0], dtype=float)
    norms = alpha.space.norms()
    if isinstance(alpha.space, EmpiricalSpace) and alpha.space.nodal:
        return DISCREPANCY_FLOOR * float(coefficients.std())
    return DISCREPANCY_FLOOR * float(np.sqrt((norms[1:] * coefficients[1:] ** 2).sum()))


# ------------------------------------------------------------------------------------------------------------ sources
def _network(net: Network, law: Law, data: object, output: str | None) -> tuple[Network, str]:
    """Return the network of one output that predicts what the law predicts, and with what it was composed, in words."""
    if data is not None:
        net = _named_output(net, law, data).with_data(data)
    net = _one_output(_assessed(net), law, output)
    column, transform = measured_column(net.outputs[0])
    unnamed = column == "y" and (net.data is None or "y" not in net.data.names)
    if law.target not in (None, column) and not unnamed:
        raise LawNameError(
            f"the law predicts {law.target!r} and the network {column!r}; write the law for {column!r}, or name the output"
        )
    if law.target is None or law.transform == transform:
        return net, ""
    if law.transform:
        logarithm = net.then(Activation("log"), (f"log({column})",))
        return logarithm, f"the network predicts {column}, its logarithm is taken exactly"
    return net.then(Activation("exp"), (column,)), f"the network predicts log({column}), its exponential is taken exactly"


def _named_output(net: Network, law: Law, data: object) -> Network:
    """Return the network with its nameless output called what the law predicts, where the table has that column."""
    columns = column_names(data)
    if net.outputs == ("y",) and "y" not in columns and law.target in columns:
        return net.then(Dropout(0), (str(law.target),))
    return net


def _assessed(net: Network) -> Network:
    """Return a network that knows nothing of its weights with the report that its data give, where it can be given.

    A covariance that came with the network is its owner's and stays.
    """
    if net.training is None and net.covariance is None and net.data is not None and not net.exact:
        with suppress(SymseriesError):  # layers that are not maps and activations in turn have no such report
            return assess(net)
    return net


def _one_output(net: Network, law: Law, output: str | None) -> Network:
    if output is None and len(net.outputs) == 1:
        return net
    names = [measured_column(name)[0] for name in net.outputs]
    wanted = law.target if output is None else output
    if wanted not in (*names, *net.outputs):
        near = suggestion(wanted, net.outputs) if wanted else ""
        raise OptionError(
            f"output={output!r}: the network has outputs {listing(net.outputs)}{near}; name one of them as output="
        )
    place = net.outputs.index(wanted) if wanted in net.outputs else names.index(wanted)
    return net.output(place)


def _measurements(source: object, law: Law, data: object, output: object) -> Measurements:
    if data is not None:
        raise OptionError("data= stands beside a network; for a table, pass the table itself as the source")
    if output is not None:
        raise OptionError(
            f"output={output!r}: outputs are those of a network; for a table the law's left side names the column"
        )
    if law.target is None:
        raise OptionError(
            f"law {law}: no target; write it as an equation, such as 'y = {law}', to say which column it predicts"
        )
    columns = (*law.variables, law.target)
    names = column_names(source)
    for name in law.variables:
        if name not in names:
            raise LawNameError(f"the law's variable {name!r} is no column{suggestion(name, names)}; columns: {listing(names)}")
    if law.target not in names:
        raise LawNameError(
            f"the law's target {law.target!r} is no column{suggestion(law.target, names)}; columns: {listing(names)}"
        )
    return Measurements(read_table(source, columns), law.variables, law.target, law.transform)


def _check_variables(law: Law, net: Network) -> None:
    for name in law.used:
        if name not in net.inputs:
            raise LawNameError(
                f"the law's variable {name!r} is no input of the network{suggestion(name, net.inputs)}; "
                f"inputs: {listing(net.inputs)}"
            )


def _default_space(side: Source) -> Space:
    if side.data is None:
        raise OptionError(
            "fit needs to know where: pass data=table (best), or a space such as LegendreSpace({'c': (0.01, 0.1)}, order=6)"
        )
    points = side.data.select(side.inputs)
    if isinstance(side, Measurements):
        return EmpiricalSpace(points, None)
    space = EmpiricalSpace(points, ORDER)
    if space.order == ORDER:
        return space
    return EmpiricalSpace(points, None)  # too few rows for order 6: its limit of high order loses nothing


def _rational(net: Network) -> bool:
    """Whether the network and its data are rational throughout."""
    return net.exact and (net.data is None or all(net.data.is_exact(name) for name in net.inputs))
