"""Lines of a derivation in LaTeX: environments to rows, rows to statements, statements to relations between expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy

from symseries.errors import LawSyntaxError, ResourceLimitError
from symseries.parsing.latex import nodes as n
from symseries.parsing.latex import patterns
from symseries.parsing.latex import vocabulary as words
from symseries.parsing.latex.context import Context, context_of
from symseries.parsing.latex.grammar import DOTS, Parser
from symseries.parsing.latex.matrices import entries_of
from symseries.parsing.latex.meanings import declared
from symseries.parsing.latex.relations import relations
from symseries.parsing.latex.source import LatexSource
from symseries.parsing.latex.tokens import Token, tokens_of
from symseries.parsing.latex.values import Builder

LENGTH = 200_000
FORMULA = 10_000
_ROWS = "align aligned alignat alignedat equation gather gathered split multline eqnarray displaymath math flalign".split()
_FIELDS = re.compile(
    r"\$\$(?P<dollars>.*?)\$\$|\\\[(?P<brackets>.*?)\\\]"
    rf"|\\begin\{{(?P<name>(?:{'|'.join(_ROWS)})\*?)\}}(?P<rows>.*?)\\end\{{(?P=name)\}}",
    re.DOTALL,
)
_LOST = re.compile(rf"\\(?:begin|end)\{{(?:{'|'.join(_ROWS)})\*?\}}|\$\$|(?<!\\)\\[][]")
# What stands in the text and is no part of it: comments, and the number of columns behind the name of an environment.
_MASKED = re.compile(r"(?P<kept>(?<!\\)(?:\\\\)*)%[^\n]*|(?P<opening>\\begin\{align(?:at\*?|edat)\}\s*)\{\s*\d+\s*\}")
_SOFT = frozenset({",", ";", ".", ":", "&"})

Relation = tuple[str, sympy.Expr]
Chain = tuple[Relation, ...]


@dataclass(frozen=True)
class LatexLine:
    r"""One line of a text in LaTeX, as it was typed and as it was understood.

    - `typed`: the source text of the line; `start`: its offset in the text.
    - `relations`: the chain `((relation, expression), ...)`. The first relation is empty where the line has a left side of its
      own; it is a sign where the line goes on from the one before. Relations are `=`, `≈`, `⇒`, `⇔`, `:=`, `<`, `>`, `≤`, `≥`,
      `≠`, `∝`; `≈` stands also where the expression ends in `O(x^n)`, which is then in the expression.
    - `conditions`: further statements of the line, after a comma or `\quad`, as chains of their own; those behind "where" or
      "let" define (`:=`).
    - `forall`: `(name, first, last)` for each `\forall i = 1, \dots, d`, `m = 0, 1, 2, \dots` or "all x", between -oo and oo.
    - `notes`: the text and the expression of each `\underbrace` or `\overbrace`.
    - `label`: what `\tag` or `\label` says, or an empty text.

    >>> LatexLine("x = 1", 0, (("", sympy.Symbol("x")), ("=", sympy.S.One))).relations[1]
    ('=', 1)
    """

    typed: str
    start: int
    relations: Chain
    conditions: tuple[Chain, ...] = ()
    forall: tuple[tuple[sympy.Expr, sympy.Expr, sympy.Expr], ...] = ()
    notes: tuple[tuple[str, sympy.Expr], ...] = ()
    label: str = ""


@dataclass
class _Row:
    """The tokens of one line, and what was read of them."""

    tokens: list[Token] = field(default_factory=list)
    label: str = ""
    chains: list[n.Relations] = field(default_factory=list)
    defining: list[bool] = field(default_factory=list)
    forall: list[tuple[n.Name, n.Node, n.Node]] = field(default_factory=list)
    granted: list[n.Relations] = field(default_factory=list)


def read_latex(text: str, names: Mapping[str, Any] | None = None) -> sympy.Expr:
    r"""Read one formula in LaTeX, `\frac{k}{\sqrt{d}}`, as a SymPy expression; nothing is evaluated as code, nothing guessed.

    Names become plain Symbols spelled as `display.latex_name` prints them: `\sigma_{f,0}` is `sigma_f_0`, `k_{\mathrm{HP}}` is
    `k_HP`. A name whose subscript is an index of a sum, a computed index, or a letter that also stands alone, or that has an
    upper index in round brackets, is an entry of `sequence(name)`, upper indices first: `\sum_{k=0}^{n} a_k`, `b^{(l)}_{ij}`.
    `e` and `\pi` are the numbers; `i` is a name, and refused in an exponent of e; all of them can be declared. Bold letters are
    vectors `bold_x`, which do not commute; `\bar{z}` is `bar_z`, `d'` is `d_prime`. A bracket after `\sigma`, `\varphi`,
    `\phi`, `\psi`, and after `f`, `g`, `h` where it holds no sum (`f(x)`, and then also `f(x+1)`), is the argument of a
    function, unless the letter also stands alone; `\zeta(s)` and `\Gamma(x)` are known functions. After another name a bracket
    multiplies where it holds a sum, or several factors under a power, and the name also stands alone (`k(k-1)`) or has a
    subscript (`s_k(\theta x)^k`); all else is refused as ambiguous. Sums and products reach to the next + or -.
    `H_{n}(x)`, `P`, `T`, `U`, `L` with a degree in k, l, m, n are orthogonal polynomials, `\delta_{m n}` is Kronecker's. A unit
    behind a number, `5\,\mathrm{MPa}` or `\SI{5}{kJ/mol}`, is a quantity of sympy.physics.units; an unknown one is refused.
    A formula that is one `pmatrix`, `bmatrix` or bracketed `matrix` is a matrix; matrices inside formulas are refused.

    Parameters: `text`, up to 10000 characters; `names`, a plain name or LaTeX to what it means: a SymPy expression, a Function,
    an IndexedBase (`{"E": sympy.euler, "i": sympy.I}`).
    Returns the expression; sums, integrals, limits and derivatives are not computed. Raises `LawSyntaxError` with the place
    marked by ▶, `LawNameError` for names that clash, `LawValueError` for what is not finite, `ResourceLimitError` for numbers
    and texts beyond the limits.

    >>> read_latex(r"\sigma_f + \frac{k_{\mathrm{HP}}}{\sqrt{d}}")
    sigma_f + k_HP/sqrt(d)
    >>> read_latex(r"\sum_{n=0}^{\infty} \frac{x^n}{n!}")
    Sum(x**n/factorial(n), (n, 0, oo))
    >>> read_latex(r"\frac{k}{x")
    Traceback (most recent call last):
    ...
    symseries.errors.LawSyntaxError: LaTeX: unbalanced '{', which is not closed, at position 9: \frac{k}▶{x; close it with }
    """
    return read_latex_sides((text,), names)[0]


def read_latex_sides(texts: Sequence[str], names: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
    r"""Read formulas that belong together, each as by `read_latex`: what one shows about a name holds in all.

    >>> read_latex_sides((r"\sum_{k=1}^{2} a_k", "a_1 + a_2"))
    (Sum(a[k], (k, 1, 2)), a[1] + a[2])
    """
    meanings = declared(names)
    parsed = [_parsed(_source(text, FORMULA), frozenset(meanings)) for text in texts]
    context = context_of([tree for _, rows in parsed for row in rows for tree in row], meanings)
    return tuple(_valued(Builder(source, context), rows) for source, rows in parsed)


def read_latex_lines(text: str, names: Mapping[str, Any] | None = None) -> tuple[LatexLine, ...]:
    r"""Read the lines of a derivation in LaTeX: `align`, `aligned`, `equation`, `gather`, `cases` and their kin, `\\`, `&`.

    Formulas are read as by `read_latex`; what one line shows about a name holds in all of them. Text outside of displayed
    mathematics (`$$...$$`, `\[...\]`, environments) is prose and left out, if there is any such mathematics; otherwise the
    whole text is. A line that begins with + or - goes on with the one before.

    Parameters: `text`, up to 200000 characters; `names` as for `read_latex`. Returns one `LatexLine` a line, empty ones left
    out. Raises as `read_latex` does, and for a text without a line.

    >>> lines = read_latex_lines(r"\begin{align} f(x) &= (x+1)^2 \\ &= x^2 + 2x + 1 \end{align}")
    >>> [line.relations for line in lines]
    [(('', f(x)), ('=', (x + 1)**2)), (('=', x**2 + 2*x + 1),)]
    """
    source = _masked(_source(text, LENGTH))
    meanings = declared(names)
    rows = [row for start, end in _regions(source) for row in _rows(source, start, end)]
    if not rows:
        raise source.fault("no line of mathematics", 0, "; write a relation, or lines in an align environment")
    for row in rows:
        _read(source, row, frozenset(meanings))
    context = context_of([tree for row in rows for tree in _trees(row)], meanings)
    return tuple(_line(source, row, context) for row in rows)


def _parsed(source: LatexSource, known: frozenset[str]) -> tuple[LatexSource, Sequence[Sequence[n.Node]]]:
    """Return the trees of a formula, row by row where it is a matrix; else a row that is a tuple holds the only one."""
    tokens = _without_spaces(tokens_of(source, *_bare(source.text)))
    rows = entries_of(source, tokens)
    if rows is None:
        return source, ((_whole(Parser(source, tokens, known)),),)
    return source, [
        [_whole(Parser(source, [*cell, Token("end", "", cell[-1].end, cell[-1].end)], known)) for cell in row] for row in rows
    ]


def _valued(builder: Builder, rows: Sequence[Sequence[n.Node]]) -> Any:
    """Return the value of a formula, or the matrix of the values."""
    if isinstance(rows, tuple):
        return _top(builder, rows[0][0])
    return sympy.ImmutableMatrix([[_top(builder, tree) for tree in row] for row in rows])


def _source(text: object, longest: int) -> LatexSource:
    """Return the source of a text that is neither empty nor too long."""
    if not isinstance(text, str):
        message = f"LaTeX: expected text, received {type(text).__name__}; write it in quotes"
        raise LawSyntaxError(message)
    if not text.strip():
        message = r"LaTeX is empty; expected a formula such as \frac{k}{\sqrt{d}}"
        raise LawSyntaxError(message)
    if len(text) > longest:
        message = f"LaTeX of {len(text)} characters exceeds the length limit of {longest}; read it in parts"
        raise ResourceLimitError(message)
    return LatexSource(text)


def _bare(text: str) -> tuple[int, int]:
    """Return where a formula begins and ends, dollar signs around it left out."""
    match = re.fullmatch(
        r"\s*(\$\$?)(?P<inner>[^$]*)\1\s*|\s*\\\[(?P<display>.*)\\\]\s*|\s*\\\((?P<inline>.*)\\\)\s*", text, re.DOTALL
    )
    return match.span(match.lastgroup or 0) if match and match.lastgroup else (0, len(text))


def _masked(source: LatexSource) -> LatexSource:
    """Return the text with blanks in place of comments and of the numbers of columns."""
    blank = _MASKED.sub(lambda m: (m["kept"] or m["opening"] or "").ljust(m.end() - m.start()), source.text)
    return LatexSource(blank, source.what)


def _regions(source: LatexSource) -> Iterator[tuple[int, int]]:
    """Yield where displayed mathematics begins and ends; the whole text where none is marked."""
    matches = list(_FIELDS.finditer(source.text))
    places = [0, *(place for match in matches for place in match.span()), len(source.text)]
    for start, end in zip(places[::2], places[1::2], strict=True):
        if matches and (lost := _LOST.search(source.text, start, end)):
            problem = f"unbalanced {lost.group()!r}, the other end of which is missing,"
            raise source.fault(problem, lost.start(), "; open and close displayed mathematics alike")
    yield from [match.span("rows" if match["name"] else match.lastgroup or 0) for match in matches] or [_bare(source.text)]


def _without_spaces(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens without wide spaces, which separate nothing inside one formula, and without its number."""
    return [token for token in tokens if token.kind not in {"space", "label"}]


