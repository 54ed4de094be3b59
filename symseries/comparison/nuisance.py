"""Inputs that a law does not describe: the constants by every way of dealing with them, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symseries.comparison.records import (
    estimates,
    heads,
    provenance,
    read_estimates,
    reason,
)
from symseries.display import Cell, TextTable, name_cell, text_cell, uncertain_cell
from symseries.displayed import Record, Shown, read_real, real
from symseries.errors import DataError, OptionError, SymseriesError, listing
from symseries.fitting import Estimate, Fit, fit
from symseries.fitting.judge import judge
from symseries.fitting.others import apart, correlations, others_of
from symseries.fitting.prepare import Asked, prepare
from symseries.fitting.solve import solve
from symseries.laws import Law
from symseries.network import Network, measured_column
from symseries.scalars import F64
from symseries.training import seeded

FORMAT = "symseries.nuisance"


@dataclass(frozen=True)
class Way:
    """The constants of the law by one way of dealing with the other inputs, or the reason why there are none."""

    name: str
    constants: Mapping[str, Estimate]
    reason: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False, eq=False)
class Nuisance(Shown):
    """The constants of a law that does not describe all inputs, by five ways, and how the inputs are correlated.

    `ways` are "law alone, direct" (the other inputs ignored), "direct + polynomial", "network + polynomial" (the default of a
    fit), "network, slice" and "network, average"; `correlations` the rank correlations of the law's variables with the others.
    """

    law: Law
    others: tuple[str, ...]
    correlations: Mapping[tuple[str, str], float]
    ways: tuple[Way, ...]
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = FORMAT
    title = "Inputs that the law does not describe"

    def way(self, name: str) -> Way:
        """Return one way by its name; `OptionError` for another."""
        for way in self.ways:
            if way.name == name:
                return way
        raise OptionError(f"way {name!r}: expected one of {listing(way.name for way in self.ways)}")

    def sentences(self) -> tuple[str, ...]:
        """Return law, other inputs and correlations."""
        related = listing(f"{a}, {b}: {value:+.2f}" for (a, b), value in self.correlations.items())
        return (
            f"law            {self.law}",
            f"other inputs   {listing(self.others)}",
            f"rank correlations   {related}",
        )

    def table(self) -> TextTable:
        """Return a row for each way, a column for each constant."""
        rows = tuple((text_cell(way.name), *self._cells(way), text_cell(way.reason)) for way in self.ways)
        named = [name_cell(name) for name in self.law.constants]
        if not any(way.reason for way in self.ways):
            return TextTable((text_cell("way"), *named), tuple(row[:-1] for row in rows))
        return TextTable((*heads(["way"]), *named, text_cell("remark")), rows)

    def _cells(self, way: Way) -> list[Cell]:
        if not way.constants:
            return [Cell("–", align="right")] * len(self.law.constants)
        found = [way.constants[name] for name in self.law.constants]
        return [uncertain_cell(estimate.value, estimate.stderr) for estimate in found]

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        ways = [
            {"name": w.name, "constants": estimates(w.constants), "reason": w.reason, "remarks": list(w.remarks)}
            for w in self.ways
        ]
        return {
            "law": self.law.to_dict(), "others": list(self.others), "ways": ways,
            "correlations": [[a, b, real(value)] for (a, b), value in self.correlations.items()],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Nuisance:
        """Return the result that `to_dict` wrote."""
        ways = [
            Way(str(w["name"]), read_estimates(w["constants"]), str(w["reason"]), tuple(map(str, w["remarks"])))
            for w in record["ways"]
        ]
        return cls(
            law=Law.from_dict(record["law"]),
            others=tuple(map(str, record["others"])),
            correlations={(str(a), str(b)): float(read_real(value) or 0.0) for a, b, value in record["correlations"]},
            ways=tuple(ways),
            warnings=tuple(map(str, record["warnings"])),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        return f"<Nuisance: {len(self.ways)} ways around {listing(self.others)} for {self.law}>"


def nuisance(net: Network, law: Law, *, data: object = None, degree: int | None = None, rng: object = 0) -> Nuisance:
    """Return the constants of a law that does not describe all inputs of a network, by every way of dealing with the others.

    The ways are: the law alone fitted to the table; the law plus a polynomial in the others, fitted to the table and through
    the network; the network with the others at their means (a virtual experiment); the network averaged over the data in the
    others. A polynomial is right where the law and the rest add up; slices and averages extrapolate where inputs are
    correlated.

    Parameters: `net` with data, or `data`, its table; `law`; `degree` of the polynomial, by default up to 4; `rng`, a seed or
    NumPy generator for nonlinear constants. Raises `OptionError` where the law describes all inputs, `DataError` without data.
    A way that fails is a row that says why.

    >>> import numpy as np
    >>> net = Network.from_expression("3*x + 5*w**2", inputs=("x", "w"))
    >>> x = np.linspace(0.0, 1.0, 30)
    >>> w = (x + 0.3 * np.cos(50 * x))
    >>> found = nuisance(net, Law("y = a + b*x", variables=("x",)), data={"x": x, "w": w, "y": 3 * x + 5 * w**2})
    >>> round(float(found.way("law alone, direct").constants["b"].value), 1)
    8.2
    >>> round(float(found.way("network + polynomial").constants["b"].value), 6)
    3.0
    """
    given = _with_data(net, data)
    others = others_of(given.inputs, law)
    if not others:
        raise OptionError(f"nuisance: the law describes all inputs ({listing(given.inputs)}); use fit(net, law)")
    assert given.data is not None  # noqa: S101 - narrows the type
    target = law if law.target is not None else _targeted(given, law)
    generator = np.random.default_rng(seeded(rng))
    ways = tuple(_tried(name, law, way) for name, way in _ways(given, target, degree, generator).items())
    held = [apart(given, target, route).warnings for route in ("polynomial", "slice", "average")]
    warnings = tuple(dict.fromkeys(text for several in held for text in several))
    return Nuisance(
        law, others, correlations(given.data, law.variables, others), ways, warnings, provenance(given.data, None, rng)
    )


def _with_data(net: Network, data: object) -> Network:
    if not isinstance(net, Network):
        raise OptionError(f"nuisance: {type(net).__name__} received; expected a network, such as train returns")
    given = net if data is None else net.with_data(data)
    if given.data is None:
        raise DataError("nuisance: where the other inputs lie is not known; pass data=, the table of the network")
    return given


def _ways(net: Network, law: Law, degree: int | None, rng: np.random.Generator) -> dict[str, Callable[[], Fit]]:
    """Return how each way is computed."""
    polynomial = apart(net, law, "polynomial", degree)

    def average() -> Fit:
        part = apart(net, law, "average")
        prepared = part.applied(prepare(part.source, part.law, part.space, Asked(scalars=F64)))
        solved = solve(prepared, rng)
        return Fit(prepared, solved, judge(prepared, solved), 0.95, remarks=part.warnings)

    def slice_() -> Fit:
        part = apart(net, law, "slice")
        return fit(part.source, part.law, part.space, rng=rng)

    return {
        "law alone, direct": lambda: fit(net.data, law, rng=rng),
        "direct + polynomial": lambda: fit(net.data, polynomial.law, rng=rng),
        "network + polynomial": lambda: fit(net, polynomial.law, rng=rng),
        "network, slice": slice_,
        "network, average": average,
    }


def _targeted(net: Network, law: Law) -> Law:
    """Return a law without a left side as one for the output of the network."""
    column, transform = measured_column(net.outputs[0])
    left = f"log({column})" if transform else column
    record = law.to_dict()
    return Law.from_dict({**record, "text": f"{left} = {record['text']}"})


def _tried(name: str, law: Law, compute: Callable[[], Fit]) -> Way:
    try:
        found = compute()
    except SymseriesError as error:
        return Way(name, {}, reason(error))
    constants = {n: Estimate(float(found.constants[n].value), found.constants[n].stderr) for n in law.constants}
    return Way(name, constants, "", found.warnings)
