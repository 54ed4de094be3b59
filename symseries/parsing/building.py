"""From checked tokens to SymPy objects: Python's tree of the text, built upwards, each number bounded before it is computed."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Sequence

import sympy

from symseries.errors import (
    ComplexResultError,
    LawSyntaxError,
    LawValueError,
    ResourceLimitError,
    SymseriesError,
    suggestion,
)
from symseries.names import symbol
from symseries.parsing.functions import ELSEWHERE, EXPONENTIAL, FUNCTIONS, LONGEST, REAL_WHERE
from symseries.parsing.literals import DIGITS, cut, digits, exact
from symseries.parsing.tokens import Source, Token

# SymPy simplifies a root by trial division of the number under it, which takes seconds for thousands of digits.
ROOT_DIGITS = 200
# SymPy may expand a power of a name into real and imaginary part, term by term.
POWER = 1_000
# Sums and products may pass through longer numbers than they end in, but not through ones that take long to compute.
WORK_DIGITS = 10 * DIGITS
# SymPy evaluates each numerical argument to decide its sign; nested ones cost the square of their number.
NUMBER_NODES = 1_000
# To decide a sign SymPy may expand an argument into real and imaginary part; a wider one is left as it is written.
WIDTH = 200.0
_SHOWN = 40
_LOG10_2 = 0.30103
_LOG10_E = 0.43429
_INFINITE = (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)


def build(source: Source, tokens: Sequence[Token], declared: frozenset[str]) -> sympy.Expr:
    """Return the expression of tokens in a checked order; `declared` names are Symbols whatever they are called."""
    start, end = tokens[0].start, tokens[-1].end
    try:
        return _Builder(source, start, re.sub(r"[\t\r\n]", " ", source.text[start:end]), declared).build()
    except (RecursionError, MemoryError) as error:
        problem = "nesting exceeds the depth limit that this place in the program leaves"
        raise source.fault(LawSyntaxError, problem, start, "; simplify it") from error
    except OverflowError as error:
        raise source.fault(ResourceLimitError, "a number too large to compute with", start, "; use smaller powers") from error


def _chain(node: ast.AST) -> str:
    """Return the kind of chain that a node belongs to, `a + b - c` or `-a*b/c`, or an empty text."""
    match node:
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            return "sum"
        case ast.BinOp(op=ast.Mult() | ast.Div()) | ast.UnaryOp():
            return "product"
    return ""


def _links(top: ast.expr) -> tuple[bool, list[tuple[bool, ast.expr]]]:
    """Return whether the chain at `top` has a minus sign, and its operands, each with whether it is subtracted or divided by.

    A chain goes on inside brackets: a/(2*(b + c)) has the factors a, 1/2 and 1/(b + c). So the 2 is not spread over the sum,
    and what SymPy prints is read back as it was.
    """
    minus = False
    links: list[tuple[bool, ast.expr]] = []
    waiting: list[tuple[bool, ast.expr]] = [(False, top)]
    while waiting:
        inverse, part = waiting.pop()
        if _chain(part) != _chain(top):
            links.append((inverse, part))
        elif isinstance(part, ast.BinOp):
            opposite = isinstance(part.op, ast.Sub | ast.Div)
            waiting += [(inverse ^ opposite, part.right), (inverse, part.left)]
        elif isinstance(part, ast.UnaryOp):
            minus ^= isinstance(part.op, ast.USub)
            waiting.append((inverse, part.operand))
    return minus, links


def _weight(base: sympy.Expr) -> float:
    """Return about how many digits a power of `base` gains when the exponent grows by one, from the numbers in `base`."""
    if base.is_Rational:
        return digits(base)
    if base.is_Mul:
        return sum(map(_weight, base.args))
    if base.is_Pow:
        return _weight(base.base) * _growth(base.exp)
    return _LOG10_E * _growth(base.args[0]) if isinstance(base, sympy.exp) else 0.0


def _root_digits(base: sympy.Expr, exponent: sympy.Rational) -> float:
    """Return about how many digits SymPy collects under one root to simplify the numbers in `base**exponent`."""
    found = [0.0]
    for number, inner in (factor.as_base_exp() for factor in sympy.Mul.make_args(base)):
        if number.is_Rational and number != 0 and inner.is_Rational:
            power = inner * exponent
            found += [_radicand_digits(whole, p, power.q) for whole in (abs(number.p), number.q) for p in (power.p, -power.p)]
    return max(found)


def _radicand_digits(whole: int, p: int, q: int) -> float:
    """Return the digits under the root of `whole**(p/q)`.

    A prime with multiplicity m goes there with the power m*p modulo q where this has no divisor in common with q; the greatest
    common divisor of these powers is taken out again.
    """
    powers = {int(prime): int(many * p % q) for prime, many in sympy.factorint(whole, limit=2**15).items()}
    kept = {prime: power for prime, power in powers.items() if math.gcd(power, int(q)) == 1}
    shared = math.gcd(*kept.values()) or 1
    return sum(float(power // shared) * math.log10(prime) for prime, power in kept.items())


def _growth(exponent: sympy.Expr) -> float:
    """Return the size of the number that an exponent is, or that is a term of it."""
    return _size(exponent if exponent.is_number else exponent.as_coeff_Add()[0])


def _size(number: sympy.Expr) -> float:
    """Return the absolute value of a number, within a factor of ten and not above 1e300."""
    return float(10.0 ** min(_magnitude(number), 300.0)) if number != 0 else 0.0


def _magnitude(number: sympy.Expr) -> float:
    """Return the decimal logarithm of a number's absolute value, to within one."""
    if number.is_Rational:
        return float((abs(number.p).bit_length() - number.q.bit_length()) * _LOG10_2)
    value = number.evalf(3).as_real_imag()[0]
    if not value.is_Float:
        return math.inf
    _, _, exponent, bits = value._mpf_
    return float(max(-WORK_DIGITS, min(exponent + bits, WORK_DIGITS)) * _LOG10_2)


