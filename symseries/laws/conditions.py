"""What a law demands of its coefficients whatever its constants are: equations between the coefficients."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sympy

from symseries.display import TextTable, latex_name, math_cell, text_cell
from symseries.displayed import Record, Shown, expression_from, provenance, texts
from symseries.elimination import Invariants, System, invariants_of
from symseries.errors import OptionError, ResourceLimitError, SymseriesError, listing
from symseries.laws.systems import label, scales, system_of
from symseries.parsing import to_text
from symseries.scalars import as_fraction
from symseries.spaces import Space, TaylorSpace, check_space
from symseries.symbolic import SYM
from symseries.workers import run_limited

if TYPE_CHECKING:
    from symseries.laws.law import Law

SECONDS = 20.0
DEGREE = 4
_COORDINATES = ("physical", "scaled")


@dataclass(frozen=True, repr=False, eq=False)
class Conditions(Shown, Sequence[sympy.Eq]):
    """Equations between the coefficients alpha_i_j… that hold for every choice of the constants; a sequence that prints itself.

    `needed` is how many independent ones there are, `independent` how many were found, `complete` whether these are all, to
    the `degree` that was reached; `warnings` say what stopped the search.

    >>> import symseries as ss
    >>> law = ss.Law("q*K*p/(1 + K*p)", variables=("p",))
    >>> print(law.invariants(ss.TaylorSpace({"p": 1}, order=3)))
    number  equation
    ────────────────────────────────────────────────────────────────────────
    1       alpha_0*alpha_1 + alpha_0*alpha_2 = alpha_1**2
    2       alpha_0*alpha_3 + alpha_1**2 = alpha_0*alpha_1 + alpha_1*alpha_2
    3       alpha_1*alpha_3 = alpha_2**2
    <BLANKLINE>
    2 independent conditions on 4 coefficients of the Taylor series about p = 1, order 3; all of them are found.
    """

    law: str
    place: str
    expressions: tuple[sympy.Expr, ...]
    coefficients: int
    needed: int
    independent: int
    degree: int
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = "symseries.conditions"
    title = "What the law demands of its coefficients"
    noted = True

    @property
    def complete(self) -> bool:
        """Whether every condition follows from those found, but for single exceptional coefficients."""
        return self.independent == self.needed

    def __len__(self) -> int:
        return len(self.expressions)

    def __getitem__(self, position: Any) -> Any:
        found = self.expressions[position]
        return tuple(map(_equation, found)) if isinstance(position, slice) else _equation(found)

    def __iter__(self) -> Iterator[sympy.Eq]:
        return iter(map(_equation, self.expressions))

    def table(self) -> TextTable:
        """Return the equations as a table."""
        rows = []
        for number, expression in enumerate(self.expressions, 1):
            left, right = _sides(expression)
            names = {s: latex_name(s.name) for s in expression.free_symbols}
            latex = " = ".join(sympy.latex(side, symbol_names=names) for side in (left, right))
            rows.append((text_cell(str(number)), math_cell(f"{left} = {right}", latex)))
        return TextTable((text_cell("number"), text_cell("equation")), tuple(rows), "", self._notes())

    def _notes(self) -> tuple[str, ...]:
        end = "all of them are found" if self.complete else f"{self.independent} of them are found, to degree {self.degree}"
        plural = "s" * (self.needed != 1)
        said = f"{self.needed} independent condition{plural} on {self.coefficients} coefficients of the {self.place}; {end}."
        return (said, *(f"{warning}." for warning in self.warnings))

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {
            "law": self.law, "place": self.place, "conditions": [f"{to_text(e)} = 0" for e in self.expressions],
            "names": sorted({s.name for e in self.expressions for s in e.free_symbols}), "coefficients": self.coefficients,
            "needed": self.needed, "independent": self.independent, "degree": self.degree,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Conditions:
        """Return the conditions that `to_dict` wrote."""
        names, written = texts(record, "names"), texts(record, "conditions")
        numbers = {key: int(record[key]) for key in ("coefficients", "needed", "independent", "degree")}
        return cls(
            law=str(record["law"]),
            place=str(record["place"]),
            expressions=tuple(expression_from(text.removesuffix(" = 0"), names) for text in written),
            **numbers,
            warnings=texts(record, "warnings"),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        return f"<Conditions: {len(self)} on {self.coefficients} coefficients of {self.law}>"


def _equation(expression: sympy.Expr) -> sympy.Eq:
    return sympy.Eq(*_sides(expression), evaluate=False)


def _sides(expression: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the two sides of expression = 0, terms with positive numbers on each, the shorter one on the right."""
    terms = sympy.Add.make_args(expression)
    left = [t for t in terms if not t.could_extract_minus_sign()]
    right = [-t for t in terms if t.could_extract_minus_sign()]
    left, right = (right, left) if len(right) > len(left) else (left, right)
    return sympy.Add(*left), sympy.Add(*right)


