r"""Units behind numbers, `5\,\mathrm{MPa}`, `\SI{5}{kJ/mol}`: what each is, and what is refused."""

from __future__ import annotations

import re

import sympy

from symseries.errors import suggestion
from symseries.parsing.latex.cursor import Cursor
from symseries.parsing.latex.nodes import Node, Number, Over, Plus, Power, Unit
from symseries.parsing.literals import exact

_PREFIXES = {"G": 9, "M": 6, "k": 3, "c": -2, "m": -3, "µ": -6, "n": -9, "p": -12}
_PLAIN = {
    "m": "meter", "g": "gram", "s": "second", "K": "kelvin", "mol": "mole", "A": "ampere", "Pa": "pascal", "J": "joule",
    "N": "newton", "W": "watt", "V": "volt", "C": "coulomb", "Hz": "hertz", "eV": "electronvolt", "T": "tesla", "F": "farad",
    "bar": "bar", "atm": "atmosphere", "min": "minute", "h": "hour", "L": "liter", "l": "liter", "rad": "radian",
}  # fmt: skip
_PREFIXED = {
    "m": "kcmµnp", "g": "kmµn", "s": "mµnp", "K": "m", "mol": "kmµn", "A": "kmµn", "Pa": "GMk", "J": "GMkm", "N": "Mkm",
    "W": "GMkm", "V": "Mkm", "C": "mµ", "Hz": "GMk", "eV": "GMkm", "F": "mµnp", "bar": "km", "T": "m", "L": "mµ", "l": "mµ",
}  # fmt: skip
# A unit to the name of SymPy's quantity and the power of ten before it.
UNITS: dict[str, tuple[str, int]] = {unit: (name, 0) for unit, name in _PLAIN.items()} | {
    prefix + unit: (_PLAIN[unit], _PREFIXES[prefix]) for unit, prefixes in _PREFIXED.items() for prefix in prefixes
}
_MACROS = {
    "metre": "m", "meter": "m", "gram": "g", "second": "s", "kelvin": "K", "mole": "mol", "ampere": "A", "pascal": "Pa",
    "joule": "J", "newton": "N", "watt": "W", "volt": "V", "coulomb": "C", "hertz": "Hz", "electronvolt": "eV", "tesla": "T",
    "bar": "bar", "minute": "min", "hour": "h", "litre": "L", "liter": "L", "farad": "F", "radian": "rad",
}  # fmt: skip
_MACRO_PREFIXES = {"giga": "G", "mega": "M", "kilo": "k", "centi": "c", "milli": "m", "micro": "µ", "nano": "n", "pico": "p"}
_UPRIGHT = frozenset({r"\mathrm", r"\text", r"\textrm", r"\textnormal", r"\mathsf", r"\mbox"})
_SPACE = re.compile(r"\\[,;:! ]|~|\\(?:thinspace|medspace|thickspace)")
_PIECE = re.compile(
    r"\s*(?:(?P<unit>[A-Za-zµ°%Ω]+)(?:\^(?:\{\s*(?P<braced>-?\d)\s*\}|(?P<bare>-?\d)))?|(?P<sign>[/()])"
    r"|(?:\\[,; ]|\\cdot(?![A-Za-z])|[~.*·]))\s*"
)
_NUMBER = re.compile(r"(-?)(\d+(?:\.\d+)?)(?:[eE]([-+]?\d{1,2}))?")

Parts = tuple[tuple[str, int], ...]


def is_known(text: str) -> bool:
    r"""Tell whether text is a unit that can be read.

    >>> is_known("kJ/mol"), is_known(r"kJ\,mol^{-1}"), is_known("J/mol/K"), is_known("furlong")
    (True, True, True, False)
    """
    return isinstance(_parts(text), tuple)


def _parts(text: str) -> Parts | str:
    """Return units with their exponents, or in words what is wrong."""
    place, above, inside, divided = 0, True, False, 0
    found: list[tuple[str, int]] = []
    text = _plainly(text)
    while place < len(text):
        match = _PIECE.match(text, place)
        if match is None:
            return f"the unit {text[:30]!r}, which cannot be read"
        place = match.end()
        sign = match["sign"]
        if sign == "/" and not inside:
            above, divided = False, divided + 1
        elif (sign == "(" and not above and not inside) or (sign == ")" and inside):
            inside = sign == "("
            above = not inside
        elif sign:
            return f"the unit {text[:30]!r} with a bracket or a slash that cannot be read"
        elif unit := match["unit"]:
            if divided and above:
                return f"the unit {text[:30]!r} with a factor after the slash, which may be above or below"
            if unit not in UNITS:
                return _unknown(unit)
            found.append((unit, (1 if above else -1) * int(match["braced"] or match["bare"] or 1)))
            above = above or not inside
    whole = found and not inside and not text.rstrip().endswith("/")
    return tuple(found) if whole else f"the unit {text[:30]!r}, which is not complete"


