"""Lines of a derivation: what was typed, and the chain of relations that was understood, from Python, text or LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from symseries.derivations.domains import Assumptions, read_assumptions
from symseries.derivations.statements import is_latex, read_side
from symseries.errors import LawSyntaxError, OptionError, ResourceLimitError, SymseriesError
from symseries.parsing import parse_expression

MAX_LINES = 500
RELATIONS = ("=", "≈", ":=", "⇒")
_SIGN = re.compile(r":=|=>|⇒|≈|~|(?<![<>!=:])=(?![=>])")
_SIGNS = {"=>": "⇒", "~": "≈"}
_ORDER = re.compile(r"\+\s*O\(\s*(?P<base>[^()*]+|\([^()]*\))\s*(?:\*\*\s*(?P<power>\d+))?\s*\)\s*$")
_CENTRED = re.compile(r"\(?\s*(?P<name>[^\W\d]\w*)\s*(?:(?P<sign>[-+])\s*(?P<number>[\d./]+))?\s*\)?")

Chain = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Line:
    """One line: `typed` text, its `chain` of relations and expressions, and what it says besides.

    The first relation is empty where the line has a left side of its own. `put` are substitutions that lead to the line,
    `assume` what is assumed from here on; `order` and `around` where the line holds to an order.
    """

    typed: str
    chain: Chain = ()
    number: int = 0
    assume: Assumptions = field(default_factory=Assumptions)
    put: tuple[tuple[Any, Any], ...] = ()
    order: int | None = None
    around: Mapping[str, Any] | None = None


def read_lines(lines: Iterable[object]) -> tuple[Line, ...]:
    """Return lines from text, LaTeX, SymPy equations, pairs of sides, or triples of side, relation and side.

    Text is `left = right`, `= right` to go on, `≈` or `~` with `+ O(x**5)`, `=>`, `name := expression`; `assume x > 0`,
    `put x = 0`; what follows # is a remark. Raises what the readers raise, with the number of the line.
    """
    if isinstance(lines, str):
        lines = lines.splitlines()
    found: list[Line] = []
    for number, line in enumerate(lines, 1):
        if number > MAX_LINES:
            raise ResourceLimitError(f"derivation: more than {MAX_LINES} lines, the limit; check it in parts")
        found += _read(line, number)
    if not any(line.chain for line in found):
        raise OptionError("derivation: no line with a relation; expected lines such as 'tanh(x) = 2*sigmoid(2*x) - 1'")
    return tuple(found)


def _read(line: object, number: int) -> list[Line]:
    if isinstance(line, Line):
        return [replace(line, number=line.number or number)]
    try:
        if isinstance(line, str):
            return _read_text(line, number)
        return [replace(_from_python(line), number=number)]
    except SymseriesError as error:
        raise type(error)(f"line {number}: {error}") from error


def _from_python(line: object) -> Line:
    if isinstance(line, sympy.Equality):
        return Line(f"{line.lhs} = {line.rhs}", (("", line.lhs), ("=", line.rhs)))
    if isinstance(line, (tuple, list)) and len(line) in (2, 3):
        left, *sign, right = line
        relation = _SIGNS.get(str(sign[0]), str(sign[0])) if sign else "="
        if relation not in RELATIONS:
            raise OptionError(f"relation {relation!r}; expected one of {', '.join(RELATIONS)}")
        sides = (read_side(left, "left side"), read_side(right, "right side"))
        return Line(f"{sides[0]} {relation} {sides[1]}", (("", sides[0]), (relation, sides[1])))
    raise OptionError(f"{type(line).__name__} {str(line)[:40]!r}: expected text, LaTeX, a SymPy equation or (left, right)")


def _read_text(typed: str, number: int) -> list[Line]:
    text = typed.split("#", 1)[0].strip()
    if not text:
        return []
    word, _, rest = text.partition(" ")
    if word in {"assume", "assuming"}:
        return [Line(typed.strip(), number=number, assume=read_assumptions(rest))]
    if word in {"put", "with", "substitute"}:
        return [Line(typed.strip(), number=number, put=(_substitution(rest),))]
    if is_latex(text):
        return [replace(line, number=number) for line in latex_lines(text)]
    return [replace(_relations(text.removeprefix("let ")), typed=typed.strip(), number=number)]


def _substitution(text: str) -> tuple[Any, Any]:
    left, equals, right = text.partition("=")
    if not equals:
        raise LawSyntaxError(f"substitution {text.strip()[:40]!r}: expected name = expression, such as 'put x = 0'")
    return parse_expression(left, "substitution"), parse_expression(right, "substitution")


def _relations(text: str) -> Line:
    """Return the chain of relations that a text spells."""
    signs = [(_SIGNS.get(m.group(), m.group()), m.start(), m.end()) for m in _SIGN.finditer(text)]
    if not signs:
        raise LawSyntaxError(f"{text[:60]!r}: no relation; expected one of {', '.join(RELATIONS)}, such as 'left = right'")
    places = [0, *(end for _, _, end in signs)]
    pieces = [text[a:b] for a, b in zip(places, [*(start for _, start, _ in signs), len(text)], strict=True)]
    order, around, chain = None, None, []
    for relation, piece in zip(["", *(sign for sign, _, _ in signs)], pieces, strict=True):
        if not piece.strip() and not relation:
            continue
        if not piece.strip():
            raise LawSyntaxError(f"{text[:60]!r}: nothing stands after {relation!r}; expected an expression")
        cut = _ORDER.search(piece)
        if cut:
            order, around = _order(cut, text)
        side = piece[: cut.start()] if cut else piece
        chain.append(("≈" if cut and relation == "=" else relation, parse_expression(side.strip(), "expression")))
    return Line(text, tuple(chain), order=order, around=around)


def _order(cut: re.Match[str], text: str) -> tuple[int, dict[str, Any]]:
    """Return the highest order that + O(x**n) leaves, and about which point."""
    base = _CENTRED.fullmatch(cut["base"])
    power = int(cut["power"] or 1)
    if base is None or power == 0:
        raise LawSyntaxError(f"{text[-40:]!r}: expected O of a power of one name, such as O(x**5) or O((x - 1)**3)")
    number = (base["sign"] or "") + (base["number"] or "")
    at = str(sympy.Rational(base["number"])) if base["number"] else "0"
    return power - 1, {base["name"]: f"-{at}" if number.startswith("+") else at}


def latex_lines(text: str, names: Mapping[str, Any] | None = None) -> list[Line]:
    r"""Return the lines of a text in LaTeX.

    >>> [line.chain for line in latex_lines(r"\sin 2x &= 2 \sin x \cos x")]
    [(('', sin(2*x)), ('=', 2*sin(x)*cos(x)))]
    """
    from symseries.parsing.latex import read_latex_lines  # large, and not needed by others

    lines = enumerate(read_latex_lines(text, names), 1)
    return [replace(found, number=number) for number, line in lines for found in _of_latex(line)]


def _of_latex(line: Any) -> list[Line]:
    """Return a line, and a line of its own for each further statement that it makes."""
    assume, put, claims = [_range(*item) for item in line.forall if item[0].is_Symbol], [], []
    for chain in line.conditions:
        if text := condition_text(chain):
            assume.append(text)
        elif _defines(chain):
            put.append((chain[0][1], chain[1][1]))
        elif {sign for sign, _ in chain[1:]} <= {"<", ">", "≤", "≥", "≠"}:
            shown = " ".join(f"{sign} {side}".strip() for sign, side in chain)
            raise OptionError(f"condition {shown[:60]!r}: expected names and numbers to compare, such as x > 0 or m < n")
        else:
            claims.append(chain)
    typed = line.typed.strip()
    first = Line(typed, *_with_order(line.relations))
    said = replace(first, assume=read_assumptions(", ".join(filter(None, assume))), put=tuple(put))
    return [said, *(Line(typed, *_with_order(chain)) for chain in claims)]


def _defines(chain: Any) -> bool:
    """Tell a statement that says what a name, or a function of names, is."""
    if len(chain) != 2 or chain[0][0] or chain[1][0] not in {"=", ":="}:
        return False
    left, right = chain[0][1], chain[1][1]
    if isinstance(right, sympy.Basic) and right.has(left.func if isinstance(left, AppliedUndef) else left):
        return False
    return bool(left.is_Symbol or (isinstance(left, AppliedUndef) and all(part.is_Symbol for part in left.args)))


def _with_order(relations: Any) -> tuple[Any, ...]:
    """Return a chain without its order, and as the last fields of a line the order and the point."""
    order, around, chain = None, None, []
    for relation, expression in relations:
        side, term = _without_order(expression)
        if term is not None:
            order, around = _leading(term)
        chain.append((relation, side))
    return tuple(chain), 0, Assumptions(), (), order, around


def _range(name: Any, first: Any, last: Any) -> str:
    """Return as text which values a name has; no text for any value."""
    if first == -sympy.oo:
        return ""
    ends = [f"{name} ≥ {first}"] * bool(first.is_Integer) + [f"{name} ≤ {last}"] * bool(last.is_Integer)
    return ", ".join([f"{name} integer" if first.is_Integer else f"{name} natural", *ends])


def condition_text(chain: Any) -> str:
    """Return a chain of comparisons of names and numbers as text, empty for anything else."""
    if len(chain) < 2 or chain[0][0] or any(sign not in {"<", ">", "≤", "≥", "≠"} for sign, _ in chain[1:]):
        return ""
    texts = [f"|{side.args[0]}|" if isinstance(side, sympy.Abs) else str(side) for _, side in chain]
    if not all(re.fullmatch(r"\|?[^\W\d]\w*\|?|-?[\d./]+", text) for text in texts):
        return ""
    return " ".join(f"{sign} {text}".strip() for (sign, _), text in zip(chain, texts, strict=True))


def _without_order(side: Any) -> tuple[Any, Any]:
    if not isinstance(side, sympy.Expr):
        return side, None
    terms = [part for part in sympy.Add.make_args(side) if isinstance(part, sympy.Order)]
    if not terms:
        return side, None
    return sympy.Add(*(part for part in sympy.Add.make_args(side) if not isinstance(part, sympy.Order))), terms[0]


def _leading(term: Any) -> tuple[int | None, dict[str, Any] | None]:
    """Return order and point of O(x**n); None where it is of another form."""
    if len(term.variables) != 1:
        return None, None
    name, at = term.variables[0], term.point[0]
    power = sympy.Poly(sympy.expand(term.expr.subs(name, name + at)), name) if term.expr.is_polynomial(name) else None
    if power is None or not at.is_Rational or power.degree() < 1:
        return None, None
    return int(power.degree()) - 1, {name.name: str(at)}
