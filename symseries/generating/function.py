"""One generating function: its closed form, its terms, its region of convergence, and how it is shown."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Literal

import sympy
from sympy.logic.boolalg import Boolean

from symseries.errors import OptionError
from symseries.names import symbol

Kind = Literal["law", "activation"]
Form = Literal["plain", "latex", "html"]

_SIGNS: dict[str, dict[Form, str]] = {
    "<": {"plain": "<", "latex": "<", "html": "<mo>&lt;</mo>"},
    "<=": {"plain": "≤", "latex": r"\leq", "html": "<mo>&le;</mo>"},
    ">": {"plain": ">", "latex": ">", "html": "<mo>&gt;</mo>"},
    ">=": {"plain": "≥", "latex": r"\geq", "html": "<mo>&ge;</mo>"},
}
_NATURAL: dict[Form, str] = {
    "plain": "= 0, 1, 2, …",
    "latex": r"= 0, 1, 2, \ldots",
    "html": "<mo>=</mo><mtext>0, 1, 2, …</mtext>",
}
_EVERYWHERE: dict[Form, str] = {"plain": "all {}", "latex": r"\text{{all }} {}", "html": "<mtext>all&nbsp;</mtext>{}"}

ZERO = sympy.Integer(0)
INDEX = symbol("n")
VARIABLE = symbol("x")


@dataclass(frozen=True, repr=False)
class GeneratingFunction:
    r"""The rule of the coefficients of one function: f(x) = sum over n of a_n (x - c)^n.

    `name` is the key of the row; `function` a SymPy expression in `variable` and parameters; `center` is c; `general` is a_n
    as an expression in the Symbol n, which holds from n = `first` on, and `early` holds the coefficients before it. Bernoulli
    numbers stand in it with even index wherever they are not 0, so the two conventions for the sign of B_1 agree.

    `region` says for which real x the series converges to the function, whatever the parameters are, as long as they meet
    `conditions`; `radius` is that of the disc around c on which it does. `source` is an equation or the Table 1 of the paper,
    or another reference; `printed` says in words what the paper prints where that is wrong, None where it is right.

    The formulas are exact. Where a polynomial stands in them, as for "sigmoid about x0", floating point cancels in it: take
    numbers from the expansion of a law or a network, or evaluate with many digits.

    >>> from symseries.generating import generating_functions
    >>> row = generating_functions()["log(1+x)"]
    >>> row.general, row.term(0), row.term(4), row.region_text()
    ((-1)**(n + 1)*C/n, 0, -C/4, '-1 < x ≤ 1')
    """

    name: str
    kind: Kind
    function: sympy.Expr
    general: sympy.Expr
    source: str
    region: Boolean = sympy.true
    radius: sympy.Expr = sympy.oo
    variable: sympy.Symbol = VARIABLE
    center: sympy.Expr = ZERO
    early: tuple[sympy.Expr, ...] = ()
    conditions: tuple[Boolean, ...] = ()
    printed: str | None = None

    @property
    def first(self) -> int:
        """The index from which the general term holds."""
        return len(self.early)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, a symbolic centre among them, sorted."""
        found = self.function.free_symbols | self.center.free_symbols
        return tuple(sorted(item.name for item in found - {self.variable}))

    def term(self, index: int) -> sympy.Expr:
        """Return a_n for n = `index` as an expression in the parameters.

        Raises `OptionError` for what is no whole number from 0 on.

        >>> from symseries.generating import generating_functions
        >>> generating_functions()["tanh"].term(3)
        -1/3
        """
        try:
            whole = operator.index(index)
        except TypeError:
            whole = -1
        if whole < 0:
            raise OptionError(f"the index of a coefficient is {index!r}; give a whole number from 0 on")
        if whole < self.first:
            return self.early[whole]
        return sympy.expand_func(self.general.subs(INDEX, whole).replace(sympy.Sum, _added))

    def partial_sum(self, order: int) -> sympy.Expr:
        """Return the Taylor polynomial of that order: the sum of a_n (x - c)^n for n = 0 … `order`.

        Raises `OptionError` for what is no whole number from 0 on.

        >>> from symseries.generating import generating_functions
        >>> generating_functions()["cos"].partial_sum(2).subs("x0", 0)
        1 - x**2/2
        """
        step = self.variable - self.center
        last = self.term(order) * step**order
        return sympy.Add(last, *(self.term(k) * step**k for k in range(order)))

    def region_text(self, form: Form = "plain") -> str:
        """Return the region of convergence and the conditions on parameters: "plain", "latex" or "html" (MathML)."""
        texts = [_condition(item, self.variable, form) for item in (self.region, *self.conditions)]
        return ("<mtext>, </mtext>" if form == "html" else ", ").join(texts)

    @property
    def region_latex(self) -> str:
        """The region of convergence and the conditions on parameters in LaTeX, without dollar signs."""
        return self.region_text("latex")

    def to_latex(self) -> str:
        r"""Return the series as LaTeX mathematics, without dollar signs.

        >>> from symseries.generating import generating_functions
        >>> print(generating_functions()["1/(1+x)"].to_latex())
        \frac{1}{x + 1} = \sum_{n=0}^{\infty} \left(-1\right)^{n} x^{n}, \quad -1 < x < 1
        """
        step = self.variable - self.center
        start = sympy.Add(*(value * step**k for k, value in enumerate(self.early)))
        general = sympy.latex(self.general)
        factor = rf"\left({general}\right)" if self.general.is_Add else general
        series = rf"\sum_{{n={self.first}}}^{{\infty}} {factor} {sympy.latex(step**INDEX)}"
        shown = f"{sympy.latex(start)} + {series}" if start else series
        return rf"{sympy.latex(self.function)} = {shown}, \quad {self.region_latex}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.to_latex()}$"

    def __str__(self) -> str:
        early = "".join(f"a_{k} = {value}, " for k, value in enumerate(self.early))
        return f"{self.function} about {self.center}: {early}a_n = {self.general} for n ≥ {self.first}; {self.region_text()}"

    def __repr__(self) -> str:
        return f"<GeneratingFunction {self}>"


def _added(summand: sympy.Expr, limits: sympy.Tuple) -> sympy.Expr:
    """Return a finite sum term by term: the closed form of a sum may leave out the terms where it has a gap."""
    index, low, high = limits
    return sympy.Add(*(summand.subs(index, k) for k in range(int(low), int(high) + 1)))


def shown(expression: sympy.Expr, form: Form) -> str:
    """Return an expression as text, as LaTeX without dollar signs, or as MathML."""
    if form == "html":
        return str(sympy.mathml(expression, printer="presentation"))
    return str(expression) if form == "plain" else str(sympy.latex(expression))


def _condition(condition: Boolean, variable: sympy.Symbol, form: Form) -> str:
    """Return a condition as people write it, two ends in one chain: low < x ≤ high."""
    if condition == sympy.true:
        return _EVERYWHERE[form].format(shown(variable, form))
    if isinstance(condition, sympy.Contains):
        return f"{shown(condition.args[0], form)} {_NATURAL[form]}"
    if isinstance(condition, sympy.And):
        lower, upper = sorted(condition.args, key=lambda end: bool(end.lts == variable))
        first, second = (_SIGNS["<" if end.rel_op in {"<", ">"} else "<="][form] for end in (lower, upper))
        return f"{shown(lower.lts, form)} {first} {shown(variable, form)} {second} {shown(upper.gts, form)}"
    return f"{shown(condition.lhs, form)} {_SIGNS[condition.rel_op][form]} {shown(condition.rhs, form)}"