def _unknown(unit: str) -> str:
    if "°" in unit:
        return f"the unit {unit!r}, whose zero is not 0; write the temperature in K"
    return f"the unit {unit[:30]!r}, which the reader does not know{suggestion(unit, UNITS)}"


def _plainly(text: str) -> str:
    r"""Return a unit with macros such as `\kilo\joule\per\mole` in letters."""
    text = re.sub(r"\\mu\s*(?=[A-Za-z])|\\micro\s*|μ|\bu(?=[msgAFL]\b)", "µ", text.strip())
    text = re.sub(r"\\(?:degreeCelsius|celsius)|\^\{?\\circ\}?\s*C", "°C", text)
    text = re.sub(r"\\(?:mathrm|text|textrm)\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\\per(?![A-Za-z])", "/", text)
    for macro, letters in _MACRO_PREFIXES.items():
        text = re.sub(rf"\\{macro}(?![A-Za-z])\s*", letters, text)
    text = re.sub(r"\\squared|\\cubed", lambda found: "^2" if found[0] == r"\squared" else "^3", text)
    text = re.sub(r"\\([a-z]+)(?![A-Za-z])", lambda found: f"{_MACROS.get(found[1], found[0])} ", text)
    return re.sub(r"\s+\^", "^", text)


def follows_number(p: Cursor, before: Node) -> bool:
    """Tell upright text that is the unit of the number before it; a name that is declared is none.

    Raises for a word apart from its number by a space, as units are, that is no unit.
    """
    token = p.token
    if token.kind != "upright" or token.text not in _UPRIGHT:
        return False
    content, behind = token.content.strip(), p.ahead().text
    if content in p.declared or rf"\text{{{content}}}" in p.declared or behind in {"_", "(", "'"}:
        return False
    apart = _SPACE.search(p.source.text[p.tokens[p.place - 1].end : token.start]) is not None
    if not (_is_number(before) or is_measured(before)):
        if apart and content in UNITS and len(content) > 1:
            raise p.fault(
                f"the unit {content!r} behind a name", token.start, "; write it right behind the number, or declare it"
            )
        return False
    if is_known(content):
        return True
    if (apart and len(content) > 1) or is_measured(before) or not re.fullmatch(r"\w+|\\[a-z]+", content):
        problem = _parts(content)
        raise p.fault(f"{problem},", token.start, "; a name is declared, or stands behind \\cdot")
    return False


def join_micro(p: Cursor) -> None:
    r"""Join `\mu\mathrm{m}` to the one unit that it is, unless either is a declared name."""
    token, unit = p.token, p.ahead()
    content = unit.content.strip()
    if token.kind != "letter" or token.text != "mu" or unit.kind != "upright" or f"µ{content}" not in UNITS:
        return
    if not {"mu", content} & p.declared:
        joined = unit._replace(start=token.start, content=f"µ{content}")
        p.tokens = [*p.tokens[: p.place], joined, *p.tokens[p.place + 2 :]]


def _is_number(node: Node) -> bool:
    if isinstance(node, Plus):
        return len(node.terms) == 1 and isinstance(node.terms[0][1], Number)
    if isinstance(node, Power):
        return isinstance(node.base, Number) and _is_number(node.exponent)
    return isinstance(node, Number) or (
        isinstance(node, Over) and isinstance(node.above, Number) and isinstance(node.below, Number)
    )


def is_measured(node: Node) -> bool:
    """Tell a unit, or its power."""
    return isinstance(node, Unit) or (isinstance(node, Power) and isinstance(node.base, Unit))


def read_unit(p: Cursor) -> Unit:
    r"""Read a unit in upright letters, `\si{...}`, or `\SI{...}{...}` with its number."""
    token = p.next()
    number = ""
    content = token.content
    if token.text in {r"\SI", r"\qty"}:
        number, _, content = content.partition("\0")
    parts = _parts(content)
    if isinstance(parts, str):
        raise p.fault(f"{parts},", token.start, "; write a known unit, such as MPa or kJ/mol")
    if number and _NUMBER.fullmatch(number.strip()) is None:
        raise p.fault(f"the number {number[:20]!r} of a unit, which cannot be read", token.start, "; write 5, 2.5 or 1.5e-7")
    return Unit(token.start, parts, number.strip())


def value_of(node: Unit) -> sympy.Expr:
    """Return a unit, times its number, in the quantities of sympy.physics.units."""
    from sympy.physics import units  # slow to import

    value: sympy.Expr = sympy.Integer(1)
    for unit, exponent in node.parts:
        name, power = UNITS[unit]
        value *= (sympy.Integer(10) ** power * getattr(units, name)) ** exponent
    if not node.number:
        return value
    match = _NUMBER.fullmatch(node.number)
    assert match is not None  # noqa: S101 - it was read before
    sign, digits, tens = match.groups()
    return (-1 if sign else 1) * exact(digits) * sympy.Integer(10) ** int(tens or 0) * value
