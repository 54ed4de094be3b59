"""The grammar of formulas: terms, factors, brackets, and where a bracket after a name leaves two readings open."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

from symseries.errors import suggestion
from symseries.parsing.latex import operators, units
from symseries.parsing.latex import vocabulary as words
from symseries.parsing.latex.calls import read_call
from symseries.parsing.latex.cursor import Cursor
from symseries.parsing.latex.naming import STARTS, entries_of, is_bracketed, read_name, scripts
from symseries.parsing.latex.nodes import (
    Bracketed,
    Dots,
    Elementwise,
    Entry,
    Factorial,
    Listing,
    Name,
    Node,
    Norm,
    Number,
    Over,
    Plus,
    Power,
    Remainder,
    Times,
    walk,
)
from symseries.parsing.latex.tokens import Token

DOTS = (r"\dots", r"\ldots", r"\cdots", r"\dotsc", r"\dotsb", r"\dotsm")
_OPENING = ("(", "[", r"\{")
# Behind these a sum needs no brackets.
_BEFORE_SUMS = frozenset({"(", "[", "{", "+", ",", r"\lfloor", r"\lceil", "left|", r"left\|", *words.RELATIONS})


class Parser(Cursor):
    """The reader of formulas."""

    def expression(self) -> Node:
        """Read terms with signs between them."""
        with self.deeper():
            start = self.token.start
            sign = self._sign() or 1
            terms = [(sign, self.term())]
            while sign := self._sign():
                terms.append((sign, self.term()))
            return terms[0][1] if terms == [(1, terms[0][1])] else Plus(start, tuple(terms))

    def _sign(self) -> int:
        """Step over a plus or minus and return it, or 0."""
        if not self.at("+", "-"):
            return 0
        sign = -1 if self.next().text == "-" else 1
        if self.at("+", "-"):
            raise self.fault("two signs in a row", None, "; put the second one with its value into brackets")
        return sign

    def term(self) -> Node:
        """Read factors, with or without a sign of multiplication between them, and divisions."""
        start = self.token.start
        factors = [self._first()]
        slash: Token | None = None
        while True:
            if self.at("*"):
                sign = self.next()
                self._check_cross(sign, factors[-1])
                if self.at("*", "+", "-"):
                    raise self.fault("two operators in a row", sign.start, "; put the value with its sign into brackets")
                factors.append(self._first())
                slash = None
            elif self.at("/", r"\div"):
                if isinstance(factors[-1], Power) and factors[-1].exponent == Number(0, "1"):
                    raise self.fault("a power of one before '/', which may mean a root,", None, "; write x^{1/2}")
                slash = self.next()
                self._mark_unit(factors[-1])
                factors = [Over(start, self._product(start, factors), self.factor())]
            elif self.at(r"\bmod"):
                self.next()
                factors = [Remainder(start, self._product(start, factors), self.factor())]
            elif self.begins():
                if slash is not None:
                    problem = "a factor after a division by '/', which may be above or below,"
                    raise self.fault(problem, None, r"; write \frac{...}{...} or brackets")
                factors.append(self._beside(factors[-1]))
            else:
                return self._product(start, factors)

    def _check_cross(self, sign: Token, before: Node) -> None:
        if self.source.text.startswith(r"\times", sign.start) and isinstance(before, Name) and before.base.startswith("bold_"):
            raise self.fault("a cross product", sign.start, "; write the entries")

    def _first(self) -> Node:
        """Read the first factor of a term, or dots in place of a term."""
        if self.at(*DOTS):
            return Dots(self.next().start)
        return self.factor()

    def _product(self, start: int, factors: list[Node]) -> Node:
        return factors[0] if len(factors) == 1 else Times(start, tuple(factors))

    def begins(self) -> bool:
        """Tell whether the token can begin another factor of the same term."""
        token = self.token
        if self._is_differential():
            return False
        if token.kind in {"number", "letter", "bold", "accent", "function", "script", "unit"}:
            return True
        if token.kind == "upright":
            return not self.is_prose() or units.is_known(token.content)
        if token.kind == "environment":
            return token.text == r"\begin"
        if token.text in {"|", r"\|"}:
            return token.text not in self.bars
        return self.at("{", *_OPENING, "left|", r"left\|", *DOTS) or (token.kind == "command" and token.text in ATOMS)

    def is_prose(self) -> bool:
        """Tell words between statements from a name."""
        token = self.token
        content = token.content.strip().strip(".,:;").lower()
        spoken = words.WHERE | words.BETWEEN | words.OTHERWISE | words.CONDITION | {"odd", "even"}
        return " " in token.content.strip() or content in spoken or not content

    def _is_differential(self) -> bool:
        """Tell the `d` of an integral that ends here."""
        if not self.integrals or self.integrals[-1] != self.depth or self.ahead().kind not in STARTS:
            return False
        token = self.token
        upright = token.kind == "upright" and token.content.strip() == "d"
        return upright or (token.kind == "letter" and token.text == "d" and "d" not in self.declared)

    def _beside(self, before: Node) -> Node:
        """Read a factor that stands beside another one without a sign, where this can only mean a product."""
        token = self.token
        if self.at(*DOTS):
            return self._first()
        if token.kind == "number" and not self._is_apart(before):
            raise self.fault("a number right after another factor", None, r"; write \cdot between them")
        if token.text in {r"\SI", r"\qty"}:
            raise self.fault("a number with a unit right after another factor", None, r"; write \cdot between them")
        behind = self.tokens[self.place - 1].text
        if self.at("[") and isinstance(before, Name) and behind != "]" and self._takes_brackets(before):
            problem = f"{before.base} before a square bracket, which may be a product or a function,"
            raise self.fault(problem, before.start, r"; write \cdot for a product, round brackets for a function")
        if self.at("(") and behind == ")" and _are_functions(before):
            raise self.fault("functions in brackets before a bracket, which may be applied to it,", token.start, "; write f(x)")
        self._mark_unit(before)
        factor = self.factor()
        if behind == "]" and _is_monomial(before, factor):
            problem = "a power of names in square brackets before a factor, which may be a product or ask for a coefficient,"
            raise self.fault(problem, before.start, r"; write round brackets or \cdot for a product")
        mixed = isinstance(factor, Over) and isinstance(factor.above, Number) and isinstance(factor.below, Number)
        if isinstance(before, Number) and mixed:
            raise self.fault("a number beside a fraction, which may be a mixed number,", token.start, r"; write \cdot")
        if isinstance(before, Number) and token.kind == "upright" and not units.is_measured(factor):
            self._check_unit(token)
        if before == Name(0, "Delta") and isinstance(factor, Name) and "Delta" not in self.declared:
            problem = r"\Delta before a name, which may be one name or a product,"
            raise self.fault(problem, before.start, r"; write \Delta_T for a name, \Delta \cdot T for a product")
        return factor

    def _takes_brackets(self, name: Name) -> bool:
        """Tell a name that may be a function, or words such as E of an expectation, and is not declared."""
        if name.base in self.declared or name.base in words.FUNCTION_LETTERS | {"zeta", "Gamma"}:
            return name.base not in self.declared
        return not name.below and self.source.text[name.start] == "\\" and name.base not in {*words.GREEK.values(), "e"}

    def _is_apart(self, before: Node) -> bool:
        """Tell a number that cannot be taken for more digits or a subscript of the factor before: `(-1)^n 4`, `2^{k} 3^{n}`."""
        powered = self.ahead().text == "^" and not isinstance(before, Number)
        return powered or (isinstance(before, Power) and not isinstance(before.base, Number))

    def _check_unit(self, token: Token) -> None:
        content = token.content.strip()
        if content in words.UNITS and content not in self.declared:
            problem = f"the name {content!r} behind a number, which may be a unit,"
            raise self.fault(problem, token.start, "; declare the name")

    def _mark_unit(self, before: Node) -> None:
        r"""Note the token as a unit, where it is one of the number or the unit before it; `\mu\mathrm{m}` is one."""
        units.join_micro(self)
        if units.follows_number(self, before):
            self.unit = self.place

    def factor(self) -> Node:
        """Read one factor with what stands after it: exponent, factorial, index of an entry."""
        with self.deeper():
            start = self.token.start
            named = self.token.kind in STARTS
            node = self.atom()
            powered = named and (isinstance(node, Power | Elementwise) or (isinstance(node, Bracketed) and bool(node.exponent)))
            while True:
                if self.at("^") and self._is_side():
                    return node
                if self.at("^"):
                    if powered:
                        raise self.fault("a second superscript", None, "; put the power in braces")
                    self.next()
                    node, powered = self._raised(node), True
                elif self.at("|") and self.ahead().text == "_" and "|" not in self.bars and not self.deriving:
                    node = operators.barred(self, node)
                elif self.at("!") and powered:
                    problem = "a factorial after a power, which may be of the base or the exponent,"
                    raise self.fault(problem, None, "; write brackets")
                elif self.at("!"):
                    node, powered = self._factorial(start, node), False
                elif self.at("_"):
                    if isinstance(node, Power | Number | Norm):
                        problem = "a subscript after a power, a number or a bar"
                        raise self.fault(problem, None, r"; write it right after the name; a norm is \|x\|_2")
                    self.next()
                    node = Entry(start, node, self._indices())
                elif self.at("'"):
                    raise self.fault("a prime after something that is no name", None, "; a prime marks a name: f'(x)")
                else:
                    return node

    def _raised(self, node: Node) -> Node:
        """Return a factor with its power; behind the factorial of a bracket it belongs to that alone: `n (n-1)!^2`."""
        raised = self.powered(node)
        if isinstance(node, Bracketed) and node.step and isinstance(raised, Power):
            return dataclasses.replace(node, exponent=raised.exponent)
        return raised

    def _is_side(self) -> bool:
        """Tell the `^+` that says from which side a limit comes."""
        braces = self.ahead().text == "{"
        return self.ahead(2 if braces else 1).text in {"+", "-"} and (not braces or self.ahead(3).text == "}")

    def powered(self, base: Node) -> Node:
        """Read the exponent of a factor, behind the sign `^`."""
        start = base.start
        opening = self.token
        if self._is_ordinal(opening):
            raise self.fault("an ordinal", opening.start, "; write it in words outside the formula")
        if opening.text == "{" and self.ahead().text in {r"\circ", "*"}:
            return self._elementwise(base)
        if opening.text == "{" and self.ahead().text == "[":
            problem = "a superscript in square brackets, which may be an index,"
            raise self.fault(problem, opening.start, "; write W^{(1)} for an index, a power without brackets")
        if self.at(r"\circ", r"\top"):
            raise self.fault(f"{self.token.text} as a superscript", None, "; write degrees as numbers, transposes in words")
        self._check_upper_label(base, opening)
        plain = isinstance(base, Number) or base == Name(0, "e")
        if not plain and is_bracketed(self, self.place):
            problem = "a superscript in round brackets, which may be a power, a derivative or a rising factorial,"
            raise self.fault(problem, None, "; write a power without them")
        return Power(start, base, self.group())

    def _elementwise(self, base: Node) -> Node:
        opening = self.next()
        if self.at("*") and isinstance(base, Name) and not base.base.startswith("bold_"):
            problem = "a star before a power, which may be that of a name with a star or of each entry,"
            raise self.fault(problem, opening.start, r"; write {T^*}^{m}, or ^{\circ m}")
        with self.inside(opening):
            self.next()
            if self.at("}"):
                raise self.fault("a degree sign", opening.start, r"; multiply with \frac{\pi}{180}")
            return Elementwise(base.start, base, self.expression())

    def _is_ordinal(self, opening: Token) -> bool:
        r"""Tell `^{th}`, `^{\text{th}}` and the like."""
        if opening.text != "{":
            return opening.kind == "upright" and opening.content in {"th", "st", "nd", "rd"}
        inner = self.source.text[opening.end : opening.end + 20]
        return re.match(r"\s*(th|st|nd|rd)\s*\}|\s*\\\w+\{(th|st|nd|rd)\}", inner) is not None

    def _check_upper_label(self, base: Node, opening: Token) -> None:
        """Refuse superscripts that are marks rather than powers."""
        braces = opening.text == "{" and opening.kind == "mark"
        token, after = (self.ahead(), self.ahead(2)) if braces else (opening, self.ahead())
        if braces and after.text != "}":
            return
        word = token.content.strip()
        if isinstance(base, Name) and base.base.startswith("bold_") and token.text == "T":
            raise self.fault("a transpose", token.start, "; the reader knows no matrices: write the entries")
        if token.kind == "upright" and word == "T" and word not in self.declared:
            raise self.fault("an upright T as a superscript, which is a transpose,", token.start, "; write the entries")
        if token.kind == "accent" and token.text == r"\overline":
            problem = "a superscript with a line, which may be a rising factorial or the power of a mean,"
            raise self.fault(problem, token.start, r"; write \bar{n} for a name")
        if token.kind == "upright" and len(word) > 1 and word not in self.declared:
            problem = "a superscript of words, which is no power,"
            raise self.fault(problem, token.start, "; write it as a subscript, or declare the name")

    def _factorial(self, start: int, node: Node) -> Node:
        step = 0
        while self.skip("!"):
            step += 1
        if step > 2:
            raise self.fault(f"{step} signs of a factorial", start, "; write n! or n!!")
        if isinstance(node, Bracketed) and not node.marked:
            # Whether the name before it is a function or a factor, the factorial is not that of their product.
            return dataclasses.replace(node, step=step)
        return Factorial(start, node, step)

    def _indices(self) -> tuple[Node, ...]:
        """Read the index of an entry, behind the sign `_`."""
        if not self.at("{"):
            return (self.group(),)
        opening = self.next()
        with self.inside(opening):
            return entries_of(self)

    def atom(self) -> Node:
        """Read a factor without exponent."""
        token = self.token
        if token.kind == "unit" or self.place == self.unit:
            return units.read_unit(self)
        if token.kind == "number":
            if re.fullmatch("0+[0-9]+", token.text):
                raise self.fault(f"leading zero in the number {token.text}", None, "; write it without")
            return Number(self.next().start, token.text)
        if token.kind == "upright" and self._is_function(token):
            return read_call(self)
        if token.kind in STARTS:
            self._check_run(token)
            return self._applied(self.name())
        if token.kind == "function":
            return read_call(self)
        if token.kind == "script":
            letter = operators.script(self)
            return self._applied(scripts(self, letter)) if isinstance(letter, Name) else letter
        if self.at("{"):
            return self._braces()
        if self.at(*_OPENING):
            return self._brackets()
        if self.at("|", r"\|", "left|", r"left\|"):
            return self._bars()
        if token.kind == "environment":
            return operators.environment(self)
        if token.kind == "command" and token.text in ATOMS:
            return ATOMS[token.text](self)
        raise self._misplaced()

    def _misplaced(self) -> Exception:
        """Return the error of a token that begins no factor."""
        before = self.tokens[self.place - 1] if self.place else None
        if self.at(")", "]", "}", r"\}", "right|", r"right\|"):
            return self.fault(f"unbalanced {self.shown()}, or nothing before it,", None, "; open the bracket, or delete it")
        if self.at(*words.RELATIONS):
            return self.fault(f"the relation {self.shown()} inside a formula, or without a side,", None, "; write both sides")
        after = f" after {self.source.text[before.start : before.end][:20]!r}" if before else ""
        return self.fault(f"expected a value{after}, found {self.shown()}")

    def name(self) -> Name:
        """Read one name with its subscripts."""
        return read_name(self)

    def _is_function(self, token: Token) -> bool:
        """Tell upright text that is a function of the table, or that is called one."""
        content = token.content.strip()
        if content in self.declared:
            return False
        return content in words.FUNCTIONS or token.text.startswith(r"\operatorname")

    def _check_run(self, token: Token) -> None:
        """Refuse letters in a row that spell a word: its backslash was forgotten, or it is prose."""
        match = re.compile(r"[A-Za-z]+", re.ASCII).match(self.source.text, token.start)
        before = self.source.text[token.start - 1 : token.start]
        if token.kind != "letter" or match is None or token.text != match.group()[0] or before.isalpha():
            return
        word = match.group()
        if len(word) > 3 or word.lower() in words.TYPED_WORDS or word in words.TYPED_WORDS:
            command = words.GREEK.get(word) or word in words.FUNCTIONS
            way = f"\\{word}" if command else rf"\mathrm{{{word[:30]}}} for a name, or blanks between factors"
            close = "" if command else suggestion(word, [*words.FUNCTIONS, *words.GREEK])
            raise self.fault(f"the letters {word[:30]!r}, which spell a word,", token.start, f"; write {way}{close}")

    def _applied(self, name: Name) -> Node:
        """Return a name, or the name with the bracket after it."""
        power: Node | None = None
        if self.at("^") and not self._is_side() and name.base != "e":
            self.next()
            raised = self.powered(name)
            if self.at("_") and isinstance(raised, Power) and not name.below:
                return Power(name.start, scripts(self, name), raised.exponent)
            if not self._at_arguments() or not isinstance(raised, Power):
                return raised
            power = raised.exponent
        if not self._at_arguments():
            return name
        marked = self.at("{")
        if name == Name(0, "O") and power is None and "O" not in self.declared:
            return operators.order(self, name.start)
        return self._bracketed(name, power, marked)

    def _at_arguments(self) -> bool:
        """Tell a round bracket, alone or as the only thing in braces."""
        return self.at("(") or (self.at("{") and self.ahead().text == "(")

    def _bracketed(self, name: Name, power: Node | None, marked: bool) -> Node:
        if marked:
            opening = self.next()
            with self.inside(opening):
                arguments = self.arguments()
        else:
            arguments = self.arguments()
        value = Bracketed(name.start, name, arguments, None, marked, power)
        if not self.at("^") or marked or self._is_side():
            return value
        self.next()
        raised = self.powered(value)
        assert isinstance(raised, Power | Elementwise)  # noqa: S101 - what stands behind ^ is one of both
        return Bracketed(name.start, name, arguments, raised.exponent, False, power, isinstance(raised, Elementwise))

    def arguments(self) -> tuple[Node, ...]:
        """Read the entries between brackets."""
        opening = self.next()
        with self.inside(opening):
            return entries_of(self)

    def _braces(self) -> Node:
        """Read a group in braces; a name in braces may have its subscript behind them."""
        place = self.place
        opening = self.next()
        with self.inside(opening):
            node = self.expression()
        if isinstance(node, Plus) and not is_bracketed(self, place):
            self._check_sum(place)
        return scripts(self, node) if isinstance(node, Name) and self.at("_") and not node.below else node

    def _check_sum(self, place: int) -> None:
        """Refuse a sum in braces, which are not printed, where it makes a difference that they are no brackets."""
        before = self.tokens[place - 1] if place else None
        opens = before is None or before.kind in {"space", "break"} or before.text in _BEFORE_SUMS
        if not opens or self.begins() or self.at("^", "_", "!", "*", "/", "'"):
            problem = "a sum in braces, which are not printed,"
            raise self.fault(problem, self.tokens[place].start, "; write round brackets")

    def _brackets(self) -> Node:
        """Read brackets that group, or that hold a list."""
        opening = self.token
        entries = self.arguments()
        return entries[0] if len(entries) == 1 else Listing(opening.start, entries)

    def _bars(self) -> Node:
        """Read an absolute value or a norm."""
        opening = self.next()
        bar = opening.text.removeprefix("left")
        if bar == "|" and self.at("|"):
            raise self.fault("two bars in a row, which may be a norm,", opening.start, r"; write \|x\|")
        closing = f"right{bar}" if opening.text.startswith("left") else bar
        self.bars.append(closing)
        with self.deeper():
            inner = self.expression()
        self.expect(closing, opening)
        self.bars.pop()
        index: Node | None = None
        if bar == r"\|" and self.skip("_"):
            index = self.group()
        return Norm(opening.start, inner, bar == r"\|", index)


ATOMS: dict[str, Callable[[Cursor], Node]] = operators.ATOMS


def _is_monomial(node: Node, factor: Node) -> bool:
    """Tell a product of powers of names, or a name that also stands in the factor behind it."""
    if isinstance(node, Name):
        return node in walk(factor)
    parts = [part.base if isinstance(part, Power) else part for part in (node.factors if isinstance(node, Times) else (node,))]
    return all(isinstance(part, Name) for part in parts)


def _are_functions(node: Node) -> bool:
    """Tell a sum or a product of letters that are functions by custom: `(f + g)(x)`."""
    parts = [part for _, part in node.terms] if isinstance(node, Plus) else node.factors if isinstance(node, Times) else ()
    return bool(parts) and all(isinstance(part, Name) and part.base in words.FUNCTION_LETTERS for part in parts)
