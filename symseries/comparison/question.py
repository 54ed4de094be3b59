"""What a law leaves of a source, and how the law fits with some terms added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import sympy

from symseries.comparison.candidates import Candidate, free_name
from symseries.comparison.extended import Admissible
from symseries.comparison.nearest import nearest
from symseries.comparison.search import Subset, without
from symseries.comparison.whitened import Whitened
from symseries.errors import IdentifiabilityError, OptionError, listing
from symseries.fitting import Estimate, fit
from symseries.fitting.judge import REJECTED
from symseries.fitting.prepare import Measurements
from symseries.laws import Law
from symseries.least_squares import pseudo_inverse, solve_linear
from symseries.least_squares.linear import norms
from symseries.names import symbol
from symseries.scalars import Array

_DEPENDENT = 1e-6  # what a column of norm 1 keeps beside the law's own, where it says nothing new
_POINTERS = 5
_SCALES = (1.0, 3.0, 10.0, 0.3, -1.0)  # of the constants of the law alone, where the search for those beside a term begins

Answer = tuple[Array, "Array | None", Array]
"""Values of the constants, their standard errors where they are known, and the residual (N,)."""


@dataclass(frozen=True)
class Columns:
    """The columns of all terms that say something new: their coefficients (N, m), owners and rates, and what they add."""

    raw: Array
    owner: tuple[int, ...]
    rates: tuple[float | None, ...]
    beside: Array
    """In the metric of the question, (k, m), without what the law spans, of norm 1."""


@dataclass
class Question:
    """A law, the terms that may be added, and the source in which they are tested."""

    white: Whitened
    law: Law
    terms: tuple[Candidate, ...]
    names: tuple[str, ...]
    """The variables that terms may hold."""
    held: dict[frozenset[int], Admissible] = field(default_factory=dict)
    """The laws that were fitted already."""

    def __post_init__(self) -> None:
        own = self.own = self._own_constants()
        self.base = self.white.coefficients(self.law.slopes(self.law.constants), own)
        formula = self.law.formula if self.law.nonlinear else self.law.offset
        self.left = self.white.alpha - self.white.coefficients((formula,), own)[:, 0]
        if (
            self.law.constants
            and solve_linear(self.white.times(self.base), self.white.times(self.left)).rank < self.base.shape[1]
        ):
            raise IdentifiabilityError(
                f"law {self.law}: its constants are not determined apart by {self.white.prepared.space.describe()}; "
                "fit(source, law) says which combination is; write it as one constant"
            )

    def _own_constants(self) -> dict[str, float]:
        """Return the constants of the law alone where it is not linear in them."""
        if not self.law.nonlinear:
            return {}
        prepared = self.white.prepared
        direct = isinstance(prepared.source, Measurements)
        found = fit(prepared.source.data if direct else prepared.source, self.law, None if direct else prepared.space)
        values, _, _ = self._nonlinear(self.law, [{name: float(e.value) for name, e in found.constants.items()}])
        return dict(zip(self.law.constants, values.tolist(), strict=True))

    # ------------------------------------------------------------------------------------------------------- columns
    def columns(self) -> Columns:
        """Return the columns of the terms that have values and are no part of the law already; `OptionError` for none."""
        named = [(i, expression, rate) for i, term in enumerate(self.terms) for expression, rate in term.columns()]
        raw = self.white.coefficients([expression for _, expression, _ in named])
        finite = np.isfinite(raw).all(axis=0)
        rooted = self.white.times(np.where(finite, raw, 0.0))
        sizes = norms(rooted)
        beside = without(self.white.times(self.base), rooted / np.where(sizes > 0, sizes, 1.0))
        lengths = np.linalg.norm(beside, axis=0)
        kept = np.flatnonzero(finite & (lengths > _DEPENDENT))
        if not kept.size:
            raise OptionError(
                f"candidates {listing(self.terms)}: each is a part of the law already, or has no value on the data; give others"
            )
        owner, rates = (tuple(named[k][part] for k in kept) for part in (0, 2))
        return Columns(raw[:, kept], owner, rates, beside[:, kept] / lengths[kept])  # type: ignore[arg-type]

    @property
    def _residual(self) -> Array:
        """What the law leaves of the source, in the metric of the question."""
        return without(self.white.times(self.base), self.white.times(self.left))

    def compressed(self, columns: Columns) -> tuple[Array, Array]:
        """Return what the law leaves, and the columns, in as few rows as keep all their distances."""
        both = np.column_stack([columns.beside, self._residual])
        if len(both) > both.shape[1]:
            both = np.asarray(np.linalg.qr(both, mode="r"))
        return both[:, -1], both[:, :-1]

    def pointers(self, columns: Columns) -> tuple[tuple[str, float], ...]:
        """Return the terms that the residual resembles most, with their correlations."""
        residual = self._residual
        correlations = columns.beside.T @ residual / (float(np.linalg.norm(residual)) or 1.0)
        best: dict[str, float] = {}
        for place in np.argsort(-np.abs(correlations)):
            best.setdefault(str(self.terms[columns.owner[place]]), float(correlations[place]))
        return tuple(best.items())[:_POINTERS]

    # ------------------------------------------------------------------------------------------------------- one law
    def dof(self, subset: Subset) -> int:
        """Return the degrees of freedom that a subset leaves."""
        added = sum(self.terms[i].added for i in subset.terms)
        return len(self.white.root) - len(self.law.constants) - added

    def curved(self, subset: Subset) -> bool:
        """Whether the law with these terms is not linear in its constants."""
        return bool(self.law.nonlinear) or any(self.terms[i].rate for i in subset.terms)

    def promising(self, subset: Subset) -> bool:
        """Whether a subset is worth a fit: where the law stays linear in its constants the distance decides already."""
        if self.curved(subset) or not self.white.tested:
            return True
        dof = self.dof(subset)
        return dof > 0 and self.white.probability(subset.distance, dof) >= REJECTED

    def entry(self, subset: Subset, columns: Columns) -> Admissible:
        """Return the law with these terms added, fitted."""
        if subset.terms not in self.held:
            self.held[subset.terms] = self._fitted(subset, columns)
        return self.held[subset.terms]

    def _fitted(self, subset: Subset, columns: Columns) -> Admissible:
        law, factors, rates = self._extended(subset, columns)
        if law.nonlinear:
            values, errors, residual = self._nonlinear(law, self._starts({**dict.fromkeys(factors, 0.0), **rates}))
            names: Sequence[str] = law.constants
        else:
            values, errors, residual = self._linear(subset, columns)
            names = (*self.law.constants, *factors)
        rooted, dof = self.white.times(residual), self.dof(subset)
        chi2, tested = float(rooted @ rooted), self.white.tested and dof > 0
        widened = max(1.0, np.sqrt(chi2 / dof)) if tested and self.white.probability(chi2, dof) < REJECTED else 1.0
        known = [None] * len(values) if errors is None else (widened * errors).tolist()
        found = dict(zip(names, map(Estimate, values.tolist(), known), strict=True))
        return Admissible(
            terms=tuple(str(self.terms[i]) for i in sorted(subset.terms)),
            law=law,
            constants={name: found[name] for name in law.constants},
            added=len(law.constants) - len(self.law.constants),
            chi2=chi2 if tested else None,
            dof=dof if tested else None,
            p_value=self.white.probability(chi2, dof) if tested else None,
            misfit=self.white.misfit(residual),
        )

    def _starts(self, added: Mapping[str, float]) -> list[dict[str, float]]:
        """Return starts: the constants of the law alone, and others around, since they move once a term is added."""
        scales = _SCALES if self.own else (1.0,)
        return [{**{name: scale * value for name, value in self.own.items()}, **added} for scale in scales]

    def _extended(self, subset: Subset, columns: Columns) -> tuple[Law, list[str], dict[str, float]]:
        """Return the law with the terms added, the names of their factors, and their rates where they were looked for."""
        law = self.law
        taken = [*self.names, *law.constants, *law.known, *filter(None, [law.target])]
        factors, rates, expression = [], {}, law.expression
        for place in sorted(subset.columns, key=lambda k: columns.owner[k]):
            term, rate = self.terms[columns.owner[place]], columns.rates[place]
            factors.append(free_name("k", taken))
            taken.append(factors[-1])
            formula = term.expression
            if term.rate is not None and rate is not None:
                name = free_name(term.rate, taken)
                taken.append(name)
                formula, rates[name] = formula.xreplace({symbol(term.rate): symbol(name)}), rate
            expression += symbol(factors[-1]) * formula
        return _law_of(law, expression, self.names, (*law.constants, *factors, *rates)), factors, rates

    def _linear(self, subset: Subset, columns: Columns) -> Answer:
        places = sorted(subset.columns, key=lambda k: columns.owner[k])
        matrix = np.hstack([self.base, columns.raw[:, places]])
        if not matrix.shape[1]:
            return np.empty(0), None, self.left
        solution = solve_linear(self.white.times(matrix), self.white.times(self.left))
        errors = norms(solution.inverse.T) if self.white.tested else None
        return solution.values, errors, self.left - matrix @ solution.values

    def _nonlinear(self, law: Law, starts: Sequence[Mapping[str, float]]) -> Answer:
        """Return the constants nearest to a start in the metric of the question."""
        space, rng = self.white.prepared.space, np.random.default_rng(0)
        found, constants = nearest(law, space, self.white.alpha, self.white.times, starts=starts, rng=rng)
        ordered = [(*law.nonlinear, *law.linear).index(name) for name in law.constants]
        known = self.white.tested and found.tried > 0 and bool(np.isfinite(found.jacobian).all())
        errors = norms(pseudo_inverse(found.jacobian).T)[ordered] if known else None
        residual = self.white.alpha - law.expand(space).evaluate((law.formula,), constants, strict=False)[:, 0]
        return np.array(list(constants.values())), errors, residual


def _law_of(law: Law, expression: sympy.Expr, names: tuple[str, ...], constants: tuple[str, ...]) -> Law:
    """Return a law with another right side, the rest of it as it was."""
    if expression == law.expression:
        return law
    formula: object = expression
    if law.target is not None:
        left = symbol(law.target)
        formula = sympy.Eq(sympy.log(left) if law.transform else left, expression, evaluate=False)
    held = {s.name for s in expression.free_symbols}
    variables = (*law.variables, *(name for name in names if name in held and name not in law.variables))
    return Law(formula, variables, constants=constants, known=law.known, units=law.units)
