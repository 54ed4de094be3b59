# ruff: noqa: E501 - the lines hold formulas of the paper
r"""Every numbered equation of the source paper, its derivations, text claims and Table 1: a verdict and what establishes it.

A row says what is printed, as transcribed, its verdict, what is right instead or under which condition, and holds a check that
establishes it by exact computation or by `verify`. Verdicts: *definition* (nothing to check but the consistency of its
symbols), *holds*, *misprint*, *wrong*, *conditional* (holds formally, or under a condition). `EARNED` says which findings a
verdict needs, so that none can stand without them.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from paper_equations import EQUATIONS, NAMES
from sympy import (
    Limit,
    Max,
    Rational,
    Sum,
    bernoulli,
    binomial,
    euler,
    exp,
    factorial,
    log,
    pi,
    symbols,
    zeta,
)

import symseries as ss
from symseries.derivations import verify
from symseries.display import Cell, TextTable, escape_latex, text_cell
from symseries.errors import NotAnalyticError
from symseries.paper import layer_coefficients, paper_coefficients, partitions
from symseries.parsing import read_latex, read_latex_lines
from symseries.scalars import QQ

Index = tuple[int, ...]
Pair = tuple[str, Any, Any]

x, y, z, t, u, k, m, n, i, a, b, c, d, C, E, Z, alpha, beta, theta, sigma = symbols(
    "x y z t u k m n i a b c d C E Z alpha beta theta sigma"
)
SECONDS = 60.0  # for one statement; they need a few, on a busy machine more


@dataclass(frozen=True)
class Finding:
    """What one computation says about what is `printed`, what would be `correct`, or what holds under a `condition`."""

    about: str
    status: str
    how: str


@dataclass(frozen=True)
class Row:
    """One statement of the paper: where, as transcribed in one line, verdict, what is right, and the check."""

    place: str
    shown: str
    verdict: str
    remark: str
    correct: str
    check: Callable[[], Iterable[Finding]]


@dataclass(frozen=True)
class Judged:
    """A row with its findings and the time that they took."""

    row: Row
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def earned(self) -> bool:
        """Whether the findings are those that the verdict needs, and none is open."""
        found = {(finding.about, finding.status) for finding in self.findings}
        needed, allowed = EARNED[self.row.verdict]
        return needed <= found <= needed | allowed

    @property
    def how(self) -> str:
        """How the verdict was established."""
        words = {"printed": "as printed", "correct": "corrected", "condition": "under the condition"}
        return "; ".join(f"{words[f.about]}: {f.status}, {f.how}" for f in self.findings)


_PRINTED, _REFUTED = ("printed", "proved"), ("printed", "refuted")
_CORRECT, _CONDITION = ("correct", "proved"), ("condition", "proved")
EARNED: dict[str, tuple[set[tuple[str, str]], set[tuple[str, str]]]] = {
    "definition": ({("printed", "consistent")}, {_PRINTED}),
    "holds": ({_PRINTED}, set()),
    "misprint": ({_REFUTED, _CORRECT}, {_PRINTED}),
    "wrong": ({_REFUTED, _CORRECT}, {_PRINTED}),
    "conditional": ({_CONDITION, _REFUTED}, {_PRINTED}),
}


# ---- what establishes a verdict --------------------------------------------------------------------------------------------


def by_verify(about: str, left: object, right: object, **options: Any) -> Finding:
    """Ask the tool for a proof or a witness."""
    found = verify(left, right, seconds=SECONDS, **options)
    return Finding(about, found.status, str(found.witness or found.reason))


def compared(about: str, pairs: Iterable[Pair], what: str) -> Finding:
    """Compare numbers and polynomials exactly, pair by pair; the first that differ are the witness."""
    count = 0
    for label, left, right in pairs:
        difference = sympy.expand(left - right)
        if difference != 0 and sympy.simplify(difference) != 0:
            assert differs(difference), (label, difference)
            return Finding(about, "refuted", f"{what}: {label} is {sympy.sstr(left)}, printed {sympy.sstr(right)}")
        count += 1
    assert count, what
    return Finding(about, "proved", f"{what}: {count} equal exactly")


def differs(difference: sympy.Expr) -> bool:
    """Whether an expression is certainly not zero everywhere: a polynomial that is not, or a number that verify tells from 0."""
    generators = sorted(difference.free_symbols | difference.atoms(sympy.Indexed), key=str)
    if generators and difference.is_polynomial(*generators) and sympy.Poly(difference, *generators).domain.is_Exact:
        return True
    return verify(difference, 0, seconds=SECONDS).status == "refuted"


def same(about: str, left: object, right: object, what: str) -> Finding:
    """Compare two collections."""
    if left == right:
        return Finding(about, "proved", what)
    return Finding(about, "refuted", f"{what}: {left} and {right}")


def is_read(number: int) -> Finding:
    """Have the reader of LaTeX understand the transcription, every symbol of it."""
    lines = read_latex_lines(EQUATIONS[number], NAMES.get(number))
    return Finding("printed", "consistent", f"read from its LaTeX, {len(lines)} line{'s' * (len(lines) > 1)}")


def sides(number: int) -> list[sympy.Expr]:
    """Return the sides of a numbered equation as they are read from the paper's own LaTeX."""
    lines = read_latex_lines(EQUATIONS[number], NAMES.get(number))
    return [side for line in lines for chain in (line.relations, *line.conditions) for _, side in chain]


def series(expression: sympy.Expr, top: int, name: sympy.Symbol = x) -> list[sympy.Expr]:
    """Return the coefficients of name**0 … name**top, infinite sums carried out term by term as far as they reach it."""
    for part in [p for p in sympy.preorder_traversal(expression) if isinstance(p, Sum) and p.has(name)]:
        [(index, low, _)] = part.limits
        raw = [part.function.subs(index, place) for place in range(int(low), top + 1)]
        reached = [value(term) for term in raw if term.as_powers_dict()[name] <= top]
        expression = expression.xreplace({part: sympy.Add(*reached)})
    polynomial = sympy.expand(expression.doit())
    return [polynomial.coeff(name, place) for place in range(top + 1)]


@functools.lru_cache
def value(expression: sympy.Expr) -> sympy.Expr:
    """Return a term with its Euler numbers, zeta values and inner sums as numbers."""
    return expression.doit()


def derivatives(function: sympy.Expr, top: int, name: sympy.Symbol = x) -> list[sympy.Expr]:
    """Return the Taylor coefficients at 0 by differentiation."""
    found = [function]
    for _ in range(top):
        found.append(sympy.diff(found[-1], name))
    return [sympy.simplify(f.subs(name, 0)) / math.factorial(place) for place, f in enumerate(found)]


def in_order(left: Sequence[Any], right: Sequence[Any], name: str = "coefficient") -> list[Pair]:
    """Pair two lists of coefficients."""
    return [(f"{name} {place}", p, q) for place, (p, q) in enumerate(zip(left, right, strict=True))]


# ---- the layer: (1) to (17), (29) to (33), (38) to (48), (58) to (60) -------------------------------------------------------


def _radius() -> Iterator[Finding]:
    yield by_verify("condition", Sum((-1) ** k * x ** (2 * k), (k, 0, sympy.oo)), 1 / (1 + x**2), assumptions="|x| < 1")
    terms = [abs(4**place) for place in range(8)]
    assert terms == sorted(terms)
    assert sympy.limit(4**k, k, sympy.oo) == sympy.oo
    yield Finding("printed", "refuted", "sigma(x) = 1/(1 + x**2), analytic on all of R, at x = 2: the terms (-4)**k grow")


def _sigmoid_radius() -> Iterator[Finding]:
    yield from _radius()
    found = [abs(s) * 4**place for place, s in enumerate(derivatives(1 / (1 + exp(-x)), 15))][1::2]
    assert found == sorted(found)
    yield Finding("printed", "refuted", "sigmoid at x = 4 > pi: |s_k| 4**k grows from k = 1 to 15")


_TERM = re.compile(r"a_\{(?P<index>[^}]*)\}\^\{\(i\)\}|b_\{(?P<other>[^}]*)\}\^\{\(i\)\}")


def _series_of_entries(number: int) -> Callable[[], Iterator[Finding]]:
    """Check that every displayed term of a power series in three letters carries the powers that its index says."""

    def check() -> Iterator[Finding]:
        text = re.sub(r"\\begin\{aligned\}|\\end\{aligned\}|\\quad|&", "", EQUATIONS[number]).split(r"= \sum")[0]
        seen = []
        for part in re.split(r"\+", text.split("x_i =")[-1].split("y_i =")[-1]):
            found = re.search(r"[ab]_\{([^}]*)\}\^\{\(i\)\}(.*)", part, re.DOTALL)
            if not found:
                continue
            entries = [entry.strip() for entry in found[1].split(",") if "dots" not in entry]
            powers = {name: int(power or 1) for name, power in re.findall(r"z_(\w)(?:\^(\d))?", found[2])}
            assert powers == {name: int(e) for name, e in zip("12w", entries, strict=True) if e != "0"}, part
            seen.append(tuple(entries))
        assert len(set(seen)) == len(seen) == 9
        yield Finding("printed", "consistent", "the nine terms displayed have the powers of z that their indices say")

    return check


def _layer_meaning() -> Iterator[Finding]:
    weights = symbols("theta11 theta12 theta21 theta22 theta31 theta32")
    rows = [list(weights[2 * row : 2 * row + 2]) for row in range(3)]
    net = ss.Network([ss.Affine(rows), ss.Activation("tanh")], ("x1", "x2"), ("y1", "y2", "y3"))
    x1, x2 = symbols("x1 x2")
    yield is_read(3)
    expected = [sympy.tanh(row[0] * x1 + row[1] * x2) for row in rows]
    yield same("printed", net.expression(), expected, "c = 3, d = 2: y_i = sigma(sum_j theta_ij x_j), element by element")


def compositions(total: int, count: int) -> list[Index]:
    """Return all (k_1, …, k_count) with sum total."""
    return [ks for ks in itertools.product(range(total + 1), repeat=count) if sum(ks) == total]


def many(ks: Iterable[int]) -> int:
    """Return the multinomial coefficient."""
    ks = list(ks)
    return math.factorial(sum(ks)) // math.prod(map(math.factorial, ks))


