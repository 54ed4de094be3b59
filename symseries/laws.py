"""Laws: a hypothesised formula in variables and constants, and its expansion over a space."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy

from symseries import engine, expressions
from symseries.display import TextTable, latex_name, math_cell, text_cell
from symseries.errors import LawNameError, LawSyntaxError, LawValueError, OptionError, SymseriesError, listing, suggestion
from symseries.multiindex import index_set
from symseries.names import check_names, plain, symbol
from symseries.pages import latex_array, mathml, mathml_name
from symseries.parsing import parse_law
from symseries.scalars import F64, Array, Scalars, check_scalars, object_array, typed
from symseries.series import Series
from symseries.spaces import EmpiricalSpace, LegendreSpace, Space, TaylorSpace, check_space, check_supported
from symseries.symbolic import Polynomials, check_powers, with_generators
from symseries.tables import input_matrix


class Law:
    """A constitutive law y = f(variables; constants), from text or a SymPy expression.

    Parameters: `expression`, text such as "sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)" (parsed, never evaluated; the left
    side, a name or log(name), is the target) or a SymPy expression or equation; `variables`, their names; `constants`, their
    names, by default every other name of the law; `known`, names with the numbers that are typed, used exactly; `units`, names
    with their units, carried along. `pi` is the number unless declared; every other name, also E, I and e, is yours.

    Raises `LawSyntaxError`, `LawNameError` (a name that is neither, a constant that the law does not hold, a name declared
    twice), `LawValueError`, `ComplexResultError`.

    >>> law = Law("log(p) = a - L/(R*T)", variables=("T",), known={"R": 8.314462618})
    >>> law.constants, law.target, law.transform
    (('a', 'L'), 'p', 'log')
    >>> law([[300.0]], a=17.0, L=43000.0).round(4).tolist()
    [-0.239]
    """

    def __init__(
        self,
        expression: object,
        variables: Sequence[object] | str,
        *,
        constants: Sequence[object] | None = None,
        known: Mapping[str, object] | None = None,
        units: Mapping[str, str] | None = None,
    ) -> None:
        self.variables = check_names(variables, "variable")
        self.known = {check_names(n, "known value")[0]: typed(v, f"known value {n}") for n, v in (known or {}).items()}
        declared = None if constants is None else check_names(constants, "constant")
        _check_distinct(self.variables, tuple(self.known), declared or ())
        self.expression, self.target, self.transform = _read(expression, (*self.variables, *self.known, *(declared or ())))
        self.constants = _constants(expression, self.expression, (*self.variables, *self.known), declared)
        self.units = dict(units or {})
        self._check_names()
        _tape((self.formula,))  # what has no value or series is refused here and not at the first use
        self._slopes: dict[str, sympy.Expr] = {}

    def _check_names(self) -> None:
        held = {s.name for s in self.expression.free_symbols}
        for name in self.known:
            if name not in held:
                raise LawNameError(f"known value {name!r} is not in the law{suggestion(name, self.constants)}; leave it out")
        if self.target is not None and self.target in (*held, *self.variables):
            raise LawNameError(
                f"the target {self.target!r} is also a name on the right side or a variable; rename one of the two"
            )
        names = (*self.variables, *self.constants, *self.known, *filter(None, [self.target]))
        for name in self.units:
            if name not in names:
                raise LawNameError(
                    f"unit of {name!r}: no such name in the law{suggestion(name, names)}; names: {listing(names)}"
                )
            if not isinstance(self.units[name], str):
                raise OptionError(f"unit of {name!r}: {self.units[name]!r}; expected text, such as 'MPa'")

    @cached_property
    def formula(self) -> sympy.Expr:
        """The right side with the known values put in, exactly: an expression in variables and constants."""
        return self.expression.xreplace({symbol(name): value for name, value in self.known.items()})

    @cached_property
    def linear(self) -> tuple[str, ...]:
        """A largest set of constants in which the law is linear, all together."""
        return _linear_constants(self.formula, self.constants)

    @cached_property
    def nonlinear(self) -> tuple[str, ...]:
        """The other constants."""
        return tuple(name for name in self.constants if name not in self.linear)

    @property
    def used(self) -> tuple[str, ...]:
        """The variables that the formula holds."""
        names = {s.name for s in self.formula.free_symbols}
        return tuple(name for name in self.variables if name in names)

    def slopes(self, names: Sequence[str]) -> tuple[sympy.Expr, ...]:
        """Return the derivatives of the formula in some constants; those in linear constants hold no linear constant."""
        return tuple(self._slope(name) for name in names)

    def _slope(self, name: str) -> sympy.Expr:
        if name not in self._slopes:
            slope = expressions.derivative(self.formula, name)
            zeros = {symbol(n): sympy.Integer(0) for n in self.linear} if name in self.linear else {}
            self._slopes[name] = slope.xreplace(zeros)
        return self._slopes[name]

    @cached_property
    def offset(self) -> sympy.Expr:
        """The formula with its linear constants set to zero."""
        return self.formula.xreplace({symbol(name): sympy.Integer(0) for name in self.linear})

    def __call__(self, values: object, /, **constants: object) -> Array:
        """Return the values (n,) of the law at inputs (n, variables), or a table matched by name.

        Raises `LawNameError` for constants that are missing or unknown, `OptionError` for one that is no number,
        `LawValueError` where there is no finite value.
        """
        numbers = self._numbers(constants)
        points = F64.array(input_matrix(values, self.variables))
        return values_at((self.formula,), points, self.variables, numbers, F64)[:, 0]

    def expand(self, space: Space, scalars: Scalars | None = None) -> LawSeries:
        """Return the expansion over a space, its coefficients functions of the constants.

        Variables are matched by name; the space may have more. Raises `LawNameError` where it lacks one, `NotAnalyticError`
        where the law has no series at the centre.
        """
        return LawSeries(self, check_space(space), F64 if scalars is None else check_scalars(scalars))

    def to_latex(self) -> str:
        r"""Return the law as LaTeX, without $.

        >>> Law("y = k/sqrt(d)", variables=("d",)).to_latex()
        'y = \\frac{k}{\\sqrt{d}}'
        """
        return self.latex_of(self.expression)

    def latex_of(self, expression: sympy.Expr) -> str:
        """Return an expression in the names of the law as its right side, in LaTeX without $."""
        names = {symbol(n): latex_name(n) for n in (*self.variables, *self.constants, *self.known)}
        right = sympy.latex(expression, symbol_names=names)
        if self.target is None:
            return str(right)
        left = latex_name(self.target)
        return f"\\ln {left} = {right}" if self.transform else f"{left} = {right}"

    def to_dict(self) -> dict[str, Any]:
        """Return the law as JSON knows it: its text in the grammar of laws, and the roles of its names.

        Raises `NetworkFormatError` for a SymPy expression that the grammar does not read back as it is.

        >>> Law("y = k/sqrt(d)", variables=("d",)).to_dict()["text"]
        'y = k/sqrt(d)'
        """
        left = f"{self.transform}({self.target})" if self.transform else self.target
        right = expressions.to_text(self.expression)
        return {
            "text": f"{left} = {right}" if left else right, "variables": list(self.variables),
            "constants": list(self.constants), "known": {name: str(value) for name, value in self.known.items()},
            "units": dict(self.units),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Law:
        """Return the law that `to_dict` wrote; `LawSyntaxError` for a record of another form.

        >>> str(Law.from_dict(Law("y = k/sqrt(d)", variables=("d",)).to_dict()))
        'y = k/sqrt(d)'
        """
        for key, kind in (("text", str), ("variables", list), ("constants", list), ("known", dict), ("units", dict)):
            if not isinstance(record.get(key), kind):
                raise LawSyntaxError(f"law record: {key!r} is missing or no {kind.__name__}; expected what Law.to_dict returns")
        return cls(
            record["text"], record["variables"], constants=record["constants"], known=record["known"], units=record["units"]
        )

    def __reduce__(self) -> tuple[Callable[[Mapping[str, Any]], Law], tuple[dict[str, Any]]]:
        # SymPy evaluates expressions when it restores them, and terms would come back in another form
        return type(self).from_dict, (self.to_dict(),)

    def _repr_latex_(self) -> str:
        return f"${self.to_latex()}$"

    def _repr_html_(self) -> str:
        left = "" if self.target is None else mathml_name(self.target, self.transform)
        return mathml(self.expression, left)

    def __str__(self) -> str:
        left = f"{self.transform}({self.target})" if self.transform else self.target
        return f"{left} = {self.expression}" if left else str(self.expression)

    def __repr__(self) -> str:
        return f"<Law: {self}; variables {listing(self.variables)}; constants {listing(self.constants)}>"

    def _numbers(self, constants: Mapping[str, object]) -> dict[str, sympy.Rational]:
        """Return the values of all constants as the exact numbers that were typed."""
        if not isinstance(constants, Mapping):
            raise OptionError(f"constants {constants!r}: expected a mapping, a number for each of {listing(self.constants)}")
        missing = [name for name in self.constants if name not in constants]
        extra = [name for name in constants if name not in self.constants]
        if extra:
            raise LawNameError(
                f"constant {extra[0]!r}{suggestion(extra[0], self.constants)}; the law has {listing(self.constants)}"
            )
        if missing:
            raise LawNameError(f"constant {missing[0]!r} has no value; expected one for each of {listing(self.constants)}")
        return {name: typed(constants[name], f"constant {name}") for name in self.constants}


class LawSeries:
    """A law over a space: coefficients beta_n(C) as functions of the constants C.

    >>> import symseries as ss
    >>> ss.Law("k/sqrt(d)", variables=("d",)).expand(ss.TaylorSpace({"d": 4}, order=2)).coefficients.tolist()
    [k/2, -k/16, 3*k/256]

    Over a Taylor space they follow from the law's own power series; over any other they are the projection matrix times the
    law's values at the nodes, linear constants once and for all.
    """

    def __init__(self, law: Law, space: Space, scalars: Scalars = F64) -> None:
        check_supported(space, scalars)
        for name in law.used:
            if name not in space.variables:
                raise LawNameError(
                    f"the law's variable {name!r} is not in the space{suggestion(name, space.variables)}; "
                    f"its variables are {listing(space.variables)}"
                )
        self.law, self.space, self.scalars = law, space, scalars

    def at(self, constants: Mapping[str, object]) -> Series:
        """Return the series for given constants, a mapping name → number.

        Raises `LawNameError` for a missing or unknown name, `LawValueError` where the law has no finite value.

        >>> import symseries as ss
        >>> law = ss.Law("a + b*x**2", variables=("x",))
        >>> law.expand(ss.TaylorSpace({"x": 1}, order=2)).at({"a": 1, "b": 3}).coefficients.tolist()
        [4.0, 6.0, 3.0]
        """
        numbers = self.law._numbers(constants)
        return Series(self.space, self.evaluate((self.law.formula,), numbers)[:, 0], self.scalars)

    def jacobian(self, constants: Mapping[str, object]) -> Array:
        """Return the derivatives of the coefficients in the constants, (N, constants), exactly differentiated.

        >>> import symseries as ss
        >>> law = ss.Law("a + b*x**2", variables=("x",))
        >>> law.expand(ss.TaylorSpace({"x": 1}, order=2)).jacobian({"a": 1, "b": 3}).tolist()
        [[1.0, 1.0], [0.0, 2.0], [0.0, 1.0]]
        """
        numbers = self.law._numbers(constants)
        if not numbers:
            return np.empty((len(self.space), 0))
        return self.scalars.handed(self.evaluate(self.law.slopes(self.law.constants), numbers))

    def quadrature_error(self, constants: Mapping[str, object]) -> float | None:
        """Return the estimated error of the projection at these constants relative to the law's root mean square.

        It is 0 over a Taylor space and the data, where nothing is integrated, and None where it is not estimated.
        """
        if not isinstance(self.space, LegendreSpace):
            return 0.0
        numbers = self.law._numbers(constants)
        formula, names = (self.law.formula,), self.space.variables
        return self.space.quadrature_error(lambda points: values_at(formula, points, names, numbers, F64)[:, 0])

    def evaluate(self, formulas: Sequence[sympy.Expr], constants: Mapping[str, object], *, strict: bool = True) -> Array:
        """Return the coefficients (N, m) of m expressions in variables and constants, at these constants.

        Off Taylor and with `strict=False`, values that are not finite are returned as they are and not refused.
        """
        space, scalars = self.space, self.scalars
        if isinstance(space, TaylorSpace):
            return self._taylor(formulas, expressions.constants_environment(constants, scalars), scalars)
        if isinstance(space, EmpiricalSpace) and scalars.exact:
            return space.project(values_at(formulas, space.exact_nodes, space.variables, constants, scalars), scalars)
        nodes = space.nodes  # type: ignore[attr-defined]  # every space but Taylor has nodes
        values = values_at(formulas, nodes, space.variables, constants, F64, strict=strict)
        nodal = isinstance(space, EmpiricalSpace) and space.nodal
        return values if nodal else np.asarray(space.projection @ values)  # type: ignore[attr-defined]

    def _taylor(
        self, formulas: Sequence[sympy.Expr], constants: Mapping[str, Array], scalars: Scalars, order: int | None = None
    ) -> Array:
        space = self.space
        assert isinstance(space, TaylorSpace)  # noqa: S101 - narrows the type
        indices = space.indices if order is None else index_set(len(space.variables), order, space.index_kind)
        inputs = engine.coordinates(indices, scalars, scalars.array(object_array(space.center.values())))
        environment = {**expressions.coordinates_environment(space.variables, inputs), **constants}
        place = " at " + ", ".join(f"{name} = {space.center[name]}" for name in self.law.used)
        return np.hstack(expressions.series(_tape(tuple(formulas)), environment, indices, scalars, place))

    @cached_property
    def coefficients(self) -> Array:
        """The coefficients (N,) as SymPy expressions in the constants.

        They exist over a Taylor space and for laws linear in their constants; otherwise `OptionError` says to use `.at`.
        """
        if isinstance(self.space, TaylorSpace):
            return self._symbolic()
        if self.law.nonlinear:
            raise OptionError(
                f"coefficients over {self.space.describe()}: the law is not linear in {listing(self.law.nonlinear)}, so "
                "they have no closed form here; use .at(constants), or a TaylorSpace"
            )
        columns = self.scalars.handed(_cleared(self.evaluate((self.law.offset, *self.law.slopes(self.law.linear)), {})))
        factors = [sympy.Integer(1), *(symbol(name) for name in self.law.linear)]
        return object_array(sympy.Add(*(c * f for c, f in zip(row, factors, strict=True))) for row in columns)

    def _symbolic(self) -> Array:
        constants = [symbol(name) for name in self.law.constants]
        check_powers(self.law.formula, constants)

        def compute(ring: Polynomials, low: bool) -> Array:
            environment = expressions.constants_environment({c.name: c for c in constants}, ring)
            order = min(1, self.space.order or 0) if low else None
            return ring.handed(self._taylor((self.law.formula,), environment, ring, order))[:, 0]

        return np.asarray(with_generators(constants, compute))

    def table(self) -> TextTable:
        """Return multi-indices and coefficients as a table."""
        names = {symbol(n): latex_name(n) for n in self.law.constants}
        rows = []
        for index, value in zip(self.space.multi_indices.tolist(), self.coefficients, strict=True):
            label = f"({', '.join(map(str, index))})"
            shown = sympy.N(value, 6) if value.has(sympy.Float) else value
            rows.append((math_cell(label, label), math_cell(str(shown), sympy.latex(shown, symbol_names=names))))
        return TextTable((text_cell("multi-index"), text_cell("coefficient")), tuple(rows), self.space.describe())

    def to_latex(self, *, document: bool = False) -> str:
        """Return the coefficient table as LaTeX (booktabs); with `document=True` it compiles alone."""
        return self.table().to_latex(document=document)

    def _repr_html_(self) -> str | None:
        return None if (table := self._shown()) is None else table.to_html()

    def _repr_latex_(self) -> str | None:
        return None if (table := self._shown()) is None else latex_array(table)

    def _shown(self) -> TextTable | None:
        """Return the table for a notebook; None, which has the notebook show the text, where there is no closed form."""
        try:
            return self.table()
        except SymseriesError:
            return None

    def __reduce__(self) -> tuple[type[LawSeries], tuple[Law, Space, Scalars]]:
        return LawSeries, (self.law, self.space, self.scalars)

    def __repr__(self) -> str:
        return f"<LawSeries: {self.law}; {self.space.describe()}>"

    def __str__(self) -> str:
        return self.table().to_text()


def _cleared(columns: Array) -> Array:
    """Return float columns with zeros for what rounding left beside the largest entry."""
    if columns.dtype == object:
        return columns
    return np.where(np.abs(columns) < 1e-14 * np.abs(columns).max(axis=0), 0.0, columns)


def values_at(
    formulas: Sequence[sympy.Expr],
    points: Array,
    names: Sequence[str],
    constants: Mapping[str, object],
    scalars: Scalars,
    *,
    strict: bool = True,
) -> Array:
    """Return the values (n, m) of m expressions at points (n, w) of the ring; `strict` refuses what is not finite."""
    environment: dict[str, Any] = {name: points[:, i] for i, name in enumerate(names)}
    environment |= {name: scalars.element(value) for name, value in constants.items()}
    out = scalars.zeros(len(points), len(formulas))
    for j, column in enumerate(expressions.values(_tape(tuple(formulas)), environment, scalars)):
        out[:, j] = column
    if strict and not scalars.exact and not np.isfinite(out).all():
        row, column = np.argwhere(~np.isfinite(out))[0]
        place = ", ".join(f"{name} = {value:g}" for name, value in zip(names, points[row], strict=True))
        raise LawValueError(
            f"{str(formulas[column])[:60]} is {out[row, column]} at row {row + 1} ({place}); expected a finite real number: "
            "leave such rows out, or change the law"
        )
    return out


@lru_cache(maxsize=256)
def _tape(formulas: tuple[sympy.Expr, ...]) -> expressions.Tape:
    return expressions.record(formulas)


# --------------------------------------------------------------------------------------------------- reading of a law
def _read(expression: object, declared: tuple[str, ...]) -> tuple[sympy.Expr, str | None, str | None]:
    """Return the right side, the target and its transform."""
    if isinstance(expression, str):
        parsed = parse_law(expression, declared=declared)
        return parsed.expression, parsed.target, parsed.transform
    if isinstance(expression, sympy.Equality):
        left, right = expression.lhs, expression.rhs
        transform = "log" if isinstance(left, sympy.log) else None
        name = left.args[0] if transform else left
        if not isinstance(name, sympy.Symbol):
            raise LawSyntaxError(f"left side {left}: expected a name or log(name)")
        return _plain_exact(right), check_names(name.name, "target")[0], transform
    if isinstance(expression, sympy.Expr):
        return _plain_exact(expression), None, None
    raise LawSyntaxError(f"law {expression!r} ({type(expression).__name__}): expected text or a SymPy expression")


def _plain_exact(expression: sympy.Expr) -> sympy.Expr:
    """Return the expression with plain symbols, its floats the decimals that were typed."""
    for name in expression.free_symbols:
        check_names(name, "name in the law")
    floats = {f: typed(f, "number in the law", LawValueError) for f in expression.atoms(sympy.Float)}
    return plain(expression).xreplace(floats)


def _constants(
    source: object, expression: sympy.Expr, taken: tuple[str, ...], declared: tuple[str, ...] | None
) -> tuple[str, ...]:
    free = [s.name for s in sorted(expression.free_symbols, key=lambda s: s.name) if s.name not in taken]
    if declared is None:
        places = {m.group(): m.start() for m in reversed(list(re.finditer(r"\w+", source)))} if isinstance(source, str) else {}
        return tuple(sorted(free, key=lambda name: (places.get(name, 0), name)))
    for name in free:
        if name not in declared:
            near = suggestion(name, (*taken, *declared))
            raise LawNameError(
                f"name {name!r} in the law is neither a variable nor a constant{near}; declared: {listing((*taken, *declared))}"
            )
    for name in declared:
        if name not in free:
            raise LawNameError(f"constant {name!r} is declared and not in the law{suggestion(name, free)}; leave it out")
    return declared


def _check_distinct(variables: tuple[str, ...], known: tuple[str, ...], constants: tuple[str, ...]) -> None:
    roles: dict[str, str] = {}
    for role, names in (("variable", variables), ("known value", known), ("constant", constants)):
        for name in names:
            if name in roles:
                raise LawNameError(f"{name!r} is declared as {roles[name]} and as {role}; keep one of the two")
            roles[name] = role


def _linear_constants(formula: sympy.Expr, names: tuple[str, ...]) -> tuple[str, ...]:
    """Choose constants greedily, those with the fewest conflicts first; linear means all second derivatives vanish."""
    kinked = {s.name for u in formula.atoms(sympy.Abs, sympy.Max, sympy.Min) for s in u.free_symbols}
    slopes = {n: expressions.derivative(formula, n) for n in names if n not in kinked}
    candidates = [n for n in slopes if _vanishes(expressions.derivative(slopes[n], n))]
    conflicts: dict[str, set[str]] = {n: set() for n in candidates}
    for i, n in enumerate(candidates):
        for m in candidates[:i]:
            if not _vanishes(expressions.derivative(slopes[n], m)):
                conflicts[n].add(m)
                conflicts[m].add(n)
    chosen: list[str] = []
    for name in sorted(candidates, key=lambda n: (len(conflicts[n]), names.index(n))):
        if conflicts[name].isdisjoint(chosen):
            chosen.append(name)
    return tuple(n for n in names if n in chosen)


def _vanishes(expression: sympy.Expr) -> bool:
    """Return whether an expression is zero at a random rational point; expanding it could take forever."""
    rng = np.random.default_rng(20_231)
    names = sorted(expression.free_symbols, key=lambda s: s.name)
    point = {s: sympy.Rational(int(k), 1009) for s, k in zip(names, rng.integers(500, 1500, len(names)), strict=True)}
    return _is_zero_at(expression, point)


def _is_zero_at(expression: sympy.Expr, point: Mapping[sympy.Symbol, sympy.Rational]) -> bool:
    if expression.is_Number or expression.is_Symbol:
        return bool(expression == 0)
    if expression.is_Pow:
        return bool(expression.exp.is_positive) and _is_zero_at(expression.base, point)
    if expression.is_Mul:
        return any(_is_zero_at(factor, point) for factor in expression.args)
    if expression.is_Add:
        terms = [term.evalf(40, subs=point) for term in expression.args]
        return bool(abs(sympy.Add(*terms)) <= max(map(abs, terms)) * sympy.Float("1e-25"))
    return False
