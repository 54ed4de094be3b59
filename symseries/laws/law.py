"""Laws: a hypothesised formula in variables and constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import sympy

from symseries import expressions
from symseries.display import latex_name
from symseries.errors import LawNameError, LawSyntaxError, OptionError, listing, suggestion
from symseries.laws import closed, conditions, identify
from symseries.laws.closed import ClosedForm
from symseries.laws.closed_linear import Weights
from symseries.laws.conditions import Conditions
from symseries.laws.expanded import LawSeries
from symseries.laws.identify import Identifiability
from symseries.laws.reading import check_distinct, constants_of, linear_constants, read
from symseries.laws.values import tape_of, values_at
from symseries.names import check_names, symbol
from symseries.pages import mathml, mathml_name
from symseries.parsing import to_text
from symseries.scalars import F64, Array, Scalars, check_scalars, typed
from symseries.spaces import Space, check_space
from symseries.tables import input_matrix, is_quantity

_EXAMPLES = {"known": "{'R': '8.314462618'}", "units": "{'T': 'K'}"}


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
        for what, given in (("known", known), ("units", units)):
            if given is not None and not isinstance(given, Mapping):
                raise OptionError(f"{what}={given!r}: expected a mapping of names, such as {what}={_EXAMPLES[what]}")
        self.variables = check_names(variables, "variable")
        quantities = {str(name): value for name, value in (known or {}).items() if is_quantity(value)}
        if twice := [name for name in quantities if name in (units or {})]:
            raise OptionError(f"known value {twice[0]} has a unit of its own; leave {twice[0]} out of units=")
        numbers = {name: value.magnitude if is_quantity(value) else value for name, value in (known or {}).items()}
        self.known = {check_names(n, "known value")[0]: typed(v, f"known value {n}") for n, v in numbers.items()}
        declared = None if constants is None else check_names(constants, "constant")
        check_distinct(self.variables, tuple(self.known), declared or ())
        self.expression, self.target, self.transform = read(expression, (*self.variables, *self.known, *(declared or ())))
        self.constants = constants_of(expression, self.expression, (*self.variables, *self.known), declared)
        self.units = {**{name: f"{value.units:~C}" for name, value in quantities.items()}, **(units or {})}
        self._check_names()
        tape_of((self.formula,))  # what has no value or series is refused here and not at the first use
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
        return linear_constants(self.formula, self.constants)

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

        Variables are matched by name; the space may have more. `scalars` is the ring of `.at`, by default float64, or `SYM`
        where the centre holds symbols. Raises `LawNameError` where the space lacks a variable, `NotAnalyticError` where the law
        has no series at the centre.
        """
        return LawSeries(self, check_space(space), None if scalars is None else check_scalars(scalars))

    def closed_form(
        self, space: Space, *, using: str | None = None, weights: Weights = None, seconds: float = closed.SECONDS
    ) -> ClosedForm:
        """Return the constants as expressions in the coefficients alpha_i_j… of a series over a space.

        Over a Taylor space the lowest coefficients that determine the constants are solved for them, with `using="lowest"`;
        values such as exp(-Q/(R*T0)) or c0**m count as unknowns of their own until the constants in them are known. Laws that
        are linear in their constants also have, over any space, with `using="all"`, the least-squares solution in all
        coefficients, weighted by the Gram matrix or by `weights` (N,) or (N, N); it is exact where the coefficients are.
        Candidates are checked by substitution at random constants, and every one that passes is a branch of the answer.

        `seconds` limits the time, kept by a worker process. Raises `IdentifiabilityError` with what is determined, or the order
        that is needed, `OptionError` for a space that a nonlinear law cannot use, `ResourceLimitError` where time is over.

        >>> import symseries as ss
        >>> law = Law("sf + C*c**(2/3) + k/sqrt(d)", variables=("c", "d"))
        >>> law.closed_form(ss.TaylorSpace({"c": sympy.Symbol("c0"), "d": sympy.Symbol("d0")}, order=1))["C"]
        3*alpha_1_0*c0**(1/3)/2
        """
        return closed.closed_form(self, space, using, weights, seconds)

    def invariants(
        self,
        space: Space,
        *,
        degree: int = conditions.DEGREE,
        coordinates: str = "physical",
        seconds: float = conditions.SECONDS,
    ) -> Conditions:
        """Return the equations that the law imposes on its coefficients whatever its constants are.

        They are polynomials of least degree, searched up to `degree`, with whole numbers in the coordinates X = x/x0 - 1
        (`coordinates="scaled"`) or in those of the space; each is proved by substitution. What was reached in the time, which a
        worker process keeps, is in the answer.

        Raises `OptionError` for a law that is not linear over a space that is no Taylor space, `ResourceLimitError` where not
        even degree 1 was reached.

        >>> import symseries as ss
        >>> [condition] = Law("A*exp(-Q/(R*T))", variables=("T",), known={"R": 8}).invariants(ss.TaylorSpace({"T": 2}, order=2))
        >>> condition
        Eq(alpha_0*alpha_1 + 2*alpha_0*alpha_2, alpha_1**2)
        """
        return conditions.conditions(self, space, degree, coordinates, seconds)

    def identifiability(
        self,
        where: object,
        *,
        held: Mapping[str, object] | None = None,
        at: Mapping[str, object] | None = None,
    ) -> Identifiability:
        """Return which constants the coefficients over a space, or a table of measurements, determine.

        The rank of d beta/d C is taken at random points, exactly over a Taylor space, with the combinations that are determined
        only as a whole in words. `held` holds variables at values, as on a slice; where constants are given, `at`, directions
        in which the coefficients hardly change there are told too.

        Raises `LawNameError` for names that are unknown, `IdentifiabilityError` for a law without constants, `DataError` for a
        table without a variable.

        >>> import symseries as ss
        >>> law = Law("sf + C*c**(2/3) + k/sqrt(d)", variables=("c", "d"))
        >>> law.identifiability(ss.TaylorSpace({"c": "1/20", "d": 10}, order=2), held={"c": "1/8"}).directions
        ('only sf + 1/4*C is determined, not sf and C apart',)
        """
        return identify.identify(self, where, held, at)

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
        right = to_text(self.expression)
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