def _chain() -> Iterator[Finding]:
    """The lines of the long chain, for two inputs of two letters, as polynomials in every symbol."""
    th = symbols("theta1 theta2")
    z1, z2 = symbols("z1 z2")
    places = [(0, 0), (1, 0), (0, 1)]
    coefficients = [{p: sympy.Symbol(f"a{j}_{p[0]}{p[1]}") for p in places} for j in (1, 2)]
    xs = [sum(v * z1 ** p[0] * z2 ** p[1] for p, v in table.items()) for table in coefficients]
    pairs: list[Pair] = []
    for total in range(4):
        whole = (th[0] * xs[0] + th[1] * xs[1]) ** total
        fifth, sixth, last = (sympy.S.Zero for _ in range(3))
        for ks in compositions(total, 2):
            factor = many(ks)
            fifth += factor * math.prod((w * e) ** q for w, e, q in zip(th, xs, ks, strict=True))
            sixth += factor * math.prod(w**q * e**q for w, e, q in zip(th, xs, ks, strict=True))
            inner = [
                sum(
                    many(ls) * math.prod((table[p] * z1 ** p[0] * z2 ** p[1]) ** q for p, q in zip(places, ls, strict=True))
                    for ls in compositions(ks[j], 3)
                )
                for j, table in enumerate(coefficients)
            ]
            last += factor * math.prod(w**q * s for w, q, s in zip(th, ks, inner, strict=True))
        pairs += [(f"k = {total}, line {line}", whole, other) for line, other in ((5, fifth), (6, sixth), (7, last))]
    yield compared("condition", pairs, "d = 2, w = 2, terms k <= 3 of lines 4 to 7, all symbols free")
    yield from _radius()


def tables(top: int = 2) -> tuple[list[dict[Index, sympy.Symbol]], Any, Any, list[Index]]:
    """Return two inputs in two letters with free coefficients, free weights, a free jet, and the indices to an order."""
    indices = [p for p in itertools.product(range(top + 1), repeat=2) if sum(p) <= top]
    inputs = [{p: sympy.Symbol(f"a{j}_{p[0]}{p[1]}") for p in indices} for j in (1, 2)]
    return inputs, symbols("theta1 theta2"), symbols("s0:4"), sorted(indices, key=sum)


def expanded(inputs: Any, weights: Any, jet: Any, indices: Sequence[Index]) -> dict[Index, sympy.Expr]:
    """Return the coefficients of sum_k s_k (sum_j theta_j x_j)**k by multiplying out."""
    letters = symbols("z1 z2")[: len(indices[0])]
    xs = [sum(v * math.prod(s**e for s, e in zip(letters, p, strict=True)) for p, v in t.items()) for t in inputs]
    inner = sum(w * e for w, e in zip(weights, xs, strict=True))
    polynomial = sympy.Poly(sum(s * inner**power for power, s in enumerate(jet)), *letters)
    return {p: polynomial.coeff_monomial(p) for p in indices}


def _coefficient_formula() -> Iterator[Finding]:
    yield from _each_input_alone()
    inputs, weights, jet, indices = tables()
    [found] = layer_coefficients(inputs, [list(weights)], jet, indices)
    true = expanded(inputs, weights, jet, indices)
    pairs = [(f"b_{p}", true[p], found.get(p, sympy.S.Zero)) for p in indices]
    yield compared("correct", pairs, "d = 2, w = 2, order 2, k <= 3, all symbols free: formula and multiplication")


def _each_input_alone() -> Iterator[Finding]:
    """y = x_1 + x_2 with x_1 = x_2 = z: the printed constraint asks for all of z**m from each input."""
    one = {(1,): sympy.S.One}
    [printed] = layer_coefficients([one, one], [[1, 1]], [0, 1], [(0,), (1,)], printed=True)
    pair = ("b_1", sympy.Integer(2), sympy.Integer(printed.get((1,), 0)))
    yield compared("printed", [pair], "y = x_1 + x_2, x_1 = x_2 = z, sigma(u) = u")


def _pulled_value() -> Iterator[Finding]:
    (t1, t2), (a1, a2), s2 = symbols("theta1 theta2"), symbols("a1 a2"), sympy.Symbol("s2")
    true = sympy.Poly(s2 * (t1 * a1 + t2 * a2) ** 2, t1, t2, a1, a2).coeff_monomial(t1 * t2 * a1 * a2) * t1 * t2 * a1 * a2
    yield compared("printed", [("k_1 = k_2 = 1, l_0 = 1, j = 1", true, 2 * s2 * t1 * a1)], "d = 2, the term of s_2")
    yield compared("correct", [("k_1 = k_2 = 1", true, 2 * s2 * t1 * a1 * t2 * a2)], "d = 2, products over j and n")


def _collection() -> Iterator[Finding]:
    yield Finding("printed", "refuted", "w indices are needed, l_0 has one; the two lines below print l_{0,...,0}")
    symbols_of = symbols("v0:3")
    pairs = [
        (
            f"power {total}",
            sum(symbols_of) ** total,
            sum(many(ls) * math.prod(v**q for v, q in zip(symbols_of, ls, strict=True)) for ls in compositions(total, 3)),
        )
        for total in range(5)
    ]
    yield compared("correct", pairs, "the multinomial theorem with this norm, three terms")


def _index_constraint() -> Iterator[Finding]:
    for count in (1, 2, 3):
        letters = symbols(f"u1:{count + 1}")
        for total in range(5):
            found = set(sympy.Poly(sum(letters) ** total, *letters).monoms())
            assert found == set(compositions(total, count))
    yield Finding("printed", "proved", "the terms of (u_1 + ... + u_d)**k, d <= 3, k <= 4, are those with sum k and no others")


def brute(total: int, degree: Index, parts: Sequence[Index]) -> set[frozenset[tuple[Index, int]]]:
    """Return all collections l over `parts` with sum l_n = total, sum n l_n = degree, by trying every one."""
    found = set()
    for counts in itertools.product(range(total + 1), repeat=len(parts)):
        sums = tuple(sum(q * p[v] for q, p in zip(counts, parts, strict=True)) for v in range(len(degree)))
        if sum(counts) == total and sums == degree:
            found.add(frozenset((p, q) for p, q in zip(parts, counts, strict=True) if q))
    return found


def box(top: Index) -> list[Index]:
    """Return the multi-indices up to one."""
    return list(itertools.product(*(range(e + 1) for e in top)))


def _power_constraint() -> Iterator[Finding]:
    yield from _each_input_alone()
    last = [line.relations for line in read_latex_lines(EQUATIONS[14]) if line.relations][-1]
    assert str(last[0][1]) == "m_3"
    assert "n[w]" in str(last[1][1])
    yield Finding("printed", "refuted", "its last line sums n_w and calls it m_3; for w = 2 there is no m_3")
    yield from _joint()


def _finite_power_constraint() -> Iterator[Finding]:
    yield from _each_input_alone()
    yield from _joint()


def _joint() -> Iterator[Finding]:
    """The constraint sum_j sum_n n l_n^(j) = m is solved by exactly the terms of the product."""
    for ks in ((1, 1), (2, 1)):
        letters = [symbols(f"v{j}_0:3") for j in range(2)]
        product = math.prod(sum(v * z**e for e, v in enumerate(row)) ** q for row, q in zip(letters, ks, strict=True))
        for degree in range(4):
            terms = sympy.Poly(sympy.expand(product).coeff(z, degree), *letters[0], *letters[1])
            found = {(mono[:3], mono[3:]) for mono in terms.monoms()} if terms != 0 else set()
            choices = itertools.product(compositions(ks[0], 3), compositions(ks[1], 3))
            wanted = {pair for pair in choices if sum(e * q for ls in pair for e, q in enumerate(ls)) == degree}
            assert found == wanted, (ks, degree)
    yield Finding("correct", "proved", "sum_j sum_n n l_n^(j) = m gives exactly the terms of x_1**k_1 x_2**k_2, m <= 3")


def _no_higher() -> Iterator[Finding]:
    cases = [(2, (1, 1)), (3, (2, 0)), (2, (0, 2)), (3, (1, 1))]
    for total, degree in cases:
        larger = [p for p in box(tuple(e + 1 for e in degree)) if sum(p) <= sum(degree) + 1]
        assert brute(total, degree, larger) == brute(total, degree, box(degree))
    yield Finding(
        "printed", "proved", f"all collections tried for {len(cases)} pairs (k_j, m): none has l_n > 0 with n_p > m_p"
    )


def _scalar_powers() -> Iterator[Finding]:
    a_ = symbols("a0:3")
    for total in range(4):
        terms = sympy.Poly(sympy.expand(sum(v * z**e for e, v in enumerate(a_)) ** total), z, *a_)
        assert all(mono[0] == sum(e * q for e, q in enumerate(mono[1:])) for mono in terms.monoms())
        assert {mono[1:] for mono in terms.monoms()} == set(compositions(total, 3))
    yield Finding("printed", "proved", "every term of (a_0 + a_1 z + a_2 z**2)**k, k <= 3, has this power of z")


def _common_power() -> Iterator[Finding]:
    left = "a0**k0*(a1*z)**k1*(a2*z**2)**k2*(a3*z**3)**k3"
    right = "a0**k0*a1**k1*a2**k2*a3**k3*z**(k1 + 2*k2 + 3*k3)"
    names = dict.fromkeys(("a0", "a1", "a2", "a3", "z"), "positive") | dict.fromkeys(("k0", "k1", "k2", "k3"), "natural")
    yield by_verify("printed", left, right, assumptions=names)


def _finite_scalar() -> Iterator[Finding]:
    for total, degree in itertools.product(range(4), range(4)):
        found = {frozenset(p.items()) for p in partitions(total, degree)}
        tried = brute(total, (degree,), box((degree + 2,)))
        assert found == {frozenset((e, q) for (e,), q in p) for p in tried}
    yield Finding("printed", "proved", "all collections k_0, ..., k_(i+2) tried for k, i <= 3: k_(i+1) and k_(i+2) are 0")


def _scalar_value() -> Iterator[Finding]:
    a_, s, [found] = *_worked_symbols(), _worked(3)
    term = s[2] * theta**2 * 2 * a_[0] * a_[1]
    true = sympy.Poly(found[(1,)], s[2]).coeff_monomial(s[2]) * s[2]
    yield compared("printed", [("k = 2, k_0 = k_1 = 1", true, term)], "the term of s_2 in b_1; a_n**0 = 1 for n > i")


def _worked_symbols() -> tuple[Any, Any]:
    return symbols("a0:4"), symbols("s0:6")


def _worked(top: int) -> list[dict[Index, Any]]:
    a_, s = _worked_symbols()
    column = {(e,): v for e, v in enumerate(a_)}
    return layer_coefficients([column], [[theta]], s, [(e,) for e in range(top + 1)])


def _scalar_formula() -> Iterator[Finding]:
    a_, s, [found] = *_worked_symbols(), _worked(3)
    whole = sympy.expand(sum(v * (theta * sum(w * z**e for e, w in enumerate(a_))) ** q for q, v in enumerate(s)))
    pairs = [(f"b_{e}", whole.coeff(z, e), found[(e,)]) for e in range(4)]
    yield compared("condition", pairs, "b_0 to b_3, s_0 to s_5, all symbols free: formula and multiplication")
    yield from _radius()


