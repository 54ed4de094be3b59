"""Commands with their own form: fractions and derivatives, roots, binomials, cases, braces with notes; and the table of all."""

from __future__ import annotations

from collections.abc import Callable

from symseries.parsing.latex import vocabulary as words
from symseries.parsing.latex.bigs import read_big, read_integral, read_limit
from symseries.parsing.latex.cursor import Cursor
from symseries.parsing.latex.naming import entries_of
from symseries.parsing.latex.nodes import (
    Annotated,
    Call,
    Cases,
    Choose,
    Derivative,
    Evaluated,
    Infinity,
    Listing,
    Name,
    Node,
    Number,
    Order,
    Over,
    Power,
    Relations,
    Rounded,
    Stirling,
    Times,
)
from symseries.parsing.latex.relations import relations
from symseries.parsing.latex.tokens import Token

_DIFFERENTIALS = frozenset({"d", "partial"})


def fraction(p: Cursor) -> Node:
    """Read a fraction, which may be a derivative."""
    token = p.next()
    above, below = _fraction_part(p), _fraction_part(p)
    return _derivative(p, token, above, below) or Over(token.start, above, below)


def _fraction_part(p: Cursor) -> Node:
    r"""Read one argument; of the digits in `\frac12` each is one."""
    token = p.token
    if token.kind == "number" and len(token.text) == 2 and token.text.isdigit():
        first, second = (
            token._replace(text=token.text[0], end=token.end - 1),
            token._replace(text=token.text[1], start=token.start + 1),
        )
        p.tokens = [*p.tokens[: p.place], first, second, *p.tokens[p.place + 1 :]]
    return p.group()


def _derivative(p: Cursor, token: Token, above: Node, below: Node) -> Node | None:
    """Return the derivative that a fraction is, or None."""
    parts = list(above.factors) if isinstance(above, Times) else [above]
    sign, order = _split(parts[0])
    if sign == Name(0, "delta") and isinstance(below, Times) and _split(below.factors[0])[0] == sign and len(parts) > 1:
        raise p.fault(
            r"\delta above and below, which may be a derivative or cancel,", token.start, "; write d, or a name with an index"
        )
    steps = below.factors if isinstance(below, Times) else ()
    if not _is_differential(sign) or not steps or _split(steps[0])[0] != sign:
        return None
    assert isinstance(sign, Name)  # noqa: S101 - a differential is a name
    if sign.base in p.declared and sign.base == "d":
        raise p.fault("a quotient with the declared name 'd' that looks like a derivative", token.start, "; rename d")
    variables = _variables(p, token, sign, steps)
    _check_orders(p, token, order, tuple(step for _, step in variables))
    operand = Times(token.start, tuple(parts[1:])) if len(parts) > 2 else parts[1] if len(parts) == 2 else _operand(p, token)
    return Derivative(token.start, operand, variables)


def _check_orders(p: Cursor, token: Token, order: Node, steps: tuple[Node, ...]) -> None:
    """Refuse a derivative whose order above is not the sum of those below."""
    if len(steps) == 1 and steps[0] == order:
        return
    numbers = [int(step.text) for step in (order, *steps) if isinstance(step, Number) and step.text.isdigit()]
    if len(numbers) != len(steps) + 1 or numbers[0] != sum(numbers[1:]):
        raise p.fault("a derivative with other orders above than below", token.start, "; write both alike")


def _is_differential(node: Node) -> bool:
    return isinstance(node, Name) and node.base in _DIFFERENTIALS and not node.below and not node.primes


def _split(node: Node) -> tuple[Node, Node]:
    """Return base and exponent."""
    return (node.base, node.exponent) if isinstance(node, Power) else (node, Number(node.start, "1"))


def _variables(p: Cursor, token: Token, sign: Node, steps: tuple[Node, ...]) -> tuple[tuple[Name, Node], ...]:
    r"""Return the variables of a denominator such as `dx^2` or `\partial x \partial y`."""
    found: list[tuple[Name, Node]] = []
    for differential, step in zip(steps[::2], steps[1::2], strict=False):
        variable, order = _split(step)
        if differential != sign or not isinstance(variable, Name):
            break
        found.append((variable, order))
    if 2 * len(found) != len(steps):
        raise p.fault(
            "a derivative whose denominator is not of the form dx dy", token.start, "; write one variable after the other"
        )
    return tuple(found)


def _operand(p: Cursor, token: Token) -> Node:
    """Read what a derivative acts on: numbers and one factor, since of more it may be any part."""
    p.deriving += 1
    factors = [p.factor()]
    while isinstance(factors[-1], Number) and not p.at("+", "-", "/"):
        p.skip("*")
        factors.append(p.factor())
    p.deriving -= 1
    more = p.at("(", "[", "*", "/", r"\frac", "{") or p.token.kind in {"number", "letter", "bold", "accent", "function"}
    if more and not (p.integrals and p.token.text == "d"):
        problem = "a derivative of several factors, which may act on the first or on all,"
        raise p.fault(problem, None, "; put what it acts on into brackets")
    return factors[0] if len(factors) == 1 else Times(token.start, tuple(factors))


