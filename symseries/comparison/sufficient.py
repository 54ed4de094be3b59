"""What a question of dimensional sufficiency found, and its answer in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from symseries.comparison.records import heads
from symseries.display import TextTable, name_cell, number, number_cell
from symseries.displayed import Record, Shown, read_real, real
from symseries.errors import listing
from symseries.fitting.judge import REJECTED, probability

FORMAT = "symseries.sufficiency"
_ENOUGH = 0.95  # share of the variance from which inputs are called sufficient


@dataclass(frozen=True)
class Noise:
    """What no function of the inputs explains: a standard deviation in units of the target, and where it comes from."""

    value: float
    freedom: int
    words: str


@dataclass(frozen=True)
class LackOfFit:
    """The F-test of a residual against the noise."""

    ratio: float
    freedom: float
    noise_freedom: int
    p_value: float


@dataclass(frozen=True)
class LeftOut:
    """A column that is no input: its rank correlation with the residual, the share that a parabola in it explains, and p."""

    name: str
    correlation: float
    share: float
    p_value: float

    def sentence(self) -> str:
        """Return how the residual goes with the column: it rises, falls, or bends where no line says most of it."""
        evidence = f"rank correlation {self.correlation:.2f}, {probability(self.p_value)}, {_share(self.share)} of what is left"
        straight = self.correlation**2 >= self.share / 2
        verb = ("rises" if self.correlation > 0 else "falls") if straight else "bends"
        return f"the residual {verb} with {self.name} ({evidence})"


@dataclass(frozen=True, repr=False, eq=False)
class Sufficiency(Shown):
    """Whether inputs determine a target.

    `explained` is the share of the variance that the network (or polynomial) explains, corrected for its coefficients;
    `ceiling` the largest share that any function of the inputs can explain, with its 95 % `interval`; `noise` the rest as a
    standard deviation; `lack` the test whether the residual exceeds the noise; `left_out` the other columns against the
    residual. `sufficient` is False where a column left out says more, True where none does and the ceiling is at least 95 %,
    None where it is open: the rest is noise, or a column that is not there.
    """

    target: str
    inputs: tuple[str, ...]
    rows: int
    reference: str
    explained: float
    noise: Noise | None
    ceiling: float | None
    interval: tuple[float, float] | None
    lack: LackOfFit | None
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = FORMAT
    title = "Do these inputs determine the target?"

    @property
    def telling(self) -> tuple[LeftOut, ...]:
        """The columns left out that the residual depends on, at the level 1 %."""
        return tuple(one for one in self.left_out if one.p_value < REJECTED)

    @property
    def sufficient(self) -> bool | None:
        """Whether the inputs are sufficient; None where that is open."""
        if self.telling:
            return False
        return True if self.ceiling is not None and self.ceiling >= _ENOUGH else None

    @property
    def conclusion(self) -> str:
        """The answer in words."""
        return "; ".join(filter(None, [self._bound(), self._fit(), self._columns()]))

    def _bound(self) -> str:
        if self.ceiling is None or self.noise is None or self.interval is None:
            return (
                f"the noise is not known, too few rows are near each other; {self.reference} explains {_share(self.explained)}"
            )
        between = f"95 % interval {_share(self.interval[0])} to {_share(self.interval[1])}, from {self.noise.words}"
        return f"these inputs explain at most {_share(self.ceiling)} of the variance ({between})"

    def _fit(self) -> str:
        if self.lack is None or self.ceiling is None:
            return ""
        said = f"{self.reference} explains {_share(self.explained)}"
        if self.lack.p_value < REJECTED:
            test = f"F = {self.lack.ratio:.3g}, {probability(self.lack.p_value)}"
            return f"{said} and leaves structure that the inputs could explain ({test})"
        return f"{said}, all that they can (lack of fit {probability(self.lack.p_value)})"

    def _columns(self) -> str:
        if self.telling:
            missing = "this input is missing" if len(self.telling) == 1 else "these inputs are missing"
            return f"{listing(one.sentence() for one in self.telling)}: {missing}"
        if self.left_out:
            return f"none of the columns left out says more ({listing(one.name for one in self.left_out)})"
        rest = self.ceiling is not None and self.ceiling < _ENOUGH
        return "the rest is noise, or an input that is not in the table" if rest else ""

    def sentences(self) -> tuple[str, ...]:
        """Return the question and the answer."""
        noise = "not known" if self.noise is None else f"{number(self.noise.value, 3)} from {self.noise.words}"
        return (
            f"target       {self.target} from {listing(self.inputs)}, {self.rows} rows",
            f"noise        {noise}",
            f"conclusion   {self.conclusion}",
        )

    def table(self) -> TextTable:
        """Return the columns left out against the residual."""
        rows = tuple(
            (name_cell(one.name), *(number_cell(v, 3) for v in (one.correlation, one.share, one.p_value)))
            for one in self.left_out
        )
        return TextTable(heads(["column left out", "rank correlation", "share of the residual", "p-value"]), rows)

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {
            "conclusion": self.conclusion, "target": self.target, "inputs": list(self.inputs), "rows": self.rows,
            "reference": self.reference, "explained": real(self.explained),
            "noise": None if self.noise is None else dataclasses.asdict(self.noise), "ceiling": real(self.ceiling),
            "interval": None if self.interval is None else [real(v) for v in self.interval],
            "lack": None if self.lack is None else dataclasses.asdict(self.lack),
            "left_out": [dataclasses.asdict(one) for one in self.left_out],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Sufficiency:
        """Return the result that `to_dict` wrote."""
        noise, interval, lack = record["noise"], record["interval"], record["lack"]
        return cls(
            target=str(record["target"]),
            inputs=tuple(map(str, record["inputs"])),
            rows=int(record["rows"]),
            reference=str(record["reference"]),
            explained=float(read_real(record["explained"]) or 0.0),
            noise=None if noise is None else Noise(float(noise["value"]), int(noise["freedom"]), str(noise["words"])),
            ceiling=read_real(record["ceiling"]),
            interval=None if interval is None else (float(interval[0]), float(interval[1])),
            lack=None if lack is None else LackOfFit(**{name: lack[name] for name in _names(LackOfFit)}),
            left_out=tuple(LeftOut(**{name: one[name] for name in _names(LeftOut)}) for one in record["left_out"]),
            warnings=tuple(map(str, record["warnings"])),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        return f"<Sufficiency: {self.conclusion}>"


def _names(kind: type) -> list[str]:
    return [one.name for one in dataclasses.fields(kind)]


def _share(value: float) -> str:
    return f"{100 * value:.3g} %" if value < 0.995 else f"{100 * value:.4g} %"