def _whole(parser: Parser) -> n.Node:
    """Read one formula up to the end."""
    tree = parser.expression()
    parser.skip(".", ",")
    if parser.token.kind != "end":
        advice = "; read_latex_lines reads relations" if parser.at(*words.RELATIONS) else ""
        raise parser.fault(f"unexpected {parser.shown()} after the formula", None, advice)
    return tree


def _rows(source: LatexSource, start: int, end: int) -> list[_Row]:
    """Cut displayed mathematics into rows, at line breaks that are not inside braces or cases."""
    rows, level, columns, open_environments = [_Row()], 0, 0, list[Token]()
    for token in tokens_of(source, start, end):
        cases = any(environment.content.startswith(("cases", "dcases")) for environment in open_environments)
        if token.kind == "end":
            break
        if token.kind == "environment":
            kept = _enter(source, token, open_environments)
            rows[-1].tokens += [token] if kept else []
        elif token.kind == "label":
            rows[-1].label = token.content
        elif token.kind == "break" and not level and not cases:
            rows.append(_Row())
            columns = 0
        elif token.text == "&" and token.kind == "mark" and not cases and not level:
            # Of two signs in a row the first aligns, the second separates equations that stand side by side.
            columns += 1
            rows[-1].tokens += [token._replace(kind="space")] if columns % 2 == 0 else []
        else:
            level += (token.text == "{") - (token.text == "}") if token.kind == "mark" else 0
            rows[-1].tokens.append(token)
    if open_environments:
        first = open_environments[-1]
        raise source.fault(
            f"unbalanced {first.text}{{{first.content}}}, which is not closed,", first.start, r"; close it with \end"
        )
    return _joined([_trimmed(row) for row in rows])