def _is_wide(expression: sympy.Expr) -> bool:
    """Tell an expression in Symbols whose real and imaginary parts would have very many terms."""
    return not expression.is_number and _width(expression) > WIDTH


def _is_simple_power(base: sympy.Expr, exponent: sympy.Expr) -> bool:
    """Tell a power that SymPy may simplify; an integer power of a sum stays one, whatever is known about the sum."""
    if exponent.is_Integer:
        return not base.is_Add or exponent in {0, 1}
    return not _is_wide(base * exponent)


def _hides_logarithm(argument: sympy.Expr) -> bool:
    """Tell an exponent with logarithms in other places than terms `r*log(a)`: SymPy would combine them into large numbers."""
    terms = [(term, _logarithm(term)) for term in sympy.Add.make_args(argument) if term.has(sympy.log)]
    return any(found is None or found[1].has(sympy.log) for _, found in terms)


def _width(expression: sympy.Expr) -> float:
    """Return about how many terms the expanded real and imaginary parts have, not above 1e9."""
    if not expression.args:
        return 2.0 if expression.is_Symbol else 1.0
    parts = [_width(part) for part in expression.args]
    if expression.is_Mul:
        return min(math.prod(parts), 1e9)
    if expression.is_Pow and expression.exp.is_Rational:
        power = min(float(abs(expression.exp)), 1e9)
        return min(parts[0] ** min(power, 30.0) if parts[0] > 2.0 else 1.0 + power, 1e9)
    return min(sum(parts), 1e9)


def _is_vast(argument: sympy.Expr) -> bool:
    """Tell a number too large to compute with: a sine there would first need all its digits."""
    return bool(argument.is_number and _magnitude(argument) > DIGITS)


def _logarithm(term: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr] | None:
    """Return `a` and `r` of a term `r*log(a)`, which SymPy turns from an exponent into the power `a**r`."""
    logs = [factor for factor in sympy.Mul.make_args(term) if isinstance(factor, sympy.log)]
    return (logs[0].args[0], term / logs[0]) if logs else None


