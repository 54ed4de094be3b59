"""The first record of a fit: both sides over one space, and the weights that compare them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import sympy

from symseries.errors import DataError, LawNameError, OptionError, SpaceMismatchError, SymseriesError, listing, suggestion
from symseries.fitting.coverage import uncovered
from symseries.fitting.options import Ties, Wishes, reduced
from symseries.fitting.weights import Errors, Weighting, check_weights, read_errors, series_weighting, table_weighting
from symseries.laws import Law, LawSeries
from symseries.layers import Activation, Dropout
from symseries.network import Network, measured_column
from symseries.scalars import F64, QQ, Array, Scalars, check_scalars, object_array
from symseries.series import Series
from symseries.spaces import BoxSpace, EmpiricalSpace, Space, TaylorSpace, any_space
from symseries.symbolic import SYM
from symseries.tables import Table, check_magnitudes, column_names, read_table
from symseries.training import assess

ORDER = 6  # of the default space: higher gains nothing, lower loses where the law is curved
TAYLOR_ORDER = 4  # of the paper's matching on request


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
    """A table as a source: its expansion over a nodal space is the target column itself, over a box least squares."""

    def __init__(
        self, data: Table, inputs: tuple[str, ...], target: str, transform: str | None, errors: Errors | None = None
    ) -> None:
        self.data, self.inputs, self.target, self.transform, self.errors = data, inputs, target, transform, errors

    def expand(self, space: Space, scalars: Scalars = F64) -> Series:
        """Return the projection of the target onto a space of the data, or its least squares on a box, with covariance."""
        if isinstance(space, BoxSpace) and scalars is F64:
            return self._on_box(space)
        if not isinstance(space, EmpiricalSpace):
            raise OptionError(
                f"a table over {space.describe()} in scalars={scalars}: measurements have values at their rows only; leave "
                "space out, or take a LegendreSpace, ChebyshevSpace or FourierSpace in F64"
            )
        self._check_rows(space)
        values = self._exact() if scalars.exact else self.values
        return Series(space, space.project(values[:, None], scalars)[:, 0], scalars)

    def _on_box(self, space: BoxSpace) -> Series:
        for name in space.variables:
            if name not in self.inputs:
                near = suggestion(name, self.inputs)
                raise LawNameError(f"the space's variable {name!r} is not in the law{near}; variables: {listing(self.inputs)}")
        columns = {name: self.data[name] for name in space.variables}
        return Series.from_data({**columns, self.target: self.values}, self.target, space)

    def _exact(self) -> Array:
        """Return the target as rationals."""
        if self.transform is not None:
            raise OptionError(f"scalars=QQ: log({self.target}) is not rational; leave scalars out, or ask for polish=30")
        return QQ.array(object_array(self.data.exact(self.target)))

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
    """Both sides over one space: alpha of the source, beta of the law as functions of its free constants."""

    source: Source
    law: Law
    """As it was written, with all its constants."""
    space: Space
    scalars: Scalars
    alpha: Series
    model: Law
    """The law in its free constants, those that are held or tied being put in."""
    beta: LawSeries
    """The model over the space."""
    weighting: Weighting
    composed: str
    """How the source was brought to what the law predicts, in words, or nothing."""
    notes: tuple[str, ...]
    ties: Ties = field(default_factory=dict)
    """The other constants as expressions in the free ones."""
    wishes: Wishes = field(default_factory=Wishes)
    given: bool = False
    """Whether the space was given, and not chosen here."""
    wanted: str | None = None
    """The weighting that was asked for by name."""
    algebraic: bool = False
    """Whether the constants are wanted exactly, over roots and logarithms."""

    @property
    def direct(self) -> bool:
        """Whether the source is the table itself."""
        return isinstance(self.source, Measurements)

    @property
    def by_rows(self) -> bool:
        """Whether the coefficients stand for the rows of a table, whose noise is the residual, and not for a box."""
        return self.direct and isinstance(self.space, EmpiricalSpace)

    @property
    def root(self) -> Array:
        """The matrix R of the weights."""
        return self.weighting.root

    def weighted(self, columns: Array) -> Array:
        """Return R times a vector or matrix of coefficients."""
        if self.root.ndim == 2:
            return np.asarray(self.root @ columns)
        return np.asarray(self.root * columns if columns.ndim == 1 else self.root[:, None] * columns)

    def tied(self, ties: Mapping[str, sympy.Expr]) -> Prepared:
        """Return the same with other constants held or tied."""
        model = reduced(self.law, ties)
        return dataclasses.replace(
            self, ties=dict(ties), model=model, beta=law_series(model, self.source, self.space, self.scalars)
        )


@dataclass(frozen=True)
class Asked:
    """What was asked beside source, law and space."""

    data: object = None
    output: str | None = None
    errors: object = None
    relative_errors: object = None
    weights: str | None = None
    scalars: object = None
    ties: Ties = field(default_factory=dict)
    wishes: Wishes = field(default_factory=Wishes)


def prepare(source: object, law: Law, space: Space | None, asked: Asked | None = None) -> Prepared:
    """Return the record of both sides; the space is chosen here where none is given, and the ring where all is rational."""
    check_law(law)
    asked = asked or Asked()
    side, composed = _side(source, law, asked)
    check_weights(asked.weights, isinstance(side, Measurements))
    chosen = _chosen_space(side, space, asked.weights)
    given = space is not None
    if asked.scalars == SYM:
        return _algebraic(
            _record(side, law, chosen, F64, dataclasses.replace(asked, weights="unweighted"), composed=composed, given=given)
        )
    if asked.scalars is not None:
        return _record(side, law, chosen, _asked_ring(asked.scalars), asked, composed=composed, given=given)
    if isinstance(side, Network) and not asked.wishes.bounds and not reduced(law, asked.ties).nonlinear and _rational(side):
        # at the rows themselves nothing of a rational network is lost, whatever their number
        place = EmpiricalSpace(chosen.points, None) if not given and isinstance(chosen, EmpiricalSpace) else chosen
        with suppress(OptionError):  # a term of the law is not rational there: there is nothing exact to keep
            return _record(side, law, place, QQ, asked, composed=composed, given=given)
    return _record(side, law, chosen, F64, asked, composed=composed, given=given)


def check_law(law: object) -> None:
    """Raise `OptionError` for what is no law."""
    if not isinstance(law, Law):
        raise OptionError(f"law={law!r}: expected a symseries.Law, such as Law('y = a + b*x', variables=('x',))")


def _algebraic(prepared: Prepared) -> Prepared:
    """Return the record of a fit whose values are exact over algebraic numbers, if it can be one."""
    if prepared.model.nonlinear or prepared.direct or prepared.wishes.bounds:
        raise OptionError(
            "scalars=SYM: expected a network, a law linear in its constants and no bounds; leave it out, or ask for polish=30"
        )
    return dataclasses.replace(prepared, algebraic=True)


def _asked_ring(scalars: object) -> Scalars:
    ring = check_scalars(scalars)
    if ring not in (F64, QQ):
        raise OptionError(f"scalars={ring}: a fit is made in F64 or, exactly, in QQ or SYM; ask for polish=30 for many digits")
    return ring


def direct_rows(prepared: Prepared, rows: Array, wishes: Wishes) -> Prepared:
    """Return the record of a direct fit to some of its rows, with the same weights."""
    side = prepared.source
    assert isinstance(side, Measurements)  # noqa: S101 - checked by the caller
    errors = None if side.errors is None else dataclasses.replace(side.errors, values=side.errors.values[rows])
    part = Measurements(side.data.take(rows), side.inputs, side.target, side.transform, errors)
    space = prepared.space
    place = space
    if isinstance(space, EmpiricalSpace):
        weights = space.weights[rows] if prepared.given else None
        place = EmpiricalSpace(part.data.select(space.variables), space.order, weights)
    asked = Asked(weights=prepared.wanted, ties=prepared.ties, wishes=wishes)
    return _record(part, prepared.law, place, prepared.scalars, asked, composed="", given=prepared.given)


def direct_record(side: Measurements, prepared: Prepared) -> Prepared:
    """Return the record of the direct fit to a table that stands beside another fit: same law, same ties and wishes."""
    asked = Asked(weights="unweighted", ties=prepared.ties, wishes=prepared.wishes)
    return _record(side, prepared.law, _default_space(side), F64, asked, composed="", given=False)


def _record(side: Source, law: Law, space: Space, scalars: Scalars, asked: Asked, *, composed: str, given: bool) -> Prepared:
    model = reduced(law, asked.ties)
    alpha = side.expand(space, scalars)
    space = alpha.space  # where order="auto" has been found on the source
    beta = law_series(model, side, space, scalars)
    if scalars.exact:
        _check_exact(beta)
    weighting = _weighting(side, space, alpha, asked.weights)
    space_notes = (space.note,) if isinstance(space, EmpiricalSpace) and space.note else ()
    chosen = tuple(note for note in alpha.notes if note.startswith("order "))
    notes = (*space_notes, *chosen, *alpha.warnings, *uncovered(side, space), *weighting.notes)
    return Prepared(
        side,
        law,
        space,
        scalars,
        alpha,
        model,
        beta,
        weighting,
        composed,
        notes,
        asked.ties,
        asked.wishes,
        given,
        asked.weights,
    )


def law_series(model: Law, side: Source, space: Space, scalars: Scalars) -> LawSeries:
    """Return the law over a space, in the way in which the source was brought there: a table on a box by least squares."""
    found = model.expand(space, scalars)
    if isinstance(side, Measurements) and isinstance(space, BoxSpace):
        return found.at_points(side.data.matrix(space.variables))
    return found


def _check_exact(beta: LawSeries) -> None:
    """Find out that terms are rational before anything is computed with them."""
    if beta.law.nonlinear:
        raise OptionError(
            f"scalars=QQ: the law is not linear in {listing(beta.law.nonlinear)}, its constants are no rationals; "
            "leave scalars out, or ask for polish=30"
        )
    beta.evaluate((beta.law.offset, *beta.law.slopes(beta.law.linear)), {})


def _weighting(side: Source, space: Space, alpha: Series, wanted: str | None) -> Weighting:
    if not isinstance(side, Measurements) or alpha.scalars.exact:
        if isinstance(side, Measurements) and side.errors is not None:
            raise OptionError("scalars=QQ: exact least squares are unweighted; leave errors out, or ask for polish=30")
        return series_weighting(space, alpha, wanted)
    by_rows = isinstance(space, EmpiricalSpace) and space.nodal
    if side.errors is not None and (not by_rows or (space.weights != 1).any()):  # type: ignore[attr-defined]
        way = "give errors or a space with weights, not both" if isinstance(space, EmpiricalSpace) else "leave space out"
        raise OptionError(f"errors of rows over {space.describe()}: {way}")
    if not by_rows or (space.weights != 1).any():  # type: ignore[attr-defined]
        return series_weighting(space, alpha, wanted)
    return table_weighting(space, side.data[side.target], side.transform, side.errors, wanted)


def _chosen_space(side: Source, space: Space | None, wanted: str | None) -> Space:
    if space is None and wanted == "taylor":
        if side.data is None:
            raise OptionError("weights='taylor' needs a centre: pass data=table, or a TaylorSpace")
        return TaylorSpace({name: float(side.data[name].mean()) for name in side.inputs}, order=TAYLOR_ORDER)
    if space is None:
        return _default_space(side)
    if wanted == "taylor" and not isinstance(space, TaylorSpace):
        raise OptionError(f"weights='taylor' over {any_space(space).describe()}: expected a TaylorSpace, or no space")
    return any_space(space)


# ------------------------------------------------------------------------------------------------------------ sources
def _side(source: object, law: Law, asked: Asked) -> tuple[Source, str]:
    """Return the source and how it was brought to what the law predicts."""
    if not isinstance(source, Network):
        return _measurements(source, law, asked), ""
    if asked.errors is not None or asked.relative_errors is not None:
        raise OptionError("errors= are those of measurements; fit the table, a network has learned its own noise")
    net, composed = _network(source, law, asked.data, asked.output)
    _check_variables(law, net)
    return net, composed


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


def _measurements(source: object, law: Law, asked: Asked) -> Measurements:
    if asked.data is not None:
        raise OptionError("data= stands beside a network; for a table, pass the table itself as the source")
    if asked.output is not None:
        raise OptionError(
            f"output={asked.output!r}: outputs are those of a network; for a table the law's left side names the column"
        )
    if law.target is None:
        raise OptionError(
            f"law {law}: no target; write it as an equation, such as 'y = {law}', to say which column it predicts"
        )
    if not law.variables:
        raise OptionError(f"law {law}: it has no variable; expected one column of the table on its right side")
    columns = (*law.variables, law.target)
    names = column_names(source)
    for name in law.variables:
        if name not in names:
            raise LawNameError(f"the law's variable {name!r} is no column{suggestion(name, names)}; columns: {listing(names)}")
    if law.target not in names:
        raise LawNameError(
            f"the law's target {law.target!r} is no column{suggestion(law.target, names)}; columns: {listing(names)}"
        )
    data = read_table(source, columns)
    if asked.scalars is None or not check_scalars(asked.scalars).exact:
        check_magnitudes(data)
    errors = read_errors(source, data, law.target, asked.errors, asked.relative_errors)
    return Measurements(data, law.variables, law.target, law.transform, errors)


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
