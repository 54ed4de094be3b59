"""What `compare` found: pairs of a source and a law, ranked, and how they show themselves."""

from __future__ import annotations

import dataclasses
import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from symseries import plotting
from symseries.comparison.records import (
    constants_cell,
    estimates,
    heads,
    law_cell,
    optional_cell,
    read_estimates,
    split,
)
from symseries.comparison.scores import Scores
from symseries.display import Cell, TextTable, number_cell, text_cell
from symseries.displayed import Record, Shown, read_real, real
from symseries.errors import OptionError
from symseries.fitting import Estimate, Fit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMAT = "symseries.comparison"
_WORDS = {"bic": "BIC", "aic": "AIC", "misfit": "misfit", "heldout": "error on rows left out", "p_value": "p-value"}
CRITERIA = tuple(_WORDS)
_MARKERS = "osD^v*"
_WIDTH = 120  # of a terminal
_LEAST = 8  # characters that a name keeps
_ASIDE = 0.12  # from the markers of one source to those of the next


def _wrapped(text: str) -> list[str]:
    """Return a line for a terminal, its continuations indented."""
    return textwrap.wrap(text, _WIDTH, subsequent_indent="    ", break_on_hyphens=False) or [""]


def _values(pair: Pair) -> str:
    return pair.reason or constants_cell(pair.constants).plain or "no constants"


