"""The result of a fit: the three records together, and how they show themselves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from symseries.display import TextTable, latex_name, latex_uncertain
from symseries.displayed import ResultTable, written
from symseries.errors import DataError, OptionError
from symseries.fitting import agreement, lawtests, predictions, report, storage, views
from symseries.fitting.estimate import Estimate, estimate_record
from symseries.fitting.intervals import Intervals, intervals, profiler_of
from symseries.fitting.judge import REJECTED, Judged
from symseries.fitting.lawtests import LawTest
from symseries.fitting.options import check_level, check_points
from symseries.fitting.predictions import Predictions
from symseries.fitting.prepare import Prepared
from symseries.fitting.profiles import Contour, Profile, contour, profile, reach_of
from symseries.fitting.repeats import Trainer
from symseries.fitting.result_constants import Constants
from symseries.fitting.scores import Goodness, goodness_or_reason
from symseries.fitting.solve import Solved
from symseries.fitting.summary import blocks, source_line, summary
from symseries.network import Network
from symseries.pages import latex_document, versions
from symseries.scalars import Array, shown
from symseries.series import Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

__all__ = ["Estimate", "Fit"]

FORMAT = "symseries.fit"
VERSION = 1


@dataclass(frozen=True, repr=False, eq=False)
class Fit:
    """What a fit found: constants with their uncertainties, how they were found, and what a reader must know.

    `constants` maps each name to an `Estimate`; `covariance` and `correlation` (p, p) in the order of `law.constants`, None
    where not known; a constant that ended at a bound is noted so and has no standard error, and the others' hold it there;
    `residual` the Series alpha - beta(C); `misfit` its size relative to the source's variation; `chi2`, `dof`
    and `p_value` test the law against the network's own uncertainty; `baseline` is the direct fit of the law to the data;
    `versions` those of the packages that computed it. `from_json` reads what `to_json` wrote, and a fit pickles.

    >>> import symseries as ss
    >>> found = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, ss.Law("y = a + b*x", variables=("x",)))
    >>> print(found.table())
    constant     direct fit     95 % interval
    ─────────────────────────────────────────
    a         1.030 ± 0.079  0.68849 … 1.3715
    b         1.980 ± 0.042  1.7975 … 2.1625
    """

    prepared: Prepared
    solved: Solved
    judged: Judged
    level: float
    baseline: Fit | None = None
    remarks: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=versions)

    @cached_property
    def constants(self) -> Constants:
        """Name → Estimate, in the order of the law: a dictionary that shows itself."""
        errors = [None] * len(self.solved.values) if self.covariance is None else np.sqrt(np.diag(self.covariance)).tolist()
        names = self.prepared.law.constants
        found = {name: self._estimate(i, name, errors[i]) for i, name in enumerate(names)}
        return Constants(found, self.level, self.warnings, self.provenance)

    def _estimate(self, place: int, name: str, error: float | None) -> Estimate:
        value, tie = self.solved.values[place], self.prepared.ties.get(name)
        unit = self.prepared.law.units.get(name)
        digits = self.solved.digits[place] if self.solved.digits else ""
        if tie is not None and tie.is_number:
            return Estimate(value, unit=unit, note="held", digits=digits)
        if name in self.solved.bounded or (error == 0 and self.solved.bounded):  # or tied to one that is
            return Estimate(value, None, None, unit, "at bound" if tie is None else f"= {tie}", digits)
        interval = None if error is None else (float(value) - self._reach * error, float(value) + self._reach * error)
        return Estimate(value, error, interval, unit, "" if tie is None else f"= {tie}", digits)

    @cached_property
    def _reach(self) -> float:
        """Half-width of the intervals in standard errors, Student's t."""
        return reach_of(self.level, self.judged.freedom)

    @property
    def covariance(self) -> Array | None:
        """Covariance of the constants, (p, p), or None."""
        return self.judged.covariance

    @property
    def correlation(self) -> Array | None:
        """Correlation of the constants, (p, p), or None."""
        if self.covariance is None:
            return None
        errors = np.sqrt(np.diag(self.covariance))
        return np.asarray(self.covariance / np.maximum(np.outer(errors, errors), 1e-300))

    @property
    def residual(self) -> Series:
        """The series alpha - beta(C)."""
        return Series(self.prepared.space, self.solved.residual, self.prepared.scalars)

    @property
    def misfit(self) -> float:
        """Distance of law and source relative to the source's variation about its mean."""
        return self.judged.misfit

    @property
    def chi2(self) -> float | None:
        """Chi-squared of the law against the uncertainty of the coefficients, or None."""
        return self.judged.chi2

    @property
    def dof(self) -> int | None:
        """Degrees of freedom of `chi2`, or None."""
        return self.judged.dof

    @property
    def p_value(self) -> float | None:
        """Probability of so large a `chi2` if the law holds, or None; chi2 / dof is an F where the noise was estimated."""
        return self.judged.p_value

    @property
    def rejected(self) -> bool:
        """Whether the law is rejected: p < 0.01; False also where it is not tested."""
        return self.p_value is not None and self.p_value < REJECTED

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the constants must know, one sentence each."""
        chosen = views.choices(self.prepared)
        return (*(said for said in self.judged.warnings if said not in chosen), *self.remarks)

    @property
    def method(self) -> str:
        """How the constants were found, in a sentence."""
        prepared = self.prepared
        parts = [prepared.composed, prepared.space.describe(), *views.choices(prepared), prepared.weighting.words]
        return "; ".join(filter(None, [*parts, self.solved.method, self._errors_in_words()]))

    @property
    def provenance(self) -> dict[str, Any]:
        """What the fit was computed with: versions, digest of the data, the space in words, the seed of the training."""
        source = self.prepared.source
        training = source.training if isinstance(source, Network) else None
        return {
            "versions": dict(self.versions), "data": None if source.data is None else source.data.digest,
            "space": self.prepared.space.describe(), "seed": None if training is None else training.seed,
        }  # fmt: skip

    def _errors_in_words(self) -> str:
        if self.covariance is None:  # a warning says why, but for exact values, which need none
            return f"no standard errors: {self.judged.reason}" if self.prepared.scalars.exact else ""
        widened = f", widened for the misfit (Birge factor {self.judged.birge:.3g})" if self.judged.birge > 1 else ""
        if self.prepared.by_rows:
            declared = f"standard errors from the errors declared{widened}"
            return declared if self.prepared.weighting.declared else "standard errors from the variance of the residuals"
        what = "coefficients" if self.prepared.direct else "weights"
        return f"standard errors by the delta method from the covariance of the {what}{widened}"

    # ------------------------------------------------------------------------------------------------------ intervals
    def intervals(
        self,
        method: str = "delta",
        *,
        level: float | None = None,
        repeats: int | None = None,
        trainer: Trainer | None = None,
        groups: object = None,
        rng: object = 0,
    ) -> Intervals:
        """Return intervals of the constants by another method.

        `method` is "delta" (linear, from the covariance), "profile" (where the sum of squares with the other constants fitted
        again has risen so far; not symmetric where the law is not linear), "bootstrap" (`repeats` tables drawn from the rows
        with replacement, 30 for a network and 200 for a table) or "jackknife" (rows left out in turn: those of one of `groups`,
        labels (n,), together, or `repeats` random groups; by default 10 for a network and single rows for a table).
        The last two train a network anew each time: by `trainer`, a function of a table that returns a Network, or by `train`
        with the same widths and activation. `level` is that of the fit where none is given; `rng` a seed or generator. An
        interrupt (Ctrl-C) keeps the repeats that are finished.

        Raises `OptionError` for a method that is unknown or needs what is not known here.

        >>> import symseries as ss
        >>> found = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, ss.Law("y = a + b*x", variables=("x",)))
        >>> found.intervals("bootstrap", repeats=50, rng=1)["b"].stderr < 0.1
        True
        """
        return intervals(self, method, self._checked_level(level), repeats, trainer, groups=groups, rng=rng)

    def profile(self, name: str, *, level: float | None = None, points: int = 25) -> Profile:
        """Return the profile of a constant: the rise of the least sum of squares as it moves, 1 at one standard error.

        `.interval` lies between the crossings of `level`, `.plot()` draws it. Raises `LawNameError` for no constant of the law,
        `OptionError` where there is no standard error to set the scale.
        """
        found = profile(profiler_of(self), name, self._checked_level(level), check_points(points))
        return dataclasses.replace(found, provenance=self.provenance)

    def contour(self, first: str, second: str, *, levels: Sequence[float] = (0.68, 0.95), points: int = 21) -> Contour:
        """Return the regions that hold two constants together at some levels; `.plot()` draws them. Errors: as of `profile`."""
        if not isinstance(levels, (tuple, list)) or not levels:
            raise OptionError(f"levels={shown(levels)}: expected probabilities, such as (0.68, 0.95)")
        checked = tuple(self._checked_level(level) for level in levels)
        found = contour(profiler_of(self), first, second, checked, check_points(points))
        return dataclasses.replace(found, provenance=self.provenance)

    def _checked_level(self, level: float | None) -> float:
        if level is None:
            return self.level
        check_level(level)
        return level

    # ---------------------------------------------------------------------------------------------------- predictions
    def __call__(self, points: object) -> Array:
        """Return the values (n,) of the law with the constants found; `points` as of `predict`."""
        return predictions.values(self, points)

    def predict(self, points: object, *, level: float | None = None) -> Predictions:
        """Return what the law predicts at points, with standard errors and the confidence band of the law.

        stderr = sqrt(g' Cov(C) g) with g = df/dC (the delta method), the band Student's t times it. `points` are an array
        (n, w) in the order of the law's variables, or a mapping or table matched by name, with quantities where pint is
        installed; `level` is that of the fit where none is given. A law for log(y) predicts log(y).

        Raises `DataError` for points that do not fit, `LawValueError` where the law has no value.

        >>> import symseries as ss
        >>> found = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, ss.Law("y = a + b*x", variables=("x",)))
        >>> found.predict([1.5]).stderr.round(4).tolist(), found([1.5]).round(4).tolist()
        ([0.0474], [4.0])
        """
        return predictions.predict(self, points, self._checked_level(level))

    # --------------------------------------------------------------------------------------------------------- tables
    def table(self) -> ResultTable:
        """Return the constants as a table, the direct fit beside them where there is one."""
        return self._kept(views.constants_table(self))

    def _kept(self, table: TextTable) -> ResultTable:
        return ResultTable.of(table, self.provenance)

    def coefficient_table(self) -> ResultTable:
        """Return a row for each multi-index: the law's coefficient as a function of the constants, its value at those found,
        the source's coefficient with its standard error, and the difference in standard errors."""
        return self._kept(views.coefficient_table(self))

    def correlation_table(self) -> ResultTable:
        """Return the correlations of the constants that were free; `OptionError` where they are not known."""
        return self._kept(views.correlation_table(self))

    # ---------------------------------------------------------------------------------------------------------- tests
    def residual_table(self, most: int = 12) -> ResultTable:
        """Return what the law leaves unexplained, by multi-index, the strongest first, in standard deviations where known.

        These are those that the residual has where the law holds: sqrt(diag((1 - J G) Cov(alpha) (1 - J G)')).
        """
        return self._kept(lawtests.residual_table(self, most))

    def f_test(self) -> LawTest:
        """Return the F-test of the law, fitted to the data directly, against the network; its `words` say why there is none."""
        return dataclasses.replace(lawtests.f_test(self), provenance=self.provenance)

    def tests(self) -> ResultTable:
        """Return the tests of the law, a row each: chi-squared of the coefficients, F-test against the network."""
        return self._kept(lawtests.tests_table(self))

    @cached_property
    def regularisation(self) -> dict[str, float] | None:
        """How far the regularisation of the training moved each constant, in its standard errors; None where not known."""
        return lawtests.regularisation_bias(self)

    @cached_property
    def scores(self) -> Goodness:
        """How well the law describes its rows: `rows`, `r2`, `aic`, `bic`, and `words`, which say why where there are none.

        AIC = n ln(sum r_i**2/n) + 2 (p + 1), BIC with (p + 1) ln n, over n rows with p free constants, residuals r_i of the law
        at these constants counted by the errors declared; those of `compare` are the same.

        >>> import symseries as ss
        >>> found = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, ss.Law("y = a + b*x", variables=("x",)))
        >>> round(found.r2, 5), round(found.aic, 3), round(found.bic, 3)
        (0.99908, -15.615, -17.456)
        """
        return goodness_or_reason(self)

    @property
    def r2(self) -> float | None:
        """Share of the target's variance over its rows that the law explains, or None without rows."""
        return self.scores.r2

    @property
    def aic(self) -> float | None:
        """Akaike's information criterion of the law over its rows, smaller being better, or None without rows."""
        return self.scores.aic

    @property
    def bic(self) -> float | None:
        """The Bayesian information criterion of the law over its rows, smaller being better, or None without rows."""
        return self.scores.bic

    def summary(self) -> str:
        """Return the result as text for a terminal: law, source, constants, scores, tests, warnings."""
        return summary(self)

    __str__ = summary

    def __repr__(self) -> str:
        return views.one_line(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fit) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((str(self.prepared.law), tuple(map(str, self.solved.values))))

    # -------------------------------------------------------------------------------------------------------- exports
    def to_frame(self) -> DataFrame:
        """Return the constants as a DataFrame: value, stderr, interval, and where known the direct fit and the units.

        Its `attrs` hold what is said of the law as a whole: r2, aic, bic, misfit, chi2, dof and p_value, None where not known.
        Raises `OptionError` where pandas is not installed.
        """
        frame = views.numbers_table(self).to_frame()
        frame.attrs.update({name: getattr(self, name) for name in ("r2", "aic", "bic", "misfit", "chi2", "dof", "p_value")})
        return frame

    def to_csv(self, path: str | Path | None = None) -> str:
        """Return the columns of `to_frame` as CSV text with all digits, and write it to `path` where one is given.

        What a spreadsheet would run as a formula is prefixed by an apostrophe. Raises `OptionError` for a path that cannot be
        written.
        """
        return written(views.numbers_table(self).to_csv(), path)

    def to_markdown(self) -> str:
        """Return the table of constants in Markdown, the law above it and the warnings below."""
        constants = self.table()
        return TextTable(constants.headers, constants.rows, str(self.prepared.law), self.warnings).to_markdown()

    def to_latex(self, *, document: bool = False) -> str:
        """Return the law, the law with its values, the table of constants with the warnings, and that of coefficients as LaTeX.

        The table of coefficients is left out over the rows themselves, where it is the table of measurements once more.

        With `document=True` it compiles alone; without it, load amsmath, booktabs and longtable.
        """
        constants = self.table()
        caption = f"Constants of the law, {100 * self.level:g} % intervals"
        captioned = TextTable(constants.headers, constants.rows, caption, self.warnings)
        # at the rows themselves coefficients are the table of measurements once more
        coefficients = [] if self.prepared.space.order is None else [self.coefficient_table().to_latex()]
        parts = [views.law_latex(self), captioned.to_latex(), *coefficients]
        return latex_document(parts) if document else "\n".join(parts)

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the result as JSON text, and write it to `path` where one is given; `Fit.from_json` reads it back.

        It holds constants, covariance, tests, scores, method, warnings, the direct fit and what it was computed with, for
        whoever reads JSON; and under "records" both sides, the source and its data, from which a fit is made again.
        """
        text = storage.to_text(self.to_dict())
        written(text + "\n", path)
        return text

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain lists and numbers."""
        return {
            **self._said(), "records": storage.records(self.prepared, self.solved, self.judged),
            "baseline": None if self.baseline is None else self.baseline.to_dict(),
        }  # fmt: skip

    def _said(self) -> dict[str, Any]:
        """Return what the text holds for whoever reads JSON."""
        return {
            "format": FORMAT, "version": VERSION, "law": str(self.prepared.law),
            "known": {name: str(value) for name, value in self.prepared.law.known.items()},
            "source": source_line(self.prepared), "space": self.prepared.space.describe(),
            "constants": {name: estimate_record(e) for name, e in self.constants.items()},
            "covariance": None if self.covariance is None else self.covariance.tolist(),
            "level": float(self.level), "misfit": storage.real(self.misfit), "chi2": storage.real(self.chi2), "dof": self.dof,
            "p_value": storage.real(self.p_value), "r2": storage.real(self.r2), "aic": storage.real(self.aic),
            "bic": storage.real(self.bic), "method": self.method, "warnings": list(self.warnings),
            "provenance": self.provenance, "remarks": list(self.remarks),
        }  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> Fit:
        """Return the fit that `to_json` wrote: nothing is computed anew, and it shows what the written one showed.

        What the text says of the fit (law, constants, covariance, tests, scores, digest of the data) has to agree with the
        "records" from which the fit is made: a text in which one of the two was changed is refused by the name of the field.
        So are sentences (source, space, method, warnings), but for those of another version of this package, which may word
        them otherwise: they are made from the records.

        Raises `DataError` naming the place for text that is damaged, of another format or version, or whose parts do not fit
        together; `ResourceLimitError` for text that is too long.

        >>> import symseries as ss
        >>> found = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, ss.Law("y = a + b*x", variables=("x",)))
        >>> ss.Fit.from_json(found.to_json()).constants["b"] == found.constants["b"]
        True
        """
        return cls.from_dict(storage.from_json(text))

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Fit:
        """Return the fit that `to_dict` wrote; errors are those of `from_json`."""
        return cls(**storage.read(record, FORMAT, VERSION), baseline=cls._read_baseline(record))._checked(record)

    @classmethod
    def _read_baseline(cls, record: Mapping[str, Any]) -> Fit | None:
        baseline = storage.entry(record, "baseline", None, "top")
        if baseline is None:
            return None
        with storage.place("baseline"):
            return cls.from_dict(storage.entry(record, "baseline", dict, "top"))

    def _checked(self, record: Mapping[str, Any]) -> Fit:
        """Refuse a text that was changed by hand, or whose direct fit is of another law."""
        agreement.check(self, self._said(), record)
        if self.baseline is not None and list(self.baseline.constants) != list(self.constants):
            raise DataError("fit, baseline: it has other constants; expected the direct fit of the same law")
        return self

    def __reduce__(self) -> tuple[Callable[[Mapping[str, Any]], Fit], tuple[dict[str, Any]]]:
        return Fit.from_dict, (self.to_dict(),)

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the report as one self-contained HTML page, and write it to `path` where one is given.

        Its sections are the seven steps from the data to what remains unexplained, warnings first. `OptionError` where
        matplotlib is missing.
        """
        return written(report.page(self), path)

    def plot(self, kind: str | None = None, *, ax: Axes | None = None, variable: str | None = None) -> Any:
        """Draw a figure and return its axes, or the four of them, an array (2, 2), where neither kind nor axes are named.

        `kind` is "coefficients" (both sides with error bars), "residual" (by multi-index), "predicted" (against measured) or
        "slice" (along `variable`, other inputs at their medians, with bands); `ax` are matplotlib axes to draw on.
        """
        return report.plot(self, kind, ax, variable)

    def _repr_html_(self) -> str:
        return blocks(self)

    def _repr_latex_(self) -> str:
        law = self.prepared.law
        rows = (f"{latex_name(n)} &= {latex_uncertain(e.value, e.stderr)}" for n, e in self.constants.items())
        return "$\\begin{aligned} & " + law.to_latex() + r" \\ " + r" \\ ".join(rows) + "\\end{aligned}$"
