"""Sums, products, integrals and limits: their bounds and conditions, and how far what they act on reaches."""

from __future__ import annotations

from symseries.parsing.latex.cursor import Cursor
from symseries.parsing.latex.naming import STARTS, entries_of
from symseries.parsing.latex.nodes import Big, Integral, Limit, Listing, Name, Node, Number, Over, Plus, Relations, Times, walk
from symseries.parsing.latex.relations import relations
from symseries.parsing.latex.tokens import Token


def read_big(p: Cursor) -> Node:
    """Read a sum or a product with all that it acts on."""
    token = p.next()
    conditions: tuple[Relations, ...] = ()
    above: tuple[Node, ...] = ()
    for _ in range(2):
        if p.at("_") and not conditions:
            p.next()
            conditions = _conditions(p)
        elif p.at("^") and not above:
            p.next()
            above = _above(p)
    if not conditions:
        raise p.fault(f"{token.text} without an index", token.start, f"; write {token.text}_{{k=0}}^{{n}}")
    # A sign right behind the bounds can only belong to what is summed.
    sign = p.token.start if p.skip("-") else None
    body = p.term() if sign is None else Plus(sign, ((-1, p.term()),))
    return _split(p, token, Big(token.start, token.text[1:], conditions, above, body))


def _conditions(p: Cursor) -> tuple[Relations, ...]:
    """Read what stands below a sum: indices, relations, or several of them beneath each other."""
    if not p.at("{"):
        node = p.group()
        return (Relations(node.start, (("", node),)),)
    opening = p.next()
    with p.inside(opening):
        if not p.skip(r"\substack"):
            return _several(p)
        inner = p.token
        p.expect("{")
        with p.inside(inner):
            return _several(p)


def _several(p: Cursor) -> tuple[Relations, ...]:
    """Read conditions with commas or line breaks between them; commas in a list of indices are part of it."""
    found = []
    while True:
        if p.skip(r"\vdots"):
            raise p.fault("conditions that are left out", p.tokens[p.place - 1].start, "; write them, or say the rule in words")
        found.append(relations(p))
        if p.token.kind == "break" or p.at(",", ";"):
            p.next()
        else:
            return tuple(_gathered(found))


def _gathered(found: list[Relations]) -> list[Relations]:
    """Return conditions with entries that have no relation of their own gathered into one list before the next relation."""
    gathered: list[Relations] = []
    waiting: list[Node] = []
    for chain in found:
        sign, first = chain.links[0]
        if len(chain.links) == 1 and not sign:
            waiting.append(first)
        elif waiting:
            listing = Listing(waiting[0].start, (*waiting, first))
            gathered.append(Relations(listing.start, (("", listing), *chain.links[1:])))
            waiting = []
        else:
            gathered.append(chain)
    if waiting:
        gathered.append(Relations(waiting[0].start, (("", Listing(waiting[0].start, tuple(waiting))),)))
    return gathered


def _above(p: Cursor) -> tuple[Node, ...]:
    """Read the upper bounds."""
    if not p.at("{"):
        return (p.group(),)
    opening = p.next()
    with p.inside(opening):
        return entries_of(p)


def indices_of(big: Big) -> tuple[Name, ...]:
    """Return the names that stand below a sum or product before its first relation."""
    first = big.conditions[0].links[0][1]
    entries = first.entries if isinstance(first, Listing) else (first,)
    return tuple(entry for entry in entries if isinstance(entry, Name))


def _split(p: Cursor, token: Token, big: Big) -> Node:
    r"""Return a sum or product that ends where its index is bound anew: `\prod_m a_m \prod_m b_m` are two products."""
    if not isinstance(big.body, Times):
        return big
    factors = big.body.factors
    for place, factor in enumerate(factors[1:], 1):
        if isinstance(factor, Big) and set(indices_of(factor)) & set(indices_of(big)):
            body = factors[0] if place == 1 else Times(factors[0].start, factors[:place])
            ended = Big(big.start, big.kind, big.conditions, big.above, body)
            return Times(big.start, (_split(p, token, ended), *factors[place:]))
    if big.kind == "prod":
        _check_product(p, big, factors)
    return big