class _Builder:
    """The values of the nodes of one tree."""

    def __init__(self, source: Source, start: int, body: str, declared: frozenset[str]) -> None:
        self.source = source
        self.start = start
        self.body = body.encode()
        self.declared = declared
        self.tree = ast.parse(body, mode="eval").body
        self.values: dict[ast.expr, sympy.Expr] = {}
        self.evaluated = 0

    def build(self) -> sympy.Expr:
        """Return the expression of the whole tree; leaves come first, so that nothing recurses."""
        nodes = [node for node in ast.walk(self.tree) if isinstance(node, ast.expr)]
        within = {part for node in nodes if _chain(node) for part in ast.iter_child_nodes(node) if _chain(part) == _chain(node)}
        within |= {node.func for node in nodes if isinstance(node, ast.Call)}
        for node in reversed(nodes):
            if node not in within:
                self.values[node] = self._value(node)
        self._check_result()
        return self.values[self.tree]

    def _value(self, node: ast.expr) -> sympy.Expr:
        """Return the value of a node whose parts are known."""
        match node:
            case ast.Constant():
                return exact(self._text(node))
            case ast.Name():
                return self._name(node)
            case ast.Call():
                return self._call(node)
            case ast.BinOp(op=ast.Pow()):
                return self._power(self.values[node.left], self.values[node.right], node)
            case ast.BinOp() if _chain(node) == "sum":
                return self._sum(node)
            case ast.BinOp() | ast.UnaryOp():
                return self._product(node)
        raise self._fault(LawSyntaxError, "is not part of the grammar", node)

    def _name(self, node: ast.Name) -> sympy.Expr:
        if node.id not in self.declared:
            if node.id == "pi":
                return sympy.pi
            if node.id in FUNCTIONS:
                raise self._fault(LawSyntaxError, "is a function without its argument", node, f"; write {node.id}(...)")
        return symbol(node.id)

    def _sum(self, node: ast.expr) -> sympy.Expr:
        _, links = _links(node)
        terms = [-self.values[part] if inverse else self.values[part] for inverse, part in links]
        self._check_work((term.as_coeff_Mul()[0] for term in terms), node)
        return sympy.Add(*terms)

    def _product(self, node: ast.expr) -> sympy.Expr:
        minus, links = _links(node)
        factors = [
            self._power(self.values[part], sympy.S.NegativeOne, part) if inverse else self.values[part]
            for inverse, part in links
        ]
        self._check_work((factor.as_coeff_Mul()[0] for factor in factors), node)
        return sympy.Mul(-1 if minus else 1, *factors)

    def _power(self, base: sympy.Expr, exponent: sympy.Expr, node: ast.expr) -> sympy.Expr:
        if base.is_number and exponent.is_number:
            self._charge(base, node)
            self._charge(exponent, node)
            if base.is_zero and exponent.is_negative:
                raise self._fault(LawValueError, "gives a division by zero", node, "; expected a finite law")
            if base.is_negative and not exponent.is_integer:
                raise self._fault(ComplexResultError, "is a root of a negative number", node, "; a law is real")
        self._check_power(base, exponent, node)
        return self._finite(sympy.Pow(base, exponent, evaluate=_is_simple_power(base, exponent)), node)

    def _check_power(self, base: sympy.Expr, exponent: sympy.Expr, node: ast.expr) -> None:
        """Refuse a power before it is computed."""
        weight = _weight(base)
        if base.is_number and exponent.is_number:
            weight = max(weight, abs(_magnitude(base)))
        if weight * _growth(exponent) > DIGITS:
            problem = f"exceeds the limit of {DIGITS} digits"
            raise self._fault(ResourceLimitError, problem, node, "; use a smaller power")
        if not exponent.is_Rational:
            return
        if base.has(sympy.Symbol) and abs(exponent) > POWER:
            problem = f"exceeds the limit of {POWER} for the power of a name"
            raise self._fault(ResourceLimitError, problem, node, "; use a smaller power")
        if not exponent.is_Integer and (weight > ROOT_DIGITS or _root_digits(base, exponent) > ROOT_DIGITS):
            problem = f"exceeds the limit of {ROOT_DIGITS} digits under a root"
            raise self._fault(ResourceLimitError, problem, node, "; round the number or the exponent")

    def _check_work(self, numbers: Iterable[sympy.Rational], node: ast.expr) -> None:
        """Refuse a sum or product of numbers before it is computed."""
        if sum(map(digits, numbers)) > WORK_DIGITS:
            problem = f"exceeds the limit of {WORK_DIGITS} digits in the numbers it combines"
            raise self._fault(ResourceLimitError, problem, node, "; round the numbers")

    def _call(self, node: ast.Call) -> sympy.Expr:
        name = self._text(node.func)
        if name not in FUNCTIONS:
            inside = self._text(node)[len(name) :].lstrip()
            product = f"{name}*{inside if len(inside) <= _SHOWN else '(...)'}"
            way = ELSEWHERE.get(name.lower(), f"{product}{suggestion(name, FUNCTIONS)}")
            advice = f"; write {way}" if name.lower() in ELSEWHERE else f"; for a product write {way}"
            raise self._fault(LawSyntaxError, "is a variable or constant and no function", node.func, advice)
        arity, builder = FUNCTIONS[name]
        most = LONGEST.get(name, arity)
        if not arity <= len(node.args) <= most:
            takes = f"{arity} argument{'s' * (arity != 1)}" if most == arity else f"{arity} or {most} arguments"
            problem = f"takes {takes} and received {len(node.args)}"
            raise self._fault(LawSyntaxError, problem, node.func, f"; write {name}(x)")
        arguments = [self.values[argument] for argument in node.args]
        if name == "sqrt":
            return self._power(arguments[0], sympy.S.Half, node)
        self._check_arguments(name, arguments, node)
        simple = not any(_is_wide(x) or (name in EXPONENTIAL and _hides_logarithm(x)) for x in arguments)
        return self._finite(builder(*arguments, evaluate=simple), node)

    def _check_arguments(self, name: str, arguments: Sequence[sympy.Expr], node: ast.expr) -> None:
        """Refuse arguments where the function is not real, or its value too large to hold."""
        for argument in arguments:
            self._charge(argument, node)
            if _growth(argument) > DIGITS / _LOG10_E if name in EXPONENTIAL else _is_vast(argument):
                raise self._fault(ResourceLimitError, "is too large a number to hold", node, "; scale the argument")
            if argument.is_number and name in REAL_WHERE and REAL_WHERE[name](argument).is_negative:
                raise self._fault(ComplexResultError, "is not real", node, "; a law is real")
            for term in sympy.Add.make_args(argument) if name in EXPONENTIAL else ():
                if found := _logarithm(term):
                    self._check_power(*found, node)

    def _charge(self, value: sympy.Expr, node: ast.expr) -> None:
        """Count the nodes of a number that is to be evaluated, and refuse beyond the limit."""
        if value.is_number and not value.is_Rational:
            self.evaluated += sum(1 for _ in sympy.preorder_traversal(value))
        if self.evaluated > NUMBER_NODES:
            problem = f"nests numbers beyond the limit of {NUMBER_NODES} operations"
            raise self._fault(ResourceLimitError, problem, node, "; write its decimal value")

    def _finite(self, value: sympy.Expr, node: ast.expr) -> sympy.Expr:
        if value in _INFINITE:
            raise self._fault(LawValueError, "has no finite value", node, "; a law is finite")
        return value

    def _check_result(self) -> None:
        """Refuse what only the whole expression shows: numbers that grew, or left the real line, as terms were collected."""
        for part in sympy.preorder_traversal(self.values[self.tree]):
            if part in _INFINITE:
                raise self._fault(LawValueError, "has no finite value", self.tree, "; a law is finite")
            if part.is_Rational and digits(part) > DIGITS:
                problem = f"exceeds the limit of {DIGITS} digits"
                raise self._fault(ResourceLimitError, problem, self.tree, "; round the numbers")
            root = part.is_Pow and part.base.is_Rational and part.base.is_negative and part.exp.is_Rational
            if part is sympy.I or (root and not part.exp.is_Integer):
                raise self._fault(ComplexResultError, "is not real", self.tree, "; a law is real")

    def _text(self, node: ast.expr) -> str:
        return self.body[node.col_offset : node.end_col_offset].decode()

    def _fault(self, kind: type[SymseriesError], problem: str, node: ast.expr, advice: str = "") -> SymseriesError:
        index = self.start + len(self.body[: node.col_offset].decode())
        return self.source.fault(kind, f"{cut(self._text(node), width=_SHOWN)} {problem}", index, advice)