@dataclass(frozen=True)
class Pair:
    """A law fitted to a source: its constants and scores, or the reason why there are none."""

    source: str
    law: str
    text: str
    count: int
    """How many constants the law has."""
    constants: Mapping[str, Estimate] = field(default_factory=dict)
    misfit: float | None = None
    chi2: float | None = None
    dof: int | None = None
    p_value: float | None = None
    scores: Scores | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()

    def value(self, criterion: str) -> float:
        """Return what is ranked, smaller being better; infinite where it is not known."""
        if criterion == "p_value":
            return math.inf if self.p_value is None else -self.p_value
        if criterion == "misfit":
            return math.inf if self.misfit is None else self.misfit
        found = None if self.scores is None else getattr(self.scores, criterion)
        return math.inf if found is None else float(found)

    def to_dict(self) -> Record:
        """Return the pair as JSON knows it."""
        scores = None if self.scores is None else {name: real(value) for name, value in dataclasses.asdict(self.scores).items()}
        return {
            "source": self.source, "law": self.law, "text": self.text, "count": self.count,
            "constants": estimates(self.constants), "misfit": real(self.misfit), "chi2": real(self.chi2), "dof": self.dof,
            "p_value": real(self.p_value), "scores": scores, "reason": self.reason, "warnings": list(self.warnings),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Pair:
        """Return the pair that `to_dict` wrote."""
        return cls(
            source=str(record["source"]), law=str(record["law"]), text=str(record["text"]), count=int(record["count"]),
            constants=read_estimates(record["constants"]), misfit=read_real(record["misfit"]), chi2=read_real(record["chi2"]),
            dof=None if record["dof"] is None else int(record["dof"]), p_value=read_real(record["p_value"]),
            scores=_read_scores(record["scores"]), reason=str(record["reason"]),
            warnings=tuple(map(str, record["warnings"])),
        )  # fmt: skip


def _read_scores(record: Mapping[str, Any] | None) -> Scores | None:
    if record is None:
        return None
    numbers = {name: read_real(record[name]) for name in ("r2", "aic", "bic")}
    return Scores(int(record["rows"]), **{n: float(v or 0.0) for n, v in numbers.items()}, heldout=read_real(record["heldout"]))


@dataclass(frozen=True)
class Origin:
    """A source: how many rows it has, and what a network says of itself. Errors are in units of the target."""

    name: str
    kind: str
    rows: int | None
    digest: str
    r2: float | None
    heldout: float | None
    """Leave-one-out error of the network itself."""
    doubts: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return the source in a sentence."""
        rows = "no data" if self.rows is None else f"{self.rows} rows"
        itself = "" if self.r2 is None else f"; the network itself: R² {self.r2:.4f}, error on rows left out {self.heldout:.4g}"
        return f"{self.name}: {self.kind}, {rows}{itself}"

    def to_dict(self) -> Record:
        """Return the source as JSON knows it."""
        numbers = {"r2": real(self.r2), "heldout": real(self.heldout), "doubts": list(self.doubts)}
        return {**dataclasses.asdict(self), **numbers}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Origin:
        """Return the source of a record."""
        return cls(
            str(record["name"]), str(record["kind"]), None if record["rows"] is None else int(record["rows"]),
            str(record["digest"]), read_real(record["r2"]), read_real(record["heldout"]), tuple(map(str, record["doubts"])),
        )  # fmt: skip


@dataclass(frozen=True, repr=False, eq=False)
class Comparison(Shown):
    """Laws against sources, the best pair first; pairs without an answer stand last and say why.

    `pairs` hold constants, misfit, chi², R², AIC, BIC and the error on rows left out; `best` is the first; `fits` maps
    (source, law) to the whole `Fit`, empty where it was read from JSON.
    """

    pairs: tuple[Pair, ...]
    origins: tuple[Origin, ...]
    by: str
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    fits: Mapping[tuple[str, str], Fit] = field(default_factory=dict, compare=False)

    kind = FORMAT
    title = "Laws compared"

    def ranked(self, by: str | None = None) -> Comparison:
        """Return the same pairs ranked by "bic", "aic", "misfit", "heldout" or "p_value"."""
        chosen = self.by if by is None else by
        if chosen not in CRITERIA:
            raise OptionError(f"by={chosen!r}: expected one of {', '.join(CRITERIA)}")
        order = sorted(self.pairs, key=lambda pair: (bool(pair.reason), pair.value(chosen), pair.count))
        return dataclasses.replace(self, pairs=tuple(order), by=chosen)

    @property
    def best(self) -> Pair:
        """The first pair; `OptionError` where none has an answer."""
        if self.pairs[0].reason:
            raise OptionError(f"no law was fitted to any source: {self.pairs[0].reason}")
        return self.pairs[0]

    def sentences(self) -> tuple[str, ...]:
        """Return the sources and what is ranked."""
        return (*(origin.sentence() for origin in self.origins), f"ranked by {_WORDS[self.by]}")

    def table(self) -> TextTable:
        """Return a row for each pair, at most 120 characters wide: long names are numbered and cut, and whole below.

        ΔAIC and ΔBIC are distances to the smallest one over the same rows of data. The constants stand in the notes.
        """
        whole, named = self.paged(), 2 if len(self.origins) > 1 else 1
        rest = TextTable(whole.headers[named:-1], tuple(row[named:-1] for row in whole.rows)).to_text()
        room = _WIDTH - max(map(len, rest.splitlines())) - 2 * named
        long = self._long(whole, named, max(room, 2 * _LEAST))
        numbers = {name: f"[{place}]" for place, name in enumerate(dict.fromkeys(name for name, _ in long), 1)}
        cut = {name: text_cell(f"{numbers[name]} {name}"[: width - 1] + "…") for name, width in long}
        rows = [(*(cut.get(cell.plain, cell) for cell in row[:named]), *row[named:-1]) for row in whole.rows]
        notes = [f"{number} {name}" for name, number in numbers.items()]
        for pair in self.pairs:
            label = ", ".join(numbers.get(name, name) for name in (pair.source, pair.law)[2 - named :])
            notes.append(f"{label}: {_values(pair)}")
        return TextTable(whole.headers[:-1], tuple(rows), notes=tuple(line for text in notes for line in _wrapped(text)))

    def _long(self, whole: TextTable, named: int, room: int) -> list[tuple[str, int]]:
        """Return the names of sources and laws that are too long for the room there is, and the width that each may have."""
        columns = [[row[place].plain for row in whole.rows] for place in range(named)]
        sizes = [max(map(len, column)) for column in columns]
        widths = [room] if named == 1 else [first := min(sizes[0], max(room // 2, room - sizes[1])), room - first]
        return [(name, width) for column, width in zip(columns, widths, strict=True) for name in column if len(name) > width]

    def paged(self) -> TextTable:
        """Return a row for each pair with everything in it, however wide."""
        several = len(self.origins) > 1
        names = ["law", "constants", "misfit", "R²", "ΔAIC", "ΔBIC", "chi²", "p-value", "left out", "values"]
        rows = tuple(self._row(pair, several) for pair in self.pairs)
        notes = tuple(f"{self._label(pair)}: {pair.reason}" for pair in self.pairs if pair.reason)
        return TextTable(heads([*["source"] * several, *names]), rows, notes=notes)

    def __str__(self) -> str:
        above = [line for text in self.sentences() for line in _wrapped(text)]
        warned = [line for text in self.warnings for line in _wrapped(f"warning: {text}")]
        return "\n".join([*above, "", self.table().to_text(), *[""] * bool(warned), *warned])

    def printed(self) -> tuple[TextTable, ...]:
        """Return the scores, and the constants in a table of their own."""
        several = len(self.origins) > 1
        rows = [((*[text_cell(pair.source)] * several, law_cell(pair.law, pair.text)), pair.constants) for pair in self.pairs]
        return split(self.paged(), rows, [*["source"] * several, "law"])

    def _label(self, pair: Pair) -> str:
        return f"{pair.source}, {pair.law}" if len(self.origins) > 1 else pair.law

    def _row(self, pair: Pair, several: bool) -> tuple[Cell, ...]:
        scores = pair.scores
        differences = [pair.value(name) - self._least(name, pair) if scores else None for name in ("aic", "bic")]
        own = (None, None) if scores is None else (scores.r2, scores.heldout)
        numbers = [pair.misfit, own[0], *differences, pair.chi2, pair.p_value, own[1]]
        last = text_cell("no answer, see below") if pair.reason else constants_cell(pair.constants)
        law = [*[text_cell(pair.source)] * several, law_cell(pair.law, pair.text), number_cell(pair.count)]
        return (*law, *map(optional_cell, numbers), last)

    def _least(self, criterion: str, pair: Pair) -> float:
        """Return the smallest value over the rows that a pair was scored on."""
        rows = {origin.name: origin.digest for origin in self.origins}
        return min(other.value(criterion) for other in self.pairs if rows[other.source] == rows[pair.source])

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw what is ranked for every law, a marker for each source; differences to the smallest for AIC and BIC."""
        ax = plotting.shown() if ax is None else ax
        answered = [pair for pair in self.pairs if not pair.reason and math.isfinite(pair.value(self.by))]
        laws = list(dict.fromkeys(pair.law for pair in answered))
        for place, origin in enumerate(self.origins):
            own = [pair for pair in answered if pair.source == origin.name]
            least = [self._least(self.by, pair) if self.by in ("aic", "bic") else 0.0 for pair in own]
            heights = [abs(pair.value(self.by) - low) for pair, low in zip(own, least, strict=True)]
            colour = (plotting.NETWORK, plotting.LAW, plotting.DATA)[place % 3]
            marker = _MARKERS[place % len(_MARKERS)]
            aside = _ASIDE * (place - (len(self.origins) - 1) / 2)
            ax.plot([laws.index(pair.law) + aside for pair in own], heights, marker, color=colour, label=origin.name)
        ax.set_xticks(
            np.arange(len(laws)), laws, rotation=20 if len(laws) > 2 else 0, ha="right" if len(laws) > 2 else "center"
        )
        ax.set_ylabel(
            {"aic": "AIC − smallest", "bic": "BIC − smallest", "heldout": "error on rows left out"}.get(self.by, self.by)
        )
        ax.set_yscale("symlog" if self.by in ("aic", "bic") else "linear" if self.by == "p_value" else "log")
        if self.by in ("aic", "bic"):
            ax.set_ylim(-0.5, 3 * ax.get_ylim()[1] + 1)
        if len(self.origins) > 1:
            ax.legend(frameon=False)
        return ax

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        origins = [origin.to_dict() for origin in self.origins]
        pairs = [pair.to_dict() for pair in self.pairs]
        return {"by": self.by, "pairs": pairs, "origins": origins}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Comparison:
        """Return the result that `to_dict` wrote."""
        return cls(
            pairs=tuple(map(Pair.from_dict, record["pairs"])),
            origins=tuple(map(Origin.from_dict, record["origins"])),
            by=str(record["by"]),
            warnings=tuple(map(str, record["warnings"])),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        failed = sum(bool(pair.reason) for pair in self.pairs)
        unanswered = f", {failed} without an answer" if failed else ""
        return f"<Comparison: {len(self.pairs)} pairs{unanswered}, ranked by {_WORDS[self.by]}>"