def conditions(law: Law, space: Space, degree: int, coordinates: str, seconds: float) -> Conditions:
    """Return what a law demands of its coefficients; see `Law.invariants`."""
    check_space(space)
    if coordinates not in _COORDINATES:
        raise OptionError(f"coordinates={coordinates!r}: expected 'physical' or 'scaled'")
    if type(degree) is not int or not 1 <= degree <= 8:
        raise OptionError(f"degree={degree!r}: expected a whole number from 1 to 8")
    system, factors = _system(law, space)
    found, warnings = _searched(system, degree, seconds, f"invariants of {law}")
    shown = factors if coordinates == "physical" else [sympy.Integer(1)] * len(factors)
    if found is None:
        raise ResourceLimitError(f"invariants of {law}: {warnings[0]}")
    letters = [*(system.generators[i] for i in found.parameters), *(f * s for f, s in zip(shown, system.labels, strict=True))]
    expressions = tuple(_expression(condition, letters) for condition in found.conditions)
    place = space.describe() + (", coefficients in units of the centre" if coordinates == "scaled" else "")
    counts = (len(space), found.needed, found.independent, found.degree)
    return Conditions(str(law), place, expressions, *counts, tuple(warnings), provenance(space=space.describe()))


def _system(law: Law, space: Space) -> tuple[System, list[sympy.Expr]]:
    if isinstance(space, TaylorSpace):
        law.expand(space)  # refuses a space without the law's variables
        return system_of(law, space), scales(space)
    if law.nonlinear:
        raise OptionError(
            f"invariants over {space.describe()}: the law is not linear in {listing(law.nonlinear)}; use a TaylorSpace"
        )
    rows = law.expand(space, SYM).coefficients
    ring, elements = SYM.extended(sympy.Symbol(name) for name in law.constants).holding(rows)
    table = tuple({tuple(map(int, e)): as_fraction(c) for e, c in element.terms()} for element in elements)
    indices = space.multi_indices.tolist()
    names, degrees = tuple(map(label, indices)), tuple(map(sum, indices))
    system = System(law.constants, ring.generators, table, names, degrees)  # type: ignore[arg-type]  # fractions all
    return system, [sympy.Integer(1)] * len(names)


def _searched(system: System, degree: int, seconds: float, what: str) -> tuple[Invariants | None, list[str]]:
    """Return what was found degree by degree until it is complete, and why it ended before."""
    found: Invariants | None = None
    end = time.monotonic() + seconds
    for step in range(1, degree + 1):
        try:
            left = max(end - time.monotonic(), 0.01)
            found = run_limited(invariants_of, system, step, found, seconds=left, what=f"{what}, degree {step}")
        except SymseriesError as error:
            return found, [f"the search ended before degree {step}: {str(error).split('; ')[0]}"]
        if found.complete:
            return found, []
    return found, [f"conditions of degree above {degree} were not looked for"]


def _expression(condition: dict[tuple[int, ...], int], letters: Sequence[sympy.Expr]) -> sympy.Expr:
    terms = (n * sympy.Mul(*(v**k for v, k in zip(letters, e, strict=True) if k)) for e, n in condition.items())
    total = sympy.factor_terms(sympy.Add(*terms))
    held = {s for letter in letters for s in letter.free_symbols if s.name.startswith("alpha_")}
    shared = [f for f in sympy.Mul.make_args(total) if not f.free_symbols & held]
    return sympy.expand(total / sympy.Mul(*shared))
