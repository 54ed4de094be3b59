"""From the tree of a formula to SymPy: each node's value, in plain Symbols and without simplifying what was written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import sympy

from symseries.errors import LawNameError, SymseriesError
from symseries.parsing.latex import doubts, limits, patterns, structures, units
from symseries.parsing.latex import nodes as n
from symseries.parsing.latex import vocabulary as words
from symseries.parsing.latex.context import Context, is_simple
from symseries.parsing.latex.indices import summed
from symseries.parsing.latex.known import POLYNOMIALS, evaluated, kronecker, polynomial
from symseries.parsing.latex.meanings import EXACT, KNOWN_LETTERS, function, plain_symbol
from symseries.parsing.latex.naming import key_of
from symseries.parsing.latex.source import LatexSource
from symseries.parsing.literals import exact

# SymPy compares all arguments of a maximum with each other.
_MOST = 8
_PARTS = "; write it in parts, or declare a bold name as a Symbol"
_FAILURES = (TypeError, ValueError, AttributeError, NotImplementedError, ArithmeticError, IndexError)


class Builder:
    """The values of the nodes of one text."""

    def __init__(self, source: LatexSource, context: Context) -> None:
        self.source = source
        self.context = context
        self.bound: list[str] = []
        self.notes: list[tuple[str, sympy.Expr]] = []

    def value(self, node: n.Node) -> Any:
        """Return the value of a node.

        What SymPy cannot hold is refused at the node where it refuses.
        """
        rule = RULES.get(type(node))
        if rule is None:
            raise self.fault(node, "something that is no value here", "; write a formula")
        try:
            return rule(self, node)
        except SymseriesError:
            raise
        except _FAILURES as error:
            raise self.fault(node, f"something that SymPy cannot hold ({type(error).__name__})", _PARTS) from error

    def fault(self, node: n.Node, problem: str, advice: str = "") -> SymseriesError:
        """Return the error of a problem at a node."""
        return self.source.fault(problem, node.start, advice)

    def number(self, node: n.Number) -> sympy.Expr:
        """Return the decimal that was typed."""
        return exact(node.text)

    def known(self, node: patterns.Value) -> sympy.Expr:
        """Return a value that was found already."""
        return node.value

    def name(self, node: n.Name) -> sympy.Expr:
        """Return what a name means: a bound index, a declared value, a number, an entry of a sequence, a Symbol."""
        key = key_of(node)
        if key in self.bound:
            return self.symbol(node, key)
        if key is not None and key in self.context.names:
            return self._declared(node, key)
        indexed = self._base_value(node) is not None or node.base in self.context.sequences
        if (delta := kronecker(self, node)) is not None:
            return delta
        if indexed and (entry := self._entry(node)) is not None:
            return entry
        if key is None:
            raise self.fault(node, "a name whose subscript is computed", "; declare it as a sequence")
        if key in {"pi", "e"}:
            return sympy.pi if key == "pi" else sympy.E
        if self.context.measured and node.base in units.UNITS and self.source.text[node.start] == "\\":
            raise self.fault(
                node, f"the unit {node.base!r} without a number", rf"; write 1\,\mathrm{{{node.base}}}, or declare the name"
            )
        if node.base == "partial":
            raise self.fault(node, "a sign of a partial derivative alone", r"; write \frac{\partial}{\partial x}")
        return self.symbol(node, key)

    def symbol(self, node: n.Node, key: str | None) -> sympy.Symbol:
        """Return the Symbol of a plain spelling."""
        try:
            return plain_symbol(key or "")
        except LawNameError as error:
            raise self.fault(node, "a name that is no identifier", "; choose letters and digits") from error

    def _declared(self, node: n.Name, key: str) -> sympy.Expr:
        """Return the declared value of a name."""
        value = self.context.names[key]
        if isinstance(value, sympy.IndexedBase):
            return self.symbol(node, key)
        if not isinstance(value, sympy.Expr):
            if isinstance(value, int | float | str):
                raise self.fault(node, f"the name {key!r}, declared as {type(value).__name__}", "; declare a SymPy expression")
            raise self.fault(node, f"the function {key!r} without its argument", f"; write {key}(x)")
        return value

    def _base_value(self, node: n.Name) -> Any:
        """Return the declared meaning of the letter, where its subscript is not part of the declared name."""
        value = self.context.names.get(node.base) if node.below or node.above else None
        return value if isinstance(value, sympy.IndexedBase) or callable(value) else None

    def _entry(self, node: n.Name) -> sympy.Expr | None:
        """Return the entry of a sequence that a name with indices is; None where its subscript is a word, or is missing."""
        labels = [label.text for label in node.below if label.index is None]
        indices = [self.value(index) for index in self.indices(node)]
        if not indices:
            return None
        value = self._base_value(node)
        if value is None:
            doubts.check_entry_name(self, node)
        if value is not None and not isinstance(value, sympy.IndexedBase) and not labels:
            return value(*(limits.small(self.source, index, node.start) for index in indices))
        base = "_".join([node.base.removeprefix("bold_"), *["prime"] * node.primes, *(text or "" for text in labels)])
        return (value if isinstance(value, sympy.IndexedBase) else structures.sequence(base))[tuple(indices)]

    def indices(self, node: n.Name) -> tuple[n.Node, ...]:
        """Return the indices of a name, upper ones first, with entries that dots leave out as runs."""
        below = tuple(index for label in node.below for index in label.index or ())
        return patterns.filled(self, (*node.above, *below))

    def plus(self, node: n.Plus) -> sympy.Expr:
        """Return a sum, dots in it by their pattern."""
        doubts.check_reach(self, node)
        if any(isinstance(term, n.Dots) for _, term in node.terms):
            return patterns.added(self, node)
        return limits.finite(self.source, sympy.Add(*(sign * self.value(term) for sign, term in node.terms)), node.start)

    def times(self, node: n.Times) -> sympy.Expr:
        """Return a product, dots in it by their pattern."""
        doubts.check_differential(self, node.factors)
        factors = patterns.multiplied(self, node) if any(isinstance(part, n.Dots) for part in node.factors) else node.factors
        return limits.finite(self.source, sympy.Mul(*(self.value(factor) for factor in factors)), node.start)

    def over(self, node: n.Over) -> sympy.Expr:
        """Return a quotient."""
        below = limits.power(self.source, self.value(node.below), sympy.S.NegativeOne, node.below.start)
        return limits.finite(self.source, self.value(node.above) * below, node.start)

    def power(self, node: n.Power) -> sympy.Expr:
        """Return a power; that of e is the exponential."""
        exponent = self.value(node.exponent)
        doubts.check_power(self, node)
        if isinstance(node.base, n.Name) and key_of(node.base) == "e" and "e" not in {*self.bound, *self.context.names}:
            doubts.check_imaginary(self, node.exponent)
            return limits.exponential(self.source, exponent, node.start)
        return limits.power(self.source, self.value(node.base), exponent, node.start)

    def elementwise(self, node: n.Elementwise) -> sympy.Expr:
        """Return a power of each entry."""
        return structures.ElementwisePower(self.value(node.base), self.value(node.exponent))

    def call(self, node: n.Call) -> sympy.Expr:
        """Return the value of a function of the table."""
        bounded = limits.small if node.function in EXACT else limits.argument
        arguments = [bounded(self.source, self.value(part), part.start) for part in node.arguments]
        if node.function == "sqrt":
            return self._root(node, arguments)
        if node.function == "gcd" and not all(part.is_Integer for part in arguments):
            raise self.fault(node, "a greatest common divisor of names", "; write whole numbers")
        if node.function == "exp" and len(arguments) == 1:
            doubts.check_imaginary(self, node.arguments[0])
            return limits.exponential(self.source, arguments[0], node.start)
        if node.function == "Li" and node.base is not None:
            return sympy.polylog(self.value(node.base), *arguments)
        rule = function(node.function)
        if rule is None:
            return sympy.Function(self.symbol(node, node.function).name)(*arguments)
        if len(arguments) != 1 and not (node.function in {"max", "min", "gcd"} and len(arguments) <= _MOST):
            problem = f"{len(arguments)} arguments of {node.function}"
            raise self.fault(node, problem, f"; write {node.function}(x)")
        value = limits.finite(self.source, rule(*arguments), node.start)
        if node.base is None:
            return value
        below = limits.power(self.source, sympy.log(self.value(node.base)), sympy.S.NegativeOne, node.base.start)
        return value * below

    def _root(self, node: n.Call, arguments: list[sympy.Expr]) -> sympy.Expr:
        index = sympy.Integer(2) if node.base is None else self.value(node.base)
        return limits.power(self.source, arguments[0], 1 / index, node.start)

    def bracketed(self, node: n.Bracketed) -> sympy.Expr:
        """Return what a name with a bracket behind it is: the value of a function, or a product."""
        rule = self._function(node)
        if rule is None:
            bracket = node.arguments[0]
            kind = n.Elementwise if node.elementwise else n.Power
            raised = n.Factorial(bracket.start, bracket, node.step) if node.step else bracket
            raised = raised if node.exponent is None else kind(bracket.start, raised, node.exponent)
            first: n.Node = node.name if node.power is None else n.Power(node.start, node.name, node.power)
            return limits.finite(self.source, self.value(first) * self.value(raised), node.start)
        if isinstance(node.power, n.Plus) and node.power.terms[0][0] < 0:
            problem = "a negative power on the name of a function, which may mean the inverse function,"
            raise self.fault(node, problem, r"; write \frac{1}{f(x)}")
        value = rule(*(limits.small(self.source, self.value(part), part.start) for part in node.arguments))
        if node.step:
            value = limits.factorial(self.source, value, node.step, node.start)
        if node.elementwise and node.exponent is not None:
            return structures.ElementwisePower(value, self.value(node.exponent))
        for exponent in (node.power, node.exponent):
            value = value if exponent is None else limits.power(self.source, value, self.value(exponent), node.start)
        return value

    def _function(self, node: n.Bracketed) -> Callable[..., sympy.Expr] | None:
        """Return the function that a name before a bracket is, or None for a product."""
        name, names = node.name, self.context.names
        key = key_of(name)
        if key in self.bound or (key in {"pi", "e"} and key not in names):
            return None
        for known in (
            names.get(key or ""),
            self._base_value(name) or (names.get(name.base) if name.primes or name.above else None),
        ):
            if callable(known) and not isinstance(known, sympy.Expr):
                inner = () if known is names.get(key or "") or name.primes else self.indices(name)
                return self._derived(node, lambda *x, f=known, i=inner: f(*(self.value(part) for part in i), *x))
            if isinstance(known, sympy.core.function.AppliedUndef):
                return self._derived(node, known.func)
        if key in names and not node.marked:
            return None
        if name.base in KNOWN_LETTERS and not name.below and name.base not in names:
            return KNOWN_LETTERS[name.base]
        if (rule := polynomial(self, node)) is not None:
            return self._derived(node, rule) if name.primes else rule
        if node.marked or name.primes or self._is_function_letter(node):
            doubts.check_radiation(self, node)
            if key_of(n.Name(name.start, name.base, name.below)) in self.context.alone and not node.marked:
                raise self._ambiguous(node)
            return self._derived(node, sympy.Function(self._called(name)))
        self._check_product(node)
        return None

    def _is_function_letter(self, node: n.Bracketed) -> bool:
        """Tell a letter that is a function by custom.

        A Latin one has to have an argument that is no sum somewhere in the text, one with a subscript a simple one here.
        """
        name = node.name
        if key_of(name) in self.context.defined:
            return True
        if name.below:
            custom = name.base in words.FUNCTION_LETTERS - {letter for letter, _ in POLYNOMIALS} - self.context.sequences
            return custom and all(map(is_simple, node.arguments))
        return name.base in words.GREEK_FUNCTIONS or (name.base in words.LATIN_FUNCTIONS and name.base in self.context.called)

    def _called(self, name: n.Name) -> str:
        """Return what an undeclared function is called, with the words of its subscript."""
        key = key_of(n.Name(name.start, name.base, name.below))
        if key is None:
            raise self.fault(name, "a function with a computed subscript", "; declare it")
        return str(self.symbol(name, key).name)

    def _derived(self, node: n.Bracketed, rule: Callable[..., sympy.Expr]) -> Callable[..., sympy.Expr]:
        """Return a function, or its derivative where the name has primes or an upper index."""
        name = node.name
        upper = name.above if not name.primes else ()
        if not name.primes and (not upper or (self._base_value(name) is not None and node.name.below)):
            return rule
        order = sympy.Integer(name.primes) if name.primes else self.value(upper[0])

        def derivative(*arguments: sympy.Expr) -> sympy.Expr:
            if len(arguments) != 1:
                raise self.fault(node, "a prime at a function of several variables", r"; write \frac{\partial}{\partial x}")
            if arguments[0].is_Symbol:
                return sympy.Derivative(rule(arguments[0]), (arguments[0], order))
            inner = sympy.Symbol("xi_1")
            return sympy.Subs(sympy.Derivative(rule(inner), (inner, order)), inner, arguments[0])

        return derivative

    def _check_product(self, node: n.Bracketed) -> None:
        """Refuse a bracket that may hold the argument of a function rather than multiply."""
        name = node.name
        entry = bool(name.below or name.above) and name.base not in words.FUNCTION_LETTERS
        if doubts.multiplies(node, key_of(name) in self.context.alone, entry):
            return
        raise self._ambiguous(node)

    def _ambiguous(self, node: n.Bracketed) -> SymseriesError:
        shown = key_of(node.name) or node.name.base
        advice = rf"; write \cdot for a product, or declare names={{{shown!r}: ...}} as a Symbol or a Function"
        return self.fault(node, f"{shown} before a bracket, which may be a product or a function,", advice)

    def entry(self, node: n.Entry) -> sympy.Expr:
        """Return an entry of a vector."""
        product = isinstance(node.vector, n.Bracketed) and self._function(node.vector) is None
        doubts.check_entry(self, node, product)
        if isinstance(node.vector, n.Name):
            node = n.Entry(node.start, n.Name(node.vector.start, node.vector.base, node.vector.below), node.indices)
        return structures.Component(self.value(node.vector), *(self.value(index) for index in node.indices))

    def factorial(self, node: n.Factorial) -> sympy.Expr:
        """Return a factorial."""
        return limits.factorial(self.source, self.value(node.argument), node.step, node.start)

    def choose(self, node: n.Choose) -> sympy.Expr:
        """Return a binomial coefficient, or a multinomial one in factorials."""
        above = self.value(node.above)
        if len(node.below) == 1 and not self._is_collection(node.below[0]):
            below = self.value(node.below[0])
            if above.is_number and (abs(above) > limits.FACTORIAL or (below.is_number and abs(below) > limits.FACTORIAL)):
                raise self.fault(node, f"a binomial coefficient of a number beyond {limits.FACTORIAL}", "; use a smaller one")
            return sympy.binomial(above, below)
        if len(node.below) == 1:
            return structures.Multinomial(above, self.value(node.below[0]))
        return sympy.factorial(above) / sympy.Mul(*map(self._entry_factorial, self.filled(node.below)))

    def unit(self, node: n.Unit) -> sympy.Expr:
        """Return a unit, with the number that was written together with it."""
        return limits.finite(self.source, units.value_of(node), node.start)

    def stirling(self, node: n.Stirling) -> sympy.Expr:
        """Return a Stirling number of the second kind."""
        above, below = self.value(node.above), self.value(node.below)
        if any(part.is_number and abs(part) > limits.STIRLING for part in (above, below)):
            raise self.fault(node, f"a Stirling number beyond {limits.STIRLING}", "; use a smaller one")
        return structures.Stirling2(above, below)

    def _is_collection(self, node: n.Node) -> bool:
        return isinstance(node, n.Name) and node.base.startswith("bold_") and key_of(node) not in self.context.names

    def filled(self, entries: tuple[n.Node, ...]) -> tuple[n.Node, ...]:
        """Return entries of a list, with those that dots leave out as runs."""
        return patterns.filled(self, entries)

    def _entry_factorial(self, node: n.Node) -> sympy.Expr:
        value = self.value(node)
        if isinstance(value, structures.Run):
            return sympy.Product(sympy.factorial(value.args[0]), tuple(value.args[1].args))
        return limits.factorial(self.source, value, 1, node.start)

    def integral(self, node: n.Integral) -> sympy.Expr:
        """Return an integral, not computed."""
        bounds = () if node.bounds is None else tuple(self.bound_of(part) for part in node.bounds)
        variable = self.variable(node.variable)
        with_bound = self.within((node.variable,), node.body)
        return sympy.Integral(with_bound, (variable, *bounds) if bounds else variable)

    def variable(self, name: n.Name) -> sympy.Symbol:
        """Return the Symbol of a name that is bound, or in which a derivative is taken."""
        value = self.context.names.get(key_of(name) or "")
        return value if isinstance(value, sympy.Symbol) else self.symbol(name, key_of(name))

    def within(self, bound: tuple[n.Name, ...], body: n.Node) -> sympy.Expr:
        """Return the value of a body in which some names are bound."""
        keys = [key for name in bound if (key := key_of(name)) and not isinstance(self.context.names.get(key), sympy.Symbol)]
        self.bound += keys
        value = self.value(body)
        del self.bound[len(self.bound) - len(keys) :]
        return value

    def bound_of(self, node: n.Node) -> sympy.Expr:
        """Return a bound, which may be infinite."""
        if isinstance(node, n.Infinity):
            return sympy.oo
        if isinstance(node, n.Plus) and len(node.terms) == 1 and isinstance(node.terms[0][1], n.Infinity):
            return sympy.oo * node.terms[0][0]
        return self.value(node)

    def derivative(self, node: n.Derivative) -> sympy.Expr:
        """Return a derivative, not computed."""
        variables = [(self.variable(name), self.value(order)) for name, order in node.variables]
        taken, inner = {name for name, _ in node.variables}, node.operand
        if isinstance(inner, n.Evaluated) and inner.variable in taken:
            raise self.fault(
                inner, "the derivative of a value at a point", r"; put it inside, as in \left. \frac{d}{dx} f(x) \right|_{x=0}"
            )
        if isinstance(inner, n.Bracketed) and inner.exponent is None and taken & set(inner.arguments):
            # What is derived in its argument is a function, whatever its name.
            inner = dataclasses.replace(inner, marked=True)
        operand = self.value(inner)
        if isinstance(node.operand, n.Name) and not operand.has(*(variable for variable, _ in variables)):
            shown = key_of(node.operand)
            problem = f"the derivative of {shown}, which does not say that it depends on the variable,"
            raise self.fault(node, problem, f"; write {shown}(x), or declare names={{{shown!r}: Function({shown!r})(x)}}")
        return sympy.Derivative(operand, *variables)

    def limit(self, node: n.Limit) -> sympy.Expr:
        """Return a limit, not computed."""
        variable, point = self.variable(node.variable), self.bound_of(node.point)
        side = node.side if point not in {sympy.oo, -sympy.oo} else "-" if point == sympy.oo else "+"
        return sympy.Limit(self.within((node.variable,), node.body), variable, point, side)

    def norm(self, node: n.Norm) -> sympy.Expr:
        """Return an absolute value or a norm."""
        value = self.value(node.argument)
        if node.double:
            return structures.Norm(value, *([] if node.index is None else [self.bound_of(node.index)]))
        return sympy.Abs(value, evaluate=bool(value.is_number))

    def rounded(self, node: n.Rounded) -> sympy.Expr:
        """Return the next integer."""
        value = limits.argument(self.source, self.value(node.argument), node.start)
        return (sympy.ceiling if node.up else sympy.floor)(value)

    def remainder(self, node: n.Remainder) -> sympy.Expr:
        """Return the remainder of a division."""
        return sympy.Mod(self.value(node.above), self.value(node.below))

    def cases(self, node: n.Cases) -> sympy.Expr:
        """Return a function by cases."""
        branches = [(self.value(value), self._condition(condition)) for value, condition in node.branches]
        return sympy.Piecewise(*branches)

    def _condition(self, condition: tuple[n.Relations, ...] | None) -> Any:
        if condition is None:
            return sympy.true
        return sympy.And(*(part for chain in condition for part in self.conditions(chain)))

    def conditions(self, chain: n.Relations) -> list[Any]:
        """Return the relations of a chain, each between two neighbours."""
        found: list[Any] = []
        for (_, left), (sign, right) in zip(chain.links, chain.links[1:], strict=False):
            if sign in {"odd", "even"}:
                found.append(sympy.Eq(sympy.Mod(self.value(left), 2), int(sign == "odd")))
            elif sign in COMPARISONS:
                found.append(COMPARISONS[sign](self.bound_of(left), self.bound_of(right)))
            else:
                raise self.fault(right, f"the relation {sign!r} in a condition", "; write =, <, >, \\leq, \\geq or \\neq")
        if not found or chain.links[0][0]:
            raise self.fault(chain, "a condition without a relation", "; write both sides")
        return found

    def annotated(self, node: n.Annotated) -> sympy.Expr:
        """Return a part, and keep its note."""
        value = self.value(node.part)
        self.notes.append((node.note, value))
        return value


COMPARISONS: dict[str, Callable[..., Any]] = {
    "=": sympy.Eq,
    "<": sympy.Lt,
    ">": sympy.Gt,
    "≤": sympy.Le,
    "≥": sympy.Ge,
    "≠": sympy.Ne,
}


def _refused(problem: str, advice: str) -> Callable[[Builder, Any], Any]:
    """Return the rule of a node that has no value where it stands."""

    def rule(builder: Builder, node: n.Node) -> Any:
        raise builder.fault(node, problem, advice)

    return rule


RULES: dict[type[n.Node], Callable[[Builder, Any], Any]] = {
    n.Number: Builder.number,
    n.Name: Builder.name,
    n.Plus: Builder.plus,
    n.Times: Builder.times,
    n.Over: Builder.over,
    n.Power: Builder.power,
    n.Elementwise: Builder.elementwise,
    n.Call: Builder.call,
    n.Bracketed: Builder.bracketed,
    n.Entry: Builder.entry,
    n.Factorial: Builder.factorial,
    n.Choose: Builder.choose,
    n.Stirling: Builder.stirling,
    n.Unit: Builder.unit,
    n.Evaluated: evaluated,
    n.Big: summed,
    patterns.Value: Builder.known,
    n.Integral: Builder.integral,
    n.Derivative: Builder.derivative,
    n.Limit: Builder.limit,
    n.Norm: Builder.norm,
    n.Rounded: Builder.rounded,
    n.Remainder: Builder.remainder,
    n.Cases: Builder.cases,
    n.Annotated: Builder.annotated,
    n.Infinity: _refused("infinity, which is no number,", "; it may stand in bounds and limits"),
    n.Dots: _refused("dots that are not part of a pattern,", "; write a_0 + a_1 x + \\dots, or k_1, \\dots, k_d"),
    n.Listing: _refused("a list where a value is expected,", "; a decimal point is written '.'"),
    n.Order: _refused("an order inside a formula,", "; write it as the last term: ... + O(x^n)"),
    n.Relations: _refused("a relation inside a formula,", ""),
}