def root(p: Cursor) -> Node:
    """Read a root."""
    token = p.next()
    index: Node | None = None
    if p.at("["):
        opening = p.next()
        with p.inside(opening):
            index = p.expression()
    return Call(token.start, "sqrt", (p.group(),), index)


def choose(p: Cursor) -> Node:
    """Read a binomial or multinomial coefficient."""
    token = p.next()
    above = p.group()
    if not p.at("{"):
        return Choose(token.start, above, (p.group(),))
    opening = p.next()
    with p.inside(opening):
        return Choose(token.start, above, entries_of(p))


def fence(p: Cursor) -> Node:
    """Read a fraction without its bar in brackets: Stirling numbers of the second kind stand in braces, binomials in round."""
    token = p.next()
    brackets = [_delimiter(p), _delimiter(p)]
    options = [_plain_group(p), _plain_group(p)]
    if options[0] not in {"0pt", "0em"} or brackets not in ([r"\{", r"\}"], ["(", ")"]):
        raise p.fault(r"a \genfrac of another form", token.start, r"; write \genfrac\{\}{0pt}{}{n}{k}, \binom or \frac")
    above, below = p.group(), p.group()
    return Choose(token.start, above, (below,)) if brackets[0] == "(" else Stirling(token.start, above, below)


def _delimiter(p: Cursor) -> str:
    """Step over a bracket, alone or in braces, and return it."""
    braces = p.skip("{")
    bracket = p.next().text
    if braces:
        p.expect("}")
    return bracket


def _plain_group(p: Cursor) -> str:
    """Step over an argument in braces that is no formula, and return its text."""
    first = p.token
    p.expect("{")
    while not p.at("}") and p.token.kind != "end":
        p.next()
    last = p.token
    p.expect("}", first)
    return p.source.text[first.end : last.start].strip()


def evaluated(p: Cursor) -> Node:
    r"""Read `\left. ... \right|_{x=0}`, a part at a point."""
    opening = p.next()
    with p.deeper():
        part = p.expression()
    if not p.at("right|"):
        raise p.fault("an invisible bracket", opening.start, r"; write both brackets, or \left. ... \right|_{x=0}")
    p.next()
    if not p.skip("_"):
        raise p.fault("an invisible bracket", opening.start, r"; write both brackets, or \right|_{x=0} for a value at a point")
    return _at_point(p, part, opening.start)


def _at_point(p: Cursor, part: Node, start: int) -> Node:
    """Read the point behind a bar."""
    variable, point = _point(p)
    if p.at("^"):
        raise p.fault("a bar with two marks, which may be a power or a difference,", None, "; write brackets around it")
    return Evaluated(start, part, variable, point)


def barred(p: Cursor, part: Node) -> Node:
    r"""Read the bar behind a factor, `f(x) \Big|_{x=0}`; its variable before the factor leaves open where the part begins."""
    bar = p.next()
    p.next()
    found = _at_point(p, part, part.start)
    assert isinstance(found, Evaluated)  # noqa: S101 - this is what a point behind a bar makes
    level = 0
    for token in reversed([token for token in p.tokens[: p.place] if token.start < part.start]):
        level += (token.text in {")", "]", "}"}) - (token.text in {"(", "[", "{"})
        if level < 0 or token.kind in {"space", "break"} or (token.kind == "mark" and token.text in words.RELATIONS):
            break
        if token.kind == "letter" and token.text == found.variable.base:
            problem = "a bar whose part may begin at the factor before it or earlier,"
            raise p.fault(problem, bar.start, r"; write \left. ... \right|_{x=0}")
    return found


def _point(p: Cursor) -> tuple[Name, Node]:
    r"""Read `{x=0}` or `{\substack{x=0}}`."""
    braces = 1
    if not p.at("{"):
        raise p.fault("a bar without the name that has a value,", None, "; write |_{x=0}, and a difference as two of them")
    p.expect("{")
    if p.skip(r"\substack"):
        p.expect("{")
        braces = 2
    variable = p.expression()
    if not isinstance(variable, Name):
        raise p.fault("a point of something that is no name", variable.start, "; write x=0")
    p.expect("=")
    point = p.expression()
    for _ in range(braces):
        p.expect("}")
    return variable, point


def infinity(p: Cursor) -> Node:
    """Read the sign of infinity."""
    return Infinity(p.next().start)


def rounded(p: Cursor) -> Node:
    """Read the next integer below or above."""
    opening = p.next()
    with p.inside(opening):
        return Rounded(opening.start, p.expression(), opening.text == r"\lceil")


def annotated(p: Cursor) -> Node:
    """Read a part with a brace and a note."""
    token = p.next()
    opening = p.token
    if not p.skip("{"):
        raise p.fault(f"{token.text} without its argument", token.start)
    with p.inside(opening):
        entries = entries_of(p)
        part = entries[0] if len(entries) == 1 else Listing(opening.start, entries)
    note = ""
    if p.skip("_", "^"):
        note = _note(p)
    return Annotated(token.start, part, note)