def _section_6_6(number: int) -> Callable[[], Iterator[Finding]]:
    """The last lines of (58) to (60), cut at k = 5, against the enumeration of (33)."""

    def check() -> Iterator[Finding]:
        degree = number - 58
        a_, s, [found] = *_worked_symbols(), _worked(2)
        sequences = {"a": a_, "s": s}
        pairs: list[Pair] = []
        for place, printed in enumerate(sides(number)[2:], 2):
            side = printed
            for part in side.atoms(Sum):
                [(index, low, _)] = part.limits
                cut = sympy.Add(*(part.function.subs(index, e) for e in range(int(low), 6)))
                side = side.xreplace({part: cut})
            side = side.replace(lambda e: isinstance(e, sympy.Indexed), lambda e: sequences[str(e.base)][int(e.indices[0])])
            pairs.append((f"b_{degree}, line {place}", found[(degree,)], side))
        assert len(pairs) == 2
        yield compared("printed", pairs, "the lines read from LaTeX, terms k <= 5, and the enumeration of the constraints")

    return check


# ---- the laws: (6), (35), (36), (37) ----------------------------------------------------------------------------------------


def _no_power_series() -> Iterator[Finding]:
    """C c**(2/3) with c = t**3 is C t**2, a power series in c has powers of t**3; a_0 is 0, the value at 0."""
    yield by_verify("printed", "C*t**2", "a1*t**3 + a2*t**6", order=3, around={"t": 0})
    for law in ("C*c**(2/3)", "k/sqrt(c)"):
        try:
            assert ss.Law(law, ("c",)).expand(ss.TaylorSpace({"c": 0}, order=2)).coefficients is None
        except NotAnalyticError as error:
            yield Finding("printed", "refuted", str(error))


def _law_about_a_point() -> Iterator[Finding]:
    law = ss.Law("sigma_f + C*c**(2/3) + k/sqrt(d)", ("c", "d"))
    space = ss.TaylorSpace({"c": 8, "d": 4}, order=3)
    found = dict(zip(map(tuple, space.multi_indices.tolist()), law.expand(space).coefficients, strict=True))
    two, half, constant = Rational(2, 3), Rational(-1, 2), sympy.Symbol("sigma_f")
    pairs: list[Pair] = []
    for (p, q), seen in found.items():
        expected = constant if p == q == 0 else sympy.S.Zero
        expected += C * sympy.ff(two, p) / factorial(p) * 8 ** (two - p) if q == 0 else 0
        expected += k * sympy.ff(half, q) / factorial(q) * 4 ** (half - q) if p == 0 else 0
        pairs.append((f"({p}, {q})", sympy.nsimplify(expected), seen))
    yield compared("correct", pairs, "about c = 8, d = 4 to order 3: the binomial series")


def _law_expansion() -> Iterator[Finding]:
    yield from _no_power_series()
    yield from _law_about_a_point()


def _common_basis() -> Iterator[Finding]:
    yield from _law_expansion()
    u1, u2, s1, s2, w1, w2 = symbols("x1 x2 S1 S2 W1 W2")
    a_, b_ = symbols("a0:4"), symbols("b0:4")
    before = sum(
        p * (s1 * u1 + s2 * u2) ** e + q * (w1 * u1 + w2 * u2) ** e for e, (p, q) in enumerate(zip(a_, b_, strict=True))
    )
    after = sum(
        binomial(e, f) * (a_[e] * s1**f * s2 ** (e - f) + b_[e] * w1**f * w2 ** (e - f)) * u1**f * u2 ** (e - f)
        for e in range(4)
        for f in range(e + 1)
    )
    yield compared("printed", [("k <= 3", before, after)], "the regrouping alone, for free a_k and b_k")


def _whitening() -> Iterator[Finding]:
    rule = sides(37)[1]
    mean = next(s for s in rule.free_symbols if s.name != "k" and s != sigma)
    found = [rule.subs(k, place) for place in range(5)]
    true = [sympy.expand((z - mean) / sigma).coeff(z, place) for place in range(5)]
    yield compared("printed", in_order(true, found), "(z - mean)/sigma in powers of z")


# ---- softmax, ReLU, softplus: (18) to (28), (34) ----------------------------------------------------------------------------


def _softmax() -> Iterator[Finding]:
    yield is_read(18)
    total = " + ".join(f"exp({v})/(exp(x) + exp(y) + exp(z))" for v in "xyz")
    yield by_verify("printed", total, "1")


def _partition_function() -> Iterator[Finding]:
    yield is_read(19)


def _from_text(number: int, about: str = "printed", **options: Any) -> Callable[[], Iterator[Finding]]:
    def check() -> Iterator[Finding]:
        left, right = sides(number)[:2]
        yield by_verify(about, left, right, **options)

    return check


def _softmax_series() -> Iterator[Finding]:
    held = Sum(z**k / (Z * factorial(k)), (k, 0, sympy.oo))
    yield by_verify("condition", held, exp(z) / Z, assumptions={"Z": "positive"})
    true = derivatives(exp(x) / (exp(x) + 1), 3)
    yield compared("printed", in_order(true, [Rational(1, 2 * math.factorial(e)) for e in range(4)]), "two classes, z = (x, 0)")


def _softmax_coefficients() -> Iterator[Finding]:
    printed = Sum(z**k / (Z**k * factorial(k)), (k, 0, sympy.oo))
    yield by_verify("printed", printed, exp(z) / Z, assumptions={"Z": "positive"})
    yield by_verify("correct", Sum(z**k / (Z * factorial(k)), (k, 0, sympy.oo)), exp(z) / Z, assumptions={"Z": "positive"})


def _relu() -> Iterator[Finding]:
    yield is_read(22)
    yield by_verify("printed", sides(22)[1], "(x + abs(x))/2")


def _relu_coefficients() -> Iterator[Finding]:
    rule = sides(23)[1].subs(z, Rational(1, 2))
    assert rule == 1
    yield by_verify("printed", Sum(z**n, (n, 0, sympy.oo)), z, assumptions={"z": (0, 1)})
    found = ss.Network([ss.Activation("relu")], ("x",)).expand(ss.TaylorSpace({"x": 1}, order=4), scalars=QQ)
    moved = sympy.Poly(sum(sympy.Rational(str(v)) * (z - 1) ** e for e, v in enumerate(found.coefficients)), z)
    yield compared("correct", in_order([moved.coeff_monomial(z**e) for e in range(5)], [0, 1, 0, 0, 0]), "ReLU where z > 0")


def _linear_coefficients() -> Iterator[Finding]:
    rule = sides(24)[1]
    [index] = rule.free_symbols
    found = [rule.subs(index, place) for place in range(6)]
    yield compared("printed", in_order(derivatives(x, 5), found), "f(x) = x")


def _relu_jump() -> Iterator[Finding]:
    ends = [sympy.limit(Max(0, x), x, 0, side) for side in "+-"]
    assert ends == [0, 0] == [Max(0, 0)] * 2
    yield Finding("printed", "refuted", "both limits at 0 and the value there are 0")
    slopes = [sympy.limit(sympy.diff(p, x), x, 0) for p in (x, sympy.S.Zero)]
    yield same("correct", slopes, [1, 0], "the slope jumps from 0 to 1, so that no power series exists at 0")


def _slope_jump() -> Iterator[Finding]:
    slopes = [sympy.limit(sympy.diff(p, x), x, 0) for p in (x, sympy.S.Zero)]
    yield same("printed", slopes, [1, 0], "limits of the slope at 0 from right and left")


def _softplus_family() -> Iterator[Finding]:
    yield by_verify("printed", "log(1 + exp(x))", "log(1 + exp(alpha*x))/alpha", assumptions="alpha > 0")
    yield by_verify("correct", "log(1 + exp(x))", "log(1 + exp(1*x))/1")


def _substituted() -> Iterator[Finding]:
    yield by_verify(
        "printed", log(1 + exp(alpha * x)) / alpha, (log(z) / alpha).subs(z, 1 + exp(alpha * x)), assumptions="alpha > 0"
    )


def _logarithm() -> Iterator[Finding]:
    yield by_verify("printed", Sum(((z - 1) / z) ** k / k, (k, 1, sympy.oo)), log(z), assumptions="z > 1")


def _split_power() -> Iterator[Finding]:
    names = {"z": (1, 9), "k": "natural"}
    yield by_verify("printed", ((z - 1) / z) ** k, (z - 1) ** k * z ** (-k), assumptions=names)


def _lost_sign() -> Iterator[Finding]:
    line = exp(alpha * x * k) * (1 + exp(alpha * x)) ** (-k)
    before = ((z - 1) ** k * z ** (-k)).subs(z, 1 + exp(alpha * x))
    names = {"alpha": "positive", "k": "positive integer"}
    yield by_verify("printed", before, exp(alpha * x * k) * (1 + exp(alpha * x)) ** k, assumptions=names)
    yield by_verify("correct", before, line, assumptions=names)


def _cut_exponential() -> Iterator[Finding]:
    cut = Sum(alpha**n * x**n / factorial(n), (n, 0, 1))
    yield by_verify("printed", 1 + exp(alpha * x), 1 + cut.doit(), order=3, around={"x": 0})
    yield by_verify("correct", Sum(alpha**n * x**n / factorial(n), (n, 0, sympy.oo)), exp(alpha * x))


def powered(sequence: Sequence[Any], power: Any, top: int) -> list[Any]:
    """Return the coefficients of a series to a power by the recurrence of (25), a_j in it."""
    found = [sequence[0] ** power]
    for place in range(1, top + 1):
        terms = ((e * power - place + e) * sequence[e] * found[place - e] for e in range(1, place + 1))
        found.append(sympy.expand(sum(terms) / (place * sequence[0])))
    return found


def _power_of_series() -> Iterator[Finding]:
    a_ = symbols("a0:4")
    pairs: list[Pair] = []
    for power in range(1, 5):
        whole = sympy.expand(sum(v * x**e for e, v in enumerate(a_)) ** power)
        pairs += [(f"n = {power}, c_{e}", whole.coeff(x, e), v) for e, v in enumerate(powered(a_, power, 3))]
    yield compared("condition", pairs, "free a_0 to a_3, n <= 4, the recurrence with a_k c_(m-k) and multiplication")
    yield from _outside_geometric()


def _outside_geometric() -> Iterator[Finding]:
    assert sympy.limit(2**k, k, sympy.oo) == sympy.oo
    yield Finding("printed", "refuted", "a_k = 1 at x = 2, outside of the radius: the terms grow, there is no value")