def _enter(source: LatexSource, token: Token, opened: list[Token]) -> bool:
    """Open or close an environment, and tell whether it is part of a formula."""
    name = token.content
    if name.rstrip("*") not in {*_ROWS, "cases", "dcases"}:
        raise source.fault(f"the environment {name[:20]!r}, which the reader does not know,", token.start, "; write align")
    if token.text == r"\begin":
        opened.append(token)
    elif not opened or opened.pop().content != name:
        problem = rf"unbalanced \end{{{name}}}, which was not opened,"
        raise source.fault(problem, token.start, rf"; open it with \begin{{{name}}}")
    return name in {"cases", "dcases"}


def _trimmed(row: _Row) -> _Row:
    """Return a row without the wide spaces that separate no statements."""
    kept: list[Token] = []
    for place, token in enumerate(row.tokens):
        if token.kind == "space":
            after = row.tokens[place + 1] if place + 1 < len(row.tokens) else None
            before = kept[-1] if kept else None
            if before is None or after is None or _is_sign(before) or _is_sign(after):
                continue
        kept.append(token)
    row.tokens = kept
    return row


def _is_sign(token: Token) -> bool:
    """Tell a relation or a sign of a term, beside which a wide space separates nothing."""
    return token.kind in {"mark", "command"} and (token.text in words.RELATIONS or token.text in {"+", "-", "*", ":"})


