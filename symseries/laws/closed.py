"""Constants of a law as expressions in its coefficients."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from symseries.display import TextTable, latex_name, math_cell, text_cell
from symseries.displayed import Record, Shown, expression_from, expression_record, provenance, texts
from symseries.elimination import Branch, Unsolved, closed_branches
from symseries.errors import (
    IdentifiabilityError,
    LawNameError,
    OptionError,
    SpaceMismatchError,
    SymseriesError,
    listing,
    suggestion,
)
from symseries.laws.closed_linear import Weights, least_squares
from symseries.laws.identify import identify
from symseries.laws.systems import label, scales, system_of
from symseries.laws.trials import Trial
from symseries.names import symbol
from symseries.pages import latex_document
from symseries.scalars import Array, as_fraction, typed
from symseries.series import Series
from symseries.series.cells import to_number
from symseries.spaces import Space, TaylorSpace, check_space, space_from_dict
from symseries.workers import run_limited

if TYPE_CHECKING:
    from symseries.laws.law import Law

SECONDS = 30.0
_FORMS = ("lowest", "all")
_HIGHER = 3  # orders above the one asked for, in which a closed form is looked for
_CHECKS = 5  # random constants that candidates are tried on
_SHORT_PART = 12  # operations below which a part gets no letter
_ABBREVIATED = 160  # operations of the longest expression, beyond which common parts get letters of their own


@dataclass(frozen=True, repr=False, eq=False)
class ClosedForm(Shown, Mapping[str, sympy.Expr]):
    """Constants as expressions in the coefficients alpha_i_j… of a series: a mapping name → expression, which prints itself.

    `branches` are all solutions, the first of them the mapping itself; `rows` the multi-indices of the coefficients that are
    used and `order` the highest degree among them; `conditions` what must hold of the coefficients, `warnings` what to know.

    >>> import symseries as ss
    >>> law = ss.Law("A*exp(-Q/(R*T))", variables=("T",), known={"R": "8.314"})
    >>> print(law.closed_form(ss.TaylorSpace({"T": 1000}, order=3)))
    constant  expression
    ───────────────────────────────────────────
    A         alpha_0*exp(1000*alpha_1/alpha_0)
    Q         8314000*alpha_1/alpha_0
    <BLANKLINE>
    from 2 coefficients to order 1 of the Taylor series about T = 1000, order 3; where alpha_0 is not 0.
    """

    law: Law
    space: Space
    branches: tuple[dict[str, sympy.Expr], ...]
    rows: tuple[tuple[int, ...], ...]
    conditions: tuple[sympy.Expr, ...] = ()
    nonnegative: tuple[sympy.Expr, ...] = ()
    form: str = "lowest"
    warnings: tuple[str, ...] = ()
    weights: Weights = field(default=None)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = "symseries.closed_form"
    title = "Constants as expressions in the coefficients"
    noted = True

    def __getitem__(self, name: str) -> sympy.Expr:
        if name not in self.branches[0]:
            raise LawNameError(f"constant {name!r}{suggestion(name, self.branches[0])}; there are {listing(self.branches[0])}")
        return self.branches[0][name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return the expression of a constant, or a default."""
        return self.branches[0].get(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self.branches[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self.branches[0])

    def __len__(self) -> int:
        return len(self.branches[0])

    @property
    def order(self) -> int:
        """The highest degree of a coefficient that is used."""
        return max((sum(row) for row in self.rows), default=0)

    @property
    def labels(self) -> tuple[sympy.Symbol, ...]:
        """The symbols of the coefficients that are used."""
        return tuple(label(row) for row in self.rows)

    def at(self, alpha: object, branch: int = 0) -> dict[str, Any]:
        """Return the constants at given coefficients: exact where these are, else floats.

        Parameters: `alpha`, a Series over the space, or a mapping of multi-indices to numbers; `branch`, which solution.
        Raises `SpaceMismatchError` for a series over another space, `OptionError` for a coefficient or branch that is missing.

        >>> import symseries as ss
        >>> law = ss.Law("sf + C*c**(2/3)", variables=("c",))
        >>> found = law.closed_form(ss.TaylorSpace({"c": 8}, order=2))
        >>> found.at({(0,): 22, (1,): 1})
        {'sf': 10, 'C': 3}
        """
        numbers = self._numbers(alpha)
        if branch not in range(len(self.branches)):
            raise OptionError(f"branch={branch!r}: expected a number from 0 to {len(self.branches) - 1}")
        exact = all(isinstance(value, sympy.Expr) and not value.has(sympy.Float) for value in numbers.values())
        found = {name: e.xreplace(numbers) for name, e in self.branches[branch].items()}
        return {name: sympy.expand(value) if exact else _as_float(value) for name, value in found.items()}

    def _numbers(self, alpha: object) -> dict[sympy.Symbol, sympy.Expr]:
        if isinstance(alpha, Series):
            if alpha.space != self.space:
                raise SpaceMismatchError(
                    f"series over {alpha.space.describe()}, closed form over {self.space.describe()}; expected the same space"
                )
            values = dict(zip(map(tuple, self.space.multi_indices.tolist()), alpha.coefficients, strict=True))
        elif isinstance(alpha, Mapping):
            values = {tuple(key) if isinstance(key, (tuple, list)) else (key,): value for key, value in alpha.items()}
        else:
            raise OptionError(f"coefficients {alpha!r}: expected a Series, or a mapping such as {{(0,): 1.0, (1,): 0.5}}")
        missing = [row for row in self.rows if row not in values]
        if missing:
            raise OptionError(f"the coefficient of {missing[0]} is missing; expected those of {listing(self.rows)}")
        return {label(row): _plain(values[row]) for row in self.rows}

    def evaluator(self, branch: int = 0, names: Sequence[str] = ()) -> Callable[..., Sequence[Array]]:
        """Return a function of the coefficients used, then of the symbols `names`, to the constants, all arrays or floats."""
        arguments = [*self.labels, *map(symbol, names)]
        made: Callable[..., Sequence[Array]] = sympy.lambdify(
            arguments, list(self.branches[branch].values()), "numpy", cse=True
        )
        return made

    # ------------------------------------------------------------------------------------------------------- display
    def table(self) -> TextTable:
        """Return the constants, branch by branch, as a table; parts that long expressions share are abbreviated."""
        several = len(self.branches) > 1
        head = ([text_cell("branch")] if several else []) + [text_cell("constant"), text_cell("expression")]
        rows = []
        for number, branch in enumerate(self.branches, 1):
            first = [text_cell(str(number))] if several else []
            rows += [(*first, *self._cells(name, e)) for name, e in _abbreviated(branch)]
        return TextTable(tuple(head), tuple(rows), "", self._notes())

    def _cells(self, name: str, expression: sympy.Expr) -> tuple[Any, Any]:
        shown = _readable(expression)
        return math_cell(name, latex_name(name)), math_cell(str(shown), self._latex(shown))

    def _latex(self, expression: sympy.Expr) -> str:
        return str(sympy.latex(expression, symbol_names={s: latex_name(s.name) for s in expression.free_symbols}))

    def _notes(self) -> tuple[str, ...]:
        count = len(self.rows)
        origin = (
            f"from {count} coefficient{'s' * (count != 1)} to order {self.order} of the {self.space.describe()}"
            if self.form == "lowest"
            else f"the least-squares solution in all {count} coefficients of the {self.space.describe()}"
        )
        conditions = [f"{_readable(c)} is not 0" for c in self.conditions]
        conditions += [f"{_readable(c)} is not negative" for c in self.nonnegative]
        where = f"; where {', '.join(conditions)}" if conditions and sum(map(len, conditions)) < 400 else ""
        return (f"{origin}{where}.", *(f"{warning}." for warning in self.warnings))

    def to_latex(self, *, document: bool = False, worked: object = None) -> str:
        r"""Return the constants as LaTeX: a booktabs table, or with `worked`, coefficients, a calculation by hand.

        Each line of the calculation is the formula, the formula with numbers put in, and the value.

        >>> import symseries as ss
        >>> found = ss.Law("k/d", variables=("d",)).closed_form(ss.TaylorSpace({"d": 2}, order=1))
        >>> print(found.to_latex(worked={(0,): 3}))
        \begin{align*}
        k &= 2 \alpha_{0} = 2 \cdot 3 = 6
        \end{align*}
        """
        if worked is None:
            return super().to_latex(document=document)
        numbers = self._numbers(worked)
        values = self.at(worked)
        lines = [
            " = ".join([f"{latex_name(name)} &= {self._latex(_readable(e))}", self._put_in(e, numbers), _number(values[name])])
            for name, e in self.items()
        ]
        body = "\n".join([r"\begin{align*}", " \\\\\n".join(lines), r"\end{align*}"])
        return latex_document([body]) if document else body

    def _put_in(self, expression: sympy.Expr, numbers: Mapping[sympy.Symbol, sympy.Expr]) -> str:
        """Return LaTeX of an expression with numbers standing where its symbols were, nothing computed."""
        shown = {s: _number(value) for s, value in numbers.items()}
        names = {s: rf"\left({text}\right)" if text[0] == "-" or "cdot" in text else text for s, text in shown.items()}
        return str(sympy.latex(_readable(expression), symbol_names=names, mul_symbol="dot"))

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {
            "law": self.law.to_dict(), "space": self.space.to_dict(), "form": self.form,
            "branches": [{name: expression_record(e) for name, e in branch.items()} for branch in self.branches],
            "rows": [list(row) for row in self.rows], "conditions": [expression_record(c) for c in self.conditions],
            "nonnegative": [expression_record(c) for c in self.nonnegative], "weights": _weights_record(self.weights),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> ClosedForm:
        """Return the closed form that `to_dict` wrote."""
        from symseries.laws.law import Law  # which is made of this module

        space = space_from_dict(record["space"])
        rows = tuple(tuple(map(int, row)) for row in record["rows"])
        centre = space.symbols if isinstance(space, TaylorSpace) else ()
        names = (*(label(row).name for row in rows), *map(str, centre))
        return cls(
            law=Law.from_dict(record["law"]),
            space=space,
            branches=tuple({str(n): expression_from(e, names) for n, e in one.items()} for one in record["branches"]),
            rows=rows,
            conditions=tuple(expression_from(c, names) for c in record["conditions"]),
            nonnegative=tuple(expression_from(c, names) for c in record["nonnegative"]),
            form=str(record["form"]),
            warnings=texts(record, "warnings"),
            weights=_read_weights(record["weights"]),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        shown = ", ".join(f"{name} = {_readable(e)}" for name, e in self.items())
        return f"<ClosedForm: {shown[:160] + ('…' if len(shown) > 160 else '')}>"


def closed_form(law: Law, space: Space, using: str | None, weights: Weights, seconds: float) -> ClosedForm:
    """Return the constants of a law as expressions in its coefficients; see `Law.closed_form`."""
    check_space(space)
    if using not in (None, *_FORMS):
        raise OptionError(f"using={using!r}{suggestion(using, _FORMS)}; expected 'lowest' or 'all'")
    if not law.constants:
        raise IdentifiabilityError(f"law {law}: it holds no constant to solve for")
    if using == "all" or not isinstance(space, TaylorSpace):
        if using == "lowest":
            raise OptionError(f"using='lowest' over {space.describe()}: expected a TaylorSpace, or using='all'")
        branch, warnings = least_squares(law, space, weights, seconds)
        rows = tuple(map(tuple, space.multi_indices.tolist()))
        held = provenance(space=space.describe())
        return ClosedForm(law, space, (branch,), rows, form="all", warnings=warnings, weights=weights, provenance=held)
    if weights is not None:
        raise OptionError("weights: the lowest coefficients determine the constants without any; expected using='all'")
    return _lowest(law, space, seconds)


def _lowest(law: Law, space: TaylorSpace, seconds: float) -> ClosedForm:
    law.expand(space)  # refuses a space without the law's variables
    end = time.monotonic() + seconds
    found = _solved(law, space, seconds)
    if isinstance(found, Unsolved):
        raise _unsolved(law, space, found, end)
    rows, branches = found
    indices = space.multi_indices.tolist()
    nonzero = dict.fromkeys(c for b in branches for c in b.nonzero if _polynomial(c))
    inside = dict.fromkeys(c for b in branches for c in b.nonnegative if _polynomial(c))
    warnings = []
    if len(branches) > 1:
        warnings.append(f"{len(branches)} solutions give the same {len(rows)} coefficients; higher ones tell them apart")
    return ClosedForm(
        law, space, tuple(b.values for b in branches), tuple(tuple(indices[j]) for j in rows), tuple(nonzero), tuple(inside),
        warnings=tuple(warnings), provenance=provenance(space=space.describe()),
    )  # fmt: skip


def _solved(law: Law, space: TaylorSpace, seconds: float) -> tuple[tuple[int, ...], tuple[Branch, ...]] | Unsolved:
    """Return rows and those branches that reproduce them at random constants."""
    system = system_of(law, space)
    found = run_limited(closed_branches, system, scales(space), seconds=seconds, what=f"closed form of {law}")
    if isinstance(found, Unsolved):
        return found
    rows, candidates = found
    checks = [Trial(system, space, rows, seed) for seed in range(_CHECKS)]
    scored = [
        (sum(check.reproduced(b.values) for check in checks), sum(check.returned(b.values) for check in checks), b)
        for b in candidates
    ]
    kept = [(right, b) for works, right, b in scored if works]
    if not kept:
        return Unsolved("no solution of its equations was found that gives the coefficients back", law.constants, rows)
    return rows, tuple(b for _, b in sorted(kept, key=lambda pair: -pair[0]))


def _unsolved(law: Law, space: TaylorSpace, found: Unsolved, end: float) -> SymseriesError:
    """Return the error that says what is not determined, or at which order a closed form exists, looked for until `end`."""
    known = identify(law, space)
    if not known.identifiable:
        hint = f"; order {known.order_needed} determines them" if known.order_needed else ""
        words = "; ".join(known.directions) or f"{listing(found.names)} is not determined"
        return IdentifiabilityError(
            f"law {law}: {words} (by {space.describe()}){hint}; hold one with known=, or raise the order"
        )
    for order in range(space.order + 1, space.order + _HIGHER + 1):
        left = end - time.monotonic()
        if left > 0 and not isinstance(_solved(law, space.with_order(order), left), Unsolved):
            return IdentifiabilityError(
                f"law {law}: {listing(found.names)} have no closed form in the coefficients to order {space.order}; "
                f"order {order} gives one"
            )
    return IdentifiabilityError(
        f"law {law}: no closed form in square roots, {found.reason}; the constants are determined, use fit or .at(constants)"
    )


def _polynomial(condition: sympy.Expr) -> bool:
    return (
        condition.has(sympy.Symbol)
        and not any(p.exp.is_Integer is not True or p.exp < 0 for p in condition.atoms(sympy.Pow))
        and not (condition.atoms(sympy.Function))
    )


def _readable(expression: sympy.Expr) -> sympy.Expr:
    """Return an expression with fractions of many digits rounded to the twelve that a person may want."""
    long = {r: r.n(12) for r in expression.atoms(sympy.Rational) if len(str(r)) > 18}
    return expression.xreplace(long) if long else expression


def _abbreviated(branch: Mapping[str, sympy.Expr]) -> list[tuple[str, sympy.Expr]]:
    """Return name and expression of each constant, behind the parts that long expressions have in common."""
    if max(int(sympy.count_ops(e)) for e in branch.values()) <= _ABBREVIATED:
        return list(branch.items())
    parts, rest = sympy.cse(list(branch.values()), symbols=sympy.numbered_symbols(cls=sympy.Dummy), order="none")
    inline: dict[sympy.Symbol, sympy.Expr] = {}
    kept: list[tuple[sympy.Symbol, sympy.Expr]] = []
    for letter, part in parts:
        whole = part.xreplace(inline)
        if sympy.count_ops(whole) < _SHORT_PART:
            inline[letter] = whole
        else:
            inline[letter] = symbol(_free(f"part_{len(kept) + 1}", branch))
            kept.append((inline[letter], whole))
    return [*((s.name, e) for s, e in kept), *((name, e.xreplace(inline)) for name, e in zip(branch, rest, strict=True))]


def _free(name: str, taken: Mapping[str, object]) -> str:
    while name in taken:
        name += "_"
    return name


def _weights_record(weights: Any) -> Any:
    """Return weights (N,) or (N, N) as JSON knows them, exact ones as text."""
    if weights is None or isinstance(weights, float):
        return weights
    if np.ndim(weights):
        return [_weights_record(weight) for weight in weights]
    exact = as_fraction(typed(weights, "weight") if isinstance(weights, str) else weights)
    return float(weights) if exact is None else str(exact)


def _read_weights(record: Any) -> Any:
    if isinstance(record, list):
        return [_read_weights(weight) for weight in record]
    return Fraction(record) if isinstance(record, str) else record


def _plain(value: Any) -> sympy.Expr:
    """Return a coefficient as SymPy has it."""
    exact = None if isinstance(value, (float, sympy.Expr)) else as_fraction(value)
    return to_number(value, 17) if exact is None else sympy.Rational(exact.numerator, exact.denominator)


def _short(value: Any) -> sympy.Expr:
    """Return a number as it is shown: floats with six digits."""
    shown = sympy.Float(value) if isinstance(value, float) else value
    return shown.n(6) if shown.has(sympy.Float) else shown


def _number(value: Any) -> str:
    return str(sympy.latex(_short(value)))


def _as_float(value: sympy.Expr) -> float:
    number = sympy.N(value)
    return float(number) if number.is_real else float("nan")