def _power_recurrence() -> Iterator[Finding]:
    a_ = symbols("a0:3")
    whole = sympy.expand(sum(v * x**e for e, v in enumerate(a_)) ** 2)
    # c_1 = (1/a_0) sum_k c_k x**k as printed has the value of the whole series in it, and x
    printed = whole / a_[0]
    yield compared("printed", [("n = 2, c_1", whole.coeff(x, 1), sympy.expand(printed))], "the recurrence")
    pairs = [(f"n = 2, c_{e}", whole.coeff(x, e), v) for e, v in enumerate(powered(a_, 2, 2))]
    yield compared("correct", pairs, "sum_k (kn - m + k) a_k c_(m-k)/(m a_0)")


def _exponential_power(name: str) -> Callable[[], Iterator[Finding]]:
    def check() -> Iterator[Finding]:
        true = [(k * alpha) ** e / factorial(e) for e in range(5)]
        printed = [sympy.S.One]
        for place in range(1, 5):
            terms = ((e * k - place + e) * alpha**place / factorial(place) * printed[place - e] for e in range(1, place + 1))
            printed.append(sympy.expand(sum(terms) / place))
        yield compared("printed", in_order(true, printed, name), "the power of the exponential series, (k alpha)**l/l!")
        found = powered([alpha**e / factorial(e) for e in range(5)], k, 4)
        yield compared("correct", in_order(true, found, name), "with alpha**j/j!")

    return check


def _numerator() -> Iterator[Finding]:
    found = powered([alpha**e / factorial(e) for e in range(6)], k, 5)
    yield compared("printed", in_order(derivatives(exp(k * alpha * x), 5), found), "sum_m c_m x**m = e**(k alpha x)")


def _binomial_of_exponentials() -> Iterator[Finding]:
    yield by_verify("printed", Sum(binomial(k, i) * E**i, (i, 0, k)), (1 + E) ** k, assumptions={"E": "positive"})


def _reciprocal_binomials() -> Iterator[Finding]:
    printed = sum(Rational(1, math.comb(2, e)) for e in range(3))
    yield compared("printed", [("k = 2, x = 0", sympy.Integer(4), printed)], "the denominator (1 + e**(alpha x))**k")
    yield from _denominator_right()


def _denominator_right() -> Iterator[Finding]:
    pairs: list[Pair] = []
    for power in (1, 2, 3):
        true = derivatives((1 + exp(alpha * x)) ** power, 4)
        found = [
            sum(math.comb(power, e) * (e * alpha) ** place for e in range(power + 1)) / factorial(place) for place in range(5)
        ]
        pairs += in_order(true, found, f"k = {power}, d'")
    yield compared("correct", pairs, "d'_n = sum_i binomial(k, i) (i alpha)**n/n!")


def _exchanged() -> Iterator[Finding]:
    rows = [[(e * alpha) ** place / factorial(place) for place in range(4)] for e in range(4)]
    before = sum(Rational(1, math.comb(3, e)) * sum(v * x**p for p, v in enumerate(row)) for e, row in enumerate(rows))
    after = sum(sum(Rational(1, math.comb(3, e)) * row[p] for e, row in enumerate(rows)) * x**p for p in range(4))
    yield compared("printed", [("k = 3, n <= 3", sympy.expand(before), sympy.expand(after))], "the two orders of summation")


def _named() -> Iterator[Finding]:
    yield Finding("printed", "consistent", "it gives the coefficient of x**n in the line above a name")


def _primed() -> Iterator[Finding]:
    printed = sum(Rational(1, math.comb(2, e)) for e in range(3))
    yield compared("printed", [("k = 2, d'_0", sympy.Integer(4), printed)], "(1 + e**(alpha x))**2 at x = 0")
    yield from _denominator_right()


def quotient(above: Sequence[Any], below: Sequence[Any]) -> list[Any]:
    """Return c of (27) by (28)."""
    found: list[Any] = []
    for place, term in enumerate(above):
        rest = sum(found[place - e] * below[e] for e in range(1, place + 1))
        found.append(sympy.expand(term - rest / below[0]))
    return found


def _quotient() -> Iterator[Finding]:
    a_, b_ = symbols("a0:4"), symbols("b0:4")
    found = quotient(b_, a_)
    product = sympy.expand(sum(v * x**e for e, v in enumerate(found)) * sum(v * x**e for e, v in enumerate(a_)))
    pairs = [(f"x**{e}", sympy.expand(a_[0] * b_[e]), sympy.simplify(product.coeff(x, e))) for e in range(4)]
    yield compared("condition", pairs, "a_0 != 0, free a and b to order 3: a_0 sum b = (sum c)(sum a)")
    yield from _outside_geometric()


def _quotient_recurrence() -> Iterator[Finding]:
    a_, b_ = symbols("a0:4"), symbols("b0:4")
    whole = sympy.series(a_[0] * sum(v * x**e for e, v in enumerate(b_)) / sum(v * x**e for e, v in enumerate(a_)), x, 0, 4)
    true = [sympy.simplify(whole.removeO().coeff(x, e)) for e in range(4)]
    pairs = [
        (f"n = {e}", sympy.S.Zero, sympy.simplify(true[e] + sum(true[e - f] * a_[f] for f in range(1, e + 1)) / a_[0] - b_[e]))
        for e in range(4)
    ]
    yield compared("printed", pairs, "the coefficients c_0 to c_3 of a_0 (sum b)/(sum a)")


def _softplus_parts(power: int, top: int) -> tuple[list[Any], list[Any]]:
    above = [(power * alpha) ** e / factorial(e) for e in range(top + 1)]
    below = [sum(math.comb(power, f) * (f * alpha) ** e for f in range(power + 1)) / factorial(e) for e in range(top + 1)]
    return above, below


def _softplus_quotient() -> Iterator[Finding]:
    above, below = _softplus_parts(1, 2)
    true = quotient(above, below)
    printed = [above[0]]
    for place in (1, 2):
        printed.append(sum(above[place] - printed[place - e] * below[e] for e in range(1, place + 1)))
    yield compared("printed", in_order(true, printed, "b"), "k = 1")
    pairs: list[Pair] = []
    for power in (1, 2, 3):
        wanted = [2**power * v for v in derivatives((1 / (1 + exp(-alpha * x))) ** power, 4)]
        pairs += in_order(wanted, quotient(*_softplus_parts(power, 4)), f"k = {power}, b")
    yield compared("correct", pairs, "b_m = c_m - sum_j b_(m-j) d'_j/d'_0")


def _lost_factor() -> Iterator[Finding]:
    yield Finding("printed", "refuted", "at x = 0 its sum over k is that of 1/k, which diverges; the left side is ln 2/alpha")
    assert sympy.Sum(1 / k, (k, 1, sympy.oo)).is_convergent() == False  # noqa: E712 - SymPy's own value
    yield by_verify("correct", Sum(Rational(1, 2) ** k / k, (k, 1, sympy.oo)), log(2))


def _softplus_rule() -> Iterator[Finding]:
    """Sum over all k of the coefficients of 2**(-k) e**(k alpha x - k log((1 + e**(alpha x))/2))/(alpha k)."""
    yield from _lost_factor()
    inner = [v - w for v, w in zip([0, alpha, 0, 0, 0], derivatives(log((1 + exp(alpha * x)) / 2), 4), strict=True)]
    powers = sympy.series(exp(k * sum(v * x**e for e, v in enumerate(inner))), x, 0, 5).removeO()
    true = derivatives(log(1 + exp(alpha * x)) / alpha, 4)
    pairs: list[Pair] = [("n = 0", true[0], log(2) / alpha)]
    for place in range(1, 5):
        terms = sympy.Poly(sympy.expand(sympy.expand(powers).coeff(x, place) / (alpha * k)), k)
        found = sum(v * Sum(k ** e[0] / 2**k, (k, 1, sympy.oo)).doit() for e, v in terms.terms())
        pairs.append((f"n = {place}", true[place], sympy.expand(found)))
    yield compared("correct", pairs, "sum_k b_n/(alpha k d'_0), d'_0 = 2**k, over all k")


def _softplus_definition() -> Iterator[Finding]:
    yield is_read(34)
    yield by_verify(
        "printed", sympy.Derivative(log(1 + exp(alpha * z)) / alpha, z), 1 / (1 + exp(-alpha * z)), assumptions="alpha > 0"
    )


def _softplus_limit() -> Iterator[Finding]:
    formula = Limit(log(1 + exp(alpha * z)) / alpha, alpha, sympy.oo)
    for sign, end in ((">", z), ("<", sympy.S.Zero)):
        yield by_verify("printed", formula, end, assumptions=f"z {sign} 0")
    yield by_verify("printed", Limit(log(2) / alpha, alpha, sympy.oo), 0)


# ---- the logistic sigmoid: (49) to (57) -------------------------------------------------------------------------------------

LOGISTIC = 1 / (1 + exp(-x))
TOP = 9


def _logistic() -> Iterator[Finding]:
    yield is_read(49)
    yield by_verify("printed", sides(49)[1], "1/2 + tanh(x/2)/2")


def _diverges(number: int, line: int, name: sympy.Symbol, place: dict[sympy.Symbol, Any]) -> Finding:
    """The terms of a series for the logistic function at 4, beyond its radius pi, grow."""
    found = [abs(v.subs(place)) * 4**e for e, v in enumerate(series(sides(number)[line], 7, name))][1:]
    values = [sympy.N(v, 30) for v in found if v != 0]
    assert values == sorted(values)
    assert len(values) == 4
    return Finding("printed", "refuted", f"at {name} = 4 > pi its terms grow, from order 1 to 7; the function is finite there")


def _euler_polynomials() -> Iterator[Finding]:
    left, right = sides(50)
    found = [sympy.expand(v) for v in series(right, 6, t)]
    yield compared("condition", in_order(derivatives(left, 6, t), found), "|t| < pi, coefficients of t**0 to t**6, x free")
    yield _diverges(50, 1, t, {x: 0})


def _lost_power() -> Iterator[Finding]:
    true = derivatives(LOGISTIC, 3)
    yield compared("printed", [("coefficient of x", true[1], sympy.S.Zero)], "the right side is free of x")
    corrected = Sum(euler(n, 0) * (-x) ** n / factorial(n), (n, 0, sympy.oo)) / 2
    yield compared("correct", in_order(derivatives(LOGISTIC, TOP), series(corrected, TOP)), "with x**n, |x| < pi")


def _euler_bernoulli() -> Iterator[Finding]:
    left, right = sides(52)
    assert right.subs(n, 0) == -1  # SymPy has B_1 = +1/2
    yield compared("printed", [("n = 0", left.subs(n, 0), right.subs(n, 0))], "with B_1 = +1/2, the other convention")
    held = right.replace(bernoulli, sympy.Function("B"))
    older = {sympy.Function("B")(e): Rational(-1, 2) if e == 1 else bernoulli(e) for e in range(1, 14)}
    pairs = [(f"n = {e}", left.subs(n, e), held.subs(n, e).xreplace(older)) for e in range(13)]
    yield compared("condition", pairs, "B_1 = -1/2, E_0(0) to E_12(0)")
    # the generating functions of both sides, times t: all n at once
    yield by_verify("condition", "2*t/(1 + exp(t))", "-2*(2*t/(exp(2*t) - 1) - t/(exp(t) - 1))")