def _joined(rows: Sequence[_Row]) -> list[_Row]:
    """Return rows that are not empty; one that begins with a sign and has no left side goes on with the row before."""
    found: list[_Row] = []
    for row in rows:
        if not row.tokens:
            continue
        sign = row.tokens[0].text if row.tokens[0].kind == "mark" else ""
        unfinished = bool(found) and _is_sign(found[-1].tokens[-1])
        alone = not any(token.text in words.RELATIONS and token.kind in {"mark", "command"} for token in row.tokens)
        if found and (unfinished or sign in {"+", "*"} or (sign == "-" and alone)):
            found[-1].tokens += row.tokens
            found[-1].label = found[-1].label or row.label
        else:
            found.append(row)
    return found


def _read(source: LatexSource, row: _Row, known: frozenset[str]) -> None:
    """Read the statements of a row; one of vertical dots says that lines are left out."""
    if all(token.text in {r"\vdots", "=", "&"} for token in row.tokens):
        return
    last = row.tokens[-1]
    parser = Parser(source, [*row.tokens, Token("end", "", last.end, last.end)], known)
    defining = False
    while parser.token.kind != "end":
        if parser.token.kind == "space" or parser.at(*_SOFT, r"\therefore", r"\because"):
            parser.next()
        elif parser.token.kind == "upright" and parser.is_prose():
            spoken = re.findall("[a-z]+", parser.next().content.lower())
            defining |= bool(set(spoken) & words.WHERE)
            if spoken[-1:] == ["all"]:
                _all(parser, row)
        elif parser.at(r"\forall"):
            _forall(parser, row)
        elif _lists_values(parser):
            row.forall.append(_listed(parser))
        elif row.chains and parser.at("(") and _holds_relation(parser):
            with parser.inside(parser.next()):
                _read_condition(parser, row)
        else:
            row.chains.append(_statement(parser, bool(row.chains)))
            row.defining.append(defining)
    if not row.chains and not row.forall:
        raise source.fault("a line without a formula", row.tokens[0].start)


