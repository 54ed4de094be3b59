"""The law and what it lacks: all laws of a few added terms that the source does not reject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from symseries.comparison.candidates import given, standard
from symseries.comparison.extended import Admissible, Extension
from symseries.comparison.question import Columns, Question
from symseries.comparison.records import provenance
from symseries.comparison.search import Subset, admissible
from symseries.comparison.whitened import Whitened, doubts, measured, whiten
from symseries.errors import OptionError
from symseries.fitting.judge import REJECTED
from symseries.fitting.views import cautions, choices
from symseries.laws import Law
from symseries.scalars import Array
from symseries.spaces import BoxSpace, EmpiricalSpace, Space

_SHORTLIST = 6  # subsets of each size that are fitted anew where a law is not linear in its constants
_GRID = 5  # points along a side of a box, at which a candidate must have a value


def extend(
    source: object,
    law: Law,
    candidates: object = None,
    max_terms: int = 3,
    tolerance: float | None = None,
    *,
    space: Space | None = None,
    data: object = None,
    output: str | None = None,
) -> Extension:
    """Return every law, `law` plus at most `max_terms` terms k_i g_i(x), that the source does not reject, the smallest first.

    All subsets of the candidates are compared with what the law leaves of the source: W (alpha - beta(C) - sum k_i gamma_i),
    W whitening the coefficients. A law is admissible where the probability of its chi-squared is at least 1 %, or, with a
    `tolerance`, where its misfit, the distance relative to the variation of the source, does not exceed that: what is
    sufficient for the application, whatever the test, which is told beside it, says. Laws that contain a smaller admissible one
    are left out. Which of several admissible laws is true, these data do not say. For a network, W and the test are those of
    `fit`.

    Parameters: `source`, a network with the covariance of its weights, or a table; `law`; `candidates`, texts or expressions
    in the variables or in other inputs of the network, such as ["c", "log(d)", "c/sqrt(d)"], by default 1, powers, logarithms
    and exponentials of the table of generating functions and products of pairs; `max_terms`, 1, 2 or 3; `tolerance`, a relative
    distance such as 0.01; `space`, where both sides meet, by default that of `fit`; `data` and `output` as in `fit`.
    Raises what `fit` raises, `OptionError` where there is neither a test nor a tolerance, `ResourceLimitError` for too many
    subsets.

    >>> import numpy as np
    >>> x = np.linspace(1.0, 4.0, 40)
    >>> table = {"x": x, "y": 1 + 2 * np.sqrt(x) + 0.001 * np.cos(40 * x)}
    >>> found = extend(table, Law("y = a", variables=("x",)), ["x", "sqrt(x)", "log(x)"])
    >>> found.admissible[0].terms, str(found.admissible[0].law)
    (('sqrt(x)',), 'y = a + k*sqrt(x)')
    """
    most = _checked_count(max_terms)
    tested = whiten(source, law, space, data, output)
    white = _asked(tested, tolerance)
    law = white.prepared.law
    names = tuple(dict.fromkeys((*law.variables, *white.prepared.source.inputs)))
    terms = standard(_points(white, names)) if candidates is None else given(candidates, names)
    question = Question(white, law, terms, names)
    columns, accepts = question.columns(), _criterion(tolerance)
    alone = Subset((), frozenset(), 0.0)
    subsets = [alone] if accepts(question.entry(alone, columns)) else _searched(question, columns, most, accepts)
    near = None if subsets else _nearest(question, columns, most)
    told = _Told(question, columns, Question(tested, law, terms, names) if tested.tested and tested is not white else None)
    return Extension(
        law=law,
        itself=told.entry(alone),
        admissible=tuple(sorted(map(told.entry, subsets), key=_order(tolerance))),
        nearest=None if near is None else told.entry(near),
        pointers=question.pointers(columns),
        max_terms=most,
        candidates=tuple(str(terms[i]) for i in dict.fromkeys(columns.owner)),
        tolerance=tolerance,
        method="; ".join([white.words, *choices(white.prepared)]),
        warnings=(*cautions(white.prepared), *doubts(white.prepared.source)),
        provenance=provenance(white.prepared.source.data, white.prepared.space),
    )


def _checked_count(max_terms: object) -> int:
    if isinstance(max_terms, bool) or max_terms not in (1, 2, 3):
        raise OptionError(f"max_terms={max_terms!r}: expected 1, 2 or 3; more terms fit anything")
    return int(max_terms)


def _asked(white: Whitened, tolerance: object) -> Whitened:
    """Return the source in the metric of the question: its own uncertainty, or the distance that is tolerated."""
    if tolerance is None:
        if not white.tested:
            raise OptionError(
                "extend: the covariance of the network's weights is not known, so that nothing can be rejected; use "
                "refine(net, table), or state a tolerance=, a relative distance such as 0.01"
            )
        return white
    if isinstance(tolerance, bool) or not isinstance(tolerance, (int, float, np.number)) or not 0 < tolerance < 1:
        raise OptionError(f"tolerance={tolerance!r}: expected a relative distance between 0 and 1, such as 0.01")
    return measured(white.prepared)


def _points(white: Whitened, names: tuple[str, ...]) -> dict[str, Array]:
    """Return values of each variable: where it is measured, or over the box."""
    space, data = white.prepared.space, white.prepared.source.data
    if isinstance(space, BoxSpace):
        return {name: np.linspace(float(space.domain[name][0]), float(space.domain[name][1]), _GRID) for name in names}
    if isinstance(space, EmpiricalSpace):
        return {name: space.points[name] for name in names}
    assert data is not None  # noqa: S101 - only spaces of data and boxes come here
    return {name: data[name] for name in names}


def _criterion(tolerance: float | None) -> Callable[[Admissible], bool]:
    if tolerance is not None:
        return lambda entry: entry.misfit <= tolerance
    return lambda entry: entry.p_value is not None and entry.p_value >= REJECTED


def _order(tolerance: float | None) -> Callable[[Admissible], tuple[int, float, float]]:
    """Return what sorts the laws: the fewest constants first, then the likeliest, or the nearest where that was asked."""
    return lambda entry: (entry.added, 0.0 if tolerance else -(entry.p_value or 0.0), entry.misfit)


@dataclass(frozen=True)
class _Told:
    """The laws as they are told: fitted in the metric of the question, tested by the source's own uncertainty where known."""

    question: Question
    columns: Columns
    tests: Question | None
    """The same question in the metric of the test, where that is another."""

    def entry(self, subset: Subset) -> Admissible:
        found = self.question.entry(subset, self.columns)
        if self.tests is None:
            return found
        test = self.tests.entry(subset, self.columns)
        return replace(found, chi2=test.chi2, dof=test.dof, p_value=test.p_value)


