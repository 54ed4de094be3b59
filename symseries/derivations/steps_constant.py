"""A constant of a law from coefficients: formula, numbers put in, value with its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import sympy

from symseries.derivations.derivation import Step
from symseries.derivations.verdict import Verdict
from symseries.derivations.verifying import checked_seconds, verify
from symseries.derivations.writing import SECONDS, Index, Writer, Written, number_of, taylor_coefficient
from symseries.display import latex_name, latex_uncertain, uncertain
from symseries.errors import LawNameError, OptionError, listing, suggestion
from symseries.laws import Law
from symseries.laws.closed import ClosedForm
from symseries.names import symbol
from symseries.network import Network
from symseries.scalars import Array
from symseries.series import Series
from symseries.spaces import Space, TaylorSpace, check_space


class Found(Protocol):
    """What is asked of a fit: both sides as it prepared them."""

    @property
    def prepared(self) -> Any:
        """The record with law, space, series and source."""
        ...


def derive_constant(
    source: Law | Found,
    name: str,
    *,
    space: Space | None = None,
    alpha: Series | Mapping[Any, Any] | None = None,
    covariance: object = None,
    seconds: float | None = SECONDS,
) -> Written:
    """Return the derivation of a constant from coefficients: the formula, the numbers put in, the value with its uncertainty.

    The estimator is the law's closed form (`Law.closed_form`), checked by putting the law's own coefficients in. Its standard
    error is sqrt(g' S g), g being its gradient in the coefficients and S their covariance.

    Parameters: `source`, a fit, or a law with `space` and `alpha`, a series over the space or {(0, 1): value}; a fit brings its
    own, and another `space` expands its network there. `covariance` is that of all coefficients of the space, (N, N), by
    default the one that the series carries; `seconds` for each check. Returns a `Written` with `.result` the formula, `.value`
    and `.stderr`, None where there is no covariance. Raises `OptionError`, `LawNameError`, and what `closed_form` raises.

    >>> import symseries as ss
    >>> law, space = ss.Law("s = sf + k/sqrt(d)", variables=("d",)), ss.TaylorSpace({"d": 4}, order=1)
    >>> found = derive_constant(law, "k", space=space, alpha={(0,): 12, (1,): "-1/8"}, covariance=[[1, 0], [0, 0.01]])
    >>> print(found.steps[-2].understood, "|", found.steps[-1].understood)
    k = 2 | k = 2.0 ± 1.6
    """
    law, place, given = _question(source, space, alpha)
    if name not in law.constants:
        known = listing(law.constants) or "none"
        raise LawNameError(f"constant {name!r}{suggestion(name, law.constants)}; the law has {known}")
    return _Constant(law, law.closed_form(place), name, given, Writer(checked_seconds(seconds))).written(covariance)


def _question(source: Any, space: Space | None, alpha: Any) -> tuple[Law, Space, Series | Mapping[Any, Any]]:
    """Return law, space and coefficients, or raise what is missing."""
    if isinstance(source, Law):
        if space is None or alpha is None:
            raise OptionError("a constant of a law: give the space and the coefficients alpha, or a fit, which has both")
        return source, check_space(space), _keyed(alpha)
    prepared = getattr(source, "prepared", None)
    if prepared is None:
        raise OptionError(f"source={type(source).__name__}: expected a Law or a Fit")
    if space is None or space == prepared.space:
        return prepared.model, prepared.space, prepared.alpha if alpha is None else _keyed(alpha)
    if alpha is None:
        if not isinstance(prepared.source, Network) or prepared.composed:
            raise OptionError(f"{space.describe()}: the fit has no network that predicts what the law does; give alpha")
        alpha = prepared.source.expand(space)
    return prepared.model, check_space(space), _keyed(alpha)


def _keyed(alpha: Any) -> Series | Mapping[Any, Any]:
    if isinstance(alpha, Series):
        return alpha
    if isinstance(alpha, Mapping):
        keyed = {tuple(key) if isinstance(key, (tuple, list)) else (key,): value for key, value in alpha.items()}
        return {key: number_of(value) if isinstance(value, str) else value for key, value in keyed.items()}
    raise OptionError(f"alpha={alpha!r}: expected a Series, or a mapping such as {{(0,): 1.0, (1,): 0.5}}")


class _Constant:
    """A constant, its closed form, and the coefficients that are put in; it writes the steps."""

    def __init__(self, law: Law, form: ClosedForm, name: str, given: Series | Mapping[Any, Any], writer: Writer) -> None:
        self.law, self.form, self.name, self.given, self.writer = law, form, name, given, writer
        self.space, self.formula = form.space, form[name]
        self.places = {tuple(map(int, row)): place for place, row in enumerate(self.space.multi_indices.tolist())}
        pairs = zip(form.labels, form.rows, strict=True)
        self.used: dict[sympy.Symbol, Index] = {label: row for label, row in pairs if self.formula.has(label)}

    def written(self, covariance: object) -> Written:
        """Write all steps."""
        value = self.form.at(self.given)[self.name]  # refuses a series over another space, and missing coefficients
        self.writer.define("The law", symbol(self.law.target or "y"), self.law.expression)
        for known, number in self.law.known.items():
            self.writer.define("A known value", symbol(known), number)
        self._estimator()
        block = self._covariance(covariance)
        error = None if block is None else self._gradient(block)
        self._put_in(value, "" if error is not None else "; no standard error, as the coefficients have no covariance")
        if error is not None:
            self._with_error(value, error)
        return Written(self.writer.steps, f"Constant {self.name} of {self.law}", self.formula, value, error)

    @cached_property
    def numbers(self) -> dict[sympy.Symbol, sympy.Expr]:
        """The coefficients that are used, as the exact numbers that they are."""
        given = self.given
        if isinstance(given, Series):
            return {label: number_of(given.coefficients[self.places[row]]) for label, row in self.used.items()}
        return {label: number_of(given[row]) for label, row in self.used.items()}

    def _estimator(self) -> None:
        """Write the law's own coefficients and the estimator, which gives the constant back from them."""
        own = self.law.expand(self.space).coefficients
        meanings = {label: sympy.Integer(0) + own[self.places[row]] for label, row in self.used.items()}
        for label, row in self.used.items():
            words = f"The law's coefficient {row} over the {self.space.describe()}"
            if isinstance(self.space, TaylorSpace):
                shown = (label.name, latex_name(label.name))
                self.writer.prove(words, taylor_coefficient(self.law.formula, self.space, row), meanings[label], shown)
            else:
                self.writer.define(words, label, meanings[label])
        words = "Solved for the constant; checked by putting the law's own coefficients in"
        verdict = verify(self.formula.xreplace(meanings), symbol(self.name), seconds=self.writer.seconds)
        self.writer.add(words, (symbol(self.name), self.formula), verdict)

    def _covariance(self, covariance: object) -> Array | None:
        """Return the covariance of the coefficients that are used, None where it is not known."""
        matrix = self.given.covariance if covariance is None and isinstance(self.given, Series) else covariance
        if matrix is None:
            return None
        full, count = np.asarray(matrix, dtype=float), len(self.places)
        if full.shape != (count, count) or not np.isfinite(full).all():
            raise OptionError(f"covariance of shape {full.shape}: expected finite numbers ({count}, {count})")
        chosen = [self.places[row] for row in self.used.values()]
        return np.asarray(full[np.ix_(chosen, chosen)])

    def _gradient(self, block: Array) -> float:
        """Write the gradient of the estimator and return the standard error by the delta method."""
        slopes = []
        for label in self.used:
            slope = sympy.factor_terms(sympy.diff(self.formula, label))
            self.writer.prove(f"Its derivative in {label.name}", sympy.Derivative(self.formula, label), slope)
            slopes.append(float(sympy.N(slope.xreplace(self.numbers), 30)))
        gradient = np.array(slopes)
        return float(np.sqrt(max(gradient @ block @ gradient, 0.0)))

    def _put_in(self, value: Any, remark: str) -> None:
        """Write the numbers in the places of the coefficients, and the value, which is computed again with 50 digits."""
        lines = self.form.to_latex(worked=self.given).splitlines()[1:-1]
        line = lines[list(self.form).index(self.name)].removesuffix(r" \\")
        again = sympy.N(self.formula.xreplace(self.numbers), 50)
        is_close = abs(again - sympy.N(value, 50)) <= abs(again) * sympy.Float("1e-9")
        words = f"computed with 50 digits: {sympy.N(again, 15)}"
        verdict = Verdict("proved" if is_close else "open", self.name, str(value), words)
        self._number(f"The numbers put in{remark}", str(_short(value)), line.split("&= ", 1)[1], verdict)

    def _with_error(self, value: Any, error: float) -> None:
        """Write the value with its standard error."""
        text, latex = (show(float(value), error) for show in (uncertain, latex_uncertain))
        verdict = Verdict("proved", self.name, text, "sqrt(g' S g), g the derivatives above, S the covariance")
        self._number("The standard error by the delta method", text, latex, verdict)

    def _number(self, words: str, text: str, latex: str, verdict: Verdict) -> None:
        place = len(self.writer.steps) + 1
        self.writer.steps.append(Step(place, words, "=", self.name, text, verdict, (latex_name(self.name), latex)))


def _short(value: Any) -> Any:
    return value if isinstance(value, sympy.Expr) else f"{value:.6g}"