def _note(p: Cursor) -> str:
    """Step over a note and return its text as it was typed."""
    first, level = p.next(), 1
    if first.text != "{":
        return first.content or p.source.text[first.start : first.end]
    while level and p.token.kind != "end":
        token = p.next()
        level += (token.text == "{" and token.kind == "mark") - (token.text == "}" and token.kind == "mark")
    if level:
        raise p.fault("unbalanced '{', which is not closed,", first.start, "; close it with }")
    text = p.source.text[first.end : p.tokens[p.place - 1].start].strip()
    return text.removeprefix(r"\text{").removesuffix("}") if text.startswith(r"\text{") and text.count("{") == 1 else text


def partial(p: Cursor) -> Node:
    """Read the sign of a partial derivative, a name that stands in fractions only."""
    return Name(p.next().start, "partial")


def bullet(p: Cursor) -> Node:
    """Read the place of an argument."""
    return Name(p.next().start, "bullet")


def script(p: Cursor) -> Node:
    r"""Read `\mathcal{O}(...)`; other script letters are names."""
    token = p.next()
    if token.content.strip() == "O" and p.at("("):
        return order(p, token.start)
    if len(token.content.strip()) != 1:
        raise p.fault("a script letter that is no single letter", token.start)
    return Name(token.start, f"cal_{token.content.strip()}")


def order(p: Cursor, start: int) -> Node:
    """Read the bracket behind the sign of an order."""
    opening = p.next()
    with p.inside(opening):
        return Order(start, p.expression())


def environment(p: Cursor) -> Node:
    """Read cases; other environments hold lines, not formulas."""
    token = p.next()
    if token.text != r"\begin" or token.content not in {"cases", "dcases"}:
        problem = f"{token.text}{{{token.content[:20]}}} inside a formula"
        raise p.fault(problem, token.start, "; read_latex_lines reads environments of lines")
    branches = []
    with p.deeper():
        while p.token.text != r"\end" and p.token.kind != "end":
            branches.append(_branch(p))
            if p.token.kind != "break":
                break
            p.next()
    end = p.next()
    if end.text != r"\end" or end.content != token.content:
        raise p.fault(rf"unbalanced \begin{{{token.content}}}, which is not closed,", token.start, r"; close it with \end")
    if not branches:
        raise p.fault("cases without a branch", token.start)
    return Cases(token.start, tuple(branches))


def _branch(p: Cursor) -> tuple[Node, tuple[Relations, ...] | None]:
    """Read one line of cases: a value and its condition."""
    value = p.expression()
    p.skip(",")
    p.skip("&")
    while p.token.kind == "space":
        p.next()
    condition = _condition(p)
    p.skip(".", ",")
    return value, condition


def _condition(p: Cursor) -> tuple[Relations, ...] | None:
    """Read the condition of a branch; None stands for all that is left."""
    found: list[Relations] = []
    while True:
        if p.token.kind == "upright":
            word = p.token.content.strip().strip(".,:").lower()
            if word in words.OTHERWISE and not found:
                p.next()
                return None
            if word in words.CONDITION | {"and", ""}:
                p.next()
                continue
        if p.skip(",", r"\wedge", r"\land"):
            continue
        if p.token.kind in {"break", "environment", "end"} or p.at("."):
            break
        found.append(_parity(p) or relations(p))
    if not found:
        raise p.fault("a branch of cases without its condition", None, r"; write & \text{if } x > 0, or \text{otherwise}")
    return tuple(found)


def _parity(p: Cursor) -> Relations | None:
    r"""Read `n \text{ odd}` or `n \text{ is even}`."""
    steps = 1
    while p.ahead(steps).kind not in {"upright", "break", "environment", "end"}:
        steps += 1
    word = p.ahead(steps).content.strip().strip(".,").removeprefix("is ").strip()
    if p.ahead(steps).kind != "upright" or word not in {"odd", "even"}:
        return None
    value = p.expression()
    p.next()
    return Relations(value.start, (("", value), (word, value)))


ATOMS: dict[str, Callable[[Cursor], Node]] = {
    **dict.fromkeys((r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"), fraction),
    **dict.fromkeys((r"\binom", r"\dbinom", r"\tbinom"), choose),
    **dict.fromkeys((r"\sum", r"\prod"), read_big),
    **dict.fromkeys((r"\int", r"\iint", r"\iiint"), read_integral),
    **dict.fromkeys((r"\lfloor", r"\lceil"), rounded),
    **dict.fromkeys((r"\underbrace", r"\overbrace"), annotated),
    r"\genfrac": fence,
    "left.": evaluated,
    r"\sqrt": root,
    r"\lim": read_limit,
    r"\infty": infinity,
    r"\partial": partial,
    r"\bullet": bullet,
}
