"""Intervals of constants by the method that is asked for: delta, bootstrap, jackknife, profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from symseries.display import TextTable, name_cell, text_cell, uncertain_cell
from symseries.displayed import Record, Shown, seed_of, texts
from symseries.errors import OptionError, listing, suggestion
from symseries.fitting.estimate import Estimate, estimate_from, estimate_record, interval_cell
from symseries.fitting.judge import released
from symseries.fitting.profiles import Profiler, limits, open_sides, reach_of
from symseries.fitting.repeats import GROUPS, NETWORKS, TABLES, Repeats, Trainer, bootstrap, jackknife, parts_of
from symseries.fitting.views import estimates_table
from symseries.scalars import Array
from symseries.training import seeded

if TYPE_CHECKING:
    from symseries.fitting.result import Fit

METHODS = ("delta", "bootstrap", "jackknife", "profile")


@dataclass(frozen=True, repr=False, eq=False)
class Intervals(Shown):
    """Intervals of the constants of a fit: `estimates` name → Estimate, by one `method`, at one `level`.

    `samples` (m, p) are the constants of the repeats of a bootstrap or jackknife, `words` how these were made; `warnings` what
    a reader must know. It prints as a table, and goes to LaTeX, DataFrame and JSON and back.

    >>> import symseries as ss
    >>> found = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, ss.Law("y = a + b*x", variables=("x",)))
    >>> print(found.intervals("profile"))
    constant          value     95 % interval
    ─────────────────────────────────────────
    a         1.030 ± 0.079  0.68849 … 1.3715
    b         1.980 ± 0.042  1.7975 … 2.1625
    """

    method: str
    level: float
    estimates: Mapping[str, Estimate]
    samples: Array | None = None
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""

    kind = "symseries.intervals"
    title = "Intervals of the constants"
    noted = True

    def __getitem__(self, name: str) -> Estimate:
        return self.estimates[name]

    def sentences(self) -> tuple[str, ...]:
        """Return the method with what was drawn or left out, for those that fit again."""
        return (f"{self.method}: {self.words}",) if self.words else ()

    def table(self) -> TextTable:
        """Return the intervals as a table."""
        headers = tuple(map(text_cell, ("constant", "value", f"{100 * self.level:g} % interval")))
        rows = tuple(
            (name_cell(n), uncertain_cell(e.value, e.stderr), interval_cell(e.interval)) for n, e in self.estimates.items()
        )
        return TextTable(headers, rows, notes=self.warnings)

    def framed(self) -> TextTable:
        """Return value, stderr and limits, a number a cell."""
        return estimates_table(self.estimates)

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {
            "method": self.method, "level": self.level, "words": self.words,
            "estimates": {name: estimate_record(estimate) for name, estimate in self.estimates.items()},
            "samples": None if self.samples is None else self.samples.tolist(),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Intervals:
        """Return the intervals that `to_dict` wrote."""
        estimates = {str(name): estimate_from(one) for name, one in record["estimates"].items()}
        samples = None if record["samples"] is None else np.array(record["samples"], dtype=float)
        numbers = (float(record["level"]), estimates, samples)
        said = texts(record, "warnings"), dict(record["provenance"]), str(record["words"])
        return cls(str(record["method"]), *numbers, *said)

    def __repr__(self) -> str:
        return f"<Intervals: {self.method}, {100 * self.level:g} %, {listing(f'{n} = {e}' for n, e in self.estimates.items())}>"


def intervals(
    fit: Fit, method: object, level: float, repeats: object, trainer: Trainer | None, *, groups: object, rng: object
) -> Intervals:
    """Return the intervals of the constants of a fit by a method of `METHODS`."""
    found = _intervals(fit, method, level, repeats, trainer, groups=groups, rng=rng)
    drawn = {} if found.samples is None else {"seed of the repeats": seed_of(rng)}
    return replace(found, provenance={**fit.provenance, **drawn})


def _intervals(
    fit: Fit, method: object, level: float, repeats: object, trainer: Trainer | None, *, groups: object, rng: object
) -> Intervals:
    if method not in METHODS:
        near = suggestion(method, METHODS) if isinstance(method, str) else ""
        raise OptionError(f"intervals: method={method!r}{near}; expected one of {listing(METHODS)}")
    if trainer is not None and (fit.prepared.direct or not callable(trainer)):
        raise OptionError(
            "trainer= makes networks, as a function of a table; a direct fit has none, and delta and profile need none"
        )
    if groups is not None and method != "jackknife":
        raise OptionError(f"intervals: groups= are rows that a jackknife leaves out together; {method} has none")
    if method == "delta":
        return _delta(fit, level)
    if method == "profile":
        return _profile(fit, level)
    generator = np.random.default_rng(seeded(rng))
    values = np.array([float(value) for value in fit.solved.values])
    if method == "bootstrap":
        count = _count(repeats, NETWORKS if not fit.prepared.direct else TABLES)
        drawn = bootstrap(fit.prepared, values, count, trainer, generator)
        found = _scattered(fit, "bootstrap", level, drawn, drawn.constants.std(axis=0, ddof=1))
        return replace(found, words=f"{len(drawn.constants)} tables of rows drawn with replacement")
    parts = parts_of(fit.prepared, None if repeats is None else _count(repeats, GROUPS), groups, generator)
    left = jackknife(fit.prepared, values, parts, trainer, generator)
    count = len(left.constants)
    spread = np.sqrt((count - 1) ** 2 / count) * left.constants.std(axis=0, ddof=1)
    return replace(_scattered(fit, "jackknife", level, left, spread), words=_left_out(parts, groups is not None))


def _left_out(parts: Sequence[Array], labelled: bool) -> str:
    sizes = sorted({len(part) for part in parts})
    if sizes == [1]:
        return f"each of {len(parts)} rows left out in turn"
    size = f"{sizes[0]} to {sizes[-1]}" if len(sizes) > 1 else f"{sizes[0]}"
    return f"{len(parts)} {'groups of equal labels' if labelled else 'random groups'}, {size} rows each, left out in turn"


def _count(repeats: object, default: int) -> int:
    if repeats is None:
        return default
    if isinstance(repeats, bool) or not isinstance(repeats, (int, np.integer)) or repeats < 2:
        raise OptionError(f"intervals: repeats={repeats!r}; expected an integer >= 2, the number of fits")
    return int(repeats)


def _delta(fit: Fit, level: float) -> Intervals:
    reach = reach_of(level, fit.judged.freedom)
    found = {name: _around(e, e.stderr, reach) for name, e in fit.constants.items()}
    return Intervals("delta", level, found, warnings=fit.warnings)


def _around(estimate: Estimate, stderr: float | None, reach: float) -> Estimate:
    value = float(estimate.value)
    interval = None if stderr is None else (value - reach * stderr, value + reach * stderr)
    return Estimate(estimate.value, stderr, interval, estimate.unit, estimate.note)


def _profile(fit: Fit, level: float) -> Intervals:
    profiler = profiler_of(fit)
    found, said = {}, list(fit.warnings)
    for name, estimate in fit.constants.items():
        if name not in profiler.names:
            found[name] = estimate
            continue
        interval = limits(profiler, name, level)
        found[name] = Estimate(estimate.value, estimate.stderr, interval, estimate.unit, estimate.note)
        said += open_sides(name, interval)
    return Intervals("profile", level, found, warnings=tuple(said))


def profiler_of(fit: Fit) -> Profiler:
    """Return what moves the constants of a fit; `OptionError` where no standard error sets the scale."""
    if fit.prepared.scalars.exact:
        raise OptionError(
            "profile: the sum of squares of an exact fit is a parabola, whose profile is the delta interval; ask for that"
        )
    if fit.covariance is None:
        raise OptionError(f"profile: it needs the scale of a standard error, and there is none: {fit.judged.reason}")
    freed = released(fit.prepared, fit.solved, fit.judged) if fit.solved.bounded else None
    return Profiler(fit.prepared, fit.solved, fit.covariance, fit.judged.freedom, freed)


def _scattered(fit: Fit, method: str, level: float, repeats: Repeats, errors: Array) -> Intervals:
    freedom = len(repeats.constants) - 1
    reach = reach_of(level, float(freedom))
    rows = zip(fit.constants.items(), errors.tolist(), strict=True)
    found = {name: e if e.note == "held" else _around(e, error, reach) for (name, e), error in rows}
    said = repeats.notes
    if repeats.bounded:
        said += (f"{repeats.bounded} of {len(repeats.constants)} repeats ended at a bound",)
    if repeats.bounded and method == "bootstrap":  # repeats pile up at a bound: no multiple of their spread says where they lie
        found = {name: _percentile(found[name], column, level) for name, column in zip(found, repeats.constants.T, strict=True)}
        said += ("the intervals are the percentiles of the repeats",)
    return Intervals(method, level, found, repeats.constants, said)


def _percentile(estimate: Estimate, repeats: Array, level: float) -> Estimate:
    """Return an estimate with the interval that leaves equal shares of the repeats on either side."""
    if estimate.interval is None:
        return estimate
    low, high = np.quantile(repeats, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return replace(estimate, interval=(low, high))