def _check_product(p: Cursor, big: Big, factors: tuple[Node, ...]) -> None:
    """Refuse factors at the end of a product that do not hold its index: they may stand inside or outside."""
    bases = {name.base for name in indices_of(big)}
    within = [any(isinstance(part, Name) and part.base in bases for part in walk(factor)) for factor in factors]
    if bases and not within[-1]:
        place = max((number for number, found in enumerate(within) if found), default=0)
        problem = "a factor without the index of the product, which may stand inside or outside,"
        raise p.fault(problem, factors[place + 1].start, "; put the product into brackets, or the factor before it")


def read_integral(p: Cursor) -> Node:
    """Read an integral up to its differential."""
    token = p.next()
    bounds = _bounds(p, token) if p.at("_", "^") else None
    signs = token.text.count("i") if token.text != r"\int" else 1
    if signs > 1 and bounds:
        raise p.fault(f"{token.text} with bounds", token.start, r"; write one \int for each variable")
    node: Node = Number(p.token.start, "1")
    if not (p.token.text == "d" and p.ahead().kind in STARTS and "d" not in p.declared):
        p.integrals.append(p.depth + 1)
        node = p.expression()
        p.integrals.pop()
    place, first = p.token.start, node == Number(0, "1")
    for _ in range(signs):
        node, variable = _differential(p, token, node)
        node = Integral(token.start, node, variable, bounds)
    _check_differential(p, place, first)
    return node


def _check_differential(p: Cursor, place: int, first: bool) -> None:
    """Refuse a differential before the integrand, and a second one behind an integral that no other waits for."""
    if first and (p.begins() or p.at("*", "/")) and p.token.text != "d":
        raise p.fault("a differential before the integrand, which may end anywhere,", place, "; write it last: \\int f(x) dx")
    another = p.token.text == "d" and p.token.kind == "letter" and p.ahead().kind in STARTS and "d" not in p.declared
    if another and not p.integrals and (first or p.ahead().start == p.token.end):
        raise p.fault("a second differential of one integral", None, "; write \\int or \\iint for each variable")


def _bounds(p: Cursor, token: Token) -> tuple[Node, Node]:
    found: dict[str, Node] = {}
    while p.at("_", "^"):
        sign = p.next().text
        found[sign] = p.group()
    if len(found) != 2:
        raise p.fault("an integral with one bound", token.start, "; write both, or none")
    return found["_"], found["^"]


def _differential(p: Cursor, token: Token, body: Node) -> tuple[Node, Name]:
    """Read `dx`, or take it from the numerator of a fraction."""
    if p.token.kind in STARTS and (p.token.text == "d" or p.token.content.strip() == "d"):
        p.next()
        if p.token.kind in STARTS:
            return body, p.name()
    if isinstance(body, Over) and isinstance(body.above, Times | Name):
        factors = body.above.factors if isinstance(body.above, Times) else ()
        if len(factors) >= 2 and isinstance(factors[-2], Name) and factors[-2].base == "d" and isinstance(factors[-1], Name):
            return _without(body, factors), factors[-1]
    raise p.fault("an integral without its differential", token.start, "; end it with dx")


def _without(body: Over, factors: tuple[Node, ...]) -> Node:
    """Return a fraction without the differential in its numerator."""
    rest = factors[:-2]
    above = Number(body.start, "1") if not rest else rest[0] if len(rest) == 1 else Times(body.start, rest)
    return Over(body.start, above, body.below)


def read_limit(p: Cursor) -> Node:
    """Read a limit with all that it acts on."""
    token = p.next()
    p.expect("_")
    opening = p.token
    p.expect("{")
    with p.inside(opening):
        if p.token.kind not in STARTS:
            raise p.fault("a limit without its variable", None, r"; write \lim_{x \to 0}")
        variable = p.name()
        if not p.skip(r"\to", r"\rightarrow"):
            raise p.fault(f"expected \\to, found {p.shown()}", None, r"; write \lim_{x \to 0}")
        point, side = p.expression(), "+-"
        if p.skip("^"):
            braces = p.skip("{")
            side = p.next().text
            if braces:
                p.expect("}")
    return Limit(token.start, p.term(), variable, point, side)
