"""What is assumed of the names in a statement: the numbers that each may be, and the points at which to look.

The points are exact rationals in strata: the simple ones first, so that a witness is easy to check by hand, then small, middle
and large ones of every sign that is allowed, and points near both ends of an interval.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from symseries.errors import LawNameError, OptionError, listing, suggestion
from symseries.names import check_name
from symseries.scalars import decimal, typed

Point = dict[str, Fraction]

_WORDS: dict[str, tuple[str, int | None, int | None, bool]] = {
    # kind, lowest, highest, open
    "real": ("real", None, None, False),
    "positive": ("real", 0, None, True),
    "nonnegative": ("real", 0, None, False),
    "negative": ("real", None, 0, True),
    "nonpositive": ("real", None, 0, False),
    "integer": ("integer", None, None, False),
    "natural": ("integer", 0, None, False),
    "nonnegative integer": ("integer", 0, None, False),
    "positive integer": ("integer", 1, None, False),
    "integer positive": ("integer", 1, None, False),
    "integer nonnegative": ("integer", 0, None, False),
}
_SIMPLE = tuple(
    Fraction(text) for text in ("1", "1/2", "2", "3", "1/3", "3/2", "5", "1/10", "7/3", "22/7", "9", "41/3", "1/97")
)
_SHARES = tuple(Fraction(text) for text in ("1/2", "1/4", "3/4", "1/3", "2/3", "1/10", "9/10", "1/5", "5/7", "1/50", "49/50"))
_COUNTS = 9  # integers tried from the lowest on
_RELATION = re.compile(r"<=|>=|!=|≤|≥|≠|<|>")


@dataclass(frozen=True)
class Domain:
    """The numbers that a name may be: all reals or integers from `low` to `high`, the ends left out where `open`.

    >>> str(Domain("real", Fraction(0), None, True)), Domain("integer", Fraction(1)).symbol("n").is_positive
    ('> 0', True)
    """

    kind: str = "real"
    low: Fraction | None = None
    high: Fraction | None = None
    open: bool = False

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise OptionError(f"assumption {self}: expected lowest < highest")

    def __contains__(self, value: Fraction) -> bool:
        if self.kind == "integer" and value.denominator != 1:
            return False
        if self.open and value in (self.low, self.high):
            return False
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        kind = "integer, " if self.kind == "integer" else ""
        if self.low is not None and self.high is not None:
            ends = "()" if self.open else "[]"
            return f"{kind}in {ends[0]}{decimal(self.low)}, {decimal(self.high)}{ends[1]}"
        if self.low is not None:
            return f"{kind}{'>' if self.open else '≥'} {decimal(self.low)}"
        if self.high is not None:
            return f"{kind}{'<' if self.open else '≤'} {decimal(self.high)}"
        return self.kind

    @property
    def is_all(self) -> bool:
        """Whether no number of the kind is left out."""
        return self.low is None and self.high is None

    def symbol(self, name: str) -> sympy.Symbol:
        """Return the Symbol that carries what SymPy can use of this."""
        facts: dict[str, bool] = {self.kind: True}
        if self.low is not None and self.low >= 0:
            facts["positive" if self.low > 0 or self.open else "nonnegative"] = True
        if self.high is not None and self.high <= 0:
            facts["negative" if self.high < 0 or self.open else "nonpositive"] = True
        return sympy.Symbol(name, **facts)

    def points(self) -> list[Fraction]:
        """Return the points to look at, the simplest first.

        >>> [str(p) for p in Domain("real", Fraction(0), Fraction(1)).points()][:3]
        ['1/2', '1/4', '3/4']
        """
        if self.kind == "integer":
            found: Iterable[Fraction] = self._integers()
        elif self.low is not None and self.high is not None:
            found = [self.low + share * (self.high - self.low) for share in _SHARES]
        elif self.low is not None:
            found = [self.low + step for step in _SIMPLE]
        elif self.high is not None:
            found = [self.high - step for step in _SIMPLE]
        else:
            found = [sign * step for step in _SIMPLE for sign in (1, -1)]
        ends = [end for end in (self.low, self.high, Fraction(0)) if end is not None]
        first = list(found)
        inside = list(dict.fromkeys([*first[:4], *ends, *first[4:]]))
        return [value for value in inside if value in self]

    def _integers(self) -> Iterator[Fraction]:
        low, high = self.low, self.high
        if low is not None:
            first = Fraction(-((-low) // 1))
            yield from (first + step for step in range(_COUNTS + 1))
        elif high is not None:
            yield from (Fraction(high // 1) - step for step in range(_COUNTS + 1))
        else:
            yield from (Fraction(sign * step) for step in range(_COUNTS) for sign in (1, -1) if step or sign == 1)


@dataclass(frozen=True)
class Assumptions:
    """The domain of each name, and conditions between names; a name without a domain is real.

    >>> given = read_assumptions("x > 0, n integer, |y| < 1")
    >>> str(given)
    'n integer, x > 0, y in (-1, 1)'
    """

    domains: Mapping[str, Domain] = field(default_factory=dict)
    conditions: tuple[tuple[str, str, str], ...] = ()

    def __getitem__(self, name: str) -> Domain:
        return self.domains.get(name, Domain())

    def __str__(self) -> str:
        said = [f"{name} {domain}" for name, domain in sorted(self.domains.items())]
        return ", ".join(said + [" ".join(condition) for condition in self.conditions])

    def __or__(self, others: Mapping[str, Domain]) -> Assumptions:
        """Return these, with domains of other names added."""
        return Assumptions({**others, **self.domains}, self.conditions)

    def symbols(self, names: Iterable[str]) -> dict[sympy.Symbol, sympy.Symbol]:
        """Return for each plain Symbol the one that carries what is assumed of it."""
        return {sympy.Symbol(name): self[name].symbol(name) for name in names}

    def holds(self, point: Point) -> bool:
        """Whether the conditions between names hold at a point; those on a name that the point lacks are left out."""
        tests = {"<": Fraction.__lt__, "≤": Fraction.__le__, ">": Fraction.__gt__, "≥": Fraction.__ge__, "≠": Fraction.__ne__}
        ends = {b: _number(b, "condition") for _, _, b in self.conditions if _is_number(b)}
        values = {**point, **ends}
        return all(tests[sign](values[a], values[b]) for a, sign, b in self.conditions if a in values and b in values)

    def points(self, names: Sequence[str], most: int = 40) -> list[Point]:
        """Return points that satisfy everything, simple ones first, then strata combined at random (always alike)."""
        columns = [self[name].points() for name in names]
        found: list[Point] = []
        for values in self._combined(columns, most):
            point = dict(zip(names, values, strict=True))
            if point not in found and self.holds(point):
                found.append(point)
            if len(found) == most:
                break
        return found

    def _combined(self, columns: list[list[Fraction]], most: int) -> Iterator[Sequence[Fraction]]:
        if not columns:
            yield ()
            return
        if len(columns) == 1:
            yield from ((value,) for value in columns[0])
            return
        if all(column and column[0].denominator == 1 for column in columns):
            yield from itertools.islice(itertools.product(*(column[:4] for column in columns)), most // 2)
        rng = np.random.default_rng(0)
        yield [column[0] for column in columns]
        for turn in range(40 * most):
            reach = 2 + turn * 3 // most  # the simple points of the strata come first
            yield [column[int(rng.integers(min(reach, len(column))))] for column in columns]


def read_assumptions(given: object) -> Assumptions:
    """Return assumptions from a mapping of names to words, relations or intervals, or from text with commas between them.

    Words are real, positive, nonnegative, negative, nonpositive, integer, natural and positive integer; relations compare a
    name, or two, with numbers: "x > 0", "0 < x < 1", "|x| < 1", "a < b", "m != n"; an interval is a pair (lowest, highest).
    Raises `OptionError` for what means nothing, `LawNameError` for what is no name.
    """
    if given is None:
        return Assumptions()
    if isinstance(given, Assumptions):
        return given
    if isinstance(given, str):
        return _gathered(_piece(piece) for piece in given.split(",") if piece.strip())
    if isinstance(given, Mapping):
        return _gathered(_entry(name, value) for name, value in given.items())
    raise OptionError(
        f"assumptions={given!r}: expected text such as 'x > 0, n integer', or a mapping such as {{'x': 'positive'}}"
    )


_Found = list[tuple[str, Domain] | tuple[str, str, str]]


def _gathered(pieces: Iterable[_Found]) -> Assumptions:
    domains: dict[str, Domain] = {}
    conditions: list[tuple[str, str, str]] = []
    for piece in itertools.chain.from_iterable(pieces):
        if len(piece) == 3:
            conditions.append(piece)
        else:
            name, domain = piece
            domains[name] = _both(domains[name], domain, name) if name in domains else domain
    return Assumptions(domains, tuple(conditions))


def _both(first: Domain, second: Domain, name: str) -> Domain:
    """Return the numbers that are in both."""
    lows = [d.low for d in (first, second) if d.low is not None]
    highs = [d.high for d in (first, second) if d.high is not None]
    kind = "integer" if "integer" in (first.kind, second.kind) else "real"
    try:
        return Domain(kind, max(lows, default=None), min(highs, default=None), first.open or second.open)
    except OptionError as error:
        raise OptionError(f"assumptions on {name}: no number is both {first} and {second}; expected some") from error


def _entry(name: object, value: object) -> _Found:
    text = check_name(name.name if isinstance(name, sympy.Symbol) else name, "assumption on")
    if isinstance(value, Domain):
        return [(text, value)]
    if isinstance(value, str):
        return [(text, domain_of(value))] if not _RELATION.search(value) else _relation(_with_name(text, value), value)
    if isinstance(value, (tuple, list)) and len(value) == 2:
        low, high = (_number(end, f"assumption on {text}") for end in value)
        return [(text, Domain("real", low, high))]
    raise OptionError(f"assumption on {text}: {value!r}; expected a word such as 'positive', or (lowest, highest)")


def _with_name(name: str, value: str) -> str:
    """Return a relation with its name written out: "> 0" is about the name that it belongs to."""
    return f"{name} {value}" if _RELATION.match(value.strip()) else value


def domain_of(word: str) -> Domain:
    """Return the domain that a word stands for.

    >>> str(domain_of("positive integer"))
    'integer, ≥ 1'
    """
    key = " ".join(word.replace("-", "").lower().split())
    if key not in _WORDS:
        raise OptionError(
            f"assumption {word!r}{suggestion(key, _WORDS)}; expected one of {listing(_WORDS)}, or such as 'x > 0'"
        )
    kind, low, high, is_open = _WORDS[key]
    return Domain(kind, None if low is None else Fraction(low), None if high is None else Fraction(high), is_open)


def _piece(text: str) -> _Found:
    """Return what one piece between commas says."""
    if _RELATION.search(text):
        return _relation(text, text)
    words = text.replace(" is ", " ").split(None, 1)
    if len(words) != 2:
        raise OptionError(f"assumption {text.strip()!r}: expected a name and a word, such as 'n integer', or 'x > 0'")
    return [(_named(words[0]), domain_of(words[1]))]


def _relation(text: str, typed_text: str) -> _Found:
    """Return what a chain of comparisons says."""
    signs = [{"<=": "≤", ">=": "≥", "!=": "≠"}.get(sign, sign) for sign in _RELATION.findall(text)]
    sides = [side.strip() for side in _RELATION.split(text)]
    found: _Found = []
    for left, sign, right in zip(sides, signs, sides[1:], strict=False):
        found += _comparison(left, sign, right, typed_text)
    return found


def _comparison(left: str, sign: str, right: str, text: str) -> _Found:
    mirrored = {"<": ">", ">": "<", "≤": "≥", "≥": "≤", "≠": "≠"}
    if _is_number(left) and not _is_number(right):
        left, sign, right = right, mirrored[sign], left
    if _is_number(left):
        raise OptionError(f"assumption {text.strip()!r}: expected a name to compare, such as 'x > 0'")
    if not _is_number(right) or sign == "≠":
        return [(_named(left), sign, right if _is_number(right) else _named(right))]
    bound, is_open = _number(right, f"assumption {text.strip()!r}"), sign in "<>"
    if left.startswith("|") and left.endswith("|") and sign in "<≤":
        return [(_named(left[1:-1]), Domain("real", -bound, bound, is_open))]
    if sign in "<≤":
        return [(_named(left), Domain("real", None, bound, is_open))]
    return [(_named(left), Domain("real", bound, None, is_open))]


def _is_number(text: str) -> bool:
    return bool(re.match(r"[-+.\d]", text))


def _named(text: str) -> str:
    try:
        return check_name(text.strip(), "name")
    except LawNameError as error:
        raise LawNameError(f"assumptions: {error}") from error


def _number(value: Any, what: str) -> Fraction:
    number = typed(value, what)
    return Fraction(int(number.p), int(number.q))
