"""Typed numbers: exactly the decimal or fraction that was typed, never the binary number nearest to it."""

from __future__ import annotations

import re
from fractions import Fraction

import sympy

from symseries.errors import ComplexResultError, LawNameError, LawSyntaxError, OptionError, ResourceLimitError, SymseriesError
from symseries.names import check_name

EXPONENT = 400
# Python refuses to print integers of more than 4300 digits: a longer number could be held but never shown.
DIGITS = 4_000

LITERAL = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER = re.compile(rf"(?P<sign>[+-]?)\s*(?P<above>{LITERAL})(?:\s*/\s*(?P<below>{LITERAL}))?")
_DECIMAL_COMMA = re.compile(r"[0-9],[0-9]")

Fault = tuple[type[SymseriesError], str, str]


def parse_number(text: str, what: str) -> sympy.Rational:
    """Read a typed number, `[sign] literal [/ literal]`, as exactly the decimal or fraction that was typed.

    `what` is how messages call it. Returns a SymPy Rational. Raises `OptionError` for other text, an exponent beyond 400 or a
    division by zero, and `ResourceLimitError` for more than 4000 digits.

    >>> parse_number("0.05", "center") == parse_number("1/20", "center")
    True
    >>> parse_number("-3e-4", "known R")
    -3/10000
    """
    match = _NUMBER.fullmatch(_typed(text, what, "'0.05' or '1/20'").strip())
    if match is None:
        message = f"{what} {cut(text)}: expected a number such as 0.05, -3e-4 or 1/20{decimal_comma(cut(text))}"
        raise OptionError(message)
    above, below = (_bounded(literal, f"{what} {cut(text)}") for literal in (match["above"], match["below"] or "1"))
    if below == 0:
        message = f"{what} {cut(text)}: division by zero; expected a finite number such as 1/20"
        raise OptionError(message)
    number = (-above if match["sign"] == "-" else above) / below
    if digits(number) > DIGITS:
        message = f"{what} {cut(text)}: a number of more than {DIGITS} digits, the limit; shorten it"
        raise ResourceLimitError(message)
    return number


def parse_assignments(text: str, what: str) -> dict[str, sympy.Rational]:
    """Read `name=number` pieces, separated by commas or semicolons, as names and exact numbers in the order typed.

    `what` is how messages call the option. Raises `OptionError` that quotes the piece that is wrong: no name, no number, a
    name given twice; `ResourceLimitError` for a number too large to hold.

    >>> parse_assignments("R=8.314, T0=273.15", "known")
    {'R': 4157/500, 'T0': 5463/20}
    """
    found: dict[str, sympy.Rational] = {}
    for piece in re.split("[,;]", _typed(text, what, "'R=8.314, T0=273.15'")):
        name, number = _assignment(piece, f"{what} {cut(text)}: piece {cut(piece)}", decimal_comma(text))
        if name in found:
            message = f"{what} {cut(text)}: piece {cut(piece)}: {name} is given twice, expected once; remove one"
            raise OptionError(message)
        found[name] = number
    return found


def cut(text: str, start: int = 0, width: int = 60) -> str:
    """Return about `width` characters of `text` from `start` on, quoted, on one line."""
    end = start + width
    return repr("…" * (start > 0) + text[start:end] + "…" * (end < len(text)))


def decimal_comma(text: str) -> str:
    """Return the advice for a comma between digits, or nothing."""
    return "; a decimal point is written '.'" if _DECIMAL_COMMA.search(text) else ""


def exact(literal: str) -> sympy.Rational:
    """Return the number that a literal spells."""
    value = Fraction(literal)
    return sympy.Rational(value.numerator, value.denominator)


def digits(number: sympy.Rational) -> float:
    """Return about how many decimal digits numerator or denominator have; 0 for 0, 1 and -1."""
    larger = max(abs(number.p), number.q)
    return 0.0 if larger == 1 else float(larger.bit_length() * 0.30103)


def literal_fault(word: str) -> Fault | None:
    """Say what is wrong with a word that starts like a number, or None for a literal within the limits."""
    match = re.match(LITERAL, word)
    literal = match.group() if match else ""
    return _tail_fault(literal, word[len(literal) :]) or _excess(literal)


def _typed(text: object, what: str, example: str) -> str:
    """Return `text` when it is text."""
    if isinstance(text, str):
        return text
    message = f"{what}: expected text such as {example}, received {type(text).__name__}; write it in quotes"
    raise OptionError(message)


def _tail_fault(literal: str, rest: str) -> Fault | None:
    """Say what is wrong with a literal that has `rest` written against it."""
    word = cut(literal + rest)
    if rest in {"j", "J"}:
        return ComplexResultError, f"complex number {word}", "; a law is real"
    if rest.startswith("_"):
        return LawSyntaxError, f"underscore in the number {word}", "; write the digits without it"
    if literal == "0" and rest[:1] in set("xXoObB"):
        return LawSyntaxError, f"number {word} that is not decimal", "; write it in decimal"
    if rest[:1] in {"e", "E"} and not rest[1:2].isalnum():
        return LawSyntaxError, f"exponent without digits in {word}", "; write it as in 1e-3"
    if rest[:1] == "." or rest[:1].isdigit():
        return LawSyntaxError, f"malformed number {word}", "; write one decimal point"
    if rest:
        return LawSyntaxError, f"two expressions side by side in {word}", f"; write {literal}*{rest[:40]}"
    if re.fullmatch("0+[0-9]+", literal):
        return LawSyntaxError, f"leading zero in the number {word}", "; write it without"
    return None


def _excess(literal: str) -> Fault | None:
    """Say which limit a literal exceeds."""
    mantissa, _, exponent = literal.lower().partition("e")
    if len(mantissa) > DIGITS:
        return ResourceLimitError, f"a number beyond the length limit of {DIGITS} digits", "; round it"
    size = exponent.lstrip("+-").lstrip("0")
    if len(size) > len(str(EXPONENT)) or int(size or "0") > EXPONENT:
        return LawSyntaxError, f"number exponent out of range: {cut(exponent)}", f"; expected -{EXPONENT} to {EXPONENT}"
    return None


def _bounded(literal: str, what: str) -> sympy.Rational:
    """Return the number that a literal within the limits spells."""
    if fault := _excess(literal):
        kind, problem, advice = fault
        message = f"{what}: {problem}{advice}"
        raise (ResourceLimitError if kind is ResourceLimitError else OptionError)(message)
    return exact(literal)


def _assignment(piece: str, what: str, advice: str) -> tuple[str, sympy.Rational]:
    """Return name and number of one `name=number`."""
    left, equals, right = piece.partition("=")
    if not equals:
        message = f"{what}, expected name=number{advice}"
        raise OptionError(message)
    try:
        name = check_name(left.strip(), "name")
    except LawNameError as error:
        message = f"{what}: {error}"
        raise OptionError(message) from error
    return name, parse_number(right, f"{what}: {name} =")