def _even_euler() -> Iterator[Finding]:
    pairs = [(f"E_{e}(0)", sympy.S.Zero, euler(e, 0)) for e in range(2, 21, 2)]
    yield compared("printed", pairs, "even index")
    # 2/(1 + e**t) - 1 is odd: no even power but the constant
    yield by_verify("printed", "2/(1 + exp(t)) - 1", "-(2/(1 + exp(-t)) - 1)")


def _logistic_series(number: int, line: int) -> Callable[[], Iterator[Finding]]:
    def check() -> Iterator[Finding]:
        found = series(sides(number)[line], 7)
        yield compared("condition", in_order(derivatives(LOGISTIC, 7), found), "|x| < pi, coefficients to x**7")
        yield _diverges(number, line, x, {})

    return check


def _cosines() -> Iterator[Finding]:
    right = sides(54)[1]
    yield compared("printed", [("E_1(0)", euler(1, 0), _cosine_sum(right, 1, 0))], "n = 1, x = 0")
    fixed = [
        (f"n = {e}, x = {p}", euler(2 * e - 1, p), sympy.simplify(pi * _cosine_sum(right, e, p)))
        for e in (1, 2)
        for p in (0, 1)
    ]
    yield compared("correct", fixed, "times pi, at both ends of [0, 1]")
    yield from _cosine_coefficients()


def _cosine_sum(formula: sympy.Expr, order: int, place: int) -> sympy.Expr:
    """Return the right side of (54) at x = 0 or 1, where every cosine is 1 or every one -1, by zeta(2n)."""
    front = formula.replace(lambda e: isinstance(e, Sum), lambda _: sympy.S.One).subs(n, order)
    return sympy.simplify(front * (-1) ** place * (1 - Rational(1, 4) ** order) * zeta(2 * order))


def _cosine_coefficients() -> Iterator[Finding]:
    """The Fourier coefficients of E_(2n-1) on [0, 1], by integration, for n = 1, 2 and the first cosines."""
    pairs: list[Pair] = []
    for order, wave in itertools.product((1, 2), range(1, 6)):
        found = 2 * sympy.integrate(sympy.expand(euler(2 * order - 1, x)) * sympy.cos(wave * pi * x), (x, 0, 1))
        size = (-1) ** order * 4 * factorial(2 * order - 1) / pi ** (2 * order) / wave ** (2 * order)
        pairs.append((f"n = {order}, cos {wave} pi x", size if wave % 2 else sympy.S.Zero, sympy.simplify(found)))
    yield compared("correct", pairs, "Fourier coefficients by integration, with pi**(2n), for 0 <= x <= 1")


def _at_zero() -> Iterator[Finding]:
    right = sides(55)[1]
    front = right.replace(lambda e: isinstance(e, Sum), lambda _: sympy.S.One)
    totals = {e: front.subs(n, e) * Sum(1 / (2 * k + 1) ** (2 * e), (k, 0, sympy.oo)).doit() for e in (1, 2, 3)}
    pairs = [(f"n = {e}", euler(2 * e - 1, 0), sympy.simplify(v)) for e, v in totals.items()]
    yield compared("printed", pairs, "E_1(0)")
    fixed = [(f"n = {e}", euler(2 * e - 1, 0), sympy.simplify(pi * v)) for e, v in totals.items()]
    yield compared("correct", fixed, "times pi")


