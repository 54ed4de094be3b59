"""What was found about one statement, and how it shows itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from symseries.derivations.refuting import Witness
from symseries.display import Cell, TextTable, refuse_path, text_cell, write_text
from symseries.errors import DataError
from symseries.pages import latex_array

STATUSES = ("proved", "refuted", "open")
MARKS = {"proved": "✓", "refuted": "✗", "open": "?", "definition": "≝"}
_FORMAT = "symseries verdict"


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a refuted statement: its kind and a sentence.

    Kinds are factor, sign, missing term, index, exponent, bound, one order, assumption, order.

    `repaired` is the side that would be right, as text, where one is known.
    """

    kind: str
    text: str
    repaired: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Verdict:
    """The verdict on left = right: `status` "proved", "refuted" or "open", and what stands behind it.

    `reason` is the argument, or what was tried; `witness` where the sides differ, for the refuted; `diagnosis` what is wrong;
    `points` and `digits` say at how many points the sides agree, and to how many digits at least. `left` and `right` are the
    sides as they were understood. `to_json` and `from_json` keep all of it, and a verdict pickles.

    >>> print(Verdict("proved", "1 + 1", "2", "both sides are the same expression"))
    verdict    proved: both sides are the same expression
    statement  1 + 1 = 2
    """

    status: str
    left: str
    right: str
    reason: str
    witness: Witness | None = None
    diagnosis: Diagnosis | None = None
    assumptions: str = ""
    scope: str = ""
    points: int = 0
    digits: float = 0.0
    seconds: float = 0.0
    latex: tuple[str, str] = ("", "")
    warnings: tuple[str, ...] = ()

    @property
    def statement(self) -> str:
        """The statement as it was understood."""
        return f"{self.left} = {self.right}{f' {self.scope}' if self.scope else ''}"

    @property
    def agreement(self) -> str:
        """How well the sides agree at the points that were looked at."""
        if not self.points or self.status == "refuted":
            return ""
        digits = "exactly" if self.digits == float("inf") else f"to {self.digits:.0f} digits or more"
        return f"the sides agree {digits} at {self.points} point{'s' * (self.points != 1)}"

    def _rows(self) -> list[tuple[str, str, str | None]]:
        """Return label, text and LaTeX of what there is to say."""
        shown = f"${self.latex[0]} = {self.latex[1]}$" if self.latex[0] else None
        rows: list[tuple[str, str, str | None]] = [
            ("verdict", f"{self.status}: {self.reason}" if self.reason else self.status, None),
            ("statement", self.statement, None if self.scope else shown),
            ("assumed", self.assumptions, None),
            ("witness", str(self.witness or ""), None),
            ("diagnosis", str(self.diagnosis or ""), None),
            ("numbers", self.agreement, None),
            *(("warning", text, None) for text in self.warnings),
        ]
        return [row for row in rows if row[1]]

    def table(self) -> TextTable:
        """Return the verdict as a table."""
        rows = tuple((text_cell(label), Cell(text, latex)) for label, text, latex in self._rows())
        return TextTable((text_cell("part"), text_cell("finding")), rows)

    def __str__(self) -> str:
        return "\n".join(self.table().to_text().splitlines()[2:])

    def __repr__(self) -> str:
        return f"<Verdict {self.status}: {self.statement[:60]}>"

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def _repr_latex_(self) -> str:
        return latex_array(self.table())

    def to_latex(self, document: bool = False) -> str:
        """Return a booktabs table; with `document`, an article that compiles as it is."""
        return self.table().to_latex(document)

    def to_frame(self) -> Any:
        """Return a pandas DataFrame of the parts of the verdict."""
        return self.table().to_frame()

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON values."""
        witness = self.witness and {
            "point": {name: str(value) for name, value in self.witness.point.items()},
            "left": self.witness.left, "right": self.witness.right, "power": self.witness.power, "note": self.witness.note,
        }  # fmt: skip
        diagnosis = self.diagnosis and {
            "kind": self.diagnosis.kind, "text": self.diagnosis.text, "repaired": self.diagnosis.repaired,
        }  # fmt: skip
        return {
            "format": _FORMAT, "version": 1, "status": self.status, "left": self.left, "right": self.right,
            "reason": self.reason, "witness": witness, "diagnosis": diagnosis, "assumptions": self.assumptions,
            "scope": self.scope, "points": self.points, "digits": None if self.digits == float("inf") else self.digits,
            "seconds": self.seconds, "latex": list(self.latex), "warnings": list(self.warnings),
        }  # fmt: skip

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the verdict as JSON text, and write it to `path` where one is given; `Verdict.from_json` reads it back."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1)
        if path is not None:
            write_text(path, text + "\n")
        return text

    @classmethod
    def from_json(cls, text: str) -> Verdict:
        """Return the verdict that `to_json` wrote. Raises `DataError` for anything else.

        >>> verdict = Verdict("open", "x", "y", "nothing was tried")
        >>> Verdict.from_json(verdict.to_json()) == verdict
        True
        """
        refuse_path(text, "verdict")
        try:
            return cls.from_dict(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise DataError(
                f"verdict {str(text)[:40]!r}: {str(error)[:80]}; expected the text that Verdict.to_json wrote"
            ) from error

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Verdict:
        """Return the verdict that `to_dict` wrote."""
        if record["format"] != _FORMAT or record["version"] != 1 or record["status"] not in STATUSES:
            raise DataError(
                f"verdict: format {record['format']!r}, status {record['status']!r}; expected {_FORMAT!r}, version 1"
            )
        seen, said = record["witness"], record["diagnosis"]
        point = {str(name): Fraction(value) for name, value in seen["point"].items()} if seen else {}
        return cls(
            **{key: str(record[key]) for key in ("status", "left", "right", "reason", "assumptions", "scope")},
            witness=Witness(point, *(str(seen[key]) for key in ("left", "right", "power", "note"))) if seen else None,
            diagnosis=Diagnosis(*(str(said[key]) for key in ("kind", "text", "repaired"))) if said else None,
            points=int(record["points"]),
            digits=float("inf") if record["digits"] is None else float(record["digits"]),
            seconds=float(record["seconds"]),
            latex=(str(record["latex"][0]), str(record["latex"][1])),
            warnings=tuple(map(str, record["warnings"])),
        )
