"""Polynomials over the rationals in symbols, as a coefficient ring: the ring SYM.

The generators are symbols (the constants of a law, the weights of a network) and every value that is not a polynomial in them,
such as exp(-Q/(R*T0)), 1/(K + p0), c0**(2/3) or tanh(3/10), each standing for its SymPy definition. They are found as they are
needed: a computation that meets a new one ends with `NewGenerator` and is begun again with it, at low order, until none is
missing. Derivatives of tanh and of the logistic sigmoid are polynomials in their value, so that a network has one generator for
each hidden neuron; arguments that differ by their sign share it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import sympy
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symseries import expressions
from symseries.errors import ComplexResultError, DataError, LawValueError, OptionError, ResourceLimitError, listing
from symseries.names import check_name, check_names, symbol
from symseries.parsing import parse_expression, to_text
from symseries.progress import announce
from symseries.scalars import ARB, F64, QQ, Array, Scalars, boxed, object_array, register, stored, typed

MAX_GENERATORS = 60
MAX_TERMS = 1_000_000
_SHOWN_TERMS = 24
_LONG, _SHORT = 400, 40  # digits of an element and bits of a fraction, beyond which it is shown rounded
_SECONDS_OF_TERM = 1e-5  # to be evaluated in balls
_MOST = 4  # an intermediate result may have so many times the terms of the limit
LIMIT = 5_000_000  # terms of an exact expansion, about 1 GB

_SYMPY: dict[str, Callable[[sympy.Expr], sympy.Expr]] = {
    "exp": sympy.exp, "expm1": lambda b: sympy.exp(b) - 1, "log": sympy.log, "sin": sympy.sin, "cos": sympy.cos,
    "tan": sympy.tan, "sinh": sympy.sinh, "cosh": sympy.cosh, "tanh": sympy.tanh, "asin": sympy.asin, "acos": sympy.acos,
    "atan": sympy.atan, "asinh": sympy.asinh, "acosh": sympy.acosh, "erf": sympy.erf, "abs": sympy.Abs,
    "erf_slope": lambda b: 2 * sympy.exp(-(b**2)) / sympy.sqrt(sympy.pi), "gaussian": lambda b: sympy.exp(-(b**2)),
    "sigmoid": lambda b: 1 / (1 + sympy.exp(-b)), "softplus": lambda b: sympy.log(1 + sympy.exp(b)),
    "normal_cdf": lambda b: (1 + sympy.erf(b / sympy.sqrt(2))) / 2,
    "normal_pdf": lambda b: sympy.exp(-(b**2) / 2) / sympy.sqrt(2 * sympy.pi),
}  # fmt: skip


class NewGenerator(Exception):  # noqa: N818 - a message between two functions here, no error
    """Values that are no polynomials in the generators at hand."""

    def __init__(self, *found: sympy.Expr) -> None:
        super().__init__(*found)
        self.expressions = found


class Polynomials(Scalars):
    """The ring Q[generators]; each generator is a SymPy expression.

    `SYM` is the ring without any; what is computed in it carries a ring of its own with the generators that it needed. `limit`
    bounds the predicted number of terms of an expansion.

    >>> import symseries as ss
    >>> net = ss.Network.from_expression("tanh(1/3 + x)", inputs=("x",))
    >>> net.expand(ss.TaylorSpace({"x": 0}, order=2), scalars=ss.SYM).coefficients.tolist()
    [tanh(1/3), 1 - tanh(1/3)**2, -tanh(1/3) + tanh(1/3)**3]
    """

    name, exact = "SYM", True

    def __init__(self, generators: Iterable[sympy.Expr] = (), limit: int = LIMIT) -> None:
        self.generators = tuple(generators)
        self.limit = limit
        names = [f"g{i}" for i in range(len(self.generators))] or ["g0"]
        self._context = fmpq_mpoly_ctx.get(names, Ordering.degrevlex)
        self._gens = dict(zip(self.generators, self._context.gens(), strict=False))

    def up_to(self, terms: object) -> Polynomials:
        """Return the ring with another limit on the predicted number of terms of an expansion.

        Raises `OptionError` for what is no positive integer.
        """
        if not isinstance(terms, (int, np.integer)) or isinstance(terms, bool) or terms < 1:
            raise OptionError(f"SYM.up_to: terms={terms!r}; expected a positive integer, such as 50_000_000")
        return Polynomials(self.generators, int(terms))

    @property
    def symbols(self) -> set[str]:
        """The names of the symbols in the generators."""
        return {s.name for generator in self.generators for s in generator.free_symbols}

    # ------------------------------------------------------------------------------------------------------ elements
    def element(self, value: object) -> fmpq_mpoly:
        """Return a number, a constant or a generator as an element of the ring; `NewGenerator` for what it does not hold."""
        if isinstance(value, fmpq_mpoly):
            return value
        if isinstance(value, sympy.Expr) and not value.is_Rational:
            return self._from_sympy(value)
        exact = value if isinstance(value, Fraction) else stored(typed(value) if isinstance(value, str) else value)
        return self._context.constant(fmpq(int(exact.numerator), int(exact.denominator)))

    def scalar(self, value: object) -> Array:
        """Return an element in a box, for it has a length and NumPy would unpack it."""
        return boxed(self.element(value))

    def array(self, values: object) -> Array:
        """Return an array of elements; `NewGenerator` names all that are missing."""
        source = np.asarray(values, dtype=object)
        return self._each(self.element, source)

    def _each(self, make: Callable[[Any], fmpq_mpoly], values: Array) -> Array:
        """Return make(value) for all values, or raise `NewGenerator` with everything that is missing."""
        out, missing = np.empty(values.size, dtype=object), dict[sympy.Expr, None]()
        for position, value in enumerate(values.flat):
            try:
                out[position] = make(value)
            except NewGenerator as new:
                missing.update(dict.fromkeys(new.expressions))
        if missing:
            raise NewGenerator(*missing)
        return out.reshape(values.shape)

    def _from_sympy(self, value: sympy.Expr) -> fmpq_mpoly:
        """Return a SymPy value as an element: a polynomial in generators that are here."""
        if value.is_Rational:
            return self.element(value)
        if value in self._gens:
            generator: fmpq_mpoly = self._gens[value]
            return generator
        if value.has(sympy.zoo, sympy.oo, sympy.nan):
            raise LawValueError(f"{value}: no finite value at the centre; look for a division by zero there")
        if value.is_real is False or value.has(sympy.I):
            raise ComplexResultError(f"{value}: complex at the centre; keep bases of roots and logarithms positive")
        if value.is_Float:
            return self.element(stored(value))
        if value.is_Add or value.is_Mul:
            return self._combined(value)
        if value.is_Pow and value.exp.is_Integer and value.exp > 0:
            return self._from_sympy(value.base) ** int(value.exp)
        raise NewGenerator(value)

    def _combined(self, value: sympy.Expr) -> fmpq_mpoly:
        parts = self._each(self._from_sympy, object_array(value.args))
        total: fmpq_mpoly = parts[0]
        for part in parts[1:]:
            total = total + part if value.is_Add else total * part
        return total

    def holding(self, values: object) -> tuple[Polynomials, Array]:
        """Return the ring that holds all values beside its own generators, and the values as an array of it."""
        ring = self
        while True:
            try:
                return ring, ring.array(values)
            except NewGenerator as new:
                ring = ring.extended(new.expressions)

    def extended(self, found: Iterable[sympy.Expr]) -> Polynomials:
        """Return the ring with more generators, behind its own."""
        return Polynomials((*self.generators, *found), self.limit)

    def common(self, other: Scalars) -> Scalars | None:
        """Return a ring that holds the generators of both, None where the other is no ring of polynomials."""
        if not isinstance(other, Polynomials):
            return None
        return self.extended(g for g in other.generators if g not in self._gens)

    def renamed(self, values: Array, source: Scalars) -> Array:
        """Return elements of another ring as elements of this one, generators found by what they stand for."""
        assert isinstance(source, Polynomials)  # noqa: S101 - rings of polynomials meet no others
        places = {generator: f"g{i}" for i, generator in enumerate(self.generators)}
        mapping = {f"g{i}": places[generator] for i, generator in enumerate(source.generators)} or {"g0": "g0"}
        if self.generators == source.generators:
            return values
        if self._context is source._context:  # which would be taken for no change at all
            return self._permuted(values, [int(name[1:]) for name in mapping.values()])
        return object_array(v.project_to_context(self._context, mapping) for v in values.flat).reshape(values.shape)

    def _permuted(self, values: Array, places: Sequence[int]) -> Array:
        def moved(exponents: Sequence[int]) -> tuple[int, ...]:
            found = [0] * len(places)
            for place, exponent in zip(places, exponents, strict=True):
                found[place] = int(exponent)
            return tuple(found)

        made = (self._context.from_dict({moved(e): c for e, c in v.terms()}) for v in values.flat)
        return object_array(made).reshape(values.shape)

    def matmul(self, left: Array, right: Array) -> Array:
        """Return the product of matrices; sums of many polynomials are halved until one is left."""
        if left.ndim != 2 or right.ndim != 2:
            return left @ right
        out, terms = np.empty((left.shape[0], right.shape[1]), dtype=object), 0
        for i, j in np.ndindex(out.shape):
            out[i, j] = self._sum([a * b for a, b in zip(left[i], right[:, j], strict=True) if a != 0 and b != 0])
            terms += len(out[i, j])
            if terms > _MOST * self.limit:  # FLINT ends the process where memory ends
                raise ResourceLimitError(
                    f"scalars=SYM: more than {terms:.1e} terms, the limit is {_MOST} times {self.limit:.1e}; lower the "
                    "order, use scalars=ARB(128), or allow more by SYM.up_to"
                )
        return out

    def _sum(self, parts: list[fmpq_mpoly]) -> fmpq_mpoly:
        while len(parts) > 1:
            parts = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)] + parts[len(parts) & ~1 :]
        return parts[0] if parts else self.element(0)

    # -------------------------------------------------------------------------------------------------------- values
    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        """Return the values of a function: numbers, generators, or polynomials in them."""
        return self._each(lambda v: self._value(function, v), values)

    def _value(self, function: str, value: fmpq_mpoly) -> fmpq_mpoly:
        if function == "tanh_slope":
            t = self._value("tanh", value)
            return 1 - t * t
        if function == "sigmoid_slope":
            s = self._value("sigmoid", value)
            return s - s * s
        argument = self.to_sympy(value)
        if function in _REFLECTED and argument.could_extract_minus_sign():
            return _REFLECTED[function](self._value(function, -value), value)
        if function == "sigmoid" and value.is_zero():
            return self.element(Fraction(1, 2))
        if function in _WHOLE and not (function == "tanh" and value.is_zero()):
            return self._generator(_SYMPY[function](argument))
        return self._from_sympy(sympy.S.Zero if function == "tanh" else _SYMPY[function](argument))

    def _generator(self, definition: sympy.Expr) -> fmpq_mpoly:
        if definition in self._gens:
            generator: fmpq_mpoly = self._gens[definition]
            return generator
        raise NewGenerator(definition)

    def power(self, values: Array, exponent: Any, where: str = "") -> Array:
        """Return values ** exponent, numbers or generators."""
        power = self.to_sympy(self.element(exponent))
        return self._each(lambda v: self._from_sympy(self.to_sympy(v) ** power), values)

    def quotient(self, left: Array, right: Array) -> Array:
        """Return left / right; 1/right is a generator where it is no number."""
        return np.asarray(left * self.power(right, Fraction(-1)))

    def number_symbol(self, value: sympy.NumberSymbol) -> fmpq_mpoly:
        """Return a named number, such as pi, as a generator."""
        return self._from_sympy(value)

    def sign(self, value: Any) -> int | None:
        """Return the sign of a rational element; a symbolic one has none that is decided."""
        expression = self.to_sympy(value)
        if expression.is_zero:
            return 0
        return 1 if expression.is_positive else -1 if expression.is_negative else None

    def is_zero(self, value: Any) -> bool | None:
        """Return True for the polynomial 0, False where balls at a rational point exclude 0, else None.

        Generators may be related (tanh(1) and tanh(2) are), so that a polynomial that is not 0 may still stand for 0.
        """
        if value.is_zero():
            return True
        if all(generator.is_Symbol for generator in self.generators):
            return False
        ring = ARB(128)
        names = sorted(self.symbols)
        numbers = {name: ring.element(Fraction(1009 + 37 * i, 1013)) for i, name in enumerate(names)}
        excluded = ring.is_zero(self.evaluated(boxed(value).reshape(1, 1), ring, numbers)[0, 0]) is False
        return False if excluded else None

    def converted(self, values: Array, ring: Scalars, numbers: Mapping[str, object]) -> Array:
        """Return elements as those of another ring, in balls of enough bits where it is one of balls or floats.

        Raises `OptionError` for a symbol without a number.
        """
        exact = {name: typed(value, f"value of {name}") for name, value in numbers.items()}
        if isinstance(ring, Polynomials):
            held = {symbol(name): value for name, value in exact.items()}
            return object_array(v.xreplace(held) for v in self.handed(values).flat).reshape(values.shape)
        missing = sorted(self.symbols - set(exact))
        if missing:
            raise OptionError(f"scalars={ring}: the symbols {listing(missing)} have no numbers; give them as constants")
        if not ring.balls and ring is not F64:
            return self.evaluated(values, ring, {name: ring.element(value) for name, value in exact.items()})
        bits = ring.bits if isinstance(ring, ARB) else 64
        terms = sum(map(len, values.flat))
        announce("evaluating", f"{terms} terms", terms * _SECONDS_OF_TERM)
        for working in (2**k * (bits + 32) for k in range(8)):
            balls = ARB(working)
            found = self.evaluated(values, balls, {name: balls.element(value) for name, value in exact.items()})
            if all(v.rel_accuracy_bits() >= bits or v.is_zero() for v in found.flat):
                break
        return balls.converted(found, ring, {})

    def evaluated(self, values: Array, ring: Scalars, numbers: Mapping[str, Any]) -> Array:
        """Return elements as those of another ring, `numbers` giving the symbols as elements of it."""
        tape = expressions.record(self.generators)
        with ring.working():
            monomials = _Monomials(expressions.values(tape, numbers, ring), ring)
            return object_array(monomials.of(v) for v in values.flat).reshape(values.shape)

    # ------------------------------------------------------------------------------------------------------ exchange
    def to_sympy(self, element: fmpq_mpoly) -> sympy.Expr:
        """Return an element as a SymPy expression, the generators replaced by what they stand for."""
        return self._written(element, self.generators)

    def _written(self, element: fmpq_mpoly, letters: Sequence[sympy.Expr]) -> sympy.Expr:
        return sympy.Add(*(_term(letters, powers, sympy.Rational(int(c.p), int(c.q))) for powers, c in element.terms()))

    def written(self, values: Array, taken: Iterable[str] = ()) -> tuple[Array, dict[sympy.Symbol, sympy.Expr]]:
        """Return elements with a letter for each generator that is no symbol, and what the letters stand for.

        t_i is a value of tanh, s_i one of the logistic sigmoid, g_i any other; a definition is written in earlier letters. Of
        elements that fill a page the number of terms is said.
        """
        used = {*taken, *self.symbols}
        letters: dict[sympy.Expr, sympy.Expr] = {}
        definitions: dict[sympy.Symbol, sympy.Expr] = {}
        for generator in self.generators:
            letters[generator] = generator if generator.is_Symbol else symbol(_letter(generator, used))
            if not generator.is_Symbol:
                others = {g: s for g, s in letters.items() if g != generator and not g.is_Symbol}
                definitions[letters[generator]] = generator.xreplace(others)
        names = tuple(letters.values())
        written = object_array(_shown(v, names) if len(v) <= _SHOWN_TERMS else f"{len(v)} terms" for v in values.flat)
        return written.reshape(values.shape), definitions

    def handed(self, values: Array) -> Array:
        """Return the elements as SymPy expressions."""
        return object_array(self.to_sympy(v) for v in values.flat).reshape(values.shape)

    def record(self) -> object:
        """Return the ring as JSON knows it: its generators, those that are no symbols with their definition in earlier ones."""
        _, definitions = self.written(np.empty(0, dtype=object))
        letters = iter(definitions.items())
        rows = [[g.name, None] if g.is_Symbol else _row(*next(letters)) for g in self.generators]
        return {"ring": self.name, "generators": rows, "symbols": sorted(self.symbols)} if rows else self.name

    def encode(self, value: Any) -> str:
        """Return an element as text: coefficient and exponents of each term."""
        return "; ".join(f"{c}: {' '.join(map(str, exponents))}" for exponents, c in value.terms())

    def decode(self, code: float | str) -> fmpq_mpoly:
        """Return the element that `encode` wrote."""
        terms = [term.split(":") for term in code.split(";")] if isinstance(code, str) and code else []
        try:
            parsed = {tuple(int(k) for k in powers.split()): QQ.decode(c.strip()) for c, powers in terms}
            return self._context.from_dict(parsed)
        except (AttributeError, ValueError, TypeError) as error:
            raise DataError(f"coefficient {str(code)[:40]!r}: expected terms as text, such as '1/2: 0 3'") from error


def _row(letter: sympy.Symbol, definition: sympy.Expr) -> list[str]:
    return [letter.name, to_text(definition)]


def _restored(record: Mapping[str, Any] | None = None) -> Polynomials:
    """Return the ring of a record; DataError for one that is damaged."""
    if record is None:
        return SYM
    known: dict[sympy.Expr, sympy.Expr] = {}
    declared = check_names(record["symbols"], "symbol") if record["symbols"] else ()
    for row in record["generators"]:
        if not isinstance(row, list) or len(row) != 2 or not isinstance(row[0], str):
            raise DataError(f"generator {str(row)[:60]}: expected a name and its definition")
        letter = symbol(check_name(row[0], "generator"))
        names = {*declared, *(s.name for s in known)}
        definition = letter if row[1] is None else parse_expression(row[1], "generator", declared=names).xreplace(known)
        if letter in known or definition in known.values():
            raise DataError(f"generator {row[0]!r} is given twice")
        known[letter] = definition
    return Polynomials(known.values())


# Generators as they are: SymPy would take their definitions apart, and takes long over tanh of a long sum.
_WHOLE = ("tanh", "sigmoid", "softplus", "erf_slope", "normal_pdf")

_REFLECTED: dict[str, Callable[[fmpq_mpoly, fmpq_mpoly], fmpq_mpoly]] = {
    "tanh": lambda reflected, b: -reflected,
    "sigmoid": lambda reflected, b: 1 - reflected,
    "softplus": lambda reflected, b: reflected + b,
    "normal_cdf": lambda reflected, b: 1 - reflected,
    "normal_pdf": lambda reflected, b: reflected,
    "gaussian": lambda reflected, b: reflected,
    "erf_slope": lambda reflected, b: reflected,
}


def _term(letters: Sequence[sympy.Expr], exponents: Sequence[int], coefficient: sympy.Expr) -> sympy.Expr:
    return sympy.Mul(coefficient, *(g ** int(k) for g, k in zip(letters, exponents, strict=False) if k))


def _shown(element: fmpq_mpoly, letters: Sequence[sympy.Expr]) -> sympy.Expr:
    """Return an element to be read by people: its long fractions are rounded where it would fill more than a few lines."""
    terms = list(element.terms())
    digits = sum(c.p.bit_length() + c.q.bit_length() for _, c in terms) // 3
    long = digits > _LONG

    def number(c: fmpq) -> sympy.Expr:
        exact = max(c.p.bit_length(), c.q.bit_length()) <= _SHORT or not long
        value = sympy.Rational(int(c.p), int(c.q))
        return value if exact else value.n(6)

    return sympy.Add(*(_term(letters, exponents, number(c)) for exponents, c in terms))


def _letter(generator: sympy.Expr, used: set[str]) -> str:
    """Return a new name for a generator, and enter it among those that are used."""
    stem = "t" if isinstance(generator, sympy.tanh) else "s" if _is_sigmoid(generator) else "g"
    number = 1
    while f"{stem}_{number}" in used:
        number += 1
    used.add(f"{stem}_{number}")
    return f"{stem}_{number}"


def _is_sigmoid(generator: sympy.Expr) -> bool:
    one, power = sympy.Wild("one"), sympy.Wild("power")
    found = generator.match(one / (1 + sympy.exp(power)))
    return bool(found) and found[one] == 1


class _Monomials:
    """Monomials in values of the generators; their halves are kept, of which there are far fewer than monomials."""

    def __init__(self, values: Sequence[Any], ring: Scalars) -> None:
        self._ring, self._middle = ring, len(values) // 2
        self._values = (values[: self._middle], values[self._middle :])
        self._known: tuple[dict[tuple[int, ...], Any], dict[tuple[int, ...], Any]] = ({}, {})

    def of(self, element: fmpq_mpoly) -> Any:
        """Return a polynomial at the values."""
        total = self._ring.element(0)
        for exponents, coefficient in element.terms():
            left, right = self._half(0, exponents[: self._middle]), self._half(1, exponents[self._middle :])
            total = total + left * right * coefficient
        return total

    def _half(self, side: int, exponents: tuple[int, ...]) -> Any:
        if exponents not in self._known[side]:
            product = self._ring.element(1)
            for value, exponent in zip(self._values[side], exponents, strict=False):
                for _ in range(int(exponent)):
                    product = product * value
            self._known[side][exponents] = product
        return self._known[side][exponents]


SYM = Polynomials()
register("SYM", _restored)


def check_powers(expression: sympy.Expr, constants: Sequence[sympy.Expr]) -> None:
    """Raise `ResourceLimitError` for a power of a sum that has more than 1e6 terms in the constants.

    (c_1 + … + c_m + 1)**r has binomial(r + m, m) terms, and the ring ends the process where memory ends.
    """
    for power in expression.atoms(sympy.Pow):
        held = power.base.free_symbols & set(constants)
        if power.base.is_Add and power.exp.is_Integer and power.exp > 0:
            terms = comb(int(power.exp) + len(held), len(held))
            if terms > MAX_TERMS:
                raise ResourceLimitError(
                    f"{str(power)[:60]} has up to {terms:.1e} terms in {len(held)} constants; at most {MAX_TERMS:.0e} are "
                    "expanded, use .at(constants)"
                )


def with_generators(
    symbols: Sequence[sympy.Expr], compute: Callable[[Polynomials, bool], Any], most: int = MAX_GENERATORS
) -> Any:
    """Return compute(ring, False) over the ring that has all the generators which the computation needs.

    `compute(ring, True)` is the same at low order, to find the generators. Raises `ResourceLimitError` beyond `most` of them.
    """
    ring = Polynomials(symbols)
    while len(ring.generators) <= most:
        try:
            compute(ring, True)
            return compute(ring, False)
        except NewGenerator as new:
            ring = ring.extended(new.expressions)
    raise ResourceLimitError(f"more than {most} values that are no polynomials in the constants; use .at(constants)")