def _statement(parser: Parser, further: bool) -> n.Relations:
    """Read one statement up to a comma, a wide space or words."""
    chain = relations(parser)
    token = parser.token
    if token.kind not in {"end", "space", "upright"} and not parser.at(*_SOFT, r"\forall"):
        raise parser.fault(f"unexpected {parser.shown()} after a statement", None)
    if further and len(chain.links) == 1 and not chain.links[0][0]:
        raise parser.fault("a further formula without a relation", chain.start, "; write each statement with its relation")
    return chain


def _forall(parser: Parser, row: _Row) -> None:
    r"""Read `\forall i = 1, \dots, d`, or `\forall x > 0`."""
    token, place = parser.next(), parser.place
    if parser.token.kind != "letter":
        raise parser.fault(r"\forall without a name", token.start, r"; write \forall i = 1, \dots, d")
    name = parser.name()
    if not parser.at("=") and parser.at(*words.RELATIONS):
        parser.place = place
        return _all(parser, row)
    if not parser.skip("="):
        raise parser.fault(r"\forall without its values", token.start, r"; write \forall i = 1, \dots, d")
    first = parser.expression()
    if not parser.skip(",") or not parser.skip(r"\dots", r"\ldots", r"\cdots") or not parser.skip(","):
        raise parser.fault(r"\forall whose values are no run", token.start, r"; write \forall i = 1, \dots, d")
    row.forall.append((name, first, parser.expression()))
    return None


def _all(parser: Parser, row: _Row) -> None:
    r"""Read the name behind the words "for all", which may have any value, or any that a relation grants."""
    start, place = parser.token.start, parser.place
    if parser.token.kind != "letter":
        raise parser.fault("'all' without a name", None, "; write \\text{for all } x")
    row.forall.append((parser.name(), n.Plus(start, ((-1, n.Infinity(start)),)), n.Infinity(start)))
    if parser.at(*words.RELATIONS):
        parser.place = place
        row.granted.append(relations(parser))


def _holds_relation(parser: Parser) -> bool:
    """Tell a round bracket with a relation in it, which is a condition."""
    level = 0
    for token in parser.tokens[parser.place :]:
        level += (token.text in {"(", "{"}) - (token.text in {")", "}"})
        if level == 0:
            return False
        if level == 1 and token.kind in {"mark", "command"} and token.text in words.RELATIONS:
            return True
    return False


def _read_condition(parser: Parser, row: _Row) -> None:
    """Read what stands in the brackets of a condition."""
    if _lists_values(parser):
        row.forall.append(_listed(parser))
    else:
        row.chains.append(relations(parser))
        row.defining.append(False)


def _lists_values(parser: Parser) -> bool:
    r"""Tell `m = 0, 1, 2, \dots`, a name with its values."""
    texts = [parser.ahead(step).text for step in range(4)]
    if parser.token.kind != "letter" or texts[1] != "=" or parser.ahead(2).kind != "number" or texts[3] != ",":
        return False
    step = 2
    while parser.ahead(step).kind == "number" and parser.ahead(step + 1).text == ",":
        step += 2
    return parser.ahead(step).text in DOTS


