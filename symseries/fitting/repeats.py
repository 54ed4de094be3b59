"""Constants found again from other rows: pairs bootstrap and jackknife.

A network is trained anew on the rows of every repeat, so that its constants scatter as those of other experiments would. Both
count what a covariance of the weights cannot see, such as the bias of a regularisation that changes from table to table.
(B. Efron, R. Tibshirani, An Introduction to the Bootstrap, 1993, chapters 6 and 11.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symseries.errors import DataError, OptionError, SymseriesError
from symseries.fitting.options import Wishes
from symseries.fitting.prepare import Asked, Measurements, Prepared, direct_rows, prepare
from symseries.fitting.solve import settled
from symseries.layers import Activation, Affine, Pick
from symseries.network import Network
from symseries.progress import track
from symseries.scalars import Array
from symseries.spaces import EmpiricalSpace, Space
from symseries.tables import Table
from symseries.training import train

Trainer = Callable[[Table], Network]
Answer = tuple[Array, bool]
"""Constants (p,), and whether one of them is at its bound."""

NETWORKS, TABLES = 30, 200  # repeats of the bootstrap where none are asked for
GROUPS, SINGLE = 10, 1000  # of a jackknife: of networks, and the most of tables


@dataclass(frozen=True)
class Repeats:
    """Constants of the repeats that gave an answer, (m, p), how many were wanted, and what went wrong with the others.

    `bounded` of the answers have a constant at its bound: they count as any other, since the rows of such a table say no more.
    """

    constants: Array
    wanted: int
    notes: tuple[str, ...]
    bounded: int = 0


def bootstrap(prepared: Prepared, values: Array, count: int, trainer: Trainer | None, rng: np.random.Generator) -> Repeats:
    """Return the constants of `count` tables drawn from the rows with replacement."""
    rows = _rows(prepared, "bootstrap")
    return _repeated(prepared, values, (rng.integers(rows, size=rows) for _ in range(count)), count, trainer, rng=rng)


def jackknife(
    prepared: Prepared, values: Array, parts: Sequence[Array], trainer: Trainer | None, rng: np.random.Generator
) -> Repeats:
    """Return the constants of tables that lack one of the `parts` each, the rows of a group."""
    everything = np.arange(_rows(prepared, "jackknife"))
    kept = (np.setdiff1d(everything, part) for part in parts)
    return _repeated(prepared, values, kept, len(parts), trainer, rng=rng)


def parts_of(prepared: Prepared, repeats: int | None, groups: object, rng: np.random.Generator) -> list[Array]:
    """Return the groups of rows that a jackknife leaves out: those of equal labels, or random ones of one size.

    A table is fitted again in no time, so that every row is a group of its own, up to 1000 groups: fewer groups would add the
    chance of how they were drawn. A network is trained again for each, so that there are 10.
    """
    rows = _rows(prepared, "jackknife")
    if groups is not None:
        if repeats is not None:
            raise OptionError("intervals: repeats= and groups= both given; the labels say how many groups there are")
        return _labelled(groups, rows)
    count = min(rows, SINGLE if prepared.direct else GROUPS) if repeats is None else repeats
    if count > rows:
        raise OptionError(f"intervals: repeats={count} groups of {rows} rows; expected no more groups than rows")
    order = np.arange(rows) if count == rows else rng.permutation(rows)
    return np.array_split(order, count)


def _labelled(groups: object, rows: int) -> list[Array]:
    if isinstance(groups, str) or not hasattr(groups, "__len__") or not hasattr(groups, "__iter__"):
        raise OptionError(f"intervals: groups={groups!r}; expected a label for each row")
    labels = [str(label) for label in groups]
    if len(labels) != rows:
        raise DataError(f"intervals: groups= holds {len(labels)} labels for {rows} rows; expected one for each row")
    array = np.array(labels)
    found = [np.flatnonzero(array == label) for label in dict.fromkeys(labels)]
    if len(found) < 2:
        raise DataError(f"intervals: groups= holds the one label {labels[0]!r}; expected two groups of rows or more")
    return found


def _rows(prepared: Prepared, what: str) -> int:
    if prepared.source.data is None:
        raise OptionError(f"{what}: the network has no data to draw from; pass data=table to fit")
    return len(prepared.source.data)


def _repeated(
    prepared: Prepared,
    values: Array,
    draws: Iterator[Array],
    wanted: int,
    trainer: Trainer | None,
    *,
    rng: np.random.Generator,
) -> Repeats:
    """Fit again to the rows of every draw; an interrupt (Ctrl-C) keeps the repeats that are finished, two at least."""
    fit_again = _refit(prepared, values, trainer, rng)
    found: list[Answer] = []
    failures: list[str] = []
    notes: tuple[str, ...] = ()
    try:
        for rows in track(draws, wanted, "intervals, repeats of the fit"):
            try:
                found.append(fit_again(rows))
            except SymseriesError as error:
                failures.append(str(error))
    except KeyboardInterrupt:
        if len(found) < 2:
            raise
        notes = (f"interrupted after {len(found) + len(failures)} of {wanted} repeats",)
    if len(found) < 2:
        raise OptionError(
            f"intervals: {len(found)} of {wanted} repeats gave constants; {failures[0] if failures else 'ask for more'}"
        )
    if failures:
        notes += (f"{len(failures)} of {wanted} repeats gave no constants and are left out: {failures[0]}",)
    return Repeats(np.array([values for values, _ in found]), wanted, notes, sum(bounded for _, bounded in found))


def _refit(prepared: Prepared, values: Array, trainer: Trainer | None, rng: np.random.Generator) -> Callable[[Array], Answer]:
    """Return what gives the constants (p,) of a choice of rows, its search beginning at those already found."""
    names = prepared.law.constants
    at = dict(zip(names, values.tolist(), strict=True))
    wishes = Wishes({name: at[name] for name in prepared.model.constants}, prepared.wishes.bounds)
    source = prepared.source
    if isinstance(source, Measurements):
        return lambda rows: _values(direct_rows(prepared, rows, wishes), rng)
    assert isinstance(source, Network)  # noqa: S101 - there are no other sources
    asked = Asked(weights=prepared.wanted, ties=prepared.ties, wishes=wishes)
    make = _default_trainer(prepared, source, rng) if trainer is None else trainer
    data = source.data
    assert data is not None  # noqa: S101 - checked by the caller

    def again(rows: Array) -> Answer:
        sample = data.take(rows)
        net = make(sample)
        if not isinstance(net, Network):
            raise OptionError(f"trainer: {type(net).__name__} returned; expected a function of a table that returns a Network")
        space = _space(prepared, sample)
        return _values(prepare(net if net.data is not None else net.with_data(sample), prepared.law, space, asked), rng)

    return again


def _values(prepared: Prepared, rng: np.random.Generator) -> Answer:
    """Return the constants (p,), and whether one of them ended at its bound."""
    solved = settled(prepared, rng, 0)[1]
    return np.array([float(value) for value in solved.values]), bool(solved.bounded)


def _space(prepared: Prepared, sample: Table) -> Space | None:
    """Return where the repeat is met: the same box or centre, or the rows of the sample."""
    if not prepared.given:
        return None
    space = prepared.space
    return EmpiricalSpace(sample.select(space.variables), space.order) if isinstance(space, EmpiricalSpace) else space


def _default_trainer(prepared: Prepared, net: Network, rng: np.random.Generator) -> Trainer:
    """Return the training of a network of the same widths and activation; `OptionError` where it is of another kind."""
    layers = list(net.layers)
    target = net.outputs[0]
    if prepared.composed and isinstance(layers[-1], Activation):
        last = layers.pop()
        logarithm = isinstance(last, Activation) and last.name == "log"
        target = target.removeprefix("log(").removesuffix(")") if logarithm else f"log({target})"
    widths = [len(layer.bias) for layer in layers if isinstance(layer, Affine)]
    names = {layer.name for layer in layers if isinstance(layer, Activation)}
    if not widths or len(names) > 1 or any(isinstance(layer, Pick) for layer in layers):
        raise OptionError(
            "intervals: how this network was trained is not known; pass trainer=, a function of a table to a Network"
        )
    options: dict[str, Any] = {"hidden": tuple(widths[:-1]), "activation": next(iter(names), "tanh")}
    return lambda table: train(table, net.inputs, target, rng=rng, **options)