def _rule_57() -> Iterator[Finding]:
    rule = sides(57)[-1]
    found = [value(_case(rule, e)) for e in range(TOP + 1)]
    yield compared("condition", in_order(derivatives(LOGISTIC, TOP), found, "a"), "|x| < pi, a_0 to a_9")
    older = Sum(bernoulli(2 * n) * (4**n - 1) * x ** (2 * n - 1) / factorial(2 * n), (n, 1, sympy.oo))
    yield by_verify("condition", older, LOGISTIC - Rational(1, 2), assumptions={"x": (1, 3)})
    numbers = [(4**e - 1) * bernoulli(2 * e) / factorial(2 * e) for e in range(1, (TOP + 1) // 2 + 1)]
    yield compared("condition", in_order(numbers, found[1::2]), "zeta(2n) by Bernoulli numbers, odd coefficients")
    values = [sympy.N(abs(v) * 4**e, 30) for e, v in enumerate(found) if v != 0][1:]
    assert values == sorted(values)
    yield Finding("printed", "refuted", "at x = 4 > pi the terms grow, from order 1 to 9; the function is finite there")


def _case(rule: sympy.Expr, place: int) -> sympy.Expr:
    """Return the branch of (57) for a number: 0, odd or even."""
    branches = [branch for branch, _ in rule.args]
    return (branches[0] if place == 0 else branches[1] if place % 2 else branches[2]).subs(n, place)


# ---- text claims of 3.2.4 and 3.2.5 -----------------------------------------------------------------------------------------


def _composed() -> Iterator[Finding]:
    t1, t2, t3 = symbols("Theta1 Theta2 Theta3")
    yield compared("printed", [("f(u) = u", t3 * t2 * t1 * x, t3 * t1 * t1 * x)], "three layers of one neuron")
    net = ss.Network([ss.Affine([[w]]) for w in (t1, t2, t3)], ("x",))
    yield compared("correct", [("f(u) = u", net.expression(), t3 * t2 * t1 * x)], "three layers of one neuron")


def _first_coefficients() -> Iterator[Finding]:
    z1, z2 = symbols("z1 z2")
    yield compared("printed", [("x_1", z1, z1 + z2)], "w = 2, with a_(1,0) = a_(0,1) = 1 for i = 1")
    entries = [{(1, 0): 1}, {(0, 1): 1}]
    found = layer_coefficients(entries, [[1, 0], [0, 1]], [0, 1], [(0, 0), (1, 0), (0, 1)])
    yield same("correct", found, entries, "a^(i)_n = 1 for the i-th unit index, identity layer")


def _no_error() -> Iterator[Finding]:
    two = [ss.Affine([[1]]), ss.Activation("sigmoid"), ss.Affine([[2]]), ss.Activation("sigmoid")]
    cut = paper_coefficients(ss.Network(two, ("x",)), ss.TaylorSpace({"x": 0}, order=6), scalars=QQ).coefficients[0]
    yield by_verify("printed", sympy.Rational(str(cut)), 1 / (1 + exp(-1)))
    both = ss.Network([ss.Affine([[1, 1]]), ss.Activation("tanh")], ("x", "y"))
    space = ss.TaylorSpace({"x": 0, "y": 0}, order=2, index_set="tensor")
    printed = paper_coefficients(both, space, scalars=QQ).coefficient((2, 1))
    true = both.expand(space, scalars=QQ).coefficient((2, 1))
    pair = ("the coefficient of x**2 y", sympy.Rational(str(true)), sympy.Rational(str(printed)))
    yield compared("printed", [pair], "tanh(x + y), K = 2 for each variable")
    net = ss.Network(
        [
            ss.Affine([[Fraction(1, 2), 1], [2, Fraction(-1, 3)]]),
            ss.Activation("tanh"),
            ss.Affine([[1, Fraction(3, 2)]]),
            ss.Activation("tanh"),
        ],
        ("x", "y"),
    )
    total = ss.TaylorSpace({"x": 0, "y": 0}, order=4)
    pairs = zip(
        paper_coefficients(net, total, scalars=QQ).coefficients, net.expand(total, scalars=QQ).coefficients, strict=True
    )
    fractions = [(f"coefficient {e}", sympy.Rational(str(p)), sympy.Rational(str(q))) for e, (p, q) in enumerate(pairs)]
    yield compared("correct", fractions, "constant terms 0, total degree <= 4, two layers of tanh")


def _cost() -> Iterator[Finding]:
    for top in range(1, 13):
        assert sum(1 for _ in partitions(top, top)) == _all_partitions(top)
    for top in range(1, 25):  # into at most three parts: the nearest whole number to (K + 3)**2/12
        assert sum(1 for _ in partitions(3, top)) == round(Fraction((top + 3) ** 2, 12)) >= Fraction(top**2, 12)
    for top, letters in ((6, 1), (3, 2)):  # an unordered triple has at most six orders
        assert sum(1 for _ in partitions(3, (top,) * letters)) * 6 >= math.comb(top + 2, 2) ** letters
    assert _all_partitions(60) == 966467
    words = "w = 1: the term k = K of b_K alone has p(K) >= K**2/12 solutions, more than any multiple of K; p(60) = 966467"
    yield Finding("printed", "refuted", words)
    yield Finding("correct", "proved", "for k = K <= 12 the solutions, all enumerated, are as many as the partitions of K")


def _all_partitions(total: int) -> int:
    return int(sympy.functions.combinatorial.numbers.partition(total))


# ---- Table 1 ----------------------------------------------------------------------------------------------------------------

FUNCTIONS: dict[str, sympy.Expr] = {
    "C a^x": C * exp(x * log(a)),
    r"C e^{-\beta x}": C * exp(-beta * x),
    "C x^{-1/2}": C / sympy.sqrt(1 + x),
    r"C(1+x)^\alpha": C * (1 + x) ** alpha,
    r"C \ln(1+x)": C * log(1 + x),
}


def coefficient(column: str, place: int) -> sympy.Expr:
    """Return a Taylor coefficient at 0 of the function of a column."""
    return sympy.expand(sympy.diff(FUNCTIONS[column], x, place).subs(x, 0)) / math.factorial(place)


def _entry(column: str, place: int, text: str, correct: str = "") -> Callable[[], Iterator[Finding]]:
    def check() -> Iterator[Finding]:
        for about, formula in (("printed", text), *([("correct", correct)] if correct else [])):
            yield compared(about, [(f"a_{place}", coefficient(column, place), read_latex(formula))], "the derivative at 0")

    return check


def _general(column: str, text: str, correct: str = "", first: int = 0) -> Callable[[], Iterator[Finding]]:
    def check() -> Iterator[Finding]:
        for about, formula in (("printed", text), *([("correct", correct)] if correct else [])):
            rule = read_latex(formula)
            pairs = [(f"n = {e}", coefficient(column, e), rule.subs(n, e).doit()) for e in range(first, 6)]
            yield compared(about, pairs, "the derivatives at 0")

    return check


def _root_header() -> Iterator[Finding]:
    yield _pole()
    pairs = [
        (f"a_{e}", coefficient("C x^{-1/2}", e), read_latex(s)) for e, s in enumerate(("C", r"-\frac{1}{2}C", r"\frac{3}{8}C"))
    ]
    yield compared("correct", pairs, "the entries are those of C (1 + x)**(-1/2)")


def _pole() -> Finding:
    try:
        assert ss.Law("C/sqrt(x)", ("x",)).expand(ss.TaylorSpace({"x": 0}, order=2)).coefficients is None
    except NotAnalyticError as error:
        assert sympy.limit(1 / sympy.sqrt(x), x, 0, "+") == sympy.oo
        return Finding("printed", "refuted", str(error))
    raise AssertionError("a power series of x**(-1/2) at 0")


def _root_entry(place: int, text: str) -> Callable[[], Iterator[Finding]]:
    def check() -> Iterator[Finding]:
        yield _pole()
        yield compared("condition", [(f"a_{place}", coefficient("C x^{-1/2}", place), read_latex(text))], "C (1 + x)**(-1/2)")

    return check


def _monomial() -> Iterator[Finding]:
    pairs = [
        (f"n = {e}, k = {f}", (C * x**e).coeff(x, f) if f else (C * x**e).subs(x, 0), C if e == f else sympy.S.Zero)
        for e in range(5)
        for f in range(5)
    ]
    yield compared("printed", pairs, "C x**n")


def _constraint(
    left: object, right: object, bounds: str, ends: Callable[[], Finding] | None = None
) -> Callable[[], Iterator[Finding]]:
    def check() -> Iterator[Finding]:
        yield by_verify("printed", left, right, assumptions=bounds)
        if ends:
            yield ends()

    return check


def _logarithm_ends() -> Finding:
    found = by_verify("printed", Sum((-1) ** (n + 1) / n, (n, 1, sympy.oo)), log(2))
    assert Sum(-1 / n, (n, 1, sympy.oo)).is_convergent() == False  # noqa: E712 - SymPy's own value
    return Finding(found.about, found.status, f"x = 1 included: {found.how}; x = -1 not: the sum of 1/n diverges")


# ---- the rows ---------------------------------------------------------------------------------------------------------------


def _row(
    place: str, verdict: str, check: Callable[[], Iterable[Finding]], remark: str = "", correct: str = "", shown: str = ""
) -> Row:
    number = re.fullmatch(r"\((\d+)\)", place)
    text = shown or (EQUATIONS[int(number[1])].strip().rstrip(".") if number else "")
    return Row(place, text, verdict, remark, correct, check)


_SERIES = r"\sigma(x) = s_0 + s_1 x + s_2 x^2 + \cdots = \sum_{k=0}^{\infty} s_k x^k"
_INPUTS = r"x_i = \sum_{n_1, \dots, n_w} a_{n_1, \dots, n_w}^{(i)} z_1^{n_1} \cdots z_w^{n_w}"
_OUTPUTS = r"y_i = \sum_{n_1, \dots, n_w} b_{n_1, \dots, n_w}^{(i)} z_1^{n_1} \cdots z_w^{n_w}"
_LAYER = r"y_i = [\sigma(\Theta\mathbf{x})]_i = \sum_k s_k (\theta_i \mathbf{x})^k = \dots"
_B = (
    r"b_m^{(i)} = \sum_k s_k \sum_{k_1+\dots+k_d=k} \binom{k}{k_1,\dots,k_d} \prod_j \theta_{ij}^{k_j}"
    r" \sum_{\|\mathbf{L}\|_1 = k_j,\ \sum n\, l_n = m} \binom{k_j}{\mathbf{L}} (a_n^{(j)})^{l_n}"
)
_B_RIGHT = (
    r"b_m^{(i)} = \sum_k s_k \sum_{k_1+\dots+k_d=k} \binom{k}{k_1,\dots,k_d}"
    r" \sum_{\sum_j \sum_n n\, l_n^{(j)} = m} \prod_j \theta_{ij}^{k_j} \binom{k_j}{\mathbf{L}_j} \prod_n (a_n^{(j)})^{l_n^{(j)}}"
)
_POWER = r"m_p = \sum_{j=1}^{d} \sum_{n} n_p\, l_n^{(j)}, \quad p = 1, \dots, w"
_LAW_RIGHT = (
    r"\sigma_y = \sigma_f + C \sum_k \binom{2/3}{k} c_0^{2/3-k} (c - c_0)^k"
    r" + k \sum_j \binom{-1/2}{j} d_0^{-1/2-j} (d - d_0)^j"
)
_NO_SERIES = (
    "neither x**(2/3) nor x**(-1/2) has a power series at 0, so that no such a_k, b_k exist; about c_0, d_0 > 0 they do"
)
_ALONE = "each input is asked for all of z**m; the powers add up over the inputs; right for one input"
_OPEN = "where |x| is below the radius of convergence of sigma at 0 (pi for the sigmoid, pi/2 for tanh); analytic on R is not enough"
_FORMAL = "as formal series where the constant term theta_i a_0 is 0; else where sum_j |theta_ij| sum_n |a_n^(j) z**n| is below the radius"


def _layer_rows(numbers: Sequence[int], section: str) -> Iterator[Row]:
    """Yield the rows of one of the three printings of the layer: sigma, x, the relation, y, and the chain."""
    sigma_, inputs, relation, *rest = numbers
    yield _row(f"({sigma_})", "conditional", _sigmoid_radius, _OPEN, r"|x| < R", _SERIES)
    yield _row(f"({inputs})", "definition", _series_of_entries(inputs), "of the a; n from 0", "", _INPUTS)
    yield _row(f"({relation})", "definition", _layer_meaning, "without a bias, which joins the constant term of theta_i x")
    if len(rest) == 2:
        yield _row(f"({rest[0]})", "definition", _series_of_entries(rest[0]), "of the b", "", _OUTPUTS)
    yield _row(f"({rest[-1]})", "conditional", _chain, _FORMAL, "", _LAYER)
    yield _row(
        f"{section}, the collection L", "misprint", _collection, "the first line prints l_0, ..., 0 where an index of w entries stands",
        r"\mathbf{L} = l_{0, \dots, 0}, \dots, l_{\infty, \dots, \infty}", r"\mathbf{L} = l_0, \dots, 0, \dots, l_\infty, \dots, \infty",
    )  # fmt: skip


def _constraint_rows(numbers: Sequence[int], section: str) -> Iterator[Row]:
    """Yield the rows of one printing of the constraints."""
    index, norm, power, higher, finite = (f"({number})" for number in numbers)
    yield _row(index, "holds", _index_constraint)
    yield _row(norm, "holds", _index_constraint, "for each j with a collection L_j of its own")
    yield _row(power, "wrong", _power_constraint, f"{_ALONE}; besides, m_3 in the last line is m_w", _POWER)
    yield _row(higher, "holds", _no_higher, "also for the powers of all inputs together")
    yield _row(finite, "wrong", _finite_power_constraint, _ALONE, _POWER + r",\ 0 \le n \le m")
    yield _pulled(section)


def _pulled(section: str) -> Row:
    return _row(
        f"{section}, the value pulled out", "misprint", _pulled_value, "j and n stand free: the products over them, which the chain has, are lost",
        r"s_k \binom{k}{k_1, \dots, k_d} \prod_j \binom{k_j}{\mathbf{L}_j} \theta_{ij}^{k_j} \prod_n (a_n^{(j)})^{l_n^{(j)}}",
        r"s_k \binom{k}{k_1, \dots, k_d} \binom{k_j}{\mathbf{L}} \theta_{ij}^{k_j} (a_n^{(j)})^{l_n}",
    )  # fmt: skip


def _formula_row(place: str) -> Row:
    words = f"{_ALONE}; besides, the product over n is lost and the first constraint, the norm of L, is garbled"
    return _row(place, "wrong", _coefficient_formula, words, _B_RIGHT, _B)


def _text_rows() -> Iterator[Row]:
    yield _row(
        "3.2.4, composition", "misprint", _composed, "three layers need three matrices; one stands twice, one is lost",
        r"\mathbf{y} = f(\Theta_3 f(\Theta_2 f(\Theta_1 \mathbf{x})))", r"\mathbf{y} = f(\Theta_3 f(\Theta_1 f(\Theta_1 \mathbf{x})))",
    )  # fmt: skip
    yield _row(
        "3.2.4, first coefficients", "misprint", _first_coefficients, "the superscript (i) is lost: x_i has one of them",
        r"a^{(i)}_{e_i} = 1", r"a_{1,0,\dots,0} = a_{0,1,\dots,0} = \dots = a_{0,\dots,0,1} = 1",
    )  # fmt: skip
    yield _row(
        "3.2.4, no error in orders 0 to K", "wrong", _no_error,
        "a constant term other than 0 brings every k into every order, and the maximum power on any variable is not the total "
        "degree; right where all constant terms are 0 and K is the total degree, or with sigma expanded at each constant term",
        r"\sigma(u) = \sum_k s_k(u_0) (u - u_0)^k", r"\sum_{k=0}^{K} s_k x^k \text{: orders } 0, 1, \dots, K \text{ have no error}",
    )  # fmt: skip
    yield _row(
        "3.2.5, cost", "wrong", _cost,
        "every l_n runs from 0 to K, and there are (K+1)**w of them; their solutions alone, at least binomial(K+2, 2)**w/6 of them with k = 3, are more than O(K**w)",
        r"(K+1)^{(K+1)^w} \text{ trials}; \ p(K) \sim e^{\pi\sqrt{2K/3}}/(4\sqrt{3} K) \text{ solutions, } w = 1", r"\mathcal{O}(K^w)",
    )  # fmt: skip


def _law_rows() -> Iterator[Row]:
    law = (
        r"\sigma_y = \sigma_f + \sum_{k} \sum_{l_1} \binom{k}{l_1, l_2} \left(a_k \prod_m (\mathbf{S}_{\text{solute}})_m^{l_m}"
        r" + b_k \prod_m (\mathbf{S}_{\text{Hall-Petch}})_m^{l_m}\right) \prod_m \mathbf{x}_m^{l_m}"
    )
    yield _row(
        "(6)",
        "wrong",
        _common_basis,
        f"{_NO_SERIES}; l_2 = k - l_1 is not said; the regrouping is right",
        _LAW_RIGHT,
        law.replace("(a_k", r"(\alpha_k"),
    )
    yield _row(
        "(35)",
        "wrong",
        _law_expansion,
        _NO_SERIES,
        _LAW_RIGHT,
        r"\sigma_y = \sigma_f + C[c]^{2/3} + \frac{k}{\sqrt{d}} = \sigma_f + \sum_k a_k [c]^k + \sum_k b_k d^k",
    )
    yield _row("(36)", "wrong", _common_basis, f"{_NO_SERIES}; the regrouping is right", _LAW_RIGHT, law)
    yield _row("(37)", "holds", _whitening, "sigma, the standard deviation, is not 0")


def _activation_rows() -> Iterator[Row]:
    yield _row("(18)", "definition", _softmax, "k counts the classes here and the powers in (20)")
    yield _row("(19)", "definition", _partition_function, "Z is a number, though bold")
    yield _row("(20)", "holds", _from_text(20))
    yield _row(
        "(21)",
        "conditional",
        _softmax_series,
        "only with Z held, which depends on z_i: no power series in z_i with coefficients free of it",
        r"Z \text{ held}",
    )
    yield _row(
        "6.1, after (21)", "misprint", _softmax_coefficients, "(20) over (19) has Z once in every term, and Z**k would give e**(z/Z)",
        r"\alpha_k = \frac{1}{Z\, k!}", r"\alpha_k = \frac{1}{\mathbf{Z}^k k!}",
    )  # fmt: skip
    yield _row("(22)", "definition", _relu)
    yield _row(
        "(23)", "misprint", _relu_coefficients, "1 for every n is the series of 1/(1 - z); n = 1, which (24) has, is lost",
        r"\alpha_n = \begin{cases} 1 & z > 0, n = 1 \\ 0 & \text{otherwise} \end{cases}",
    )  # fmt: skip
    yield _row("(24)", "holds", _linear_coefficients)
    yield _row(
        "6.2, discontinuity", "wrong", _relu_jump, "ReLU is continuous at 0, its slope jumps; no series, not even an infinite one, captures it",
        r"f'(0^-) = 0 \ne f'(0^+) = 1", r"\text{ReLU: ``its discontinuity at } x = 0 \text{ requires an infinite series''}",
    )  # fmt: skip
    yield _row(
        "6.2, slope of ReLU",
        "holds",
        _slope_jump,
        shown=r"\sigma(z) = \max(0, z) \text{ is discontinuous in the first derivative at } 0",
    )
    yield _row("(34)", "definition", _softplus_definition, "its radius is pi/alpha: the nearer to ReLU, the smaller the disc")
    yield _row(
        "6.2, limit of (34)",
        "holds",
        _softplus_limit,
        shown=r"\lim_{\alpha\to\infty} \frac{1}{\alpha} \ln(1 + e^{\alpha z}) = \max(0, z)",
    )


def _softplus_rows() -> Iterator[Row]:
    def row(line: str, *given: Any, **named: Any) -> Row:
        return _row(f"6.2, softplus, {line}", *given, **named)

    f = r"= \frac{1}{\alpha} \sum_{k=1}^{\infty} \frac{1}{k}"
    e = r"\Big(1 + \sum_{n=0}^{\infty} \frac{\alpha^n x^n}{n!}\Big)"
    yield row(
        "line 1",
        "wrong",
        _softplus_family,
        "the second is another function for every alpha but 1",
        r"f_\alpha(x) := \frac{1}{\alpha}\log(1 + e^{\alpha x}), \quad f = f_1",
        r"f(x) = \log(1 + e^x) = \frac{1}{\alpha}\log(1 + e^{\alpha x}), \quad \alpha > 0",
    )
    yield row("line 2", "holds", _substituted, shown=r"= \frac{1}{\alpha} \log(z), \quad z = 1 + e^{\alpha x}")
    yield row("line 3", "holds", _logarithm, "z > 1 here", shown=rf"{f} \left(\frac{{z-1}}{{z}}\right)^k")
    yield row("line 4", "holds", _split_power, shown=rf"{f} (z-1)^k z^{{-k}}")
    yield row(
        "line 5",
        "misprint",
        _lost_sign,
        "the lines before and after have the power -k",
        rf"{f} e^{{\alpha x k}} (1 + e^{{\alpha x}})^{{-k}}",
        rf"{f} e^{{\alpha x k}} (1 + e^{{\alpha x}})^k",
    )
    yield row(
        "line 6",
        "misprint",
        _cut_exponential,
        "the exponential series ends at k; two lines on it does not end",
        rf"{f} \Big(\sum_m \frac{{\alpha^m x^m}}{{m!}}\Big)^k {e}^{{-k}}",
        rf"{f} \Big(\sum_m \frac{{\alpha^m x^m}}{{m!}}\Big)^k \Big(1 + \sum_{{n=0}}^k \frac{{\alpha^n x^n}}{{n!}}\Big)^{{-k}}",
    )
    yield _row("(25)", "conditional", _power_of_series, "as formal series for n = 0, 1, 2, ...; as numbers inside the radius")
    yield _row(
        "6.2, after (25)",
        "misprint",
        _power_recurrence,
        "c_m cannot depend on x: the sum of (25) stands in place of its own; the next line uses the right one; a_0 is not 0",
        r"c_m = \frac{1}{m a_0} \sum_{k=1}^{m} (kn - m + k)\, a_k c_{m-k}",
        r"c_0 = a_0^n, \quad c_m = \frac{1}{m a_0} \sum_{k=0}^{\infty} c_k x^k",
    )
    for letter, power, line in (("c", "k", "c_l"), ("d", "i", "d_l")):
        yield row(
            line, "misprint", _exponential_power(letter), "the recurrence has a_j, which is alpha**j/j!",
            rf"{letter}_l = \frac{{1}}{{l}} \sum_{{j=1}}^{{l}} (j{power} - l + j) \frac{{\alpha^j}}{{j!}} {letter}_{{l-j}} = \frac{{({power}\alpha)^l}}{{l!}}",
            rf"{letter}_l = \frac{{1}}{{l}} \sum_{{j=1}}^{{l}} (j{power} - l + j) \frac{{\alpha^l}}{{l!}} {letter}_{{l-j}}",
        )  # fmt: skip
    yield row("line 7", "holds", _numerator, "with the right c_m", shown=rf"{f} \sum_m c_m x^m {e}^{{-k}}")
    yield _row("(26)", "holds", _from_text(26))
    yield row(
        "line 8",
        "holds",
        _binomial_of_exponentials,
        shown=rf"{f} \sum_m c_m x^m \Big[\sum_{{i=0}}^k \binom{{k}}{{i}} \Big(\sum_n \frac{{\alpha^n x^n}}{{n!}}\Big)^i\Big]^{{-1}}",
    )
    under = r"\Big[\sum_m c_m x^m \Big/ {}\Big]"
    right = rf"{f} " + under.format(r"\sum_{i=0}^k \binom{k}{i} \sum_n d_n^{(i)} x^n")
    yield row(
        "line 9",
        "wrong",
        _reciprocal_binomials,
        "one over a sum of binomials is not over a sum of one over each; d depends on i",
        right,
        rf"{f} " + under.format(r"\sum_{i=0}^k \tfrac{1}{\binom{k}{i}} \sum_n d_n x^n"),
    )
    yield row(
        "line 10",
        "holds",
        _exchanged,
        "as a step from line 9",
        shown=rf"{f} " + under.format(r"\sum_n \sum_{i=0}^k \tfrac{1}{\binom{k}{i}} d_n x^n"),
    )
    yield row("line 11", "definition", _named, "of d'_n", shown=rf"{f} " + under.format(r"\sum_n d'_n x^n"))
    yield row(
        "d'_n",
        "wrong",
        _primed,
        "not the coefficients of (1 + e**(alpha x))**k",
        r"d'_n = \sum_{i=0}^{k} \binom{k}{i} d_n^{(i)} = \sum_{i=0}^{k} \binom{k}{i} \frac{(i\alpha)^n}{n!}",
        r"d'_n = \sum_{i=0}^k \frac{1}{\binom{k}{i}} d_n",
    )
    yield _row(
        "(27)", "conditional", _quotient, "a_0 is not 0; as formal series, or inside both radii and that of the quotient"
    )
    yield _row("(28)", "holds", _quotient_recurrence)
    yield row(
        "b_m",
        "wrong",
        _softplus_quotient,
        "(28) gives c_m once and not in the sum, and divides by d'_0 = 2**k; the prime is lost",
        r"b_m = c_m - \frac{1}{d'_0} \sum_{j=1}^{m} b_{m-j} d'_j",
        r"b_m = \sum_{j=1}^m c_m - b_{m-j} d_j",
    )
    yield row(
        "line 12",
        "wrong",
        _lost_factor,
        "the factor 1/d'_0 of (27) is lost; without it the sum over k diverges",
        rf"{f} \frac{{1}}{{2^k}} \sum_n b_n x^n",
        rf"{f} \sum_n b_n x^n",
    )
    yield row(
        "generating function",
        "wrong",
        _softplus_rule,
        "as in line 12; then it is that of the softplus, for |x| < pi/alpha",
        r"\sum_{k=1}^{\infty} \frac{b_n}{\alpha k\, 2^k}",
        r"\sum_{k=1}^{\infty} \frac{b_n}{\alpha k}",
    )


def _scalar_rows() -> Iterator[Row]:
    yield _row("(29)", "holds", _index_constraint)
    yield _row("(30)", "holds", _common_power, "C is the product of a_n**k_n")
    yield _row("(31)", "holds", _scalar_powers)
    yield _row("(32)", "holds", _finite_scalar)
    yield _row(
        "6.2, the value before (33)",
        "holds",
        _scalar_value,
        shown=r"s_k \theta^k \binom{k}{k_0, k_1, \dots, k_i} \prod_{n=0}^{\infty} a_n^{k_n}",
    )
    yield _row(
        "(33)",
        "conditional",
        _scalar_formula,
        "as formal series where theta a_0 = 0; else where |theta a_0| is below the radius, for the sum over k does not end",
        r"|\theta a_0| < R",
    )


def _logistic_rows() -> Iterator[Row]:
    yield _row("(49)", "definition", _logistic)
    yield _row("(50)", "conditional", _euler_polynomials, "inside its radius", r"|t| < \pi")
    yield _row(
        "(51)",
        "misprint",
        _lost_power,
        "the right side is a number; x**n is lost, and the bound |x| < pi",
        r"\sigma(x) = \frac{1}{2} \sum_{n=0}^{\infty} E_n(0) \frac{(-1)^n}{n!} x^n",
    )
    yield _row(
        "(52)", "conditional", _euler_bernoulli, "with the convention B_1 = -1/2, which n = 0 needs", r"B_1 = -\tfrac{1}{2}"
    )
    yield _row("6.4, after (52)", "holds", _even_euler, shown=r"E_i(0) = 0, \quad i = 2, 4, 6, \dots")
    yield _row("(53)", "conditional", _logistic_series(53, 1), "inside its radius", r"|x| < \pi")
    yield _row(
        "(54)",
        "misprint",
        _cosines,
        "a factor 1/pi too much; (56) uses the power 2n; for 0 <= x <= 1 only",
        r"E_{2n-1}(x) = \frac{(-1)^n 4 (2n-1)!}{\pi^{2n}} \sum_{k=0}^{\infty} \frac{\cos[(2k+1)\pi x]}{(2k+1)^{2n}}, \quad 0 \le x \le 1",
    )
    yield _row(
        "(55)",
        "misprint",
        _at_zero,
        "as (54)",
        r"E_{2n-1}(0) = \frac{(-1)^n 4 (2n-1)!}{\pi^{2n}} \sum_{k=0}^{\infty} \frac{1}{(2k+1)^{2n}}",
    )
    shown = (
        r"\sigma(x) = \frac{1}{2} - \sum_{n=1}^{\infty} 2 \frac{(-1)^n}{\pi^{2n}} \sum_{k=0}^{\infty} \frac{x^{2n-1}}{(2k+1)^{2n}}",
        r"\sigma(x) = \frac{1}{2} - \sum_{n=1}^{\infty} 2 \frac{(-1)^n}{\pi^{2n}} (4^{-n} (4^n - 1) \zeta(2n)) x^{2n-1}",
        r"\sigma(x) = \frac{1}{2} - \sum_{n=1}^{\infty} 2 \left(\frac{-1}{4\pi^2}\right)^n (4^n - 1) \zeta(2n) x^{2n-1}",
    )
    for line, text in enumerate(shown, 1):
        remark = (
            "it follows from (55) with the power 2n"
            if line == 1
            else "the brace a_n leaves out the factor -2 that (57) counts in"
            if line == 3
            else ""
        )
        yield _row(f"(56), line {line}", "conditional", _logistic_series(56, line), remark, r"|x| < \pi", text)
    yield _row(
        "(57)",
        "conditional",
        _rule_57,
        "inside its radius",
        r"|x| < \pi",
        EQUATIONS[57]
        .replace(r"\sigma(x) &=", r"\sigma(x) =")
        .replace(r"\begin{aligned}", "")
        .replace(r"\end{aligned}", "")
        .strip(),
    )
    for number, text in (
        (58, r"b_0 = \sum_{k=0}^{\infty} s_k \theta^k a_0^k"),
        (59, r"b_1 = \sum_{k=1}^{\infty} k s_k \theta^k a_0^{k-1} a_1"),
        (
            60,
            r"b_2 = s_1 \theta a_2 + \sum_{k=2}^{\infty} s_k \theta^k \left(\frac{k(k-1)}{2} a_0^{k-2} a_1^2 + k a_0^{k-1} a_2\right)",
        ),
    ):
        yield _row(f"({number})", "holds", _section_6_6(number), "as (33) for this i: what (33) needs it needs, too", "", text)


def _table_rows() -> Iterator[Row]:
    def row(column: str, entry: str, *given: Any, **named: Any) -> Row:
        return _row(f"Table 1, ${column}$, {entry}", *given, **named)

    column = "C a^x"
    yield row(column, "k = 0", "misprint", _entry(column, 0, "1", "C"), "the other entries have C", "C", "1")
    for place, text in ((1, r"C \ln a"), (2, r"\frac{(\ln a)^2}{2} C")):
        yield row(column, f"k = {place}", "holds", _entry(column, place, text), shown=text)
    text = r"\frac{(\ln a)^n}{n!} C"
    yield row(column, "general", "holds", _general(column, text), "a > 0", shown=text)
    yield row(
        "C x^n",
        "general",
        "holds",
        _monomial,
        "its early entries are left open",
        shown=r"\begin{cases} C & \text{if } k = n \\ 0 & \text{otherwise} \end{cases}",
    )
    column = r"C e^{-\beta x}"
    for place, text in enumerate(("C", r"-\beta C", r"\frac{\beta^2}{2} C")):
        yield row(column, f"k = {place}", "holds", _entry(column, place, text), shown=text)
    text = r"(-1)^n \frac{\beta^n}{n!} C"
    yield row(column, "general", "holds", _general(column, text), shown=text)
    yield from _root_rows(row)
    column = r"C(1+x)^\alpha"
    for place, text in enumerate(("C", r"C \alpha", r"C \frac{\alpha (\alpha - 1)}{2!}")):
        yield row(column, f"k = {place}", "holds", _entry(column, place, text), shown=text)
    text, right = r"C \frac{\prod_{k=1}^n \alpha - n + 1}{n!}", r"C \frac{\prod_{k=1}^n (\alpha - k + 1)}{n!}"
    yield row(
        column,
        "general",
        "misprint",
        _general(column, text, right),
        "the factor does not count with k, and its bracket is lost; n = 2 gives the entry above only so",
        right,
        text,
    )
    yield row(
        column,
        "constraint",
        "holds",
        _constraint(Sum(sympy.ff(alpha, n) / factorial(n) * x**n, (n, 0, sympy.oo)), (1 + x) ** alpha, "|x| < 1"),
        "for every alpha",
        shown="-1 < x < 1",
    )
    column = r"C \ln(1+x)"
    for place, text in enumerate(("0", "C", r"-\frac{C}{2}")):
        yield row(column, f"k = {place}", "holds", _entry(column, place, text), shown=text)
    text = r"C \frac{(-1)^{n+1}}{n}"
    yield row(column, "general", "holds", _general(column, text, first=1), "n from 1 on", shown=text)
    series_ = Sum((-1) ** (n + 1) * x**n / n, (n, 1, sympy.oo))
    yield row(
        column, "constraint", "holds", _constraint(series_, log(1 + x), "|x| < 1", _logarithm_ends), shown=r"-1 < x \le 1"
    )


def _root_rows(row: Callable[..., Row]) -> Iterator[Row]:
    column = "C x^{-1/2}"
    yield row(
        column,
        "header",
        "wrong",
        _root_header,
        "no power series at 0; and its constraint is missing",
        r"C (1 + x)^{-1/2}, \quad -1 < x \le 1",
        column,
    )
    for place, text in enumerate(("C", r"-\frac{1}{2} C", r"\frac{3}{8} C")):
        yield row(
            column,
            f"k = {place}",
            "conditional",
            _root_entry(place, text),
            "for C (1 + x)**(-1/2), not for the header",
            "",
            text,
        )
    text, right = r"C \prod_{i=1}^n (-1)^{\frac{2i-1}{2i}}", r"C \prod_{i=1}^n (-1) \frac{2i-1}{2i}"
    yield row(
        column,
        "general",
        "misprint",
        _general(column, text, right),
        "the factor stands as an exponent of -1; the entries above are products of it",
        right,
        text,
    )


def _rows() -> Iterator[Row]:
    yield from _layer_rows((1, 2, 3, 4), "3.2.2")
    yield _pulled("3.2.3")
    yield _formula_row("(5)")
    yield from _text_rows()
    first, *laws = _law_rows()
    yield first
    yield from _layer_rows((7, 8, 9, 10, 11), "6.0.1")
    yield from _constraint_rows((12, 13, 14, 15, 16), "6.0.2")
    yield _formula_row("(17)")
    *activations, slope, soft, limit = _activation_rows()
    yield from (*activations, *_softplus_rows(), *_scalar_rows(), slope, soft, limit, *laws)
    yield from _layer_rows((38, 39, 40, 41, 42), "6.3.2")
    yield from _constraint_rows((43, 44, 45, 46, 47), "6.3.3")
    yield _formula_row("(48)")
    yield from _logistic_rows()
    yield from _table_rows()


ROWS = tuple(_rows())


def judge(row: Row) -> Judged:
    """Run the check of a row."""
    began = time.monotonic()
    findings = tuple(row.check())
    return Judged(row, findings, time.monotonic() - began)


def judge_all(rows: Sequence[Row] = ROWS) -> tuple[Judged, ...]:
    """Run all checks, each once, also where several rows share it."""
    kept: dict[Callable[[], Iterable[Finding]], Judged] = {}
    found = []
    for row in rows:
        if row.check not in kept:
            kept[row.check] = judge(row)
        found.append(Judged(row, kept[row.check].findings, kept[row.check].seconds))
    return tuple(found)


# ---- the table --------------------------------------------------------------------------------------------------------------

_WORDS = {"conditional": "holds formally or under a condition"}
_HEADS = ("place", "as transcribed", "verdict", "what is right", "established by")


def verdict_table(judged: Sequence[Judged]) -> TextTable:
    """Return all verdicts as one table."""
    counts = {word: sum(j.row.verdict == word for j in judged) for word in EARNED}
    caption = "The paper, statement by statement: " + ", ".join(f"{n} {_WORDS.get(w, w)}" for w, n in counts.items() if n)
    return TextTable(tuple(map(text_cell, _HEADS)), tuple(map(_cells, judged)), caption)


def _cells(judged: Judged) -> tuple[Cell, ...]:
    row = judged.row
    right = ". ".join(filter(None, (row.correct, row.remark)))
    right_latex = r"\newline ".join(filter(None, (f"${row.correct}$" if row.correct else "", escape_latex(row.remark))))
    right_html = "<br>".join(filter(None, (_typeset(row.correct), _escaped(row.remark))))
    place = "".join(part if odd else escape_latex(part) for odd, part in _pieces(row.place))
    return (
        Cell(row.place.replace("$", ""), place, _escaped(row.place)),
        Cell(row.shown, f"${row.shown}$", _typeset(row.shown)),
        text_cell(_WORDS.get(row.verdict, row.verdict)),
        Cell(right, right_latex, right_html),
        text_cell(judged.how),
    )


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    """Yield pieces of a text, and whether they are mathematics between dollar signs."""
    for place, part in enumerate(re.split(r"(\$[^$]*\$)", text)):
        yield place % 2 == 1, part


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _typeset(latex: str) -> str:
    return f"${_escaped(latex)}$" if latex else ""


def to_latex(table: TextTable) -> str:
    """Return an article with the table on wide pages, its columns of fixed widths, which compiles as it is."""
    widths = "".join(rf"p{{{width}mm}}" for width in (24, 98, 20, 88, 90))
    head, *rows = (
        " & ".join(cell.latex or escape_latex(cell.plain) for cell in row) + r" \\" for row in (table.headers, *table.rows)
    )
    lines = [
        r"\documentclass[8pt]{article}", r"\usepackage[paperwidth=380mm,paperheight=297mm,margin=12mm]{geometry}",
        r"\usepackage{amsmath,booktabs,longtable}", r"\begin{document}", r"\footnotesize\raggedright",
        rf"\begin{{longtable}}{{{widths}}}", rf"\caption{{{table.caption}}} \\", r"\toprule", head, r"\midrule", r"\endhead",
        *rows, r"\bottomrule", r"\end{longtable}", r"\end{document}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def to_html(table: TextTable) -> str:
    """Return the table as HTML; its mathematics stands between dollar signs, which notebooks typeset."""
    return table.to_html()
