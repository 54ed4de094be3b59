"""What a translation found, and the table of many: how they show themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy

from symseries.comparison.records import DIGITS, heads, optional_cell
from symseries.display import Cell, TextTable, latex_name, math_cell, name_cell, number, number_cell, text_cell
from symseries.displayed import Record, Shown, expression_from, expression_record, read_real, real
from symseries.errors import listing
from symseries.laws import Law
from symseries.names import symbol

FORMAT = "symseries.translation"
STONE = "symseries.rosetta"


@dataclass(frozen=True)
class Worst:
    """Where two laws differ most: the place, both values, and the range of the first law."""

    place: Mapping[str, float]
    first: float
    second: float
    range: float

    def __str__(self) -> str:
        where = ", ".join(f"{name} = {value:.4g}" for name, value in self.place.items())
        share = f", {100 * abs(self.first - self.second) / self.range:.2g} % of the range" if self.range else ""
        return f"{number(self.first, DIGITS)} against {number(self.second, DIGITS)} at {where}{share}"

    def to_dict(self) -> Record:
        """Return the place as JSON knows it."""
        numbers = {"first": real(self.first), "second": real(self.second), "range": real(self.range)}
        return {"place": {name: real(value) for name, value in self.place.items()}, **numbers}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Worst:
        """Return the place that `to_dict` wrote."""
        place = {str(name): float(read_real(value) or 0.0) for name, value in record["place"].items()}
        return cls(place, *(float(read_real(record[key]) or 0.0) for key in ("first", "second", "range")))


@dataclass(frozen=True, repr=False, eq=False)
class Translation(Shown):
    """The constants of the second law that reproduce the first.

    Symbolic: `expressions` of the second law's constants in the first one's, and `remainders`, what is left of the first law by
    multi-index or, off Taylor, by term. With numbers: `given` and `constants`, the relative distance `misfit` over the space
    and the `worst` place. `equal` is True where all coefficients agree exactly, to the order of the space, False where some do
    not, None where they agree to rounding.
    """

    law1: Law
    law2: Law
    expressions: Mapping[str, sympy.Expr] = field(default_factory=dict)
    remainders: Mapping[str, sympy.Expr] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    given: Mapping[str, float] = field(default_factory=dict)
    misfit: float | None = None
    worst: Worst | None = None
    equal: bool | None = None
    method: str = ""
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = FORMAT
    title = "One law in the constants of another"

    @property
    def conclusion(self) -> str:
        """The answer in a sentence."""
        if self.equal:
            return "every coefficient agrees exactly"
        if self.misfit is not None:
            same = "the laws agree to rounding" if self.equal is None else f"misfit {self.misfit:.3g} of the variation"
            return f"{same}; farthest apart {self.worst}" if self.worst else same
        if self.equal is None:
            return "the laws agree to rounding"
        return f"the laws differ in {listing(self.remainders, 6)}"

    def sentences(self) -> tuple[str, ...]:
        """Return both laws, the answer and the method."""
        own = ", ".join(f"{name} = {number(value)}" for name, value in self.given.items())
        first = f"{self.law1}" + (f"  with {own}" if own else "")
        return (f"from    {first}", f"to      {self.law2}", f"answer  {self.conclusion}", f"method  {self.method}")

    def table(self) -> TextTable:
        """Return the constants of the second law; what remains of the first stands in the notes."""
        cells = self.expressions or self.constants
        rows = tuple((name_cell(name), _value_cell(value, self.law1)) for name, value in cells.items())
        notes = tuple(f"left of {name}: {_rounded(value)}" for name, value in list(self.remainders.items())[:12])
        return TextTable(heads(["constant", "value"]), rows, notes=notes)

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {
            "law1": self.law1.to_dict(), "law2": self.law2.to_dict(), "conclusion": self.conclusion,
            "expressions": {name: expression_record(value) for name, value in self.expressions.items()},
            "remainders": {name: expression_record(value) for name, value in self.remainders.items()},
            "constants": {name: real(value) for name, value in self.constants.items()},
            "given": {name: real(value) for name, value in self.given.items()}, "misfit": real(self.misfit),
            "worst": None if self.worst is None else self.worst.to_dict(), "equal": self.equal, "method": self.method,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Translation:
        """Return the result that `to_dict` wrote."""
        law1 = Law.from_dict(record["law1"])
        names = law1.constants
        return cls(
            law1=law1,
            law2=Law.from_dict(record["law2"]),
            expressions={str(n): expression_from(v, names) for n, v in record["expressions"].items()},
            remainders={str(n): expression_from(v, names) for n, v in record["remainders"].items()},
            constants={str(n): float(read_real(v) or 0.0) for n, v in record["constants"].items()},
            given={str(n): float(read_real(v) or 0.0) for n, v in record["given"].items()},
            misfit=read_real(record["misfit"]),
            worst=None if record["worst"] is None else Worst.from_dict(record["worst"]),
            equal=record["equal"] if record["equal"] in (True, False) else None,
            method=str(record["method"]),
            warnings=tuple(map(str, record["warnings"])),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        return f"<Translation: {self.law1} in {self.law2}; {self.conclusion}>"


def _value_cell(value: sympy.Expr | float, law: Law) -> Cell:
    if isinstance(value, float):
        return number_cell(value)
    shown = _rounded(value)
    names = {symbol(name): latex_name(name) for name in law.constants}
    return math_cell(str(shown), str(sympy.latex(shown, symbol_names=names)))


def _rounded(value: sympy.Expr) -> sympy.Expr:
    return value.xreplace({f: sympy.Float(f, DIGITS) for f in value.atoms(sympy.Float)})


@dataclass(frozen=True, repr=False, eq=False)
class RosettaStone(Shown):
    """Many laws in terms of each other: for each pair, how far the second is from the first at its best constants.

    `constants` are those of each frame, `entries` maps (from, to) to a `Translation`, `reasons` to why there is none.
    """

    laws: Mapping[str, Law]
    constants: Mapping[str, Mapping[str, float]]
    entries: Mapping[tuple[str, str], Translation]
    reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = STONE
    title = "Laws in terms of each other"

    def sentences(self) -> tuple[str, ...]:
        """Return each law with its constants."""
        return tuple(f"{name}: {law}  with {_listed(self.constants.get(name, {}))}" for name, law in self.laws.items())

    def table(self) -> TextTable:
        """Return the misfits, a row for each law that is translated, a column for each law it is translated to."""
        rows = [(text_cell(first), *(self._cell(first, second) for second in self.laws)) for first in self.laws]
        notes = tuple(f"{first} to {second}: {said}" for (first, second), said in self.reasons.items())
        return TextTable(heads(["misfit, from ↓ to →", *self.laws]), tuple(rows), notes=notes)

    def _cell(self, first: str, second: str) -> Cell:
        if first == second:
            return Cell("same", align="right")
        entry = self.entries.get((first, second))
        return optional_cell(None if entry is None else entry.misfit, 3)

    def constants_table(self) -> TextTable:
        """Return, for each pair, the constants of the second law and where the two are farthest apart."""
        rows = [
            (text_cell(first), text_cell(second), text_cell(_listed(entry.constants)), text_cell(str(entry.worst or "–")))
            for (first, second), entry in self.entries.items()
        ]
        return TextTable(heads(["from", "to", "constants", "farthest apart"]), tuple(rows))

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {
            "laws": {name: law.to_dict() for name, law in self.laws.items()},
            "constants": {name: {n: real(v) for n, v in found.items()} for name, found in self.constants.items()},
            "entries": [[a, b, entry.to_dict()] for (a, b), entry in self.entries.items()],
            "reasons": [[a, b, said] for (a, b), said in self.reasons.items()],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> RosettaStone:
        """Return the result that `to_dict` wrote."""
        return cls(
            laws={str(name): Law.from_dict(law) for name, law in record["laws"].items()},
            constants={
                str(name): {str(n): float(read_real(v) or 0.0) for n, v in found.items()}
                for name, found in record["constants"].items()
            },
            entries={(str(a), str(b)): Translation.from_dict(entry) for a, b, entry in record["entries"]},
            reasons={(str(a), str(b)): str(said) for a, b, said in record["reasons"]},
            warnings=tuple(map(str, record["warnings"])),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        return f"<RosettaStone: {len(self.laws)} laws, {len(self.entries)} translations>"


def _listed(constants: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {number(value, DIGITS)}" for name, value in constants.items()) or "no constants"