def _searched(question: Question, columns: Columns, most: int, accepts: Callable[[Admissible], bool]) -> list[Subset]:
    """Return the sets of added terms that are accepted and contain no smaller one of them.

    Where a law is not linear in its constants, only the nearest few of each size are fitted anew.
    """
    tried: Counter[int] = Counter()

    def accepted(subset: Subset) -> bool:
        curved = question.curved(subset)
        if not question.promising(subset) or (curved and tried[len(subset.terms)] >= _SHORTLIST):
            return False
        tried[len(subset.terms)] += curved
        return accepts(question.entry(subset, columns))

    return list(admissible(*question.compressed(columns), columns.owner, most, accepted))


def _nearest(question: Question, columns: Columns, most: int) -> Subset | None:
    """Return the terms of the closest of the laws that leave something to test, among the nearest of each size."""
    best: dict[int, Subset] = {}

    def noted(subset: Subset) -> bool:
        best.setdefault(len(subset.terms), subset)
        return False

    def distance(subset: Subset) -> tuple[float, float]:
        entry = question.entry(subset, columns)
        return -(entry.p_value or 0.0), entry.misfit

    admissible(*question.compressed(columns), columns.owner, most, noted)
    return min((subset for subset in best.values() if question.dof(subset) > 0), key=distance, default=None)