def _listed(parser: Parser) -> tuple[n.Name, n.Node, n.Node]:
    """Read a name with its values: the first, and the one behind the dots if there is one."""
    name = parser.name()
    parser.expect("=")
    first = parser.expression()
    while not parser.skip(*DOTS):
        parser.next()
    last = n.Infinity(first.start)
    return name, first, parser.expression() if parser.skip(",") and parser.token.kind in {"letter", "number"} else last


def _trees(row: _Row) -> Iterator[n.Node]:
    r"""Yield the formulas of a row; the name after `\forall` counts as one that stands alone."""
    yield from (*row.chains, *row.granted)
    for name, first, last in row.forall:
        yield from (name, first, last)


def _line(source: LatexSource, row: _Row, context: Context) -> LatexLine:
    """Return a row as it was understood."""
    builder = Builder(source, context)
    chains = [_chain(builder, *pair) for pair in zip(row.chains, row.defining, strict=True)]
    start = row.tokens[0].start
    forall = tuple(
        (builder.variable(name), builder.bound_of(first), builder.bound_of(last)) for name, first, last in row.forall
    )
    typed = source.text[start : row.tokens[-1].end]
    first = chains[0] if chains else ()
    conditions = (*chains[1:], *(_chain(builder, granted, False) for granted in row.granted))
    return LatexLine(typed, start, first, conditions, forall, tuple(builder.notes), row.label)


def _chain(builder: Builder, tree: n.Relations, defining: bool) -> Chain:
    """Return a chain of relations with its values."""
    found: list[Relation] = []
    nodes: list[n.Node] = []
    signs: list[str] = []
    for sign, node in tree.links:
        if isinstance(node, n.Dots):
            if len(nodes) < 2:
                raise builder.fault(node, "dots without two equal parts before them", "; write k_1 = k_2 = \\dots = 0")
            found = [*found[: len(found) - len(nodes)], (signs[0], patterns.equal_parts(builder, nodes))]
            nodes, signs = [], []
            continue
        nodes.append(node)
        signs.append(sign)
        value = _side(builder, node)
        shown = "≈" if sign == "=" and value.has(sympy.Order) else ":=" if sign == "=" and defining else sign
        found.append((shown, value))
    return tuple(found)


def _side(builder: Builder, node: n.Node) -> sympy.Expr:
    """Return one side of a relation."""
    return _top(builder, node)


def _top(builder: Builder, node: n.Node) -> sympy.Expr:
    """Return the value of a whole formula, which alone may end in an order."""
    if isinstance(node, n.Order):
        return order_of(builder, node)
    if isinstance(node, n.Plus) and any(isinstance(term, n.Order) for _, term in node.terms):
        orders = [term for _, term in node.terms if isinstance(term, n.Order)]
        rest = tuple((sign, term) for sign, term in node.terms if not isinstance(term, n.Order))
        if len(orders) > 1 or not rest:
            raise builder.fault(orders[-1], "a second order", "; write one as the last term")
        return patterns.ordered([sign * builder.value(term) for sign, term in rest], order_of(builder, orders[0]))
    return builder.value(node)


def order_of(builder: Builder, node: n.Order) -> sympy.Order:
    """Return the order of a power of a name or of its distance from a point."""
    value = builder.value(node.argument)
    base, _ = value.as_base_exp()
    if base.is_Symbol:
        return sympy.Order(value, base)
    shift = base.args if base.is_Add and len(base.args) == 2 else ()
    names = [part for part in shift if part.is_Symbol]
    if len(names) >= 1 and shift:
        name = next((part for part in names if base.coeff(part) == 1), names[0])
        point = name - base
        if point.is_number:
            return sympy.Order(value, (name, point))
    raise builder.fault(node, "an order that is no power of a name", "; write O(x^n) or O((x-1)^n)")
