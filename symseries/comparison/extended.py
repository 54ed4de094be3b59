"""What `extend` found: the set of admissible laws, and how it shows itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from symseries.comparison.records import (
    constants_cell,
    estimates,
    heads,
    optional_cell,
    read_estimates,
    split,
)
from symseries.display import Cell, TextTable, number_cell, text_cell
from symseries.displayed import Record, Shown, read_real, real
from symseries.errors import listing
from symseries.fitting import Estimate
from symseries.fitting.judge import REJECTED, probability
from symseries.laws import Law

FORMAT = "symseries.extension"
_DOUBT = 2.0  # standard errors


@dataclass(frozen=True)
class Admissible:
    """A law with some terms added, and how it fits: chi-squared, degrees of freedom and probability where it is tested.

    `constants` are those of best fit in the metric of the test; the rate of an exponential is one of a few that were tried:
    `fit(source, entry.law)` refines it.
    """

    terms: tuple[str, ...]
    law: Law
    constants: Mapping[str, Estimate]
    added: int
    """How many constants were added."""
    chi2: float | None
    dof: int | None
    p_value: float | None
    misfit: float

    @property
    def idle(self) -> tuple[str, ...]:
        """The constants that differ from 0 by less than two standard errors: with the added terms the law may not need them."""
        return tuple(name for name, e in self.constants.items() if e.stderr and abs(float(e.value)) < _DOUBT * e.stderr)

    def to_dict(self) -> Record:
        """Return the entry as JSON knows it."""
        return {
            "terms": list(self.terms), "text": str(self.law), "law": self.law.to_dict(), "added": self.added,
            "constants": estimates(self.constants), "chi2": real(self.chi2), "dof": self.dof, "p_value": real(self.p_value),
            "misfit": real(self.misfit),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Admissible:
        """Return the entry that `to_dict` wrote."""
        return cls(
            tuple(map(str, record["terms"])), Law.from_dict(record["law"]), read_estimates(record["constants"]),
            int(record["added"]), read_real(record["chi2"]), None if record["dof"] is None else int(record["dof"]),
            read_real(record["p_value"]), float(read_real(record["misfit"]) or 0.0),
        )  # fmt: skip


@dataclass(frozen=True, repr=False, eq=False)
class Extension(Shown):
    """The laws that a source does not reject, the smallest first; no law among them contains a smaller one.

    `itself` is the law as it was given, `admissible` the set (the law alone where it is admissible), `fewest` those of it with
    the fewest constants, `nearest` the closest law where none is admissible; `pointers` the terms that the law's residual
    resembles most, with their correlations; `candidates` the terms that were tried.

    >>> from symseries.comparison import extend
    >>> table = {"x": [1, 2, 3, 4, 5, 6], "y": [2.1, 3.9, 6.1, 7.9, 10.1, 11.9]}
    >>> extend(table, Law("y = a", variables=("x",)), ["x"], tolerance=0.05)
    <Extension: one law is admissible within a misfit of 0.05 with 1 added constant, untested>
    """

    law: Law
    itself: Admissible
    admissible: tuple[Admissible, ...]
    nearest: Admissible | None
    pointers: tuple[tuple[str, float], ...]
    max_terms: int
    candidates: tuple[str, ...]
    tolerance: float | None
    method: str
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = FORMAT
    title = "Laws that the source does not reject"

    @property
    def fewest(self) -> tuple[Admissible, ...]:
        """The admissible laws with the fewest added constants."""
        least = self.admissible[0].added if self.admissible else 0
        return tuple(entry for entry in self.admissible if entry.added == least)

    @property
    def conclusion(self) -> str:
        """The answer in a sentence."""
        criterion = f"at the level {REJECTED:g}" if self.tolerance is None else f"within a misfit of {self.tolerance:g}"
        if not self.admissible:
            near = f"; the nearest adds {_sum(self.nearest)} ({_fit_in_words(self.nearest)})" if self.nearest else ""
            return f"no law of up to {self.max_terms} added term{'s' * (self.max_terms != 1)} is admissible {criterion}{near}"
        if not self.admissible[0].added:
            return f"the law itself is admissible {criterion} ({_fit_in_words(self.itself)}): nothing need be added"
        few, more = len(self.fewest), len(self.admissible) - len(self.fewest)
        several = f"{few} laws are" if few > 1 else "one law is"
        tell = self._tested()
        others = f"; {more} more with more constants" if more else ""
        count = self.fewest[0].added
        plural = "s" if count > 1 else ""
        return f"{several} admissible {criterion} with {count} added constant{plural}{tell}{others}"

    def _tested(self) -> str:
        """Return what the test says of the laws with the fewest constants."""
        if self.tolerance is None:
            return ", none of which the test rejects" if len(self.fewest) > 1 else ""
        known = [entry.p_value for entry in self.fewest if entry.p_value is not None]
        if not known:
            return ", untested"
        rejected = sum(value < REJECTED for value in known)
        if not rejected:
            return ", not rejected by the test"
        which = "it" if len(known) == 1 else "all of them" if rejected == len(known) else f"{rejected} of them"
        return f": enough for the application, though the test rejects {which}"

    def sentences(self) -> tuple[str, ...]:
        """Return law, conclusion and what the residual resembles."""
        resembled = ", ".join(f"{term} ({value:+.2f})" for term, value in self.pointers)
        alone = f"{_fit_in_words(self.itself)}"
        return (
            f"law          {self.law}  ({alone})",
            f"conclusion   {self.conclusion}",
            f"residual     resembles {resembled}",
            f"method       {self.method}",
        )

    def table(self) -> TextTable:
        """Return the admissible laws with the fewest constants, or the nearest one where none is."""
        return self._tabulated(self.fewest or tuple(filter(None, [self.nearest])))

    def printed(self) -> tuple[TextTable, ...]:
        """Return the tests, and the constants in a table of their own."""
        entries = self.fewest or tuple(filter(None, [self.nearest]))
        return split(self.table(), [((text_cell(_sum(entry)),), entry.constants) for entry in entries], ["added"])

    def full_table(self) -> TextTable:
        """Return all admissible laws."""
        return self._tabulated(self.admissible)

    def _tabulated(self, entries: tuple[Admissible, ...]) -> TextTable:
        names = ("added", "p-value", "chi²", "degrees of freedom", "misfit", "constants")
        idle = [f"{_sum(entry)}: {listing(entry.idle)} may as well be 0" for entry in entries if entry.idle]
        return TextTable(heads(names), tuple(map(_row, entries)), notes=tuple(idle))

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {
            "law": self.law.to_dict(), "conclusion": self.conclusion, "itself": self.itself.to_dict(),
            "admissible": [entry.to_dict() for entry in self.admissible],
            "nearest": None if self.nearest is None else self.nearest.to_dict(),
            "pointers": [[term, real(value)] for term, value in self.pointers], "max_terms": self.max_terms,
            "candidates": list(self.candidates), "tolerance": self.tolerance, "method": self.method,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Extension:
        """Return the result that `to_dict` wrote."""
        return cls(
            law=Law.from_dict(record["law"]),
            itself=Admissible.from_dict(record["itself"]),
            admissible=tuple(map(Admissible.from_dict, record["admissible"])),
            nearest=None if record["nearest"] is None else Admissible.from_dict(record["nearest"]),
            pointers=tuple((str(term), float(read_real(value) or 0.0)) for term, value in record["pointers"]),
            max_terms=int(record["max_terms"]),
            candidates=tuple(map(str, record["candidates"])),
            tolerance=read_real(record["tolerance"]),
            method=str(record["method"]),
            warnings=tuple(map(str, record["warnings"])),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        return f"<Extension: {self.conclusion}>"


def _sum(entry: Admissible | None) -> str:
    return " + ".join(entry.terms) if entry and entry.terms else "nothing"


def _fit_in_words(entry: Admissible) -> str:
    misfit = f"misfit {entry.misfit:.2g}"
    return misfit if entry.p_value is None else f"{probability(entry.p_value)}, {misfit}"


def _row(entry: Admissible) -> tuple[Cell, ...]:
    return (
        text_cell(_sum(entry)),
        optional_cell(entry.p_value, 3),
        optional_cell(entry.chi2),
        optional_cell(None if entry.dof is None else float(entry.dof)),
        number_cell(entry.misfit, 3),
        constants_cell(entry.constants),
    )
